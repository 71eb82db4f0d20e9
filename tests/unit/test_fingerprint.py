"""Fingerprints: content counts, outputs and time stamps do not."""

import ast
import os
import sys

import nbformat
import pytest

from helpers import edition, files, paths
from helpers.build import fingerprint, steps


def notebook(path, source, tags=(), outputs=()):
    cell = nbformat.v4.new_code_cell(source, metadata={"tags": list(tags)}, outputs=list(outputs))
    cell.id = "a"
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    return fingerprint.of_notebook(path)


def test_a_notebooks_outputs_do_not_count_its_source_and_tags_do(tmp_path):
    path = tmp_path / "n.ipynb"
    plain = notebook(path, "1")
    assert notebook(path, "1", outputs=[nbformat.v4.new_output("stream", text="1")]) == plain
    assert notebook(path, "2") != plain
    assert notebook(path, "1", tags=["parameters"]) != plain


@pytest.mark.parametrize(
    "source",
    [
        "x = !ls\nlen?\n%matplotlib inline\nfrom helpers import edition",
        "%time from helpers import edition",
        "%%time\nfrom helpers.edition import load",
        "if x: from helpers import edition",
        "a = 1; import helpers.edition",
        "from helpers import \\\n    edition",
        "%run ../helpers/edition.py",
        "!python -m helpers.edition",
        "importlib.import_module('helpers.edition')",
    ],
)
def test_what_ipython_takes_is_read_for_the_helpers_it_needs(tmp_path, source):
    notebook(tmp_path / "n.ipynb", source)
    used = fingerprint.helpers_of(fingerprint.notebook_code(tmp_path / "n.ipynb"))
    assert paths.ROOT / "helpers/edition.py" in used
    assert paths.ROOT / "helpers/build/graph.py" not in used


def test_touching_a_file_does_not_count_changing_it_does(tmp_path):
    (tmp_path / "a.csv").write_text("1")
    (tmp_path / ".hidden").write_text("1")
    before = fingerprint.of_tree(tmp_path)
    os.utime(tmp_path / "a.csv", (0, 0))
    (tmp_path / ".hidden").write_text("2")
    assert fingerprint.of_tree(tmp_path) == before
    (tmp_path / "a.csv").write_text("2")
    assert fingerprint.changes(before, fingerprint.of_tree(tmp_path)) == [f"{tmp_path}/a.csv changed"]


def test_helpers_are_followed_through_one_another_however_they_are_imported():
    names = {p.relative_to(paths.ROOT).as_posix() for p in fingerprint.helpers_of("from helpers import tables")}
    assert {"helpers/tables/__init__.py", "helpers/files.py", "helpers/paths.py", "helpers/__init__.py"} <= names
    assert "helpers/build/graph.py" not in names
    inside = "def f():\n    import helpers.edition\n"
    assert paths.ROOT / "helpers/edition.py" in fingerprint.helpers_of(inside)
    assert fingerprint.helpers_of("import pandas") == []


@pytest.mark.parametrize(
    "code",
    [
        "from helpers import files, edition as chosen",
        "from helpers import (\n    files,  # whole or absent\n    edition,\n)",
        "import helpers.files, helpers.edition",
        "    from helpers.edition import Edition  # late\n    import helpers.files as f",
    ],
)
def test_every_way_to_write_an_import_is_read(code):
    names = {p.relative_to(paths.ROOT).as_posix() for p in fingerprint.helpers_of(code)}
    assert {"helpers/files.py", "helpers/edition.py", "helpers/__init__.py"} <= names
    assert "helpers/build/graph.py" not in names


def test_no_import_of_helpers_is_overlooked():
    """What is read of a line is held to what Python reads."""
    for path in (paths.ROOT / "helpers").rglob("*.py"):
        code = path.read_text(encoding="utf-8")
        named = [
            name
            for node in ast.walk(ast.parse(code))
            for name in (
                [alias.name for alias in node.names] if isinstance(node, ast.Import)
                else [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
                if isinstance(node, ast.ImportFrom) else []
            )
        ]  # fmt: skip
        wanted = {file for name in named for file in fingerprint._module_files(name)}
        assert wanted <= set(fingerprint._imported(code)), path


@pytest.mark.parametrize(
    ("before", "now", "words"),
    [
        ({"parameter seed": 1}, {"parameter seed": 2}, ["parameter seed: 1 → 2"]),
        ({"helper a": "x"}, {"helper a": "y"}, ["helper a changed"]),
        ({"input a": "x"}, {}, ["input a is gone"]),
        ({}, {"input a": "x"}, ["input a is new"]),
        ({"input a": "x"}, {"input a": "x"}, []),
    ],
)
def test_changes_are_told_in_words(before, now, words):
    assert fingerprint.changes(before, now) == words


# Whole steps ----------------------------------------------------------------------------------------------------

GIVEN = edition.load().parameters() | {"engine": "auto"}
STEPS = pytest.mark.parametrize("step", steps.STEPS, ids=lambda step: step.name)


@pytest.fixture(autouse=True)
def places(tmp_path, monkeypatch):
    """An empty build folder and an empty archive."""
    for name in ("BUILD", "ARCHIVE"):
        monkeypatch.setattr(paths, name, tmp_path / name.lower())


@STEPS
def test_a_step_hangs_on_each_of_its_parameters_and_on_no_other(step):
    told = fingerprint.of_step(step, GIVEN)
    assert {item for item in told if item.startswith("parameter ")} == {f"parameter {name}" for name in step.parameters}
    for name in GIVEN:
        found = fingerprint.changes(told, fingerprint.of_step(step, GIVEN | {name: "another"}))
        assert found == ([f"parameter {name}: {GIVEN[name]} → another"] if name in step.parameters else [])


@STEPS
def test_a_step_hangs_on_what_it_reads_of_the_build_on_its_code_and_on_versions(step, tmp_path):
    told = fingerprint.of_step(step, GIVEN)
    assert told["python"] == f"{sys.version_info.major}.{sys.version_info.minor}"
    assert told["lock requirements.lock"] == files.digest(paths.ROOT / "requirements.lock")
    assert (f"notebook {step.name}" in told) == bool(step.notebook)
    assert told["helper helpers/__init__.py"] == files.digest(paths.ROOT / "helpers" / "__init__.py")
    for place in (place for place in step.reads if not place.startswith("/")):
        path = tmp_path / "build" / place / "deep" / "a.csv"
        files.write_text(path, "1")
        assert fingerprint.changes(told, fingerprint.of_step(step, GIVEN)) == [f"input {paths.shown(path)} is new"]
        path.unlink()


@STEPS
def test_a_step_hangs_on_each_file_of_the_archive_where_it_reads_it_and_data_are_not_reconstructed(step, tmp_path):
    public = GIVEN | {"data": "public"}
    before = fingerprint.of_step(step, GIVEN), fingerprint.of_step(step, public)
    held = [tmp_path / "archive" / name for name in ("one.json", "snapshots/date=2026-01-01/two.parquet")]
    for path in (*held, tmp_path / "archive/.hidden/x", tmp_path / "archive/__pycache__/x", tmp_path / "archive/a/.x"):
        files.write_text(path, "1")
    assert fingerprint.of_step(step, GIVEN) == before[0]
    new = fingerprint.of_step(step, public)
    reads = step.name == "01_collect"
    assert fingerprint.changes(before[1], new) == [f"input {paths.shown(path)} is new" for path in held if reads]
    files.write_text(held[1], "2")
    found = fingerprint.changes(new, fingerprint.of_step(step, public))
    assert found == ([f"input {paths.shown(held[1])} changed"] if reads else [])


def test_files_beside_the_code_of_a_package_that_is_used_count(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    held = ["__init__.py", "x.txt", "ink/__init__.py", "ink/form.lua"]
    for name in [*held, *(f"pen/{name}" for name in ("__init__.py", "draw.py", "form.lua", "draw.pyc"))]:
        files.write_text(tmp_path / "helpers" / name, "")
    fingerprint._module_files.cache_clear()
    found = {
        path.relative_to(tmp_path / "helpers").as_posix() for path in fingerprint.helpers_of("import helpers.pen.draw")
    }
    fingerprint._module_files.cache_clear()
    assert found == {"__init__.py", "pen/__init__.py", "pen/draw.py", "pen/form.lua"}


def test_when_an_input_or_the_notebook_was_written_is_told_even_if_it_is_as_before(tmp_path):
    step = next(step for step in steps.STEPS if "raw/history" in step.reads)
    path = tmp_path / "build" / "raw/history" / "a.csv"
    files.write_text(path, "1")
    before, depends = fingerprint.stamps(step, GIVEN), fingerprint.of_step(step, GIVEN)
    assert f"input {step.notebook.name}" in before
    files.write_text(path, "1")
    assert fingerprint.changes(before, fingerprint.stamps(step, GIVEN)) == [f"input {paths.shown(path)} changed"]
    assert fingerprint.of_step(step, GIVEN) == depends
