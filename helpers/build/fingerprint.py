"""What a step depends on, as content hashes: equal fingerprints mean that running it again would change nothing."""

import functools
import hashlib
import json
import os
import re
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from helpers import digests, files, paths
from helpers.build import cells, steps

Fingerprint = dict[str, Any]
"""Item ("helper helpers/figures.py", "parameter seed", "input clean/daily.parquet") → hash or value."""


def of_step(step: steps.Step, parameters: dict[str, Any]) -> Fingerprint:
    """Everything that decides what `step` gives: its source, helpers, parameters, inputs and the locked versions."""
    print_ = {
        "python": ".".join(map(str, sys.version_info[:2])),
        "lock requirements.lock": _digest(paths.ROOT / "requirements.lock"),
    }
    if step.notebook:
        print_[f"notebook {step.name}"] = of_notebook(step.notebook)
    print_ |= of_code(step)
    print_ |= {f"parameter {name}": parameters[name] for name in step.parameters}
    inputs = {f"input {name}": path for name, path in _inputs(step, parameters)}
    with ThreadPoolExecutor() as pool:  # an archive of the whole Hub is gigabytes
        return print_ | dict(zip(inputs, pool.map(_digest, inputs.values()), strict=True))


def of_code(step: steps.Step) -> Fingerprint:
    """The helpers that a step uses, as they were when this process first asked: later changes are not what it runs."""
    used = helpers_of(notebook_code(step.notebook) if step.notebook else f"import {step.module}")
    return {f"helper {paths.shown(path)}": _first(path) for path in used}


def stamps(step: steps.Step, parameters: dict[str, Any]) -> Fingerprint:
    """When each input and the notebook was last written: it tells of a change that was taken back, too."""
    own = [(step.notebook.name, step.notebook)] if step.notebook else []
    return {f"input {name}": digests.stamp(path) for name, path in (*own, *_inputs(step, parameters))}


def _inputs(step: steps.Step, parameters: dict[str, Any]) -> Iterator[tuple[str, Path]]:
    places = [steps.locate(place) for place in step.reads]
    if step.archived and parameters["data"] != "reconstructed":
        places.append(paths.ARCHIVE)
    for place in places:
        yield from _files(place)


def changes(before: Fingerprint, now: Fingerprint) -> list[str]:
    """What differs between two fingerprints, in words."""
    found = []
    for item in sorted(before.keys() | now.keys()):
        old, new = before.get(item), now.get(item)
        if old == new:
            continue
        if item.startswith("parameter ") and item in before and item in now:
            found.append(f"{item}: {old} → {new}")
        else:
            found.append(f"{item} " + ("is new" if item not in before else "is gone" if item not in now else "changed"))
    return found


def of_tree(place: Path) -> dict[str, str]:
    """Path → hash of every file at or under `place`; hidden files and byte code do not count; absent gives nothing."""
    return {name: _digest(path) for name, path in _files(place)}


def _files(place: Path) -> Iterator[tuple[str, Path]]:
    shown = paths.shown(place)
    if place.is_file():
        yield shown, place
        return
    for folder, folders, names in os.walk(place):
        folders[:] = [name for name in folders if not name.startswith((".", "__pycache__"))]
        beside = shown + folder[len(str(place)) :]
        yield from ((f"{beside}/{name}", Path(folder, name)) for name in names if not name.startswith("."))


def _digest(path: Path) -> str:
    """The hash of a file's content, read only if it was written since it was read or recorded: several steps depend on
    the same, and a file of the archive is the same under its name in raw/."""
    if (stamp := digests.stamp(path)) not in known:
        known[stamp] = digests.recorded(path) or files.digest(path)
    return known[stamp]


known: dict[str, str] = digests.kept(paths.BUILD)
"""Stamp → hash of each file that this process has met, and of what an earlier one brought of the archive: days of the
whole Hub are gigabytes, and are written once."""


@functools.cache
def _first(path: Path) -> str:
    return files.digest(path)


def of_notebook(path: Path) -> str:
    """The hash of a notebook's source: its cells' kind, text and tags, not their outputs. Raises NotebookError."""
    source = [(cell["cell_type"], cell["source"], cell["metadata"]["tags"]) for cell in cells.read(path)]
    return hashlib.sha256(json.dumps(source).encode()).hexdigest()


def notebook_code(path: Path) -> str:
    """The code of a notebook with a line of its own for each import and each helper that is named by its path.

    So what IPython takes beside Python (`%time from helpers …`, `%run ../helpers/x.py`) counts. Raises NotebookError.
    """
    code = "\n".join(cell["source"] for cell in cells.read(path) if cell["cell_type"] == "code")
    named = [f"import {name.replace('/', '.').removesuffix('.py')}" for name in NAMED.findall(code)]
    return "\n".join([WITHIN.sub("\n", code), *named])


WITHIN = re.compile(r"(?=\b(?:from|import)[ \t]+helpers\b)")
NAMED = re.compile(r"\bhelpers[./][\w./]+")
IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+(helpers[\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n#]*)|import[ \t]+([^\n]*))", re.MULTILINE
)
"""Statements that import. To parse all helpers would take longer than all else in a rebuild with nothing to do."""


def helpers_of(code: str) -> list[Path]:
    """The files of `helpers` that `code` imports, directly or through one another."""
    found: set[Path] = set()
    waiting = set(_imported(code))
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting |= set(_imports(path, digests.stamp(path)))
    return sorted(found | set(_beside(found)))


@functools.cache
def _imports(path: Path, _: str) -> tuple[Path, ...]:
    return _imported(path.read_text(encoding="utf-8"))


def _imported(code: str) -> tuple[Path, ...]:
    """The helper files named by the import statements of `code`, wherever in it they stand."""
    names: list[str] = []
    for package, members, modules in IMPORT.findall(code.replace("\\\n", " ")):
        names += [package, *(f"{package}.{name}" for name in re.findall(r"\w+", members))] if package else []
        names += re.findall(r"\bhelpers[\w.]*", modules)
    return tuple(path for name in names for path in _module_files(name))


@functools.cache
def _module_files(name: str) -> tuple[Path, ...]:
    """The files that importing `name` runs: the module and the packages around it; none of others' modules."""
    parts = name.split(".") if name.startswith("helpers") else []
    stems = [paths.ROOT.joinpath(*parts[:depth]) for depth in range(1, len(parts) + 1)]
    return tuple(path for stem in stems for path in (stem.with_suffix(".py"), stem / "__init__.py") if path.is_file())


def _beside(modules: set[Path]) -> Iterator[Path]:
    """Files that a package carries beside its code (filters, templates): they shape results as code does."""
    for path in modules:
        if path.name == "__init__.py" and path.parent != paths.ROOT / "helpers":
            yield from (p for p in path.parent.iterdir() if p.is_file() and p.suffix not in {".py", ".pyc"})
