"""Telling how work goes: lines that move on a terminal, plain ones where there is none."""

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self

if TYPE_CHECKING:
    from rich.progress import TaskID

State = Literal["waits", "runs", "ended"]


class Plain:
    """A line for each thing told, with the seconds since the start."""

    moves = False
    """Whether what is told of something takes the place of what was told of it before."""

    def __init__(self) -> None:
        self.start = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        pass

    def say(self, words: str) -> None:
        """Tell what is worth keeping."""
        print(f"{time.monotonic() - self.start:6.1f} s  {words}", flush=True)

    def tell(self, name: str, words: str, state: State = "runs") -> None:  # noqa: ARG002
        """Tell how far `name` is."""
        self.say(words)


class Live(Plain):
    """A line that moves for each name, with the time that it takes; above them what is worth keeping."""

    moves = True

    def __init__(self) -> None:
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        super().__init__()
        self.progress = Progress(
            SpinnerColumn(finished_text=" "), TimeElapsedColumn(), TextColumn("{task.description}", markup=False)
        )
        self.lines: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self.progress.start()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.progress.stop()

    def say(self, words: str) -> None:
        """Tell what is worth keeping, above the lines that move."""
        self.progress.console.print(words, markup=False, highlight=False)

    def tell(self, name: str, words: str, state: State = "runs") -> None:
        """Tell how far `name` is, in its line."""
        if name not in self.lines:
            self.lines[name] = self.progress.add_task(words, start=False, total=1)
        self.progress.update(self.lines[name], description=words, completed=int(state == "ended"))
        if state == "runs":
            self.progress.start_task(self.lines[name])


def display() -> Plain:
    """The display that fits where the output goes."""
    return Live() if sys.stdout.isatty() else Plain()
