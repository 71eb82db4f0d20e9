"""What a figure shows is what its table holds: each line, bar, band, step, tick and label, read from its artists."""

import numpy as np
import pandas as pd
import pytest

from helpers import figures
from helpers.figures import axes, palette, theme
from tests.unit.test_figures import artists
from tests.unit.test_figures.artists import colour

MONTHS = list(pd.date_range("2025-11-01", "2026-03-01", freq="MS"))
HALF = pd.Timedelta(days=15)


def monthly(values: dict[str, list[float]], by: str, column: str) -> pd.DataFrame:
    """A long table of values by month, its rows in no order."""
    rows = [(month, name, value) for name, told in values.items() for month, value in zip(MONTHS, told, strict=True)]
    return pd.DataFrame(rows, columns=["month", by, column]).sample(frac=1, random_state=1)


REGIONAL = monthly({"us": [5e6, 1e6, 2e6, 9e6, 4e6], "china": [1e6, 7e6, 3e6, 8e6, 6e6]}, "region", "downloads")


def assert_axes_say_what_stands_there(ax):
    """Each tick of the axis of values is worded as the value it stands at."""
    shown = artists.ticks(ax.yaxis)
    assert len(shown) >= 3
    assert [artists.amount(text) for _, text in shown] == pytest.approx([at for at, _ in shown])


def test_downloads_by_region_are_the_rows_of_their_region_at_their_months():
    table = REGIONAL.sort_values("month")
    table["downloads_cumulative"] = table.groupby("region")["downloads"].cumsum()
    eras = pd.DataFrame({"region": ["us", "china"], "start": MONTHS[:2], "end": [MONTHS[0], MONTHS[3]]})
    mark = pd.Timestamp("2026-01-20")
    above, below = figures.downloads_by_region(
        table.sample(frac=1, random_state=2), "All / New", eras, {mark: "x"}
    ).axes
    for region, total, last in (("us", [5e6, 6e6, 8e6, 17e6, 21e6], 4e6), ("china", [1e6, 8e6, 11e6, 19e6, 25e6], 6e6)):
        assert artists.lines(above)[colour(region)] == [list(zip(MONTHS, total, strict=True))]
        new = table.loc[table["region"] == region, "downloads"]
        middles = [month - HALF for month in MONTHS]  # of the month before the label
        assert artists.lines(below)[colour(region)] == [list(zip(middles, new, strict=True))]
        label = {"us": "USA", "china": "China"}[region]
        ink = palette.ink(palette.REGIONS[region].colour)
        assert artists.ends(above)[f"{label} {total[-1] / 1e6:.1f}M"] == ((MONTHS[-1], total[-1]), ink)
        assert artists.ends(below)[f"{label} {last / 1e6:.1f}M"] == ((middles[-1], last), ink)
    assert len(artists.ends(above)) == len(artists.ends(below)) == 2
    for ax in (above, below):
        assert_axes_say_what_stands_there(ax)
        assert ax.get_ylim()[0] == 0
    assert artists.tints(below) == [
        (colour("us"), MONTHS[0], MONTHS[1]), (colour("china"), MONTHS[1], MONTHS[4])  # through the last month's end
    ]  # fmt: skip
    names = {text.get_text(): artists.day(text.xy[0]) for text in below.texts if text.get_text() in ("USA", "China")}
    assert {text.xyann for text in below.texts if text.get_text() in names} == {(0, -3)}  # points below the top
    assert names["USA"] == MONTHS[0] + (MONTHS[1] - MONTHS[0]) / 2
    assert names["China"] == MONTHS[1] + (MONTHS[4] - MONTHS[1]) / 2
    (note,) = [text for text in above.texts if text.get_label() == axes._NOTE]
    assert artists.day(note.xy[0]) == mark


@pytest.mark.parametrize("months", [2, 5, 8, 12, 20, 30, 70])
def test_months_are_named_where_they_begin_and_few_enough_to_read(months):
    days = pd.date_range("2023-05-01", periods=months, freq="MS")
    table = pd.DataFrame({"month": days, "region": "us", "downloads": np.arange(months) + 1.0})
    (ax,) = figures.lines(table, "month", "downloads", "region", "downloads", "x").axes
    shown = artists.ticks(ax.xaxis)
    assert 1 <= len(shown) <= 7
    starts = [artists.day(at).to_period("M").ordinal for at, _ in shown]
    assert len(set(np.diff(starts))) <= 1
    for at, text in shown:
        assert artists.day(at).strftime("%-d %b %Y") == f"1 {text}"


def test_the_month_of_a_bar_is_named_under_its_middle():
    (ax,) = figures.shares(monthly({"us": [1] * 5}, "region", "share"), "share", "region", "x").axes
    shown = artists.ticks(ax.xaxis)
    assert [text for _, text in shown] == ["Nov 2025", "Dec 2025", "Jan 2026", "Feb 2026", "Mar 2026"]
    for (at, _), (start, end, *_) in zip(shown, artists.bars(ax)[colour("us")], strict=True):
        assert abs(artists.day(at) - (start + (end - start) / 2)) <= pd.Timedelta(days=1)


@pytest.mark.parametrize(
    ("unit", "most"), [("downloads", 13e9), ("models", 4e6), ("points", 9e3), ("multiple", 2e3), ("share", 1)]
)
def test_ticks_say_the_value_at_which_they_stand(unit, most):
    _, (ax,) = theme.panels(3)
    axes.value_axis(ax, unit)
    for top in most * np.geomspace(1e-2, 1, 60):
        ax.set_ylim(0, top)
        assert_axes_say_what_stands_there(ax)


def test_shares_of_an_axis_are_per_cent():
    table = pd.DataFrame({"month": MONTHS, "region": "us", "value": [0.05, 0.1, 0.1, 0.2, 0.15]})
    (ax,) = figures.lines(table, "month", "value", "region", "share", "x").axes
    assert_axes_say_what_stands_there(ax)
    assert artists.ends(ax) == {"USA 15%": ((MONTHS[-1], 0.15), palette.ink(palette.REGIONS["us"].colour))}


def test_a_line_holds_its_rows_in_order_and_a_gap_where_a_value_is_unknown():
    table = monthly({"Qwen": [1e6, np.nan, 3e6, 4e6, 5e6], "Meta": [9e6, 8e6, 7e6, 6e6, np.nan]}, "by", "downloads")
    (ax,) = figures.lines(table, "month", "downloads", "by", "downloads", "x").axes
    drawn = artists.lines(ax)
    assert drawn[colour("Qwen")] == [list(zip(MONTHS, [1e6, None, 3e6, 4e6, 5e6], strict=True))]
    assert drawn[colour("Meta")] == [list(zip(MONTHS, [9e6, 8e6, 7e6, 6e6, None], strict=True))]
    assert {text: place for text, (place, _) in artists.ends(ax).items()} == {
        "Qwen 5.0M": (MONTHS[4], 5e6), "Meta 6.0M": (MONTHS[3], 6e6),
    }  # fmt: skip
    assert [artists.day(at) for at in ax.get_xlim()] == [MONTHS[0], MONTHS[-1]]
    assert ax.get_ylim()[0] == 0


def test_a_line_with_bounds_has_its_band():
    table = monthly({"Qwen": [1e6, 2e6, 3e6, 4e6, 5e6]}, "by", "downloads")
    bounds = table.assign(low=table["downloads"] / 2, high=table["downloads"] * 2)
    (ax,) = figures.lines(bounds, "month", "downloads", "by", "downloads", "x").axes
    (band,) = artists.bands(ax)
    assert [(low, high) for _, low, high in band] == [(n * 5e5, n * 2e6) for n in range(1, 6)]


def test_marks_at_the_left_edge_and_beyond_the_right_are_left_out_and_the_last_day_has_its():
    marks = {MONTHS[0]: "first", MONTHS[1]: "second", MONTHS[4]: "last", MONTHS[4] + HALF: "beyond"}
    (ax,) = figures.lines(REGIONAL, "month", "downloads", "region", "downloads", "x", marks=marks).axes
    noted = {t.get_text().strip(): artists.day(t.xy[0]) for t in ax.texts if t.get_label() == axes._NOTE}
    assert noted == {"second": MONTHS[1], "last": MONTHS[4]}


def test_size_buckets_are_stacked_by_region_and_say_their_part_of_all():
    cells = [("7–9B", "us", 3e6), ("7–9B", "china", 5e6), ("250B+", "eu", 1e6), ("unresolved", "us", 11e6),
             ("7–9B", "eu", np.nan)]  # fmt: skip
    table = pd.DataFrame(cells, columns=["bucket", "region", "downloads_cumulative"])
    (ax,) = figures.buckets(table, "x").axes
    assert artists.ticks(ax.yaxis) == [(0, "7–9B"), (1, "250B+"), (2, "unresolved")]
    assert ax.yaxis_inverted()
    drawn = {name: [bar for bar in artists.bars(ax, dates=False)[colour(name)] if bar[1] != bar[2]]
             for name in ("us", "china", "eu")}  # fmt: skip
    assert drawn == {"us": [(0, 5e6, 8e6), (2, 0, 11e6)], "china": [(0, 0, 5e6)], "eu": [(1, 0, 1e6)]}
    assert artists.legend(ax) == {"China": colour("china"), "USA": colour("us"), "EU": colour("eu")}
    totals = {text.xy: text.get_text() for text in ax.texts}
    assert totals == {(8e6, 0): "8.0M · 40%", (1e6, 1): "1.0M · 5%", (11e6, 2): "11.0M · 55%"}
    assert ax.get_xlim()[1] >= 11e6


def test_shares_are_stacked_in_one_order_over_the_month_they_stand_for():
    parts = {"us": [0.5, 0.4, 0.3, 0.2, 0.1], "china": [0.3, 0.4, 0.5, 0.7, 0.65], "eu": [0.2, 0.2, 0.2, 0.1, 0.25]}
    (ax,) = figures.shares(monthly(parts, "region", "share"), "share", "region", "x").axes
    ends = [*MONTHS[1:], pd.Timestamp("2026-04-01")]
    base = np.zeros(5)
    for region in ("china", "us", "eu"):
        rows = artists.bars(ax)[colour(region)]
        assert [(start, end) for start, end, *_ in rows] == list(zip(MONTHS, ends, strict=True))
        assert [low for _, _, low, _ in rows] == pytest.approx(base)
        base = base + parts[region]
        assert [high for *_, high in rows] == pytest.approx(base)
    said = {text: place for text, (place, _) in artists.ends(ax).items()}
    assert said.keys() == {"China 65%", "USA 10%", "EU 25%"}
    assert [said[text][1] for text in ("China 65%", "USA 10%", "EU 25%")] == pytest.approx([0.325, 0.7, 0.875])
    assert {place[0] for place in said.values()} == {ends[-1]}
    assert ax.get_ylim() == (0, 1)
    assert_axes_say_what_stands_there(ax)


def test_where_a_last_share_is_not_known_there_is_no_bar_and_its_name_without_a_number_stands_at_its_base():
    parts = {"us": [0.5, 0.4, 0.3, 0.2, np.nan], "china": [0.5, 0.6, 0.7, 0.8, 0.65]}
    (ax,) = figures.shares(monthly(parts, "region", "share"), "share", "region", "x").axes
    assert artists.bars(ax)[colour("us")][-1][2:] == (0.65, 0.65)
    assert {text: at[1] for text, (at, _) in artists.ends(ax).items()} == {"China 65%": 0.325, "USA": 0.65}


def test_the_sides_that_are_opposed_have_the_downloads_of_the_month_before_the_label():
    told = {"Qwen": [9e6, 1e6, 2e6, 3e6, 4e6], "Meta": [5e6, 4e6, 3e6, 2e6, 1e6], "OpenAI": [1e6, 1e6, 2e6, 2e6, 3e6]}
    table = monthly(told, "organisation", "downloads").sort_values("organisation", ascending=False)
    table["side"] = np.where(table["organisation"] == "Qwen", "qwen", "others")
    above, below = figures.opposed(table, "side", "organisation", "Qwen / Others").axes
    starts = [pd.Timestamp("2025-10-01"), *MONTHS[:-1]]
    spans = list(zip(starts, MONTHS, strict=True))
    assert artists.bars(above) == {colour("Qwen"): [(*span, 0, y) for span, y in zip(spans, told["Qwen"], strict=True)]}
    drawn = artists.bars(below)
    assert drawn[colour("Meta")] == [(*span, 0, y) for span, y in zip(spans, told["Meta"], strict=True)]
    assert drawn[colour("OpenAI")] == [
        (*span, y, y + more) for span, y, more in zip(spans, told["Meta"], told["OpenAI"], strict=True)
    ]
    assert artists.ends(above)["Qwen 4.0M"][0] == (MONTHS[-1], 2e6)
    assert artists.ends(below)["OpenAI 3.0M"][0] == (MONTHS[-1], 2.5e6)
    assert above.get_ylim() == below.get_ylim()
    assert_axes_say_what_stands_there(above)


def test_parts_that_are_no_organisations_take_shades_of_their_whole_and_organisations_keep_their_colours():
    table = monthly({"Model 1": [1e6] * 5, "Model 2": [2e6] * 5, "Meta": [3e6] * 5}, "part", "downloads")
    table["side"] = np.where(table["part"] == "Meta", "others", "own")
    table = table.sort_values("side", ascending=False)
    above, below = figures.opposed(table, "side", "part", "Own / Others", whole="Qwen").axes
    drawn = {shade: rows[0][3] - rows[0][2] for shade, rows in artists.bars(above).items()}
    assert list(drawn.items()) == list(zip(palette.tints(colour("Qwen"), 2), [1e6, 2e6], strict=True))
    assert list(artists.bars(below)) == [colour("Meta")]


def test_bars_side_by_side_end_at_their_value_and_the_first_names_its_series():
    cells = [("7–9B", "Meta", 0.2), ("7–9B", "Qwen", 0.5), ("250B+", "Meta", 0.004), ("250B+", "Qwen", np.nan)]
    table = pd.DataFrame(cells, columns=["bucket", "organisation", "share"])
    (ax,) = figures.grouped(table, "bucket", "organisation", "share", ["7–9B", "100–250B", "250B+"], "x").axes
    assert artists.ticks(ax.yaxis) == [(0, "7–9B"), (1, "100–250B"), (2, "250B+")]
    assert artists.bars(ax, dates=False) == {
        colour("Qwen"): [(-0.2, 0, 0.5)], colour("Meta"): [(0.2, 0, 0.2), (2.2, 0, 0.004)],
    }  # fmt: skip
    assert {text.get_text(): text.xy for text in ax.texts} == {
        "Qwen 50%": pytest.approx((0.5, -0.2)), "Meta 20%": pytest.approx((0.2, 0.2)),
        "<1%": pytest.approx((0.004, 2.2)),
    }  # fmt: skip


def test_a_series_of_which_nothing_is_known_has_no_bars_and_one_of_which_some_is_none_elsewhere():
    cells = [("7–9B", "Meta", 0.2), ("250B+", "Meta", np.nan), ("7–9B", "Qwen", np.nan)]
    table = pd.DataFrame(cells, columns=["bucket", "organisation", "share"])
    figure = figures.grouped(table, "bucket", "organisation", "share", ["7–9B", "250B+"], "x")
    (mark,) = figure.chart.panels[0].marks
    assert (mark.style.label, mark.rows.to_numpy().tolist()) == ("Meta", [["7–9B", 0.2]])


def test_a_frontier_steps_up_on_the_day_of_each_advance_and_lasts_to_the_last_day_of_all():
    days = pd.to_datetime(["2025-01-10", "2025-03-05", "2025-06-20", "2025-08-01"])
    best = pd.DataFrame(
        [(days[0], "us", 1200.0), (days[2], "us", 1250.0), (days[3], "us", 1250.0), (days[1], "china", 1190.0),
         (days[2], "china", 1300.0)],
        columns=["date", "region", "score"],
    ).sample(frac=1, random_state=3)  # fmt: skip
    trend = pd.DataFrame({"start": days[0], "date": [days[0], days[1], days[3]], "region": "china",
                          "score": [1180.0, 1200.0, 1310.0]})  # fmt: skip
    (ax,) = figures.frontier(best, "x", trend).axes
    curves = {line.get_color(): line for line in ax.lines if line.get_drawstyle() == "steps-post"}
    for region, rows in (
        ("us", [(days[0], 1200), (days[2], 1250), (days[3], 1250), (days[3], 1250)]),
        ("china", [(days[1], 1190), (days[2], 1300), (days[3], 1300)]),
    ):
        assert rows in artists.lines(ax, points=1)[colour(region)]
        assert palette.REGIONS[region].colour in curves  # each value holds until the next day
    dots = {line.get_color(): [artists.day(x) for x in line.get_xdata(orig=False)]
            for line in ax.lines if line.get_linestyle() == "None"}  # fmt: skip
    assert dots[palette.REGIONS["us"].colour] == [days[0], days[2]]  # not on the last day, when nothing rose
    assert [(days[0], 1180), (days[1], 1200), (days[3], 1310)] in artists.lines(ax)[colour("china")]
    ends = {text: place for text, (place, _) in artists.ends(ax).items()}
    assert ends == {"USA 1,250": (days[3], 1250), "China 1,300": (days[3], 1300)}
    assert_axes_say_what_stands_there(ax)


SCORES = pd.DataFrame(
    [("7–9B", "Qwen3-8B", "Qwen", 7, 0.5), ("7–9B", "Qwen3-8B", "Qwen", 30, 2.0),
     ("7–9B", "Qwen3-8B", "Qwen", 90, 16.1),
     ("7–9B", "Llama", "Meta", 7, 4.0), ("7–9B", "Llama", "Meta", 30, 1.0), ("7–9B", "Llama", "Meta", 90, np.nan),
     ("250B+", "Kimi", "Moonshot AI", 7, 8.0), ("250B+", "Kimi", "Moonshot AI", 30, 0.25)],
    columns=["bucket", "name", "organisation", "milestone_days", "score"],
)  # fmt: skip


def test_scores_are_those_of_their_model_above_and_below_a_baseline_of_1():
    small, large = figures.trajectories(SCORES.sample(frac=1, random_state=4), "RAM", "Days").axes
    assert (small.get_title(loc="left"), large.get_title(loc="left")) == ("7–9B: RAM", "250B+: RAM")
    drawn = artists.lines(small, dates=False, points=2)
    assert [(7, 0.5), (30, 2.0), (90, 16.1)] in drawn[colour("Qwen")]
    assert [(7, 4.0), (30, 1.0)] in drawn[colour("Meta")]
    assert [(7, 8.0), (30, 0.25)] in artists.lines(large, dates=False, points=2)[colour("Moonshot AI")]
    for ax in (small, large):
        (level,) = [line for line in ax.lines if line.get_transform() == ax.get_yaxis_transform(which="grid")]
        assert set(level.get_ydata()) == {1}
        assert [(at, text) for at, text in artists.ticks(ax.xaxis) if text] == [(7, "7"), (30, "30"), (90, "90")]
        assert_axes_say_what_stands_there(ax)
    assert small.get_ylim() == large.get_ylim()
    assert {text: place for text, (place, _) in artists.ends(small, dates=False).items()} == {
        "Qwen3-8B 16×": (90, 16.1), "Llama 1.0×": (30, 1.0),
    }  # fmt: skip
    assert artists.ends(large, dates=False)["Kimi 0.25×"][0] == (30, 0.25)


def test_models_of_one_organisation_have_its_colour_each_with_its_own_rows_and_dash():
    rows = [("7–9B", f"Qwen {n}", "Qwen", day, n * day / 7) for n in range(1, 6) for day in (7, 30)]
    table = pd.DataFrame(rows, columns=SCORES.columns)
    marks = figures.trajectories(table, "RAM", "Days").chart.panels[0].marks
    assert {mark.style.label: mark.rows.to_numpy().tolist() for mark in marks} == {
        f"Qwen {n}": [[7, n], [30, n * 30 / 7]] for n in range(1, 6)
    }
    assert {mark.style.colour for mark in marks} == {palette.ORGANISATIONS["Qwen"].colour}
    assert marks[0].style.dash == palette.ORGANISATIONS["Qwen"].dash
    assert len({mark.style.dash for mark in marks[:4]}) == 4


def test_a_reference_curve_is_a_line_of_medians_and_a_median_that_is_not_known_is_no_point():
    rows = [("7–9B", 7, 50.0), ("7–9B", 30, 4000.0), ("7–9B", 90, np.nan), ("250B+", 7, 7.0), ("250B+", 30, 80.0)]
    table = pd.DataFrame(rows, columns=["bucket", "milestone_days", "median"]).sample(frac=1, random_state=5)
    (ax,) = figures.reference_curves(table, "x", "Days").axes
    found = artists.lines(ax, dates=False, points=2)
    for bucket in ("7–9B", "250B+"):
        known = [(day, median) for name, day, median in rows if name == bucket and not np.isnan(median)]
        assert found[artists.colors.to_hex(palette.SIZES[bucket].colour)] == [known]
    assert [text.get_text() for text in ax.texts] == ["7–9B 4,000", "250B+ 80"]
    assert_axes_say_what_stands_there(ax)


def test_a_region_and_an_organisation_are_named_and_coloured_as_one_knows_them():
    assert {key: style.label for key, style in palette.REGIONS.items()} == {
        "china": "China", "us": "USA", "eu": "EU", "other": "Other", "unknown": "Unknown",
    }  # fmt: skip
    assert all(name == style.label for name, style in palette.ORGANISATIONS.items())
    assert list(palette.styles(["Others", "Acme 10", "us", "Acme 9", "Meta", "china", "Other"])) == [
        "china", "us", "Meta", "Acme 9", "Acme 10", "Other", "Others",
    ]  # fmt: skip


# Methods ----------------------------------------------------------------------------------------------------------


def test_errors_stand_at_their_size_in_the_panel_of_their_kind_and_the_look_of_their_rule():
    kinds, rules, sizes = ["launch", "step", "spike", "weeks"], ["window", "plain", "clip"], [2, 4, 16]
    cells = [(kind, rule, size, (1 + k + 2 * r + 3 * s) / 15) for k, kind in enumerate(kinds)
             for r, rule in enumerate(rules) for s, size in enumerate(sizes)]  # fmt: skip
    table = pd.DataFrame(cells, columns=["kind", "rule", "size", "share"])
    named = ("spike", "launch", "clip", "window", "plain", "step", "weeks", "never")
    labels = {name: name.capitalize() for name in named}
    figure = figures.planted(table, "Times", labels)
    panels = [ax for ax in figure.axes if ax.axison]
    assert len({ax.get_ylim() for ax in panels}) == 1  # one scale
    assert [ax.get_title(loc="left") for ax in panels] == ["Spike", "Launch", "Step", "Weeks"]  # as the labels go
    for ax, kind in zip(panels, ["spike", "launch", "step", "weeks"], strict=True):
        drawn = artists.lines(ax, dates=False)
        looks = zip(["clip", "window", "plain"], [("#2e6fb7", "o"), ("#c0392b", "s"), ("#c78a00", "^")], strict=True)
        for rule, (shade, marker) in looks:
            part = table[(table["kind"] == kind) & (table["rule"] == rule)]
            assert drawn[shade] == [list(zip(sizes, part["share"], strict=True))], (kind, rule)
            assert {line.get_marker() for line in ax.lines if artists.colors.to_hex(line.get_color()) == shade} == {
                marker
            }
        assert [text for _, text in artists.ticks(ax.xaxis)] == ["2", "4", "16"]
        assert_axes_say_what_stands_there(ax)
        named = artists.ends(ax, dates=False)
        assert named.keys() == ({"Clip", "Window", "Plain"} if kind == "step" else set())  # on the right
    assert figure.get_size_inches()[1] == pytest.approx(1.75 * 2 + 0.4)


def test_rules_are_named_at_the_right_of_each_row_of_panels():
    cells = [(kind, rule, size, 0.5) for kind in "abcdef" for rule in "xyz" for size in (2, 4)]
    table = pd.DataFrame(cells, columns=["kind", "rule", "size", "share"])
    panels = figures.planted(table, "Times", {name: name for name in "abcdefxyz"}).chart.panels
    assert [[mark.end for mark in panel.marks] for panel in panels] == [[""] * 3, [""] * 3, ["x", "y", "z"]] * 2


def test_each_universe_has_its_value_its_day_and_a_dot_in_the_row_of_each_of_its_options():
    days = pd.to_datetime(["2025-01-10", "2025-05-20", None, "2025-03-02"])
    curve = pd.DataFrame({"place": [1, 2, 3, 4], "value": [1.5, 2.5, np.nan, 4.5], "date": days,
                          "edition": [False, True, False, False], "rule": ["on", "on", "off", "off"],
                          "edges": ["a", "b", "a", "b"]})  # fmt: skip
    labels = {"rule": {"off": "Rule off", "on": "Rule on", "never": "Never"}, "edges": {"a": "Edges a", "b": "Edges b"}}
    figure = figures.specification(curve, "Lead / Day / Choices", labels)
    above, below, options = figure.axes
    assert [ax.get_title(loc="left") for ax in (above, below)] == ["Lead", "Day"]
    grey, own = "#939da0", "#c0392b"

    def dots(ax, dates=False):
        found = {}
        for line in ax.lines:
            ys = [(artists.day(y) if dates else y) for y in line.get_ydata(orig=False) if not np.isnan(y)]
            xs = [x for x, y in zip(line.get_xdata(), line.get_ydata(orig=False), strict=True) if not np.isnan(y)]
            found.setdefault(artists.colors.to_hex(line.get_color()), set()).update(zip(xs, ys, strict=True))
        return found

    assert dots(above) == {grey: {(1, 1.5), (4, 4.5)}, own: {(2, 2.5)}}
    assert above.get_ylim()[0] == 0
    assert dots(below, dates=True) == {grey: {(1, days[0]), (4, days[3])}, own: {(2, days[1])}}
    assert dots(options) == {grey: {(3, 0), (4, 0), (1, 1), (1, 2), (3, 2), (4, 3)}, own: {(2, 1), (2, 3)}}
    assert [(at, text) for at, text in artists.ticks(options.yaxis)] == [
        (0, "Rule off"), (1, "Rule on"), (2, "Edges a"), (3, "Edges b"),
    ]  # fmt: skip
    assert not any(
        tick.tick1line.get_visible() or tick.label1.get_visible() for tick in options.xaxis.get_major_ticks()
    )
    assert options.get_ylim() == pytest.approx((3.6, -0.6))
    assert not any(line.get_visible() for line in options.get_ygridlines())
    assert figure.get_size_inches()[1] == pytest.approx(4.4 + 0.21 * 4)
    assert above.get_gridspec().get_height_ratios() == pytest.approx([1.2, 1.2, 0.84])
    shown = artists.ticks(below.yaxis)
    assert 2 <= len(shown) <= 5
    for at, text in shown:
        assert artists.day(at).strftime("%-d %b %Y") == f"1 {text}"
    assert_axes_say_what_stands_there(above)
