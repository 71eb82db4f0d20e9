"""Quoting: what a notebook may quote, under which keys, and what is kept of it."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import paths
from helpers.text import quoting
from helpers.text.quoting import QuoteError

REGIONS = pd.DataFrame(
    {
        "region": ["china", "us", "china"],
        "month": pd.to_datetime(["2026-02-01", "2026-02-01", "2026-03-01"]),
        "downloads": [1.5e9, np.nan, 2e9],
        "models": [3, 4, 5],
    }
)


@pytest.fixture
def quote(tmp_path, monkeypatch):
    monkeypatch.setenv("ATOM_STAGING", str(tmp_path))
    return quoting.quoter("03_regional")


def stored(name):
    return json.loads(paths.output(f"quoted/03_regional/{name}.json").read_text(encoding="utf-8"))


def test_a_quoted_table_keeps_its_cells_keys_and_origin(quote):
    assert quote("regions", REGIONS, by=["region", "month"], formats={"downloads": "tenths"}) is REGIONS
    kept = stored("regions")
    assert kept["keys"] == [["china", "2026-02"], ["us", "2026-02"], ["china", "2026-03"]]
    assert kept["rows"][1] == ["us", "2026-02-01", None, 4]
    assert (kept["notebook"], kept["by"], kept["rests_on"]) == ("03_regional", ["region", "month"], "inputs")
    assert kept["formats"] == {"downloads": "tenths"}


def test_one_row_needs_no_key_and_more_rows_do(quote):
    quote("crossing", pd.DataFrame({"date": [pd.Timestamp("2025-07-22")]}))
    assert stored("crossing")["keys"] == [[]]
    with pytest.raises(QuoteError, match=r"regions has 3 rows; name the columns that tell them apart"):
        quote("regions", REGIONS)


def test_an_empty_table_is_quoted_as_one_that_tells_nothing(quote):
    quote("regions", REGIONS.iloc[:0], by=["region", "month"])
    assert stored("regions")["rows"] == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"by": ["region"]}, r"several rows have the key china; add a column to `by`"),
        ({"by": ["place"]}, r"regions has no column place; it has region, month"),
        ({"formats": {"download": "tenths"}}, r"regions has no column download"),
        ({"name": "Regions of the world"}, r"lower case letters, digits and single hyphens"),
        ({"rests_on": "faith"}, r"rests_on is 'faith'; it is one of inputs, edition, registry"),
        ({"table": REGIONS.assign(models=np.inf)}, r"regions holds inf; a quoted cell is a finite number"),
        ({"table": REGIONS.assign(models=[[1], [2], [3]])}, r"regions holds \[1\]"),
    ],
)
def test_what_cannot_be_addressed_is_refused_and_nothing_is_left(quote, change, message):
    given_ = {"name": "regions", "table": REGIONS, "by": ["region", "month"]} | change
    with pytest.raises(QuoteError, match=message):
        quote(**given_)
    assert not paths.output("quoted/03_regional/regions.json").exists()


def test_a_name_is_quoted_once_and_a_new_run_starts_with_nothing(quote):
    quote("regions", REGIONS, by=["region", "month"])
    with pytest.raises(QuoteError, match="quoted twice"):
        quote("regions", REGIONS, by=["region", "month"])
    quoting.quoter("03_regional")
    assert not paths.output("quoted/03_regional/regions.json").exists()


@pytest.mark.parametrize(
    ("column", "value", "key"),
    [
        ("name", "GPT-OSS 120B", "gpt-oss-120b"),
        ("bucket", "7–9B", "7-9b"),
        ("bucket", "250B+", "250b"),
        ("model", "Qwen/Qwen3-0.6B", "qwen-qwen3-0-6b"),
        ("month", pd.Timestamp("2026-03-01"), "2026-03"),
        ("date", pd.Timestamp("2026-03-01"), "2026-03-01"),
        ("milestone_days", 7, "7d"),
        ("organisation", None, "unknown"),
        ("organisation", "智谱", "none"),
    ],
)
def test_keys(column, value, key):
    assert quoting.key(column, value) == key


@given(st.text())
def test_a_slug_holds_nothing_that_an_address_could_be_cut_at(text):
    assert quoting.slug(text).replace("-", "").isalnum()
    assert quoting.slug(quoting.slug(text)) == quoting.slug(text)
