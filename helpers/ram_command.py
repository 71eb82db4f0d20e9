"""`atom ram`: the scores of any tracked models, what they are measured against, and what the data cover."""

import difflib
import json
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd
from rich.console import Group
from rich.table import Table
from rich.text import Text

from helpers import ram, rebuild, steps, tables
from helpers.edition import Edition
from helpers.registry import BUCKETS


class RamCommandError(RuntimeError):
    """A model that is not tracked, or tables that are not built; the message says the remedy."""


def run(names: Sequence[str], edition: Edition, as_json: bool) -> Group | str:
    """What `atom ram` prints: a renderable for rich's Console.print, or JSON text. Reads the build's clean tables.

    Raises RamCommandError for an unknown model and before the first build, RamError where the edition's snapshot is not
    in the tables.
    """
    try:
        models, lifetime = tables.read("clean/models"), tables.read("clean/lifetime")
    except FileNotFoundError as error:
        raise RamCommandError(str(error)) from None
    found = answer(find(names, models["model"]), lifetime, models, edition)
    found["stale"] = _stale(edition)
    return json.dumps(found, indent=1, ensure_ascii=False, allow_nan=False) if as_json else shown(found)


def find(names: Iterable[str], models: Iterable[str]) -> list[str]:
    """The Hub id of each name: an id, or the part after the slash where one tracked model alone has it.

    Raises RamCommandError naming the nearest ids for a name that is unknown, and all of them for one that is shared.
    """
    ids = sorted(models)
    bare: dict[str, list[str]] = {}
    for model in ids:
        bare.setdefault(model.partition("/")[2], []).append(model)
    found, problems = [], []
    for name in dict.fromkeys(names):
        matches = [name] if name in ids else bare.get(name, [])
        if len(matches) == 1:
            found += matches
        elif matches:
            problems.append(f"{name!r} is the name of several models; write one of {', '.join(matches)}")
        else:
            near = _near(name, bare)
            hint = f"did you mean {' or '.join(near)}?" if near else "write a Hub id, namespace/name"
            problems.append(f"no tracked model {name!r}; {hint}")
    if problems:
        raise RamCommandError("\n".join(problems))
    return list(dict.fromkeys(found))


def _near(name: str, bare: dict[str, list[str]]) -> list[str]:
    """At most five ids like `name`, compared as ids and as bare names, in any case of letters."""
    spellings: dict[str, list[str]] = {}
    for short, ids in bare.items():
        for spelling, meant in [(short, ids), *((model, [model]) for model in ids)]:
            spellings.setdefault(spelling.lower(), []).extend(meant)
    close = difflib.get_close_matches(name.lower(), spellings, n=5)
    return list(dict.fromkeys(model for spelling in close for model in spellings[spelling]))[:5]


def answer(chosen: Sequence[str], lifetime: pd.DataFrame, models: pd.DataFrame, edition: Edition) -> dict[str, Any]:
    """Scores, reference sets and data coverage of the chosen Hub ids, as plain values; what is unknown is None."""
    day = pd.Timestamp(edition.snapshot_date)
    measured = ram.measure(lifetime, models, edition.milestones, day, edition.reference_set_size, edition.seed)
    rows = models.set_index("model").loc[list(chosen)].reset_index()
    covered = ram.coverage(lifetime[lifetime["date"] <= day], rows, edition.milestones)
    counted = covered.drop(columns="date").merge(measured.scores, on=["model", "milestone_days"], how="left")
    counted["date"] = covered["date"]
    buckets = [bucket for bucket in BUCKETS if bucket in set(rows["bucket"])]
    members = measured.members
    return {
        "edition": edition.name,
        "data": edition.data_label,
        "snapshot_date": f"{day:%Y-%m-%d}",
        "interval_level": ram.LEVEL,
        "resamples": ram.RESAMPLES,
        "seed": edition.seed,
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
    """The steps that would have to run again for the clean tables to be this edition's."""
    early = [step for step in steps.STEPS if step.name in ("01_collect", "02_clean")]
    return [step.name for step in early if not rebuild.state(step, edition.parameters()).fresh]


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
    for bucket, members in found["reference_sets"].items():
        parts += [Text(f"\nReference set {bucket}, {found['snapshot_date']}", "bold"), _members(members)]
    return Group(*parts)


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
    """A row for each milestone; one without a count says why."""
    table = Table(pad_edge=False, collapse_padding=True, box=None, header_style="bold")
    for name in ("Days", "Through", "Downloads", "RAM", f"{level:.0%} interval", "Leave one out", "Median (n)"):
        fixed = name in ("Through", "Downloads", "RAM")
        table.add_column(name, justify="left" if name == "Through" else "right", no_wrap=fixed)
    table.add_column("Data", min_width=11)
    for row in model["milestones"]:
        against = "" if row["median"] is None else f"{ram.amount(row['median'])} ({row['n']})"
        table.add_row(
            str(row["milestone_days"]), row["date"] or "", _said(row["downloads"], ram.amount),
            _said(row["score"], "{:.2f}".format), _range(row, "interval"), _range(row, "leave_one_out"), against,
            row["state"],
        )  # fmt: skip
    return table


def _members(members: list[dict[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    for justify in ("right", "left", "right"):
        table.add_column(justify=justify)
    for row in members:
        table.add_row(str(row["rank"]), row["model"], ram.amount(row["downloads"]))
    return table


def _said(value: Any, say: Any) -> str:
    return "" if value is None else say(value)


def _range(row: dict[str, Any], name: str) -> str:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    return (
        f"{_said(low, '{:.2f}'.format)}–{_said(high, '{:.2f}'.format)}" if low is not None or high is not None else ""
    )
