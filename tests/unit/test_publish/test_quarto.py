"""Quarto as the engine, played by a script: how it is called, what is cleared, and what its pages are given."""

import json
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
import yaml

from helpers import paths
from helpers.publish import completion, engines, report, site
from helpers.publish.quarto import FOLDER
from helpers.text import faults, sources
from tests.unit.test_publish import conftest, recorded


@pytest.fixture
def quarto(tmp_path, monkeypatch):
    """A `quarto` on the PATH; call with mode and version, gives what it was called with."""

    def install(mode="works", version="1.9.38"):
        folder = tmp_path / "bin"
        for name, value in recorded.environment(folder, recorded.SMALL, mode, version).items():
            monkeypatch.setenv(name, value)
        calls = folder / "calls"
        calls.write_text("", encoding="utf-8")
        return lambda: [json.loads(line) for line in calls.read_text(encoding="utf-8").splitlines()]

    return install


@pytest.fixture
def absent(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))


def test_auto_takes_quarto_where_it_is_new_enough(quarto):
    quarto()
    assert engines.choose("auto") == "quarto"
    assert engines.choose("pandoc") == "pandoc"
    assert engines.version("quarto") == "1.9.38"


def test_auto_leaves_an_old_quarto_aside_and_asking_for_it_is_an_error(quarto):
    quarto(version="1.3.450")
    assert engines.choose("auto") == "pandoc"
    with pytest.raises(faults.PublishError, match=r"1\.3\.450, too old; install Quarto 1\.4"):
        engines.choose("quarto")


@pytest.mark.usefixtures("absent")
def test_without_quarto_auto_is_the_embedded_publisher_and_asking_for_it_is_an_error():
    assert engines.choose() == "pandoc"
    with pytest.raises(faults.PublishError, match="no `quarto` on the PATH; install Quarto"):
        engines.choose("quarto")
    with pytest.raises(faults.PublishError, match="ask for quarto, pandoc or auto"):
        engines.choose("latex")


def test_quarto_renders_in_a_project_of_its_own_and_the_site_is_completed_from_it(project, quarto):
    calls = quarto()
    project.site.mkdir()
    (project.site / "old.html").write_text("", encoding="utf-8")
    rendered = project.render("quarto")
    assert (rendered.engine, rendered.version) == ("quarto", "1.9.38")
    assert calls()[0]["arguments"] == ["render"]
    assert yaml.safe_load((project.root / "_quarto.yml").read_text("utf-8"))["project"]["output-dir"] == FOLDER
    assert not (project.site / "old.html").exists()


def test_quarto_by_hand_leaves_the_site_alone(project, quarto):
    quarto()
    project.render("quarto")
    before = {path: path.read_bytes() for path in project.site.rglob("*") if path.is_file()}
    subprocess.run(["quarto", "render"], cwd=project.root, check=True, capture_output=True)
    assert {path: path.read_bytes() for path in project.site.rglob("*") if path.is_file()} == before


def git(folder, *arguments):
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("by_hand", [False, True])
def test_quarto_leaves_no_change_in_the_working_tree(project, quarto, by_hand):
    quarto()
    shutil.copy(paths.ROOT / ".gitignore", project.root)
    git(project.root, "init", "-q")
    git(project.root, "add", "-A")
    git(project.root, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "all")
    if by_hand:
        subprocess.run(["quarto", "render"], cwd=project.root, check=True, capture_output=True)
        assert (project.root / "site_libs").is_dir()
    else:
        project.render("quarto")
        left = [name for name in ("site_libs", "report/index.typ", "_variables.yml") if (project.root / name).exists()]
        assert left == []
    assert git(project.root, "status", "--porcelain") == ""


def test_before_a_build_quarto_is_told_in_one_line_what_to_run_first(project):
    script = yaml.safe_load((project.root / "_quarto.yml").read_text("utf-8"))["project"]["pre-render"]

    def run():
        command = [sys.executable, "-S", str(project.root / script)]  # no packages: whatever Python there is
        return subprocess.run(command, capture_output=True, text=True, check=False)

    assert (run().returncode, run().stderr) == (0, "")
    (project.build / "_variables.yml").unlink()
    assert run().returncode == 1
    assert re.fullmatch(r"Nothing is built yet: run `make report` first;[^\n]*\n", run().stderr)


def test_beside_quartos_page_lies_what_it_leads_to(project, quarto):
    quarto()
    project.render("quarto")
    subprocess.run([sys.executable, project.root / "helpers/publish/before_quarto.py"], check=True)
    assert (project.root / "_variables.yml").read_bytes() == (project.build / "_variables.yml").read_bytes()
    for name in (
        "build/notebooks/01_tables-preview.html",
        "figures/fig-growth.csv",
        "data/values.json",
        "assets/report.css",
    ):
        assert (project.root / FOLDER / name).read_bytes() == (project.site / name).read_bytes()


def test_no_source_of_the_report_includes_what_a_build_writes():
    # Quarto reads included files before it runs what tells that nothing is built
    assert sources.read(paths.ROOT).faults == []
    included = [re.findall(r"{{< include (\S+)", p.read_text("utf-8")) for p in paths.REPORT.glob("*.qmd")]
    assert not [name for names in included for name in names if "build" in name]


def test_a_page_without_a_text_is_refused(project):
    project.bind()
    with pytest.raises(faults.PublishError, match="its page of the report has no <main>"):
        completion.read("<html><body></body></html>", report.read(project.root, project.build))


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("fails", ["quarto: ended with 1", "ERROR: Typst compilation failed"]),
        ("warns", ["the engine's log: WARN: Unable to resolve crossref"]),
        ("unresolved", ["report/index.html: shows an unresolved reference, '?@fig-none'"]),
    ],
)
def test_when_quarto_fails_the_former_site_and_the_sources_stay(project, quarto, mode, words):
    project.render()
    before = {p: p.read_bytes() for p in project.site.rglob("*") if p.is_file()}
    quarto(mode)
    told = project.findings("quarto")
    for word in words:
        assert word in told
    assert {p: p.read_bytes() for p in project.site.rglob("*") if p.is_file()} == before
    assert not (project.root / "report/index.typ").exists()
    assert not (project.root / "report/index_files").exists()


def test_faults_in_the_sources_are_told_before_quarto_starts(project, quarto):
    calls = quarto()
    project.edit("report/findings.qmd", "(@fig-growth", "(@fig-grow")
    assert "@fig-grow refers to nothing" in project.findings("quarto")
    assert calls() == []


def test_wherever_the_build_folder_lies_rendering_leaves_the_sources_as_they_were(project, quarto, tmp_path):
    def sources_():
        return {path: path.read_bytes() for path in project.root.rglob("*") if path.is_file()}

    quarto()
    project.bind()
    moved = project.build.rename(tmp_path / "elsewhere")
    before = sources_()
    for engine in ("quarto", "pandoc"):
        assert site.render(engine, project.root, moved).engine == engine
        assert sources_() == before


@pytest.mark.parametrize("engine", ["quarto", "pandoc"])
def test_two_builds_of_one_checkout_at_once_say_each_its_own_numbers(project, quarto, tmp_path, engine):
    calls = quarto()
    shutil.copytree(project.build, tmp_path / "other")
    other = conftest.Small(project.root, tmp_path / "other")
    for name in ("_variables.yml", "edition.yml", "notebooks/02_figures.ipynb"):
        text = (other.build / name).read_text(encoding="utf-8")
        (other.build / name).write_text(text.replace("1.15B", "2.34B"), encoding="utf-8")
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda small: small.render(engine), (project, other)))
    if engine == "quarto":  # whose page is recorded: it is told what Quarto was given
        assert sorted("2.34B" in call["values"] for call in calls()) == [False, True]
        return
    for small, own, others in ((project, "1.15B", "2.34B"), (other, "2.34B", "1.15B")):
        assert f">{own}</a>" in small.page()
        assert others not in small.page()
