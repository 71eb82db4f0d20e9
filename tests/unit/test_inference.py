"""Tokens: open, closed, unknown and the rest kept apart, counted exactly, shared out within the open part."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.measures import inference
from helpers.sources import openrouter
from helpers.tables import contracts

LABELS = pd.DataFrame(
    [("Qwen", "Qwen", "china"), ("deepseek-ai", "DeepSeek", "china"), ("meta-llama", "Meta", "us"),
     ("openai", "OpenAI", "us"), ("mistralai", "Mistral", "eu"), ("zai-org", "Zhipu AI", "china")],
    columns=["namespace", "organisation", "region"],
)  # fmt: skip
TRACKED = pd.Series(
    ["Qwen/Qwen3-8B", "Qwen/Qwen3-8B-FP8", "mistralai/Ministral-8B-Instruct-2410",
     "mistralai/Mistral-Large-Instruct-2407", "mistralai/Mistral-Large-Instruct-2411",
     "meta-llama/Llama-3.1-405B-Instruct", "zai-org/GLM-4.6", "openai/gpt-oss-120b"]
)  # fmt: skip
CATALOGUE = pd.DataFrame(
    [
        ("qwen/qwen3-8b-04-28", "qwen/qwen3-8b", "Qwen/Qwen3-8B"),
        ("qwen/qwen3-8b-04-28", "qwen/qwen3-8b:free", "Qwen/Qwen3-8B"),
        ("qwen/qwen-max-2025-01-25", "qwen/qwen-max", None),
        ("openai/gpt-5-2025-08-07", "openai/gpt-5", None),
        ("openai/gpt-oss-120b", "openai/gpt-oss-120b", "openai/gpt-oss-120b"),
        ("deepseek/deepseek-v3.2-20251201", "deepseek/deepseek-v3.2", "deepseek-ai/DeepSeek-V3.2"),
        ("x/one-20250101", "x/one", "x/One"),
        ("x/one-20250202", "x/one-new", None),
        ("openrouter/auto", "openrouter/auto", None),
        ("mistralai/mistral-medium", "mistralai/mistral-medium", None),
        ("z-ai/glm-4.6", "z-ai/glm-4.6", None),
        ("Nex/Big-One", "nex/big-one", "nex/Big"),
    ],
    columns=["canonical_slug", "id", "hugging_face_id"],
)


def daily(*rows: tuple[str, str, int]) -> pd.DataFrame:
    rankings = pd.DataFrame(rows, columns=["date", "model_permaslug", "total_tokens"]).astype({"total_tokens": str})
    return openrouter.daily(contracts.check(rankings, "raw/openrouter/daily"), CATALOGUE, LABELS, TRACKED)


def facts(slug: str) -> dict:
    row = daily(("2025-06-01", slug, 1)).iloc[0]
    return {key: None if pd.isna(row[key]) else row[key] for key in ("status", "model", "organisation", "region")}


# Open or not --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("slug", "status", "organisation", "region"),
    [
        ("other", "other", "Unknown", "unknown"),
        ("openai/gpt-4-retired", "closed", "OpenAI", "us"),  # in no catalogue, but listed as closed
        ("openai/other", "unknown", "OpenAI", "us"),
        ("mistralai/mistral-medium", "unknown", "Mistral", "eu"),  # in the catalogue without a Hub id: not closed
        (
            "mistralai/mistral-large",
            "unknown",
            "Mistral",
            "eu",
        ),  # one of two: open, as it happens, but which is not told
        ("nobody/nothing", "unknown", "nobody", "unknown"),
        ("openrouter/auto", "unknown", "openrouter", "unknown"),  # a router serves open and closed models
        ("openrouter/cloaked-alpha", "unknown", "openrouter", "unknown"),
        ("x/one-20250303", "unknown", "x", "unknown"),  # without dates an open and a closed model share the slug
        ("openai/gpt-5-2025-08-07", "closed", "OpenAI", "us"),
        ("qwen/qwen-max-2025-01-25", "closed", "Qwen", "china"),
        ("z-ai/glm-4.5", "unknown", "Zhipu AI", "china"),  # the author's name is known, the model is not
    ],
)
def test_what_is_not_known_to_be_open_is_not_called_so(slug, status, organisation, region):
    assert facts(slug) == {"status": status, "model": None, "organisation": organisation, "region": region}


@pytest.mark.parametrize(
    ("slug", "model"),
    [
        ("qwen/qwen3-8b-04-28", "Qwen/Qwen3-8B"),
        ("qwen/qwen3-8b", "Qwen/Qwen3-8B"),
        ("qwen/qwen3-8b-20250428", "Qwen/Qwen3-8B"),
        ("deepseek/deepseek-v3.2-1201:free", "deepseek-ai/DeepSeek-V3.2"),
        ("x/one-20250101", "x/One"),
        ("openai/gpt-oss-120b", "openai/gpt-oss-120b"),
        ("NEX/big-one", "nex/Big"),
        ("mistralai/ministral-8b", "mistralai/Ministral-8B-Instruct-2410"),  # in no catalogue, but tracked
        ("meta-llama/llama-3.1-405b-instruct", "meta-llama/Llama-3.1-405B-Instruct"),
        ("z-ai/glm-4.6", "zai-org/GLM-4.6"),  # the catalogue has no Hub id
    ],
)
def test_an_open_model_is_found_by_slug_by_id_and_without_its_date(slug, model):
    assert (facts(slug)["status"], facts(slug)["model"]) == ("open", model)


def test_past_catalogues_can_be_added_below():
    past = pd.DataFrame([("z-ai/glm-4.5", "z-ai/glm-4.5", "zai-org/GLM-4.5")], columns=CATALOGUE.columns)
    rankings = pd.DataFrame({"date": ["2025-06-01"], "model_permaslug": ["z-ai/glm-4.5"], "total_tokens": ["7"]})
    found = openrouter.daily(rankings, pd.concat([CATALOGUE, past]), LABELS, TRACKED).iloc[0]
    assert (found["status"], found["organisation"]) == ("open", "Zhipu AI")


# Counting -----------------------------------------------------------------------------------------------------


def test_variants_are_added_to_their_model_and_tables_keep_their_contract():
    found = daily(
        ("2025-06-01", "qwen/qwen3-8b-04-28", 10), ("2025-06-01", "qwen/qwen3-8b-04-28:free", 5),
        ("2025-06-01", "other", 100), ("2025-06-02", "qwen/qwen3-8b-04-28:thinking", 2),
    )  # fmt: skip
    stored = contracts.check(found, "signals/tokens_daily")
    assert stored[["slug", "tokens"]].to_numpy().tolist() == [
        ["other", 100], ["qwen/qwen3-8b-04-28", 15], ["qwen/qwen3-8b-04-28", 2]
    ]  # fmt: skip


def test_tokens_are_never_floats():
    huge = 2**53 + 1  # the first whole number that a float cannot hold
    found = daily(("2025-06-01", "qwen/qwen3-8b", huge), ("2025-06-02", "qwen/qwen3-8b", 2**70))
    assert inference.by_month(found)["tokens"].tolist() == [huge + 2**70]
    assert contracts.check(found[:1], "signals/tokens_daily")["tokens"].tolist() == [huge]
    assert inference.open_shares(inference.by_month(found), "region")["tokens"].tolist() == [huge + 2**70]


@pytest.mark.parametrize("bad", ["1.5e9", "-3", "", "12 ", "a"])
def test_tokens_that_are_no_whole_number_are_refused(bad):
    rankings = pd.DataFrame({"date": ["2025-06-01"], "model_permaslug": ["x/y"], "total_tokens": [bad]})
    with pytest.raises(contracts.ContractError, match=r"total_tokens.*row 1.*whole number"):
        contracts.check(rankings, "raw/openrouter/daily", "daily.parquet")


def test_a_month_is_that_of_use_and_says_how_many_of_its_days_are_held():
    found = inference.by_month(
        daily(("2025-06-30", "openai/gpt-5", 1), ("2025-07-01", "openai/gpt-5", 2), ("2025-07-02", "other", 3))
    )
    assert found["month"].dt.strftime("%Y-%m-%d").tolist() == ["2025-06-01", "2025-07-01", "2025-07-01"]
    assert found["days"].tolist() == [1, 2, 2]
    assert found["tokens"].tolist() == [1, 2, 3]


# Shares -------------------------------------------------------------------------------------------------------


def test_shares_are_of_the_open_part_and_bands_are_of_everything():
    month = inference.by_month(
        daily(
            ("2025-06-01", "qwen/qwen3-8b", 30), ("2025-06-01", "deepseek/deepseek-v3.2", 50),
            ("2025-06-01", "openai/gpt-oss-120b", 20), ("2025-06-01", "openai/gpt-5", 400),
            ("2025-06-01", "nobody/nothing", 100), ("2025-06-01", "other", 400),
            ("2025-07-01", "openai/gpt-oss-120b", 1), ("2025-08-01", "openai/gpt-5", 5),
        )
    )  # fmt: skip
    regions = inference.open_shares(month, "region")
    assert regions["tokens_share"].tolist() == [0.8, 0.2, 0, 1]  # china, us in June and July; August had no open model
    bands = inference.bands(month).set_index(["month", "status"])["tokens_share"]
    assert bands[pd.Timestamp("2025-06-01")].to_dict() == {"closed": 0.4, "open": 0.1, "other": 0.4, "unknown": 0.1}
    assert bands[pd.Timestamp("2025-07-01")].to_dict() == {"closed": 0, "open": 1, "other": 0, "unknown": 0}
    range_ = inference.extremes(bands.reset_index()).set_index("status")
    assert range_.loc["open"].tolist() == [0, 1]
    assert range_.loc["unknown"].tolist() == [0, 0.1]


def test_the_monthly_top_ten_are_open_all_and_shares_are_within_it():
    top = pd.DataFrame(
        {
            "month": ["2025-01-01"] * 3,
            "model": ["meta-llama/llama-3.3-70b-instruct", "deepseek/deepseek-v3.2:free", "deepseek/deepseek-v3.2"],
            "tokens": [60, 30, 10],
        }
    )
    found = openrouter.monthly(contracts.check(top, "raw/openrouter/monthly_top10"), CATALOGUE, LABELS, TRACKED)
    found = contracts.check(found, "signals/tokens_monthly")
    assert set(found["status"]) == {"open"}
    shares = inference.open_shares(found, "organisation").set_index("organisation")["tokens_share"]
    assert shares.to_dict() == {"DeepSeek": 0.4, "Meta": 0.6}


# Invariants ---------------------------------------------------------------------------------------------------

SLUGS = [*CATALOGUE["id"], "other", "nobody/nothing", "z-ai/glm-4.5", "deepseek/deepseek-v3.2:free"]
RANKINGS = st.dictionaries(
    st.tuples(st.sampled_from(["2025-06-01", "2025-06-02", "2025-07-01"]), st.sampled_from(SLUGS)),
    st.integers(0, 10**13),
    min_size=1,
    max_size=20,
).map(lambda held: [(date, slug, tokens) for (date, slug), tokens in held.items()])


@settings(max_examples=25)
@given(RANKINGS, st.integers(2, 10**6))
def test_nothing_is_lost_shares_sum_to_one_and_scale_does_not_matter(rows, factor):
    month = inference.by_month(daily(*rows))
    assert month["tokens"].sum() == sum(tokens for *_, tokens in rows)
    scaled = inference.by_month(daily(*((date, slug, tokens * factor) for date, slug, tokens in rows)))
    for table, of_scaled in (
        (inference.bands(month), inference.bands(scaled)),
        (inference.open_shares(month, "organisation"), inference.open_shares(scaled, "organisation")),
    ):
        for _, shares in table.groupby("month")["tokens_share"]:
            assert shares.isna().all() or shares.sum() == pytest.approx(1)
        assert table["tokens_share"].tolist() == pytest.approx(of_scaled["tokens_share"].tolist(), nan_ok=True)


@settings(max_examples=25)
@given(RANKINGS, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(rows, random):
    shuffled = random.sample(rows, len(rows))
    pd.testing.assert_frame_equal(inference.by_month(daily(*rows)), inference.by_month(daily(*shuffled)))


def test_the_monthly_top_is_made_of_open_models_of_months_that_are_over():
    used = daily(("2025-06-30", "qwen/qwen3-32b", 5), ("2025-06-30", "other", 9), ("2025-07-30", "qwen/qwen3-32b", 7))
    used = used.assign(status=used["status"].where(used["slug"] == "other", "open"))
    assert inference.by_month(used)["slug"].tolist() == ["other", "qwen/qwen3-32b", "qwen/qwen3-32b"]  # by month
    more = used.iloc[[0]].assign(slug="a/smaller", tokens=[4])
    found = inference.top_open(pd.concat([used, more]), 1, size=1)
    assert found[["slug", "tokens", "days"]].to_numpy().tolist() == [["qwen/qwen3-32b", 5, 1]]
    assert found["month"].tolist() == [pd.Timestamp("2025-06-01")]
    contracts.check(found, "signals/tokens_monthly")


def test_a_few_days_are_no_month_and_are_told():
    """January from one day, February from fourteen, March whole, April not over."""
    dates = [
        pd.Timestamp("2025-01-13"),
        *pd.date_range("2025-02-01", periods=14),
        *pd.date_range("2025-03-01", "2025-04-05"),
    ]
    used = daily(*[(f"{day:%Y-%m-%d}", "qwen/qwen3-8b", 10) for day in dates])
    found = inference.top_open(used, 15)
    assert found[["month", "tokens", "days"]].to_numpy().tolist() == [[pd.Timestamp("2025-03-01"), 310, 31]]
    assert set(inference.whole_months(used, 15)["month"]) == {pd.Timestamp("2025-03-01")}
    left = inference.too_short(used, 15).iloc[0]
    assert (left["months"], left["days"]) == (3, 14)
    assert [f"{left[end]:%Y-%m}" for end in ("first", "last")] == ["2025-01", "2025-04"]
    assert inference.top_open(used, 1)["days"].tolist() == [1, 14, 31]
    whole = used[used["date"].dt.month == 3]  # over with its last day
    assert inference.top_open(whole, 31)["days"].tolist() == [31]
    assert inference.top_open(whole[:-1], 30).empty
    none = inference.too_short(whole, 15).iloc[0]
    assert none["months"] == 0
    assert none[["first", "last", "days"]].isna().all()


def test_months_with_short_lists_are_named():
    used = daily(("2025-01-31", "qwen/qwen3-8b", 5), ("2025-02-28", "qwen/qwen3-8b", 5), ("2025-02-28", "x/one", 5))
    found = inference.short_lists(inference.top_open(used, 1), size=2)
    assert found.to_numpy().tolist() == [[pd.Timestamp("2025-01-01"), 1]]


def test_the_top_of_a_month_is_the_ten_most_used_and_of_equals_the_first_by_name():
    rows = [(f"x/{letter}", "2025-02-28", 5) for letter in "lkjihgfedcb"] + [("x/a", "2025-02-28", 4),
            ("x/z", "2025-02-28", 9), ("x/first", "2025-01-31", 1)]  # fmt: skip
    used = daily(*((day, slug, tokens) for slug, day, tokens in rows)).assign(status="open")
    found = inference.top_open(used, 1)
    assert found["slug"].tolist() == ["x/first", "x/z", *(f"x/{letter}" for letter in "bcdefghij")]
    assert inference.short_lists(found)["models"].tolist() == [1]


def test_a_month_of_just_enough_days_is_not_too_short():
    days = pd.date_range("2025-02-01", periods=14)
    used = daily(*[(f"{day:%Y-%m-%d}", "qwen/qwen3-8b", 10) for day in days])
    assert inference.too_short(used, 14)["months"].tolist() == [0]
    assert inference.too_short(used, 15)["days"].tolist() == [14]


def test_each_series_has_its_span_and_the_monthly_one_its_most_models():
    used = daily(("2025-06-28", "qwen/qwen3-8b", 1), ("2025-07-02", "qwen/qwen3-8b", 2))
    months = pd.DataFrame({"month": pd.to_datetime(["2025-01-01", "2025-02-01", "2025-02-01"])})
    found = inference.spans(used, months).set_index("series")
    assert found.index.tolist() == ["daily", "monthly"]
    assert found["models"].fillna(0).tolist() == [0, 2]
    assert found["first"].tolist() == [pd.Timestamp("2025-06-28"), pd.Timestamp("2025-01-01")]
