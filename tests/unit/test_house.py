"""The house keeps to its limits, and what counts them counts what it says."""

import json

import pytest

from benchmarks import house
from helpers.commands.values import Listed
from helpers.text.addresses import Book
from tests.unit.test_text.conftest import CROSSING, FAMILIES, REGIONS, UNITS


@pytest.fixture(scope="module")
def found():
    return house.counts()


COUNTED = [name for name in house.LIMITS if name != "loose scalars"]
"""What is counted without a build; for the rest see tests/integration/test_rebuild.py."""


@pytest.mark.parametrize("name", COUNTED)
def test_the_house_keeps_to_its_limits(found, name):
    assert len(found[name]) <= house.LIMITS[name], "\n".join(found[name])


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ('title = "Downloads by region"', ["Downloads by region"]),
        ('say(f"{n} models")', []),
        ('say(f"{n} of all models")', ["… of all models"]),
        ('table["region"] = "two_words"', []),
        ('def f():\n    """Says what it does."""\n\n\nA = 1\n"""What it is."""', []),
        ("#| fig-cap: Downloads by region\ndraw(x)", []),
        ('raise ValueError(f"{name} has no rows; look at it")', []),
        ('assert rows, "there are no rows"', []),
        ('what = "is not known"\nfaults.append(Fault(where, what, "mend the name"))', []),
        ('def f(what="the whole table"):\n    raise KeyError(what)', []),
        ('def near(word):\n    return f"; the nearest: {word}"\n\n\ndef g():\n    raise KeyError(near("a"))', []),
        ('def near(word):\n    return f"; the nearest: {word}"', ["; the nearest: …"]),
        ('source = "Hugging Face"', []),
        ('source = "Hugging Face and others"', ["Hugging Face and others"]),
        ('unit = "UTC day"', []),
        ('span = \'{.unknown at="here" and="there"}\'', []),
        ('tag = f\'<span class="value" title="two words">{n}</span>\'', []),
        ('tag = "<b>two words</b>"', ["<b>two words</b>"]),
    ],
)
def test_words_for_readers_are_told_from_others(source, words):
    assert house.words_of(source) == words


def test_dates_and_bookkeeping_are_found_where_they_are_typed():
    assert house.dates_of('x = "2026-03-01"; y = "2026-03"; z = "March 2026"; seed = 20260301; w = "9/2026"') == [
        "2026-03-01", "2026-03", "March 2026",
    ]  # fmt: skip
    source = "record('a', 1)\nvalues.either('b')\nrecorded = records.copy()\n\n\ndef record():\n    pass"
    assert sorted(house.bookkeeping_of(source)) == ["either", "record", "record"]


def test_lines_cells_and_fences_are_counted_as_they_stand(tmp_path):
    def cell(source, *tags, kind="code"):
        return {"cell_type": kind, "source": source.splitlines(keepends=True), "metadata": {"tags": list(tags)}}

    cells = [
        cell('seed = 1\nday = "2026-03-01"', "parameters"),
        cell("# A title of two lines\nin May 2025", kind="markdown"),
        cell("#| label: a\n\n" + "x\n" * 10),
        cell("y\n" * 13),
    ]
    for name in ("notebooks/01_a.ipynb", "report/index.qmd"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(json.dumps({"cells": cells}), encoding="utf-8")
    (tmp_path / "report/index.qmd").write_text("::: passage\nWords :::\n:::\n\n  ::: x\n", encoding="utf-8")
    found = house.counts(tmp_path)
    assert (len(found["parameters"]), len(found["code lines"])) == (2, 12 + 13)
    assert found["long cells"] == ["01_a.ipynb, cell 4"]
    assert found["typed dates"] == []
    assert len(found["fences"]) == 3
    assert house.missed(found | {"fences": ["x"] * 121}) == ["long cells", "fences"]


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("quote('a', adoption.lead(days))", set()),
        ("quote('a', adoption.lead(days).assign(n=1).T)", set()),
        ("lead = adoption.lead(days)\nquote('a', lead)", set()),
        ("lead = quote('a', adoption.lead(days))\nquote('b', lead[['day']])", set()),
        ("quote('a', pd.DataFrame([{'n': len(days)}]))", {"a"}),
        ("counts = pd.DataFrame([{'n': 1}])\nquote('a', counts)", {"a"}),
        ("days = days.tail()\nquote('a', days)", {"a"}),
    ],
)
def test_a_table_that_a_notebook_puts_together_is_told_from_a_measure(source, names):
    assert house.put_together_in(f"from helpers.measures import adoption\n{source}") == names


def test_loose_scalars_are_the_columns_that_text_asks_of_tables_put_together_of_one_row(tmp_path):
    cell = {
        "cell_type": "code",
        "metadata": {},
        "source": ["quote('crossing', pd.DataFrame(x))\n", "quote('regions', y)"],
    }
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks/03_regional.ipynb").write_text(json.dumps({"cells": [cell]}), encoding="utf-8")
    book = Book({table.name: table for table in (REGIONS, CROSSING, FAMILIES)}, dict(UNITS))
    text = {
        ("crossing", frozenset(), "date"): ["crossing.date", "crossing.date-month"],
        ("regions", frozenset({("region", "china"), ("month", "2026-03")}), "share"): ["regions.china.last.share"],
    }
    assert house.quoted(Listed(book, text, findings=set(), ledger=set()), tmp_path) == {
        "loose scalars": ["crossing.date"], "unasked tables": ["families"],
    }  # fmt: skip
