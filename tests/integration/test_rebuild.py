"""The rebuild graph on a copy of this repository: it runs what changed, nothing else, and survives what goes wrong."""

import csv
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass

import pypdf
import pytest

from benchmarks import house
from helpers import edition, paths
from helpers.commands import values
from tests.conftest import wait_for

NOTEBOOKS = sorted(path.stem for path in paths.NOTEBOOKS.glob("*.ipynb"))


CHANGED = ("notebooks", "report", "helpers", "build")
"""What tests change."""


@pytest.fixture(scope="module")
def kept(built, tmp_path_factory):
    """What they put back: the built copy as it was."""
    folder = tmp_path_factory.mktemp("kept")
    for name in CHANGED:
        shutil.copytree(built.root / name, folder / name, symlinks=True)
    return folder


@pytest.fixture
def project(built, kept):
    """The built copy; whatever a test changes in it is put back afterwards."""
    yield built
    put_back(built, kept)


def put_back(built, kept):
    """Copies what is not as it was, by length and time of writing; takes away what was not there."""
    was = {path.relative_to(kept): path for path in kept.rglob("*")}
    for name in CHANGED:
        for path in sorted((built.root / name).rglob("*"), reverse=True):  # what is in a folder before the folder
            if path.relative_to(built.root) not in was:
                path.rmdir() if path.is_dir() else path.unlink()
    for name, path in was.items():
        place = built.root / name
        if path.is_dir():
            place.mkdir(exist_ok=True)
        elif not place.exists() or written(place) != written(path):
            shutil.copy2(path, place)


def written(path):
    return path.stat().st_size, path.stat().st_mtime_ns


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


def said(project):
    """Every number that the text says, by its address."""
    return json.loads((project.root / "build/values.json").read_text(encoding="utf-8"))


def page(project):
    return " ".join((project.site / "report/index.html").read_text(encoding="utf-8").split())


def test_a_build_leaves_pages_pdf_values_findings_and_provenance(built):
    for name in ("index.html", "report/index.html", "report/atom-report.pdf"):
        assert (built.site / name).stat().st_size > 0
    after_contents = pypdf.PdfReader(built.site / "report/atom-report.pdf").pages[1].extract_text()
    assert "1 Introduction" in after_contents  # the contents leave no line for a page of its own
    for notebook in NOTEBOOKS:
        assert (built.site / "build" / "notebooks" / f"{notebook}-preview.html").exists()
    told = said(built)["regions.china.last.downloads_cumulative"]
    assert told.keys() >= {"raw", "formatted", "unit", "table", "row", "notebook", "cell", "assumed", "used"}
    with (built.root / "build/findings.csv").open(encoding="utf-8", newline="") as stream:
        rows = {row["finding"]: row for row in csv.DictReader(stream)}
    assert rows["china-leads"]["truth"] == "true"
    assert rows["china-leads"]["used"]
    provenance = json.loads((built.root / "build/provenance.json").read_text(encoding="utf-8"))
    assert provenance["edition"]["data"] == "reconstructed"
    assert provenance["steps"].keys() >= set(NOTEBOOKS)
    assert provenance["packages"]["papermill"]
    assert provenance["engine"]["name"]


def test_few_of_the_numbers_said_stand_in_no_table_of_several_rows(built, monkeypatch):
    monkeypatch.setattr(paths, "BUILD", built.root / "build")
    found = house.quoted(values.read(edition.load().parameters()))
    assert len(found["loose scalars"]) <= house.LIMITS["loose scalars"], found["loose scalars"]


def test_a_second_build_runs_nothing_and_takes_less_than_loading_pandas_twice(project):
    """Once before it and once after it, of a processor: a number of seconds would be another on each machine."""
    loading = [sys.executable, "-c", "import pandas"]
    before, _ = taken(lambda: subprocess.run(loading, check=True))
    took, finished = taken(lambda: project.atom("build"))
    after, _ = taken(lambda: subprocess.run(loading, check=True))
    assert finished.returncode == 0
    assert ran(project, finished) == set()
    assert took < before + after


def taken(run):
    """The processor seconds that a process takes which is run to its end, and what running it gives."""
    start = processor()
    finished = run()
    return processor() - start, finished


def processor():
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime + ended.ru_stime


def test_touching_every_file_runs_nothing(project):
    for path in project.root.rglob("*"):
        if path.is_file():
            os.utime(path)
    assert ran(project, project.atom("build")) == set()


ADDRESS = "organisations.nvidia.2026-01.downloads"
UNKNOWN = "{{< var organisations.nvidia.2020-01.downloads >}}"
WITHHELD = f"""{{#sec-regional}}

::: passage
Withheld with the {UNKNOWN} downloads.
:::

::: otherwise
Nobody counted then.
:::

[Gone are {UNKNOWN} downloads.]{{.passage}} [Here is another word.]{{.otherwise}}
"""
WRITTEN = (
    ("report/regional.qmd", "inference tokens are added", "inference tokens are still added"),
    ("report/regional.qmd", "{#sec-regional}\n", WITHHELD),
    ("report/organizational.qmd", "NVIDIA is known for",
     f"NVIDIA, with {{{{< var {ADDRESS} >}}}} downloads in a single month, is known for"),
)  # fmt: skip
"""Sentences, what is written in their place: other words, a passage that is withheld, a number that none had used."""


@dataclass(frozen=True)
class Rewritten:
    """What a build with other sentences ran, and what it left: the page, the numbers said, the notebook's page."""

    ran: set[str]
    page: str
    said: dict[str, dict]
    source: str


@pytest.fixture(scope="module")
def rewritten(built, kept):
    """The built copy with other sentences, put back afterwards."""
    assert ADDRESS not in said(built)
    for edit in WRITTEN:
        built.replace(*edit)
    finished = built.atom("build")
    told = said(built)
    source = f"build/notebooks/{told[ADDRESS]['notebook']}-preview.html"
    found = Rewritten(ran(built, finished), page(built), told, (built.site / source).read_text(encoding="utf-8"))
    put_back(built, kept)
    return found


def test_editing_a_sentence_runs_no_notebook(rewritten):
    assert rewritten.ran == {"text", "publish"}
    assert "are still added up here" in rewritten.page


def test_a_sentence_may_use_a_number_that_none_used_before(rewritten):
    """No Python is touched and no notebook runs; the number leads to the cell that quoted its table."""
    told = rewritten.said[ADDRESS]
    assert told["used"][0].startswith("report/organizational.qmd:")
    number = re.search(r"NVIDIA, with <a ([^>]*)>([^<]*)</a> downloads in a single month", rewritten.page)
    assert number[2] == told["formatted"]
    target = f"build/notebooks/{told['notebook']}-preview.html"
    assert f'href="../{target}#cell-{told["cell"]}"' in number[1]
    assert f'id="cell-{told["cell"]}"' in rewritten.source


def test_a_passage_withholds_an_unknown_number_and_its_otherwise_stands(rewritten):
    assert "Withheld with" not in rewritten.page
    assert "Gone are" not in rewritten.page
    assert "Nobody counted then." in rewritten.page
    assert "Here is another word." in rewritten.page


def test_a_statement_that_does_not_hold_stops_the_build_with_its_sentence(project):
    """The words of the finding say what is not so; no other notebook than the ledger's depends on findings."""
    project.replace("report/regional.qmd", "{#sec-regional}\n", '{#sec-regional}\n\n[It leads.]{if="china-leads"}\n')
    project.replace("helpers/findings/regional.py", 'tell("gap.last.gap") > 0', 'tell("gap.last.gap") < 0')
    finished = refused(
        project,
        words=[
            "report/regional.qmd:3", "the text says “It leads.”",
            "China has more cumulative downloads than the USA at the last label.", 'unless="china-leads"',
        ],
    )  # fmt: skip
    assert ran(project, finished) <= {"06_reproduction", "text", "pages", "tables", "publish"}


@pytest.mark.parametrize(
    ("helper", "touched", "untouched"),
    [
        ("figures/axes", {"03_regional"}, {"01_collect"}),
        ("measures/adoption", {"03_regional"}, {"01_collect"}),
        ("figures/explorer", {"05_ram"}, {*NOTEBOOKS} - {"05_ram"}),
    ],
)
def test_editing_a_helper_makes_stale_what_imports_it_and_nothing_else(project, helper, touched, untouched):
    with (project.root / f"helpers/{helper}.py").open("a", encoding="utf-8") as stream:
        stream.write("\n# a remark\n")
    stale = changed(project, f"helper helpers/{helper}.py changed")
    assert stale >= touched
    assert not stale & untouched
    if stale == touched:  # what is said is what is done, and a remark changes no result that others read
        assert ran(project, project.atom("build")) == touched


def changed(project, reason):
    """The steps that `atom status` calls stale for a reason."""
    found, step = set(), ""
    for line in project.atom("status").stdout.splitlines():
        step = line.split()[0] if not line.startswith(" ") else step
        found |= {step} if line.strip() == reason else set()
    return found


@dataclass(frozen=True)
class Doubled:
    """What two builds with another parameter did, step by step; what the second said at once; the notebook that
    ran, and what is stale where the parameter is not given."""

    first: dict[str, str]
    second: dict[str, str]
    waits: str
    executed: str
    stale: set[str]


@pytest.fixture(scope="module")
def doubled(built, kept, tmp_path_factory):
    """Two builds of the copy, the second begun while a notebook of the first runs; put back afterwards."""
    there, go = (tmp_path_factory.mktemp("doubled") / name for name in ("there", "go"))
    wait = (
        f"import pathlib, time\npathlib.Path({str(there)!r}).touch()\n"
        f"while not pathlib.Path({str(go)!r}).exists(): time.sleep(0.05)"
    )
    built.add_cell("06_reproduction", wait)
    asked = ("build", "--set", "match_rate=0.5")
    first = built.begin(*asked, stdout=subprocess.PIPE)
    wait_for(there)
    second = built.begin(*asked, stdout=subprocess.PIPE)
    waits = second.stdout.readline()
    go.touch()
    said = [process.communicate(timeout=120)[0] for process in (first, second)]
    assert (first.returncode, second.returncode) == (0, 0), said
    executed = (built.root / "build/executed/06_reproduction.ipynb").read_text(encoding="utf-8")
    stale = changed(built, "parameter match_rate: 0.5 → 0.95")
    put_back(built, kept)
    return Doubled(*map(built.events, said), waits, executed, stale)


def test_a_parameter_reaches_the_notebooks_that_declare_it(doubled):
    assert {step for step in NOTEBOOKS if doubled.first[step] != "cached"} == {"06_reproduction"}
    assert "match_rate = 0.5" in doubled.executed
    assert doubled.stale == {"06_reproduction", "publish"}


def test_a_second_build_waits_for_the_first(doubled):
    assert "Another build is at work" in doubled.waits
    assert set(doubled.second.values()) == {"cached"}


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


def test_an_interrupted_build_leaves_the_site_and_its_steps_as_they_were(project, tmp_path):
    before, path = project.site_hashes(), project.root / "notebooks/03_regional.ipynb"
    whole = path.read_bytes()
    for how in (signal.SIGINT, signal.SIGKILL):
        there = tmp_path / how.name
        project.add_cell("03_regional", f"import pathlib, time; pathlib.Path({str(there)!r}).touch(); time.sleep(60)")
        running = project.begin("build")
        wait_for(there)
        if how == signal.SIGINT:
            os.killpg(running.pid, how)
        else:
            running.kill()
        assert running.wait(timeout=20) != 0
        assert project.site_hashes() == before
        path.write_bytes(whole)
    assert ran(project, project.atom("build")) == set()


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


ABSENT = {
    "{{< var regions.chna.last.downloads >}}": ["`regions` has no region `chna`", "the nearest: china"],
    "{{< var region.china.last.downloads >}}": ["no notebook quotes a table `region`", "the nearest: regions"],
    "{{< var regions.china.last.download >}}": ["`regions` has no column `download`", "the nearest: downloads"],
    '[So]{if="china-leds"}': ["there is no finding `china-leds`", "the nearest: china-leads"],
}
UNKNOWN_HERE = {
    "{{< var regions.china.2020-01.downloads >}}": ["is not known in this edition", "no passage withholds it"]
}
"""What sentences ask for → what is said of each; that it is not known is said where all that is asked for is there."""


@pytest.mark.parametrize("asked", [ABSENT, UNKNOWN_HERE], ids=["absent", "unknown"])
def test_text_that_asks_for_what_there_is_not_is_an_error_with_its_line(project, asked):
    sentences = "".join(f"It is {what}.\n\n" for what in asked)
    project.replace("report/regional.qmd", "{#sec-regional}\n", f"{{#sec-regional}}\n\n{sentences}")
    said = refused(project, words=[]).stdout
    for number, words in enumerate(asked.values()):
        _, _, told = said.partition(f"report/regional.qmd:{3 + 2 * number}: ")
        told = told.partition("report/regional.qmd:")[0]
        assert all(word in told for word in words), f"{words} in {said}"


def test_a_broken_reference_is_an_error(project):
    project.replace("report/regional.qmd", "(@fig-buckets)", "(@fig-bucket)")
    refused(project, words=["report/regional.qmd", "fig-bucket"])


def test_an_unknown_citation_is_an_error(project):
    project.replace("report/regional.qmd", "@guo2025r1", "@guo2052r1")
    refused(project, words=["report/regional.qmd", "guo2052r1"])
