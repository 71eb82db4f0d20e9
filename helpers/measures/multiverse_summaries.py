"""The multiverse in short: in how many universes a headline holds, which option decides it, and all of them in order.

All are pure functions on what helpers.measures.multiverse returns.
"""

from collections.abc import Iterator

import pandas as pd

from helpers.measures.multiverse import FOUND, axes
from helpers.measures.sensitivity import EDITION, LEAD, PASSES

SUMMED = ["headline", "reading", "universes", "holds", "lowest", "highest", "first", "last", "decisive", "with_it",
          "without_it"]  # fmt: skip


def _parts(found: pd.DataFrame, choices: pd.DataFrame) -> Iterator[tuple[pd.DataFrame, pd.Series]]:
    """The universes of each part with its axes alone, and the edition's options: of an axis the first that is there."""
    headlines = choices[choices["part"] == "headline"]
    for part, asked in headlines.groupby("axis", sort=False):
        rows, options = found[found["headline"].isin(asked["option"])], axes(choices, str(part))
        if len(rows):
            held = {
                axis: next(key for key in keys.index if (rows[axis] == key).any()) for axis, keys in options.items()
            }
            yield rows[[*options, *FOUND]], pd.Series(held)


def _edition(rows: pd.DataFrame, usual: pd.Series) -> pd.DataFrame:
    """The universe of the edition's options, by headline: value, date, reading."""
    own = rows[(rows[usual.index] == usual).all(axis=1)]
    return own.set_index("headline")[["value", "date", "reading"]]


def summary(found: pd.DataFrame, choices: pd.DataFrame) -> pd.DataFrame:
    """How each headline fares: headline, reading (the edition's), universes (in which it is known), holds, lowest,
    highest (value), first, last (day), decisive, with_it, without_it.

    found: from `multiverse.downloads`, `multiverse.new_derivatives`, or of both. decisive: label of the option, other
    than the edition's, with which the headline holds most seldom, if that is more seldom than without it; with_it,
    without_it: in which part of the universes it then holds, 0 to 1. Null otherwise; universes and holds are null where
    no reading is known, or the headline is a number alone.
    """
    lines = [
        _summed(rows[rows["headline"] == headline], own, usual, choices)
        for rows, usual in _parts(found, choices)
        for headline, own in _edition(rows, usual).iterrows()
    ]
    every = choices.loc[choices["part"] == "headline", "option"]
    table = pd.DataFrame(lines, columns=SUMMED).set_index("headline").reindex(every.rename("headline")).reset_index()
    return table.astype({"universes": "Int64", "holds": "Int64"})


def _summed(rows: pd.DataFrame, own: pd.Series, usual: pd.Series, choices: pd.DataFrame) -> dict[str, object]:
    """The line of one headline in `summary`. own: its value, date, reading in the edition's universe."""
    known = rows[rows["reading"].notna()]
    holds = known["reading"] == own["reading"]
    fared = []
    for axis, option in known[usual.index].melt(var_name="axis").drop_duplicates().itertuples(index=False):
        here = known[axis] == option
        if option != usual[axis] and not here.all():
            fared.append((f"{axis}/{option}", holds[here].mean(), holds[~here].mean()))
    worst = min(fared, key=lambda one: one[1] - one[2], default=None)
    decisive, with_it, without_it = worst if worst and worst[1] < worst[2] else (None, None, None)
    return {
        "headline": own.name, "reading": own["reading"], "universes": len(known) or None,
        "holds": int(holds.sum()) if len(known) else None,
        "lowest": rows["value"].min(), "highest": rows["value"].max(), "first": rows["date"].min(),
        "last": rows["date"].max(), "decisive": keys(choices)[decisive] if decisive else None, "with_it": with_it,
        "without_it": without_it,
    }  # fmt: skip


def curve(found: pd.DataFrame, choices: pd.DataFrame) -> pd.DataFrame:
    """Every universe in the order of China's downloads over those of the USA: a specification curve.

    Returns place (1 for the lowest), value, date (on which China passed the USA; null where it never did), edition
    (whether it is the edition's own), and a column for each axis of the downloads.
    """
    names = list(axes(choices, "downloads"))
    empty = (found.iloc[:0].reindex(columns=[*names, *FOUND]), pd.Series("", names))
    rows, usual = next((part for part in _parts(found, choices) if names == list(part[1].index)), empty)
    days = rows.loc[rows["headline"] == PASSES, [*names, "date"]]
    wide = rows.loc[rows["headline"] == LEAD, [*names, "value"]].merge(days, on=names).dropna(subset="value")
    table = wide.sort_values(["value", *names], ignore_index=True)
    table = table.assign(place=range(1, len(table) + 1), edition=(table[names] == usual).all(axis=1))
    table["date"] = pd.to_datetime(table["date"])  # where some are null, they came as objects
    return table[["place", "value", "date", "edition", *names]]


def one_by_one(found: pd.DataFrame, choices: pd.DataFrame) -> pd.DataFrame:
    """The edition's universe, and those that differ from it in one axis.

    Returns choice (key of the option that differs, see `keys`; EDITION where none does), headline, value, date,
    reading, flips (the reading is another than the edition's; what is unknown does not flip).
    """
    tables = [found.iloc[:0].reindex(columns=["choice", *FOUND, "flips"])]
    for rows, usual in _parts(found, choices):
        other = rows[usual.index] != usual
        rows, other = rows[other.sum(axis=1) <= 1], other[other.sum(axis=1) <= 1]
        axis = other.idxmax(axis=1).where(other.any(axis=1), EDITION)
        differ = [at if at == EDITION else f"{at}/{rows.at[row, at]}" for row, at in axis.items()]
        own = rows["headline"].map(_edition(rows, usual)["reading"])
        flips = rows["reading"].notna() & own.notna() & (rows["reading"] != own)
        table = rows[FOUND].assign(choice=differ, flips=flips)
        tables.append(table.sort_values("choice", key=lambda column: column != EDITION, kind="stable"))
    return pd.concat(tables, ignore_index=True)[["choice", *FOUND, "flips"]].astype({"flips": bool})


def keys(choices: pd.DataFrame) -> dict[str, str]:
    """Keys as tables have them → labels: options as "axis/option", headlines by their names, EDITION."""
    options = choices["axis"] + "/" + choices["option"]
    named = options.where(~choices["part"].isin(["headline", EDITION]), choices["option"])
    return choices.set_index(named)["label"].to_dict()


def labels(choices: pd.DataFrame, *parts: str) -> dict[str, dict[str, str]]:
    """Axis → option → label, of some parts, or of all."""
    rows = choices[choices["part"].isin(parts)] if parts else choices
    return {str(axis): own.set_index("option")["label"].to_dict() for axis, own in rows.groupby("axis", sort=False)}


def labelled(table: pd.DataFrame, choices: pd.DataFrame, about: str = "") -> pd.DataFrame:
    """A table of headlines, and perhaps choices, with labels in place of keys; of headlines whose keys hold `about`."""
    named = keys(choices)
    rows = table[table["headline"].str.contains(about, regex=False)]
    return rows.assign(**{name: rows[name].map(named) for name in ("choice", "headline") if name in rows})
