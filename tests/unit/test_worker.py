"""Workers: answers and errors come back, deaths are noticed."""

import os
import signal
import tempfile

import pytest

from helpers.build import worker

run = worker.run


def test_answers_and_errors_come_back():
    assert run(divmod, 7, 2) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        run(divmod, 1, 0)


def test_a_killed_worker_is_reported_not_waited_for():
    with pytest.raises(worker.WorkerDied, match="SIGKILL"):
        run(signal.raise_signal, signal.SIGKILL)
    with pytest.raises(worker.WorkerDied, match="exit code 3"):
        run(os._exit, 3)


def test_temporary_files_lie_where_sockets_can_be_made(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(worker, "LONGEST", len(str(tmp_path)) + 20)
    worker.preload()
    assert tempfile.tempdir == str(tmp_path)
    monkeypatch.setattr(worker, "LONGEST", 20)
    worker.preload()
    assert tempfile.tempdir in ("/tmp", "/var/tmp")
    monkeypatch.setattr(worker, "LONGEST", 1)
    with pytest.raises(worker.NoTemporaryFolder, match="TMPDIR"):
        worker.preload()
