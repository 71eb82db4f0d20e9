"""How many tracked models the newest day held has a count of, by organisation."""

import pandas as pd

from helpers.archive import status


def write(folder, models, **days):
    """An archive of a list of models and days of counts: date (2026_05_20) → ids."""
    (folder / "registry").mkdir(parents=True)
    rows = [f"{name.partition('/')[0]},{name.partition('/')[2]},{name}" for name in models]
    (folder / "registry" / "models.csv").write_text("\n".join(["org,model,modelId", *rows, ""]), encoding="utf-8")
    for date, held in days.items():
        place = folder / "snapshots" / f"date={date.strip('d').replace('_', '-')}"
        place.mkdir(parents=True)
        table = pd.DataFrame(
            {"model": held, "downloads_all_time": range(len(held)), "created_at": pd.Timestamp("2025", tz="UTC")}
        )
        table.astype({"created_at": "datetime64[us, UTC]"}).to_parquet(place / "models.parquet", index=False)


def told(folder):
    return [tuple(row) for row in status.read_of_tracked(folder)[["organisation", "models", "read"]].to_numpy()]


def test_the_newest_day_says_how_many_of_each_makers_tracked_models_have_a_count(tmp_path):
    models = ["Qwen/a", "Qwen/b", "Qwen/c", "meta-llama/x", "facebook/y", "new/z"]
    write(tmp_path, models, d2026_05_01=models, d2026_05_20=["Qwen/a", "facebook/y", "else/q"])
    assert told(tmp_path) == [("all", 6, 2), ("Qwen", 3, 1), ("Meta", 2, 1), ("new", 1, 0)]
    shown = status.shown(status.overview(tmp_path), tmp_path)
    assert "Tracked models with a count on 2026-05-20" in shown


def test_a_model_that_was_renamed_is_read_under_either_name(tmp_path):
    write(tmp_path, ["THUDM/glm-4-9b"], d2026_05_20=["zai-org/glm-4-9b"])
    assert told(tmp_path)[0] == ("all", 1, 1)


def test_without_a_list_or_a_day_there_is_nothing_to_tell(tmp_path):
    assert told(tmp_path) == []
    write(tmp_path, ["Qwen/a"])
    assert told(tmp_path) == []
