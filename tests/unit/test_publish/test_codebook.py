"""Every column of every published table has a meaning, and every meaning a column."""

import json
import re

import pytest

from helpers import paths
from helpers.publish import codebook
from helpers.text.faults import PublishError

TABLES = {"fig-a": ["month", "downloads"], "ledger": ["id"]}


def meanings(*rows):
    """A codebook: file, column → a meaning."""
    found = {}
    for name, column in rows:
        found.setdefault(name, {})[column] = ("", "what it is")
    return found


def test_a_column_without_a_meaning_is_found():
    found = codebook.misfits(TABLES, meanings(("fig-a", "month"), ("ledger", "id")))
    assert [str(one) for one in found] == [
        "figures/fig-a.csv: column downloads has no meaning; add it to data/codebook.csv"
    ]


def test_a_meaning_without_a_column_is_found():
    found = codebook.misfits({"ledger": ["id"]}, meanings(("ledger", "id"), ("ledger", "gone"), ("fig-b", "x")))
    assert [one.what for one in found] == ["ledger has no column gone"]  # an edition need not have fig-b
    assert codebook.misfits({"ledger": ["id"]}, meanings(("ledger", "id"), ("ledger", "of-it")), {"ledger"}) == []


def test_a_column_described_twice_is_refused(tmp_path):
    path = tmp_path / "codebook.csv"
    path.write_text(
        "column,unit,files,heading,meaning\nmonth,,fig-a regions,,one\nmonth,,regions,,other\n", encoding="utf-8"
    )
    with pytest.raises(PublishError, match="row 2 describes month of regions again"):
        codebook.read(path)


def test_a_site_with_an_undescribed_column_is_not_published(project):
    project.edit("data/codebook.csv", "downloads,,fig-growth ", "downloads,,")
    found = project.findings()
    assert "figures/fig-growth.csv: column downloads has no meaning" in found
    assert not project.site.exists()


def test_page_and_readme_say_what_where_and_whence(published):
    page, text = published.page("figures/index.html"), published.page("figures/README.md")
    assert re.search(r'<h2 id="fig-growth">', page)
    assert '<a href="../report/index.html#fig-growth">Figure\u00a01</a> of the report' in page
    assert 'made by <a href="../build/notebooks/02_figures-preview.html#cell-fig-growth">02_figures</a>' in page
    assert "| `downloads` |  | new in it |" in text
    assert "[fig-growth.csv](fig-growth.csv)" in text
    assert "not a measurement" in text


def test_a_quoted_table_is_no_file_and_its_columns_are_not_missed(published):
    assert "regions" in codebook.read(published.root / codebook.CODEBOOK)
    assert "regions" not in published.page("figures/README.md")


def test_the_codebook_describes_every_figures_table_and_nothing_that_no_notebook_makes():
    known = set(codebook.read(paths.ROOT / codebook.CODEBOOK))
    drawn, named = set(), set()
    for path in paths.NOTEBOOKS.glob("*.ipynb"):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            source = "".join(cell["source"])
            label = re.search(r"^#\| label: (fig-[\w-]+)", source, re.MULTILINE)
            drawn |= {label[1]} if label and "published=False" not in source else set()
            named |= set(re.findall(r"[\"'/]([a-z0-9-]+)(?:\.csv)?[\"']", source))  # quoted, shown, written
    assert drawn - known == set()
    assert known - drawn - named - {"edition", "month", "calendar", "build", "events"} == set()
