"""The folder of reconstructed raw inputs: dates outside the paper's period, and editions of earlier dates."""

import inspect
import json

import pandas as pd
import pytest

from helpers import edition
from helpers.reconstruction import inputs
from helpers.reconstruction.published import ReconstructionError


def parameters(**changed):
    plain = edition.load(overrides=[f"{key}={value}" for key, value in changed.items()]).parameters()
    return {key: plain[key] for key in inspect.signature(inputs.write).parameters if key in plain}


@pytest.mark.parametrize(
    ("changed", "key", "covered"),
    [
        ({"first_month": "2023-10-01"}, "first_month", "from 2023-11-01"),
        ({"history_end": "2025-07-11"}, "history_end", "to 2025-07-10"),
        ({"snapshot_date": "2026-04-03"}, "snapshot_date", "from 2025-07-03 to 2026-04-02"),
        ({"snapshot_date": "2025-07-02", "last_month": "2025-07-01", "splice_month": "2025-07-01",
          "history_end": "2025-06-30", "top_models_date": "2025-07-01"}, "last_month", "from 2025-07-04"),
    ],
)  # fmt: skip
def test_dates_that_the_reconstruction_does_not_cover_are_refused_before_anything_is_written(
    tmp_path, changed, key, covered
):
    with pytest.raises(ReconstructionError) as refused:
        inputs.write(tmp_path / "raw", **parameters(**changed))
    for words in (f"'{key}' is {changed[key]}", covered, "choose a date in between"):
        assert words in str(refused.value)
    assert not (tmp_path / "raw").exists()


def test_an_edition_of_earlier_dates_is_given_the_same_inputs_up_to_them(tmp_path):
    inputs.write(tmp_path / "whole", **parameters())
    early = parameters(
        first_month="2024-01-01", history_end="2025-07-05", splice_month="2025-08-01", last_month="2025-08-01",
        snapshot_date="2025-08-10", top_models_date="2025-08-10",
    )  # fmt: skip
    told = inputs.write(tmp_path / "part", **early).set_index("source")
    assert str(told.loc["snapshots", "last"]) == "2025-08-10"
    assert str(told.loc["history", "last"]) == "2025-07-05"
    days = sorted(path.name for path in (tmp_path / "part/snapshots").iterdir())
    assert days[-1] == "date=2025-08-10"
    for day in days:
        name = f"snapshots/{day}/models.parquet"
        assert (tmp_path / "part" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    whole, part = (pd.read_parquet(tmp_path / folder / "history/Qwen.parquet") for folder in ("whole", "part"))
    pd.testing.assert_frame_equal(part, whole[whole["date"] <= "2025-07-05"].reset_index(drop=True))
    index = json.loads((tmp_path / "part/artificial_analysis/2025-08-10.json").read_text(encoding="utf-8"))["data"]
    released = [model["release_date"] for model in index if model["release_date"]]
    assert max(released) <= "2025-08-10"
    assert len(index) > 20
