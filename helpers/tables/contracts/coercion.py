"""Columns to the type that a contract wants, wherever that loses nothing."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from pandas.api import types

Coerced = tuple[pd.Series, pd.Series]
"""The column in its type, and which of its values cannot be that; those are null, or 0, in the column."""

NAMES = {
    "int64": "whole number", "float64": "number", "bool": "true or false", "boolean": "true or false", "object": "list",
}  # fmt: skip
MIDNIGHT = r"(\d{4}-\d\d-\d\d)(?:[ T]00:00(?::00(?:\.0+)?)?(?:Z|[+-]00:?00)?)?"
"""A day in text; spreadsheets and databases add its midnight."""
WHOLE = r"([+-]?\d{1,18})(?:\.0*)?"
"""A whole number in text; where a column had gaps, it was a float once."""
EXACT = 2**53  # whole numbers up to here are exact as floats


def kind(dtype: object) -> str:
    """The kind of a contract's type, in words (a key of KINDS); its own name where it is of none of these kinds."""
    name = str(dtype).lower()
    if name.startswith("datetime64"):  # pandera calls every date datetime64[ns]; here they are in microseconds
        return "time" if "utc" in name else "date"
    return "text" if name.startswith("str") else NAMES.get(name, name)


def wanted(dtype: object) -> str:
    """What a value of this type looks like."""
    return KINDS[kind(dtype)][1]


def coerce(column: pd.Series, dtype: object) -> Coerced:
    """`column` in the type that a contract wants; types of no kind here are left as they are."""
    rule = KINDS.get(kind(dtype))
    if rule is None:
        return column, _none(column)
    if str(dtype) in ("Int64", "boolean"):  # pandas' types that can hold null
        known, bad = rule[0](column.dropna())
        return known.astype(str(dtype)).reindex(column.index), bad.reindex(column.index, fill_value=False)
    return rule[0](column)


def _none(column: pd.Series) -> pd.Series:
    return pd.Series(False, column.index)


def _refused(column: pd.Series, dtype: str) -> Coerced:
    """A column of another kind altogether: every value is refused."""
    blank = pd.Series(0 if dtype in ("int64", "bool") else None, column.index, dtype=dtype)
    return blank, pd.Series(True, column.index)


def _is_text(column: pd.Series) -> bool:
    return types.is_string_dtype(column.dtype) or types.is_object_dtype(column.dtype)


def _day(column: pd.Series) -> Coerced:
    if types.is_numeric_dtype(column.dtype):
        return _refused(column, "datetime64[us]")
    is_text = types.infer_dtype(column, skipna=True) == "string"
    texts = column.astype("str").str.extract(rf"\A{MIDNIGHT}\Z", expand=False) if is_text else column
    times = pd.to_datetime(texts, format="%Y-%m-%d" if is_text else None, errors="coerce", utc=True)
    days = times.dt.tz_localize(None).astype("datetime64[us]")
    return days, column.notna() & (days.isna() | (days != days.dt.normalize()))


def _time(column: pd.Series) -> Coerced:
    if types.is_numeric_dtype(column.dtype):
        return _refused(column, "datetime64[us, UTC]")
    form = "ISO8601" if types.infer_dtype(column, skipna=True) == "string" else None
    times = pd.to_datetime(column, format=form, errors="coerce", utc=True).astype("datetime64[us, UTC]")
    return times, column.notna() & times.isna()


def _whole(column: pd.Series) -> Coerced:
    if types.is_bool_dtype(column.dtype) or not (_is_text(column) or types.is_numeric_dtype(column.dtype)):
        return _refused(column, "int64")
    if column.dtype == "int64":
        return column, _none(column)
    if _is_text(column):
        digits = column.astype("str").str.extract(rf"\A{WHOLE}\Z", expand=False)
        return digits.fillna("0").astype("int64"), digits.isna()
    numbers = column.astype("float64")
    exact = (numbers == np.floor(numbers)) & (numbers.abs() <= EXACT)
    return numbers.where(exact, 0).astype("int64"), ~exact


def _number(column: pd.Series) -> Coerced:
    if types.is_bool_dtype(column.dtype) or not (_is_text(column) or types.is_numeric_dtype(column.dtype)):
        return _refused(column, "float64")
    numbers = pd.to_numeric(column, errors="coerce").astype("float64")
    infinite = np.isinf(numbers)
    return numbers.mask(infinite), infinite | (column.notna() & numbers.isna())


def _text(column: pd.Series) -> Coerced:
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(column.cat.categories.dtype)
    if isinstance(column.dtype, pd.StringDtype):
        return column.astype("str"), _none(column)
    bad = column.notna() & ~column.map(lambda value: isinstance(value, str)).astype(bool)
    return column.mask(bad).astype("str"), bad


def _truth(column: pd.Series) -> Coerced:
    if types.is_bool_dtype(column.dtype) and not column.isna().any():
        return column.astype("bool"), _none(column)
    known = column.astype("str").str.lower().isin(["true", "false"])
    return column.astype("str").str.lower() == "true", ~known


KINDS: dict[str, tuple[Callable[[pd.Series], Coerced], str]] = {
    "date": (_day, "a day as YYYY-MM-DD"),
    "time": (_time, "a time in UTC, as 2025-07-03T00:00:00Z"),
    "whole number": (_whole, "a whole number"),
    "number": (_number, "a number"),
    "text": (_text, "text"),
    "true or false": (_truth, "true or false"),
}
"""A kind of column → how to get there, and what its values look like."""
