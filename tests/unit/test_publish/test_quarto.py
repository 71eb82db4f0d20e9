"""Quarto as the engine, played by a script: how it is called, what is cleared, and what its pages are given."""

import json
import os
import re
import sys
from pathlib import Path

import pytest

from helpers.publish import engines, site
from helpers.text import faults

FAKE = Path(__file__).with_name("fake_quarto.py")


@pytest.fixture
def quarto(tmp_path, monkeypatch):
    """A `quarto` on the PATH; call with mode and version, gives what it was called with."""
    folder = tmp_path / "bin"
    folder.mkdir()
    calls = tmp_path / "calls"
    calls.write_text("", encoding="utf-8")

    def install(mode="works", version="1.9.38"):
        script = folder / "quarto"
        script.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{FAKE}" "$@"\n', encoding="utf-8")
        script.chmod(0o755)
        monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
        for name, value in (("VERSION", version), ("MODE", mode), ("CALLS", str(calls))):
            monkeypatch.setenv(f"FAKE_QUARTO_{name}", value)
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


def test_quarto_renders_aside_and_its_site_takes_the_place_of_the_former(project, quarto):
    calls = quarto()
    project.site.mkdir()
    (project.site / "old.html").write_text("", encoding="utf-8")
    rendered = project.render("quarto")
    assert (rendered.engine, rendered.version) == ("quarto", "1.9.38")
    assert calls()[0]["arguments"] == ["render", "--output-dir", "build/.work/publish/site"]
    assert not (project.site / "old.html").exists()
    for name in ("index.html", "report/atom-report.pdf", "figures/fig-growth.csv", "data/values.json"):
        assert (project.site / name).is_file()


def test_quarto_leaves_nothing_in_the_repository_and_finds_no_old_cache(project, quarto):
    calls = quarto()
    (project.root / ".quarto").mkdir()
    project.render("quarto")
    assert not calls()[0]["cache"]
    assert sorted(p.name for p in (project.root / "report").iterdir() if p.name.startswith("index")) == ["index.qmd"]
    assert not (project.root / ".quarto").exists()
    assert not list(project.site.rglob("*.typ"))


def test_every_figure_and_table_gets_the_links_that_ours_have(project, quarto):
    project.render()
    ours = re.findall(r'<p class="figure-links">.*?</p>', project.page())
    quarto()
    project.render("quarto")
    page = project.page()
    assert re.findall(r'<p class="figure-links">.*?</p>', page) == ours
    assert len(ours) == len(re.findall(r"</p></figure></div>", page)) == 3
    assert "quarto-notebook-link" not in page


def test_every_notebook_has_its_page_with_an_anchor_for_every_cell_that_has_a_label(project, quarto):
    quarto()
    project.render("quarto")
    preview = project.page("build/notebooks/02_figures-preview.html")
    assert '<span id="cell-fig-share"></span><div id="fig-share">' in preview
    assert '<span id="cell-quote-regions"></span><div id="quote-regions" class="cell">' in preview
    for label in ("quote-regions", "fig-growth", "fig-share", "tbl-models"):
        assert preview.count(f'id="cell-{label}"') == 1
    assert 'href="../../report/index.html">Back to the report<' in preview
    assert "making tables" in project.page("build/notebooks/01_tables-preview.html").lower()
    for name in ("report/index.html", "build/notebooks/02_figures-preview.html", "index.html"):
        assert "not a measurement" in project.page(name)
    assert project.page("build/notebooks/01_tables-preview.html").count('class="data-label"') == 1


def test_numbers_lead_to_their_cell_from_the_report_and_from_a_notebooks_page(project, quarto):
    quarto()
    project.render("quarto")
    target = "build/notebooks/02_figures-preview.html#cell-quote-regions"
    assert f'href="../{target}" class="value"' in project.page()
    assert f'href="../../{target}" class="value"' in project.page("build/notebooks/02_figures-preview.html")


@pytest.mark.parametrize(
    ("name", "root"), [("report/index.html", ".."), ("build/notebooks/02_figures-preview.html", "../..")]
)
def test_scripts_for_widgets_are_taken_out_and_no_other(project, quarto, name, root):
    quarto()
    project.render("quarto")
    scripts = re.findall(r"<script.*?</script>", project.page(name), re.DOTALL)
    assert scripts == [
        f'<script src="{root}/site_libs/quarto-html/quarto.js" type="module"></script>',
        "<script>window.document.title;</script>",
    ]


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
    project.edit("report/findings.qmd", "var month.last", "var months.last")
    assert "`months.last`" in project.findings("quarto")
    assert calls() == []


def test_a_build_folder_that_quarto_does_not_know_is_refused(project, quarto, tmp_path):
    quarto()
    moved = project.build.rename(tmp_path / "elsewhere")
    with pytest.raises(faults.PublishError, match="use --engine pandoc"):
        site.render("quarto", project.root, moved)
    assert site.render("pandoc", project.root, moved).engine == "pandoc"
