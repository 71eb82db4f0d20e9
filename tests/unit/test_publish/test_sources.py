"""Faults in the sources are found before anything is rendered, with the line that the author edits."""

import nbformat
import pytest

from helpers import publish
from helpers.text import sources

FINDINGS = "report/findings.qmd"


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        (FINDINGS, "var total", "var totals", ["report/findings.qmd:8", "`totals`", "record it"]),
        (FINDINGS, "meta subtitle", "meta subtitel", ["report/findings.qmd:9", "`subtitel`"]),
        (FINDINGS, "(@fig-growth", "(@fig-grow", ["report/findings.qmd:8", "@fig-grow refers to nothing"]),
        (FINDINGS, "@mill1843", "@mill1834", ["report/findings.qmd:9", "@mill1834 is not in the bibliography"]),
        (FINDINGS, "ipynb#fig-growth", "ipynb#fig-grow", ["findings.qmd:11", "no cell labelled fig-grow", "fig-share"]),
        (FINDINGS, "02_figures", "03_figures", ["findings.qmd:11", "03_figures.ipynb", "not among"]),
        (FINDINGS, "{{< embed", "See {{< embed", ["report/findings.qmd:11", "paragraph of its own"]),
        (FINDINGS, "#fig-share", "#fig-growth", ["report/findings.qmd:19", "fig-growth is taken", "findings.qmd:11"]),
        (FINDINGS, "../build/", "/build/", ["report/findings.qmd:11", "../build/notebooks/NAME.ipynb"]),
        ("report/method.qmd", "#tbl-own", "#tbl-models", ["report/method.qmd:21", "tbl-models is taken"]),
        ("report/method.qmd", "No heading", "{{< video x.mp4 >}}", ["method.qmd:10", "`video` is not understood"]),
        ("report/index.qmd", "include method", "include methods", ["report/index.qmd:10", "methods.qmd"]),
        ("report/index.qmd", "@mill1843", "@mill", ["mill"]),
        ("report/method.qmd", "(drawing.svg)", "(drawings.svg)", ["drawings.svg does not exist"]),
        ("_quarto.yml", "works.bib", "work.bib", ["work.bib does not exist"]),
        ("build/edition.yml", "data-label", "label", ["edition.yml", "no `data-label`"]),
        ("build/edition.yml", "subtitle:", "subtitle: [", ["edition.yml", "is no YAML"]),
    ],
)  # fmt: skip
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
        ("fig-growth", lambda cell: cell.outputs.clear(), ["findings.qmd:11", "cell fig-growth", "shows no picture"]),
        ("tbl-models", lambda cell: cell.outputs.clear(), ["findings.qmd:21", "shows no HTML table"]),
        ("fig-growth", lambda cell: cell.update(source="#| label: fig-growth"), ["no `fig-cap`", "no `fig-alt`"]),
        ("tbl-models", lambda cell: cell.update(source="#| label: tbl-models"), ["no `tbl-cap`"]),
        (
            "fig-share",
            lambda cell: cell.update(source="#| label: fig-share\n#| fig-cap: a: b: c"),
            ["no YAML", "quote"],
        ),
    ],
)
def test_an_embedded_cell_must_have_all_that_its_exhibit_shows(project, label, change, words):
    change_cell(project, label, change)
    told = project.findings()
    for word in words:
        assert word in told


def test_all_faults_are_told_at_once(project):
    project.edit(FINDINGS, "var total", "var totals")
    project.edit("report/method.qmd", "@eq-score", "@eq-scores")
    told = project.findings()
    assert "findings.qmd:8" in told
    assert "method.qmd:3" in told


def test_absent_variables_and_edition_name_the_remedy(project):
    for name in ("_variables.yml", "build/edition.yml"):
        path = project.root / name
        kept = path.read_text(encoding="utf-8")
        path.unlink()
        assert "run `atom build`, which writes it" in project.findings()
        path.write_text(kept, encoding="utf-8")


def test_used_variables_gives_where_each_is_used_first(project):
    assert publish.used_variables(project.root, {}) == {
        "data_label": "report/findings.qmd:5",
        "last_month": "report/findings.qmd:8",
        "total": "report/findings.qmd:8",
        "edition": "report/findings.qmd:8",
    }


def test_used_variables_refuses_a_missing_include(project):
    project.edit("report/index.qmd", "include method", "include methods")
    with pytest.raises(publish.PublishError, match=r"report/index.qmd:\d+: includes methods.qmd"):
        publish.used_variables(project.root, {})


def test_a_file_that_includes_itself_is_told(project):
    project.edit("report/method.qmd", "# Method", "{{< include findings.qmd >}}\n\n# Method")
    project.edit(FINDINGS, "## Shares", "{{< include method.qmd >}}\n\n## Shares")
    assert "includes itself" in "\n".join(map(str, sources.read(project.root, {}).findings))


def test_code_and_addresses_hold_no_citations(project):
    project.edit(
        "report/method.qmd", "No heading here.", "`@a` <!-- @b --> me@example.org https://x.org/@c \\\n```\n@d\n```"
    )
    assert {key for _, key in sources.read(project.root, {}).cited} == {
        "fig-growth", "tbl-models", "mill1843", "peirce1878", "eq-score", "sec-shares", "sec-findings", "tbl-own",
    }  # fmt: skip


PASSAGES = """

:::: {.content-visible when-meta="held.arena"}

Shown with Arena, and @fig-nowhere.

::: {.callout-note}
Inner.
:::

::::

::: {.content-hidden when-meta="held.arena"}

Shown without {{< var nothing >}}.

:::

::: {.content-visible unless-meta="held.arena"}

Also without.

:::

After.
"""


@pytest.mark.parametrize(
    ("held", "shown", "left_out"),
    [
        ("true", ["Shown with Arena", "Inner.", "After."], ["Shown without", "Also without"]),
        ("false", ["Shown without", "Also without", "After."], ["Shown with Arena", "Inner."]),
        (None, ["Shown without", "Also without", "After."], ["Shown with Arena", "Inner."]),
    ],
)
def test_passages_are_shown_as_the_metadata_say(project, held, shown, left_out):
    path = project.root / "report/method.qmd"
    path.write_text(path.read_text(encoding="utf-8") + PASSAGES, encoding="utf-8")
    about = {"held": {"arena": held}} if held else {}
    text = sources.read(project.root, about).text
    assert all(words in text for words in shown)
    assert not any(words in text for words in left_out)


def test_what_is_hidden_need_not_be_right_and_what_is_shown_is_published(project):
    path = project.root / "report/method.qmd"
    passages = PASSAGES.replace(", and @fig-nowhere", "").replace("{{< var nothing >}}", "{{< var total >}}")
    path.write_text(path.read_text(encoding="utf-8") + passages, encoding="utf-8")
    project.render()
    page = project.page()
    assert "Shown without" in page
    assert "Also without" in page
    assert "Shown with Arena" not in page


def test_the_values_of_each_passage_that_asks_to_be_told_are_listed_as_far_as_they_are_shown(project):
    path = project.root / "report/method.qmd"
    passage = """

:::: {.content-visible when-meta="told.growth"}

{{< var first >}} to {{< var second >}}

::: {.content-visible when-meta="held.arena"}

{{< var third >}}

:::

::::

::: {.content-hidden when-meta="told.growth"}

{{< var fourth >}}

:::
"""
    path.write_text(path.read_text(encoding="utf-8") + passage, encoding="utf-8")
    assert sources.passages(project.root, {"held": {"arena": True}}) == {"growth": {"first", "second", "third"}}
    assert sources.passages(project.root, {"held": {"arena": False}}) == {"growth": {"first", "second"}}


def test_a_passage_needs_no_value_of_those_within_it_or_in_its_place(project):
    path = project.root / "report/method.qmd"
    passage = """

::::: {.content-visible when-meta="told.outer"}

{{< var first >}}

:::: {.content-visible when-meta="told.inner"}

{{< var second >}}

::::

:::::

:::: {.content-hidden when-meta="told.outer"}

{{< var third >}}

::: {.content-visible when-meta="told.instead"}

{{< var fourth >}}

:::

::::
"""
    path.write_text(path.read_text(encoding="utf-8") + passage, encoding="utf-8")
    assert sources.passages(project.root, {}) == {"outer": {"first"}, "inner": {"second"}, "instead": {"fourth"}}
