"""The kinds of columns that contracts are built of: a type, a unit, and the checks that come with the kind.

Every function returns a column of the given description; nullable where null stands for unknown.
"""

import datetime

import numpy as np
import pandas as pd
import pandera.pandas as pa


def _match(texts: pd.Series, pattern: str) -> pd.Series:
    """Which texts, none of them null, match: each is looked at once, however many days repeat it."""
    places, distinct = pd.factorize(texts)
    return pd.Series(distinct.str.match(pattern)[places], texts.index)


NOT_NEGATIVE = pa.Check.ge(0, error="0 or more")
POSITIVE = pa.Check.gt(0, error="more than 0")
FIRST_OF_MONTH = pa.Check(lambda month: month.dt.day == 1, error="the first day of a month")
ID = r"\A[\w.\-]{1,96}/[\w.\-]{1,96}\Z"
"""What a Hub id looks like."""
HUB_ID = pa.Check(
    _match,
    pattern=ID,
    error="a Hub id, namespace/name, each part of at most 96 letters, digits, -_.",
)
FIRST_DAY = datetime.date(2022, 1, 1)
"""No source here has counted anything before: an earlier day was dated by a clock that stood wrong."""


def last_day() -> datetime.date:
    """Tomorrow, in UTC: no source has counted a later day yet. This machine's clock may be wrong, too."""
    return datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days=1)


def reasonable(day: datetime.date) -> bool:
    """Whether something can have been counted on a day."""
    return FIRST_DAY <= day <= last_day()


def named(text: str) -> datetime.date | None:
    """The day that `text` writes as YYYY-MM-DD, if something can have been counted on it."""
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        return None
    return day if str(day) == text and reasonable(day) else None


def _reasonable(days: pd.Series) -> pd.Series:
    return days.between(pd.Timestamp(FIRST_DAY), pd.Timestamp(last_day()))


REASONABLE = pa.Check(_reasonable, error=f"a day from {FIRST_DAY} to tomorrow, by this machine's clock")
DIGITS = pa.Check.str_matches(r"\A\d{1,30}\Z", error="a whole number in digits")
TEXTS = pa.Check(lambda values: values.map(_is_texts), error="a list of texts")
LONGEST = 500
"""Characters of anything that is taken for a name or a tag."""


def _is_texts(value: object) -> bool:
    return isinstance(value, (list, np.ndarray)) and all(isinstance(text, str) for text in value)


def hub_id() -> pa.Column:
    """The id of a tracked model."""
    return pa.Column("str", HUB_ID, description="Hub id, namespace/name", metadata={"unit": "id"})


def text(description: str, nullable: bool = False) -> pa.Column:
    """A name. Blank stands for null in some sources, so it is allowed where null is."""
    least = 0 if nullable else 1
    length = pa.Check.str_length(least, LONGEST, error=f"{least} to {LONGEST} characters")
    return pa.Column("str", length, nullable=nullable, description=description)


def label(description: str, values: tuple[str, ...], nullable: bool = False) -> pa.Column:
    """One of a few words."""
    return pa.Column("str", pa.Check.isin(list(values)), nullable=nullable, description=description)


def date(description: str, nullable: bool = False) -> pa.Column:
    """A day in UTC, without a time."""
    return pa.Column("datetime64[us]", nullable=nullable, description=description, metadata={"unit": "UTC day"})


def counted(description: str) -> pa.Column:
    """A day in UTC on which a source has counted something."""
    return pa.Column("datetime64[us]", REASONABLE, description=description, metadata={"unit": "UTC day"})


def time(description: str, nullable: bool = False) -> pa.Column:
    """A moment in UTC."""
    return pa.Column("datetime64[us, UTC]", nullable=nullable, description=description, metadata={"unit": "UTC time"})


def month(description: str, unit: str, counted: bool = False) -> pa.Column:
    """A month as its first day; unit: "calendar month" for what happened in it, "first of month" for a label.

    counted: whether a source has counted something in it, so that it is within reason.
    """
    checks = [FIRST_OF_MONTH, REASONABLE] if counted else FIRST_OF_MONTH
    return pa.Column("datetime64[us]", checks, description=description, metadata={"unit": unit})


def whole(description: str, unit: str, nullable: bool = False) -> pa.Column:
    """A whole number, 0 or more."""
    dtype = "Int64" if nullable else "int64"
    return pa.Column(dtype, NOT_NEGATIVE, nullable=nullable, description=description, metadata={"unit": unit})


def number(description: str, unit: str, nullable: bool = False, check: pa.Check | None = None) -> pa.Column:
    """Any finite number that `check` allows."""
    return pa.Column("float64", check, nullable=nullable, description=description, metadata={"unit": unit})
