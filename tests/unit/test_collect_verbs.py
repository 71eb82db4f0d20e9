"""`atom collect` as it is typed: whatever is wrong is one line that says what, where, and what to do."""

import json
import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from helpers import paths


def atom(*arguments, **environment):
    """Start a command, which Ctrl-C stops even where these tests run in the background and heed none."""
    return subprocess.Popen(
        [sys.executable, "-m", "helpers.cli", *map(str, arguments)],
        cwd=paths.ROOT, env=os.environ | environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip


def ended(process, code):
    """What a command said on its error stream, after ending with `code`; a traceback is none of ours."""
    said = process.communicate(timeout=60)
    assert "Traceback" not in said[0] + said[1]
    assert process.returncode == code, said
    return said[1].strip()


def test_ctrl_c_says_that_it_stopped_and_that_the_next_run_goes_on(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
        process = atom("collect", "hub", "--archive", tmp_path, HF_ENDPOINT=endpoint)
        silent.settimeout(60)
        with silent.accept()[0]:
            time.sleep(0.5)  # it waits for an answer now
            process.send_signal(signal.SIGINT)
            said = ended(process, 130)
    assert said.splitlines()[-1] == "stopped; nothing is half-written, and the next run goes on from here"


@pytest.mark.parametrize("verb", [("status",), ("hub",), ("import", "history", "given.csv")])
def test_an_archive_that_is_a_file_is_named_in_a_line(tmp_path, verb):
    place = tmp_path / "archive"
    place.write_text("x", encoding="utf-8")
    (tmp_path / "given.csv").write_text("date,model,downloads\n2025-01-01,a/b,1\n", encoding="utf-8")
    verb = [tmp_path / word if word.endswith(".csv") else word for word in verb]
    said = ended(atom("collect", *verb, "--archive", place, HF_ENDPOINT="http://127.0.0.1:9"), 1)
    assert len(said.splitlines()) == 1
    assert f"{place}" in said
    assert "a file is where a folder is wanted" in said
    assert place.read_text(encoding="utf-8") == "x"


def test_verifying_ends_with_1_where_something_is_damaged_and_names_the_command(tmp_path):
    day = tmp_path / "snapshots" / "date=2026-01-01"
    day.mkdir(parents=True)
    (day / "models.parquet").write_bytes(b"PAR1")
    (day / "manifest.json").write_text(json.dumps([1]), encoding="utf-8")
    (tmp_path / "snapshots" / "unfinished").write_text("a file", encoding="utf-8")
    ended(atom("collect", "status", "--archive", tmp_path), 0)
    process = atom("collect", "status", "--verify", "--archive", tmp_path)
    shown = process.communicate(timeout=60)[0]
    assert process.returncode == 1
    assert "date=2026-01-01" in shown.splitlines()[-1]
    assert "leave it out: mkdir -p" in shown.splitlines()[-1]
