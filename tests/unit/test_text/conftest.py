"""A small book of quoted tables."""

import pytest

from helpers.text.addresses import Book, Quoted

UNITS = {
    ("", "downloads"): "downloads", ("", "region"): "", ("", "organisation"): "", ("", "date"): "UTC day",
    ("", "share"): "0 to 1", ("", "month"): "first of month",
}  # fmt: skip


def quoted(name, by, columns, rows, keys, **more):
    about = {"notebook": "03_regional", "cell": f"quote-{name}", "formats": {}, "rests_on": "inputs"} | more
    return Quoted(name=name, by=by, columns=columns, rows=rows, keys=keys, **about)


REGIONS = quoted(
    "regions",
    ["region", "month"],
    ["region", "month", "downloads", "share"],
    [
        ["china", "2025-03-01", 9.7e7, 0.3],
        ["us", "2025-03-01", 1.8e8, None],
        ["china", "2025-08-01", 3e8, 0.5],
        ["china", "2026-03-01", 1.149e9, 0.56],
        ["us", "2026-03-01", 7.23e8, 0.35],
    ],
    [["china", "2025-03"], ["us", "2025-03"], ["china", "2025-08"], ["china", "2026-03"], ["us", "2026-03"]],
    formats={"share": "tenths"},
)
CROSSING = quoted("crossing", [], ["date"], [["2025-07-22"]], [[]])
FAMILIES = quoted(
    "families",
    ["organisation"],
    ["organisation", "downloads"],
    [["Meta", 4.76e8], ["Qwen", 9.42e8], ["Mistral", None]],
    [["meta"], ["qwen"], ["mistral"]],
)


@pytest.fixture
def book():
    tables = {table.name: table for table in (REGIONS, CROSSING, FAMILIES)}
    return Book(tables, dict(UNITS), "2025-08", {"tokens", *tables})
