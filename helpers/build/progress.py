"""Telling how a build goes: a line a step."""

import time

from helpers import progress
from helpers.build import steps

MARKS = {"cached": "·", "started": "…", "done": "✓", "failed": "✗", "skipped": "–"}
WIDTH = max(len(step.name) for step in steps.STEPS)


class Report:
    """What `graph.build` reports to. On a terminal every chosen step has its line from the beginning."""

    def __init__(self, display: progress.Plain, chosen: tuple[steps.Step, ...] = steps.STEPS) -> None:
        self.display = display
        self.begun: dict[str, float] = {}
        if display.moves:
            for step in chosen:
                display.tell(step.name, f"{step.name:<{WIDTH}}   waiting   {step.title}", "waits")

    def __call__(self, step: str, event: str, detail: str) -> None:
        """Tell what happened to `step`."""
        now = time.monotonic()
        self.begun.setdefault(step, now)
        if self.display.moves:
            self.display.tell(
                step, f"{step:<{WIDTH}} {MARKS[event]} {event:<9} {detail}", "runs" if event == "started" else "ended"
            )
        else:
            took = f" in {now - self.begun[step]:.1f} s" if event in ("done", "failed") else ""
            self.display.say(f"{step:<{WIDTH}} {event}{took}{': ' + detail if detail else ''}")
