"""The last steps of a figure: its source and data label, and its files."""

import bisect
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
from IPython.display import display
from matplotlib import pyplot as plt
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.text import Text

from helpers import edition, files, paths
from helpers.figures import theme
from helpers.figures.axes import settle
from helpers.figures.press import Drawn
from helpers.text import cells, names

TITLES = {"fig-title": "title", "fig-x-title": "x_title"}
"""Options of a figure's cell → settings of its drawing function."""


def pen(folder: str, data: str) -> Callable[..., None]:
    """The `draw` function of a notebook, whose figures have the report's theme from here on. folder: where they go, in
    the build ("regional/figures"). data: the edition's kind of data."""
    theme.use_theme()

    def draw(function: Callable[..., Drawn], table: pd.DataFrame, *, published: bool = True, **settings: Any) -> None:
        """Draw the figure of the running cell, `function(table, **settings)`, with source, data label and files.

        The cell's options say the words: label, fig-source (who publishes such data), fig-title and fig-x-title
        (settings title and x_title of the function), fig-assumed (what in it follows from our assumptions, for
        reconstructed data). A table without rows gives no figure. published: False where its source does not allow to
        publish the table.
        """
        if table.empty:
            return
        said = cells.running()
        titles = {name: said[option] for option, name in TITLES.items() if option in said}
        figure = function(table, **titles, **settings)
        finish(figure, said["fig-source"], data, said.get("fig-assumed", ""))
        place = paths.output(folder)
        export(figure, said["label"], table, place, table=published)
        shown = (place / f"{said['label']}.svg").read_text(encoding="utf-8")
        display({"image/svg+xml": shown, "text/plain": repr(figure)}, raw=True)  # as stored: not drawn once more
        plt.close(figure)

    return draw


def finish(figure: Drawn, source: str, data: str, assumed: str = "") -> Drawn:
    """Write the source and what kind of data it is under the panels and give everything its final place.

    source: who publishes such data ("Hugging Face Hub"). data: the edition's kind of data; reconstructed ones are not
    the source's and only stand in for them. assumed: what in the figure follows from our assumptions where data are
    reconstructed. Notes are added before.
    """
    label = f"{edition.LABELS[data]} {assumed if data == 'reconstructed' else ''}".strip()
    figure.chart = replace(figure.chart, below=(f"{edition.KINDS[data]['source']}: {source}", label))
    lines = [line for text in figure.chart.below for line in _wrap(figure, text)]
    figure.supxlabel("\n".join(lines), x=0.012, ha="left", fontsize=theme.SMALL, color=theme.MUTED, linespacing=1.05)
    settle(figure)
    figure.set_layout_engine("none")  # everything has its place; every later drawing keeps it
    return figure


def export(figure: Drawn, name: str, data: pd.DataFrame, folder: Path, *, table: bool = True) -> None:
    """Store a finished figure as <folder>/<name>.svg and .png, the data it shows as .csv, and its chart as .js.

    data: the plotted table, tidy. table: False where its source does not allow to publish it as one, and so no chart
    that tells its values. Raises ValueError if it is empty: a figure without data is an error upstream.
    """
    if data.empty:
        raise ValueError(f"figure {name}: its data has no rows; look at the table that the notebook passes to it")
    # not savefig, which draws everything twice, first to lay it out
    with files.replacing(folder / f"{name}.svg") as path:
        FigureCanvasSVG(figure).print_svg(path, metadata=theme.PLAIN | {"Creator": None})
    figure.set_dpi(theme.PRINTED)
    with files.replacing(folder / f"{name}.png") as path:
        FigureCanvasAgg(figure).print_png(path, metadata={"Software": None})
    if table:
        publish(data, folder / f"{name}.csv")
        files.write_text(folder / f"{name}.js", figure.chart.script(name))


def publish(data: pd.DataFrame, path: Path) -> None:
    """Store a table as CSV, as it may be published."""
    files.write_text(path, safe(data).to_csv(index=False, lineterminator="\n"))


def safe(data: pd.DataFrame) -> pd.DataFrame:
    """The table with every text that a spreadsheet would run as a formula disarmed by a leading apostrophe.

    Each text is on one line: some readers take a line's end within quotes for that of the row, and go on to a new cell.
    """
    texts = data.select_dtypes(exclude=["number", "bool", "datetime", "datetimetz", "timedelta"]).columns
    return data.assign(**{column: data[column].astype(object).map(_disarmed, na_action="ignore") for column in texts})


def _disarmed(cell: object) -> object:
    if not isinstance(cell, str):
        return cell
    seen = names.visible(cell)
    return f"'{seen}" if seen.startswith(("=", "+", "-", "@")) else seen


def _wrap(figure: Figure, text: str) -> list[str]:
    """`text` in lines no wider than the figure, measured in the figure's own typeface."""
    room, probe = 0.975 * figure.bbox.width, Text(fontsize=theme.SMALL, figure=figure)

    def width(count: int) -> float:
        probe.set_text(" ".join(words[:count]))
        return float(probe.get_window_extent().width)

    words, lines = text.split(), []
    while words:
        count = 1 + bisect.bisect(range(2, len(words) + 1), room, key=width)
        lines.append(" ".join(words[:count]))
        words = words[count:]
    return lines
