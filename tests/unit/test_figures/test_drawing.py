"""Every drawing function on tables shaped like the paper's, also with unknown values: all words whole and apart."""

import itertools
import warnings

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from helpers import figures, paths
from helpers.figures import axes, export, palette
from helpers.registry import BUCKETS

MONTHS = pd.date_range("2024-03-01", "2026-03-01", freq="MS")
AGES = np.arange(len(MONTHS))
ORGANISATIONS = ["Qwen", "Meta", "DeepSeek", "Mistral", "OpenAI", "Google", "Microsoft", "NVIDIA", "Zhipu AI"]


def series(by: str, names: list[str], value: str, scale: float = 1e6) -> pd.DataFrame:
    """Rising values for each name; the first of the last name is unknown."""
    parts = [pd.DataFrame({"month": MONTHS, by: n, value: scale * (i + 1) * (1 + AGES)}) for i, n in enumerate(names)]
    parts[-1].loc[0, value] = np.nan
    return pd.concat(parts, ignore_index=True)


def shares(by: str, names: list[str]) -> pd.DataFrame:
    table = series(by, names, "share").fillna({"share": 0})
    return table.assign(share=table["share"] / table.groupby("month")["share"].transform("sum"))


def regional() -> pd.DataFrame:
    table = series("region", ["us", "china", "eu"], "downloads")
    return table.assign(downloads_cumulative=table.groupby("region")["downloads"].cumsum())


def sizes() -> pd.DataFrame:
    cells = [
        (b, r, 1e8 / (1 + i) / (1 + j))
        for i, b in enumerate([*BUCKETS, "unresolved"])
        for j, r in enumerate(palette.REGIONS)
    ]
    table = pd.DataFrame(cells, columns=["bucket", "region", "downloads_cumulative"])
    table.loc[3, "downloads_cumulative"] = np.nan
    return table


def performance() -> tuple[pd.DataFrame, pd.DataFrame]:
    dates = pd.to_datetime(["2024-06-01", "2025-01-01", "2026-01-01", "2026-03-01"])
    best = [
        (d, r, 10 + 9 * min(i, 2) - 4 * j) for i, d in enumerate(dates) for j, r in enumerate(("china", "us", "eu"))
    ]
    fits = [(start, d, r, 10 + 9 * i - 4 * j) for start in dates[:2] for i, d in enumerate(dates[1:])
            for j, r in enumerate(("china", "us"))]  # fmt: skip
    columns = ["start", "date", "region", "score"]
    return pd.DataFrame(best, columns=["date", "region", "score"]), pd.DataFrame(fits, columns=columns)


def sides() -> pd.DataFrame:
    table = series("organisation", ORGANISATIONS, "downloads").fillna({"downloads": 0})
    return table.assign(side=np.where(table["organisation"] == "Qwen", "qwen", "others"))


def small_qwen() -> pd.DataFrame:
    small = [f"Qwen3-{size}" for size in ("0.6B", "1.7B", "4B", "8B", "14B", "4B-Instruct-2507")]
    parts = [series("name", names, "downloads").assign(side=side)
             for side, names in (("qwen", small), ("others", ORGANISATIONS[2:8]))]  # fmt: skip
    return pd.concat(parts).fillna({"downloads": 0})


def leaders() -> pd.DataFrame:
    cells = [(b, o, 0.5 / (1 + i)) for b in BUCKETS for i, o in enumerate(("Qwen", "DeepSeek"))]
    table = pd.DataFrame(cells, columns=["bucket", "organisation", "share"])
    table.loc[1, "share"] = np.nan
    return table


def case_studies(buckets: list[str]) -> pd.DataFrame:
    table = pd.read_csv(paths.PUBLISHED / "ram_table.csv")
    table = table[table["bucket"].isin(buckets)]
    labels = {"deepseek-ai": "DeepSeek", "Qwen": "Qwen", "nvidia": "NVIDIA", "openai": "OpenAI", "MiniMaxAI": "MiniMax",
              "zai-org": "Zhipu AI", "moonshotai": "Moonshot AI"}  # fmt: skip
    unknown = table.iloc[[-1]].assign(milestone_days=180, score=np.nan)
    return pd.concat([table, unknown]).assign(organisation=lambda t: t["model"].str.partition("/")[0].map(labels))


def references() -> pd.DataFrame:
    days = [7, 14, 30, 60, 90, 180, 365]
    cells = [(b, d, 10 - i if d < 365 else 0, 5e3 * d, 2e3 * d, 2e4 * d) for i, b in enumerate(BUCKETS) for d in days]
    table = pd.DataFrame(cells, columns=["bucket", "milestone_days", "n", "median", "q25", "q75"])
    table.loc[table["n"] == 0, ["median", "q25", "q75"]] = np.nan
    return table


def errors() -> pd.DataFrame:
    cells = [(k, size, rule, 1 / size / (1 + j)) for k in ("launch", "step", "spike", "weeks")
             for size in (2, 4, 16) for j, rule in enumerate(("window", "plain", "clip"))]  # fmt: skip
    return pd.DataFrame(cells, columns=["kind", "size", "rule", "share"])


def universes() -> pd.DataFrame:
    table = pd.DataFrame({"place": range(1, 9), "value": np.linspace(0.8, 2, 8), "date": MONTHS[8:16]})
    table.loc[2, "date"] = pd.NaT
    return table.assign(edition=table["place"] == 4, filter=["rule", "none"] * 4, entry=["in"] * 4 + ["out"] * 4)


OPTIONS = {"filter": {"rule": "Outliers removed", "none": "No outliers removed", "held": "by nobody"},
           "entry": {"in": "Lifetime counts in", "out": "Lifetime counts out"}}  # fmt: skip
PLANTED = {"window": "Our rule", "plain": "One fence", "clip": "Clipping", "launch": "Launch", "step": "Step",
           "spike": "Bot's day", "weeks": "Bot's weeks"}  # fmt: skip

ERAS = pd.DataFrame({"region": ["us", "china"], "start": MONTHS[[2, 12]], "end": MONTHS[[8, 20]]})
MARKS = {MONTHS[10] + pd.Timedelta(days=21): "China passes the USA", MONTHS[11]: "snapshots"}

DRAWN = {
    "downloads_by_region": lambda: figures.downloads_by_region(regional(), "All / New"),
    "eras and marks": lambda: figures.downloads_by_region(regional(), "All / New", ERAS, MARKS),
    "buckets": lambda: figures.buckets(sizes(), "By size"),
    "shares of regions": lambda: figures.shares(shares("region", list(palette.REGIONS)), "share", "region", "x"),
    "shares of organisations": lambda: figures.shares(
        shares("organisation", [*ORGANISATIONS, "Other"]), "share", "organisation", "Tokens"
    ),
    "frontier": lambda: figures.frontier(performance()[0], "Best open model, Elo points"),
    "frontier with trend": lambda: figures.frontier(performance()[0], "Best open model, points", performance()[1]),
    "lines": lambda: figures.lines(
        series("by", ORGANISATIONS[:7], "downloads"), "month", "downloads", "by", "downloads", "Total", marks=MARKS
    ),
    "opposed": lambda: figures.opposed(sides(), "side", "organisation", "Qwen / Eight others"),
    "opposed with shades": lambda: figures.opposed(
        small_qwen(), "side", "name", "Small models / All models of six", whole="Qwen"
    ),
    "grouped": lambda: figures.grouped(leaders(), "bucket", "organisation", "share", list(BUCKETS), "Share by size"),
    "trajectories of large models": lambda: figures.trajectories(
        case_studies(["100–250B", "250B+"]), "RAM score", "Days"
    ),
    "trajectories of small models": lambda: figures.trajectories(case_studies(["1–5B", "10–50B"]), "RAM score", "Days"),
    "planted": lambda: figures.planted(errors(), "Times the usual day", PLANTED),
    "specification": lambda: figures.specification(universes(), "Lead / Day / Choices", OPTIONS),
    "reference_curves": lambda: figures.reference_curves(references(), "Downloads", "Days"),
}  # fmt: skip


def words(figure) -> dict[str, tuple[float, float, float, float]]:
    """Every visible piece of text with its place: left, bottom, right, top."""
    texts = list(figure.texts)
    for ax in figure.axes:
        texts += [*ax.texts, ax.title, ax._left_title]
        texts += ax.get_legend().get_texts() if ax.get_legend() else []
        for axis, limits in ((ax.xaxis, sorted(ax.get_xlim())), (ax.yaxis, sorted(ax.get_ylim()))):
            if ax.axison and axis.get_visible():
                texts += [axis.label]
                ticks = zip(axis.get_majorticklocs(), axis.get_majorticklabels(), strict=False)
                texts += [label for at, label in ticks if limits[0] <= at <= limits[1]]
    shown = [text for text in texts if text.get_visible() and text.get_text().strip()]
    return {f"{text.get_text()} #{n}": Text.get_window_extent(text).extents for n, text in enumerate(shown)}


@pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN)
def test_every_word_is_whole_and_none_covers_another(draw):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = export.finish(draw(), "Hugging Face Hub", "public")
    figure.draw_without_rendering()
    found = words(figure)
    assert len(found) > 8
    for text, (left, bottom, right, top) in found.items():
        assert left >= -1 and bottom >= -1, text
        assert right <= figure.bbox.x1 + 1 and top <= figure.bbox.y1 + 1, text
    for (one, a), (other, b) in itertools.combinations(found.items(), 2):
        across, along = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
        spare = min(a[3] - a[1], b[3] - b[1]) / 5  # the empty strip above the letters
        assert across <= 1 or along <= spare, f"{one!r} covers {other!r}"


@pytest.mark.parametrize(
    "draw",
    [
        lambda: figures.downloads_by_region(regional().iloc[:0], "x / y"),
        lambda: figures.buckets(sizes().iloc[:0], "x"),
        lambda: figures.shares(shares("region", ["us"]).iloc[:0], "share", "region", "x"),
        lambda: figures.frontier(performance()[0].iloc[:0], "x"),
        lambda: figures.lines(regional().iloc[:0], "month", "downloads", "region", "downloads", "x"),
        lambda: figures.opposed(sides().iloc[:0], "side", "organisation", "x / y"),
        lambda: figures.grouped(leaders().iloc[:0], "bucket", "organisation", "share", list(BUCKETS), "x"),
        lambda: figures.trajectories(case_studies(["1–5B"]).assign(score=np.nan), "x", "Days"),
        lambda: figures.reference_curves(references().iloc[:0], "x", "Days"),
    ],
)
def test_nothing_to_draw_is_an_error(draw):
    with pytest.raises(ValueError, match=r"no figure: .* has no rows"):
        draw()


def labels(figure) -> set[str]:
    return {text.get_text().strip() for ax in figure.axes for text in ax.texts}


def test_an_unknown_last_value_is_no_number_in_a_label():
    table = shares("region", ["us", "china", "eu"])
    table.loc[(table["month"] == MONTHS[-1]) & (table["region"] == "eu"), "share"] = np.nan
    found = labels(figures.shares(table, "share", "region", "Derivatives"))
    assert "EU" in found
    assert not any(text.startswith("EU ") for text in found)


def test_a_line_is_named_with_its_last_known_value_and_a_line_without_any_is_not_drawn():
    table = series("organisation", ["Qwen", "Meta", "OpenAI"], "downloads")
    table.loc[table["organisation"] == "OpenAI", "downloads"] = np.nan
    table.loc[(table["organisation"] == "Meta") & (table["month"] == MONTHS[-1]), "downloads"] = np.nan
    found = labels(figures.lines(table, "month", "downloads", "organisation", "downloads", "Total"))
    assert found == {"Qwen 25.0M", "Meta 48.0M"}


def test_marks_stand_on_days_that_are_shown_and_eras_end_with_their_last_month():
    days = [MONTHS[0], MONTHS[5], MONTHS[-1] + pd.Timedelta(days=1)]
    marks = dict(zip(days, ("at the edge", "within", "beyond"), strict=True))
    above, below = figures.downloads_by_region(regional(), "All / New", ERAS.iloc[:1], marks).axes
    assert [title for ax in (above, below) if (title := ax.get_title(loc="left"))] == ["All", "New"]
    assert {text.get_text().strip() for text in above.texts if text.get_label() == axes._NOTE} == {"within"}
    tint = below.patches[0].get_extents().get_points()[:, 0]
    bounds = below.transData.transform([(axes.mdates.date2num(day), 0) for day in MONTHS[[2, 9]]])[:, 0]
    assert tint == pytest.approx(bounds)
    assert "USA" in {text.get_text() for text in below.texts}


def test_a_mark_has_the_words_of_the_running_cell_and_an_unknown_day_has_none(monkeypatch):
    monkeypatch.setattr(axes.cells, "running", lambda: {"label": "fig-x", "fig-mark-new-leader": "China passes"})
    assert figures.marked(new_leader=MONTHS[3], never=pd.NaT) == {MONTHS[3]: "China passes"}
    with pytest.raises(KeyError, match="fig-mark-splice"):
        figures.marked(splice=MONTHS[3])


def test_a_bar_is_as_wide_as_the_month_that_it_stands_for():
    def first_bar(figure):
        bar = figure.axes[0].containers[0][0]
        return bar.get_x(), bar.get_width()

    shared = first_bar(figures.shares(shares("region", ["us", "china"]), "share", "region", "x"))
    summed = first_bar(DRAWN["opposed"]())
    march, february = (axes.mdates.date2num(pd.Timestamp(day)) for day in ("2024-03-01", "2024-02-01"))
    assert shared == (march, 31)  # the label of a share is its month
    assert summed == (february, 29)  # "March" is data through the end of February


def test_the_side_of_the_first_row_is_above_under_the_first_title():
    turned = sides().sort_values("side")
    figure = figures.opposed(turned, "side", "organisation", "Eight others / Qwen")
    assert [ax.get_title(loc="left") or ax.get_title() for ax in figure.axes] == ["Eight others", "Qwen"]
    assert len(figure.axes[0].containers) > len(figure.axes[1].containers) == 1


def test_two_models_of_one_organisation_differ_without_colour():
    figure = figures.trajectories(case_studies(["250B+"]), "RAM score", "Days")
    looks = [(line.get_color(), str(line._dash_pattern), line.get_marker(), line.get_markerfacecolor())
             for line in figure.axes[0].lines if len(line.get_xdata()) > 2]  # fmt: skip
    assert len(looks) == 6
    assert len({look[0] for look in looks}) == 4  # colours: of the organisations
    assert len({look[1:] for look in looks}) == 6


def test_the_medians_of_all_buckets_stand_in_one_panel_each_named_with_its_last():
    table = references()
    table.loc[table["bucket"] == "7–9B", "median"] *= 2
    (ax,) = figures.reference_curves(table, "Downloads", "Days").axes
    assert [text.get_text() for text in ax.texts] == [f"{b} {'1.8M' if b == '7–9B' else '900K'}" for b in BUCKETS]
    looks = {(line.get_color(), line.get_marker(), str(line._dash_pattern)) for line in ax.lines}
    assert len(ax.lines) == len(looks) == len(BUCKETS)
    assert all(max(line.get_xdata()) == 180 for line in ax.lines)


@pytest.mark.parametrize("name", ["$x^2$ and $unclosed", "a\nb\u202ec", "x" * 10_000, "{{< var x >}}", "<script>"])
def test_a_hostile_name_is_drawn_as_text_in_the_room_there_is(name):
    """Dollars start no formula, and one long name does not push the panel off the figure."""
    table = series("organisation", ["Qwen", name], "downloads")
    figure = figures.lines(table, "month", "downloads", "organisation", "downloads", f"{name[:40]}: downloads")
    export.finish(figure, "Hugging Face Hub", "public")
    assert figure.axes[0].get_position().width > 0.35
    drawn = [text for text in figure.findobj(Text) if text.get_text().strip()]
    assert not any(text.get_parse_math() for text in drawn if "$" in text.get_text())
    assert all("\n" not in text.get_text() and "\u202e" not in text.get_text() for text in figure.axes[0].texts)


def test_a_region_without_a_trend_has_its_steps_alone():
    best, fits = performance()
    thin = [
        sum(line.get_linewidth() == 1 for line in figures.frontier(best, "Index", part).axes[0].lines)
        for part in (fits, fits[fits["region"] == "china"], fits.iloc[:0].astype(object))
    ]
    assert thin == [4, 2, 0]  # a line for each start


def test_the_specification_curve_has_a_dot_for_each_universe_and_the_editions_in_colour():
    above, day, options = figures.specification(universes(), "Lead / Day / Choices", OPTIONS).axes
    others, own = above.lines
    assert own.get_xydata().tolist() == [[4, pytest.approx(universes()["value"][3])]]
    assert len(others.get_xdata()) == 7
    assert [text.get_text() for text in options.get_yticklabels()] == [
        "Outliers removed", "No outliers removed", "Lifetime counts in", "Lifetime counts out",
    ]  # fmt: skip
    assert sum(len(line.get_xdata()) for line in options.lines) == 2 * 8
    assert {text.get_text() for text in day.get_yticklabels()} <= {f"{month:%b %Y}" for month in MONTHS}


def test_planted_errors_have_a_panel_for_each_kind_on_an_axis_from_0_to_1():
    axes_ = figures.planted(errors(), "Times", PLANTED).axes[:4]
    assert [ax.get_title(loc="left") for ax in axes_] == ["Launch", "Step", "Bot's day", "Bot's weeks"]
    assert all(ax.get_yscale() == "linear" and len(ax.lines) == 3 for ax in axes_)
    assert [text.get_text() for text in axes_[2].texts] == ["Our rule", "One fence", "Clipping"]


def test_days_within_one_month_are_named_as_days():
    dates = pd.to_datetime(["2026-11-04", "2026-11-18"])
    best = pd.DataFrame({"date": dates, "region": "eu", "score": [1.0, 2.0]})
    labels = [label.get_text() for label in figures.frontier(best, "Score").axes[0].get_xticklabels()]
    assert labels == ["4 Nov 2026", "18 Nov 2026"]
