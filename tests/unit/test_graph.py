"""The rebuild graph on planted steps: what runs, in which order, what is told, and what an interruption leaves."""

import errno
import os
import signal
import threading
import time
from types import SimpleNamespace

import pytest

from helpers import digests, edition, files, paths
from helpers.build import graph, progress, steps, worker
from helpers.build.steps import Step
from helpers.text import sources

STEPS = (
    Step("one", "", reads=(), writes=("a",)),
    Step("two", "", reads=("a",), writes=("b",)),
    Step("other", "", reads=("a",), writes=("c",)),
    Step("last", "", reads=("b", "c"), writes=("d",), module="json"),
)


def test_all_that_a_build_writes_is_in_its_folder():
    assert not [place for step in steps.STEPS for place in step.writes if place.startswith("/")]


def test_pages_of_notebooks_hang_on_the_bibliography():
    about = sources.read_yaml((paths.ROOT / "_quarto.yml").read_text(encoding="utf-8"), "_quarto.yml")
    pages = next(step for step in steps.STEPS if step.name == "pages")
    assert {f"/{path.relative_to(paths.ROOT)}" for path in sources.bibliography(paths.ROOT, about)} <= set(pages.reads)


@pytest.fixture
def rebuild(tmp_path, monkeypatch):
    """Build STEPS; `work`: step → what it does, `fresh`: those up to date. Gives the events as they were told."""
    monkeypatch.setattr(graph, "WORK", tmp_path / ".work")
    monkeypatch.setattr(worker, "preload", lambda *_: None)

    def build(work=None, fresh=(), jobs=2):
        told = []
        reasons = dict.fromkeys(fresh, ())

        def run_step(step, _):
            (work or {}).get(step.name, lambda: None)()
            reasons[step.name] = ()

        monkeypatch.setattr(graph, "state", lambda step, _: graph.State(step.name, reasons.get(step.name, ("x",))))
        monkeypatch.setattr(graph, "run_step", run_step)
        try:
            graph.build({}, jobs, lambda *event: told.append(event), STEPS)
        except graph.Failures as failures:
            told.append(failures)
        return told

    return build


def test_steps_run_after_what_they_need_and_fresh_ones_do_not(rebuild):
    told = rebuild(fresh={"one", "other"})
    assert told[0] == ("one", "cached", "")
    assert ("other", "cached", "") in told
    assert [event for event in told if event[1] in ("started", "done")] == [
        ("two", "started", ""), ("two", "done", ""), ("last", "started", ""), ("last", "done", ""),
    ]  # fmt: skip


def test_steps_run_side_by_side_up_to_the_number_of_jobs(rebuild):
    both = threading.Barrier(2, timeout=5)
    assert [event for _, event, _ in rebuild({"two": both.wait, "other": both.wait})].count("done") == 4
    alone = threading.Barrier(2, timeout=0.2)
    *_, failures = rebuild({"two": alone.wait, "other": alone.wait}, jobs=1)
    assert "BrokenBarrierError" in str(failures)


def test_what_does_not_need_a_failed_step_goes_on_and_what_does_says_so(rebuild):
    def fail():
        raise worker.WorkerDied("its process ended")

    *told, failures = rebuild({"two": fail})
    assert ("two", "failed", "") in told
    assert ("other", "done", "") in told
    assert told[-1] == ("last", "skipped", "it needs two")
    assert failures.messages == {"two": "its process ended"}
    *told, failures = rebuild({"one": lambda: 1 / 0})
    assert told[1:] == [
        ("one", "failed", ""), ("two", "skipped", "it needs one"), ("other", "skipped", "it needs one"),
        ("last", "skipped", "it needs other, two"),
    ]  # fmt: skip
    assert "Traceback" in str(failures)


def test_an_interruption_ends_what_runs_and_begins_nothing_more(rebuild, monkeypatch):
    ended = []
    monkeypatch.setattr(worker, "stop_all", lambda: ended.append(True))
    usual = signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever runs in the background may have none

    def interrupted():
        time.sleep(0.1)  # a signal that comes while the main thread is about to wait would not wake it
        os.kill(os.getpid(), signal.SIGINT)
        while not ended:
            time.sleep(0.01)

    def never():
        raise AssertionError("begun after the interruption")

    try:
        with pytest.raises(graph.Stopped, match="nothing is half-written"):
            rebuild({"one": interrupted, "two": never})
    finally:
        signal.signal(signal.SIGINT, usual)
    assert not graph.WORK.exists()


def test_a_step_that_begins_in_the_moment_of_an_interruption_is_ended_too(rebuild, monkeypatch):
    ended, submit = [], graph.ThreadPoolExecutor.submit
    monkeypatch.setattr(worker, "stop_all", lambda: ended.append(True))

    def interrupted(pool, *arguments):
        submit(pool, *arguments)
        time.sleep(0.1)
        raise KeyboardInterrupt

    def work():
        while not ended:
            time.sleep(0.01)

    monkeypatch.setattr(graph.ThreadPoolExecutor, "submit", interrupted)
    before = threading.active_count()
    with pytest.raises(graph.Stopped):
        rebuild({"one": work})
    assert ended
    assert threading.active_count() == before


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """A finished step that wrote a file, by its receipt."""
    monkeypatch.setattr(graph, "RECEIPTS", tmp_path / "receipts")
    monkeypatch.setattr(graph, "WORK", tmp_path / ".work")
    monkeypatch.setattr(graph.paths, "BUILD", tmp_path)
    monkeypatch.setattr(graph.importlib, "import_module", lambda _: Writes)
    step = Step("one", "", reads=(), writes=("a",), module="json")
    graph.run_step(step, {})
    assert graph.state(step, {}).fresh
    return step


class Writes:
    @staticmethod
    def run():
        files.write_text(graph.paths.BUILD / "a", "x")


DAMAGES = [
    b"", b"{", b"null", b"[]", b"1", b'"x"', b"{}", b"\xff\xfe", b"[" * 100_000, b'{"fingerprint": {}, "outputs": []}',
    b'{"fingerprint": null, "outputs": {}, "started": "", "seconds": 1}', b'{"fingerprint": {}, "outputs": {}}',
    b'{"fingerprint": [["a"]], "outputs": {"a": 1}, "started": "", "seconds": 1}', None,
]  # fmt: skip


@pytest.mark.parametrize("content", DAMAGES)
def test_a_damaged_receipt_means_that_a_step_never_finished(kept, content):
    path = graph.RECEIPTS / "one.json"
    path.unlink()
    path.write_bytes(content) if content is not None else (path / "inside").mkdir(parents=True)
    assert graph.state(kept, {}).reasons == ("never finished",)
    graph.run_step(kept, {})
    assert graph.state(kept, {}).fresh


def test_a_step_that_leaves_less_than_it_owes_is_not_done(tmp_path, monkeypatch):
    monkeypatch.setattr(graph.paths, "BUILD", tmp_path)
    (tmp_path / "work" / "a").mkdir(parents=True)
    with pytest.raises(graph.StrayOutput, match="one did not write b"):
        graph._move_in(Step("one", "", reads=(), writes=("a", "b")), tmp_path / "work")
    assert not (tmp_path / "a").exists()


def test_what_the_disk_refuses_a_step_is_one_line(rebuild):
    def full():
        raise OSError(errno.ENOSPC, "No space left on device")

    def denied():
        raise PermissionError(errno.EACCES, "Permission denied", "/x/y")

    *_, failures = rebuild({"two": full, "other": denied})
    assert "the disk is full" in failures.messages["two"]
    assert failures.messages["other"].startswith("/x/y: cannot be written (Permission denied)")
    assert "Traceback" not in str(failures)


def test_a_step_that_takes_too_long_is_ended():
    with pytest.raises(worker.WorkerDied, match=r"did not end within 0\.2 s"):
        worker.run(time.sleep, 60, limit=0.2)
    assert not worker._running


@pytest.mark.parametrize("chosen", [steps.STEPS, steps.STEPS[-2:]])
def test_the_display_shows_the_steps_that_are_chosen_in_even_columns(chosen):
    told = {}

    class Moving:
        moves = True

        def tell(self, name, words, state):
            told[name] = (words, state)

    report = progress.Report(Moving(), chosen)
    assert {words.index("waiting") for words, _ in told.values()} == {progress.WIDTH + 3}
    for step in chosen:
        report(step.name, "cached", "")
    assert told.keys() == {step.name for step in chosen}
    assert {state for _, state in told.values()} == {"ended"}


@pytest.fixture
def reading(tmp_path, monkeypatch):
    """Build a step that reads data/, and one after it; what each does to data/in.txt meanwhile is to be given."""
    for name, folder in (("RECEIPTS", "receipts"), ("WORK", ".work")):
        monkeypatch.setattr(graph, name, tmp_path / "build" / folder)
    monkeypatch.setattr(graph.paths, "BUILD", tmp_path / "build")
    monkeypatch.setattr(graph.paths, "ROOT", tmp_path)
    monkeypatch.setattr(worker, "preload", lambda *_: None)
    (tmp_path / "requirements.lock").touch()
    place = tmp_path / "data" / "in.txt"
    files.write_text(place, "1")
    step = Step("one", "", reads=("/data",), writes=("a",), module="json")
    after = Step("two", "", reads=("a",), writes=("b",), module="csv")

    def build(first=lambda _: None, second=lambda _: None):
        work = {"json": ("a", first), "csv": ("b", second)}

        def module(name):
            written, meanwhile = work[name]

            def run():
                files.write_text(tmp_path / "build" / written, place.read_text(encoding="utf-8"))
                meanwhile(place)

            return SimpleNamespace(run=run)

        with monkeypatch.context() as patch:
            patch.setattr(graph.importlib, "import_module", module)
            graph.build({}, 1, lambda *_: None, (step, after))
        return (tmp_path / "build" / "a").read_text(encoding="utf-8")

    return build


def edited(place):
    files.write_text(place, "2")


def edited_and_taken_back(place):
    before = place.read_text(encoding="utf-8")
    edited(place)
    files.write_text(place, before)


def joined(place):
    files.write_text(place.with_name("other.txt"), "3")


@pytest.mark.parametrize("meanwhile", [edited, edited_and_taken_back, joined])
def test_a_step_whose_input_is_written_while_it_runs_is_not_done(reading, meanwhile):
    with pytest.raises(graph.Failures, match=r"one: input data/.*txt (changed|is new) while it ran; build again"):
        reading(meanwhile)
    assert reading() == ("2" if meanwhile is edited else "1")


def test_a_build_whose_input_is_written_after_it_was_read_is_not_done(reading):
    with pytest.raises(
        graph.InputChanged, match=r"while the build ran: input data/in.txt changed \(one\); build again"
    ):
        reading(second=edited)
    assert reading() == "2"


def test_what_a_build_has_read_of_the_archive_neither_its_notebook_nor_the_next_reads_again(tmp_path, monkeypatch):
    """But what it has not brought the next reads: a day that was left out may be restored without another time."""
    held, left_out = (tmp_path / "archive" / name for name in ("models.parquet", "damaged.parquet"))
    for path in (held, left_out):
        files.write_text(path, f"of {path.stem}")
        os.utime(path, (0, 0))
    wanted, found = files.digest(held), []
    monkeypatch.setattr(paths, "BUILD", tmp_path / "build")
    for name in ("WORK", "RECEIPTS", "FAILED"):
        monkeypatch.setattr(graph, name, tmp_path / "build" / name)
    monkeypatch.setattr(paths, "ARCHIVE", held.parent)

    def notebook(_, notebook, __, staging, *____, **_____):
        with monkeypatch.context() as patch:
            patch.setenv("ATOM_STAGING", str(staging))
            patch.setattr(files, "digest", lambda _: "read again")
            found.append(digests.of(held))
        files.write_text(staging / "executed" / notebook.name, "{}")
        (staging / "raw").mkdir()
        os.link(held, staging / "raw" / held.name)

    monkeypatch.setattr(worker, "run", notebook)
    parameters = edition.load().parameters() | {"data": "public"}
    graph.run_step(next(step for step in steps.STEPS if step.archived), parameters)
    assert found == [wanted]
    assert digests.kept(paths.BUILD) == {digests.stamp(held): wanted}
