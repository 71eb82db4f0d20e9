"""How the house stands: how much of it is bookkeeping, and where words are. Printed by `make bench`, held by a test.

What is counted:
- `record`, `either`: calls of these in notebooks, and functions of these names in helpers.
- code lines: all lines of the notebooks' code cells, options and blank ones too; a long cell has more than 12. The
  parameters' cell, which has one a line, is told apart: its length is the edition's, not the notebook's.
- typed dates: dates and months (2026-03-01, 2026-03, March 2026) in code cells other than the parameters'.
- words for the reader: see `words_of`.
- fences: lines of report/*.qmd that open or close a block (`:::`).
- loose scalars: columns that text asks of quoted tables of one row that a notebook puts together; what a function of
  helpers returns is a measure (a crossing, a lead).
- unasked tables: quoted, but asked by neither text nor findings nor ledger.
The last two need a build.
"""

import ast
import calendar
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from helpers import edition, paths
from helpers.commands import values

LIMITS = {
    "record, either": 0, "code lines": 750, "long cells": 0, "typed dates": 0, "words for the reader": 0, "fences": 120,
    "loose scalars": 40,
}  # fmt: skip
"""How many there may be of what is counted. Tables that nobody asks are told, not limited."""

LONG = 12
ROOMS = ("measures", "findings", "text", "figures")
"""Rooms of helpers that stand between tables and readers, and so are where words would be."""
DATE = re.compile(rf"\b\d{{4}}-\d\d(-\d\d)?\b|\b({'|'.join(calendar.month_name[1:])}) \d{{4}}\b")
TWO_WORDS = re.compile(r"[^\W\d_]{2,}[,;:]? [^\W\d_]{2,}")
NAME = re.compile(r"[A-Z][\w.]*( [A-Z\d][\w.]*)+")
UNITS = ("UTC day", "first of month", "calendar month", "billions of parameters", "as printed", "0 to 1")
FOREIGN = ("offset points", "lower right")
"""Words that matplotlib wants to hear."""


MARKUP = re.compile(r"\{[.#][^}]*\}|<[^>]*>")
"""What no reader sees of a text."""


def code(notebook: Path) -> Iterator[tuple[str, str, list[str]]]:
    """Place ("03_regional.ipynb, cell 4"), source and tags of each code cell."""
    for number, cell in enumerate(json.loads(notebook.read_text(encoding="utf-8"))["cells"], 1):
        if cell["cell_type"] == "code":
            yield f"{notebook.name}, cell {number}", "".join(cell["source"]), cell["metadata"].get("tags", [])


def bookkeeping_of(source: str) -> list[str]:
    """`record` and `either` where they are called or defined."""
    names = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            names.append(getattr(node.func, "id", getattr(node.func, "attr", "")))
        elif isinstance(node, ast.FunctionDef):
            names.append(node.name)
    return [name for name in names if name in ("record", "either")]


def dates_of(source: str) -> list[str]:
    """Dates and months that a cell has typed."""
    return [found[0] for found in DATE.finditer(source)]


def words_of(source: str) -> list[str]:
    """Texts of at least two words with a space between that code holds for readers.

    Not counted: comments (options of cells are such), docstrings, what is said when something is wrong (arguments of
    an exception, of a Fault, of refuse and of assert; what a name was set to that is given to them; what a function
    returns that is called for them), tags of HTML and attributes in braces of Markdown, units, names ("Hugging Face"),
    and what matplotlib wants to hear.
    """
    tree = ast.parse(source)
    wrong = _said_when_wrong(tree)
    passed = {id(part) for node in wrong for part in ast.walk(node)}
    passed |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    passed |= {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    texts = (_text(node) for node in ast.walk(tree) if id(node) not in passed)
    return [text for text in texts if TWO_WORDS.search(MARKUP.sub("", text)) and not _is_name(text)]


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) or "…" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _is_name(text: str) -> bool:
    return text in (*UNITS, *FOREIGN) or bool(NAME.fullmatch(text)) or text.startswith("# Written by the build")


def _said_when_wrong(tree: ast.Module) -> list[ast.AST]:
    """The parts of the code that make words for errors."""
    said: list[ast.AST] = [node for node in ast.walk(tree) if _is_wrong(node)]
    inside = [part for node in said for part in ast.walk(node)]
    names = {part.id for part in inside if isinstance(part, ast.Name)}
    called = {getattr(part.func, "id", "") for part in inside if isinstance(part, ast.Call)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            said += [node.value] * any(isinstance(target, ast.Name) and target.id in names for target in node.targets)
        elif isinstance(node, ast.FunctionDef):
            defaults = zip(reversed(node.args.args), reversed(node.args.defaults), strict=False)
            said += [default for argument, default in defaults if argument.arg in names]
            if node.name in called:
                said += [part for part in ast.walk(node) if isinstance(part, ast.Return)]
    return said


def _is_wrong(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        return name.endswith(("Error", "Fault", "refuse", "Unknown"))
    return isinstance(node, ast.Raise | ast.Assert)


def counts(root: Path = paths.ROOT) -> dict[str, list[str]]:
    """What is counted without a build: name → one entry for each, in words."""
    cells = [cell for path in sorted((root / "notebooks").glob("*.ipynb")) for cell in code(path)]
    rooms = [path for room in ROOMS for path in sorted((root / "helpers" / room).rglob("*.py"))]
    sources = [(path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")) for path in rooms]
    # Parameters are one cell, as papermill finds them, with a line for each of the edition's: it cannot be cut in two.
    own = [(place, source) for place, source, tags in cells if "parameters" not in tags]
    return {
        "record, either": [
            f"{place}: {name}" for place, source in [*own, *sources] for name in bookkeeping_of(source)
        ],
        "code lines": [f"{place}: {line}" for place, source in own for line in source.splitlines()],
        "parameters": [
            f"{place}: {line}" for place, source, tags in cells if "parameters" in tags for line in source.splitlines()
        ],
        "long cells": [place for place, source in own if len(source.splitlines()) > LONG],
        "typed dates": [f"{place}: {date}" for place, source in own for date in dates_of(source)],
        "words for the reader": [f"{place}: {text}" for place, source in [*own, *sources] for text in words_of(source)],
        "fences": [
            f"{path.name}: {line}"
            for path in sorted((root / "report").glob("*.qmd"))
            for line in path.read_text(encoding="utf-8").splitlines()
            if line.lstrip().startswith(":::")
        ],
    }  # fmt: skip


def quoted(listed: values.Listed, root: Path = paths.ROOT) -> dict[str, list[str]]:
    """What is counted of a build: columns that text asks of loose tables, tables that nobody asks."""
    put_together = set()
    for path in sorted((root / "notebooks").glob("*.ipynb")):
        put_together |= put_together_in("\n".join(source for _, source, _ in code(path)))
    loose = {f"{table}.{column}" for table, row, column in listed.text if not row and table in put_together}
    return {"loose scalars": sorted(loose), "unasked tables": listed.unasked()}


def put_together_in(source: str) -> set[str]:
    """Names of the tables that code quotes and that no function of helpers returns."""
    tree = ast.parse(source)
    ours = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("helpers")
        for alias in node.names
    }
    made = {  # name → what it was last set to
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return {
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "quote"
        if isinstance(node.args[0], ast.Constant) and _origin(node.args[1], made) not in ours
    }


def _origin(node: ast.AST, made: dict[str, ast.expr], deep: int = 20) -> str:
    """The name that an expression begins with, followed through what names were set to: `cleaning` of
    `cleaning.span(days).assign(n=1)`."""
    while isinstance(node, ast.Call | ast.Attribute | ast.Subscript):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "quote":
            node = node.args[1]
        else:
            node = node.func if isinstance(node, ast.Call) else node.value
    name = getattr(node, "id", "")
    return _origin(made[name], made, deep - 1) if name in made and deep else name


def missed(found: dict[str, list[str]]) -> list[str]:
    """What there is more of than may be."""
    return [name for name, limit in LIMITS.items() if len(found.get(name, [])) > limit]


def main() -> None:
    """Print the counts, and each single one with --all; exit 1 if there is more of something than may be."""
    found = counts()
    try:
        found |= quoted(values.read(edition.load().parameters()))
    except values.ValuesError as error:
        print(f"loose scalars and unasked tables are not counted: {error}")
    for name, entries in found.items():
        limit = LIMITS.get(name)
        print(f"{name:<22} {len(entries):5}" + ("" if limit is None else f"   limit {limit}"))
        if name == "unasked tables" or (entries and (limit == 0 or "--all" in sys.argv)):
            print("".join(f"    {entry}\n" for entry in entries), end="")
        elif name == "loose scalars":
            print(f"    of {', '.join(sorted({entry.partition('.')[0] for entry in entries}))}")
    if over := missed(found):
        raise SystemExit(f"too many: {', '.join(over)}")


if __name__ == "__main__":
    main()
