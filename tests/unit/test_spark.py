"""Local Spark gives what DuckDB gives, row by row; passed over where Java or pyspark is not installed."""

import shutil

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings

from helpers import edition
from helpers.archive import listings, store
from helpers.measures import derivatives, whole_hub
from helpers.tables import contracts, engine
from tests.conftest import SHARED
from tests.unit import derivative_rules, test_derivatives, test_whole_hub
from tests.unit.test_derivatives import FORMATS, LLAMA, MODELS, QWEN, listing

pytest.importorskip("pyspark", reason="the extra `spark` is not installed")
pytest.importorskip("sqlglot", reason="the extra `spark` is not installed")
if not shutil.which("java"):
    pytest.skip("there is no Java", allow_module_level=True)

HUB = SHARED / "real-archive" / "snapshots" / "date=2026-05-20" / "models.parquet"


@pytest.fixture
def on_spark(monkeypatch):
    """From here on, queries run on Spark."""
    return lambda: monkeypatch.setattr(engine, "SPARK", "local[2]")


def classified(held, formats=FORMATS, tracked=MODELS):
    return derivatives.classify(held, tracked, 5, formats)


def test_planted_decoys_are_told_apart_on_spark_too(on_spark):
    rows = listing(
        *((model, *rest) for model, (*rest, _) in (test_derivatives.DECOYS | test_derivatives.COUNTED).items())
    )
    wanted = derivative_rules.classify(rows, MODELS, 5, FORMATS)
    on_spark()
    pd.testing.assert_frame_equal(classified(rows), wanted)


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(test_derivatives.HOSTILE_ROWS)
def test_hostile_rows_are_judged_on_spark_as_in_pandas(on_spark, rows):
    on_spark()
    for formats in (FORMATS, ["MLX", "gguf", "safetensors"]):
        wanted = derivative_rules.classify(rows, MODELS, 5, formats)
        pd.testing.assert_frame_equal(classified(rows, formats), wanted)


def test_what_is_large_and_not_tracked_is_the_same_on_spark(on_spark):
    rows, models, asked = test_whole_hub.listing(), test_whole_hub.MODELS, test_whole_hub.ASKED
    wanted = whole_hub.weighed(rows, models, asked)
    on_spark()
    pd.testing.assert_frame_equal(whole_hub.weighed(rows, models, asked), wanted)


def test_days_are_read_on_spark_as_they_are_here(tmp_path, on_spark):
    made = pd.to_datetime(["2024-05-31T23:59:59.999999Z", "2024-01-01T00:00:00Z"], format="ISO8601")
    for number, (day, more) in enumerate({"2025-07-04": {}, "2025-07-03": {"downloads": [1, None]}}.items()):
        path = store.file(tmp_path / "[days] 100%", pd.Timestamp(day).date())
        path.parent.mkdir(parents=True)
        counts = pd.DataFrame({"model": ["a/x", "b/o.y"], "downloads_all_time": [number, 2**50], "created_at": made})
        counts.assign(**more).astype(dict.fromkeys(more, "Int64")).to_parquet(path, index=False)
    asked = (None, pd.Series(["b/o.y", "c'/z"]), pd.Series(["c/z"]))
    wanted = [store.read(tmp_path / "[days] 100%", models) for models in asked]
    assert [len(rows) for rows in wanted] == [4, 2, 0]
    on_spark()
    for models, rows in zip(asked, wanted, strict=True):
        pd.testing.assert_frame_equal(store.read(tmp_path / "[days] 100%", models), rows)


def test_a_bad_file_is_named_with_its_row_on_spark_too(tmp_path, on_spark):
    path = tmp_path / "models.parquet"
    on_spark()
    told = listing(("a/x", [QWEN]), ("a/y", [LLAMA])).assign(pipeline_tag="robotics")
    told.to_parquet(path)
    assert listings.sound(path) == path
    told.assign(tags=[["x", None], ["y"]]).to_parquet(path)
    with pytest.raises(contracts.ContractError, match=r"models.parquet: column tags: .* in row 1; wanted a list of"):
        listings.sound(path)
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(contracts.ContractError, match=r"Spark at local\[2\]: "):
        engine.run("SELECT * FROM listing", {"listing": [path]})


@pytest.mark.skipif(not HUB.exists(), reason="the real archive is not beside the repository")
def test_the_real_hub_is_the_same_on_spark(on_spark):
    models = pd.read_csv(SHARED / "tracked-models" / "models.csv")["modelId"]
    tracked = pd.DataFrame({"model": models, "organisation": models.str.split("/").str[0]}).drop_duplicates("model")
    formats = edition.load().excluded_formats
    wanted = classified(HUB, formats, tracked), whole_hub.weighed(HUB, models, whole_hub.tracking.POLICY)
    on_spark()
    assert listings.sound(HUB) == HUB
    found = classified(HUB, formats, tracked), whole_hub.weighed(HUB, models, whole_hub.tracking.POLICY)
    for one, other in zip(found, wanted, strict=True):
        pd.testing.assert_frame_equal(one, other)
