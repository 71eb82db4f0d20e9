"""What changed between two built editions: their parameters, numbers, ranks, findings and figures' data.

A build leaves what it published under editions/<name>/ of the build folder (see `helpers.publish.site.keep`).
"""

import datetime
import itertools
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from helpers import paths

SAME = 1e-9
"""Relative difference below which two numbers are the same: the order of additions, not the data."""
DAY, MONTHS = "UTC day", ("first of month", "calendar month")
"""Units of dates."""

COPY, IN = "·copy", "·in"
"""Columns of our own beside a figure's."""


class DiffError(ValueError):
    """Editions that cannot be compared; the message says which command builds what is missing."""


@dataclass(frozen=True)
class Kept:
    """What a build of an edition left: its parameters, its numbers by address, its findings, each figure's data."""

    parameters: dict[str, Any]
    values: dict[str, dict[str, Any]]
    findings: pd.DataFrame
    figures: dict[str, pd.DataFrame]

    @property
    def name(self) -> str:
        return self.parameters["name"]


@dataclass(frozen=True)
class Diff:
    """The differences from one edition to another; see the functions of the same names for the columns.

    same: the number of numbers said that are in both and do not differ.
    """

    before: Kept
    after: Kept
    parameters: pd.DataFrame
    values: pd.DataFrame
    order: list[str]
    findings: pd.DataFrame
    figures: pd.DataFrame
    same: int


def read(name: str, build: Path = paths.BUILD) -> Kept:
    """What the last build of the edition `name` left. Raises DiffError if there was none."""
    folder = build / "editions" / name
    if not (folder / "provenance.json").is_file():
        held = sorted(path.parent.name for path in (build / "editions").glob("*/provenance.json"))
        told = f"built are {', '.join(held)}" if held else "none is built yet"
        if not (paths.EDITIONS / f"{name}.yml").is_file():
            known = ", ".join(sorted(path.stem for path in paths.EDITIONS.glob("*.yml")))
            raise DiffError(f"there is no edition {name!r}; known editions: {known}; {told}")
        raise DiffError(f"edition {name} was not built ({told}); run `atom build --edition {name}`")
    return Kept(
        json.loads((folder / "provenance.json").read_text(encoding="utf-8"))["edition"],
        _places(json.loads((folder / "values.json").read_text(encoding="utf-8"))),
        pd.read_csv(folder / "findings.csv", dtype=str, keep_default_na=False),
        {path.stem: _table(path) for path in sorted((folder / "figures").glob("fig-*.csv"))},
    )


def _places(said: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What was said by address without format, so that a cell that is said in two formats is compared once."""
    found: dict[str, dict[str, Any]] = {}
    for address, value in said.items():
        keys, _, column = address.rpartition(".")
        found.setdefault(f"{keys}.{column.partition('-')[0]}", value)
    return found


def _table(path: Path) -> pd.DataFrame:
    """A figure's data. Only an empty cell is unknown: a model may be called NA."""
    return pd.read_csv(path, keep_default_na=False, na_values=[""])


def compare(before: Kept, after: Kept) -> Diff:
    """All that differs from `before` to `after`."""
    changed = values(before.values, after.values)
    in_both = len(before.values.keys() & after.values.keys())
    return Diff(
        before,
        after,
        parameters(before.parameters, after.parameters),
        changed,
        order(before.values, after.values),
        findings(before.findings, after.findings),
        figures(before.figures, after.figures),
        in_both - int((changed["state"] == "changed").sum()),
    )


def parameters(before: dict[str, Any], after: dict[str, Any]) -> pd.DataFrame:
    """Parameters that differ: parameter, before, after; None where an edition has no such parameter."""
    names = [*before, *(name for name in after if name not in before)]
    rows = [(name, before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)]
    return pd.DataFrame(rows, columns=["parameter", "before", "after"], dtype=object)


# Numbers and findings -----------------------------------------------------------------------------------------


def values(before: dict[str, dict[str, Any]], after: dict[str, dict[str, Any]]) -> pd.DataFrame:
    """Numbers that differ, the largest relative change first.

    before, after: what was said by address, as in values.json. Returns address, kind (value | rank | date), unit, state
    (changed | new | gone), before and after (as the report shows them; None where not said), change (in `unit`; whole
    days for days, months for months; NaN where one of the two is unknown, is no number or has another unit) and
    relative (|change| by the larger of the two; NaN for dates).
    """
    rows = []
    for address in sorted(before.keys() | after.keys()):
        old, new = before.get(address), after.get(address)
        if old and new and old["unit"] == new["unit"] and _same(old["raw"], new["raw"]):
            continue
        unit = " → ".join(dict.fromkeys(value["unit"] for value in (old, new) if value))
        change = _change(old["raw"], new["raw"], unit) if old and new else math.nan
        numbers = [abs(value["raw"]) for value in (old, new) if value and _number(value["raw"])]
        scale = max(numbers) if len(numbers) == 2 else math.nan
        rows.append(
            {
                "address": address,
                "kind": "rank" if unit == "rank" else "date" if unit in (DAY, *MONTHS) else "value",
                "unit": unit,
                "state": "gone" if new is None else "new" if old is None else "changed",
                "before": old and old["formatted"],
                "after": new and new["formatted"],
                "change": change,
                "relative": abs(change) / scale if scale else math.nan,
            }
        )
    columns = ["address", "kind", "unit", "state", "before", "after", "change", "relative"]
    found = pd.DataFrame(rows, columns=columns)
    return found.sort_values(["relative", "address"], ascending=[False, True], na_position="last", ignore_index=True)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _same(one: Any, two: Any) -> bool:
    return math.isclose(one, two, rel_tol=SAME) if _number(one) and _number(two) else one == two


def _change(old: Any, new: Any, unit: str) -> float:
    """From `old` to `new` in the unit of both; NaN where there is no such difference."""
    if _number(old) and _number(new):
        return new - old
    if unit not in (DAY, *MONTHS) or old is None or new is None:
        return math.nan
    first, last = datetime.date.fromisoformat(old), datetime.date.fromisoformat(new)
    return (last - first).days if unit == DAY else 12 * (last.year - first.year) + last.month - first.month


def order(before: dict[str, dict[str, Any]], after: dict[str, dict[str, Any]]) -> list[str]:
    """Who overtook whom, in sentences: pairs whose ranks in one column are the other way round."""
    then, now = _ranks(before), _ranks(after)
    found = []
    for measure in sorted(then.keys() & now.keys()):
        one, two = then[measure], now[measure]
        for first, second in itertools.combinations(sorted(one.keys() & two.keys()), 2):
            if (one[first] - one[second]) * (two[first] - two[second]) < 0:
                ahead, behind = sorted((first, second), key=two.__getitem__)
                found.append(f"{ahead} is now ahead of {behind} ({measure})")
    return found


def _ranks(said: dict[str, dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Table, month and column → who → rank, of what is a rank. Unknown ranks are left out.

    The month is that of the address, so that the last of one edition is compared with the last of the other.
    """
    found: dict[str, dict[str, float]] = {}
    for address, value in said.items():
        if value["unit"] == "rank" and value["raw"] is not None:
            table, *keys, column = address.split(".")
            others = [key for by, key in value["row"].items() if by != "month"]  # records have an order of their own
            months, who = [key for key in keys if key not in others], ".".join(key for key in keys if key in others)
            found.setdefault(".".join([table, *months, column]), {})[who] = value["raw"]
    return found


def findings(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Findings whose truth differs: finding, before, after (true | false | unknown; None where there is no such
    finding), statement.

    before, after: finding, truth, statement, as in findings.csv.
    """
    both = before.merge(after, on="finding", how="outer", suffixes=("_before", "_after")).astype(object)
    both = both.where(both.notna(), None)
    both["statement"] = both["statement_after"].where(both["statement_after"].notna(), both["statement_before"])
    differing = both[both["truth_before"] != both["truth_after"]]
    found = differing.rename(columns={"truth_before": "before", "truth_after": "after"})
    return found[["finding", "before", "after", "statement"]].reset_index(drop=True)


# Figures ------------------------------------------------------------------------------------------------------


def figures(before: dict[str, pd.DataFrame], after: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Figures whose data differ.

    before, after: each figure's data by name. Returns figure, state (changed | new | gone), rows_added, rows_gone,
    rows_changed, columns (those that only one of the two has, "+new, −gone") and largest (the change that is largest
    relative to its column's largest number, as "row: column before → after"; "" where no number changed).
    """
    rows = []
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if old is None:
            rows.append((name, "new", len(after[name]), 0, 0, "", ""))
        elif new is None:
            rows.append((name, "gone", 0, len(old), 0, "", ""))
        elif any(found := _rows(old, new)):
            rows.append((name, "changed", *found))
    columns = ["figure", "state", "rows_added", "rows_gone", "rows_changed", "columns", "largest"]
    return pd.DataFrame(rows, columns=columns)


def _rows(old: pd.DataFrame, new: pd.DataFrame) -> tuple[int, int, int, str, str]:
    """Rows added, gone and changed, columns that differ, and the largest change."""
    shared = [column for column in old.columns if column in new.columns]
    differing = [f"+{c}" for c in new.columns if c not in shared] + [f"−{c}" for c in old.columns if c not in shared]
    old, new = _alike(old[shared], new[shared])
    keys = _keys(old, new)
    rest = [column for column in shared if column not in keys]
    merged = _numbered(old, keys).merge(_numbered(new, keys), how="outer", on=[*keys, COPY], indicator=IN)
    counts = merged[IN].value_counts()
    both = merged[merged[IN] == "both"]
    changed = pd.DataFrame({column: _differs(both[f"{column}_x"], both[f"{column}_y"]) for column in rest}, both.index)
    largest = _largest(both, keys, changed)
    return counts["right_only"], counts["left_only"], int(changed.any(axis=1).sum()), ", ".join(differing), largest


def _alike(old: pd.DataFrame, new: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both tables with each column of one kind: numbers where both hold numbers (or nothing at all), else text."""
    tables = old.copy(), new.copy()
    for column in old.columns:
        numeric = all(pd.api.types.is_numeric_dtype(table[column].dropna().infer_objects()) for table in (old, new))
        flags = any(pd.api.types.is_bool_dtype(table[column]) for table in (old, new))
        for table in tables:
            known = table[column].notna()
            table[column] = (
                table[column].astype(float)
                if numeric and not flags
                else table[column].astype(object).where(~known, table[column].astype(str)).where(known, None)
            )
    return tables


def _keys(old: pd.DataFrame, new: pd.DataFrame) -> list[str]:
    """The fewest leading columns that tell the rows of either table apart; all of them where none do."""
    for count in range(1, len(old.columns) + 1):
        keys = list(old.columns[:count])
        if not (old.duplicated(keys).any() or new.duplicated(keys).any()):
            return keys
    return list(old.columns)


def _numbered(table: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """The table with a column that tells rows with equal keys apart."""
    return table.assign(**{COPY: table.groupby(keys, dropna=False).cumcount()})


def _differs(old: pd.Series, new: pd.Series) -> pd.Series:
    """Where two columns differ; unknown on both sides is no difference, unknown on one side is."""
    if pd.api.types.is_float_dtype(old) and pd.api.types.is_float_dtype(new):
        near = (old - new).abs() <= SAME * pd.concat([old.abs(), new.abs()], axis=1).max(axis=1)
    else:
        near = old == new
    return ~(near | (old.isna() & new.isna()))


def _largest(both: pd.DataFrame, keys: list[str], changed: pd.DataFrame) -> str:
    """The largest change of a number as text, "" where there is none."""
    best, text = 0.0, ""
    for column in changed:
        old, new = both[f"{column}_x"], both[f"{column}_y"]
        if not (pd.api.types.is_float_dtype(old) and pd.api.types.is_float_dtype(new)):
            continue
        size = ((new - old).abs() / pd.concat([old, new]).abs().max())[changed[column]].dropna()
        if len(size) and size.max() > best:
            best, row = size.max(), both.loc[size.idxmax()]
            where = ", ".join(_said(row[key]) for key in keys)
            text = f"{where}: {column} {_said(row[f'{column}_x'])} → {_said(row[f'{column}_y'])}"
    return text


def _said(cell: Any) -> str:
    if not isinstance(cell, float):
        return str(cell)
    return f"{cell:,.0f}" if abs(cell) >= 1e6 else f"{cell:,.6g}"
