"""The description that both pens draw from: the table, each value with its words, and nothing that a page would run."""

import json
import re

import numpy as np
import pandas as pd
import pytest

from helpers import figures, paths
from helpers.figures import export, palette, theme
from helpers.figures.chart import Chart, Mark, Panel

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
    figure = figures.lines(table("Qwen", "Meta"), "month", "downloads", "organisation", "downloads", "Total")
    chart = told(figure)
    (panel,) = chart["panels"]
    qwen, meta = panel["marks"]
    assert qwen["x"] == ["2025-12-01", "2026-01-01", "2026-02-01"]
    assert qwen["y"] == [1_000_000, None, 3_000_000]
    assert qwen["said"] == ["1.0M", "", "3.0M"]
    assert (qwen["end"], meta["end"]) == ("Qwen 3.0M", "Meta 6.0M")
    assert chart["below"] == ["Source: Hugging Face Hub", "Built from data that anyone can fetch."]
    assert chart["room"] == [figure.chart.room(680), figure.chart.room(350)]  # wide, and on a phone


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


def test_a_line_tells_how_many_models_were_read_where_its_table_does():
    frame = table("us").rename(columns={"organisation": "region"}).assign(downloads_cumulative=[1, 2, 3])
    above, below = told(figures.downloads_by_region(frame.assign(models_read=[1, 2, 3], models=4), "All / New"))[
        "panels"
    ]
    assert (above["marks"][0]["read"], above["marks"][0]["tracked"]) == ([1, 2, 3], [4, 4, 4])
    assert "read" not in below["marks"][0]  # they are those of the cumulative counts


@pytest.mark.parametrize("name", ["</script><script>alert(1)</script>", 'a"b', "x\u2028y"])
def test_no_name_ends_the_script(name):
    figure = figures.lines(table(name), "month", "downloads", "organisation", "downloads", name)
    assert "</script" not in figure.chart.script("fig-x")
    told(figure)


# The room that a page keeps free for a chart ------------------------------------------------------------------------

SCRIPT = (paths.REPORT / "theme" / "charts" / "chart.js").read_text(encoding="utf-8")
TITLE, CHIPS = 22, 5
"""Pixels of a panel's title, and above the rows of series."""
ROWS = pd.DataFrame({"x": [1, 2], "y": [1.0, 2.0]})


def panel(across: str, names: tuple[str, ...] = ("Qwen",), kind: str = "line", **more) -> Panel:
    rows = ROWS.assign(base=0) if more.pop("stacked", False) else ROWS
    marks = [Mark(kind, palette.Style(name, "#000000", (), "o"), rows) for name in names]
    return Panel("x", "downloads", across, marks, **more)


def test_panels_are_as_high_as_the_script_draws_them():
    pattern = r'across === "days" && .*? \? (\d+) : .*?> 1 \? \(wide \? (\d+) : (\d+)\) : wide \? (\d+) : (\d+);'
    small, several, narrow_several, wide, narrow = map(int, re.search(pattern, SCRIPT).groups())
    row, edge, plain = map(int, re.search(r"height = rows \? (\d+) \* rows \+ (\d+) : (\d+);", SCRIPT).groups())
    stacked, beside, between = map(int, re.search(r"stacked \? (\d+) : (\d+) \* .*? \+ (\d+);", SCRIPT).groups())
    foot = int(re.search(r"height = rows \* size \+ (\d+)", SCRIPT)[1])
    assert (int(re.search(r"WIDE = (\d+)", SCRIPT)[1]), theme.WIDTH) == (560, 6.2)
    assert panel("dates").height(wide=True, panels=1, columns=1) == TITLE + wide
    assert panel("dates").height(wide=False, panels=1, columns=1) == TITLE + narrow
    assert panel("dates").height(wide=True, panels=2, columns=1) == TITLE + several
    assert panel("dates").height(wide=False, panels=2, columns=2) == TITLE + narrow_several
    assert panel("ranks").height(wide=True, panels=3, columns=1) == TITLE + plain
    assert panel("ranks", ticks=["a", "b"]).height(wide=False, panels=3, columns=1) == TITLE + 2 * row + edge
    assert panel("days").height(wide=True, panels=4, columns=2) == TITLE + small
    assert panel("days").height(wide=True, panels=2, columns=1) == TITLE + several
    names, rows = ("Qwen", "Meta", "IBM"), ["a", "b"]
    assert panel("categories", names, ticks=rows, stacked=True).height(True, 1, 1) == TITLE + 2 * stacked + foot
    assert panel("categories", names, ticks=rows).height(True, 1, 1) == TITLE + 2 * (3 * beside + between) + foot


def test_series_under_a_panel_go_on_in_a_new_row_where_they_no_longer_fit():
    """A series takes 56 pixels, and 7 for each letter of its name and the six of its value."""
    four = 56 + 7 * 10
    names = tuple(f"abc{number}" for number in range(4))
    for width, rows in ((4 * four, 1), (4 * four - 1, 2), (2 * four, 2), (2 * four - 1, 4), (four, 4), (50, 4)):
        assert panel("dates", names).chips(width) == CHIPS + 31 * rows, width
    assert panel("dates", names, "fit").chips(int(four)) == CHIPS + 31  # fitted lines say nothing there
    assert panel("ranks", ticks=["a" * 50] * 2).chips(381) == CHIPS + 22  # about half the ticks are said
    assert panel("ranks", ticks=["a" * 50] * 2).chips(379) == CHIPS + 44


@pytest.mark.parametrize(
    ("shown", "width", "room"),
    [
        ({"panels": 1}, 680, 28 + (22 + 330 + 36) + 40),
        ({"panels": 1}, 560, 28 + (22 + 330 + 36) + 40),
        ({"panels": 1}, 559, 28 + (22 + 260 + 36) + 40),
        ({"panels": 2}, 680, 28 + 2 * (22 + 260 + 36) + 16 + 40),
        ({"panels": 3, "across": "days", "columns": 3}, 680, 28 + (22 + 190 + 36) + 40),
        ({"panels": 3, "across": "days", "columns": 3}, 350, 28 + 2 * (22 + 190 + 36) + 16 + 40),  # two at most
        ({"panels": 1, "below": ("a" * 103,)}, 680, 28 + (22 + 330 + 36) + 40 + 21),
        ({"panels": 1, "below": ("a" * 104, "b")}, 680, 28 + (22 + 330 + 36) + 40 + 3 * 21),
        ({"panels": 1, "height": 6.2}, 680, (680 - 26) + 26),  # the picture is the higher one
    ],
)
def test_the_room_is_that_of_the_chart_or_of_its_picture(shown, width, room):
    """Title and buttons, panels with what stands under them and gaps, the foot, the lines below."""
    panels = [panel(shown.get("across", "dates"))] * shown["panels"]
    more = {name: shown[name] for name in ("columns", "below") if name in shown}
    assert Chart(panels, shown.get("height", 1), **more).room(width) == room


def test_a_span_is_from_the_first_to_the_last_date_of_all_panels():
    days = pd.to_datetime(["2025-03-01", "2025-05-01"])
    line = Mark("line", palette.REGIONS["us"], pd.DataFrame({"x": days, "y": [1, 2]}))
    later = pd.to_datetime(["2025-04-01", "2025-06-01"])
    bars = Mark("bars", palette.REGIONS["us"], pd.DataFrame({"x": days, "x_end": later, "y": [1, 2], "base": 0}))
    early = Mark("line", palette.REGIONS["us"], pd.DataFrame({"x": days - pd.Timedelta(days=40), "y": [1, 2]}))
    over, under = (Panel("x", "downloads", "dates", marks) for marks in ([line, bars], [early]))
    assert Chart([over, under], 1).span == (pd.Timestamp("2025-01-20"), later[1])


def test_the_script_says_all_that_stands_beside_the_series():
    eras = pd.DataFrame({"region": ["eu"], "start": MONTHS[:1], "end": MONTHS[1:2]})
    marks = {MONTHS[2]: "last", MONTHS[1]: "first"}
    frame = table("us", "eu").rename(columns={"organisation": "region"}).assign(downloads_cumulative=1.0)
    chart = told(figures.downloads_by_region(frame, "All / New", eras, marks))
    above, below = chart["panels"]
    assert [one["title"] for one in chart["panels"]] == ["All", "New"]
    assert above["notes"] == [{"x": "2026-01-01", "text": "first"}, {"x": "2026-02-01", "text": "last"}]
    assert below["eras"] == [{"name": "EU", "colour": "#C78A00", "x": "2025-12-01", "xEnd": "2026-02-01"}]
    assert (above["bounds"], above["across"], above["unit"], chart["columns"]) == ([0, None], "dates", "downloads", 1)
    look = {name: above["marks"][0][name] for name in ("kind", "name", "colour", "dash", "marker", "hollow")}
    assert look == {
        "kind": "line",
        "name": "USA",
        "colour": "#2E6FB7",
        "dash": [6, 1.6],
        "marker": "s",
        "hollow": False,
    }


def test_the_script_says_days_and_options_by_rank():
    curve = pd.DataFrame({"place": [1, 2], "value": [0.5, 2.0], "date": [pd.NaT, MONTHS[1]], "edition": [True, False],
                          "filter": ["rule", "none"]})  # fmt: skip
    labels = {"filter": {"rule": "Removed", "none": "Kept"}}
    value, day, option = told(figures.specification(curve, "Lead / Day / Choices", labels))["panels"]
    assert [mark["said"] for mark in value["marks"]] == [["2.0×"], ["0.50×"]]  # the edition's own comes last
    assert [(mark["y"], mark["said"]) for mark in day["marks"]] == [(["2026-01-01"], ["1 Jan 2026"]), ([None], [""])]
    assert [said for mark in option["marks"] for said in mark["said"]] == ["Removed", "Kept"]
    assert (option["title"], option["ticks"]) == ("Choices", ["Removed", "Kept"])


def test_the_script_says_scales_numbers_and_totals_of_panels():
    reference = pd.DataFrame({"bucket": "7–9B", "milestone_days": [7, 30], "median": [5.0, 50.5]})
    chart = told(figures.reference_curves(reference, "Medians", "Days"))
    (one,) = chart["panels"]
    assert (one["title"], chart["xTitle"], chart["columns"], chart["shared"]) == ("Medians", "Days", 1, False)
    assert (one["ticks"], one["log"], one["level"]) == ([7, 30], 10, None)
    assert [(mark["y"], mark["end"]) for mark in one["marks"]] == [([5, 50.5], "7–9B 50")]
    cells = pd.DataFrame({"bucket": ["7–9B"], "region": ["us"], "downloads_cumulative": [3e6]})
    (one,) = told(figures.buckets(cells, "x"))["panels"]
    assert one["totals"] == [{"category": "7–9B", "y": 3_000_000, "text": "3.0M · 100%"}]
    scores = pd.DataFrame(
        [("7–9B", name, "Qwen", day, 2.0) for name in ("one", "two") for day in (7, 30)],
        columns=["bucket", "name", "organisation", "milestone_days", "score"],
    )  # fmt: skip
    (one,) = told(figures.trajectories(scores, "RAM", "Days"))["panels"]
    assert (one["log"], one["level"]) == (2, 1)
    assert [(mark["hollow"], mark["end"]) for mark in one["marks"]] == [(False, "one 2.0×"), (True, "two 2.0×")]
