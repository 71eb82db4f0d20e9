"""The rebuild graph: which steps are out of date, and running just those, side by side where they can."""

import importlib
import json
import os
import shutil
import tempfile
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from helpers import files, paths
from helpers.build import fingerprint, steps, worker

RECEIPTS = paths.BUILD / "receipts"
WORK = paths.BUILD / ".work"
FAILED = paths.BUILD / "failed"


class StrayOutput(RuntimeError):
    """A step left files that are not among its outputs."""


@dataclass(frozen=True)
class State:
    """A step's state: fresh, or stale with the reasons."""

    name: str
    reasons: tuple[str, ...]

    @property
    def fresh(self) -> bool:
        """Whether running the step again would change nothing."""
        return not self.reasons


def state(step: steps.Step, parameters: dict[str, Any]) -> State:
    """Compare what `step` depends on, and what it left, with the receipt of its last run."""
    try:
        receipt = json.loads((RECEIPTS / f"{step.name}.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return State(step.name, ("never finished",))
    try:
        now = fingerprint.of_step(step, parameters)
    except (SyntaxError, FileNotFoundError, json.JSONDecodeError) as error:
        return State(step.name, (f"cannot be read: {error}",))
    found = fingerprint.changes(receipt["fingerprint"], now)
    found += [f"output {change}" for change in fingerprint.changes(receipt["outputs"], outputs(step))]
    return State(step.name, tuple(found))


def outputs(step: steps.Step) -> dict[str, str]:
    """Path → hash of every file the step owns."""
    return {name: digest for place in step.writes for name, digest in fingerprint.of_tree(steps.locate(place)).items()}


def run_step(step: steps.Step, parameters: dict[str, Any]) -> None:
    """Run one step and write its receipt; what it leaves takes its place only when all of it succeeded."""
    receipt = RECEIPTS / f"{step.name}.json"
    started, clock = datetime.now(UTC), time.monotonic()
    depends = fingerprint.of_step(step, parameters)
    given = {name: parameters[name] for name in step.parameters}
    if step.notebook:
        staging = WORK / step.name
        shutil.rmtree(staging, ignore_errors=True)
        (FAILED / step.notebook.name).unlink(missing_ok=True)
        with tempfile.TemporaryDirectory(prefix="atom-") as runtime:  # socket names have a length limit: a short path
            worker.run(_execute, step.notebook, given, staging, FAILED, Path(runtime))
        receipt.unlink(missing_ok=True)  # from here on the old receipt no longer tells the truth
        _move_in(step, staging)
    else:
        receipt.unlink(missing_ok=True)
        importlib.import_module(step.module).run(**given)
    files.write_json(
        receipt,
        {
            "fingerprint": depends,
            "outputs": outputs(step),
            "started": started.isoformat(timespec="seconds"),
            "seconds": round(time.monotonic() - clock, 2),
        },
    )


def _execute(*arguments: Any) -> None:
    # papermill is slow to import, and a build that has nothing to do needs none of it
    from helpers.build import execute

    execute.run(*arguments)


def _move_in(step: steps.Step, staging: Path) -> None:
    """Put a step's staged results in place of the old ones, and refuse results it does not own."""
    for place in step.writes:
        fresh, old = staging / place, steps.locate(place)
        aside = staging / ".old" / place
        if old.exists():
            aside.parent.mkdir(parents=True, exist_ok=True)
            old.rename(aside)
        if fresh.exists():
            old.parent.mkdir(parents=True, exist_ok=True)
            fresh.rename(old)
    stray = [p for p in staging.rglob("*") if p.is_file() and ".old" not in p.relative_to(staging).parts]
    if stray:
        raise StrayOutput(
            f"{step.name} wrote {', '.join(str(p.relative_to(staging)) for p in stray)}, which is not among its "
            "outputs; add it to the step in helpers/build/steps.py"
        )
    shutil.rmtree(staging)


class Stopped(Exception):
    """Somebody interrupted the build."""


class Failures(Exception):
    """One or more steps failed; `messages` holds step → what happened."""

    def __init__(self, messages: dict[str, str]):
        self.messages = messages
        super().__init__("\n\n".join(messages.values()))


def build(
    parameters: dict[str, Any],
    jobs: int,
    report: Callable[[str, str, str], None],
    graph: tuple[steps.Step, ...] = steps.STEPS,
) -> None:
    """Bring every step up to date, at most `jobs` at a time. The caller holds the build folder's lock.

    `report(step, event, detail)` hears "cached", "started", "done", "failed" and "skipped" as they happen.
    Raises Failures when steps failed; steps that depend on them did not run, all others did.
    """
    from doit.cmd_base import ModuleTaskLoader
    from doit.doit_cmd import DoitMain

    _clear_work()  # leftovers of a build that was killed
    os.environ["PYTHONHASHSEED"] = "0"  # kernels are forked, and have it from their process's start
    worker.preload("helpers.build.execute")
    messages: dict[str, str] = {}
    tasks = {f"task_{step.name}": _task(step, parameters, graph, messages) for step in graph}
    settings = {
        "reporter": _reporter(report), "num_process": jobs, "par_type": "thread", "continue": True,
        "backend": "json", "dep_file": str(WORK / "doit.json"), "verbosity": 0,
    }  # fmt: skip
    WORK.mkdir(parents=True)
    try:
        code = DoitMain(ModuleTaskLoader(tasks), extra_config={"GLOBAL": settings}).run(["run"])
    except KeyboardInterrupt:
        raise Stopped("stopped; nothing is half-written, and the next build goes on from here") from None
    finally:
        worker.stop_all()
        _clear_work()
    if messages:
        raise Failures(messages)
    if code:
        raise RuntimeError(f"the rebuild graph could not be run (doit ended with {code}); its message is above")


def _clear_work() -> None:
    shutil.rmtree(WORK, ignore_errors=True)


def _task(
    step: steps.Step, parameters: dict[str, Any], graph: tuple[steps.Step, ...], messages: dict[str, str]
) -> Callable[[], dict]:
    """The doit task of a step. Our receipts say what is up to date; doit orders the steps and runs them."""
    from doit.exceptions import TaskFailed

    def attempt() -> TaskFailed | None:
        try:
            run_step(step, parameters)
        except Exception as error:
            ours = type(error).__module__.startswith("helpers")
            messages[step.name] = str(error) if ours else "".join(traceback.format_exception(error))
            return TaskFailed(messages[step.name])
        return None

    return lambda: {
        "actions": [attempt],
        "task_dep": steps.upstream(step, graph),
        "uptodate": [lambda: state(step, parameters).fresh],
        "io": {"capture": False},  # doit would swap sys.stdout under the progress display
    }


def _reporter(report: Callable[[str, str, str], None]) -> type:
    """A doit reporter that passes events on in our words."""
    from doit.exceptions import UnmetDependency
    from doit.reporter import ZeroReporter

    class Reporter(ZeroReporter):
        def execute_task(self, task: Any) -> None:
            report(task.name, "started", "")

        def add_success(self, task: Any) -> None:
            report(task.name, "done", "")

        def skip_uptodate(self, task: Any) -> None:
            report(task.name, "cached", "")

        def add_failure(self, task: Any, fail: Any) -> None:
            if isinstance(fail, UnmetDependency):
                report(task.name, "skipped", f"it needs {fail.message}")
            else:
                report(task.name, "failed", "")

    return Reporter
