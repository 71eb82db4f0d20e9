"""The cells of a notebook as its author's editor left them, or a refusal that names notebook, cell and line."""

import json
import re
from pathlib import Path
from typing import Any

from helpers import paths

KINDS = ("code", "markdown", "raw")
FORMAT = 4
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
MERGE = re.compile(r"^(?:<span[^>]*>\*\*)?(?:(?:<|&lt;){7}|(?:>|&gt;){7}|\|{7})(?=[\s*]|$)", re.MULTILINE)
"""What git and nbdime leave where two versions of a notebook meet."""


class NotebookError(RuntimeError):
    """A notebook that failed or cannot run; the message names notebook, cell, line and cause."""


def read(path: Path) -> list[dict[str, Any]]:
    """The cells of the notebook at `path`: cell_type, metadata with its list of tags, source as one text.

    Raises NotebookError for what is no notebook of format 4, and for a merge that nobody has resolved.
    """
    cells = _content(path).get("cells")
    if not isinstance(cells, list):
        raise NotebookError(f"{paths.shown(path)}: holds no list of cells; take an earlier version of it")
    return [_cell(cell, f"{paths.shown(path)}, cell {number}") for number, cell in enumerate(cells, 1)]


def _content(path: Path) -> dict[str, Any]:
    shown = paths.shown(path)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise NotebookError(f"{shown}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError as error:
        raise NotebookError(f"{shown}: is not UTF-8 ({error}); take an earlier version of it") from None
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        if not text.strip():
            raise NotebookError(f"{shown}: is empty; take an earlier version of it") from None
        if found := MERGE.search(text):
            raise NotebookError(_merging(shown, text, found)) from None
        line = f", line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise NotebookError(f"{shown}{line}: is no notebook, for it is no JSON ({error})") from None
    if not isinstance(content, dict) or content.get("nbformat") != FORMAT:
        found = content.get("nbformat") if isinstance(content, dict) else None
        what = f"is a notebook of format {found}" if isinstance(found, int) else "is no notebook"
        raise NotebookError(f"{shown}: {what}; save it as one of format {FORMAT} (JupyterLab does)")
    return content


def _merging(where: str, text: str, found: re.Match) -> str:
    line = text.count("\n", 0, found.start()) + 1
    return f"{where}, line {line}: `{text.splitlines()[line - 1].strip()}` is left of a merge; resolve it"


def _cell(cell: Any, where: str) -> dict[str, Any]:
    """A cell with its source as one text and its tags as a list. Raises NotebookError for what is none."""
    if not isinstance(cell, dict) or cell.get("cell_type") not in KINDS:
        raise NotebookError(f"{where}: is no cell of code, Markdown or raw text; write it anew")
    source, metadata = cell.get("source"), cell.get("metadata", {})
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    tags = metadata.get("tags", []) if isinstance(metadata, dict) else None
    if not isinstance(source, str) or not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise NotebookError(f"{where}: its source is no text, or its tags are no list of words; write it anew")
    if found := MERGE.search(source):
        raise NotebookError(_merging(where, source, found))
    if not source.isascii() and (bad := re.search(r"[\ud800-\udfff]", source)):
        line = source.count("\n", 0, bad.start()) + 1
        raise NotebookError(f"{where}, line {line}: holds half a character ({bad[0]!a}); take it out")
    return cell | {"source": source, "metadata": {**metadata, "tags": tags}}
