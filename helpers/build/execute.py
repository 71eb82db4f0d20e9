"""Running one notebook with papermill: parameters in, an executed copy out, or a clear failure."""

import ast
import os
import re
import shutil
from pathlib import Path
from typing import Any

import nbformat
import papermill
from papermill.engines import Engine, NotebookExecutionManager, papermill_engines
from papermill.exceptions import PapermillExecutionError

from helpers import paths
from helpers.build import cells, client, kernel, steps
from helpers.build.cells import NotebookError

LABEL = re.compile(r"^#\|\s*label:\s*(\S+)", re.MULTILINE)

NEEDS = "needs:"
"""Tag of a cell that is run only if the build folder holds what it names: "needs:signals/arena", "needs:raw/arena"."""


class SavedAtEnd(Engine):
    """An engine of papermill's without a copy written twice a cell, which with pictures in it takes as long as one."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: NotebookExecutionManager, kernel_name: str, **settings: Any) -> None:
        place, nb_man.output_path = nb_man.output_path, None
        try:
            client.Client(nb_man, kernel_name=kernel_name, folder=settings["folder"]).execute()
        finally:
            nb_man.output_path = place  # papermill writes there next, whether this failed or not


papermill_engines.register(SavedAtEnd.__name__, SavedAtEnd)


def declared(path: Path) -> dict[str, Any]:
    """The parameters that a notebook declares in its `parameters` cell, with their defaults.

    Raises NotebookError unless exactly one cell carries the tag and holds only assignments of literals.
    """
    tagged = [cell for cell in cells.read(path) if "parameters" in cell["metadata"]["tags"]]
    if len(tagged) != 1:
        raise NotebookError(f"{paths.shown(path)}: {len(tagged)} cells are tagged `parameters`; exactly one must be")
    try:
        return dict(map(_assignment, ast.parse(tagged[0]["source"]).body))
    except (SyntaxError, ValueError, RecursionError):
        raise NotebookError(
            f"{paths.shown(path)}: the parameters cell may hold only lines such as `seed = 1` with plain values"
        ) from None


def _assignment(statement: ast.stmt) -> tuple[str, Any]:
    if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Name):
        raise ValueError(statement)
    return statement.targets[0].id, ast.literal_eval(statement.value)


def check_parameters(path: Path, given: dict[str, Any]) -> None:
    """Raise NotebookError unless the notebook at `path` declares exactly the `given` parameters."""
    names = declared(path)
    unknown = sorted(given.keys() - names.keys())
    missing = sorted(names.keys() - given.keys())
    if unknown:
        raise NotebookError(
            f"{paths.shown(path)}: parameter {', '.join(unknown)} is given but not declared in its parameters cell "
            f"(declared: {', '.join(sorted(names))}); declare it there or take it off the step in "
            "helpers/build/steps.py"
        )
    if missing:
        raise NotebookError(
            f"{paths.shown(path)}: declares {', '.join(missing)}, which the step is not given; "
            "add it to the step in helpers/build/steps.py or remove it from the notebook"
        )


def run(source: Path, parameters: dict[str, Any], staging: Path, failed: Path, runtime: Path) -> None:
    """Execute the notebook at `source`; its results and its executed copy (executed/<name>.ipynb) go to `staging`.

    failed: where the copy of a failed run goes. runtime: an empty folder with a short path, for the kernel's sockets.
    Raises NotebookError with notebook, cell, source line and exception; the partly executed copy is then in `failed`.
    """
    check_parameters(source, parameters)
    kernel.fork()
    executed = staging / "executed" / source.name
    executed.parent.mkdir(parents=True, exist_ok=True)
    os.environ.update(
        ATOM_STAGING=str(staging),
        JUPYTER_RUNTIME_DIR=str(runtime),
        IPYTHONDIR=str(runtime),  # a user's own profile and start-up files must not reach the report
    )
    try:
        papermill.execute_notebook(
            what_can_run(source),
            str(executed).replace("{", "{{").replace("}", "}}"),  # papermill fills parameters into a path
            parameters=parameters,
            engine_name=SavedAtEnd.__name__,
            kernel_name="python3",
            language="python",
            progress_bar=False,
            folder=source.parent,
        )
    except PapermillExecutionError as error:
        _keep(executed, failed)
        raise NotebookError(_describe(source, error, failed / source.name)) from None
    except client.UnfinishedError as error:
        _keep(executed, failed)
        raise NotebookError(
            f"{paths.shown(source)}, {_place(source, error.index)}: {error}\n{error.source}\n"
            f"The partly executed copy is {paths.shown(failed / source.name)}"
        ) from None
    _finish(executed)


def what_can_run(source: Path) -> nbformat.NotebookNode:
    """The notebook with a sentence in place of each cell that needs what this edition does not hold.

    The sentence is tagged with the cell's label: Quarto looks an embedded cell up before it hides the passage.
    """
    notebook = papermill.iorw.load_notebook_node(str(source))
    for index, cell in enumerate(notebook.cells):
        needed = [tag.removeprefix(NEEDS) for tag in cell.metadata.get("tags", []) if tag.startswith(NEEDS)]
        absent = [place for place in needed if not steps.present(place)]
        if absent:
            words = f"*Not run: this edition holds no {' and no '.join(f'`{place}`' for place in absent)}.*"
            said = nbformat.v4.new_markdown_cell(words, id=cell.id, metadata=cell.metadata)
            said.metadata["tags"] = [*cell.metadata["tags"], *LABEL.findall(cell.source)]
            notebook.cells[index] = said
    return notebook


def _keep(executed: Path, failed: Path) -> None:
    failed.mkdir(parents=True, exist_ok=True)
    if executed.exists():
        shutil.move(executed, failed / executed.name)


def _place(source: Path, index: int) -> str:
    """The cell at `index` of the executed copy, which has one of injected parameters, as the author counts it."""
    before = cells.read(source)
    tags = [cell["metadata"]["tags"] for cell in before]
    if not any("injected-parameters" in each for each in tags):  # papermill puts one after the parameters
        at = next(place for place, each in enumerate(tags, 1) if "parameters" in each)
        if index == at:
            return "cell of injected parameters"
        index -= index > at
    return f"cell {index + 1}"


def _describe(source: Path, error: PapermillExecutionError, kept: Path) -> str:
    """Where and why a cell failed, in terms of the notebook that its author edits."""
    traceback = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(error.traceback))
    inside = re.findall(r"Cell In\[\d+\], line (\d+)|File <ipython-input[^>]*>:(\d+)", traceback)
    line = int(next(filter(None, inside[-1]))) if inside else None
    text = error.source.splitlines()[line - 1].strip() if line else ""
    return (
        f"{paths.shown(source)}, {_place(source, error.cell_index)}"
        + (f", line {line}: {text}" if line else "")
        + f"\n{error.ename}: {error.evalue}\nThe partly executed copy is {paths.shown(kept)}"
    )


def _finish(executed: Path) -> None:
    """Drop what differs from run to run, so that equal results are equal bytes."""
    notebook = nbformat.read(executed, as_version=4)
    notebook.metadata = {"kernelspec": cells.KERNEL, "language_info": notebook.metadata["language_info"]}
    for index, cell in enumerate(notebook.cells):
        cell.id = f"cell-{index}"
        cell.metadata = {"tags": cell.metadata.get("tags", [])}
        if cell.cell_type == "code":
            cell.outputs = _joined(cell.outputs)
    nbformat.write(notebook, executed)


def _joined(outputs: list[nbformat.NotebookNode]) -> list[nbformat.NotebookNode]:
    """The outputs with what was printed in one piece: into how many a kernel cuts it is chance."""
    joined: list[nbformat.NotebookNode] = []
    for output in outputs:
        if output.output_type == "stream" and joined and joined[-1].get("name") == output.name:
            joined[-1].text += output.text
        else:
            joined.append(output)
    return joined
