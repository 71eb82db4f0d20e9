"""Contracts of the downloads: history and snapshots as they come in, and the clean tables made of them."""

import pandas as pd
import pandera.pandas as pa

from helpers.registry import BUCKETS, REGION_LABELS
from helpers.tables.contracts import columns

FLAGS = (
    "observed", "filtered", "interpolated", "distant", "faulty", "reset", "restated", "vanished", "entered", "partial",
    "backcast",
)  # fmt: skip
"""What a model's count of one day rests on; see the `flag` columns."""


def _downloads(description: str, nullable: bool = False) -> pa.Column:
    return columns.number(description, "downloads", nullable, columns.NOT_NEGATIVE)


def _new_or_unknown(daily: pd.DataFrame) -> pd.Series:
    """A day's downloads are unknown exactly where a model enters, is last read, or is not read any more."""
    return daily["downloads"].isna() == daily["flag"].isin(["entered", "vanished", "partial"])


TABLES = {
    "raw/history": pa.DataFrameSchema(
        {
            "date": columns.counted("day of the downloads"),
            "model": columns.hub_id(),
            "downloads": columns.whole("new downloads on that day, as the Hub counted them", "downloads"),
        },
        unique=["date", "model"],
        strict="filter",
        description="Daily history of one namespace, as given by the Hub (Section 2.1): "
        "`raw/history/<namespace>.parquet` or `.csv`. Further columns are ignored. A day that is absent inside a "
        "model's series is unknown, not zero.",
    ),
    "raw/snapshots": pa.DataFrameSchema(
        {
            "date": columns.counted("day of the snapshot; in the archive it is the folder's name, not a column"),
            "model": columns.hub_id(),
            "read_at": columns.time(
                "when the counts were read; in the archive the day's record tells it, no column; null where none does: "
                "then they are taken to be those of the day's end",
                True,
            ),
            "downloads_all_time": columns.whole(
                "downloads since the model's creation, until it was read; null where the day's source does not tell",
                "downloads",
                True,
            ),
            "downloads": columns.whole(
                "downloads of the 30 days before; null where not told, and a file need not have the column",
                "downloads",
                True,
            ),
            "created_at": columns.time(
                "when the repository was made; it may be earlier than the release, null if unknown", True
            ),
        },
        unique=["date", "model"],
        strict="filter",
        description="One day's count of every model (Section 2.1): `raw/snapshots/date=YYYY-MM-DD/models.parquet`. "
        "Further columns are ignored. A day without a folder was not collected.",
    ),
    "clean/models": pa.DataFrameSchema(
        {
            "model": columns.hub_id(),
            "namespace": pa.Column("str", description="part of the id before the slash"),
            "organisation": pa.Column("str", description="label over namespaces, as in the paper's figures"),
            "region": columns.label("headquarters of the organisation (Section 2.2)", tuple(REGION_LABELS)),
            "parameters_b": columns.number(
                "total parameters, also for mixtures of experts; null = unresolved", "billions", True, columns.POSITIVE
            ),
            "bucket": columns.label("size bucket (Section 2.2); null = unresolved", BUCKETS, nullable=True),
            "released": columns.date("public release: the corrected date where one is listed, else `created`", True),
            "created": columns.date("day the repository was made; null = never seen in a snapshot", True),
            "history": pa.Column("bool", description="whether a daily history before the snapshots is held"),
        },
        unique=["model"],
        strict=True,
        description="The tracked models.",
    ),
    "clean/daily": pa.DataFrameSchema(
        {
            "date": columns.date("day of the downloads"),
            "model": columns.hub_id(),
            "downloads": _downloads(
                "new that day; null on the day a model enters with a lifetime total, and from its last reading on", True
            ),
            "downloads_cumulative": _downloads("through that day"),
            "flag": columns.label(
                "what the count rests on. observed: read within twelve hours of the day's end, and taken to it on the "
                "line to the next reading. filtered: an outlier, replaced. interpolated: not read so near, on the line "
                "between readings. distant: on such a line, but between readings farther apart than the edition lets "
                "count as read. faulty: read, but far off its course, and treated as not read. reset: the "
                "counter started again, nothing was subtracted. restated: the Hub took a part of the count back; "
                "whether the total follows is the edition's `falls`. vanished: not read any more; the total "
                "stays, a least, and what is new is unknown. entered: first seen, with a total that is no day's news. "
                "partial: last read before the day's end; the total stays that of the last end, if there was one",
                FLAGS[:-1],
            ),
        },
        checks=pa.Check(
            _new_or_unknown, error="downloads on every day but that of entry and those from the last reading on"
        ),
        unique=["date", "model"],
        strict=True,
        description="Downloads by model and day: outlier-filtered history through the history's end, differences of "
        "snapshots after it (Section 2.1). Every model has each day from its first to the last whose end the snapshots "
        "reach.",
    ),
    "clean/monthly": pa.DataFrameSchema(
        {
            "month": columns.month('label: "2025-08-01" is data through 31 July 2025', "first of month"),
            "model": columns.hub_id(),
            "downloads": _downloads(
                "new during the days of the month before the label that are known; null if none of them is", True
            ),
            "downloads_cumulative": _downloads("through the day before the label"),
            "flag": columns.label(
                "entered: downloads are those of a part of the month, for a day of it is not known since the model is "
                "there, or its start is distant; interpolated: the count at the month's start or end was not read; "
                "distant: its end lies between readings too far apart, as in clean/daily; vanished: the model was not "
                "seen any more at its end, so that downloads are those of a part of the month, or null",
                ("observed", "interpolated", "distant", "entered", "vanished"),
            ),
        },
        unique=["month", "model"],
        strict=True,
        description="Downloads by model and month label (Section 2.1).",
    ),
    "clean/lifetime": pa.DataFrameSchema(
        {
            "date": columns.date("day through which is counted"),
            "model": columns.hub_id(),
            "downloads_cumulative": _downloads("since the model's creation, unfiltered"),
            "flag": columns.label(
                "as in clean/daily, but from a partial day on the count is the one that was read; backcast: the first "
                "snapshot's count less the history after that day",
                FLAGS,
            ),
        },
        unique=["date", "model"],
        strict=True,
        description="Raw lifetime counts by model and day, as RAM and Appendix B use them (Section 6). Before a "
        "model's first snapshot only where a history reaches up to it.",
    ),
    "clean/restatements": pa.DataFrameSchema(
        {
            "date": columns.date("day through which is counted"),
            "model": columns.hub_id(),
            "counted_cumulative": _downloads("with growth on top of what was counted and then taken back"),
            "restated_cumulative": _downloads("without what was taken back"),
        },
        unique=["date", "model"],
        strict=True,
        description="Lifetime counts on the days on which it matters whether a count that the Hub takes back is "
        "believed; which of the two the other tables have is the edition's `falls`.",
    ),
    "clean/chained": pa.DataFrameSchema(
        {
            "date": columns.date("day through which is counted"),
            "model": columns.hub_id(),
            "downloads_cumulative": _downloads("estimated: a later count less the 30-day counts between"),
            "low": _downloads("least by the measured error; null where that is not known", True),
            "high": _downloads("most by the measured error; null where that is not known", True),
        },
        unique=["date", "model"],
        strict=True,
        description="Estimates of lifetime counts before the first that was read, by 30-day counts of weekly dumps. "
        "They enter no other table. Absent where no such counts are held.",
    ),
}
"""Name of a table → its contract."""
