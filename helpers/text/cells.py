"""The notebook cell that is running: its options, and above all its label, by which readers find it."""

import linecache
import re
import sys
from types import FrameType

import yaml

OPTION = re.compile(r"^#\| ?(.*)$", re.MULTILINE)


class CellError(ValueError):
    """A cell that lacks what it needs; the message says what to write."""


def running() -> dict[str, str]:
    """The `#|` options of the running cell; empty outside a notebook. Raises CellError for a cell without a label."""
    frame: FrameType | None = sys._getframe()
    while frame and not (frame.f_code.co_name == "<module>" and frame.f_globals.get("__name__") == "__main__"):
        frame = frame.f_back
    if frame is None or "get_ipython" not in frame.f_globals:
        return {}
    # Where IPython keeps each cell's source for tracebacks; its history lacks cells that a test runner executes.
    source = "".join(linecache.getlines(frame.f_code.co_filename))
    try:
        options = yaml.safe_load("\n".join(OPTION.findall(source))) or {}
    except yaml.YAMLError as error:
        raise CellError(f"the `#|` lines of this cell are no YAML: {error}") from None
    if "label" not in options:
        raise CellError("this cell needs a label, by which readers find it: write `#| label: …` in its first line")
    return options
