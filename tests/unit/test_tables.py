"""Tables at stage boundaries: what is stored, and what an edition holds."""

import pandas as pd
import pytest

from helpers import paths, tables
from helpers.tables import contracts


def test_a_table_without_rows_is_stored_only_if_asked(tmp_path, monkeypatch):
    monkeypatch.setattr(tables.contracts, "check", lambda frame, _: frame)
    monkeypatch.setenv("ATOM_STAGING", str(tmp_path))
    tables.write(pd.DataFrame({"a": []}), "clean/x", empty=False)
    assert not (tmp_path / "clean/x.parquet").exists()
    tables.write(pd.DataFrame({"a": []}), "clean/x")
    assert (tmp_path / "clean/x.parquet").exists()


def test_a_source_is_held_if_its_folder_or_this_stages_table_is_there(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "BUILD", tmp_path / "build")
    monkeypatch.setenv("ATOM_STAGING", str(tmp_path / "staging"))
    for place in ("build/raw/history", "build/signals", "staging/signals"):
        (tmp_path / place).mkdir(parents=True)
    (tmp_path / "build/signals/old.parquet").touch()  # an earlier build's: this stage has not made it
    (tmp_path / "staging/signals/arena.parquet").touch()
    places = {"history": "raw/history", "arena": "signals/arena", "tokens": "signals/old", "hub": "raw/snapshots"}
    found = tables.holdings(places).set_index("source")["held"]
    assert found.to_dict() == {"history": True, "arena": True, "tokens": False, "hub": False}


def test_of_many_rows_those_with_some_values_are_read_and_still_held_to_the_contract(tmp_path, monkeypatch):
    monkeypatch.setattr(tables.paths, "BUILD", tmp_path)
    rows = pd.DataFrame({"model": ["a/x", "a/y", "a/z"], "reason": [None, "own-base", None]})
    rows = rows.assign(base="a/x", relation="merge", organisation="a", format=None, downloads_all_time=3, beside=None)
    rows["month"] = pd.to_datetime(["2025-01-01", "2025-02-01", "2025-02-01"])
    stored = tables.write(rows, "signals/derivatives")
    for months, places in ((["2025-02-01", "2025-03-01"], [1, 2]), (["2025-03-01"], []), ([], [])):
        found = tables.read("signals/derivatives", month=map(pd.Timestamp, months))
        pd.testing.assert_frame_equal(found, stored.iloc[places].reset_index(drop=True), check_dtype=bool(places))
    found = tables.read("signals/derivatives", model=["a/z", "a/x"], month=[pd.Timestamp("2025-02-01")])
    assert found["model"].tolist() == ["a/z"]
    stored.assign(model="a/x").to_parquet(tmp_path / "signals" / "derivatives.parquet")
    with pytest.raises(contracts.ContractError, match="repeated"):
        tables.read("signals/derivatives", month=[pd.Timestamp("2025-02-01")])
