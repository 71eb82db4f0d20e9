"""Contracts of the downloads: history and snapshots as they come in, and the clean tables made of them."""

import pandera.pandas as pa

from helpers.registry import BUCKETS, REGION_LABELS

FLAGS = ("observed", "filtered", "interpolated", "reset", "vanished", "entered", "backcast")
"""What a model's count of one day rests on; see the `flag` columns."""

HUB_ID = pa.Check.str_matches(
    r"\A[\w.\-]{1,96}/[\w.\-]{1,96}\Z", error="a Hub id, namespace/name, each part of at most 96 letters, digits, -_."
)
NOT_NEGATIVE = pa.Check.ge(0, error="0 or more")
FIRST_OF_MONTH = pa.Check(lambda month: month.dt.day == 1, error="the first day of a month")


def _model() -> pa.Column:
    return pa.Column("str", HUB_ID, description="Hub id, namespace/name", metadata={"unit": "id"})


def _date(description: str) -> pa.Column:
    return pa.Column("datetime64[us]", description=description, metadata={"unit": "UTC day"})


def _downloads(description: str, nullable: bool = False) -> pa.Column:
    return pa.Column(
        "float64", NOT_NEGATIVE, nullable=nullable, description=description, metadata={"unit": "downloads"}
    )


def _count(description: str) -> pa.Column:
    return pa.Column("int64", NOT_NEGATIVE, description=description, metadata={"unit": "downloads"})


def _label(description: str, values: tuple[str, ...], nullable: bool = False) -> pa.Column:
    return pa.Column("str", pa.Check.isin(list(values)), nullable=nullable, description=description)


def _new_or_entered(daily) -> "pa.typing.Series[bool]":
    """A day's downloads are unknown exactly where a model enters."""
    return daily["downloads"].isna() == (daily["flag"] == "entered")


TABLES = {
    "raw/history": pa.DataFrameSchema(
        {
            "date": _date("day of the downloads"),
            "model": _model(),
            "downloads": _count("new downloads on that day, as the Hub counted them"),
        },
        unique=["date", "model"],
        strict="filter",
        description="Daily history of one namespace, as given by the Hub (Section 2.1): "
        "`raw/history/<namespace>.parquet` or `.csv`. Further columns are ignored. A day that is absent inside a "
        "model's series is unknown, not zero.",
    ),
    "raw/snapshots": pa.DataFrameSchema(
        {
            "date": _date("day of the snapshot; in the archive it is the folder's name, not a column"),
            "model": _model(),
            "downloads_all_time": _count("downloads since the model's creation, through that day"),
            "created_at": pa.Column(
                "datetime64[us, UTC]",
                nullable=True,
                description="when the repository was made; it may be earlier than the release, null if unknown",
                metadata={"unit": "UTC time"},
            ),
        },
        unique=["date", "model"],
        strict="filter",
        description="One day's count of every model (Section 2.1): `raw/snapshots/date=YYYY-MM-DD/models.parquet`. "
        "Further columns are ignored. A day without a folder was not collected.",
    ),
    "clean/models": pa.DataFrameSchema(
        {
            "model": _model(),
            "namespace": pa.Column("str", description="part of the id before the slash"),
            "organisation": pa.Column("str", description="label over namespaces, as in the paper's figures"),
            "region": _label("headquarters of the organisation (Section 2.2)", tuple(REGION_LABELS)),
            "parameters_b": pa.Column(
                "float64",
                pa.Check.gt(0, error="more than 0"),
                nullable=True,
                description="total parameters, also for mixtures of experts; null = unresolved",
                metadata={"unit": "billions"},
            ),
            "bucket": _label("size bucket (Section 2.2); null = unresolved", BUCKETS, nullable=True),
            "released": pa.Column(
                "datetime64[us]",
                nullable=True,
                description="public release: the corrected date where one is listed, else `created`",
                metadata={"unit": "UTC day"},
            ),
            "created": pa.Column(
                "datetime64[us]",
                nullable=True,
                description="day the repository was made; null = never seen in a snapshot",
                metadata={"unit": "UTC day"},
            ),
            "history": pa.Column("bool", description="whether a daily history before the snapshots is held"),
        },
        unique=["model"],
        strict=True,
        description="The tracked models.",
    ),
    "clean/daily": pa.DataFrameSchema(
        {
            "date": _date("day of the downloads"),
            "model": _model(),
            "downloads": _downloads("new that day; null on the day a model enters with a lifetime total", True),
            "downloads_cumulative": _downloads("through that day"),
            "flag": _label(
                "what the count rests on. observed: read. filtered: an outlier, replaced. interpolated: not read, on "
                "the line between readings. reset: the counter fell, nothing was subtracted. vanished: not seen, the "
                "last total is kept. entered: first seen, with a total that is no day's news",
                FLAGS[:-1],
            ),
        },
        checks=pa.Check(_new_or_entered, error="downloads on every day but that of entry"),
        unique=["date", "model"],
        strict=True,
        description="Downloads by model and day: outlier-filtered history through the history's end, differences of "
        "snapshots after it (Section 2.1). Every model has each day from its first to the last snapshot.",
    ),
    "clean/monthly": pa.DataFrameSchema(
        {
            "month": pa.Column(
                "datetime64[us]",
                FIRST_OF_MONTH,
                description='label: "2025-08-01" is data through 31 July 2025',
                metadata={"unit": "first of month"},
            ),
            "model": _model(),
            "downloads": _downloads("new during the month before the label; null if no day of it is known", True),
            "downloads_cumulative": _downloads("through the day before the label"),
            "flag": _label(
                "interpolated: the count at the month's start or end was not read; vanished: the model was not seen "
                "any more at its end, the last total is kept",
                ("observed", "interpolated", "vanished"),
            ),
        },
        unique=["month", "model"],
        strict=True,
        description="Downloads by model and month label (Section 2.1).",
    ),
    "clean/lifetime": pa.DataFrameSchema(
        {
            "date": _date("day through which is counted"),
            "model": _model(),
            "downloads_cumulative": _downloads("since the model's creation, unfiltered"),
            "flag": _label(
                "as in clean/daily; backcast: the first snapshot's count less the history after that day", FLAGS
            ),
        },
        unique=["date", "model"],
        strict=True,
        description="Raw lifetime counts by model and day, as RAM and Appendix B use them (Section 6). Before a "
        "model's first snapshot only where a history reaches up to it.",
    ),
}
"""Name of a table → its contract."""
