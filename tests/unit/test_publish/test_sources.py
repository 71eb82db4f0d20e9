"""Faults in the sources are found before anything is rendered, with the line that the author edits."""

import nbformat
import pytest

from helpers.publish import precheck
from helpers.text import article, nodes, sources

FINDINGS, METHOD, INDEX = "report/findings.qmd", "report/method.qmd", "report/index.qmd"


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        (FINDINGS, "meta subtitle", "meta subtitel", ["report/findings.qmd:9", "`subtitel`"]),
        (FINDINGS, "(@fig-growth", "(@fig-grow", ["report/findings.qmd:8", "@fig-grow refers to nothing"]),
        (FINDINGS, "@mill1843", "@mill1834", ["report/findings.qmd:10", "@mill1834 is not in the bibliography"]),
        (FINDINGS, "ipynb#fig-growth", "ipynb#fig-grow", ["findings.qmd:12", "no cell labelled fig-grow", "fig-share"]),
        (FINDINGS, "02_figures", "03_figures", ["findings.qmd:12", "03_figures.ipynb", "not among"]),
        (FINDINGS, "{{< embed", "See {{< embed", ["report/findings.qmd:12", "paragraph of its own"]),
        (FINDINGS, "#fig-share", "#fig-growth", ["report/findings.qmd:28", "fig-growth is taken", "findings.qmd:12"]),
        (FINDINGS, "../build/", "/build/", ["report/findings.qmd:12", "../build/notebooks/NAME.ipynb"]),
        (METHOD, "#tbl-own", "#tbl-models", ["report/method.qmd:21", "tbl-models is taken"]),
        (METHOD, "No heading", "{{< video x.mp4 >}}", ["method.qmd:10", "`video` is not understood"]),
        (INDEX, "include method", "include methods", ["report/index.qmd:10", "methods.qmd"]),
        (INDEX, "@mill1843", "@mill", ["mill"]),
        ("_quarto.yml", "works.bib", "work.bib", ["work.bib does not exist"]),
        ("build/edition.yml", "data-label", "label", ["edition.yml", "no `data-label`"]),
        ("build/edition.yml", "subtitle:", "subtitle: [", ["edition.yml", "is no YAML"]),
    ],
)
def test_a_fault_is_told_with_its_place_and_nothing_is_written(project, name, old, new, words):
    project.edit(name, old, new)
    told = project.findings()
    for word in words:
        assert word in told
    assert not project.site.exists()
    assert not (project.build / ".work" / "publish").exists()


def change_cell(project, label, change):
    path = project.build / "notebooks" / "02_figures.ipynb"
    notebook = nbformat.read(path, as_version=4)
    change(next(cell for cell in notebook.cells if f"label: {label}" in cell.source))
    nbformat.write(notebook, path)


@pytest.mark.parametrize(
    ("label", "change", "words"),
    [
        ("fig-growth", lambda cell: cell.outputs.clear(), ["findings.qmd:12", "cell fig-growth", "shows no picture"]),
        ("tbl-models", lambda cell: cell.outputs.clear(), ["findings.qmd:30", "shows no HTML table"]),
        (
            "fig-growth",
            lambda cell: cell.update(source="#| label: fig-growth\n#| fig-source: this report"),
            ["no `fig-cap`", "no `fig-alt`"],
        ),
        ("tbl-models", lambda cell: cell.update(source="#| label: tbl-models"), ["no `tbl-cap`"]),
    ],
)
def test_an_embedded_cell_must_have_all_that_its_exhibit_shows(project, label, change, words):
    change_cell(project, label, change)
    told = project.findings()
    for word in words:
        assert word in told


def test_all_faults_are_told_at_once(project):
    project.edit(FINDINGS, "(@fig-growth", "(@fig-grow")
    project.edit(METHOD, "@tbl-own", "@tbl-owned")
    told = project.findings()
    assert "findings.qmd:8: @fig-grow refers to nothing" in told
    assert "method.qmd:3: @tbl-owned refers to nothing" in told


def test_absent_variables_and_edition_name_the_remedy(project):
    for name in ("build/_variables.yml", "build/edition.yml"):
        path = project.root / name
        kept = path.read_text(encoding="utf-8")
        path.unlink()
        assert "run `atom build`, which writes it" in project.findings()
        path.write_text(kept, encoding="utf-8")


def test_a_file_that_includes_itself_is_told(project):
    project.edit(METHOD, "# Method", "{{< include findings.qmd >}}\n\n# Method")
    project.edit(FINDINGS, "## Shares", "{{< include method.qmd >}}\n\n## Shares")
    assert "includes itself" in "\n".join(map(str, sources.read(project.root).faults))


def read(project):
    project.bind()
    return article.load(project.root, project.build)


def test_code_and_addresses_hold_no_citations(project):
    hidden = "`@a` <!-- @b --> me@example.org \\\n```\n@d\n```"
    project.edit(METHOD, "No heading here.", hidden)
    cited = [n["c"][0] for n in nodes.elements(read(project).blocks) if n["t"] == "Cite"]
    assert {citation["citationId"] for group in cited for citation in group} == {
        "fig-growth", "tbl-models", "mill1843", "peirce1878", "sec-shares", "sec-findings", "tbl-own",
    }  # fmt: skip


def test_labels_are_numbered_by_kind_and_headings_in_callouts_are_none(project):
    assert read(project).named == {
        label: name.replace(" ", "\u00a0")
        for label, name in {
            "sec-findings": "Section 1", "fig-growth": "Figure 1", "sec-shares": "Section 1.1", "fig-share": "Figure 2",
            "tbl-models": "Table 1", "sec-method": "Section 2", "tbl-own": "Table 2",
            "sec-cases": "Appendix A", "sec-first-case": "Appendix A.1", "sec-lists": "Appendix B",
        }.items()
    }  # fmt: skip


def test_what_a_finding_withholds_is_checked_where_it_is_shown(project):
    found = read(project)
    assert list(found.shown) == ["fig-growth", "fig-share", "tbl-models"]
    project.edit("build/edition.yml", "arena-held: unknown", "arena-held: true")
    shown = read(project)
    assert list(shown.shown) == ["fig-growth", "fig-arena", "fig-share", "tbl-models"]
    with pytest.raises(precheck.PublishError) as refused:
        precheck.preflight(shown, project.root, sources.metadata(project.root, sources.edition(project.build)), {})
    told = str(refused.value)
    assert "findings.qmd:20: embeds 09_absent.ipynb, which is not among the executed notebooks" in told
    assert "findings.qmd:18: @nobody1900 is not in the bibliography" in told


def test_a_label_is_found_whole(project):
    report = sources.read(project.root)
    assert report.where("@tbl-own") == ["report/method.qmd:3", "report/appendix.qmd:7"]
    assert report.where("@tbl-o") == ["report/index.qmd"]  # nowhere: the article as a whole
