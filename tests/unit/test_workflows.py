"""Workflows, the devcontainer and Binder: valid, of least privilege, and in step with the project."""

import json
import os
import re
import subprocess
import sys
import tomllib

import pytest
import yaml
from huggingface_hub.utils import filter_repo_objects
from typer.main import get_command

from helpers import cli, edition, paths
from helpers.text import sources

FILES = sorted((paths.ROOT / ".github" / "workflows").glob("*.yml"))
WORKFLOWS = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in FILES}
STEPS = [
    pytest.param(step, id=f"{name}-{number}")
    for name, workflow in WORKFLOWS.items()
    for job in workflow["jobs"].values()
    for number, step in enumerate(job["steps"])
]
CONTAINER = json.loads((paths.ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))


def step(workflow, words):
    """The one step that runs or uses `words`."""
    steps = [s for job in WORKFLOWS[workflow]["jobs"].values() for s in job["steps"]]
    (found,) = (s for s in steps if words in s.get("run", "") + s.get("uses", ""))
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_workflows_hold_to_their_published_schema(path):
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", str(path)]
    checked = subprocess.run(command, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("name", WORKFLOWS)
def test_workflows_may_do_the_least_and_never_run_beside_themselves(name):
    workflow = WORKFLOWS[name]
    assert workflow["permissions"] == {"contents": "read"}
    assert workflow["concurrency"]["group"]
    more = {job: told["permissions"] for job, told in workflow["jobs"].items() if "permissions" in told}
    allowed = {
        "publish": {"deploy": {"pages": "write", "id-token": "write"}},
        "collect": {"awake": {"actions": "write"}},
    }
    assert more == allowed.get(name, {})
    assert all(job["timeout-minutes"] <= 360 for job in workflow["jobs"].values())


@pytest.mark.parametrize("step", STEPS)
def test_steps_pin_actions_by_commit_and_put_no_expression_into_a_shell(step):
    assert re.fullmatch(r"[\w-]+/[\w/-]+@[0-9a-f]{40}", step.get("uses", f"a/b@{'0' * 40}"))
    assert "${{" not in step.get("run", "")  # secrets and inputs come through the environment
    subprocess.run(["bash", "-n"], input=step.get("run", ""), text=True, check=True)
    if step.get("uses", "").startswith("actions/checkout"):
        assert step["with"]["persist-credentials"] is False


def test_every_pinned_action_says_its_version_and_the_same_everywhere():
    pinned = [re.findall(r"uses: (\S+)(?: # (v\d+\.\d+\.\d+))?$", p.read_text("utf-8"), re.MULTILINE) for p in FILES]
    versions = {(action.partition("@")[0], action, version) for found in pinned for action, version in found}
    assert all(version for *_, version in versions)
    assert len({name for name, *_ in versions}) == len(versions)


def test_every_python_that_is_supported_is_tested_and_quartos_edition_too():
    jobs = WORKFLOWS["test"]["jobs"]
    project = tomllib.loads((paths.ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    first, beyond = map(int, re.findall(r"3\.(\d+)", project["requires-python"]))
    assert jobs["test"]["strategy"]["matrix"]["python"] == [f"3.{minor}" for minor in range(first, beyond)]
    assert step("test", "make test")
    assert "--engine quarto" in step("test", "atom build")["run"]


def test_what_deploys_holds_no_secret_and_runs_nothing_but_that():
    publish = WORKFLOWS["publish"]["jobs"]
    assert [set(step) for step in publish["deploy"]["steps"]] == [{"id", "uses"}]
    assert publish["deploy"]["needs"] == "build"
    assert "env" not in publish["deploy"]
    secret = [step["run"] for job in publish.values() for step in job["steps"] if "secrets." in str(step.get("env"))]
    assert [run.split()[:2] for run in secret] == [[".venv/bin/hf", "download"]]


def test_the_address_of_the_site_reaches_the_pages_where_it_is_given(tmp_path):
    told = step("publish", "site-url")
    assert told["if"] == "env.SITE != ''"
    assert WORKFLOWS["publish"]["env"]["SITE"] == "${{ vars.ATOM_SITE_URL }}"
    environment = os.environ | {"SITE": "https://example.org/atom"}
    subprocess.run(["bash", "-c", told["run"]], cwd=tmp_path, env=environment, check=True)
    (tmp_path / "_quarto.yml").write_text("website: {site-url: ''}\n", encoding="utf-8")
    assert sources.site_url(tmp_path) == "https://example.org/atom/"


def test_commands_of_the_workflows_exist():
    commands = get_command(cli.app).commands
    collect = commands["collect"].commands
    runs = "\n".join(param.values[0].get("run", "") for param in STEPS)
    assert set(re.findall(r"bin/atom (\w[\w-]*)", runs)) <= commands.keys()
    named = set(re.findall(r"bin/atom collect (\w[\w-]*)", runs))
    assert named == {"tracked-models", "hub", "derivatives", "arena", "epoch", "openrouter", "status"}
    assert named <= collect.keys()
    assert f"'{edition.DEFAULT}'" in WORKFLOWS["publish"]["env"]["EDITION"]


def test_collecting_restores_first_and_uploads_neither_private_nor_unfinished_files():
    names = [s.get("run", "") for s in WORKFLOWS["collect"]["jobs"]["collect"]["steps"]]
    place = {
        word: next(i for i, run in enumerate(names) if word in run) for word in ("hf download", "collect", "hf upload")
    }
    assert place["hf download"] < place["collect"] < place["hf upload"]
    upload = step("collect", "hf upload")
    assert "steps.restore.outcome == 'success'" in upload["if"]
    held = [
        "snapshots/date=2026-01-01/models.parquet", "snapshots/date=2026-01-01/manifest.json", "arena/full.parquet",
        "registry/models.csv", "snapshots/logs/2026-01-01.log",
    ]  # fmt: skip
    kept_here = [
        "artificial_analysis/models.json", "artificial_analysis/2026/a.json", "snapshots/.lock",
        "snapshots/unfinished/2026-01-02/collection.json", "unfinished/2026-01-02/pages/1.json",
    ]  # fmt: skip
    patterns = re.findall(r'--exclude "([^"]+)"', upload["run"])
    assert list(filter_repo_objects([*held, *kept_here], ignore_patterns=patterns)) == held


def test_every_step_of_collecting_has_a_limit_and_what_a_source_gave_is_uploaded_before_the_next_is_asked():
    job = WORKFLOWS["collect"]["jobs"]["collect"]
    own = [told for told in job["steps"] if "run" in told or "if" in told]
    assert all(told["timeout-minutes"] for told in own)
    assert sum(told["timeout-minutes"] for told in own) <= job["timeout-minutes"]
    asking = [told["run"] for told in job["steps"] if re.search(r"atom collect (?!status)", told.get("run", ""))]
    kept = [re.findall(r"\.github/keep\.sh ([\w ]+)", run) for run in asking]
    assert kept == [[name] for name in ("registry", "snapshots", "derivatives", "arena", "epoch", "openrouter")]


def test_keeping_uploads_a_folder_without_what_is_unfinished_and_nothing_where_there_is_no_data_set(tmp_path):
    script = paths.ROOT / ".github" / "keep.sh"
    assert script.stat().st_mode & 0o111
    place = tmp_path / ".venv" / "bin"
    place.mkdir(parents=True)
    (place / "hf").write_text('#!/bin/sh\nprintf "%s\\n" "$@" > told\n', encoding="utf-8")
    (place / "hf").chmod(0o755)
    subprocess.run([script, "arena"], cwd=tmp_path, env={"PATH": os.environ["PATH"]}, check=True)
    assert not (tmp_path / "told").exists()
    told = {"PATH": os.environ["PATH"], "ATOM_DATASET": "own/kept"}
    subprocess.run([script, "snapshots"], cwd=tmp_path, env=told, check=True)
    said = (tmp_path / "told").read_text(encoding="utf-8").splitlines()
    assert said[:4] == ["upload", "own/kept", "archive/snapshots", "snapshots"]
    patterns = [said[at + 1] for at, word in enumerate(said) if word == "--exclude"]
    held = ["date=2026-01-01/models.parquet", "aside/2026-01-02.1/report.json"]
    made = ["unfinished/2026-01-02/collection.json", ".lock"]
    assert list(filter_repo_objects([*held, *made], ignore_patterns=patterns)) == held


def test_what_keeps_the_schedule_awake_touches_nothing_else():
    (told,) = WORKFLOWS["collect"]["jobs"]["awake"]["steps"]
    assert told["run"].endswith('/actions/workflows/collect.yml/enable"')
    assert set(told["env"]) == {"GH_TOKEN"}


def test_quarto_is_a_release_that_the_environment_allows():
    version, other = (str(step(name, "quarto-actions/setup")["with"]["version"]) for name in ("publish", "test"))
    assert version == other
    asked = yaml.safe_load((paths.ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    least = next(entry for entry in asked if str(entry).startswith("quarto")).split(">=")[1]
    assert tuple(map(int, version.split("."))) >= tuple(map(int, least.split(".")))


def test_the_devcontainer_is_made_as_the_readme_says():
    assert (paths.ROOT / ".devcontainer" / CONTAINER["build"]["dockerfile"]).is_file()
    assert CONTAINER["postCreateCommand"] == "make status"


def test_binder_has_the_same_environment_and_its_script_is_sound():
    folder = paths.ROOT / ".binder"
    same = (folder / "environment.yml").read_bytes() == (paths.ROOT / "environment.yml").read_bytes()
    assert same, "run: cp environment.yml .binder/environment.yml"
    script = folder / "postBuild"
    assert script.stat().st_mode & 0o111
    subprocess.run(["bash", "-n", str(script)], check=True)
