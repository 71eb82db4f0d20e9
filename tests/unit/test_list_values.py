"""`atom values`: what text may ask for is listed as it would read, and who asks for it."""

import json

import pytest

from helpers import edition, findings, paths
from helpers.commands import values
from helpers.text import addresses, claims
from tests.unit.test_text.conftest import CROSSING, FAMILIES, REGIONS, UNITS

PARAMETERS = edition.load().parameters()


@pytest.fixture(autouse=True)
def quoted(tmp_path, monkeypatch):
    """A build whose text asks for China's downloads at the last label, a finding for a share, the ledger for a day."""
    monkeypatch.setattr(paths, "BUILD", tmp_path)
    monkeypatch.setattr(addresses, "units", lambda: dict(UNITS) | {("", "title"): ""})
    (tmp_path / "quoted/03_regional").mkdir(parents=True)
    for table in (REGIONS, CROSSING, FAMILIES):
        told = {name: getattr(table, name) for name in table.__dataclass_fields__}
        (tmp_path / f"quoted/03_regional/{table.name}.json").write_text(json.dumps(told), encoding="utf-8")
    said = {"table": "regions", "row": {"month": "2026-03", "region": "china"}, "column": "downloads"}
    (tmp_path / "values.json").write_text(json.dumps({"regions.china.last.downloads": said}), encoding="utf-8")
    asking = {"half": lambda tell: tell("regions.china.splice.share") > 0.4, "typo": lambda tell: tell("crosing.date")}
    monkeypatch.setattr(findings, "predicates", lambda: asking)
    printed = claims.pd.DataFrame({"answer": ["crossing.date", "", "finding.half"]})
    monkeypatch.setattr(claims, "read", lambda: printed)


def test_addresses_are_listed_with_what_they_say_their_unit_and_who_asks():
    said = values.run("regions.china", PARAMETERS).splitlines()
    assert len(said) == 3 * 4
    words = {line.split()[0]: " ".join(line.split()[1:]) for line in said}
    assert words["regions.china.2026-03.downloads"] == "1.15B (downloads) in text as regions.china.last.downloads"
    assert words["regions.china.2025-03.share"] == "30.0% (0 to 1)"
    assert words["regions.china.2025-03.month"] == "March 2025 (first of month)"
    assert "regions.us.2025-03.share unknown" in " ".join(values.run("us.2025", PARAMETERS).split())


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("regions.*.last.share", ["regions.china.2026-03.share", "regions.us.2026-03.share"]),
        ("china.splice.down", ["regions.china.2025-08.downloads"]),
        ("crossing", ["crossing.date"]),
        ("edition.ti?le", ["edition.title"]),
    ],
)
def test_a_pattern_may_name_months_and_leave_parts_open(pattern, found):
    assert [line.split()[0] for line in values.run(pattern, PARAMETERS).splitlines()] == found


def test_tables_are_listed_with_their_keys_and_what_nobody_asks_is_said():
    lines = values.run(None, PARAMETERS).splitlines()
    assert "regions.<region>.<month>: downloads, share (03_regional, 5 rows; asked by text 1, findings)" in lines
    assert "crossing: date (03_regional, 1 rows; asked by ledger)" in lines
    assert "families.<organisation>: downloads (03_regional, 3 rows; asked by nobody)" in lines
    assert any(line.startswith("edition: name, title") and line.endswith("(the edition, 1 rows)") for line in lines)
    assert values.read(PARAMETERS).unasked() == ["families"]


def test_a_column_without_a_unit_says_so(monkeypatch):
    monkeypatch.setattr(addresses, "units", lambda: {})
    assert "has no unit; add the column to data/codebook.csv" in values.run("crossing.date", PARAMETERS)


def test_what_is_not_there_is_said_with_what_to_do(tmp_path, monkeypatch):
    with pytest.raises(values.ValuesError, match=r"no address holds 'zebra'; `atom values` lists"):
        values.run("zebra", PARAMETERS)
    monkeypatch.setattr(paths, "BUILD", tmp_path / "none")
    with pytest.raises(values.ValuesError, match=r"no table is quoted in .*none/quoted yet; run `atom build`"):
        values.run(None, PARAMETERS)
