"""The signals beside downloads on real public files: Artificial Analysis and Epoch's index, as of April 2026."""

import json

import pandas as pd
import pytest

from helpers import edition, paths
from helpers.measures import boards, performance
from helpers.registry import lists, renames
from helpers.sources import artificial_analysis, epoch
from helpers.tables import contracts
from tests.conftest import SHARED

REAL = SHARED / "real"
pytestmark = pytest.mark.skipif(not REAL.exists(), reason="the real records are not beside the repository")
LABELS = pd.read_csv(paths.REGISTRY / "organisations.csv")


@pytest.fixture(scope="module")
def tracked() -> pd.Series:
    return lists.read(SHARED / "tracked-models", edition.load().bucket_edges, tracked=["models"]).models["model"]


# Artificial Analysis ------------------------------------------------------------------------------------------

READ = {
    "Gemma 3 270M": "google/gemma-3-270m-it",
    "Gemma 3 4B Instruct": "google/gemma-3-4b-it",  # the source has the address of 12B
    "ERNIE 4.5 300B A47B": "baidu/ERNIE-4.5-300B-A47B-PT",
    "Gemma 4 31B (Non-reasoning)": "google/gemma-4-31B-it",
    "GLM-4.6 (Reasoning)": "zai-org/GLM-4.6",  # the source has an address elsewhere
    "GLM-4.6 (Non-reasoning)": "zai-org/GLM-4.6",
    "Jamba 1.5 Large": "ai21labs/AI21-Jamba-Large-1.5",
    "Jamba 1.5 Mini": "ai21labs/AI21-Jamba-Mini-1.5",
    "Llama 2 Chat 13B": "meta-llama/Llama-2-13b-chat",
    "Llama 2 Chat 70B": "meta-llama/Llama-2-70b-chat",
    "Llama 2 Chat 7B": "meta-llama/Llama-2-7b-chat",
    "Llama 3 Instruct 70B": "meta-llama/Meta-Llama-3-70B-Instruct",  # the source has the address of 8B
    "Llama 3.1 Instruct 405B": "meta-llama/Llama-3.1-405B-Instruct",
    "Llama 3.1 Instruct 70B": "meta-llama/Llama-3.1-70B-Instruct",
    "Llama 3.1 Instruct 8B": "meta-llama/Llama-3.1-8B-Instruct",
    "Llama 3.1 Nemotron Instruct 70B": "nvidia/Llama-3.1-Nemotron-70B-Instruct",
    "Llama 3.2 Instruct 1B": "meta-llama/Llama-3.2-1B-Instruct",
    "Llama 3.2 Instruct 3B": "meta-llama/Llama-3.2-3B-Instruct",
    "Llama 3.2 Instruct 90B (Vision)": "meta-llama/Llama-3.2-90B-Vision-Instruct",
    "MiniMax-M2.1": "MiniMaxAI/MiniMax-M2.1",
    "Mistral Small 3.1": "mistralai/Mistral-Small-3.1-24B-Instruct-2503",
    "Qwen3 VL 235B A22B (Reasoning)": "Qwen/Qwen3-VL-235B-A22B-Thinking",
}
"""What each name means whose address in the source is not that id: read by hand, one by one."""


def index(pro: bool, tracked: pd.Series, tmp_path) -> pd.DataFrame:
    """The real listing, as either route would have told it."""
    theirs = pd.read_csv(REAL / "artificial_analysis_llms_2026-04-10.csv").astype(object)
    theirs = theirs.where(theirs.notna(), None)
    rows = [
        {
            "id": row.slug,
            "name": row.name,
            "slug": row.slug,
            "release_date": row.release_date,
            "model_creator": {"name": row.creator},
            "evaluations": {"artificial_analysis_intelligence_index": row.intelligence_index},
        }
        | (
            {"licensing": {"is_open_weights": row.is_open_weights}, "huggingface_url": row.huggingface_url}
            if pro
            else {}
        )
        for row in theirs.itertuples()
    ]
    path = tmp_path / "2026-04-10.json"
    path.write_text(json.dumps({"intelligence_index_version": 4.1, "data": rows}), encoding="utf-8")
    found = artificial_analysis.scores(artificial_analysis.read(path), tracked, LABELS)
    address = renames.current(theirs["huggingface_url"].str.removeprefix("https://huggingface.co/"))
    return contracts.check(found, "signals/artificial_analysis").assign(open=theirs["is_open_weights"], address=address)


def test_names_alone_find_the_open_models_and_no_other(tracked, tmp_path, show):
    found = index(False, tracked, tmp_path)
    matched = found[found["hugging_face_id"].notna()]
    show(f"\n{matched.groupby('match').size().to_dict()} of {found['open'].sum()} open models; no closed one")
    assert found["open"].sum() == 257
    assert matched["open"].all()
    assert len(matched) >= 245
    meant = matched["model"].map(READ).fillna(matched["address"])
    differs = matched[matched["hugging_face_id"].str.casefold() != meant.str.casefold()]
    assert differs[["model", "hugging_face_id", "address"]].to_numpy().tolist() == []
    assert (matched["organisation"] == "Mistral").sum() >= 20
    assert set(found.loc[matched.index, "status"]) == {"open"}
    assert set(found.drop(matched.index)["status"]) == {"unknown"}


def test_the_rules_alone_without_the_names_listed_by_hand_are_never_wrong(tracked, tmp_path, monkeypatch, show):
    monkeypatch.setattr("helpers.registry.matching.listed", dict)
    found = index(False, tracked, tmp_path)
    matched = found[found["hugging_face_id"].notna()]
    show(f"\n{len(matched)} by rules alone, {(found['match'] == 'doubtful').sum()} doubtful")
    meant = matched["model"].map(READ).fillna(matched["address"])
    assert matched["open"].all()
    assert (matched["hugging_face_id"].str.casefold() == meant.str.casefold()).all()
    assert len(matched) >= 190


@pytest.mark.parametrize("pro", [False, True])
def test_the_lead_in_the_real_index_is_the_known_one(tracked, tmp_path, pro, show):
    found = index(pro, tracked, tmp_path)
    frontier = performance.frontier(found[(found["status"] == "open") & found["region"].isin(["china", "us", "eu"])])
    leads = performance.leads(frontier[frontier["region"] != "eu"])
    show(f"\n{leads.to_string()}")
    turns = [f"{day:%Y-%m-%d} {region}" for day, region in zip(leads["date"], leads["region"], strict=True)]
    assert turns[1:] == ["2025-01-20 china", "2025-08-05 us", "2025-09-22 china"]
    assert frontier.loc[frontier["region"] == "eu", "model"].iloc[-1].startswith("Mistral")


# Epoch --------------------------------------------------------------------------------------------------------


def test_on_epochs_index_the_usa_last_leads_late_in_2024(show):
    index = epoch.read(REAL / "epoch_eci_2026-04.csv")
    found = contracts.check(epoch.scores(index, LABELS), "signals/epoch")
    assert (len(found), (found["status"] == "open").sum()) == (533, 206)
    frontier = performance.frontier(found[(found["status"] == "open") & found["region"].isin(["china", "us", "eu"])])
    leads = performance.leads(frontier)
    show(f"\n{leads.to_string()}\n{performance.tops(frontier).to_string()}")
    records = performance.records(frontier)
    ahead = records[records["score"] >= frontier.groupby("date")["score"].max().reindex(records["date"]).to_numpy()]
    assert ahead.loc[ahead["region"] == "us", "date"].max() == pd.Timestamp("2024-12-12")
    assert set(frontier["region"]) == {"china", "us", "eu"}
    named = found[index["organisation"].notna().to_numpy()]
    show(named[named["region"] == "unknown"][["name", "organisation"]].to_string())
    assert (named["region"] != "unknown").mean() > 0.95


# Arena --------------------------------------------------------------------------------------------------------


def test_the_real_boards_of_a_month_are_of_one_kind(show):
    theirs = pd.read_csv(REAL / "arena_oolong_text_top30_daily.csv", parse_dates=["snapshot"])
    found = boards.drift(theirs.rename(columns={"snapshot": "date"})[["date", "model", "score"]])
    show(f"\n{len(found)} pairs of boards, the largest drift {found['change'].abs().max()} points")
    assert (len(found), found["change"].abs().max()) == (31, 1.0)
    assert not found["jump"].any()
