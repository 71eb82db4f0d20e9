"""An author's history: what is refused writes nothing; what is brought in is what was given, in any form and order."""

import json
import shutil

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
    return {path.name: path.read_bytes() for path in folder.glob("*") if path.is_file() and path.name != ".lock"}


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


@settings(max_examples=15)
@given(seed=st.integers(0, 2**32 - 1), parts=st.integers(1, 4))
def test_any_way_to_cut_a_history_into_files_and_imports_gives_the_same(tmp_path_factory, seed, parts):
    whole = pd.concat([rows("Qwen/a", 9), rows("Qwen/b", 5), rows("google/c", 7)], ignore_index=True)
    folder, chance = tmp_path_factory.mktemp("cut"), np.random.default_rng(seed)
    shuffled = whole.iloc[chance.permutation(len(whole))]
    for number, part in shuffled.groupby(chance.integers(0, parts, len(whole))):
        path = folder / (f"{number}.csv" if chance.integers(2) else f"{number}.parquet")
        part.to_csv(path, index=False) if path.suffix == ".csv" else part.to_parquet(path, index=False)
        if chance.integers(2):
            import_history.bring_in(path, folder / "held", sparse=True)
            path.unlink()
    if list(folder.glob("?.*")):
        import_history.bring_in(folder, folder / "held", sparse=True)
    pd.testing.assert_frame_equal(history.read(folder / "held"), as_read(whole))


def test_a_stop_at_any_moment_loses_nothing_and_repeating_the_import_completes_it_with_its_record(tmp_path, whole):
    given, before = tmp_path / "given.parquet", tmp_path / "before"
    whole[whole["model"] != "Qwen/b"].to_parquet(given)
    import_history.bring_in(given, before)
    more = pd.concat([whole, rows("google/c", 2, "2025-01-08", 8), rows("meta-llama/d", 3)])
    more.to_parquet(given)
    kills = unrecorded = 0
    for event in range(1, 200, 3):
        folder = shutil.copytree(before, tmp_path / str(event))
        process = runs.processes.Process(target=runs.import_until, args=(given, folder, event))
        process.start()
        process.join()
        kills += process.exitcode == -9
        unrecorded += len(fetched_without_record(folder)) > 0
        import_history.bring_in(given, folder)
        pd.testing.assert_frame_equal(history.read(folder), as_read(more))
        assert not fetched_without_record(folder)
        for name, came in (("Qwen", [9, 5]), ("google", [7, 2]), ("meta-llama", [3])):
            imports = fetched.provenance(folder / f"{name}.parquet")["imports"]
            assert [told["rows"] for told in imports] == came
        assert not [name for name in files(folder) if name.startswith(".")]
        if process.exitcode == 0:
            break
    assert kills >= 14
    assert unrecorded >= 3


def fetched_without_record(folder):
    """Tables whose record is absent, or of another file."""
    return [path.name for path in folder.glob("*.parquet") if not import_history._is_recorded(path)]


@pytest.mark.parametrize("harm", ["", "[]", "{}", '{"imports": 3}', None])
def test_a_damaged_record_is_made_anew_by_repeating_the_import(tmp_path, whole, harm):
    whole.to_csv(tmp_path / "given.csv", index=False)
    import_history.bring_in(tmp_path / "given.csv", tmp_path / "held")
    record = fetched.sidecar(tmp_path / "held" / "Qwen.parquet")
    record.unlink() if harm is None else record.write_text(harm, encoding="utf-8")
    assert import_history.bring_in(tmp_path / "given.csv", tmp_path / "held")["rows"].tolist() == [0, 0]
    (this,) = fetched.provenance(tmp_path / "held" / "Qwen.parquet")["imports"]
    assert (this["rows"], this["of"][0]["file"]) == (14, "given.csv")


# What passes for another thing ---

KNOWN = pd.Series(["Qwen/Qwen2.5-7B", "Qwen/QwQ", "THUDM/glm", "thudm/glm"])


@pytest.mark.parametrize(
    ("models", "message"),
    [
        (["qwen/qwen2.5-7b"], r"model qwen/qwen2.5-7b differs in case only from Qwen/Qwen2.5-7B, as the list"),
        (["Qwen/Qwen2.5-7B", "Qwen/qwen2.5-7b"], r"model Qwen/qwen2.5-7b differs in case only from Qwen/Qwen2.5-7B"),
        (["qwen/unlisted"], r"namespace qwen differs in case only from Qwen, as the list of models writes it; 1 such"),
        (["acme/a", "acme/A"], r"models acme/a and acme/A differ in case only"),
        (["Qwen/Qwen2.5-7B", "Qwen/unlisted", "acme/a", "thudm/glm"], None),
    ],
)
def test_an_id_that_differs_in_case_alone_from_the_lists_is_refused_with_the_lists_spelling(tmp_path, models, message):
    pd.concat([rows(model, 3) for model in models]).to_parquet(tmp_path / "given.parquet")
    if message is None:
        import_history.bring_in(tmp_path / "given.parquet", tmp_path / "held", known=KNOWN)
        assert history.read(tmp_path / "held")["model"].nunique() == len(models)
    else:
        with pytest.raises(contracts.ContractError, match=message):
            import_history.bring_in(tmp_path / "given.parquet", tmp_path / "held", known=KNOWN)
        assert not files(tmp_path / "held")


def test_spellings_come_from_the_archives_list_or_else_from_ours(tmp_path):
    assert len(import_history.listed(tmp_path)) > 50
    (tmp_path / "models.csv").write_text("org,model,modelId\na,x,a/X\n", encoding="utf-8")
    assert import_history.listed(tmp_path).tolist() == ["a/X"]


def monthly(model, count, start="2025-05-21", every=30):
    dates = pd.date_range(start, periods=count, freq=f"{every}D")
    return pd.DataFrame({"date": dates, "model": model, "downloads": range(30_000, 30_000 + count)})


def test_counts_a_month_apart_are_asked_about_whether_they_come_at_once_or_one_by_one(tmp_path):
    message = r"rows of KBLab's models are usually [36]\d days apart. .*counts of 30 days.* import them with --sparse"
    many = pd.concat([monthly("KBLab/a", 3), monthly("KBLab/b", 3, every=31), rows("Qwen/a", 90, "2025-05-01")])
    many.to_parquet(tmp_path / "many.parquet")
    with pytest.raises(contracts.ContractError, match=message):
        import_history.bring_in(tmp_path / "many.parquet", tmp_path / "held")
    assert not files(tmp_path / "held")
    for number, (_, part) in enumerate(many[many["model"].str.startswith("KBLab")].groupby("date")):
        part.to_parquet(tmp_path / f"{number}.parquet")
    import_history.bring_in(tmp_path / "0.parquet", tmp_path / "held")
    for later in ("1.parquet", "3.parquet"):
        before = files(tmp_path / "held")
        with pytest.raises(contracts.ContractError, match=message):
            import_history.bring_in(tmp_path / later, tmp_path / "held")
        assert files(tmp_path / "held") == before
    import_history.bring_in(tmp_path / "many.parquet", tmp_path / "held", sparse=True)
    assert len(history.read(tmp_path / "held")) == 96
    import_history.bring_in(tmp_path / "many.parquet", tmp_path / "held")  # what is held already is not asked about


def test_monthly_counts_after_a_daily_history_are_asked_about_and_days_absent_in_a_daily_one_are_not(tmp_path):
    daily = rows("Qwen/a", 200).drop(index=[3, 4, 50, 51, 52, 120])
    daily.to_parquet(tmp_path / "daily.parquet")
    import_history.bring_in(tmp_path / "daily.parquet", tmp_path / "held")
    monthly("Qwen/a", 1, "2025-08-20").to_parquet(tmp_path / "more.parquet")
    with pytest.raises(contracts.ContractError, match=r"Qwen's models are usually 32 days apart"):
        import_history.bring_in(tmp_path / "more.parquet", tmp_path / "held")
    rows("Qwen/a", 9, "2025-08-20").to_parquet(tmp_path / "more.parquet")
    import_history.bring_in(tmp_path / "more.parquet", tmp_path / "held")


def test_whole_floats_and_midnights_are_read_as_what_they_are(tmp_path):
    text = "date,model,downloads\n2025-06-20 00:00:00,Qwen/Q,1697.0\n2025-06-21T00:00:00Z,Qwen/Q,1500\n"
    (tmp_path / "given.csv").write_text(text, encoding="utf-8")
    import_history.bring_in(tmp_path / "given.csv", tmp_path / "held")
    found = history.read(tmp_path / "held")
    assert found["downloads"].tolist() == [1697, 1500]
    assert found["date"].astype(str).tolist() == ["2025-06-20", "2025-06-21"]


@pytest.mark.parametrize("day", ["1970-01-01", "2021-12-31", "2099-01-01"])
def test_a_day_outside_reason_is_refused(tmp_path, day):
    (tmp_path / "given.csv").write_text(f"date,model,downloads\n{day},Qwen/Q,1\n", encoding="utf-8")
    with pytest.raises(contracts.ContractError, match=f"column date: {day} in row 1; wanted a day from 2022-01-01"):
        import_history.bring_in(tmp_path / "given.csv", tmp_path / "held")
