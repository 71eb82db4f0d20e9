"""The tracked models within the whole Hub: parts, reasons and candidates that were planted."""

import json

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import edition, files
from helpers.archive import gather, store
from helpers.commands import candidates
from helpers.measures import whole_hub
from helpers.registry import renames
from helpers.registry.tracking import POLICY, Policy
from helpers.sources.hub_scope import WHOLE

MODELS = pd.Series(["Qwen/Qwen3-8B", "Qwen/Qwen3-4B", "zai-org/GLM-5", "meta-llama/Llama-3.1-8B"])
ASKED = Policy(pd.Timestamp("2022-11-30"), 1_000)
FORMATS = ["gguf", "mlx"]
ALL, HALF = {"models": 1.0}, {"models": 0.5}
DAY = "2025-01-01T00:00:00Z"

TRACKED = {"Qwen/Qwen3-8B": 5_000, "Qwen/Qwen3-4B": 1, "THUDM/GLM-5": 400}
PLANTED = {
    # model: downloads, made, task, tags, library, reason
    "Qwen/Qwen4-8B": (9_000, DAY, "text-generation", [], "transformers", whole_hub.CANDIDATE),
    "Qwen/untagged": (1_000, DAY, None, [], None, whole_hub.CANDIDATE),
    "THUDM/GLM-6": (1_001, DAY, "text-generation", [], None, whole_hub.CANDIDATE),
    "Qwen/Qwen4-8B-GGUF": (8_000, DAY, "text-generation", [], None, "format-gguf"),
    "Qwen/Qwen4-Embedding": (7_000, DAY, "feature-extraction", [], None, "embedding"),
    "Qwen/Qwen-Image": (6_000, DAY, "text-to-image", [], "diffusers", "diffusion"),
    "Qwen/Qwen4-Safeguard": (5_500, DAY, "text-generation", [], None, "judging"),
    "Qwen/Qwen-ASR": (5_400, DAY, "automatic-speech-recognition", [], None, "no-text"),
    "Qwen/old": (5_300, "2022-11-29T23:59:59Z", "text-generation", [], None, "early"),
    "Qwen/new": (5_200, "2022-11-30T00:00:00Z", "text-generation", [], None, whole_hub.CANDIDATE),
    "someone/else": (5_100, DAY, "text-generation", [], None, "unlisted"),
    "someone/Qwen": (5_050, "2022-03-02T00:00:00Z", "text-to-image", [], None, "diffusion"),
    "qwen/other-case": (5_040, DAY, "text-generation", [], None, "unlisted"),
    "gpt2": (5_030, "2022-03-02T00:00:00Z", "text-generation", [], None, "early"),
}
SMALL = {"Qwen/small": 999, "someone/none": 0, "someone/unknown": None}


def listing(counts=TRACKED, planted=PLANTED, small=SMALL) -> pd.DataFrame:
    rows = [(model, *told[:5]) for model, told in planted.items()]
    rows += [(model, count, DAY, "text-generation", [], None) for model, count in {**counts, **small}.items()]
    columns = ["model", "downloads_all_time", "created_at", "pipeline_tag", "tags", "library_name"]
    table = pd.DataFrame(rows, columns=columns).sort_values("model", ignore_index=True)
    table["created_at"] = pd.to_datetime(table["created_at"], utc=True).astype("datetime64[us, UTC]")
    return table.astype({"downloads_all_time": "Int64", "library_name": "str", "pipeline_tag": "str"})


def test_every_large_repository_has_the_reason_that_was_planted():
    left = whole_hub.untracked(whole_hub.weighed(listing(), MODELS, ASKED), MODELS, ASKED, FORMATS)
    assert left.columns.tolist() == ["model", "created_at", "downloads_all_time", "pipeline_tag", "reason", "rank"]
    assert dict(zip(left["model"], left["reason"], strict=True)) == {model: row[-1] for model, row in PLANTED.items()}
    assert left["downloads_all_time"].is_monotonic_decreasing
    assert left["rank"].tolist() == list(range(1, len(PLANTED) + 1))
    assert whole_hub.candidates(left)["model"].tolist() == [
        "Qwen/Qwen4-8B", "Qwen/new", "THUDM/GLM-6", "Qwen/untagged"
    ]  # fmt: skip


def test_the_reasons_add_up_to_what_is_large_and_untracked():
    left = whole_hub.untracked(whole_hub.weighed(listing(), MODELS, ASKED), MODELS, ASKED, FORMATS)
    found = whole_hub.by_reason(left).set_index("reason")
    assert found["repositories"].to_dict() == left["reason"].value_counts().to_dict()
    assert found.loc["early", "downloads"] == 5_300 + 5_030
    assert found.loc["diffusion"].tolist() == [2, 6_000 + 5_050]
    assert found["downloads"].is_monotonic_decreasing


def test_the_part_of_the_tracked_is_theirs_of_all_that_is_known():
    rows = whole_hub.weighed(listing(), MODELS, ASKED)
    told = whole_hub.standing(rows, MODELS, ASKED, HALF).iloc[0]
    total = 5_401 + 999 + sum(row[0] for row in PLANTED.values())
    assert told["repositories"] == len(listing())
    assert (told["models"], told["models_listed"]) == (4, 3)  # one is listed under its earlier id, one is not
    assert (told["downloads"], told["downloads_tracked"]) == (total, 5_401)
    assert told["downloads_share"] == pytest.approx(5_401 / total)
    assert (told["since"], told["least_downloads"]) == (pd.Timestamp("2022-11-30"), 1_000)


def test_a_listing_that_lacks_too_many_tracked_models_tells_no_part():
    rows = whole_hub.weighed(listing(), MODELS, ASKED)
    assert whole_hub.standing(rows, MODELS, ASKED, ALL)["downloads_share"].isna().all()
    assert whole_hub.standing(rows, MODELS, ASKED, {"models": 0.75})["downloads_share"].notna().all()


@pytest.mark.parametrize("counts", [{"Qwen/Qwen3-8B": 0}, {"Qwen/Qwen3-8B": None}])
def test_of_no_downloads_there_are_no_parts(counts):
    rows = whole_hub.weighed(listing(counts, {}, {}), MODELS[:1], ASKED)
    told = whole_hub.standing(rows, MODELS[:1], ASKED, ALL)
    assert told["downloads_share"].isna().all()
    assert told["downloads"].item() == 0
    left = whole_hub.untracked(rows, MODELS[:1], ASKED, FORMATS)
    assert left.empty
    assert whole_hub.by_reason(left).empty


def test_of_a_single_download_there_is_a_part():
    rows = whole_hub.weighed(listing({"Qwen/Qwen3-8B": 1}, {}, {}), MODELS[:1], ASKED)
    assert whole_hub.standing(rows, MODELS[:1], ASKED, ALL)["downloads_share"].tolist() == [1]


def test_a_file_tells_what_its_rows_tell(tmp_path):
    listing().to_parquet(tmp_path / "models.parquet", index=False)
    both = [whole_hub.weighed(held, MODELS, ASKED) for held in (listing(), tmp_path / "models.parquet")]
    pd.testing.assert_frame_equal(*both)


COUNTS = st.dictionaries(
    st.sampled_from([*MODELS, "THUDM/GLM-5", "a/b", "a/c", "A/b", "ſ/b", "a'b/c"]),
    st.none() | st.integers(0, 2**40),
    max_size=9,
)


@settings(max_examples=60)
@given(COUNTS)
def test_no_repository_and_no_download_is_lost_or_twice(counts):
    rows = whole_hub.weighed(listing(counts, {}, {}), MODELS, ASKED)
    known = set(renames.known_as(MODELS))
    apart = {model for model, count in counts.items() if model in known or (count or 0) >= ASKED.least_downloads}
    assert rows["repositories"].sum() == len(counts)
    assert rows["downloads_all_time"].sum() == sum(count or 0 for count in counts.values())
    assert set(rows["model"].dropna()) == apart
    assert set(rows.loc[rows["tracked"], "model"]) == apart & known
    assert rows["model"].isna().sum() == 1


# The command --------------------------------------------------------------------------------------------------


@pytest.fixture
def archive(tmp_path):
    """Two days: of the whole Hub, and later of some namespaces."""
    for day, scope in (("2026-01-01", WHOLE), ("2026-01-02", ["Qwen"])):
        place = tmp_path / "snapshots" / f"date={day}"
        place.mkdir(parents=True)
        listing().to_parquet(place / store.FILE, index=False)
        told = {"scope": scope, "sha256": files.digest(place / store.FILE)}
        (place / "manifest.json").write_text(json.dumps(told), encoding="utf-8")
    (tmp_path / "registry").mkdir()
    rows = [f"{model.partition('/')[0]},x,{model}" for model in MODELS]
    (tmp_path / "registry" / "models.csv").write_text("\n".join(["org,model,modelId", *rows]), encoding="utf-8")
    return tmp_path


def test_the_command_lists_candidates_of_the_newest_day_of_the_whole_hub(archive, monkeypatch):
    monkeypatch.setattr(candidates, "POLICY", ASKED)
    first, _, *rows = candidates.run(edition.load(), archive).splitlines()
    assert first == (
        f"2026-01-01: {len(listing())} repositories, 3 of 4 tracked models; "
        "4 candidates with 1,000 lifetime downloads or more"
    )
    assert [row.split()[:3] for row in rows] == [
        ["Qwen/Qwen4-8B", "9000", "2025-01-01"], ["Qwen/new", "5200", "2022-11-30"],
        ["THUDM/GLM-6", "1001", "2025-01-01"], ["Qwen/untagged", "1000", "2025-01-01"],
    ]  # fmt: skip


def test_without_candidates_the_command_says_so(archive):
    assert candidates.run(edition.load(), archive).endswith("; 0 candidates with 100,000 lifetime downloads or more")
    assert POLICY.least_downloads == 100_000


def test_without_a_day_of_the_whole_hub_the_command_names_the_remedy(archive):
    (archive / "snapshots/date=2026-01-01" / store.FILE).write_bytes(b"damaged")
    with pytest.raises(gather.CollectionError, match=r"no day of the whole Hub .*; run `atom collect hub --all`"):
        candidates.run(edition.load(), archive)


def test_a_tracked_model_whose_downloads_are_not_known_is_not_listed():
    rows = whole_hub.weighed(listing({"Qwen/Qwen3-8B": 5, "Qwen/Qwen3-4B": None}, {}, {}), MODELS, ASKED)
    assert whole_hub.standing(rows, MODELS, ASKED, HALF)["models_listed"].tolist() == [1]
