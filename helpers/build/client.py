"""What speaks with a kernel: it runs every cell, within a time, and keeps of its output what a reader could read."""

from collections import Counter
from pathlib import Path
from typing import Any

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NotebookExecutionManager

from helpers.build import kernel, steps

SHOWN = ("stream", "display_data", "execute_result")


class UnfinishedError(RuntimeError):
    """A cell that did not end as a cell does. index: its place in the executed copy. source: its code."""

    def __init__(self, what: str, index: int, source: str) -> None:
        super().__init__(what)
        self.index, self.source = index, source


class Client(PapermillNotebookClient):
    """Papermill's client; a cell that ends the notebook, is passed over or has no end is an UnfinishedError."""

    def __init__(self, manager: NotebookExecutionManager, kernel_name: str, folder: Path) -> None:
        super().__init__(
            manager,
            kernel_name=kernel_name,
            kernel_manager_class=kernel.Manager,
            shutdown_kernel="immediate",
            startup_timeout=steps.START_LIMIT,
            timeout=steps.CELL_LIMIT,
            resources={"metadata": {"path": str(folder)}},
            on_cell_executed=_goes_on,
        )
        self.printed: Counter[int] = Counter()

    def execute_cell(self, cell: NotebookNode, cell_index: int, **settings: Any) -> NotebookNode:
        """Run a cell. Raises UnfinishedError, and CellExecutionError where it raises."""
        try:
            done = super().execute_cell(cell, cell_index, **settings)
        except CellTimeoutError:
            what = f"did not end within {steps.CELL_LIMIT} s (CELL_LIMIT in helpers/build/steps.py)"
            raise UnfinishedError(what, cell_index, cell.source) from None
        except DeadKernelError:
            raise UnfinishedError("its kernel died; often memory ran out", cell_index, cell.source) from None
        if cell.cell_type == "code" and cell.source.strip() and cell.execution_count is None:
            raise UnfinishedError("was passed over; take its tag off", cell_index, cell.source)
        return done

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        """Take what a kernel says; of a cell's output no more than steps.OUTPUT_LIMIT, and a note where it was cut."""
        content = msg["content"]
        if msg["msg_type"] in SHOWN:
            room = steps.OUTPUT_LIMIT - self.printed[cell_index]
            if room < 0:
                return None
            told = [content["text"]] if "text" in content else map(str, content["data"].values())
            size = sum(map(len, told))
            self.printed[cell_index] += size
            if size > room:
                note = f"\n[cut: this cell shows more than {steps.OUTPUT_LIMIT:,} characters]\n"
                msg = {**msg, "msg_type": "stream", "header": {**msg["header"], "msg_type": "stream"}}
                msg["content"] = {"name": content.get("name", "stdout"), "text": content.get("text", "")[:room] + note}
        return super().process_message(msg, cell, cell_index)


def _goes_on(cell: NotebookNode, cell_index: int, execute_reply: dict[str, Any]) -> None:
    """Raise UnfinishedError where a cell has asked its kernel to end: with sys.exit, exit or quit."""
    content = execute_reply["content"]
    if content.get("ename") == "SystemExit" or any(e["source"] == "ask_exit" for e in content.get("payload", [])):
        raise UnfinishedError("ends the notebook before its last cell is done; take it out", cell_index, cell.source)
