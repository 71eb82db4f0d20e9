"""`atom ram`: the scores of any tracked models, what they are measured against, and what the data cover."""

import difflib
import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd
from rich.console import Group
from rich.table import Table
from rich.text import Text

from helpers import tables
from helpers.build import graph, steps
from helpers.edition import Edition
from helpers.measures import explored, ram
from helpers.measures.order_statistics import FEWEST
from helpers.registry import BUCKETS
from helpers.text import formats

LIKE = 0.6
"""Part of two names' letters that must agree, in order, for one to be suggested for the other."""


class RamCommandError(RuntimeError):
    """A model that is not tracked, or tables that are not built or not the edition's; the message says the remedy."""


def run(names: Sequence[str], edition: Edition, as_json: bool) -> Group | str:
    """What `atom ram` prints: a renderable for rich's Console.print, or JSON text. Reads the build's clean tables.

    Raises RamCommandError for an unknown model, before the first build and where the tables are of another kind of data
    than the edition; RamError where the edition's snapshot is not in the tables.
    """
    try:
        models, lifetime = tables.read("clean/models"), tables.read("clean/lifetime")
    except FileNotFoundError as error:
        raise RamCommandError(str(error)) from None
    stale = _stale(edition)
    found = answer(find(names, models["model"]), lifetime, models, edition) | {"stale": stale}
    return json.dumps(found, indent=1, ensure_ascii=False, allow_nan=False) if as_json else shown(found)


def find(names: Iterable[str], models: Iterable[str]) -> list[str]:
    """The Hub id of each name: an id, or the part after the slash where one tracked model alone has it.

    Capitals are of no account where the name is nobody's to the letter. Raises RamCommandError naming the nearest ids
    for a name that is unknown, and all of them for one that is shared.
    """
    ids = sorted(models)
    spelled: dict[str, list[str]] = {}
    for model in ids:
        for spelling in (model, _bare(model)):
            spelled.setdefault(spelling.casefold(), []).append(model)
    found, problems = [], []
    for name in dict.fromkeys(names):
        matches = [name] if name in ids else spelled.get(name.strip().casefold(), [])
        if len(matches) == 1:
            found += matches
        elif matches:
            problems.append(f"{name!r} is the name of several models; write one of {', '.join(matches)}")
        else:
            near = _near(name, ids)
            hint = f"did you mean {_either(near)}?" if near else "write a Hub id, namespace/name"
            problems.append(f"no tracked model {name!r}; {hint}")
    if problems:
        raise RamCommandError("\n".join(problems))
    return list(dict.fromkeys(found))


def _bare(model: str) -> str:
    """The part of an id after the slash."""
    return model.partition("/")[2]


def _either(names: list[str]) -> str:
    """["a", "b", "c"] → "a, b or c"."""
    return " or ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _near(name: str, ids: list[str]) -> list[str]:
    """At most five ids like `name`: first those that hold all its words, then those spelled alike; the likest first."""
    asked = name.casefold()
    words = re.findall(r"[a-z0-9]+", asked)
    ranked = []
    for model in ids:
        spellings = (model.casefold(), _bare(model).casefold())
        likeness = max(difflib.SequenceMatcher(None, spelling, asked).ratio() for spelling in spellings)
        holds = bool(words) and all(word in spellings[0] for word in words)
        if holds or likeness >= LIKE:
            ranked.append((not holds, -likeness, model))
    return [model for *_, model in sorted(ranked)[:5]]


def answer(chosen: Sequence[str], lifetime: pd.DataFrame, models: pd.DataFrame, edition: Edition) -> dict[str, Any]:
    """Scores, reference sets and data coverage of the chosen Hub ids, as plain values; what is unknown is None."""
    day = pd.Timestamp(edition.snapshot_date)
    size, needed = edition.reference_set_size, edition.needed_coverage.model_dump()
    measured = ram.measure(lifetime, models, edition.milestones, day, size, needed)
    rows = models.set_index("model").loc[list(chosen)].reset_index()
    counted = explored.scores(lifetime, rows, measured, edition.milestones, day)
    buckets = [bucket for bucket in BUCKETS if bucket in set(rows["bucket"])]
    members = measured.members
    return {
        "edition": edition.name,
        "data": edition.data_label,
        "snapshot_date": f"{day:%Y-%m-%d}",
        "interval_level": ram.LEVEL,
        "interval_fewest": FEWEST,
        "models": [_model(row, counted, members) for row in rows.to_dict("records")],
        "reference_sets": {
            bucket: _records(members[members["bucket"] == bucket], ["rank", "model", "downloads"]) for bucket in buckets
        },
    }


def _model(row: dict[str, Any], counted: pd.DataFrame, members: pd.DataFrame) -> dict[str, Any]:
    """One model with its milestones."""
    part = counted[counted["model"] == row["model"]]
    facts = pd.DataFrame([row | part[["first", "last"]].iloc[0].to_dict()])
    facts = facts.rename(columns={"first": "first_count", "last": "last_reading"})
    columns = ["model", "organisation", "bucket", "parameters_b", "released", "first_count", "last_reading"]
    rank = members.loc[members["model"] == row["model"], "rank"]
    return _records(facts, columns)[0] | {
        "reference_rank": int(rank.iloc[0]) if len(rank) else None,
        "milestones": _records(
            part, ["milestone_days", "date", "state", "downloads", "score", "interval_low", "interval_high",
                   "leave_one_out_low", "leave_one_out_high", "median", "n"],
        ),
    }  # fmt: skip


def _records(frame: pd.DataFrame, columns: list[str]) -> list[dict[str, Any]]:
    """Rows as plain values: dates as ISO text, unknown as None."""
    table = frame[columns].copy()
    for column in table.select_dtypes("datetime"):
        table[column] = table[column].dt.strftime("%Y-%m-%d")
    return table.astype(object).where(table.notna(), None).to_dict("records")


def _stale(edition: Edition) -> list[str]:
    """The steps that would have to run again for the clean tables to be this edition's.

    Raises RamCommandError where they are of another kind of data: the edition's label would not be true of them.
    """
    early = [step for step in steps.STEPS if step.name in ("01_collect", "02_clean")]
    states = [graph.state(step, edition.parameters()) for step in early]
    if other := [reason for state in states for reason in state.reasons if reason.startswith("parameter data:")]:
        kinds = other[0].removeprefix("parameter data: ")
        raise RamCommandError(
            f"the tables of this build are of another kind of data than edition {edition.name} asks for ({kinds}); "
            "`atom build` with the same edition and settings makes its own"
        )
    return [state.name for state in states if not state.fresh]


# What a reader sees -------------------------------------------------------------------------------------------


def shown(found: dict[str, Any]) -> Group:
    """The answer as tables for rich's Console.print."""
    parts: list[Text | Table] = [
        Text(f"Edition {found['edition']}, snapshot of {found['snapshot_date']}. {found['data']}"),
    ]
    if found["stale"]:
        names = " and ".join(found["stale"])
        parts.append(
            Text(f"The tables are out of date: `atom status` says why {names} changed, `atom build` renews them.")
        )
    for model in found["models"]:
        parts += [Text(), Text(_about(model)), _scores(model, found["interval_level"])]
    parts += [Text(f"\n{LEGEND}")]
    for bucket, members in found["reference_sets"].items():
        parts += [Text(f"\nReference set {bucket}, {found['snapshot_date']}", "bold"), _members(members)]
    return Group(*parts)


LEGEND = (
    "RAM: downloads over the median of the bucket's reference set at as many days after release. n: models of the set "
    f"with a count there. Interval: how far the median of {FEWEST} models or more varies with the set, were it a "
    "random draw. Leave one out: without any one of its models. There is no score where too few tracked models of the "
    "bucket were read for a reference set, or where the model alone is behind the median."
)


def _about(model: dict[str, Any]) -> str:
    """Who the model is, what is known of it, and where it stands."""
    size = f"{model['parameters_b']:g}B, bucket {model['bucket']}" if model["bucket"] else "size unresolved: no score"
    rank = f" It is number {model['reference_rank']} of its reference set." if model["reference_rank"] else ""
    span = f"from {model['first_count']} to {model['last_reading']}" if model["first_count"] else "on no day"
    return (
        f"{model['model']} ({model['organisation']}; {size})\n"
        f"Released {model['released'] or 'on a day unknown'}; counted {span}.{rank}"
    )


def _scores(model: dict[str, Any], level: float) -> Table:
    """A row for each milestone; one without a count says why. Columns that would be empty are left out."""
    cells = [
        {
            "Days": str(row["milestone_days"]),
            "Through": row["date"] or "",
            "Downloads": _said(row["downloads"], formats.tenths),
            "RAM": _said(row["score"], "{:.2f}".format),
            f"{level:.0%} interval": _range(row, "interval"),
            "Leave one out": _range(row, "leave_one_out"),
            "Median (n)": "" if row["median"] is None else f"{formats.tenths(row['median'])} ({row['n']})",
            "Data": row["state"].replace("-", " "),
        }
        for row in model["milestones"]
    ]
    table = Table(pad_edge=False, collapse_padding=True, box=None, header_style="bold")
    names = [name for name in cells[0] if any(row[name] for row in cells)]
    for name in names:
        words = name in ("Through", "Data")
        fixed = name in ("Through", "Downloads", "RAM")
        table.add_column(
            name, justify="left" if words else "right", no_wrap=fixed, min_width=11 if name == "Data" else None
        )
    for row in cells:
        table.add_row(*(row[name] for name in names))
    return table


def _members(members: list[dict[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    for justify in ("right", "left", "right"):
        table.add_column(justify=justify)
    for row in members:
        table.add_row(str(row["rank"]), row["model"], formats.tenths(row["downloads"]))
    return table


def _said(value: Any, say: Any) -> str:
    return "" if value is None else say(value)


def _range(row: dict[str, Any], name: str) -> str:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    return (
        f"{_said(low, '{:.2f}'.format)}–{_said(high, '{:.2f}'.format)}" if low is not None or high is not None else ""
    )
