"""Keeping the committed notebooks clean: text outputs for reviewers and nbval, no images, no traces of a run."""

from itertools import count
from pathlib import Path

import nbformat

from helpers import edition, files, paths
from helpers.build import cells, graph, steps
from helpers.build.cells import KERNEL

TEXT = ("text/plain", "text/html", "text/markdown")


class UncleanError(ValueError):
    """Notebooks that cannot be cleaned yet; the message says what to do first."""


def check() -> list[str]:
    """The committed notebooks that are not clean, with what is wrong."""
    found = []
    for path in _sources():
        try:
            found += [f"{paths.shown(path)}: {fault}" for fault in _faults(path)]
        except cells.NotebookError as error:
            found.append(str(error))
    return found


def update() -> list[str]:
    """Give each committed notebook the text outputs of its executed copy; returns those that changed.

    Raises UncleanError unless the copies are those of an up-to-date build of the default edition.
    """
    parameters = edition.load().parameters()
    changed = []
    for step in steps.STEPS:
        if not (source := step.notebook):
            continue
        if injected := _injected(source):
            where = f"{paths.shown(source)}: cell {injected[0]}"
            raise UncleanError(f"{where} holds the parameters of a former run; delete it")
        state = graph.state(step, parameters)
        if not state.fresh:
            raise UncleanError(f"{step.name} is out of date ({state.reasons[0]}); run `atom build` first")
        executed = nbformat.read(paths.BUILD / "executed" / source.name, as_version=4)
        text = nbformat.writes(_clean(source, executed)) + "\n"
        if text != source.read_text(encoding="utf-8"):
            files.write_text(source, text)
            changed.append(f"{paths.shown(source)}: cleaned")
    return changed


def _sources() -> list[Path]:
    return sorted(paths.NOTEBOOKS.glob("*.ipynb"))


def _clean(source: Path, executed: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The notebook at `source` with the text outputs of its `executed` copy."""
    notebook = nbformat.read(source, as_version=4)
    ran = [cell for cell in executed.cells if "injected-parameters" not in cell.metadata.get("tags", [])]
    notebook.metadata = nbformat.from_dict({"kernelspec": KERNEL, "language_info": {"name": "python"}})
    runs = count(1)
    for number, (cell, done) in enumerate(zip(notebook.cells, ran, strict=True), 1):
        cell.id = f"cell-{number}"
        cell.metadata = nbformat.from_dict({"tags": cell.metadata["tags"]} if cell.metadata.get("tags") else {})
        if cell.cell_type == "code":
            cell.execution_count = next(runs)  # nbval takes a cell without one for a cell that was never run
            # A cell whose table this edition lacks was passed over, and shows nothing.
            cell.outputs = [output for output in map(_text_only, done.get("outputs", [])) if output]
    return notebook


def _text_only(output: nbformat.NotebookNode) -> nbformat.NotebookNode | None:
    """The output without run data; None if it is a picture."""
    if output.output_type == "stream":
        return output
    if any(kind not in TEXT for kind in output.data):
        return None
    return nbformat.v4.new_output(output.output_type, output.data)


def _injected(path: Path) -> list[int]:
    """Numbers of the cells of parameters that a run by papermill has left, with the values of that run."""
    found = enumerate(cells.read(path), 1)
    return [number for number, cell in found if "injected-parameters" in cell["metadata"]["tags"]]


def _faults(path: Path) -> list[str]:
    """What is unclean in the notebook at `path`."""
    faults = [f"cell {number} holds the parameters of a former run; delete it" for number in _injected(path)]
    notebook, runs = nbformat.read(path, as_version=4), count(1)
    if notebook.metadata.get("kernelspec") != KERNEL:
        faults.append("its kernel is not `python3`")
    if traces := sorted(notebook.metadata.keys() - {"kernelspec", "language_info"}):
        faults.append(f"it carries {', '.join(traces)}, which a run or an editor has left")
    for number, cell in enumerate(notebook.cells, 1):
        if traces := sorted(cell.metadata.keys() - {"tags"}):
            faults.append(f"cell {number} carries {', '.join(traces)}, which a run or an editor has left")
        if cell.cell_type != "code":
            continue
        if cell.execution_count != next(runs):
            faults.append(f"cell {number} does not carry its place as execution count")
        for output in cell.outputs:
            if output.output_type == "error" or output.get("name") == "stderr":
                faults.append(f"cell {number} carries an error or a warning")
            elif output.output_type != "stream" and any(kind not in TEXT for kind in output.data):
                faults.append(f"cell {number} carries an image")
    return faults
