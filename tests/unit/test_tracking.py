"""The tracking policy: a reason for every exclusion, and few of them among the models that are really tracked."""

import json

import pandas as pd
import pytest

from helpers import edition, paths
from helpers.registry import tracking
from tests.conftest import SHARED

FORMATS = ["gguf", "mlx", "awq", "onnx"]
NOTHING = pd.DataFrame(columns=["model", "pipeline_tag", "tags", "library_name"])
TRACKED, HUB = SHARED / "tracked-models", SHARED / "real" / "hub_stats_frozen_2026-05.parquet"


@pytest.mark.parametrize(
    ("name", "pipeline", "tags", "library", "reason"),
    [
        ("Qwen3-8B", "text-generation", ["safetensors"], "transformers", None),
        ("Florence-2-large", "image-text-to-text", [], "transformers", None),
        ("phi-multimodal", "automatic-speech-recognition", ["text-generation"], None, None),
        ("falcon-7b-instruct", "text-generation", ["pytorch", "gguf", "onnx"], "transformers", None),
        ("Mistral-7B", None, [], "vllm", None),
        ("Guardian-7B", "text-generation", [], None, None),
        ("granite-embedding-107m", None, [], None, "embedding"),
        ("some-encoder", "sentence-similarity", [], None, "embedding"),
        ("FLUX.1-dev", "text-to-image", [], "diffusers", "diffusion"),
        ("Qwen2.5-Math-RM-72B", "text-generation", [], None, "judging"),
        ("Llama-Guard-3-8B", "text-generation", [], None, "judging"),
        ("sentiment", "text-classification", [], None, "judging"),
        ("whisper-large", "automatic-speech-recognition", [], None, "no-text"),
        ("Qwen3-8B-GGUF", "text-generation", [], None, "format-gguf"),
        ("Qwen3-8B-4bit", "text-generation", ["safetensors"], "mlx", "format-mlx"),
        ("quants", "text-generation", ["GGUF"], None, "format-gguf"),
        ("quants", "text-generation", ["awq", "safetensors"], "transformers", "format-awq"),
    ],
)
def test_every_exclusion_has_a_reason(name, pipeline, tags, library, reason):
    rows = [{"model": f"a/{name}", "pipeline_tag": pipeline, "tags": tags, "library_name": library}]
    found = tracking.untracked(pd.Series([f"a/{name}"]), pd.DataFrame(rows), FORMATS)
    assert found[0] == reason


def test_a_model_without_metadata_is_judged_by_its_name():
    models = pd.Series(["a/Qwen3-8B", "a/reward-8B"], index=[7, 9])
    assert tracking.untracked(models, NOTHING, FORMATS).to_dict() == {7: None, 9: "judging"}


def test_no_model_of_our_own_list_is_excluded_by_its_name():
    models = pd.read_csv(paths.REGISTRY / "models.csv")["model"]
    excluded = tracking.untracked(models, NOTHING, edition.load().excluded_formats)
    assert not excluded.notna().any(), list(models[excluded.notna()])


@pytest.mark.skipif(
    not (TRACKED.exists() and HUB.exists()), reason="the real lists and Hub records are not beside the repository"
)
def test_the_policy_excludes_few_really_tracked_models(capsys):
    records = pd.read_parquet(HUB, columns=["id", "pipeline_tag", "tags", "library_name"]).rename(
        columns={"id": "model"}
    )
    models = pd.read_csv(TRACKED / "models.csv")["modelId"]
    reasons = tracking.untracked(models, records, edition.load().excluded_formats)
    with capsys.disabled():
        print(f"\npolicy on the real list: {json.dumps(reasons.value_counts().to_dict())} of {len(models):,}")
    assert reasons.notna().mean() < 0.05
    assert reasons[models.isin(pd.read_csv(paths.PUBLISHED / "top_models.csv")["model"])].isna().all()


def test_a_candidate_is_a_text_generator_of_a_listed_maker_made_since_the_first_day_that_counts():
    since = pd.Timestamp("2022-11-30", tz="UTC")
    early = since - pd.Timedelta(seconds=1)
    cells = [
        ("a/new", since, "text-generation"),
        ("a/old", early, "text-generation"),
        ("z/new", since, None),
        ("z/old", early, None),
        ("a/old-bert", early, "sentence-similarity"),
        ("A/other", since, None),
    ]
    rows = pd.DataFrame(cells, columns=["model", "created_at", "pipeline_tag"]).assign(tags=None, library_name=None)
    found = tracking.unlisted(rows, pd.Series(["a/listed"]), FORMATS, since)
    assert dict(zip(rows["model"], found, strict=True)) == {
        "a/new": None, "a/old": "early", "z/new": "unlisted", "z/old": "early",
        "a/old-bert": "embedding", "A/other": "unlisted",
    }  # fmt: skip


def test_reasons_are_told_in_words_and_none_is_without():
    keys = ["format-gguf", "embedding", "diffusion", "judging", "no-text", tracking.EARLY, tracking.UNLISTED, None]
    told = tracking.words(pd.Series(keys, index=range(8, 0, -1)))
    assert told.tolist()[:2] == ["format gguf", "embedding"]
    assert told.notna().tolist() == [True] * 7 + [False]
    assert told.index.tolist() == [*range(8, 0, -1)]
