"""The last steps of a figure: its source and data label, and its files."""

from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from helpers import files
from helpers.figures import theme
from helpers.figures.axes import settle


def finish(figure: Figure, source: str, label: str) -> Figure:
    """Write the source and the edition's data label under the panels and give everything its final place.

    source: who published the data ("Hugging Face Hub"). label: what kind of data it is, one sentence. Notes are
    added before.
    """
    lines = [*_wrap(figure, f"Source: {source}"), *_wrap(figure, label)]
    figure.supxlabel("\n".join(lines), x=0.012, ha="left", fontsize=theme.SMALL, color=theme.MUTED, linespacing=1.05)
    settle(figure)
    figure.set_layout_engine("none")  # everything has its place; every later drawing keeps it
    return figure


def export(figure: Figure, name: str, data: pd.DataFrame, folder: Path) -> None:
    """Store a finished figure as <folder>/<name>.svg and .png and the data it shows as .csv.

    data: the plotted table, tidy. Raises ValueError if it is empty: a figure without data is an error upstream.
    """
    if data.empty:
        raise ValueError(f"figure {name}: its data has no rows; look at the table that the notebook passes to it")
    for kind in ("svg", "png"):
        unstamped = theme.PLAIN | ({"Creator": None} if kind == "svg" else {"Software": None})
        with files.replacing(folder / f"{name}.{kind}") as path:
            figure.savefig(path, format=kind, metadata=unstamped)
    files.write_text(folder / f"{name}.csv", safe(data).to_csv(index=False, lineterminator="\n"))


def safe(data: pd.DataFrame) -> pd.DataFrame:
    """The table with every text that a spreadsheet would run as a formula disarmed by a leading apostrophe.

    A carriage return becomes a space: some readers take it for the end of the row, and what follows for a new cell.
    """
    texts = data.select_dtypes(exclude=["number", "bool", "datetime", "datetimetz", "timedelta"]).columns
    return data.assign(**{column: data[column].astype(object).map(_disarmed, na_action="ignore") for column in texts})


def _disarmed(cell: object) -> object:
    if not isinstance(cell, str):
        return cell
    return ("'" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else "") + cell.replace("\r", " ")


def _wrap(figure: Figure, text: str) -> list[str]:
    """`text` in lines no wider than the figure, measured in the figure's own typeface."""
    renderer = figure.canvas.get_renderer()
    room = 0.975 * figure.bbox.width
    probe = figure.text(0, 0, "", fontsize=theme.SMALL)
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        probe.set_text(longer)
        if lines[-1] and probe.get_window_extent(renderer).width > room:
            lines.append(word)
        else:
            lines[-1] = longer
    probe.remove()
    return lines
