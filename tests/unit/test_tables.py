"""Tables at stage boundaries: what is stored, and what an edition holds."""

import pandas as pd

from helpers import paths, tables


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
    for place in ("build/raw/history", "build/clean", "staging/clean"):
        (tmp_path / place).mkdir(parents=True)
    (tmp_path / "build/clean/old.parquet").touch()  # an earlier build's: this stage has not made it
    (tmp_path / "staging/clean/arena.parquet").touch()
    places = {"history": "raw/history", "arena": "clean/arena", "tokens": "clean/old", "hub": "raw/snapshots"}
    found = tables.holdings(places).set_index("source")["held"]
    assert found.to_dict() == {"history": True, "arena": True, "tokens": False, "hub": False}
