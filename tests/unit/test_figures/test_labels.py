"""Labels: amounts in words, places at the ends of lines, notes that meet neither words nor lines."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib import pyplot as plt
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from helpers import figures
from helpers.figures import axes, export, theme


@pytest.mark.parametrize(
    ("value", "text"),
    [(1.1496e9, "1.15B"), (999.6e6, "1.00B"), (722.6e6, "723M"), (30.71e6, "30.7M"), (999_600, "1.0M"), (48_200, "48K"),
     (9_949, "9,949"), (0, "0")],
)  # fmt: skip
def test_amounts(value, text):
    assert axes.short(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.472, "47%"), (0.003, "<1%"), (0.005, "<1%"), (0.0051, "1%"), (0, "0%"), (1, "100%")]
)
def test_shares(value, text):
    assert axes.part(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(16.13, "16×"), (9.95, "10×"), (9.94, "9.9×"), (1, "1.0×"), (0.6, "0.60×")]
)
def test_multiples(value, text):
    assert axes.times(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (1e3, "1K"), (500e3, "500K"), (1e6, "1M"), (400e6, "400M"), (1e9, "1.0B")]
)
def test_amounts_on_an_axis(value, text):
    tick, _ = axes.UNITS["downloads"]
    assert tick(value) == text


@settings(max_examples=100)
@given(st.lists(st.integers(-50, 150), min_size=1, max_size=12), st.integers(1, 30))
def test_spread_keeps_order_gap_and_bounds(wanted, gap):
    places = np.array(axes.spread([float(w) for w in wanted], gap, 0, 100))
    order = np.argsort(wanted, kind="stable")
    room = min(gap, 100 / max(len(wanted) - 1, 1))
    assert (np.diff(places[order]) >= room - 1e-6).all()
    assert places.min() >= -1e-6
    assert places.max() <= 100 + 1e-6


def test_spread_moves_nothing_that_has_room_and_shares_the_rest_evenly():
    assert axes.spread([10, 50, 90], 20, 0, 100) == pytest.approx([10, 50, 90])
    assert axes.spread([50, 50], 10, 0, 100) == pytest.approx([45, 55])
    assert axes.spread([95, 99], 20, 0, 100) == pytest.approx([80, 100])
    assert axes.spread([50, 50, 66], 10, 0, 100) == pytest.approx([45, 55, 66])
    assert axes.spread([195], 20, 100, 200) == [195]
    assert axes.spread([150, 150], 200, 100, 200) == [100, 200]
    assert axes.spread([150, 150, 150], 200, 100, 200) == [100, 150, 200]


def extents(ax, kind) -> dict[str, tuple[float, float, float, float]]:
    texts = [text for text in ax.texts if text.get_label() == kind]
    return {text.get_text().strip(): Text.get_window_extent(text).extents for text in texts}


def overlap(one, other) -> bool:
    """Whether two texts' boxes share more than the empty strip above the letters, a fifth of their height."""
    across, along = min(one[2], other[2]) - max(one[0], other[0]), min(one[3], other[3]) - max(one[1], other[1])
    return across > 1 and along > min(one[3] - one[1], other[3] - other[1]) / 5


def test_a_label_that_is_not_settled_stands_to_the_right_of_its_panel_halfway_up():
    figure, (ax,) = theme.panels(3)
    axes.end_label(ax, 0, 0, "USA", "#000000")
    figure.draw_without_rendering()
    ((left, low, _, high),) = extents(ax, axes._END).values()
    box = ax.get_window_extent()
    assert left == pytest.approx(box.x1 + 9 * figure.dpi / 72, abs=1)
    assert (low + high) / 2 == pytest.approx((box.y0 + box.y1) / 2, abs=1)


def pointer(text) -> list[list[float]]:
    """Where the thin line of a text runs, in pixels: from the text to what it means."""
    start, *_, end = text.arrow_patch.get_path().vertices.tolist()
    return [start, end]


@pytest.mark.parametrize(
    ("ends", "seen"),
    [([(0, 5)], [False]), ([(-1, 5)], [True]), ([(-0.3, 5)], [False]), ([(-0.4, 5)], [True]),
     ([(0, 5), (0, 5.2)], [True, True]), ([(0, 5), (0, 5.4)], [False, False]), ([(0, 2), (0, 8)], [False, False]),
     ([(0, -1)], [True])],
)  # fmt: skip
def test_a_label_has_a_line_to_its_point_where_it_does_not_stand_beside_it(ends, seen):
    """Points in heights of a line of text: from the right edge, and up."""
    figure, (ax,) = theme.panels(3)
    figure.set_layout_engine("none")  # the panel stays where it is
    for x, y in ends:
        axes.end_label(ax, x, y, "USA", "#000000")
    box, line = ax.get_window_extent(), 1.22 * ax.texts[0].get_fontsize() * figure.dpi / 72
    ax.set(xlim=(-box.width / line, 0), ylim=(0, box.height / line))
    axes.settle(figure)
    figure.draw_without_rendering()
    assert [text.arrow_patch.get_visible() for text in ax.texts] == seen
    for text, end in zip(ax.texts, ends, strict=True):
        assert text.get_window_extent().width > 0  # seen as well where its point is beyond the panel
        left, low, _, high = Text.get_window_extent(text).extents
        assert left == pytest.approx(box.x1 + 9 * figure.dpi / 72, abs=1)
        point = ax.transData.transform(end)
        across, up = point - (left, (low + high) / 2)
        if not text.arrow_patch.get_visible():
            assert abs(up) < line / 3
        else:
            start, tip = pointer(text)
            assert across * (tip[1] - start[1]) == pytest.approx(up * (tip[0] - start[0]), abs=1)
            assert np.hypot(*(point - tip)) == pytest.approx(4 * figure.dpi / 72, abs=0.1)
            assert text.arrow_patch.get_linewidth() == 0.7


def test_labels_of_lines_that_end_together_are_apart():
    months = pd.to_datetime(["2025-01-01", "2026-01-01"])
    names = ["Qwen", "Meta", "DeepSeek", "Mistral", "OpenAI"]
    frame = pd.DataFrame(
        [(m, n, 1e6 + i) for m in months for i, n in enumerate(names)], columns=["month", "by", "value"]
    )
    figure = figures.lines(frame, "month", "value", "by", "downloads", "Together")
    export.finish(figure, "Hub", "public")
    found = extents(figure.axes[0], axes._END)
    assert len(found) == 5
    assert not any(overlap(a, b) for a, b in itertools.combinations(found.values(), 2))
    heights = [found[name][1] for name in sorted(found, key=lambda label: names.index(label.split()[0]))]
    assert heights == sorted(heights)  # in the order of their values


DAYS = st.lists(st.integers(0, 729), min_size=1, max_size=5, unique=True)


@settings(max_examples=8)
@given(DAYS)
def test_notes_meet_no_other_words_and_stay_in_the_panel(days):
    figure, (ax,) = theme.panels(3)
    start = pd.Timestamp("2024-01-01")
    axes.month_axis(ax, start, pd.Timestamp("2025-12-31"))
    axes.annotate(ax, {start + pd.Timedelta(days=day): f"Release {day}" for day in days})
    axes.settle(figure)
    found, box = extents(ax, axes._NOTE), ax.get_window_extent()
    plt.close(figure)
    assert len(found) == len(days)
    assert not any(overlap(a, b) for a, b in itertools.combinations(found.values(), 2))
    for left, low, right, high in found.values():
        assert box.x0 - 1 <= left < right <= box.x1 + 1
        assert box.y0 <= low < high <= box.y1 + 1


ROUND = [(-9, 0), (-9, 109), (109, 109), (109, 0)]
"""A curve around the whole panel, which meets nothing in it."""
PANEL = Bbox([[0, 0], [100, 100]])


@pytest.mark.parametrize(
    ("notes", "curve", "places", "compromises"),
    [
        ({20: 30}, ROUND, [(0, 20)], [0, 0]),
        ({70: 30}, ROUND, [(0, 70)], [0, 0]),
        ({71: 30}, ROUND, [(0, 41)], [0, 0]),  # no room on the right
        ({20: 30, 50: 30}, ROUND, [(0, 20), (0, 50)], [0, 0]),  # words that touch
        ({30: 30, 50: 30}, ROUND, [(0, 30), (1, 50)], [0, 0]),  # over the line below, which starts a row lower
        ({60: 40, 80: 45}, ROUND, [(0, 60), (1, 35)], [1, 1]),  # over another's line, else over other words
        ({20: 30, 29: 30}, ROUND, [(0, 20), (1, 29)], [0, 1]),  # nearer than a row, without room on the left
        ({40: 30, 49: 30}, ROUND, [(0, 10), (0, 49)], [0, 0]),  # nearer than a row: each on its own side
        ({40: 30, 50: 30}, ROUND, [(0, 40), (1, 50)], [0, 0]),
        ({20: 30}, [(25, 95), (26, 95)], [(1, 20)], [0, 0]),  # a curve in the first row
        ({20: 30}, [(25, 95), (26, 85)], [(0, 20)], [0, 1]),  # in all rows there are
        ({50: 60}, ROUND, [(0, -10)], [1, 1]),  # no room on either side
        ({40: 60}, ROUND, [(0, 40)], [0, 0]),
        ({30: 30, 50: 30, 70: 30}, ROUND, [(0, 30), (1, 50), (0, 70)], [1, 1]),  # over the next line, not placed yet
        ({91: 10, 99: 5}, ROUND, [(0, 81), (0, 94)], [0, 1]),  # between a near line and its own
    ],
)
def test_a_note_is_put_where_its_words_are_free(notes, curve, places, compromises):
    order = range(len(notes))
    found = axes._places(order, [*notes], [*notes.values()], 10, PANEL, [Path(curve)])
    assert ([found[0][number] for number in order], found[1]) == (places, compromises)


def test_notes_that_are_put_from_the_last_to_the_first_may_touch_as_well():
    found, _ = axes._places(range(2)[::-1], [20, 50], [30, 30], 10, PANEL, [Path(ROUND)])
    assert found == {1: (0, 50), 0: (0, 20)}


def test_the_line_of_a_note_runs_from_the_corner_of_its_words_at_its_day_to_the_axis():
    figure, (ax,) = theme.panels(3)
    axes.month_axis(ax, pd.Timestamp("2024-01-01"), pd.Timestamp("2025-12-31"))
    axes.annotate(ax, {pd.Timestamp("2024-03-01"): "starts", pd.Timestamp("2025-12-01"): "ends"})
    axes.settle(figure)
    box = ax.get_window_extent()
    for note, right in zip(ax.texts, (False, True), strict=True):
        note.get_window_extent()
        words = Text.get_window_extent(note)
        corner, foot = pointer(note)
        day = ax.get_xaxis_transform().transform(note.xy)[0]
        assert corner == pytest.approx([words.x1 if right else words.x0, words.y1], abs=0.5)
        assert [*corner[:1], *foot] == pytest.approx([day, day, box.y0], abs=0.5)
        assert (note.arrow_patch.get_linewidth(), note.arrow_patch.get_zorder()) == (0.8, 1)


@pytest.mark.parametrize(
    "notes",
    [
        {"2025-01-20": "DeepSeek R1", "2025-04-28": "Qwen3", "2025-07-11": "Splice"},
        {"2025-07-28": "China passes the USA", "2025-08-01": "snapshots from here"},
    ],
)
def test_a_note_avoids_the_line_of_another(notes):
    figure, (ax,) = theme.panels(3)
    axes.month_axis(ax, pd.Timestamp("2024-01-01"), pd.Timestamp("2026-03-01"))
    ax.plot(pd.to_datetime(["2025-08-01", "2026-03-01"]), [0, 1])
    days = {pd.Timestamp(day): text for day, text in notes.items()}
    axes.annotate(ax, days)
    axes.settle(figure)
    found = extents(ax, axes._NOTE)
    at = {text: ax.transData.transform((ax.convert_xunits(day), 0))[0] for day, text in days.items()}
    for text, (left, _, right, top) in found.items():
        for other, line in at.items():
            above = found[other][3] < top - 1  # that line begins below these words
            assert other == text or above or not left + 1 < line < right - 1, (text, other)


def test_of_two_days_close_together_each_has_its_words_on_its_own_side():
    figure, (ax,) = theme.panels(3)
    axes.month_axis(ax, pd.Timestamp("2024-01-01"), pd.Timestamp("2026-03-01"))
    days = {pd.Timestamp("2025-07-22"): "China passes the USA", pd.Timestamp("2025-08-01"): "snapshots"}
    axes.annotate(ax, days)
    axes.settle(figure)
    found = extents(ax, axes._NOTE)
    lines = [ax.transData.transform((ax.convert_xunits(day), 0))[0] for day in days]
    assert found["China passes the USA"][2] <= lines[0] + 1
    assert found["snapshots"][0] >= lines[1] - 1


def test_a_note_avoids_the_curve_where_it_can():
    _, (ax,) = theme.panels(3)
    dates = pd.date_range("2024-01-01", "2026-01-01", periods=9)
    ax.plot(dates, np.arange(9) ** 2)
    axes.month_axis(ax, dates[0], dates[-1])
    axes.annotate(ax, {dates[6]: "snapshots from here"})
    axes.settle(ax.figure)
    (left, bottom, right, top), *_ = extents(ax, axes._NOTE).values()
    curve = ax.transData.transform(np.column_stack([axes.mdates.date2num(dates), np.arange(9) ** 2]))
    across = np.linspace(left, right, 50)
    heights = np.interp(across, curve[:, 0], curve[:, 1])
    assert not ((heights > bottom) & (heights < top)).any()


def test_a_single_month_still_has_an_axis():
    _, (ax,) = theme.panels(2)
    axes.month_axis(ax, pd.Timestamp("2025-08-01"), pd.Timestamp("2025-08-01"))
    low, high = ax.get_xlim()
    assert high - low == 30
