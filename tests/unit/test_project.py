"""The project's own files agree with one another."""

import ast
import csv
import json
import re
import shutil
import subprocess
import tomllib

import pytest
import yaml

from benchmarks import house
from helpers import edition, paths
from helpers.build import execute, steps

SETTINGS = tomllib.loads((paths.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = SETTINGS["project"]
CONDA = yaml.safe_load((paths.ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]


def plain(requirement):
    """("pandas", ">=3.0") from "pandas>=3.0" or "pandas >=3.0"."""
    name, bound = re.fullmatch(r"([A-Za-z0-9_.-]+)\s*(.*)", requirement).groups()
    return name.lower().replace("_", "-"), bound


def locked(name):
    text = (paths.ROOT / name).read_text(encoding="utf-8")
    return {match[1].lower().replace("_", "-") for match in re.finditer(r"^([A-Za-z0-9_.-]+)==", text, re.MULTILINE)}


def test_conda_environment_holds_what_pyproject_asks_for():
    wanted = {plain(r) for r in PROJECT["dependencies"] + PROJECT["optional-dependencies"]["test"]}
    pip = next(entry["pip"] for entry in CONDA if isinstance(entry, dict))
    given = {plain(r) for r in [*(e for e in CONDA if isinstance(e, str)), *pip]}
    extra = {"python", "quarto", "jupyter", "pip"}
    assert {(n, b) for n, b in given if n not in extra} == wanted
    assert ("python", PROJECT["requires-python"]) in given


def test_the_lock_holds_every_dependency_and_the_lab_lock_the_same_versions():
    wanted = {plain(r)[0] for r in PROJECT["dependencies"]}
    for extra in ("test", "setup"):
        wanted |= {plain(r)[0] for r in PROJECT["optional-dependencies"][extra]}
    assert wanted <= locked("requirements.lock")
    assert "jupyterlab" not in locked("requirements.lock")
    assert "jupyterlab" in locked("requirements-lab.lock")
    pins = re.compile(r"^(\S+==\S+)", re.MULTILINE)
    build, lab = ((paths.ROOT / n).read_text(encoding="utf-8") for n in ("requirements.lock", "requirements-lab.lock"))
    assert set(pins.findall(build)) <= set(pins.findall(lab))


def test_a_version_comes_from_a_tag_and_what_makes_it_is_locked():
    assert PROJECT["dynamic"] == ["version"]
    assert set(SETTINGS["build-system"]["requires"]) == set(PROJECT["optional-dependencies"]["setup"])
    assert re.fullmatch(r"\d+\.\d+\.\d+", SETTINGS["tool"]["setuptools_scm"]["fallback_version"])
    assert "version" not in yaml.safe_load((paths.ROOT / "CITATION.cff").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["Makefile", ".pre-commit-config.yaml"])
def test_types_are_checked_before_a_commit_and_by_make_test(name):
    text = (paths.ROOT / name).read_text(encoding="utf-8")
    assert all(f".venv/bin/{tool}" in text for tool in ("ruff check", "ruff format", "mypy", "atom notebooks --check"))


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-lab.lock"])
def test_locks_are_hashed_and_name_no_index(name):
    text = (paths.ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index" not in text
    blocks = re.split(r"\n(?=\S)", text.strip())
    assert all("--hash=sha256:" in block for block in blocks)


@pytest.mark.parametrize("step", [s for s in steps.STEPS if s.notebook], ids=lambda s: s.name)
def test_notebooks_declare_their_steps_parameters_with_the_default_editions_values(step):
    assert execute.declared(step.notebook) == {
        name: value for name, value in edition.load().parameters().items() if name in step.parameters
    }


def test_every_notebook_is_a_step_and_has_a_title_of_its_own():
    names = {path.stem for path in paths.NOTEBOOKS.glob("*.ipynb")}
    assert names == {step.name for step in steps.STEPS if step.notebook}
    titles = set()
    for name in names:
        cells = json.loads((paths.NOTEBOOKS / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
        titles.add("".join(cells[0]["source"]).splitlines()[0])
    assert len(titles) == len(names)
    assert all(title.startswith("# ") for title in titles)


def test_notebooks_define_no_functions():
    for path in paths.NOTEBOOKS.glob("*.ipynb"):
        for place, source, _ in house.code(path):
            for node in ast.walk(ast.parse(source)):
                assert not isinstance(node, ast.FunctionDef), f"{place} defines {node.name}"


def test_steps_follow_one_another_without_circles():
    seen = set()
    for step in steps.STEPS:
        assert set(steps.upstream(step)) <= seen, f"{step.name} needs a later step"
        seen.add(step.name)


def test_every_file_of_data_has_a_source_and_no_other_has():
    folder = paths.ROOT / "data"
    with (folder / "sources.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    named = [row["file"] for row in rows]
    assert len(set(named)) == len(named)
    assert set(named) == {path.relative_to(folder).as_posix() for path in folder.rglob("[!.]*") if path.is_file()}
    for row in rows:
        assert row["what"], row
        assert row["licence"], row
        assert row["made"], row
        assert row["source"] or row["file"] in ("sources.csv", "codebook.csv"), row
        assert re.fullmatch(r"|unknown|\d{4}-\d\d-\d\d", row["taken_on"]), row


MAKE = ["env", "-u", "MAKELEVEL", "-u", "MAKEFLAGS", "make"]
"""As typed by hand, also where `make test` runs this."""


def test_make_help_lists_every_target_that_people_call():
    text = subprocess.run([*MAKE, "help"], cwd=paths.ROOT, capture_output=True, text=True, check=True).stdout
    listed = {line.split()[0] for line in text.splitlines()}
    declared = re.search(r"^\.PHONY: (.*)$", (paths.ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)[1]
    assert listed == set(declared.split())
    assert {"report", "test", "lab", "collect", "clean"} <= listed


def ready(folder):
    """Give `folder` the Makefile and an environment that it takes for made; its program."""
    for name in ("Makefile", "requirements.lock", "pyproject.toml"):
        shutil.copyfile(paths.ROOT / name, folder / name)
    content = "".join((folder / name).read_text(encoding="utf-8") for name in ("requirements.lock", "pyproject.toml"))
    command, place = ["git", "hash-object", "--stdin"], f"{content}{folder.resolve()}\n"
    mark = subprocess.run(command, input=place, capture_output=True, text=True, check=True).stdout.strip()
    program = folder / ".venv/bin/atom"
    program.parent.mkdir(parents=True)
    (folder / f".venv/{mark}.ready").touch()
    return program


def test_an_environment_is_made_anew_where_it_was_copied_or_moved_to(tmp_path):
    here, copied, moved = (tmp_path / name for name in ("here {y} it's", "copied", "moved"))
    here.mkdir()
    ready(here).write_text("#!/bin/sh\necho built\n", encoding="utf-8")
    (here / ".venv/bin/atom").chmod(0o755)
    (tmp_path / "link").symlink_to(here)
    shutil.copytree(here, copied)
    for folder in (here, tmp_path / "link"):
        done = subprocess.run([*MAKE, "report"], cwd=folder, capture_output=True, text=True, check=False)
        assert done.stdout == "built\n"
    here.rename(moved)
    for folder in (copied, moved):
        done = subprocess.run([*MAKE, "-n", "report"], cwd=folder, capture_output=True, text=True, check=False)
        assert "rm -rf .venv" in done.stdout


def test_make_collect_asks_every_source_though_one_fails_and_says_which(tmp_path):
    program = ready(tmp_path)
    program.write_text('#!/bin/sh\necho "$@"\ntest "$2" != openrouter\n', encoding="utf-8")
    program.chmod(0o755)
    done = subprocess.run([*MAKE, "collect"], cwd=tmp_path, capture_output=True, text=True, check=False)
    verbs = ["tracked-models", "hub", "openrouter", "arena", "epoch", "status"]
    assert done.stdout.splitlines() == [*(f"collect {verb}" for verb in verbs), "not collected: openrouter"]
    assert done.returncode == 2
