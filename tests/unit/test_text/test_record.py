"""The record of numbers: each says by itself what it is, of when, how sure, from where, and how to cite it."""

import pytest

from helpers.text import addresses, record
from helpers.text.asked import Asked
from helpers.text.sources import Line
from tests.unit.test_text.conftest import quoted

ABOUT = {
    "title": "The Report", "subtitle": "First edition", "author": ["Ann", "Bo"], "date": "2026-04-02",
    "data-kind": "reconstructed", "data-label": "Not a measurement.",
}  # fmt: skip
SPLIT = quoted(
    "split", ["region", "month"], ["region", "month", "share", "models", "models_read", "read_share"],
    [["china", "2026-03-01", 0.5, 10, 9, 0.98]], [["china", "2026-03"]],
)  # fmt: skip
SERVED = quoted("served", ["month"], ["month", "share"], [["2026-02-01", 0.5]], [["2026-02"]])
SETTINGS = quoted("settings", [], ["share"], [[0.25]], [[]], rests_on="edition")
DAILY = quoted("daily", ["date"], ["date", "share"], [["2025-07-22", 0.5]], [["2025-07-22"]])
MORE = {("served", "month"): "calendar month"} | {("split", c): "models" for c in ("models", "models_read")}


@pytest.fixture
def told(book):
    """The record of some addresses. answered: the cells that answer a printed figure."""
    book.tables |= {table.name: table for table in (SPLIT, SERVED, SETTINGS, DAILY)}
    book.tables["edition"] = addresses.single("edition", {"share": 0.5})
    book.units |= MORE | {("split", "read_share"): "0 to 1"}

    def _told(*asked, answered=None, about=ABOUT, url=""):
        text = Asked()
        text.scan(Line("report/index.qmd:1", f"{{{{< var {address} >}}}}", "") for address in asked)
        cells = {address: book.cell(address) for address in asked}
        found = record.numbers(book, cells, {}, text, answered, about, url)
        return found[asked[0]] if len(asked) == 1 else found

    return _told


def test_a_number_of_a_label_is_through_the_day_before_and_one_of_a_calendar_month_through_its_end(told):
    found = told("split.china.last.share", "served.last.share", "daily.2025-07-22.share", "crossing.date")
    through = {address: number["data_through"] for address, number in found.items()}
    assert through == {
        "split.china.last.share": "2026-02-28", "served.last.share": "2026-02-28",
        "daily.2025-07-22.share": "2025-07-22",
        "crossing.date": "2026-04-02",
    }  # fmt: skip


def test_what_rests_on_no_inputs_is_of_no_day(told):
    assert [told(address)["data_through"] for address in ("settings.share", "edition.share")] == [None, None]
    assert [told(address)["origin"] for address in ("settings.share", "edition.share")] == [
        "build/notebooks/03_regional-preview.html#cell-quote-settings", None,
    ]  # fmt: skip


def test_coverage_is_that_of_its_row_and_null_where_none_is_told(told):
    assert told("split.china.last.share")["coverage"] == {"models": 10, "models_read": 9, "read_share": 0.98}
    assert told("split.china.last.models")["coverage"] is None
    assert told("regions.china.last.downloads")["coverage"] is None
    assert told("tokens.last.share")["coverage"] is None  # of a table that this edition does not hold


def test_what_is_assumed_says_so_beside_the_label(told):
    plain, follows = told("split.china.last.share"), told("split.china.last.share", answered={})
    assert (plain["assumed"], plain["caveat"]) == (False, "Not a measurement.")
    assert follows["assumed"] is True
    assert follows["caveat"].startswith("Not a measurement. It follows from our assumptions")


def test_a_number_is_cited_with_edition_label_and_address(told):
    assert (
        told("crossing.date")["citation"]
        == "Ann, Bo (2026). The Report: First edition. Not a measurement. crossing.date."
    )
    cited = told("crossing.date", about=ABOUT | {"author": "Ann"}, url="https://example.org/")["citation"]
    assert cited.startswith("Ann (2026). ")
    assert cited.endswith("crossing.date. https://example.org/")


def test_what_is_not_known_is_null_and_has_its_unit(told):
    number = told("families.mistral.downloads")
    assert (number["raw"], number["formatted"], number["unit"]) == (None, "unknown", "downloads")
