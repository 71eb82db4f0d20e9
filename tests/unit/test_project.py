"""The project's own files agree with one another."""

import ast
import json
import re
import tomllib

import pytest
import yaml

from helpers import edition, execute, paths, steps

PROJECT = tomllib.loads((paths.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
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


def test_notebooks_define_no_long_functions_and_keep_cells_short():
    for path in paths.NOTEBOOKS.glob("*.ipynb"):
        for number, cell in enumerate(json.loads(path.read_text(encoding="utf-8"))["cells"], 1):
            source = "".join(cell["source"])
            if cell["cell_type"] != "code":
                continue
            lines = [line for line in source.splitlines() if line and not line.startswith("#")]
            assert len(lines) <= 30, f"{path.name}, cell {number} has {len(lines)} lines"
            for node in ast.walk(ast.parse(source)):
                assert not isinstance(node, ast.FunctionDef), f"{path.name}, cell {number} defines {node.name}"


def test_steps_follow_one_another_without_circles():
    seen = set()
    for step in steps.STEPS:
        assert set(steps.upstream(step)) <= seen, f"{step.name} needs a later step"
        seen.add(step.name)
