"""Names of models: what makes another model and what does not, whatever the spelling; lists by hand hold together."""

import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import paths, registry
from helpers.registry import licences, lists, makers, matching

LABELS = pd.read_csv(paths.REGISTRY / "organisations.csv")


def meant(name: str, *ids: str, maker: str = "Acme") -> tuple[str | None, str | None]:
    table = pd.DataFrame({"model": [f"acme/{model}" for model in ids], "organisation": "Acme"})
    row = matching.match(pd.Series([name]), pd.Series([maker]), table).iloc[0]
    return row["model"] and row["model"].partition("/")[2], row["match"]


@pytest.mark.parametrize(
    ("name", "ids", "model"),
    [
        ("Nova 4", ["Nova-4-24B-2506"], "Nova-4-24B-2506"),  # a size or a date alone is no other model
        ("Nova 4", ["Nova-4-reasoning"], None),
        ("Nova 4", ["Nova-4-mini"], None),
        ("Nova 4", ["Nova-4.1"], None),
        ("Nova 4 24B", ["Nova-4-12B"], None),
        ("Nova 4 24B", ["Nova-4"], None),  # the id does not say its size
        ("Nova 4", ["Nova-4-12B", "Nova-4-24B"], "doubtful"),
        ("Nova 4", ["Nova-4", "Nova-4-24B"], "Nova-4"),
        ("Nova 4 24B", ["Nova-4-24B-A3B"], "Nova-4-24B-A3B"),
        ("Nova 4", ["Nova-4-2503", "Nova-4-2506"], "doubtful"),
        ("Nova 4 (Jun '25)", ["Nova-4-2503", "Nova-4-2506"], "Nova-4-2506"),
        ("Nova 4 (Jun 2025)", ["Nova-4-0628", "Nova-4"], "Nova-4-0628"),
        ("Nova 4 (May '25)", ["Nova-4-2503", "Nova-4"], "Nova-4"),
        ("Nova 4 (May '25)", ["Nova-4-2503", "Nova-4-2506"], None),
        ("Nova 4 0628", ["Nova-4"], None),
        ("Nova 4 (Reasoning)", ["Nova-4-Thinking", "Nova-4-Instruct"], "Nova-4-Thinking"),
        ("Nova 4 (Non-reasoning)", ["Nova-4-Thinking", "Nova-4-Instruct"], "Nova-4-Instruct"),
        ("Nova 4 Thinking", ["Nova-4-Instruct"], None),
        ("Nova 4 (high)", ["Nova-4", "Nova-4-FP8", "Nova-4-Base"], "Nova-4"),
        ("Nova 4", ["Nova-4-Base", "Nova-4-Instruct-FP8", "Nova-4-Instruct"], "Nova-4-Instruct"),
        ("Acme Nova V4.5", ["nova_v4_5-bf16"], "nova_v4_5-bf16"),
        ("Acme Nova V4", ["ACME-Nova-v4-BF16", "ACME-Nova-v4-FP8"], "ACME-Nova-v4-BF16"),
    ],
)  # fmt: skip
def test_what_makes_another_model(name, ids, model):
    found, how = meant(name, *ids)
    assert (how if how == matching.DOUBTFUL else found) == model


def test_another_makers_model_is_never_meant():
    assert meant("Nova 4", "Nova-4", maker="Other") == (None, None)


def test_how_a_name_was_matched_is_told_in_the_words_of_the_tables():
    assert meant("Nova 4", "Nova-4")[1] == "name"
    assert meant("Nova 4", "Nova-4-12B", "Nova-4-24B")[1] == "doubtful"
    by_hand = pd.read_csv(matching.NAMES).iloc[0]
    ids = pd.DataFrame({"model": [by_hand["model"]], "organisation": "Acme"})
    found = matching.match(pd.Series([by_hand["name"].upper()]), pd.Series(["Acme"]), ids).iloc[0]
    assert (found["model"], found["match"]) == (by_hand["model"], "listed")


@given(st.permutations(["Nova", "4", "24B", "mini"]), st.sampled_from(" -_"), st.booleans())
def test_order_capitals_and_signs_do_not_matter(words, sign, capitals):
    name = sign.join(words)
    assert meant(name.upper() if capitals else name, "Nova-4-mini-24B", "Nova-4-24B")[0] == "Nova-4-mini-24B"


@given(st.text(max_size=40), st.text("abcXY019.-_", min_size=1, max_size=20))
def test_any_name_means_one_id_or_none(name, model):
    found, how = meant(name, model, "Nova-4")
    assert (found is None) == (how in (None, matching.DOUBTFUL))


def test_what_is_listed_by_hand_is_well_formed():
    names = pd.read_csv(matching.NAMES)
    assert names["name"].str.casefold().is_unique
    assert names["model"].str.fullmatch(r"[\w.-]+/[\w.-]+").all()
    maker = makers.resolve(names["model"].str.partition("/")[0], LABELS)
    assert not maker["organisation"].isin(names["model"].str.partition("/")[0][maker["region"] == "unknown"]).any()
    for table, column in ((licences.LICENCES, "pattern"), (paths.REGISTRY / "closed_models.csv", "pattern")):
        assert all(re.compile(pattern) for pattern in pd.read_csv(table)[column])
    assert set(pd.read_csv(licences.LICENCES)["status"]) == {"open", "closed"}
    assert set(pd.read_csv(makers.COUNTRIES)["region"]) <= set(registry.REGION_LABELS)
    assert registry.breaks("arena").set_index("key")["date"].is_monotonic_increasing


@pytest.mark.parametrize(
    ("names", "countries", "organisation", "region"),
    [
        ("Google DeepMind,Google", "United States of America", "Google", "us"),
        ("DeepSeek,Peking University", "China", "DeepSeek", "china"),
        ("Nobody We Know", "France", "Nobody We Know", "eu"),
        ("NVIDIA,Tsinghua University", "United States of America,China", "NVIDIA", "unknown"),
        ("Nobody We Know", "Atlantis", "Nobody We Know", "unknown"),
        (None, None, "Unknown", "unknown"),
    ],
)
def test_makers_together_are_where_all_of_them_are(names, countries, organisation, region):
    found = makers.joint(pd.Series([names], dtype=object), pd.Series([countries], dtype=object), LABELS).iloc[0]
    assert (found["organisation"], found["region"]) == (organisation, region)


def test_the_published_mapping_has_every_namespace_with_its_models():
    models = pd.DataFrame(
        [("Qwen/a", "Qwen", "Qwen", "china"), ("Qwen/b", "Qwen", "Qwen", "china"), ("new/c", "new", "new", "unknown")],
        columns=["model", "namespace", "organisation", "region"],
    )
    labels = pd.DataFrame(
        [("Qwen", "Qwen", "china", "paper"), ("acme", "Acme", "us", "seat")],
        columns=["namespace", "organisation", "region", "source"],
    )
    found = lists.makers(models, labels).astype(object)
    assert found.where(found.notna(), None).to_numpy().tolist() == [
        ["acme", "Acme", "us", 0, "seat"],
        ["new", "new", "unknown", 1, None],
        ["Qwen", "Qwen", "china", 2, "paper"],
    ]


@pytest.mark.parametrize(
    ("name", "model", "other"),
    [("Gemma 3 4B", "google/gemma-3-12b-it", True), ("Gemma 3 12B", "google/gemma-3-12b-it", False),
     ("Gemma 3 12B", "google/gemma-3-it", False), ("Gemma 3", "google/gemma-3-12b-it", False),
     ("Nova 30B A3B", "acme-7b/nova-30b-a3b", False), ("Nova 30B A6B", "acme/nova-30b-a3b", True)],
)  # fmt: skip
def test_an_id_of_another_size_contradicts_a_name(name, model, other):
    assert matching.contradicts(name, model) == other


def test_a_licence_that_is_blank_or_not_told_is_unknown():
    told = licences.status(pd.Series(["MIT", "", None, " mit ", "Nobody's"], dtype=object))
    assert told.tolist() == ["open", "unknown", "unknown", "open", "unknown"]
