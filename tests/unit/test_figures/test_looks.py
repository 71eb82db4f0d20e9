"""How a series looks in print, by its kind; what stands under the panels and beside the last one."""

import numpy as np
import pandas as pd
import pytest
from matplotlib import colors, font_manager
from matplotlib import pyplot as plt

from helpers import figures
from helpers.figures import palette, press, theme
from helpers.figures.chart import Chart, Mark, Panel
from tests.unit.test_figures import artists

STYLE = palette.Style("x", "#6a24b3", palette.MIXED, "D")


def drawn(kind: str, rows: int = 5, across: str = "dates", values=None, **more):
    """The lines of the panel of one series of such a kind."""
    x = pd.date_range("2025-01-01", periods=rows) if across == "dates" else 2.0 ** np.arange(rows)
    table = pd.DataFrame({"x": x, "y": np.arange(rows) + 1.0 if values is None else values})
    panel = Panel("x", "points", across, [Mark(kind, STYLE, table, **more)], ticks=() if across == "dates" else [1, 4])
    (ax,) = press.drawn(Chart([panel], 3)).axes
    return ax.lines


def look(line) -> dict[str, object]:
    dash = line._unscaled_dash_pattern[1]
    return {"width": line.get_linewidth(), "dash": tuple(dash or ()), "colour": colors.to_hex(line.get_color()),
            "marker": line.get_marker(), "size": line.get_markersize(), "joined": line.get_linestyle() != "None",
            "cut": line.get_clip_on()}  # fmt: skip


LINE = {"width": 2.0, "dash": palette.MIXED, "colour": STYLE.colour, "marker": "None", "size": 5.5, "joined": True,
        "cut": True}  # fmt: skip
DOT = LINE | {"marker": "D", "joined": False, "dash": (), "cut": False}


@pytest.mark.parametrize(("rows", "width"), [(5, 2.0), (100, 2.0), (101, 1.2)])
def test_a_line_is_marked_at_its_last_known_value_and_thin_where_it_holds_days(rows, width):
    line, end = drawn("line", rows, values=[*range(1, rows), np.nan])
    assert look(line) == LINE | {"width": width}
    assert (look(end) | {"dash": (), "joined": False}, end.get_ydata().tolist()) == (DOT, [rows - 1])
    assert end.get_zorder() == line.get_zorder() + 1


@pytest.mark.parametrize(("hollow", "face"), [(False, STYLE.colour), (True, "#ffffff")])
def test_points_are_joined_and_filled_but_where_they_are_hollow(hollow, face):
    (line,) = drawn("points", across="days", hollow=hollow)
    assert look(line) == LINE | {"marker": "D", "size": 4.5}
    assert colors.to_hex(line.get_markerfacecolor()) == face


def test_steps_are_marked_where_they_rise_and_a_fit_is_thin_and_pale():
    steps, advances = drawn("step", values=[1, 1, 3, 3, 4])
    assert look(steps) == LINE
    assert (look(advances) | {"dash": (), "joined": False}, advances.get_ydata().tolist()) == (
        DOT | {"size": 4.5}, [1, 3, 4],
    )  # fmt: skip
    (fit,) = drawn("fit")
    assert look(fit) == LINE | {"width": 1, "dash": ()}
    assert (fit.get_alpha(), steps.get_alpha()) == (0.75, None)


def test_dots_are_not_joined():
    (dots,) = drawn("dots")
    assert look(dots) == DOT | {"size": 4, "cut": True}
    assert dots.get_markeredgewidth() == 0.9


def test_a_band_is_paler_than_its_line_and_bars_have_a_white_seam():
    rows = pd.DataFrame({"x": [1, 10], "y": [2.0, 3.0], "low": [1.0, 2.0], "high": [3.0, 9.0]})
    (ax,) = press.drawn(Chart([Panel("x", "points", "days", [Mark("points", STYLE, rows)], [1, 10])], 3)).axes
    (band,) = ax.collections
    assert (colors.to_hex(band.get_facecolor()[0]), band.get_alpha()) == (STYLE.colour, 0.16)
    assert band.get_linewidth() == 0
    table = pd.DataFrame({"month": pd.to_datetime(["2025-01-01"]), "region": ["us"], "share": [1.0]})
    (ax,) = figures.shares(table, "share", "region", "x").axes
    (bar,) = ax.containers[0]
    assert (colors.to_hex(bar.get_edgecolor()), bar.get_linewidth()) == ("#ffffff", 0.6)
    assert not any(line.get_visible() for line in ax.get_ygridlines())  # bars to the top hide the lines behind


@pytest.mark.parametrize("count", [1, 2, 3, 5, 6])
def test_small_panels_name_what_is_across_under_the_lowest_of_each_column(count):
    rows = pd.DataFrame({"x": [7, 30], "y": [1.0, 2.0]})
    panels = [Panel("x", "points", "days", [Mark("points", STYLE, rows)], [7, 30])] * count
    places = press.drawn(Chart(panels, 6, columns=2, shared=True, x_title="Days")).axes
    assert len(places) == 2 * ((count + 1) // 2)
    shown, rest = places[:count], places[count:]
    assert [bool(ax.get_xlabel()) for ax in shown] == [number >= count - 2 for number in range(count)]
    for ax in shown:
        lowest = bool(ax.get_xlabel())
        named = [label for label in ax.get_xticklabels() if label.get_visible() and label.get_text()]
        assert [label.get_text() for label in named] == (["7", "30"] if lowest else []), count
    assert not any(ax.axison for ax in rest)


def test_axes_of_days_are_logarithmic_and_name_the_days_of_the_data_alone():
    rows = pd.DataFrame({"x": [7, 30, 90], "y": [0.5, 2.0, 16.0]})
    for log, scale, base in ((10, "log", 10), (2, "log", 2), (1, "linear", None)):
        panel = Panel("x", "multiple", "days", [Mark("points", STYLE, rows)], [7, 30, 90], log=log, level=1)
        (ax,) = press.drawn(Chart([panel], 3)).axes
        assert (ax.get_xscale(), ax.get_yscale()) == ("log", scale)
        assert getattr(ax.yaxis.get_transform(), "base", None) == base
        assert [text for _, text in artists.ticks(ax.xaxis)] == ["7", "30", "90"]
        assert len(ax.xaxis.get_minorticklocs()) == 0
        assert not any(label.get_text() for label in ax.yaxis.get_ticklabels(minor=True))
        level = ax.lines[0]
        assert (level.get_color(), level.get_linewidth(), level.get_ydata()) == (theme.INK, 1, [1, 1])


def test_bars_to_the_right_leave_room_for_their_words():
    cells = pd.DataFrame({"bucket": ["7–9B", "7–9B"], "by": ["Qwen", "Meta"], "share": [0.5, 0.25]})
    (ax,) = figures.grouped(cells, "bucket", "by", "share", ["7–9B"], "x").axes
    assert ax.get_xlim() == pytest.approx((0, 1.3 * 0.5))
    heights = [bar.get_height() for container in ax.containers for bar in container]
    assert heights == pytest.approx([0.4, 0.4])
    assert ax.get_ylim() == (0.5, -0.5)
    first, second = ax.texts
    assert (first.get_weight(), second.get_weight()) == ("bold", "bold")
    assert first.xyann == second.xyann == (5, 0)
    assert not ax.xaxis.get_visible() and not ax.spines["bottom"].get_visible()
    assert not any(line.get_visible() for line in ax.get_ygridlines())
    table = pd.DataFrame({"bucket": ["7–9B"], "region": ["us"], "downloads_cumulative": [3e6]})
    (ax,) = figures.buckets(table, "x").axes
    assert [bar.get_height() for bar in ax.containers[0]] == [0.72]
    assert [text.xyann for text in ax.texts] == [(6, 0)]
    (shade,) = ax.get_legend().legend_handles
    assert shade.get_width() == pytest.approx(shade.get_height(), rel=0.2)
    assert not ax.get_legend().get_frame_on()


def test_a_panel_has_its_title_in_bold_on_the_left_and_a_pale_line_at_each_value_and_no_frame():
    figure, (ax,) = theme.panels(3)
    ax.set_title("x")
    ax.set_xlabel("Days")
    ax.plot([0, 1], [0, 1])
    figure.draw_without_rendering()
    title = ax.title if ax.title.get_text() else ax._left_title
    assert (title.get_fontsize(), title.get_weight(), title.get_position()[0]) == (12, "bold", 0)
    assert ax.titleOffsetTrans.to_values()[5] == pytest.approx(8 * figure.dpi / 72)
    assert (figure.dpi, ax.get_axisbelow(), ax.xaxis.label.get_color()) == (144, True, theme.MUTED)
    across, up = ax.xaxis.get_major_ticks()[0], ax.yaxis.get_major_ticks()[0]
    assert [tick.gridline.get_visible() for tick in (across, up)] == [False, True]
    assert (up.gridline.get_color(), up.gridline.get_linewidth()) == (theme.GRID, 0.8)
    assert [tick.tick1line.get_visible() for tick in (across, up)] == [True, False]
    assert [tick.label1.get_fontsize() for tick in (across, up)] == [11, 11]
    assert {tick.label1.get_color() for tick in (across, up)} == {theme.MUTED}
    assert (across.tick1line.get_color(), up.label1.get_va()) == (theme.RULE, "center")
    shades = [sum(colors.to_rgb(shade)) for shade in (theme.INK, theme.MUTED, theme.RULE, theme.GRID)]
    assert shades == sorted(shades)
    assert [name for name, spine in ax.spines.items() if spine.get_visible()] == ["bottom"]
    assert (ax.spines["bottom"].get_linewidth(), ax.spines["bottom"].get_edgecolor()) == (
        0.8,
        colors.to_rgba(theme.RULE),
    )
    text = figure.text(0, 0, "costs $5 or $6")
    assert (text.get_fontsize(), text.get_color(), text.get_parse_math()) == (11.5, theme.INK, False)


def test_panels_keep_a_little_room_between_them():
    figure, _ = theme.panels(3, 2, 2)
    assert figure.get_layout_engine().get() == {"w_pad": 0.06, "h_pad": 0.06, "hspace": 0.05, "wspace": 0.05,
                                                "rect": (0, 0, 1, 1)}  # fmt: skip
    assert figure.get_size_inches().tolist() == [6.2, 3]


def test_figures_are_as_high_as_what_they_hold():
    """Inches: as high as their rows of panels or bars need, and as wide as the text."""
    months = pd.to_datetime(["2025-01-01", "2025-02-01"])
    regional = pd.DataFrame({"month": months, "region": "us", "downloads": [1.0, 2.0], "downloads_cumulative": [1, 3]})
    sides = regional.assign(side=["a", "b"], organisation="Qwen")
    scores = pd.DataFrame({"bucket": ["7–9B", "250B+"], "name": "x", "organisation": "Qwen", "milestone_days": 7,
                           "score": 1.0})  # fmt: skip
    curves = scores.assign(median=2.0)
    cells = pd.DataFrame({"bucket": ["7–9B"], "region": ["us"], "by": ["Qwen"], "share": [0.5],
                          "downloads_cumulative": [1.0]})  # fmt: skip
    best = pd.DataFrame({"date": months, "region": "us", "score": [1.0, 2.0]})
    for height, figure in (
        (3.7, figures.lines(regional, "month", "downloads", "region", "downloads", "x")),
        (5.9, figures.downloads_by_region(regional, "x / y")), (3.9, figures.frontier(best, "x")),
        (4.3, figures.buckets(cells, "x")), (5.9, figures.opposed(sides, "side", "organisation", "x / y")),
        (4.1, figures.shares(regional, "downloads", "region", "x")),
        (0.62 * 2 + 1.1, figures.grouped(cells, "bucket", "by", "share", ["7–9B", "250B+"], "x")),
        (3.4 * 2 + 0.9, figures.trajectories(scores, "x", "Days")),
        (4.6, figures.reference_curves(curves, "x", "Days")),
    ):  # fmt: skip
        assert figure.get_size_inches().tolist() == pytest.approx([6.2, height])
    above, _ = figures.downloads_by_region(regional, "x / y").axes
    assert above.get_gridspec().get_height_ratios() == [1.35, 1]


@pytest.mark.parametrize("held", [True, False])
def test_the_own_typeface_is_taken_where_there_is_one(held, monkeypatch, tmp_path):
    fonts = [font for font in font_manager.fontManager.ttflist if held or font.name != theme.FAMILY]
    monkeypatch.setattr(theme, "FONTS", tmp_path)
    monkeypatch.setattr(font_manager.fontManager, "ttflist", fonts)
    theme.use_theme()
    assert plt.rcParams["font.family"] == [*[theme.FAMILY] * held, "DejaVu Sans"]
    monkeypatch.undo()
    theme.use_theme()
