"""History files: overlaps are refused, and how rows are split over files does not matter."""

import numpy as np
import pandas as pd
import pytest

from helpers.sources import history
from helpers.tables import contracts


def rows(model, days, start="2025-01-01"):
    dates = pd.date_range(start, periods=days)
    return pd.DataFrame({"date": dates, "model": model, "downloads": range(1, days + 1)})


@pytest.fixture
def whole():
    return pd.concat([rows("Qwen/a", 9), rows("Qwen/b", 5), rows("google/c", 7)], ignore_index=True)


def test_a_folder_without_files_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("soon", encoding="utf-8")
    with pytest.raises(contracts.ContractError, match=r"holds no .csv or .parquet file; put the history there"):
        history.read(tmp_path)


def test_two_files_with_the_same_day_are_both_named(tmp_path):
    rows("Qwen/a", 3).to_csv(tmp_path / "Qwen.csv", index=False)
    rows("Qwen/a", 3, "2025-01-02").to_parquet(tmp_path / "more.parquet")
    message = r"Qwen.csv and .*more.parquet: both hold Qwen/a on 2025-01-02, and 1 more such days; keep each model's"
    with pytest.raises(contracts.ContractError, match=message):
        history.read(tmp_path)


def test_a_bad_row_is_named_with_its_file(tmp_path, whole):
    whole.to_parquet(tmp_path / "good.parquet")
    (tmp_path / "z.csv").write_text("date,model,downloads\n2025-01-01,z/z,-1\n", encoding="utf-8")
    with pytest.raises(contracts.ContractError, match=r"z.csv: column downloads: -1 in row 1; wanted 0 or more"):
        history.read(tmp_path)


@pytest.mark.parametrize("seed", range(5))
def test_splitting_and_shuffling_files_changes_nothing(tmp_path, whole, seed):
    chance = np.random.default_rng(seed)
    shuffled = whole.iloc[chance.permutation(len(whole))]
    for number, part in shuffled.groupby(chance.integers(0, 4, len(whole))):
        if number % 2:
            part.to_csv(tmp_path / f"{number}.csv", index=False)
        else:
            part.to_parquet(tmp_path / f"{number}.parquet", index=False)
    expected = contracts.check(whole, "raw/history").sort_values(["model", "date"], ignore_index=True)
    pd.testing.assert_frame_equal(history.read(tmp_path), expected)
