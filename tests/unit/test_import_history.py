"""An author's history: what is refused writes nothing; what is brought in is what was given, in any form and order."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.sources import fetched, history, import_history
from helpers.tables import contracts
from tests.fakesources import runs


def rows(model, days, start="2025-01-01", first=1):
    dates = pd.date_range(start, periods=days)
    return pd.DataFrame({"date": dates, "model": model, "downloads": range(first, first + days)})


@pytest.fixture
def whole():
    return pd.concat([rows("Qwen/a", 9), rows("Qwen/b", 5), rows("google/c", 7)], ignore_index=True)


def files(folder):
    return {path.name: path.read_bytes() for path in folder.glob("*") if path.name != ".lock"}


def as_read(frame):
    return contracts.check(frame, "raw/history").sort_values(["model", "date"], ignore_index=True)


# What is refused ---


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ({"day": "date"}, r"--map day=…: is no column of a history; wanted one of date, model, downloads"),
        ({"date": "model"}, r"--map: one column would be two of ours: date=model, model=model"),
        ({"date": "when"}, r"given.csv: column when is missing; add it. Columns found: date, model, downloads"),
    ],
)
def test_a_mapping_that_fits_nothing_is_refused(tmp_path, whole, names, message):
    whole.to_csv(tmp_path / "given.csv", index=False)
    with pytest.raises(contracts.ContractError, match=message):
        import_history.bring_in(tmp_path / "given.csv", tmp_path / "held", names)
    assert not files(tmp_path / "held") if (tmp_path / "held").exists() else True


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"cannot be read as csv"),
        ("date,model,downloads\n", r"holds no row; is it the right file"),
        ("date,model,downloads\n03/07/2025,a/x,1\n", r"column date: '03/07/2025' in row 1; wanted a day as YYYY-MM-DD"),
        ("date,model,downloads\n2025-01-01,a/x,\n", r"column downloads: nothing in row 1"),
        ("date,model,downloads\n2025-01-01,a/x,-1\n", r"column downloads: -1 in row 1; wanted 0 or more"),
        ("date,model,downloads\n2025-01-01,a/x,1.5\n", r"column downloads: '1.5' in row 1; wanted a whole number"),
        ("date,model,downloads\n2025-01-01,../../x,1\n", r"column model: '../../x' in row 1; wanted a Hub id"),
        ("date,model,downloads\n2025-01-01,a/x,1\n2025-01-01,a/x,1\n", r"repeated: \(2025-01-01, 'a/x'\) in row 2"),
        ("date,model,downloads\n2025-01-01,a/x,1\n2025-01-01,A/y,1\n", r"namespaces a and A differ in case only"),
    ],
)
def test_a_row_that_breaks_the_contract_is_named_and_nothing_is_written(tmp_path, text, message):
    (tmp_path / "given.csv").write_text(text, encoding="utf-8")
    with pytest.raises(contracts.ContractError, match=message):
        import_history.bring_in(tmp_path / "given.csv", tmp_path / "held")
    assert not (tmp_path / "held").exists() or not files(tmp_path / "held")


def test_a_folder_without_files_a_file_of_another_kind_and_a_missing_one_are_refused(tmp_path):
    (tmp_path / "given").mkdir()
    (tmp_path / "given" / "notes.txt").write_text("soon", encoding="utf-8")
    for path, message in [
        ("given", "holds no .csv or"),
        ("given/notes.txt", "is neither .csv nor"),
        ("x.csv", "cannot"),
    ]:
        with pytest.raises(contracts.ContractError, match=message):
            import_history.bring_in(tmp_path / path, tmp_path / "held")


def test_a_day_in_two_of_the_files_is_refused(tmp_path):
    (tmp_path / "given").mkdir()
    rows("Qwen/a", 3).to_csv(tmp_path / "given" / "1.csv", index=False)
    rows("Qwen/a", 3, "2025-01-02").to_csv(tmp_path / "given" / "2.csv", index=False)
    with pytest.raises(
        contracts.ContractError, match=r"1.csv and .*2.csv: both hold Qwen/a on 2025-01-02; 2 such days"
    ):
        import_history.bring_in(tmp_path / "given", tmp_path / "held")


def test_another_count_for_a_day_held_is_refused_and_nothing_is_written_for_any_namespace(tmp_path, whole):
    whole.to_parquet(tmp_path / "old.parquet")
    import_history.bring_in(tmp_path / "old.parquet", tmp_path / "held")
    before = files(tmp_path / "held")
    other = pd.concat([rows("Qwen/a", 9).assign(downloads=5), rows("meta-llama/d", 3)])
    other.to_parquet(tmp_path / "new.parquet")
    message = (
        r"holds 1 downloads of Qwen/a on 2025-01-01, and the new history tells 5; 8 such days. Nothing was written"
    )
    with pytest.raises(contracts.ContractError, match=message):
        import_history.bring_in(tmp_path / "new.parquet", tmp_path / "held")
    assert files(tmp_path / "held") == before


# What is brought in ---


def test_columns_are_mapped_and_each_namespace_has_its_file_with_a_record(tmp_path, whole):
    theirs = whole.rename(columns={"date": "day", "downloads": "count"}).assign(region="x")
    theirs.to_csv(tmp_path / "given.csv", index=False)
    names = {"date": "day", "downloads": "count"}
    found = import_history.bring_in(tmp_path / "given.csv", tmp_path / "held", names)
    assert found[["namespace", "models", "rows"]].to_numpy().tolist() == [["Qwen", 2, 14], ["google", 1, 7]]
    assert found["last"].dt.strftime("%Y-%m-%d").tolist() == ["2025-01-09", "2025-01-07"]
    assert sorted(files(tmp_path / "held")) == [
        "Qwen.parquet", "Qwen.parquet.provenance.json", "google.parquet", "google.parquet.provenance.json",
    ]  # fmt: skip
    pd.testing.assert_frame_equal(history.read(tmp_path / "held"), as_read(whole))
    record = fetched.provenance(tmp_path / "held" / "Qwen.parquet")
    (this,) = record["imports"]
    assert (this["columns"], this["rows"], this["of"][0]["file"]) == (names, 14, "given.csv")
    assert str(tmp_path) not in json.dumps(record)


def test_the_same_history_again_changes_nothing_and_a_longer_one_is_added(tmp_path, whole):
    whole.to_csv(tmp_path / "given.csv", index=False)
    import_history.bring_in(tmp_path / "given.csv", tmp_path / "held")
    before = files(tmp_path / "held")
    assert import_history.bring_in(tmp_path / "given.csv", tmp_path / "held")["rows"].tolist() == [0, 0]
    assert files(tmp_path / "held") == before
    more = pd.concat([whole, rows("Qwen/a", 3, "2025-01-10"), rows("meta-llama/d", 2)])
    more.to_csv(tmp_path / "given.csv", index=False)
    found = import_history.bring_in(tmp_path / "given.csv", tmp_path / "held")
    assert found.set_index("namespace")["rows"].to_dict() == {"Qwen": 3, "google": 0, "meta-llama": 2}
    pd.testing.assert_frame_equal(history.read(tmp_path / "held"), as_read(more))
    assert len(fetched.provenance(tmp_path / "held" / "Qwen.parquet")["imports"]) == 2
    assert files(tmp_path / "held")["google.parquet"] == before["google.parquet"]


def test_a_file_that_the_author_put_there_or_corrected_by_hand_is_kept(tmp_path, whole):
    (tmp_path / "held").mkdir()
    whole[whole["model"] == "Qwen/a"].to_csv(tmp_path / "held" / "Qwen.csv", index=False)
    whole.to_parquet(tmp_path / "given.parquet")
    for _ in range(2):
        import_history.bring_in(tmp_path / "given.parquet", tmp_path / "held")
        pd.testing.assert_frame_equal(history.read(tmp_path / "held"), as_read(whole))
    rows("Qwen/b", 2).to_parquet(tmp_path / "held" / "Qwen.parquet")
    import_history.bring_in(tmp_path / "given.parquet", tmp_path / "held")
    pd.testing.assert_frame_equal(history.read(tmp_path / "held"), as_read(whole))


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), parts=st.integers(1, 4))
def test_any_way_to_cut_a_history_into_files_and_imports_gives_the_same(tmp_path_factory, seed, parts):
    whole = pd.concat([rows("Qwen/a", 9), rows("Qwen/b", 5), rows("google/c", 7)], ignore_index=True)
    folder, chance = tmp_path_factory.mktemp("cut"), np.random.default_rng(seed)
    shuffled = whole.iloc[chance.permutation(len(whole))]
    for number, part in shuffled.groupby(chance.integers(0, parts, len(whole))):
        path = folder / (f"{number}.csv" if chance.integers(2) else f"{number}.parquet")
        part.to_csv(path, index=False) if path.suffix == ".csv" else part.to_parquet(path, index=False)
        if chance.integers(2):
            import_history.bring_in(path, folder / "held")
            path.unlink()
    if list(folder.glob("?.*")):
        import_history.bring_in(folder, folder / "held")
    pd.testing.assert_frame_equal(history.read(folder / "held"), as_read(whole))


def test_a_stop_at_any_moment_loses_nothing_and_the_next_import_completes_it(tmp_path, whole):
    old, given = whole[whole["model"] != "Qwen/b"], tmp_path / "given.parquet"
    kills = 0
    for event in range(1, 60, 4):
        folder = tmp_path / str(event)
        old.to_parquet(given)
        import_history.bring_in(given, folder)
        whole.to_parquet(given)
        process = runs.processes.Process(target=runs.import_until, args=(given, folder, event))
        process.start()
        process.join()
        kills += process.exitcode == -9
        import_history.bring_in(given, folder)
        pd.testing.assert_frame_equal(history.read(folder), as_read(whole))
        assert not [name for name in files(folder) if name.startswith(".")]
        if process.exitcode == 0:
            break
    assert kills >= 3
