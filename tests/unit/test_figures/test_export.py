"""A figure's files: equal bytes for equal data, a CSV that no spreadsheet runs, and no figure without data."""

import io

import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.text import Text
from PIL import Image

from helpers import figures
from helpers.figures.export import safe

LABEL = "Reconstructed from the paper's published figures; not a measurement."


def table() -> pd.DataFrame:
    months = pd.date_range("2025-01-01", periods=6, freq="MS")
    rows = [
        (month, region, 1e6 * (i + 1) * (n + 1))
        for n, region in enumerate(("us", "china"))
        for i, month in enumerate(months)
    ]
    return pd.DataFrame(rows, columns=["month", "region", "downloads_cumulative"])


def drawn(label: str = LABEL):
    figure = figures.lines(table(), "month", "downloads_cumulative", "region", "downloads", "Cumulative downloads")
    return figures.finish(figure, "Hugging Face Hub", label)


def test_the_same_data_give_the_same_bytes(tmp_path):
    for folder in ("one", "other"):
        figures.use_theme()
        figures.export(drawn(), "fig", table(), tmp_path / folder)
        plt.close("all")
    for kind in ("svg", "png", "csv"):
        one, other = ((tmp_path / folder / f"fig.{kind}").read_bytes() for folder in ("one", "other"))
        assert one == other, kind
    svg = (tmp_path / "one" / "fig.svg").read_text()
    assert "<text" not in svg  # outlines need no font where the picture is shown
    assert "<dc:date>" not in svg
    assert "Matplotlib" not in svg.split("</metadata>")[0]


def test_the_picture_has_the_report_width_and_the_csv_the_data(tmp_path):
    figures.export(drawn(), "fig", table(), tmp_path)
    with Image.open(tmp_path / "fig.png") as picture:
        assert picture.width == round(6.2 * 200)
    found = pd.read_csv(tmp_path / "fig.csv", parse_dates=["month"])
    pd.testing.assert_frame_equal(found, table(), check_dtype=False)


def test_source_and_label_are_in_the_figure_and_within_its_width():
    figure = drawn("Built from an author's own archive. " * 5)
    words = next(text for text in figure.texts if text.get_text().startswith("Source: Hugging Face Hub"))
    assert words.get_text().count("\n") == 2
    assert Text.get_window_extent(words).x1 <= figure.bbox.x1


def test_text_that_a_spreadsheet_would_run_is_disarmed():
    given = pd.DataFrame(
        {"name": ["=1+1", "+2", "-3", "@x", "\tq", "\rq", "x\r=1", None, "a=b"], "value": range(-4, 5),
         "date": pd.Timestamp("2025-01-01")},
    )  # fmt: skip
    found = pd.read_csv(io.StringIO(safe(given).to_csv(index=False)), keep_default_na=False)
    assert list(found["name"])[:4] == ["'=1+1", "'+2", "'-3", "'@x"]
    assert [text[:1] for text in found["name"][4:6]] == ["'", "'"]
    assert list(found["name"])[6:] == ["x =1", "", "a=b"]
    assert list(found["value"]) == list(range(-4, 5))  # numbers stay numbers


def test_categories_are_disarmed_too():
    given = pd.DataFrame({"name": pd.Categorical(["=1", "b"])})
    assert list(safe(given)["name"]) == ["'=1", "b"]


def test_a_figure_without_data_is_refused_and_leaves_no_file(tmp_path):
    with pytest.raises(ValueError, match="figure fig: its data has no rows"):
        figures.export(drawn(), "fig", table().iloc[:0], tmp_path)
    assert list(tmp_path.iterdir()) == []
