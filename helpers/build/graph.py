"""The rebuild graph: which steps are out of date, and running just those, side by side where they can."""

import contextlib
import importlib
import json
import os
import shutil
import tempfile
import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, datetime
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from helpers import digests, files, lock, paths
from helpers.build import fingerprint, steps, worker
from helpers.build.cells import NotebookError

RECEIPTS = paths.BUILD / "receipts"
WORK = paths.BUILD / ".work"
FAILED = paths.BUILD / "failed"

RECEIPT = {"fingerprint", "outputs", "started", "seconds"}
"""What a receipt holds: what the step depended on, what it left, when it began and how long it took."""

Report = Callable[[str, str, str], None]
"""Hears what happens to a step: step, event, detail."""


class StrayOutput(RuntimeError):
    """A step left files that are not among its outputs, or not all that are."""


class InputChanged(RuntimeError):
    """What a step depends on was written while it ran."""


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
    receipt = _receipt(RECEIPTS / f"{step.name}.json")
    if receipt is None:
        return State(step.name, ("never finished",))
    try:
        now = fingerprint.of_step(step, parameters)
    except (OSError, UnicodeDecodeError, NotebookError) as error:
        return State(step.name, (f"cannot be read: {error}",))
    found = fingerprint.changes(receipt["fingerprint"], now)
    found += [f"output {change}" for change in fingerprint.changes(receipt["outputs"], outputs(step))]
    return State(step.name, tuple(found))


def _receipt(path: Path) -> dict[str, Any] | None:
    """What a step left of its last run; None where it left nothing that can be read as that."""
    try:
        receipt = json.loads(path.read_text(encoding="utf-8"))
        if {type(receipt[key]) for key in ("fingerprint", "outputs")} == {dict} and receipt.keys() == RECEIPT:
            return receipt
    except (OSError, ValueError, TypeError, KeyError, RecursionError):  # gone, damaged, or of another shape
        pass
    return None


def outputs(step: steps.Step) -> dict[str, str]:
    """Path → hash of every file the step owns."""
    return {name: digest for place in step.writes for name, digest in fingerprint.of_tree(steps.locate(place)).items()}


def run_step(step: steps.Step, parameters: dict[str, Any]) -> None:
    """Run one step and write its receipt; what it leaves takes its place only when all of it succeeded."""
    receipt = RECEIPTS / f"{step.name}.json"
    started, clock = datetime.now(UTC), time.monotonic()
    before, depends = fingerprint.stamps(step, parameters), fingerprint.of_step(step, parameters)
    given = {name: parameters[name] for name in step.parameters}
    if step.notebook:
        staging = WORK / step.name
        shutil.rmtree(staging, ignore_errors=True)
        (FAILED / step.notebook.name).unlink(missing_ok=True)
        if step.archived:
            digests.tell(WORK, fingerprint.known)
        with tempfile.TemporaryDirectory(prefix="atom-") as runtime:  # socket names have a length limit: a short path
            arguments = (step.notebook, given, staging, FAILED, Path(runtime))
            worker.run(_execute, *arguments, limit=steps.STEP_LIMIT)
        (staging / step.writes[0]).mkdir(exist_ok=True)  # an edition of little data may have nothing to put there
        _hold(step, parameters, before)
        _forget(receipt)  # from here on it no longer tells the truth
        _move_in(step, staging)
    elif step.module:
        _forget(receipt)
        importlib.import_module(step.module).run(**given)
        _hold(step, parameters, before)
    left = outputs(step)
    if step.archived:  # of what was relied on alone: a day that was left out is looked at again, for it may be restored
        known, brought = fingerprint.known, set(left.values())
        digests.tell(paths.BUILD, {of: known[of] for of in before.values() if known.get(of) in brought})
    files.write_json(
        receipt,
        {
            "fingerprint": depends,
            "outputs": left,
            "started": started.isoformat(timespec="seconds"),
            "seconds": round(time.monotonic() - clock, 2),
        },
    )


def _hold(step: steps.Step, parameters: dict[str, Any], before: fingerprint.Fingerprint) -> None:
    """Raise InputChanged where an input was written since `before`: then nobody knows what the step has read."""
    if changed := fingerprint.changes(before, fingerprint.stamps(step, parameters)):
        raise InputChanged(f"{step.name}: {'; '.join(changed)} while it ran; build again")


def _forget(receipt: Path) -> None:
    shutil.rmtree(receipt) if receipt.is_dir() else receipt.unlink(missing_ok=True)


def _execute(*arguments: Any) -> None:
    # papermill is slow to import, and a build that has nothing to do needs none of it
    from helpers.build import execute

    execute.run(*arguments)


def _move_in(step: steps.Step, staging: Path) -> None:
    """Put a step's staged results in place of the old ones; refuse what it does not own, and less than it owes."""
    if missing := [place for place in step.writes if not (staging / place).exists()]:
        raise StrayOutput(
            f"{step.name} did not write {', '.join(missing)}; let it, or take that off the step in "
            "helpers/build/steps.py"
        )
    for place in step.writes:
        fresh, old = staging / place, steps.locate(place)
        aside = staging / ".old" / place
        if old.exists():
            aside.parent.mkdir(parents=True, exist_ok=True)
            old.rename(aside)
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


def build(parameters: dict[str, Any], jobs: int, report: Report, graph: tuple[steps.Step, ...] = steps.STEPS) -> None:
    """Bring every step up to date, at most `jobs` at a time. The caller holds the build folder's lock.

    `report(step, event, detail)` hears "cached", "started", "done", "failed" and "skipped" as they happen.
    Raises Failures when steps failed; steps that depend on them did not run, all others did. Raises InputChanged where
    not all that was built is of one and the same state of the inputs.
    """
    _clear_work()  # leftovers of a build that was killed
    os.environ["PYTHONHASHSEED"] = "0"  # kernels are forked, and have it from their process's start
    for step in graph:  # before anything is loaded: what a step runs is no newer than what its receipt says
        with contextlib.suppress(NotebookError, OSError):  # whoever runs the step says so
            fingerprint.of_code(step)
    worker.preload("helpers.build.execute")
    rebuild = _Rebuild(graph, parameters, report)
    try:
        rebuild.run(jobs)
    except KeyboardInterrupt:
        raise Stopped("stopped; nothing is half-written, and the next build goes on from here") from None
    finally:
        _clear_work()
    if rebuild.failed:
        raise Failures(rebuild.failed)
    if rebuild.ran:
        late = {step.name: "; ".join(state(step, parameters).reasons) for step in graph}
        if any(late.values()):
            changed = ", ".join(f"{reasons} ({name})" for name, reasons in late.items() if reasons)
            raise InputChanged(f"while the build ran: {changed}; build again")


def _clear_work() -> None:
    shutil.rmtree(WORK, ignore_errors=True)


class _Rebuild:
    """One pass over a graph of steps.

    failed: step → what happened. lost: steps that failed or were skipped. running: steps at work. ran: whether any ran.
    """

    def __init__(self, graph: tuple[steps.Step, ...], parameters: dict[str, Any], report: Report) -> None:
        self.steps = {step.name: step for step in graph}
        self.upstream = {step.name: steps.upstream(step, graph) for step in graph}
        self.parameters, self.report = parameters, report
        self.failed: dict[str, str] = {}
        self.lost: set[str] = set()
        self.running: set[str] = set()
        self.ran = False
        self.speaking, self.stopped = threading.Lock(), False

    def run(self, jobs: int) -> None:
        """Bring each step up to date as soon as all that it needs are, `jobs` at a time, in the graph's order."""
        order = TopologicalSorter(self.upstream)
        order.prepare()
        running: dict[Future[None], str] = {}
        with ThreadPoolExecutor(jobs) as pool:
            try:
                while order.is_active():
                    running |= {pool.submit(self.bring, name): name for name in order.get_ready()}
                    for future in wait(running, return_when=FIRST_COMPLETED).done:
                        order.done(running.pop(future))
                        future.result()
            except BaseException:  # somebody interrupts: steps that run are ended, those that wait not begun
                with self.speaking:
                    self.stopped = True
                pool.shutdown(wait=False, cancel_futures=True)
                while self.running:
                    worker.stop_all()
                    time.sleep(0.05)
                raise

    def bring(self, name: str) -> None:
        """Run a step if it is stale and all that it needs is there; what fails is told, not raised."""
        with self.speaking:
            if self.stopped:  # it was begun in the moment of the interruption
                return
            self.running.add(name)
        try:
            self._bring(name)
        finally:
            self.running.discard(name)

    def _bring(self, name: str) -> None:
        if lost := sorted(self.lost.intersection(self.upstream[name])):
            self.lost.add(name)
            self.tell(name, "skipped", f"it needs {', '.join(lost)}")
        elif state(self.steps[name], self.parameters).fresh:
            self.tell(name, "cached")
        else:
            self.ran = True
            self.tell(name, "started")
            try:
                self._run(self.steps[name])
                self.tell(name, "done")
            except Exception as error:
                self.failed[name] = _words(error)
                self.lost.add(name)
                self.tell(name, "failed")

    def _run(self, step: steps.Step) -> None:
        if step.notebook:  # meanwhile this process, which has nothing to do, loads what comes after the notebooks
            modules = [step.module for step in self.steps.values() if step.module]
            threading.Thread(target=_load, args=(modules,), daemon=True).start()
        run_step(step, self.parameters)

    def tell(self, name: str, event: str, detail: str = "") -> None:
        """Report an event, one at a time, unless the build was interrupted."""
        with self.speaking:
            if not self.stopped:
                self.report(name, event, detail)


def _words(error: Exception) -> str:
    said = lock.words(error, paths.BUILD)
    return "".join(traceback.format_exception(error)) if said is None else said


def _load(modules: list[str]) -> None:
    for name in modules:
        with contextlib.suppress(Exception):  # the step that runs it says what is wrong
            importlib.import_module(name)
