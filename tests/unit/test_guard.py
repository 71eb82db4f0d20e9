"""What every command keeps to: its checkout, its build folder; and what it says of itself."""

import os
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from helpers import cli, lock, paths
from helpers.build import graph, steps
from helpers.commands import diff, diff_page, guard


def checkout(folder):
    (folder / "helpers").mkdir(parents=True)
    (folder / "helpers" / "cli.py").touch()
    (folder / "notebooks").mkdir()
    return folder


@pytest.mark.parametrize(("typed_in", "program"), [("copy", "/usr/bin/atom"), ("copy/notebooks", "/usr/bin/atom"),
                                                   (".", "copy/.venv/bin/atom")])  # fmt: skip
def test_a_copied_environment_does_not_work_on_the_original(tmp_path, monkeypatch, typed_in, program):
    copy = checkout(tmp_path / "copy")
    monkeypatch.chdir(tmp_path / typed_in)
    with pytest.raises(guard.PlaceError, match="make report") as refused:
        guard.check_place(str(tmp_path / program))
    assert str(copy) in str(refused.value)
    assert str(paths.ROOT) in str(refused.value)


def test_a_command_may_be_typed_anywhere_else_and_through_a_link(tmp_path, monkeypatch):
    (tmp_path / "link").symlink_to(paths.ROOT)
    for folder in (tmp_path, paths.ROOT, paths.ROOT / "notebooks", tmp_path / "link" / "report"):
        monkeypatch.chdir(folder)
        guard.check_place(str(tmp_path / "link" / ".venv" / "bin" / "atom"))


@pytest.mark.parametrize("make", [lambda place: place.touch(), lambda place: place.parent.touch()])
def test_a_file_in_the_build_folders_place_is_one_line(tmp_path, monkeypatch, make):
    place = tmp_path / "a" / "build"
    if make.__code__.co_names == ("touch",):
        place.parent.mkdir()
    make(place)
    monkeypatch.setattr(paths, "BUILD", place)
    with pytest.raises(OSError) as refused, guard.hold():
        pass
    assert lock.refuses(refused.value)
    assert "a file is where a folder is wanted" in guard.words(refused.value)


def test_a_fault_of_ours_keeps_its_traceback():
    with pytest.raises(KeyError):
        guard.words(KeyError("x"))


def test_a_build_that_may_write_no_more_says_so(tmp_path):
    """A limit on the size of files stands for a full disk, and holds for root, too."""
    done = subprocess.run(
        ["bash", "-c", 'ulimit -f 0; exec "$0" -m helpers.cli build --engine pandoc', sys.executable],
        cwd=paths.ROOT, env=os.environ | {"ATOM_BUILD": str(tmp_path / "build")},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "a limit on files is met" in done.stderr


def test_a_python_that_leaves_words_out_is_refused():
    done = subprocess.run(
        [sys.executable, "-OO", "-m", "helpers.cli", "status"],
        cwd=paths.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: PYTHONOPTIMIZE")


def test_comparing_an_edition_with_itself_says_that_there_is_nothing_to_compare():
    with pytest.raises(diff.DiffError, match="nothing to compare"):
        diff_page.run("public", "public")


def test_the_program_says_its_version_its_exit_codes_and_how_to_complete_its_words():
    run = CliRunner().invoke
    version = run(cli.app, ["--version"])
    assert version.exit_code == 0
    assert str(paths.ROOT) in version.stdout
    help_ = " ".join(run(cli.app, ["--help"]).stdout.replace("│", " ").split())
    assert "Exit codes: 0 done, 1 not done, for the reason told, 2 mistyped, 130 stopped by Ctrl-C." in help_
    assert "--install-completion" in help_


def test_states_stand_in_one_column(monkeypatch):
    monkeypatch.setattr(graph, "state", lambda step, _: graph.State(step.name, ()))
    lines = CliRunner().invoke(cli.app, ["status", "--engine", "pandoc"]).stdout.splitlines()
    assert [line.split()[0] for line in lines] == [step.name for step in steps.STEPS]
    assert len({line.index("fresh") for line in lines}) == 1
