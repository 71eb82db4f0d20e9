"""A figure's files: equal bytes for equal data, a CSV that no spreadsheet runs, and no figure without data."""

import io

import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.text import Text
from PIL import Image

from helpers import edition, figures
from helpers.figures import export


def table() -> pd.DataFrame:
    months = pd.date_range("2025-01-01", periods=6, freq="MS")
    rows = [
        (month, region, 1e6 * (i + 1) * (n + 1))
        for n, region in enumerate(("us", "china"))
        for i, month in enumerate(months)
    ]
    return pd.DataFrame(rows, columns=["month", "region", "downloads_cumulative"])


def drawn(data: str = "public"):
    figure = figures.lines(table(), "month", "downloads_cumulative", "region", "downloads", "Cumulative downloads")
    return export.finish(figure, "Hugging Face Hub", data)


def test_the_same_data_give_the_same_bytes(tmp_path):
    for folder in ("one", "other"):
        figures.use_theme()
        export.export(drawn(), "fig", table(), tmp_path / folder)
        plt.close("all")
    for kind in ("svg", "png", "csv"):
        one, other = ((tmp_path / folder / f"fig.{kind}").read_bytes() for folder in ("one", "other"))
        assert one == other, kind
    svg = (tmp_path / "one" / "fig.svg").read_text()
    assert "<text" not in svg  # outlines need no font where the picture is shown
    assert "<dc:date>" not in svg
    assert "Matplotlib" not in svg.split("</metadata>")[0]


def test_the_picture_has_the_report_width_and_the_csv_the_data(tmp_path):
    export.export(drawn(), "fig", table(), tmp_path)
    with Image.open(tmp_path / "fig.png") as picture:
        assert picture.width == round(6.2 * 200)
    found = pd.read_csv(tmp_path / "fig.csv", parse_dates=["month"])
    pd.testing.assert_frame_equal(found, table(), check_dtype=False)


def test_the_pen_draws_with_the_words_of_its_cell_and_shows_what_it_stored(monkeypatch, tmp_path):
    shown, given = [], {}
    said = {"label": "fig-a", "fig-source": "Hub", "fig-title": "Over time", "fig-x-title": "Days", "fig-cap": "x"}
    monkeypatch.setattr(export.cells, "running", lambda: said)
    monkeypatch.setattr(export.paths, "output", lambda folder: tmp_path / folder)
    monkeypatch.setattr(export, "display", lambda data, raw: shown.append((data, raw)))

    def function(rows, **settings):
        given.update(settings)
        return figures.lines(rows, "month", "downloads_cumulative", "region", "downloads", settings["title"])

    draw = export.pen("regional/figures", "public")
    draw(function, table().iloc[:0])
    assert not shown
    draw(function, table(), more=1)
    assert given == {"title": "Over time", "x_title": "Days", "more": 1}
    stored = {path.suffix: path for path in (tmp_path / "regional/figures").glob("fig-a.*")}
    assert stored.keys() == {".svg", ".png", ".csv", ".js"}
    ((data, raw),) = shown
    assert raw
    assert data["image/svg+xml"] == stored[".svg"].read_text(encoding="utf-8")


def test_source_and_label_are_in_the_figure_and_within_its_width(monkeypatch):
    monkeypatch.setitem(edition.LABELS, "full", "Built from an author's own archive. " * 5)
    figure = drawn("full")
    words = next(text for text in figure.texts if text.get_text().startswith("Source: Hugging Face Hub"))
    assert words.get_text().count("\n") == 2
    assert (words.get_fontsize(), words._linespacing) == (10, 1.05)
    assert Text.get_window_extent(words).x1 <= figure.bbox.x1


def test_what_reconstructed_data_stand_in_for_is_not_called_their_source():
    words = "\n".join(text.get_text() for text in drawn("reconstructed").texts)
    assert words.startswith(f"Stands in for: Hugging Face Hub\n{edition.LABELS['reconstructed']}")
    assert "Source" not in words


def test_data_that_must_not_be_published_are_in_no_table(tmp_path):
    export.export(drawn(), "fig", table(), tmp_path, table=False)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["fig.png", "fig.svg"]


def test_text_that_a_spreadsheet_would_run_is_disarmed():
    given = pd.DataFrame(
        {"name": ["=1+1", "+2", "-3", "@x", "\t=q", "\rq", "x\r=1", None, "a=b"], "value": range(-4, 5),
         "date": pd.Timestamp("2025-01-01")},
    )  # fmt: skip
    found = pd.read_csv(io.StringIO(export.safe(given).to_csv(index=False)), keep_default_na=False)
    assert list(found["name"])[:4] == ["'=1+1", "'+2", "'-3", "'@x"]
    assert list(found["name"])[4:] == ["'=q", "q", "x =1", "", "a=b"]
    assert list(found["value"]) == list(range(-4, 5))  # numbers stay numbers


def test_categories_are_disarmed_too():
    given = pd.DataFrame({"name": pd.Categorical(["=1", "b"])})
    assert list(export.safe(given)["name"]) == ["'=1", "b"]


def test_a_figure_without_data_is_refused_and_leaves_no_file(tmp_path):
    with pytest.raises(ValueError, match="figure fig: its data has no rows"):
        export.export(drawn(), "fig", table().iloc[:0], tmp_path)
    assert list(tmp_path.iterdir()) == []
