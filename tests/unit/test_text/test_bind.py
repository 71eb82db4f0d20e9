"""Binding: what text asks for is answered, with its origin; what cannot be said stops the build, with its place."""

import csv
import json
import shutil

import pandas as pd
import pytest
import yaml

from helpers import findings, paths
from helpers.text import addresses, bind, sources
from helpers.text import claims as printed
from helpers.text.faults import PublishError
from tests.unit.test_text.conftest import CROSSING, FAMILIES, REGIONS

EDITION = ("public", "Public edition", "public", "2025-03-01", "2025-08-01", "2026-03-01", "2026-04-02")


def leads(tell):
    """China has more downloads than the USA at the last label."""
    return tell("regions.china.last.downloads") > tell("regions.us.last.downloads")


def mistral_leads(tell):
    """Mistral has more downloads than Qwen."""
    return tell("families.mistral.downloads") > tell("families.qwen.downloads")


def trails(tell):
    """China has fewer downloads than the USA at the last label."""
    return not leads(tell)


class Project:
    """A report of one page, with quoted tables and an executed notebook."""

    def __init__(self, root, monkeypatch):
        self.root, self.monkeypatch = root, monkeypatch
        monkeypatch.setattr(paths, "ROOT", root)
        monkeypatch.setattr(paths, "BUILD", root / "build")
        known = {"china-leads": leads, "china-trails": trails, "mistral-leads": mistral_leads}
        monkeypatch.setattr(findings, "predicates", lambda: known)
        (root / "report").mkdir()
        (root / "_quarto.yml").write_text("lang: en\n", encoding="utf-8")
        shutil.copy(paths.CODEBOOK.parents[1] / "requirements.lock", root)
        units = {("", "downloads"): "downloads", ("", "region"): "", ("", "organisation"): "", ("", "date"): "UTC day"}
        units |= {("", "share"): "0 to 1", ("", "month"): "first of month", ("month", "last"): "first of month"}
        monkeypatch.setattr(addresses, "units", lambda: units | {("edition", "title"): "", ("build", "commit"): ""})
        for table in (REGIONS, CROSSING, FAMILIES):
            place = root / "build" / "quoted" / table.notebook / f"{table.name}.json"
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(json.dumps({k: getattr(table, k) for k in table.__dataclass_fields__}), encoding="utf-8")
        self.notebook("#| label: fig-x\ndraw(x)")

    def notebook(self, source, outputs=({"data": {"image/png": "x"}},)):
        cell = {
            "cell_type": "code",
            "metadata": {},
            "source": source.splitlines(keepends=True),
            "outputs": list(outputs),
        }
        place = self.root / "build" / "executed" / "03_regional.ipynb"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4}), encoding="utf-8")

    def run(self, text, data="public"):
        (self.root / "report" / "index.qmd").write_text(f"---\ntitle: T\n---\n\n{text}\n", encoding="utf-8")
        bind.run(*EDITION[:2], data, *EDITION[3:])
        return sources.variables(self.root / "build")

    def read(self, name):
        text = (self.root / "build" / name).read_text(encoding="utf-8")
        return json.loads(text) if name.endswith(("json", "ipynb")) else yaml.safe_load(text)

    def refused(self, text):
        with pytest.raises(PublishError) as error:
            self.run(text)
        return str(error.value)


@pytest.fixture
def project(tmp_path, monkeypatch):
    return Project(tmp_path, monkeypatch)


def test_what_text_asks_for_is_bound_with_its_origin_and_nothing_else(project):
    told = project.run("China has {{< var regions.china.last.downloads >}} by {{< var month.last >}}.")
    assert told == {
        "month.last": "March 2026",
        "regions.china.last.downloads": '<span class="value" from="03_regional#cell-quote-regions" title="regions · '
        'region china, month 2026-03 · downloads · downloads · 03_regional">1.15B</span>',
    }


def test_every_number_said_is_on_record_with_where_it_is_said(project):
    project.run('A {{< var crossing.date >}}.\n\n[{organisation} at {downloads}]{each="families" sort="downloads"}.')
    record = project.read("values.json")
    assert record["crossing.date"] == {
        "raw": "2025-07-22", "formatted": "22 July 2025", "unit": "UTC day", "table": "crossing", "row": {},
        "column": "date", "notebook": "03_regional", "cell": "quote-crossing", "rests_on": "inputs",
        "data_through": "2026-04-02", "coverage": None, "assumed": False,
        "caveat": "Built from data that anyone can fetch.",
        "origin": "build/notebooks/03_regional-preview.html#cell-quote-crossing",
        "citation": "(2026). T: Public edition. Built from data that anyone can fetch. crossing.date.",
        "used": ["report/index.qmd:5"],
    }  # fmt: skip
    assert record["families.qwen.downloads"]["used"] == ["report/index.qmd:7"]
    assert "families.mistral.downloads" not in record


def test_findings_and_lists_reach_the_filter_and_the_table_of_findings(project):
    project.run('A [leads]{if="china-leads"}. [{organisation}]{each="families" sort="downloads"}.')
    about = project.read("edition.yml")
    assert about["findings"] == {"china-leads": True, "china-trails": False, "fig-x": True, "mistral-leads": "unknown"}
    assert list(about["lists"]) == ["families|downloads|", "findings"]
    rows = list(csv.DictReader((project.root / "build" / "findings.csv").open(encoding="utf-8")))
    assert [(row["finding"], row["truth"], row["used"]) for row in rows] == [
        ("china-leads", "true", "report/index.qmd:5"),
        ("china-trails", "false", ""),
        ("mistral-leads", "unknown", ""),
    ]
    assert rows[0]["statement"] == "China has more downloads than the USA at the last label."
    assert about["lists"]["findings"][0] == {
        "finding": "`china-leads`",
        "truth": "true",
        "statement": "China has more downloads than the USA at the last label\\.",
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "{{< var regions.chnia.last.downloads >}}",
            "report/index.qmd:5: `regions` has no region `chnia`; the nearest",
        ),
        ("x\n\n{{< var region.x >}}", "report/index.qmd:7: no notebook quotes a table `region`; the nearest: regions"),
        ('[a]{if="china-led"}', "report/index.qmd:5: there is no finding `china-led`; the nearest: china-leads"),
        ('[{x}]{each="family"}', "report/index.qmd:5: no notebook quotes a table `family`"),
        ('::: {.passage if="fig-y"}\nx\n:::', "report/index.qmd:5: there is no finding `fig-y`; the nearest: fig-x"),
        ('[{name}]{each="families"}', "report/index.qmd:5: `families` has no column `name`"),
        ("{{< include nowhere.qmd >}}", "report/index.qmd:5: includes nowhere.qmd, which does not exist"),
    ],
)
def test_what_does_not_exist_is_an_error_with_file_and_line(project, text, message):
    assert message in project.refused(text)


def test_a_statement_that_does_not_hold_stops_the_build_with_its_sentence(project):
    told = project.refused('So it is.\nChina [trails the world]{if="china-trails"}.')
    assert "report/index.qmd:6: the text says “trails the world”, but it is not so that: China has fewer" in told
    assert 'unless="china-trails"' in told
    assert project.run('China [trails]{if="china-trails"}[leads]{unless="china-trails"}.') == {}


def test_within_a_passage_that_is_withheld_nothing_has_to_hold(project):
    project.run(
        '[China [trails]{if="china-trails"} by {{< var families.mistral.downloads >}}.]{.passage} [Else.]{.otherwise}'
    )


@pytest.mark.parametrize(
    "text",
    [
        "Of {{< var families.mistral.downloads >}}.",
        '[a]{if="mistral-leads"}[b]{unless="mistral-leads"} {{< var regions.us.first.share >}}',
    ],
)
def test_an_unknown_number_outside_a_passage_stops_the_build(project, text):
    told = project.refused(text)
    assert "report/index.qmd:5: `" in told
    assert "is not known in this edition, and no passage withholds it; put it into a `::: passage`" in told


def test_an_unknown_finding_outside_a_passage_stops_the_build_once(project):
    told = project.refused('So [a]{if="mistral-leads"}[b]{unless="mistral-leads"}.')
    assert told.count("`mistral-leads` is not known in this edition") == 1
    assert told.startswith("report/index.qmd:5: ")


def test_a_list_with_an_unknown_cell_withholds_its_passage(project):
    project.run('[[{organisation} at {downloads}]{each="families"}.]{.passage} [Else.]{.otherwise}')
    told = project.refused('[{organisation} at {downloads}]{each="families"}.')
    assert told.startswith("report/index.qmd:5: `families.mistral.downloads` is not known in this edition")


def test_an_empty_list_outside_a_passage_stops_the_build(project):
    assert "no passage withholds it" in project.refused('[{organisation}]{each="families" without="meta qwen mistral"}')


def test_nothing_is_written_when_the_build_stops(project):
    project.refused("Of {{< var families.mistral.downloads >}}.")
    assert not (project.root / "build" / "_variables.yml").exists()
    assert not (project.root / "build" / "values.json").exists()


def test_in_a_reconstructed_edition_what_answers_no_printed_figure_is_assumed(project, monkeypatch):
    claims = [
        {"answer": "regions.china.2026-03.downloads", "precision": "10000000"},
        {"answer": "crossing.date", "precision": "third-of-month"},
        {"answer": "finding.china-leads", "precision": "text"},
        {"answer": "", "precision": "1"},
    ]
    monkeypatch.setattr(printed, "read", lambda: pd.DataFrame(claims).assign(id="one"))
    asked = [
        "regions.china.last.downloads", "regions.china.2026-03.downloads-tenths", "regions.us.last.downloads",
        "month.last", "families.qwen.organisation",
        "crossing.date", "crossing.date-part-of-month", "crossing.date-month",
    ]  # fmt: skip
    text = " ".join(f"{{{{< var {address} >}}}}" for address in asked)
    told = project.run(text, "reconstructed")
    # Another address of a printed cell is printed, too; no digit and no part of a date that the paper leaves open is.
    marked = [address for address in asked if "assumed" in told[address]]
    assert marked == ["regions.china.2026-03.downloads-tenths", "regions.us.last.downloads", "crossing.date"]
    assert {record["assumed"] for record in project.read("values.json").values()} == {True, False}
    assert "assumed" not in "".join(project.run(text, "public").values())


def test_captions_are_filled_sentence_by_sentence(project):
    project.notebook(
        "#| label: fig-x\n"
        "#| fig-cap: 'Downloads. China [leads]{if=\"china-leads\"} with {{< var regions.china.last.downloads >}}.'\n"
        '#| fig-alt: "Two lines. {{< var families.mistral.downloads >}} for Mistral. '
        '[{organisation}]{each=\\"families\\"}."\n'
        "draw(x)"
    )
    project.run("Text.")
    cell = project.read("notebooks/03_regional.ipynb")["cells"][0]
    label, caption, alt, code = "".join(cell["source"]).splitlines()
    assert (label, code) == ('#| label: "fig-x"', "draw(x)")
    assert yaml.safe_load(caption[3:])["fig-cap"].startswith('Downloads. China leads with <span class="value" from=')
    assert yaml.safe_load(alt[3:]) == {"fig-alt": "Two lines. Meta, Qwen and Mistral."}
    assert cell["outputs"] == [{"data": {"image/png": "x"}}]
    executed = (project.root / "build" / "executed" / "03_regional.ipynb").read_text(encoding="utf-8")
    assert "{{< var" in executed


def test_an_unknown_name_in_a_caption_is_told_with_its_cell(project):
    project.notebook('#| label: fig-x\n#| fig-cap: "Of {{< var regions.chnia.last.downloads >}}."\ndraw(x)')
    assert (
        "notebooks/03_regional.ipynb, cell fig-x, fig-cap, line 2: `regions` has no region `chnia`"
        in project.refused("x")
    )


MANY_LINES = (
    "#| fig-alt: |\n#|   Two lines.\n#|   {}\n",
    "#| fig-alt: >-\n#|   Two lines.\n#|   {}\n",
    '#| fig-alt: "Two lines.\n#|   {}"\n',
    "#| fig-alt: 'Two lines.\n#|   {}'\n",
    "#| fig-alt: Two lines.\n#|   {}\n",
)


@pytest.mark.parametrize("form", MANY_LINES)
def test_a_text_of_several_lines_is_filled_like_one_of_one(project, form):
    project.notebook(
        "#| label: fig-x\n" + form.format("China has\n#|   {{< var regions.china.last.downloads >}}.") + "draw(x)"
    )
    said = project.run("{{< var regions.china.last.downloads >}}")["regions.china.last.downloads"]
    (cell,) = project.read("notebooks/03_regional.ipynb")["cells"]
    alt = yaml.safe_load("".join(cell["source"]).splitlines()[1][3:])["fig-alt"]
    assert alt.startswith("Two lines. China has ")
    assert alt.removeprefix("Two lines. China has ").rstrip(".") in said


@pytest.mark.parametrize("form", MANY_LINES)
@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("{china_last}", "`{china_last}` asks for nothing"),
        ("{regions.china.last}", "`{regions.china.last}` asks for nothing"),
        ("{{ var regions.china.last.downloads }}", "`{{ var regions.china.last.downloads }}` asks for nothing"),
        ("{{< vra regions.china.last.downloads >}}", "`{{< vra regions.china.last.downloads >}}` asks for nothing"),
        ("{{< var no.such.name >}}", "no notebook quotes a table `no`"),
    ],
)
def test_what_asks_for_nothing_in_a_text_of_several_lines_is_refused_with_its_place(project, form, asked, words):
    project.notebook("#| label: fig-x\n" + form.format(asked) + "draw(x)")
    assert f"notebooks/03_regional.ipynb, cell fig-x, fig-alt, line 2: {words}" in project.refused("x")


def test_braces_of_a_list_a_condition_and_a_formula_ask_for_nothing_amiss(project):
    project.notebook(
        '#| label: fig-x\n#| fig-cap: >\n#|   [{organisation}]{each="families"} has $x_{t} + \\log {n}$, and\n'
        '#|   [leads]{if="china-leads"}.\ndraw(x)'
    )
    project.run("Text.")


@pytest.mark.parametrize(("outputs", "drawn"), [([{"data": {"image/png": "x"}}], "Seen."), ([], "Not drawn.")])
def test_a_passage_may_hang_on_whether_a_figure_was_drawn(project, outputs, drawn):
    project.notebook("#| label: fig-x\ndraw(x)", outputs)
    project.run('::: {.passage if="fig-x"}\nSeen.\n:::\n\n::: otherwise\nNot drawn.\n:::')
    assert project.read("edition.yml")["findings"]["fig-x"] is (drawn == "Seen.")


@pytest.mark.parametrize("words", ["a: b: c", "asks {{< var regions.china.last.downloads >}}: b"])
def test_options_of_a_cell_that_are_no_yaml_are_refused_with_their_cell(project, words):
    project.notebook(f"#| label: fig-x\n#| fig-cap: {words}\ndraw(x)")
    assert "notebooks/03_regional.ipynb, cell 1: the `#|` lines are no YAML" in project.refused("Text.")


def test_a_caption_that_yaml_quotes_hangs_on_its_finding(project):
    project.notebook('#| label: fig-x\n#| fig-cap: "A. [So it is.]{.passage if=\\"mistral-leads\\"}"\ndraw(x)')
    project.run("Text.")
    (cell,) = project.read("notebooks/03_regional.ipynb")["cells"]
    assert '#| fig-cap: "A."\n' in "".join(cell["source"])
