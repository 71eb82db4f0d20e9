"""Formats: how a raw value of each unit reads."""

import datetime

import pandas as pd
import pytest

from helpers.text import addresses, formats


@pytest.mark.parametrize(
    ("value", "unit", "variant", "shown"),
    [
        (1.1496e9, "downloads", "usual", "1.15B"),
        (999_500_000, "downloads", "usual", "1.00B"),
        (999_499_999, "downloads", "usual", "999M"),
        (97_123_456, "downloads", "usual", "97M"),
        (9_949_999, "downloads", "usual", "9.9M"),
        (9_950_000, "downloads", "usual", "10M"),
        (302_400, "downloads", "usual", "302K"),
        (999, "downloads", "usual", "999"),
        (0, "downloads", "usual", "0"),
        (-51_400_000, "downloads", "usual", "−51M"),
        (942_110_000, "downloads", "tenths", "942.1M"),
        (12_800_000, "downloads", "tenths", "12.8M"),
        (302_000, "downloads", "tenths", "302K"),
        (999_499, "downloads", "tenths", "999K"),
        (999_500, "downloads", "tenths", "1.0M"),
        (1_234e6, "downloads", "tenths", "1,234.0M"),
        (12.4, "downloads", "tenths", "12"),
        (0.4721, "0 to 1", "usual", "47%"),
        (0.0281, "0 to 1", "tenths", "2.8%"),
        (11.88, "multiple", "usual", "11.9×"),
        (1.98, "multiple", "bare-hundredths", "1.98"),
        (20.452, "score", "usual", "20.45×"),
        (-0.04, "points", "usual", "0.0"),
        (-12.34, "points", "usual", "−12.3"),
        ("2025-07-28", "UTC day", "usual", "28 July 2025"),
        (datetime.date(2025, 7, 28), "UTC day", "part-of-month", "late July 2025"),
        (pd.Timestamp("2025-07-11"), "UTC day", "part-of-month", "mid-July 2025"),
        ("2025-07-10", "UTC day", "part-of-month", "early July 2025"),
        ("2026-03-01", "first of month", "usual", "March 2026"),
        (1504, "models", "usual", "1,504"),
        (5, "models", "words", "five"),
        (0, "rows", "words", "no"),
        (1504, "models", "words", "1,504"),
        (671.0, "billions of parameters", "usual", "671B"),
        (0.6, "billions of parameters", "usual", "0.6B"),
    ],
)
def test_a_value_reads_as_its_unit_says(value, unit, variant, shown):
    assert formats.shown(value, unit, variant) == shown


@pytest.mark.parametrize("value", [None, float("nan"), pd.NaT, pd.NA])
def test_null_is_unknown_in_every_unit(value):
    assert {formats.shown(value, unit) for unit in formats.UNITS} == {"unknown"}


@pytest.mark.parametrize("name", ["nan", "NaN", "NaT", "<NA>", "None"])
def test_a_name_is_known_whatever_it_is(name):
    assert formats.shown(name, "id") == name


def test_every_unit_of_the_codebook_that_is_quoted_has_a_format():
    quoted = {
        unit for (table, _), unit in addresses.units().items() if table and not table.startswith(("fig-", "ledger"))
    }
    assert quoted <= set(formats.UNITS)
