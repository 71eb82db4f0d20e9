"""Derivatives: every decoy is left out for its own reason, and what is left is counted once an organisation."""

import re

import pandas as pd
import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.archive import listings
from helpers.measures import derivatives
from helpers.tables import contracts, engine
from tests.unit import derivative_rules

FORMATS = ["gguf", "mlx", "exl2", "awq", "gptq", "onnx"]
MODELS = pd.DataFrame(
    [
        ("Qwen/Qwen3-8B", "Qwen", "china", "7–9B"),
        ("Qwen/Qwen3-4B", "Qwen", "china", "1–5B"),
        ("deepseek-ai/DeepSeek-R1", "DeepSeek", "china", "250B+"),
        ("meta-llama/Llama-3.1-8B", "Meta", "us", "7–9B"),
        ("mistralai/Mistral-7B-v0.1", "Mistral", "eu", None),
    ],
    columns=["model", "organisation", "region", "bucket"],
)
QWEN, LLAMA = "base_model:Qwen/Qwen3-8B", "base_model:meta-llama/Llama-3.1-8B"
WEIGHTS = ["safetensors"]


def listing(*rows: tuple, **defaults) -> pd.DataFrame:
    """Rows of (model, tags) or (model, tags, downloads, library, created)."""
    given = {"downloads": 100, "library": "transformers", "created": "2025-06-15T12:00:00Z"} | defaults
    full = [(*row, *list(given.values())[len(row) - 2 :]) for row in rows]
    frame = pd.DataFrame(full, columns=["model", "tags", "downloads_all_time", "library_name", "created_at"])
    frame["created_at"] = pd.to_datetime(frame["created_at"], utc=True, format="ISO8601")
    return frame.assign(downloads_all_time=frame["downloads_all_time"].astype("Int64"), pipeline_tag=None)


def classify(*rows: tuple, **defaults) -> pd.DataFrame:
    found = derivatives.classify(listing(*rows, **defaults), MODELS, 5, FORMATS)
    return contracts.check(found, "signals/derivatives")


def reasons(*rows: tuple, **defaults) -> dict:
    found = classify(*rows, **defaults)
    return {
        model: None if pd.isna(reason) else reason
        for model, reason in zip(found["model"], found["reason"], strict=True)
    }


# What does not count ------------------------------------------------------------------------------------------

UNTRACKED = {
    "a/no-base": (["text-generation", "llama"],),
    "a/untracked": (["base_model:someone/else"],),
    "a/other-case": (["base_model:qwen/qwen3-8b"],),
    "a/no-id": (["base_model:Qwen3-8B"],),
    "someone/else": (["base_model:someone/else"],),
}
DECOYS = {
    "Qwen/Qwen3-4B": (["base_model:finetune:Qwen/Qwen3-4B"], 100, "transformers", derivatives.OWN_BASE),
    "a/five": ([QWEN], 5, "transformers", derivatives.TOO_FEW),
    "a/none": ([QWEN], 0, "transformers", derivatives.TOO_FEW),
    "a/unknown": ([QWEN], None, "transformers", derivatives.UNKNOWN_DOWNLOADS),
    "a/Qwen3-8B-GGUF": ([QWEN], 100, None, derivatives.REUPLOAD),
    "a/qwen3.i1-Q4_K_M.gguf": ([QWEN], 100, None, derivatives.REUPLOAD),
    "a/by-library": ([QWEN], 100, "gguf", derivatives.REUPLOAD),
    "a/by-library-mlx": ([QWEN], 100, "MLX", derivatives.REUPLOAD),
    "a/by-tag": ([QWEN, "gguf"], 100, "transformers", derivatives.REUPLOAD),
    "a/mlx-in-safetensors": ([QWEN, "mlx", "safetensors"], 100, "transformers", derivatives.REUPLOAD),
    "a/awq-in-safetensors": ([QWEN, "awq", "safetensors"], 100, "transformers", derivatives.REUPLOAD),
    "a/Qwen3-8B-4.0bpw-exl2": ([QWEN, "safetensors"], 100, None, derivatives.REUPLOAD),
}
COUNTED = {
    "b/six": ([QWEN], 6, "transformers", None),
    "b/original": ([QWEN, "gguf", "onnx", "safetensors"], 100, "transformers", None),
    "b/original-pytorch": ([QWEN, "gguf", "pytorch"], 100, "transformers", None),
    "b/gguffy-ggufs": ([QWEN], 100, "transformers", None),
    "b/lora": (["base_model:adapter:Qwen/Qwen3-8B"], 100, "peft", None),
    "b/fp8": (["base_model:quantized:Qwen/Qwen3-8B", "fp8"], 100, "transformers", None),
    "b/no-library": ([QWEN], 100, None, None),
}


def test_every_decoy_is_left_out_for_its_own_reason_and_nothing_else_is(capsys):
    planted = DECOYS | COUNTED
    found = reasons(
        *((model, *rest) for model, (*rest, _) in planted.items()),
        *((model, *rest) for model, rest in UNTRACKED.items()),
    )
    with capsys.disabled():
        print(f"\n{pd.Series(found).fillna('counted').value_counts().to_string()}")
    assert found == {model: reason for model, (*_, reason) in planted.items()}


def test_a_quantised_re_upload_names_its_format_and_the_edition_decides_which_count():
    rows = [("a/x-AWQ", [QWEN]), ("a/x-MLX", [QWEN])]
    assert list(classify(*rows)["format"]) == ["awq", "mlx"]
    found = derivatives.classify(listing(*rows), MODELS, 5, ["mlx"])
    assert list(found["reason"].isna()) == [True, False]


def test_the_first_rule_that_holds_is_the_reason():
    assert reasons(("Qwen/Qwen3-8B", [QWEN, "gguf"], 1))["Qwen/Qwen3-8B"] == derivatives.OWN_BASE
    assert reasons(("a/x-GGUF", [QWEN], 1))["a/x-GGUF"] == derivatives.REUPLOAD


# Parents and relations ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tags", "relations"),
    [
        ([QWEN], ["unknown"]),
        ([QWEN, "base_model:finetune:Qwen/Qwen3-8B"], ["finetune"]),
        (["base_model:adapter:Qwen/Qwen3-8B", QWEN], ["adapter"]),
        (["base_model:quantized:Qwen/Qwen3-8B"], ["quantized"]),
        (["base_model:distilled:Qwen/Qwen3-8B"], ["unknown"]),
        (["base_model:merge:Qwen/Qwen3-8B", "base_model:merge:meta-llama/Llama-3.1-8B"], ["merge", "merge"]),
        (["base_model:merge:Qwen/Qwen3-8B", "base_model:adapter:Qwen/Qwen3-8B"], ["adapter"]),
    ],
)
def test_the_relation_is_kept_and_an_unknown_one_is_listed(tags, relations):
    found = classify(("a/x", tags))
    assert list(found["relation"]) == relations
    assert found["reason"].isna().all()


def test_a_merge_counts_once_for_each_organisation_of_a_tracked_parent():
    tags = [QWEN, "base_model:Qwen/Qwen3-4B", LLAMA, "base_model:someone/else"]
    found = classify(("a/merge", tags)).set_index("base")["reason"]
    assert found["Qwen/Qwen3-8B"] == derivatives.REPEATED  # the 4B comes first in the alphabet
    assert "someone/else" not in found
    counted = derivatives.counted(classify(("a/merge", tags)))
    assert list(counted["organisation"]) == ["Qwen", "Meta"]


def test_a_parent_longer_than_any_id_is_none():
    found = classify(("a/x", ["base_model:finetune:a/" + "x" * 1_000_000]), ("a/y", [QWEN]))
    assert found["model"].tolist() == ["a/y"]


def test_a_listing_without_rows_gives_none():
    assert classify().empty


# Months -------------------------------------------------------------------------------------------------------


def test_the_month_is_that_of_creation_in_utc():
    rows = [("a/x", [QWEN], 9, None, "2024-05-31T23:59:59Z"), ("a/y", [QWEN], 9, None, "2024-05-31T23:30:00-01:00")]
    assert list(classify(*rows)["month"].dt.strftime("%Y-%m-%d")) == ["2024-05-01", "2024-06-01"]


def test_monthly_counts_and_shares_are_known():
    may, june, august = ("2024-05-03T00:00:00Z", "2024-06-30T00:00:00Z", "2024-08-01T00:00:00Z")
    counted = derivatives.counted(
        classify(
            ("a/1", [QWEN], 9, None, may),
            ("a/2", [QWEN, LLAMA], 9, None, may),
            ("a/3", [LLAMA], 9, None, june),
            ("a/4", ["base_model:mistralai/Mistral-7B-v0.1"], 9, None, june),
            ("a/5", [QWEN], 9, None, june),
            ("a/6", [QWEN], 9, None, june),
            ("a/7", ["base_model:deepseek-ai/DeepSeek-R1"], 9, None, august),
        )
    )
    table = derivatives.per_month(derivatives.per_base(counted), MODELS, "organisation").pivot(
        index="month", columns="organisation"
    )
    assert table["derivatives"].to_numpy().tolist() == [[0, 1, 0, 2], [0, 1, 1, 2], [1, 0, 0, 0]]
    assert table["derivatives_share"].iloc[1].to_dict() == {"DeepSeek": 0, "Meta": 0.25, "Mistral": 0.25, "Qwen": 0.5}
    assert list(table.index.strftime("%Y-%m")) == [
        "2024-05",
        "2024-06",
        "2024-08",
    ]  # July had none: no share of nothing
    buckets = derivatives.per_month(derivatives.per_base(counted), MODELS, "bucket")
    assert buckets.query("bucket == 'unresolved'")["derivatives"].sum() == 1


def test_months_without_derivatives_have_rows_up_to_a_month_asked_for_and_no_shares():
    may, august = "2024-05-03T00:00:00Z", "2024-08-01T00:00:00Z"
    counted = derivatives.counted(classify(("a/1", [QWEN], 9, None, may), ("a/2", [LLAMA], 9, None, august)))
    table = derivatives.per_month(
        derivatives.per_base(counted), MODELS, "organisation", through=pd.Timestamp("2024-07-01")
    )
    assert list(table["month"].dt.strftime("%Y-%m")) == ["2024-05", "2024-06", "2024-07"]
    assert table["derivatives"].tolist() == [1, 0, 0]
    assert table["derivatives_share"].isna().tolist() == [False, True, True]
    assert derivatives.per_month(
        derivatives.per_base(counted), MODELS, "region", through=pd.Timestamp("2024-01-01")
    ).empty


def test_shares_around_a_release_are_of_its_month_and_of_a_year_later():
    months = pd.to_datetime(["2024-09-01", "2025-09-01", "2024-09-01"])
    table = pd.DataFrame(
        {"month": months, "organisation": ["Qwen", "Qwen", "Meta"], "derivatives_share": [0.2, 0.6, 0.8]}
    )
    releases = pd.DataFrame(
        {"family": ["new", "early", "none"], "released": pd.to_datetime(["2024-09-19", "2020-01-01", None])}
    )
    found = derivatives.around(table, releases, "organisation").set_index(["family", "organisation"])
    assert found.loc[("new", "Qwen"), ["derivatives_share", "derivatives_share_year_after"]].tolist() == [0.2, 0.6]
    assert pd.isna(found.loc[("new", "Meta"), "derivatives_share_year_after"])
    assert len(found) == 2


# Invariants ---------------------------------------------------------------------------------------------------

TAGS = st.lists(
    st.sampled_from([QWEN, LLAMA, "base_model:merge:Qwen/Qwen3-4B", "base_model:mistralai/Mistral-7B-v0.1",
                     "base_model:x/y", "gguf", "safetensors", "base_model:adapter:Qwen/Qwen3-8B"]),
    max_size=5,
)  # fmt: skip
ROWS = st.lists(st.tuples(TAGS, st.integers(0, 12), st.integers(1, 12)), min_size=1, max_size=25).map(
    lambda rows: listing(*((f"a/{i}", tags, n, None, f"2025-{m:02}-01") for i, (tags, n, m) in enumerate(rows)))
)


@settings(max_examples=25)
@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_rows_and_tags_changes_nothing(rows, random):
    shuffled = rows.sample(frac=1, random_state=random.randint(0, 1000))
    shuffled["tags"] = shuffled["tags"].map(lambda tags: random.sample(tags, len(tags)))
    once, again = (derivatives.classify(frame, MODELS, 5, FORMATS) for frame in (rows, shuffled))
    pd.testing.assert_frame_equal(once, again)


@settings(max_examples=25)
@given(ROWS)
def test_each_repository_is_listed_and_each_split_adds_up(rows):
    found = derivatives.classify(rows, MODELS, 5, FORMATS)
    counted = derivatives.counted(found)
    named = rows["tags"].map(lambda tags: any(base in tag for tag in tags for base in MODELS["model"]))
    assert set(found["model"]) == set(rows.loc[named, "model"])
    assert not counted.duplicated(["model", "organisation"]).any()
    for by in ("organisation", "region", "bucket"):
        table = derivatives.per_month(derivatives.per_base(counted), MODELS, by)
        assert table["derivatives"].sum() == len(counted)
        assert table.groupby("month")["derivatives_share"].sum().tolist() == pytest.approx(
            [1] * table["month"].nunique()
        )


def test_formats_beside_ordinary_weights_are_no_re_upload_and_both_counts_are_told():
    """Both kinds are in the real listing: an original with a GGUF file beside it, and a re-upload as GGUF alone."""
    rows = [("a/original", ["safetensors", "gguf"]), ("a/plain", ["safetensors"]), ("a/reupload", ["gguf"]),
            ("a/old", ["PyTorch", "ONNX"])]  # fmt: skip
    table = pd.DataFrame(
        {
            "model": [model for model, _ in rows],
            "created_at": pd.Timestamp("2025-06-01", tz="UTC"),
            "downloads_all_time": 100,
            "tags": [[*tags, "base_model:Qwen/Qwen3-8B"] for _, tags in rows],
            "library_name": None,
        },
        index=[7, 3, 5, 1],
    )
    tracked = pd.DataFrame({"model": ["Qwen/Qwen3-8B"], "organisation": ["Qwen"]})
    found = derivatives.classify(table, tracked, 5, ["gguf", "onnx"])
    told = found.astype(object).where(found.notna(), None).set_index("model")[["format", "beside", "reason"]]
    assert told.T.to_dict("list") == {
        "a/old": [None, "onnx", None],
        "a/original": [None, "gguf", None],
        "a/plain": [None, None, None],
        "a/reupload": ["gguf", None, "reupload"],
    }
    told = derivatives.listed(found).iloc[0]
    assert told[["counted", "beside", "strict"]].tolist() == [3, 2, 1]


# The query and the rules in pandas ----------------------------------------------------------------------------

HOSTILE = st.lists(
    st.sampled_from(["gguf", "GGUF", "safetensors", "SafeTensors", "ſafetensors", "K", "mlX", "Awq", "exl2 ", "", "İ",
                     "base_model", "base_model:", "base_model::", "base_model:a", "base_model:a/b:", "Base_model:x/y",
                     "base_model:finetune:", "base_model:finetune:finetune:Qwen/Qwen3-8B", "base_model::Qwen/Qwen3-8B",
                     "base_model:Finetune:Qwen/Qwen3-8B", "base_model:quantized:Qwen/Qwen3-8B", "base_model:a/b/c",
                     "base_model:merge:Qwen/Qwen3-8B", "base_model:unknown:Qwen/Qwen3-8B", QWEN, LLAMA,
                     "base_model:THUDM/glm", "base_model:finetune:zai-org/glm", "base_model:THUDM", "base_model:é/ß",
                     "base_model:line\nbreak/x", "base_model:Qwen/" + "é" * 484, "base_model:Qwen/" + "é" * 485]),
    max_size=6,
)  # fmt: skip
NAMES = ["x", "x-GGUF", "x.gguf", "ggufs", "_mlx_", "x/awq", "ſafe-K", "exl2éawq", "İgguf", "é-gptq"]
LIBRARIES = [None, "", "GGUF", "gguf ", "mLx", "ſ", "transformers"]
CREATED = ["2024-05-31T23:59:59.999999Z", "2024-05-31T23:30:00-01:00", "2024-01-01T00:00:00+14:00"]
# fmt: off
HOSTILE_ROWS = st.lists(
    st.tuples(st.sampled_from(["u", "Qwen", "THUDM", "ſ", "Z"]), st.sampled_from(NAMES), HOSTILE,
              st.sampled_from([None, 0, 5, 6, 2**62]), st.sampled_from(LIBRARIES), st.sampled_from(CREATED)),
    min_size=1, max_size=15,
).map(lambda rows: listing(*((f"{space}/{at}-{name}", *rest) for at, (space, name, *rest) in enumerate(rows))))
# fmt: on


@settings(max_examples=40)
@given(HOSTILE_ROWS, st.sampled_from([FORMATS, ["MLX", "gguf", "safetensors"], ["q4_k", "gguf"], []]))
def test_the_query_gives_what_the_rules_give_in_pandas(rows, formats):
    makers = pd.concat([MODELS, pd.DataFrame({"model": ["zai-org/glm", "é/ß"], "organisation": ["Zhipu AI", "É"]})])
    query, rules = (of.classify(rows, makers, 5, formats) for of in (derivatives, derivative_rules))
    pd.testing.assert_frame_equal(query, rules)


@pytest.mark.parametrize("run", [1, 2, 5, 1000])
def test_the_planted_decoys_are_the_same_read_from_a_file_in_runs_of_any_length(tmp_path, monkeypatch, run):
    monkeypatch.setattr(engine, "RUN", run)
    rows = listing(
        *((model, *rest) for model, (*rest, _) in (DECOYS | COUNTED).items()),
        *((model, *rest) for model, rest in UNTRACKED.items()),
    )
    rows = rows.assign(pipeline_tag="text-generation").sort_values("model")
    path = tmp_path / "[date]*" / "models.parquet"
    path.parent.mkdir()
    rows.to_parquet(path)
    assert listings.sound(path) == path
    query = derivatives.classify(listings.sound(path), MODELS, 5, FORMATS)
    pd.testing.assert_frame_equal(query, derivative_rules.classify(rows, MODELS, 5, FORMATS))


@settings(max_examples=25)
@given(HOSTILE_ROWS, st.integers(1, 6), st.integers(1, 6), st.booleans())
def test_runs_of_any_length_over_groups_of_any_length_give_what_the_rules_give(
    tmp_path_factory, rows, run, group, known
):
    """A text is kept once a group of rows, or (not known) as often as it is said."""
    path = tmp_path_factory.mktemp("day") / "models.parquet"
    rows = rows.sort_values("model").assign(pipeline_tag="robotics")
    rows.to_parquet(path, row_group_size=group, use_dictionary=known)
    wanted = derivative_rules.classify(rows, MODELS, 5, FORMATS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "RUN", run)
        for held in (rows, listings.sound(path)):
            pd.testing.assert_frame_equal(derivatives.classify(held, MODELS, 5, FORMATS), wanted)


@pytest.mark.parametrize("column", ["tags.list.element", "created_at"])
def test_a_file_damaged_since_it_was_found_sound_is_named(tmp_path, column):
    path = tmp_path / "models.parquet"
    listing(("a/x", [QWEN]), ("a/y", [QWEN, "gguf"])).assign(pipeline_tag="robotics").to_parquet(path)
    assert listings.sound(path) == path
    held, content = pyarrow.parquet.read_metadata(path).row_group(0), bytearray(path.read_bytes())
    (chunk,) = (one for one in map(held.column, range(held.num_columns)) if one.path_in_schema == column)
    content[chunk.dictionary_page_offset : chunk.dictionary_page_offset + chunk.total_compressed_size] = (
        b"\xff" * chunk.total_compressed_size
    )
    path.write_bytes(content)
    with pytest.raises(contracts.ContractError, match=re.escape(path.name)):
        derivatives.classify(path, MODELS, 5, FORMATS)


@pytest.mark.parametrize("models", [["a", "b", "b", "c"], ["a", "c", "b", "d"], ["b", "c", "d", "a"]])
@pytest.mark.parametrize("group", [1, 2, 3])
def test_rows_out_of_order_are_seen_within_groups_and_between_them(tmp_path, models, group):
    path = tmp_path / "models.parquet"
    given = [listing(*((f"a/{name}", [QWEN]) for name in names)) for names in (sorted({*models}), models)]
    risen, rows = (told.assign(pipeline_tag="robotics") for told in given)
    risen.to_parquet(path, row_group_size=group)
    assert listings.sound(path) == path
    rows.to_parquet(path, row_group_size=group)
    if len({*models}) < len(models):
        with pytest.raises(contracts.ContractError, match="repeated"):
            listings.sound(path)
    else:
        pd.testing.assert_frame_equal(listings.sound(path), listings.read(path))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"tags": [["x", None], ["y"]]}, r"models.parquet: column tags: .* in row 1; wanted a list of texts"),
        ({"model": ["a/x", "a/x"]}, r"models.parquet: repeated: \('a/x'\) in row 2; wanted one row for each model"),
        ({"model": ["a/x", "é" * 501]}, r"column model: 'é.* in row 2; wanted 1 to 500 characters"),
        ({"downloads_all_time": [3, -1]}, r"column downloads_all_time: -1 in row 2; wanted 0 or more"),
        ({"library_name": ["é" * 500, "é" * 501]}, r"column library_name: .* in row 2; wanted 0 to 500 characters"),
        ({"pipeline_tag": ["", "x" * 501]}, r"column pipeline_tag: .* in row 2; wanted 0 to 500 characters"),
        ({"created_at": pd.to_datetime(["2024-01-01", None], utc=True)}, r"column created_at: nothing in row 2"),
    ],
)
def test_a_file_that_breaks_the_contract_is_named_with_its_row(tmp_path, change, message):
    path = tmp_path / "models.parquet"
    listing(("a/x", [QWEN]), ("a/y", [])).assign(**{"pipeline_tag": "robotics"} | change).to_parquet(path)
    with pytest.raises(contracts.ContractError, match=message):
        listings.sound(path)


@pytest.mark.parametrize("column", ["model", "tags", "library_name", "pipeline_tag"])
def test_a_text_that_is_no_utf_8_is_named_with_its_column(tmp_path, column):
    path = tmp_path / "models.parquet"
    rows = pyarrow.Table.from_pandas(listing(("a/x", [QWEN]), ("a/y", [QWEN])).assign(pipeline_tag="robotics"))
    damaged = pyarrow.array([b"b/z", b"b/\xff"]).view(pyarrow.string())
    if column == "tags":
        damaged = pyarrow.ListArray.from_arrays([0, 1, 2], damaged)
    pyarrow.parquet.write_table(rows.set_column(rows.column_names.index(column), column, damaged), path)
    with pytest.raises(contracts.ContractError, match=rf"models.parquet: .* column {column}: .*UTF8.* index 1; copy"):
        listings.sound(path)


def test_a_file_in_another_order_or_in_other_types_is_read_as_a_table(tmp_path):
    path = tmp_path / "models.parquet"
    rows = listing(("a/y", [QWEN]), ("a/x", [LLAMA]))
    wanted = derivative_rules.classify(rows, MODELS, 5, FORMATS)
    for told in (
        rows,
        rows.assign(created_at=rows["created_at"].astype(str)),
        rows.assign(downloads_all_time=[1e2, 1e2]),
    ):
        told.to_parquet(path)
        pd.testing.assert_frame_equal(derivatives.classify(listings.sound(path), MODELS, 5, FORMATS), wanted)


def test_shares_of_few_derivatives_are_null_and_of_just_enough_are_not():
    months = pd.to_datetime(["2025-01-01"] * 2 + ["2025-02-01"] * 2)
    table = pd.DataFrame({"month": months, "derivatives": [6, 4, 6, 3], "derivatives_share": [0.6, 0.4, 2 / 3, 1 / 3]})
    found = derivatives.enough(table, 10)
    assert found["n"].tolist() == [10, 10, 9, 9]
    assert found["derivatives_share"].isna().tolist() == [False, False, True, True]


def test_the_last_month_that_is_to_count_counts_and_one_without_any_has_no_shares():
    rows = pd.DataFrame({"month": pd.to_datetime(["2025-01-01", "2025-03-01", "2025-04-01"]), "base": "Qwen/x"})
    models = pd.DataFrame({"model": ["Qwen/x"], "region": ["china"]})
    found = derivatives.per_month(derivatives.per_base(rows), models, "region", pd.Timestamp("2025-03-01"))
    assert found["derivatives"].tolist() == [1, 0, 1]
    assert found["derivatives_share"].fillna(-1).tolist() == [1, -1, 1]
