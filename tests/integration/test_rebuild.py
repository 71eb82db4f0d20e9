"""The rebuild graph on a copy of this repository: it runs what changed, nothing else, and survives what goes wrong."""

import json
import os
import shutil
import signal
import subprocess
import time

import pytest

from helpers import paths

NOTEBOOKS = sorted(path.stem for path in paths.NOTEBOOKS.glob("*.ipynb"))


@pytest.fixture
def project(built):
    """The built copy; whatever a test changes in its sources is put back afterwards."""
    keep = built.root.with_name("kept")
    for name in ("notebooks", "report", "helpers"):
        shutil.copytree(built.root / name, keep / name)
    yield built
    for name in ("notebooks", "report", "helpers"):
        shutil.rmtree(built.root / name)
        shutil.copytree(keep / name, built.root / name)
    shutil.rmtree(keep)


def ran(project, finished):
    """The steps that a build ran, whatever came of them."""
    return {step for step, event in project.events(finished.stdout).items() if event != "cached"}


def refused(project, *arguments, words):
    """A build that must fail: with these words, and with the former site as it was."""
    before = project.site_hashes()
    finished = project.atom("build", *arguments)
    assert finished.returncode != 0, finished.stdout
    for word in words:
        assert word in finished.stdout, finished.stdout
    assert "Traceback" not in finished.stdout, finished.stdout
    assert project.site_hashes() == before
    return finished


def test_a_build_leaves_pages_pdf_values_and_provenance(built):
    for name in ("index.html", "report/index.html", "report/atom-report.pdf"):
        assert (built.site / name).stat().st_size > 0
    for notebook in NOTEBOOKS:
        assert (built.site / "build" / "notebooks" / f"{notebook}-preview.html").exists()
    values = json.loads((built.root / "build/values.json").read_text(encoding="utf-8"))
    assert values["china_cumulative"].keys() >= {"raw", "formatted", "unit", "notebook", "cell"}
    provenance = json.loads((built.root / "build/provenance.json").read_text(encoding="utf-8"))
    assert provenance["edition"]["data"] == "reconstructed"
    assert provenance["steps"].keys() >= set(NOTEBOOKS)
    assert provenance["packages"]["papermill"]
    assert provenance["engine"]["name"]


def test_a_second_build_runs_nothing_and_is_quick(project):
    start = time.monotonic()
    finished = project.atom("build")
    seconds = time.monotonic() - start
    assert finished.returncode == 0
    assert ran(project, finished) == set()
    assert seconds < 1.5


def test_touching_every_file_runs_nothing(project):
    for path in project.root.rglob("*"):
        if path.is_file():
            os.utime(path)
    assert ran(project, project.atom("build")) == set()


def test_editing_a_sentence_runs_no_notebook(project):
    project.replace("report/regional.qmd", "inference tokens are added", "inference tokens are still added")
    assert ran(project, project.atom("build")) == {"values", "publish"}
    assert "tokens are still added" in (project.site / "report/index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("helper", "untouched"), [("figures/axes", {"01_collect"}), ("adoption", {"01_collect", "02_clean"})]
)
def test_editing_a_helper_runs_only_what_imports_it(project, helper, untouched):
    assert project.atom("build").returncode == 0  # earlier tests' changes were put back since the last build
    with (project.root / f"helpers/{helper}.py").open("a", encoding="utf-8") as stream:
        stream.write("\n# a remark\n")
    assert f"helper helpers/{helper}.py changed" in project.atom("status").stdout
    steps = ran(project, project.atom("build"))
    assert "03_regional" in steps
    assert not steps & untouched


def test_a_parameter_reaches_the_notebooks_that_declare_it(project):
    finished = project.atom("build", "--set", "iqr_multiplier=3")
    assert finished.returncode == 0, finished.stdout
    assert "02_clean" in ran(project, finished)
    assert "01_collect" not in ran(project, finished)
    executed = (project.root / "build/notebooks/02_clean.ipynb").read_text(encoding="utf-8")
    assert "iqr_multiplier = 3.0" in executed
    assert "parameter iqr_multiplier: 3.0 → 1.5" in project.atom("status").stdout
    assert project.atom("build").returncode == 0


def test_a_tampered_intermediate_is_made_again(project):
    path = next((project.root / "build" / "clean").glob("*.parquet"))
    original = path.read_bytes()
    path.write_bytes(original[:-1] + b"x")
    assert "02_clean" in ran(project, project.atom("build"))
    assert path.read_bytes() == original


def test_a_failing_notebook_stops_what_needs_it_and_says_where(project):
    project.add_cell("03_regional", "ratio = 1\nratio / 0  # the culprit")
    finished = refused(
        project, words=["notebooks/03_regional.ipynb", "line 2: ratio / 0  # the culprit", "ZeroDivisionError"]
    )
    assert "build/failed/03_regional.ipynb" in finished.stdout
    assert (project.root / "build/failed/03_regional.ipynb").exists()
    assert project.events(finished.stdout)["publish"] == "skipped"


def test_a_killed_kernel_is_reported(project):
    project.add_cell("03_regional", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    refused(project, words=["notebooks/03_regional.ipynb", "kernel died"])


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_build_leaves_the_site_and_the_next_one_goes_on(project, how):
    before = project.site_hashes()
    slow = "import time; time.sleep(60)"
    project.add_cell("03_regional", slow)
    running = subprocess.Popen(
        [*project.command, "build"],
        cwd=project.root,
        env=project.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    time.sleep(4)
    if how == signal.SIGINT:
        os.killpg(running.pid, how)
    else:
        running.kill()
    assert running.wait(timeout=20) != 0
    assert project.site_hashes() == before
    path = project.root / "notebooks/03_regional.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace(slow, "pass"), encoding="utf-8")
    finished = project.atom("build", timeout=120)
    assert finished.returncode == 0, finished.stdout
    assert not ran(project, finished) & {"01_collect", "02_clean"}


def test_a_second_build_waits_for_the_first(project):
    project.add_cell("03_regional", "import time; time.sleep(5)")
    first = subprocess.Popen(
        [*project.command, "build"], cwd=project.root, env=project.environment, stdout=subprocess.DEVNULL
    )
    time.sleep(2)
    second = project.atom("build")
    assert first.wait(timeout=60) == 0
    assert second.returncode == 0
    assert "Another build is at work" in second.stdout
    assert ran(project, second) == set()


def test_a_bad_edition_is_refused(project):
    project.replace("report/editions/paper-2026-03.yml", "history_end: 2025-07-10", "history_end: 2025-17-10")
    refused(project, words=["report/editions/paper-2026-03.yml", "'history_end'", "no date"])


def test_a_parameter_that_a_notebook_does_not_declare_is_an_error(project):
    path = project.root / "notebooks/02_clean.ipynb"
    content = json.loads(path.read_text(encoding="utf-8"))
    for cell in content["cells"]:
        cell["source"] = "".join(cell["source"]).replace("iqr_multiplier = 1.5", "iqr_multiplicator = 1.5")
    path.write_text(json.dumps(content), encoding="utf-8")
    refused(project, words=["notebooks/02_clean.ipynb", "parameter iqr_multiplier is given but not declared"])


def test_prose_that_uses_an_unrecorded_value_is_an_error(project):
    project.replace("report/regional.qmd", "var total_yoy >}}", "var total_yo >}}")
    refused(project, words=["report/regional.qmd:", "`total_yo`", "record it or mend the name"])


def test_a_headline_value_that_prose_leaves_out_is_an_error(project):
    for path in (project.root / "report").glob("*.qmd"):
        path.write_text(
            path.read_text(encoding="utf-8").replace("{{< var china_cumulative >}}", "much"), encoding="utf-8"
        )
    refused(project, words=["headline value `china_cumulative` is not used"])


def test_a_broken_reference_is_an_error(project):
    project.replace("report/regional.qmd", "(@fig-buckets)", "(@fig-bucket)")
    refused(project, words=["report/regional.qmd", "fig-bucket"])


def test_an_unknown_citation_is_an_error(project):
    project.replace("report/regional.qmd", "@guo2025r1", "@guo2052r1")
    refused(project, words=["report/regional.qmd", "guo2052r1"])


def test_a_build_from_nothing_gives_the_same_bytes(project):
    assert project.atom("build").returncode == 0  # earlier tests' changes were put back since the last build
    build = project.root / "build"
    made = [path for path in build.glob("*/*") if path.suffix in {".parquet", ".ipynb", ".json"}]
    kept = {path.relative_to(build): path.read_bytes() for path in made if path.parent.name != "receipts"}
    pages = project.site_hashes()
    shutil.rmtree(build)
    assert project.atom("build").returncode == 0
    for name, content in kept.items():
        assert (build / name).read_bytes() == content, name
    different = {name for name, digest in project.site_hashes().items() if pages.get(name) != digest}
    assert different <= {"data/provenance.json"}
