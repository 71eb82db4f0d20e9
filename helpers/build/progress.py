"""Telling how a build goes: a live display on a terminal, plain lines in a log."""

import sys
import time
from types import TracebackType
from typing import Self

from helpers.build import steps

MARKS = {"cached": "·", "started": "…", "done": "✓", "failed": "✗", "skipped": "–"}


class Plain:
    """One line an event, each with the seconds since the start."""

    def __init__(self) -> None:
        self.start = time.monotonic()
        self.begun: dict[str, float] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        pass

    def report(self, step: str, event: str, detail: str) -> None:
        """Print what happened to `step`."""
        now = time.monotonic()
        self.begun.setdefault(step, now)
        took = f" in {now - self.begun[step]:.1f} s" if event in ("done", "failed") else ""
        print(f"{now - self.start:6.1f} s  {step:<14} {event}{took}{': ' + detail if detail else ''}", flush=True)


class Live:
    """A line a step, with a spinner and the elapsed time while it runs."""

    def __init__(self) -> None:
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        self.progress = Progress(
            SpinnerColumn(finished_text=" "),
            TextColumn("{task.description:<14}"),
            TextColumn("{task.fields[event]:<9}"),
            TimeElapsedColumn(),
            TextColumn("{task.fields[detail]}", style="dim"),
        )
        self.lines = {
            step.name: self.progress.add_task(step.name, total=1, start=False, event="waiting", detail=step.title)
            for step in steps.STEPS
        }

    def __enter__(self) -> Self:
        self.progress.start()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.progress.stop()

    def report(self, step: str, event: str, detail: str) -> None:
        """Show what happened to `step`."""
        line = self.lines[step]
        self.progress.update(line, event=f"{MARKS[event]} {event}", **({"detail": detail} if detail else {}))
        if event == "started":
            self.progress.start_task(line)
        else:
            self.progress.update(line, completed=1)


def display() -> Plain | Live:
    """The display that fits where the output goes."""
    return Live() if sys.stdout.isatty() else Plain()
