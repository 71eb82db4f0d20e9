"""Addresses: which cell they name, what is unknown, and what is no address at all."""

import dataclasses
import json

import pytest

from helpers.text import addresses
from helpers.text.addresses import AddressError
from tests.unit.test_text.conftest import REGIONS


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("regions.china.2026-03.downloads", "1.15B"),
        ("regions.china.last.downloads", "1.15B"),
        ("regions.us.year-ago.downloads", "180M"),
        ("regions.china.first.downloads-tenths", "97.0M"),
        ("regions.china.splice.share", "50.0%"),
        ("regions.china.last.share-usual", "56%"),
        ("regions.china.last.month", "March 2026"),
        ("crossing.date", "22 July 2025"),
        ("crossing.date-part-of-month", "late July 2025"),
        ("families.qwen.organisation", "Qwen"),
    ],
)
def test_an_address_names_a_cell(book, address, shown):
    cell = book.cell(address)
    assert cell.shown == shown
    assert cell.known


def test_a_cell_knows_where_it_comes_from(book):
    cell = book.cell("regions.china.last.downloads")
    assert (cell.notebook, cell.cell, cell.table) == ("03_regional", "quote-regions", "regions")
    assert cell.row == {"region": "china", "month": "2026-03"}
    assert cell.place == book.cell("regions.china.2026-03.downloads-tenths").place
    assert cell.place != book.cell("regions.us.last.downloads").place


@pytest.mark.parametrize(
    "address",
    [
        "regions.us.first.share",  # null
        "regions.us.splice.downloads",  # no such row
        "regions.china.2031-01.downloads",  # no such month
        "families.nvidia.downloads",  # an organisation of the registry, not in this table
        "regions.eu.last.downloads",
        "regions.all.last.downloads",
        "tokens.china.last.share",  # a table of a notebook cell that this edition did not run
        "families.mistral.downloads",
    ],
)
def test_what_the_edition_does_not_tell_is_unknown(book, address):
    assert not book.cell(address).known


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("region.china.last.downloads", r"no notebook quotes a table `region`; the nearest: regions"),
        ("regions.chian.last.downloads", r"`regions` has no region `chian`; the nearest: china"),
        ("regions.china.latest.downloads", r"`regions` has no month `latest`; the nearest: "),
        ("regions.qwen.last.downloads", r"`regions` has no region `qwen`"),
        ("regions.china.2025-13.downloads", r"`regions` has no month `2025-13`"),
        ("regions.china.2025-031.downloads", r"`regions` has no month `2025-031`"),
        ("regions.china.7d.downloads", r"`regions` has no month `7d`"),
        ("regions.china.last.download", r"`regions` has no column `download`; the nearest: downloads"),
        ("regions.china.last.downloads-thirds", r"`downloads` has no format `thirds`; it has usual, tenths"),
        ("regions.china.downloads", r"has 2 parts after the table; write regions.<region>.<month>.<column>"),
    ],
)
def test_what_is_no_address_is_an_error_with_the_nearest(book, address, message):
    with pytest.raises(AddressError, match=message):
        book.cell(address)


def test_a_table_without_rows_does_not_tell_which_keys_it_can_have(book):
    families = dataclasses.replace(book.tables["families"], rows=[], keys=[])
    bare = dataclasses.replace(book, tables=book.tables | {"families": families})
    assert not bare.cell("families.nobody.downloads").known
    assert bare.rows("families.nobody", []) == []
    with pytest.raises(AddressError, match="has no column"):
        bare.cell("families.nobody.likes")


def test_a_column_without_unit_is_named_with_the_remedy(book):
    del book.units["", "share"]
    with pytest.raises(AddressError, match=r"`regions.….share` has no unit; add the column to .*codebook.csv"):
        book.cell("regions.china.last.share")


def test_lists_are_rows_at_a_part_of_an_address(book):
    def at(address, *order):
        return [row["downloads"].shown for row in book.rows(address, ["downloads"], *order)]

    assert at("families") == ["476M", "942M", "unknown"]
    assert at("families", "downloads") == ["942M", "476M"]
    assert at("families", "downloads", "qwen") == ["476M"]
    assert at("regions.last") == ["1.15B", "723M"]
    assert at("regions.us", "downloads") == ["723M", "180M"]
    assert at("tokens.last") == []
    book.tables["regions"] = dataclasses.replace(REGIONS, keys=[], rows=[])
    assert at("regions.last") == at("regions.china.year-ago") == []  # nothing is held of what could be there
    book.tables["regions"] = REGIONS
    book.tables["sides"] = dataclasses.replace(REGIONS, name="sides", by=["side", "month"], keys=[], rows=[])
    assert not book.cell("sides.eight.last.downloads").known  # a group of the registry; no side is held
    with pytest.raises(AddressError, match="no notebook quotes a table `family`"):
        at("family")
    with pytest.raises(AddressError, match="has no column `download`"):
        at("families", "download")
    with pytest.raises(AddressError, match="`families` cannot be sorted by `organisation`, which holds texts"):
        at("families", "organisation")
    with pytest.raises(AddressError, match="`regions` has no region `chnia`"):
        at("regions.chnia")


def test_every_address_that_is_listed_names_a_cell(book):
    listed = list(book.addresses())
    assert len(listed) == len(set(listed)) == 5 * 4 + 1 + 3 * 2
    assert [book.cell(address).address for address in listed] == listed


def test_one_name_may_not_be_quoted_in_two_notebooks(tmp_path, book):
    told = {key: getattr(book.tables["crossing"], key) for key in addresses.Quoted.__dataclass_fields__}
    for notebook in ("03_regional", "05_ram"):
        (tmp_path / notebook).mkdir()
        (tmp_path / notebook / "crossing.json").write_text(json.dumps(told | {"notebook": notebook}), encoding="utf-8")
    with pytest.raises(AddressError, match="`crossing` is quoted in 03_regional and 05_ram; rename one"):
        addresses.read(tmp_path)


def test_tables_that_notebooks_quote_are_known_without_a_run(tmp_path):
    sources = ['quote("one", table)\n', 'quote(\n    "two", table\n)', "x = 1", "quote('three', t)"]
    cells = [{"source": source.splitlines(keepends=True)} for source in sources]
    (tmp_path / "01.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")
    assert addresses.declared(tmp_path) == {"one", "two", "three"}
