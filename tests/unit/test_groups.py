"""Groups and families: every member is a label or an id that the registry knows, and families find their models."""

import pandas as pd
import pytest

from helpers import paths
from helpers.registry import RegistryError, groups

ROWS = pd.read_csv(paths.REGISTRY / "groups.csv", dtype=str)
LABELS = pd.read_csv(paths.REGISTRY / "organisations.csv", dtype=str)["organisation"]
MODELS = pd.read_csv(paths.REGISTRY / "models.csv", dtype=str)["model"]


def test_every_member_is_known_to_the_registry():
    members = ROWS["member"]
    models = members.str.contains("/")
    assert set(members[~models]) <= set(LABELS)
    assert set(members[models]) <= set(MODELS)
    assert not ROWS.duplicated(["group", "member"]).any()
    assert set(groups.pairs()[["one", "other"]].stack()) <= set(LABELS)


@pytest.mark.parametrize(("group", "size"), [("families", 5), ("eight", 8), ("six", 6), ("small", 6)])
def test_groups_are_as_large_as_the_paper_says(group, size):
    assert len(groups.members(group)) == size


def test_an_unknown_group_is_named_with_those_that_there_are():
    with pytest.raises(RegistryError, match=r"groups.csv: no group 'nine'; it has families, bases"):
        groups.members("nine")


def test_the_organisations_of_a_region_have_their_seat_there():
    listed = pd.read_csv(paths.REGISTRY / "organisations.csv", dtype=str)
    named = listed[listed["source"].str.startswith("paper, Section 2.2")]
    seats = groups.seats()
    told = set(zip(named["organisation"], named["region"], strict=True))
    assert set(zip(seats["organisation"], seats["region"], strict=True)) == told
    assert seats["region"].value_counts().to_dict() == {"china": 13, "us": 9, "eu": 2}
    assert seats.loc[seats["region"] == "eu", "known_as"].tolist() == ["Mistral", "Hugging Face (SmolLM)"]


def test_others_are_those_outside_a_group_and_a_column_alone_is_of_those_inside():
    table = pd.DataFrame({"organisation": ["Qwen", "IBM"], "downloads": [2.0, 1.0]})
    assert groups.or_others(table["organisation"], "bases").tolist() == ["Qwen", "Others"]
    alone = groups.alone(table, "downloads", "families", "entrants")
    assert alone["families"].isna().tolist() == [False, True]
    assert alone["entrants"].tolist()[1] == 1


def test_sides_hold_models_of_their_organisations_or_single_ones_in_the_order_given():
    models = pd.DataFrame(
        [("mistralai/a", "Mistral"), ("Qwen/Qwen3-8B", "Qwen"), ("Qwen/Qwen3-32B", "Qwen"), ("ibm/b", "IBM")],
        columns=["model", "organisation"],
    )
    found = groups.sides(models, "small", "six")
    assert found[["model", "side", "part"]].to_numpy().tolist() == [
        ["Qwen/Qwen3-8B", "small", "Qwen3-8B"], ["mistralai/a", "six", "Mistral"],
    ]  # fmt: skip


def test_a_family_is_its_matching_models_and_came_out_with_the_first():
    models = pd.DataFrame(
        [("meta-llama/Llama-3.1-8B", "2024-07-23", 8.0), ("meta-llama/Llama-3.1-405B", "2024-07-30", 405.0),
         ("meta-llama/Meta-Llama-3-8B", None, 8.0), ("x/meta-llama-Llama-4-x", "2020-01-01", 1.0)],
        columns=["model", "released", "parameters_b"],
    ).astype({"released": "datetime64[us]"})  # fmt: skip
    found = groups.releases(models).set_index("family")
    assert found.loc["llama-3-1", ["released", "models", "parameters_b"]].tolist() == [
        pd.Timestamp("2024-07-23"), 2, 405,
    ]  # fmt: skip
    assert found.loc["llama-3", "models"] == 1
    assert pd.isna(found.loc["llama-3", "released"])
    assert found.loc["llama-4", "models"] == 0
    assert found.loc["llama-4", ["released", "parameters_b"]].isna().all()


def test_every_family_of_the_text_has_models_in_the_registry():
    models = pd.DataFrame({"model": MODELS, "released": pd.NaT, "parameters_b": 1.0})
    assert (groups.releases(models)["models"] > 0).all()
