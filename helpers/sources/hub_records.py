"""The Hub's records of models as a typed table, and which of them cannot be part of it."""

import datetime
import re
from typing import Any

import pyarrow

from helpers.tables.contracts import columns

REQUIRED = {"id": str, "createdAt": str, "downloadsAllTime": int, "tags": list}
"""What the contracts of the archive need of each record, and of which kind."""
OPTIONAL = {"downloads": int, "likes": int, "library_name": str, "pipeline_tag": str, "lastModified": str}
TEXTS, TIME = pyarrow.list_(pyarrow.string()), pyarrow.timestamp("us", "UTC")
COLUMNS = pyarrow.schema(
    [
        pyarrow.field("model", pyarrow.string(), nullable=False),
        pyarrow.field("downloads_all_time", pyarrow.int64(), nullable=False),
        pyarrow.field("created_at", TIME, nullable=False),
        ("downloads", pyarrow.int64()),
        ("likes", pyarrow.int64()),
        pyarrow.field("tags", TEXTS, nullable=False),
        ("library_name", pyarrow.string()),
        ("pipeline_tag", pyarrow.string()),
        ("safetensors_total", pyarrow.int64()),
        ("gated", pyarrow.string()),
        ("last_modified", TIME),
    ]
)
"""The published table, one row a model; null = the Hub does not tell.

downloads: of the last 30 days. tags: the Hub's; of a model's parents these alone tell, as base_model:namespace/name and
base_model:relation:namespace/name. safetensors_total: parameters as stored. gated: auto | manual | false.
"""
MADE = "createdAt: outside reason"
NAME = "no Hub id, namespace/name"
ABSENT = "lacks"
"""Why a record is not published; `lacks` is followed by the field."""
ID = re.compile(columns.ID)
INT64 = 2**63
EARLIEST = str(columns.FIRST_DAY)
"""No model was made before: the Hub dates its first ones to March 2022."""


def any_broken(rows: list[Any]) -> bool:
    """Whether a record lacks what every record has: a fault of the answer rather than of the model."""
    if not all(isinstance(row, dict) for row in rows):
        return True
    return any(None in [row.get(name) for row in rows] for name in REQUIRED)


def problem(row: Any, latest: str = "9") -> str | None:
    """Why a record cannot be published, None if it can. latest: the last day on which a model can have been made."""
    if not isinstance(row, dict):
        return f"{ABSENT} everything"
    for name, kind in REQUIRED.items():
        value = row.get(name)
        if value is None:
            return f"{ABSENT} {name}"
        if type(value) is not kind:
            return f"{name}: no {kind.__name__}"
    if not ID.match(row["id"]):
        return NAME
    for name, kind in OPTIONAL.items():
        if row.get(name) is not None and type(row[name]) is not kind:
            return f"{name}: no {kind.__name__}"
    if any(len(row.get(name) or "") > columns.LONGEST for name in ("library_name", "pipeline_tag")):
        return f"library_name, pipeline_tag: more than {columns.LONGEST} characters"
    if any(not 0 <= (row.get(name) or 0) < INT64 for name in ("downloadsAllTime", "downloads", "likes")):
        return "downloads, likes: out of range"
    if row["createdAt"][:1].isdecimal() and not EARLIEST <= row["createdAt"][:10] <= latest:
        return MADE
    return None


def _sound(rows: list[Any], latest: str) -> bool:
    """Whether no record has a problem that `problem` names, told column by column: most pages hold none.

    It may say no where there is none after all.
    """
    if not all(type(row) is dict for row in rows):
        return False
    told = {name: [row.get(name) for row in rows] for name in (*REQUIRED, *OPTIONAL)}
    kinds = REQUIRED | OPTIONAL
    if any({*map(type, values)} - {kinds[name], type(None)} for name, values in told.items()):
        return False
    if any(None in told[name] for name in REQUIRED) or not all(map(ID.match, told["id"])):
        return False
    texts = (text for name in ("library_name", "pipeline_tag") for text in {*told[name]} if text)
    counts = (count for name in ("downloadsAllTime", "downloads", "likes") for count in {*told[name]} if count)
    made = {text[:10] for text in told["createdAt"]}
    return (
        all(len(text) <= columns.LONGEST for text in texts)
        and all(0 < count < INT64 for count in counts)
        and all(EARLIEST <= day <= latest for day in made)
    )


def table(rows: list[Any], latest: datetime.date | None = None) -> tuple[pyarrow.Table, list[tuple[str, int]]]:
    """Records as a table of COLUMNS, and (why, position) of those that are left out, in order.

    latest: the last day on which a model can have been made; None for any.
    """
    last = str(latest or "9")
    left = [] if _sound(rows, last) else [(why, at) for at, row in enumerate(rows) if (why := problem(row, last))]
    out = {at for _, at in left}
    kept = [at for at in range(len(rows)) if at not in out]
    try:
        return _convert([rows[at] for at in kept]), left
    except UNCONVERTED:
        odd = [at for at in kept if not _converts(rows[at])]
    left += [("a value of another kind", at) for at in odd]
    return _convert([rows[at] for at in kept if at not in odd]), sorted(left, key=lambda found: found[1])


def _converts(row: dict[str, Any]) -> bool:
    try:
        _convert([row])
    except UNCONVERTED:
        return False
    return True


UNCONVERTED = (pyarrow.ArrowException, TypeError, ValueError, OverflowError, KeyError, AttributeError)
"""What a value of another kind raises, whichever of pyarrow's and our own steps it meets first."""


def _convert(rows: list[dict[str, Any]]) -> pyarrow.Table:
    tags = [row["tags"] for row in rows]
    if any(None in own for own in tags):
        raise TypeError("a tag is null")
    text, whole = pyarrow.string(), pyarrow.int64()
    columns = [
        pyarrow.array([row["id"] for row in rows], text),
        pyarrow.array([row["downloadsAllTime"] for row in rows], whole),
        pyarrow.array([row["createdAt"] for row in rows], text).cast(TIME),
        pyarrow.array([row.get("downloads") for row in rows], whole),
        pyarrow.array([row.get("likes") for row in rows], whole),
        pyarrow.array(tags, TEXTS),
        pyarrow.array([row.get("library_name") for row in rows], text),
        pyarrow.array([row.get("pipeline_tag") for row in rows], text),
        pyarrow.array([_total(row.get("safetensors")) for row in rows], whole),
        pyarrow.array([_gate(row.get("gated")) for row in rows], text),
        pyarrow.array([row.get("lastModified") for row in rows], text).cast(TIME),
    ]
    return pyarrow.Table.from_arrays(columns, schema=COLUMNS)


def _total(told: Any) -> int | None:
    total = told.get("total") if told else None
    if total is not None and type(total) is not int:
        raise TypeError("safetensors.total is no whole number")
    return total


def _gate(told: Any) -> str | None:
    return "false" if told is False else told
