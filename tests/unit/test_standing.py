"""Standing: who led and since when, who passed whom and where both stood, sides that are counted alike."""

import pandas as pd
import pytest

from helpers.measures import standing
from helpers.registry import groups

NEEDED = {"models": 0.9, "total": 0.9, "share": 0.9, "rank": 0.9, "crossing": 0.9}
PAIRS = pd.DataFrame([("a-b", "A", "B"), ("a-z", "A", "Z")], columns=["pair", "one", "other"])


def months(
    start: str = "2025-01-01", column: str = "downloads_cumulative", **values: list[float | None]
) -> pd.DataFrame:
    """A value a month for each organisation."""
    labels = pd.date_range(start, periods=max(map(len, values.values())), freq="MS", unit="us")
    rows = [(month, name, value) for name, line in values.items() for month, value in zip(labels, line, strict=False)]
    return pd.DataFrame(rows, columns=["month", "organisation", column]).astype({column: float})


def day(text: str) -> pd.Timestamp:
    return pd.Timestamp(text)


# Leads ------------------------------------------------------------------------------------------------------------


def test_leads_are_in_the_order_of_their_first_month_with_the_longest_run_of_each():
    table = months(A=[9, 9, 1, 9, 9, 1], B=[1, 1, 5, 1, 1, 5], C=[0, 0, 0, 0, 0, 0])
    found = standing.leads(table, "organisation", "downloads_cumulative").set_index("organisation")
    assert found.columns[0] == "place"
    assert found["place"].to_dict() == {"A": 1, "B": 2}
    assert found.loc["A", ["first_led", "last_led", "run_first", "run_last"]].tolist() == [
        day("2025-01-01"), day("2025-05-01"), day("2025-01-01"), day("2025-02-01"),
    ]  # fmt: skip
    assert found["run_months"].to_dict() == {"A": 2, "B": 1}
    assert pd.isna(found.loc["A", "leads_since"])
    assert found.loc["B", "leads_since"] == day("2025-06-01")


def test_who_led_first_is_named_first():
    found = standing.leads(months(A=[1, 9], B=[5, 1]), "organisation", "downloads_cumulative")
    assert found[["organisation", "place"]].to_numpy().tolist() == [["B", 1], ["A", 2]]


def test_a_month_without_values_breaks_a_run_and_ends_what_is_known_of_a_lead():
    gap = standing.leads(months(A=[9, None, 9], B=[1, None, 1]), "organisation", "downloads_cumulative").iloc[0]
    assert (gap["run_months"], gap["leads_since"]) == (1, day("2025-03-01"))
    open_end = standing.leads(months(A=[9, 9, None], B=[1, 1, None]), "organisation", "downloads_cumulative").iloc[0]
    assert open_end["last_led"] == day("2025-02-01")
    assert pd.isna(open_end["leads_since"])


def test_nobody_leads_a_table_without_rows():
    found = standing.leads(months(A=[1]).iloc[:0], "organisation", "downloads_cumulative")
    assert found.empty
    assert {"organisation", "place", "leads_since", "run_months"} <= set(found.columns)


# Crossings ----------------------------------------------------------------------------------------------------


def test_a_crossing_has_its_day_and_where_both_stood_at_the_first_label_that_shows_it():
    days = pd.date_range("2025-01-30", periods=4, freq="D", unit="us")
    lines = {"A": [1, 2, 6, 8], "B": [4, 4, 4, 4]}
    daily = pd.DataFrame(
        [(at, name, float(value)) for name, line in lines.items() for at, value in zip(days, line, strict=True)],
        columns=["date", "organisation", "downloads_cumulative"],
    )
    monthly = months(A=[0, 6, 20], B=[3, 4, 9])
    counted = daily.loc[daily["date"] != day("2025-01-31"), ["date", "organisation"]]
    found = standing.crossings(daily, counted, monthly, PAIRS, "organisation").set_index("pair")
    crossed = found.loc["a-b"]
    assert (crossed["passed"], crossed["label"], crossed["leader"]) == (day("2025-02-01"), day("2025-03-01"), "A")
    assert (crossed["one_downloads"], crossed["other_downloads"]) == (20, 9)
    assert (crossed["passed_after"], crossed["passed_by"]) == (day("2025-01-30"), day("2025-02-01"))
    absent = found.loc["a-z", ["passed", "label", "leader", "one_downloads", "other_downloads"]]
    assert absent.isna().all()


def test_ratios_are_null_where_one_is_not_known_or_nothing():
    found = standing.ratios(months(A=[6, 6, None], B=[3, 0, 1]), PAIRS, "organisation")
    assert found.query("pair == 'a-b'")["multiple"].tolist()[0] == 2
    assert found.query("pair == 'a-b'")["multiple"].isna().tolist() == [False, True, True]
    assert found.query("pair == 'a-z'")["multiple"].isna().all()


# Spans --------------------------------------------------------------------------------------------------------


def test_a_span_is_known_only_if_each_of_its_months_is():
    table = months(column="share", A=[0.1, 0.3, 0.5], B=[0.9, None, 0.5])
    found = standing.spans(table, "organisation", "share", {"late": day("2025-03-01"), "all": day("2025-01-01")})
    found = found.set_index(["span", "organisation"])
    assert found.loc[("all", "A"), ["lowest_share", "mean_share", "rank"]].tolist() == pytest.approx([0.1, 0.3, 1])
    assert found.loc[("all", "B"), ["lowest_share", "mean_share", "rank"]].isna().all()
    assert found.loc[("late", "B"), "mean_share"] == 0.5
    assert found["as_high"].astype(object).where(found["as_high"].notna(), None).tolist() == [2, 2, 1, None]
    early = standing.spans(table, "organisation", "share", {"early": day("2024-12-01")})
    assert early["mean_share"].isna().all()


def test_those_of_one_mean_have_one_rank_and_are_as_high_as_each_other():
    table = months(column="share", A=[0.5], B=[0.3], C=[0.3])
    found = standing.spans(table, "organisation", "share", {"all": day("2025-01-01")})
    assert found[["rank", "as_high"]].to_numpy().tolist() == [[1, 1], [2, 3], [2, 3]]


# Gains --------------------------------------------------------------------------------------------------------


SEEN = {"models": 3, "models_read": 2, "models_between": 1, "models_known": 3, "read_share": 0.5}


def test_what_was_gained_since_a_label_has_ranks_and_a_sum():
    table = months(column="downloads", A=[5, 1, 2], B=[7, 4, None]).assign(**SEEN)
    found = standing.and_all(
        standing.gained(table, day("2025-01-01"), "organisation"), "organisation", "downloads_since"
    )
    last = found[found["month"] == "2025-02-01"].set_index("organisation")
    assert last["downloads_since"].to_dict() == {"A": 1, "all": 1}  # what B gained is not known to the end
    assert last["rank"].drop("all").to_dict() == {"A": 1}
    assert last.loc["A", list(SEEN)].tolist() == list(SEEN.values())


def test_nothing_is_gained_since_a_label_that_is_not_held():
    found = standing.gained(months(column="downloads", A=[5]).assign(**SEEN), day("2024-01-01"), "organisation")
    assert found.empty
    assert standing.and_all(found, "organisation", "downloads_since").empty


# Sides --------------------------------------------------------------------------------------------------------


def small() -> tuple[pd.DataFrame, pd.DataFrame]:
    models = pd.DataFrame(
        [("Qwen/a", "Qwen"), ("Qwen/b", "Qwen"), ("meta-llama/c", "Meta"), ("mistralai/d", "Mistral"), ("x/e", "X")],
        columns=["model", "organisation"],
    )
    rows = [
        ("2025-01-01", "Qwen/a", 9), ("2025-01-01", "meta-llama/c", 9), ("2025-02-01", "Qwen/a", 6),
        ("2025-02-01", "Qwen/b", 4), ("2025-02-01", "meta-llama/c", 5), ("2025-02-01", "mistralai/d", None),
        ("2025-02-01", "x/e", 100), ("2025-03-01", "Qwen/a", 8),
    ]  # fmt: skip
    monthly = pd.DataFrame(rows, columns=["month", "model", "downloads"]).astype({"downloads": float})
    monthly["month"] = pd.to_datetime(monthly["month"])
    since = models["model"].map(monthly.groupby("model")["month"].min()) - pd.DateOffset(days=1)
    counts = monthly["downloads"].fillna(1)
    return models.assign(last_count=1.0, tracked_since=since), monthly.assign(
        downloads_cumulative=counts, flag="observed"
    )


def test_sides_are_compared_in_months_that_both_have_and_count_who_is_known():
    models, monthly = small()
    parts = standing.opposed(monthly, groups.sides(models, "qwen", "eight"), day("2025-01-01"), NEEDED)
    assert parts.columns[:3].tolist() == ["month", "side", "part"]
    assert parts[["side", "part", "downloads"]].to_numpy().tolist() == [["qwen", "Qwen", 10], ["eight", "Meta", 5]]
    found = standing.sums(parts).set_index("side")
    assert found["multiple"].to_dict() == {"qwen": 2, "eight": 0.5}
    assert found["members"].to_dict() == {"qwen": 1, "eight": 1}


def test_sides_come_in_the_order_given_and_each_by_months():
    models = small()[0].iloc[[0, 2]]
    monthly = pd.concat(
        [pd.DataFrame({"month": day(month), "model": models["model"], "downloads": 1.0, "downloads_cumulative": 2.0})
         for month in ("2025-02-01", "2025-03-01")]
    ).assign(flag="observed")  # fmt: skip
    parts = standing.opposed(monthly, groups.sides(models, "qwen", "eight"), day("2025-01-01"), NEEDED)
    assert parts[["month", "side"]].to_numpy().tolist() == [
        [day("2025-02-01"), "qwen"], [day("2025-03-01"), "qwen"],
        [day("2025-02-01"), "eight"], [day("2025-03-01"), "eight"],
    ]  # fmt: skip
    found = standing.sums(parts)
    assert found.columns.tolist() == ["month", "side", "downloads", "members", "multiple"]
    assert found["side"].tolist() == parts["side"].tolist()


def test_one_side_alone_is_no_comparison():
    models, monthly = small()
    parts = standing.opposed(monthly, groups.sides(models, "small", "eight"), day("2025-01-01"), NEEDED)
    assert parts.empty
    assert standing.sums(parts).empty


# Sizes and catalogues -----------------------------------------------------------------------------------------


def test_shares_by_size_are_of_the_bucket_and_of_the_own_whole():
    models = pd.DataFrame(
        [("a/1", "A", "<1B"), ("a/2", "A", "250B+"), ("b/1", "B", "1–5B"), ("b/2", "B", "250B+"), ("b/3", "B", None),
         ("c/1", "C", "10–50B")],
        columns=["model", "organisation", "bucket"],
    ).assign(last_count=1.0, tracked_since=day("2024-01-01"))  # fmt: skip
    counts = pd.DataFrame({"model": models["model"], "downloads_cumulative": [30.0, 10.0, 60.0, 30.0, 900.0, 70.0]})
    monthly = counts.assign(month=day("2025-01-01"), downloads=1.0, flag="observed")
    found = standing.by_size(monthly, models, "organisation", NEEDED).set_index(["bucket", "organisation"])
    assert found.loc[("250B+", "B"), ["downloads_cumulative_share", "own_share", "rank"]].tolist() == pytest.approx(
        [0.75, 1 / 3, 1]
    )
    assert found.loc[(standing.SMALL, "A"), "downloads_cumulative_share"] == pytest.approx(1 / 3)
    assert found.loc[("7–9B", "A"), ["downloads_cumulative_share", "rank"]].isna().all()
    best = found.reset_index().query("rank == 1 and bucket != @standing.SMALL")
    led = standing.buckets_led(best, "organisation").set_index("organisation")
    assert led["buckets_led"].to_dict() == {"B": 1}  # who is alone in a bucket leads nobody
    assert set(led["buckets"]) == {1}


def test_catalogues_and_since_when_all_are_observed():
    models = pd.DataFrame(
        {"model": ["a/1", "a/2", "b/1"], "organisation": ["A", "A", "B"], "history": [True, False, False],
         "released": pd.to_datetime(["2025-02-01", "2024-02-01", None])}
    )  # fmt: skip
    found = standing.catalogues(models).set_index("organisation")
    assert found.loc["A", ["models", "with_history", "released"]].tolist() == [2, 1, day("2024-02-01")]
    assert pd.isna(found.loc["B", "released"])
    daily = pd.DataFrame(
        {"model": ["a/1", "b/1", "b/1"], "date": pd.to_datetime(["2024-01-01", "2025-07-03", "2025-08-01"])}
    )
    assert standing.observed(daily, models)["since"].tolist() == [day("2025-07-03")]
    assert standing.observed(daily, models.assign(history=True))["since"].isna().tolist() == [True]


@pytest.mark.parametrize(
    ("unknown", "months", "parts"),
    [("2025-03-01", ["2025-02-01", "2025-03-01"], {"Qwen", "Meta"}),  # no part of what is compared at the end
     ("2025-02-01", ["2025-03-01"], {"Qwen", "Meta", "Mistral"})],
)  # fmt: skip
def test_sides_are_of_the_parts_that_are_known_at_the_end_in_the_months_in_which_all_of_them_are(
    unknown, months, parts
):
    models = small()[0].iloc[[0, 2, 3]]
    monthly = pd.concat(
        [pd.DataFrame({"month": day(month), "model": models["model"], "downloads": 1.0, "downloads_cumulative": 2.0})
         for month in ("2025-02-01", "2025-03-01")]
    ).assign(flag="observed")  # fmt: skip
    monthly.loc[(monthly["model"] == "mistralai/d") & (monthly["month"] == day(unknown)), "downloads"] = None
    found = standing.opposed(monthly, groups.sides(models, "qwen", "eight"), day("2025-01-01"), NEEDED)
    assert sorted(found["month"].unique()) == [day(month) for month in months]
    assert set(found["part"]) == parts
