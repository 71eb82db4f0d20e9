"""The description that both pens draw from: the table, each value with its words, and nothing that a page would run."""

import json

import numpy as np
import pandas as pd
import pytest

from helpers import figures
from helpers.figures import export

MONTHS = pd.date_range("2025-12-01", periods=3, freq="MS")


def table(*names: str) -> pd.DataFrame:
    rows = [(m, name, 1e6 * (i + 1) * (n + 1)) for n, name in enumerate(names) for i, m in enumerate(MONTHS)]
    found = pd.DataFrame(rows, columns=["month", "organisation", "downloads"])
    found.loc[1, "downloads"] = np.nan
    return found


def told(figure) -> dict:
    text = export.finish(figure, "Hugging Face Hub", "public").chart.script("fig-x")
    assert text.startswith('atomChart("fig-x",')
    return json.loads(text[text.index(",") + 1 : text.rindex(")")])


def test_a_line_has_every_row_and_says_nothing_of_what_is_not_known():
    chart = told(figures.lines(table("Qwen", "Meta"), "month", "downloads", "organisation", "downloads", "Total"))
    (panel,) = chart["panels"]
    qwen, meta = panel["marks"]
    assert qwen["x"] == ["2025-12-01", "2026-01-01", "2026-02-01"]
    assert qwen["y"] == [1_000_000, None, 3_000_000]
    assert qwen["said"] == ["1.0M", "", "3.0M"]
    assert (qwen["end"], meta["end"]) == ("Qwen 3.0M", "Meta 6.0M")
    assert chart["below"] == ["Source: Hugging Face Hub", "Built from data that anyone can fetch."]


def test_bars_stand_on_each_other_and_span_their_month():
    frame = table("Qwen", "Meta").assign(downloads=[0.25, 0.5, 1, 0.75, 0.5, 0])
    (panel,) = told(figures.shares(frame, "downloads", "organisation", "Share"))["panels"]
    qwen, meta = panel["marks"]
    assert qwen["x_end"] == ["2026-01-01", "2026-02-01", "2026-03-01"]
    assert (qwen["base"], qwen["y"], meta["base"]) == ([0, 0, 0], [0.25, 0.5, 1], [0.25, 0.5, 1])
    assert meta["said"] == ["75%", "50%", "0%"]
    assert (qwen["end"], meta["end"]) == ("Qwen 100%", "Meta")  # a name alone where there was nothing


def test_new_downloads_are_read_under_the_label_of_their_month():
    frame = table("us").rename(columns={"organisation": "region"}).assign(downloads_cumulative=[1, 2, 3])
    above, below = told(figures.downloads_by_region(frame, "All / New"))["panels"]
    assert below["marks"][0]["at"] == above["marks"][0]["x"]
    assert below["marks"][0]["x"][0] == "2025-11-16"


@pytest.mark.parametrize("name", ["</script><script>alert(1)</script>", 'a"b', "x\u2028y"])
def test_no_name_ends_the_script(name):
    figure = figures.lines(table(name), "month", "downloads", "organisation", "downloads", name)
    assert "</script" not in figure.chart.script("fig-x")
    told(figure)
