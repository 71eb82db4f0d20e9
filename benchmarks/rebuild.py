"""Rebuilds against plain papermill, in one run and as ratios: `make bench`.

The yardstick runs the same notebooks one after the other with papermill's own command, then the same render.
Against it stand a full rebuild, a rebuild with nothing to do, one after a changed sentence, and one after a changed
notebook. Each is measured on its own fresh copy of the sources; the best of the repetitions counts.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from helpers import paths
from helpers.build import steps

REPEAT = 3
RUNNABLE = """
import nbformat
from helpers.build import execute, steps
for step in steps.STEPS:
    if step.notebook:
        nbformat.write(execute.what_can_run(step.notebook), f"plain/{step.notebook.name}")
"""
"""Leaves the notebooks without the cells that need what the edition does not hold, which papermill itself would run."""
GOALS = {"full": 0.50, "nothing to do": 0.015, "a changed sentence": 0.08, "a changed notebook": 0.18}


def seconds(action: Callable[[], None]) -> float:
    """How long `action` takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


class Copy:
    """A copy of the project's sources, with commands that run in it."""

    def __init__(self, root: Path):
        self.root = root
        wanted = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
            cwd=paths.ROOT, check=True, capture_output=True, text=True,
        ).stdout.splitlines()  # fmt: skip
        for name in wanted:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(paths.ROOT / name, root / name)

    def run(self, *command: str) -> None:
        environment = os.environ | {"PYTHONPATH": str(self.root)}
        environment.pop("ATOM_BUILD", None)
        subprocess.run(
            [sys.executable, *command], cwd=self.root, env=environment, check=True, stdout=subprocess.DEVNULL
        )

    def build(self) -> None:
        self.run("-m", "helpers.cli", "build")

    def prepare(self) -> None:
        """Build once, and leave for the yardstick the notebooks as this edition can run them, in plain/."""
        self.build()
        (self.root / "plain").mkdir()
        self.run("-c", RUNNABLE)

    def forget(self) -> None:
        """Back to a fresh clone."""
        shutil.rmtree(self.root / "build", ignore_errors=True)

    def plain(self) -> None:
        """The yardstick: papermill, one notebook after the other, then the render."""
        executed = self.root / "build" / "executed"
        executed.mkdir(parents=True)  # where the binding of the text looks for them
        for step in steps.STEPS:
            if step.notebook:
                name = step.notebook.name
                self.run("-m", "papermill", "--no-progress-bar", f"plain/{name}", str(executed / name))
        self.run("-m", "helpers.cli", "render")

    def append(self, name: str, text: str) -> None:
        with (self.root / name).open("a", encoding="utf-8") as stream:
            stream.write(text)


def measure() -> dict[str, float]:
    """Best seconds of each kind of rebuild."""
    taken: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        copy = Copy(Path(folder))
        copy.prepare()
        for turn in range(REPEAT):
            copy.forget()
            taken.setdefault("plain papermill", []).append(seconds(copy.plain))
            copy.forget()
            taken.setdefault("full", []).append(seconds(copy.build))
            taken.setdefault("nothing to do", []).append(seconds(copy.build))
            copy.append("report/regional.qmd", f"\nA sentence more: {'again ' * turn}.\n")
            taken.setdefault("a changed sentence", []).append(seconds(copy.build))
            path = copy.root / "notebooks/03_regional.ipynb"
            path.write_text(path.read_text(encoding="utf-8").replace('"# ', f'"# {turn}', 1), encoding="utf-8")
            taken.setdefault("a changed notebook", []).append(seconds(copy.build))
    return {kind: min(times) for kind, times in taken.items()}


def main() -> None:
    """Print seconds and ratios; exit 1 if a goal is missed."""
    best = measure()
    yardstick = best["plain papermill"]
    missed = False
    for kind, took in best.items():
        ratio, goal = took / yardstick, GOALS.get(kind)
        missed |= goal is not None and ratio > goal
        print(f"{kind:<20} {took:7.2f} s   ratio {ratio:5.3f}" + (f"   goal ≤ {goal:.3f}" if goal else ""))
    if missed:
        raise SystemExit("a goal is missed")


if __name__ == "__main__":
    main()
