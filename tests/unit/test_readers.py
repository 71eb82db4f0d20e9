"""Readers of the Hub's listings, OpenRouter, Arena and Artificial Analysis: bad files first, then real records."""

import json

import pandas as pd
import pyarrow.parquet
import pytest

from helpers import edition, paths
from helpers.archive import listings
from helpers.measures import derivatives, inference, performance
from helpers.registry import lists, makers, renames, sizes
from helpers.sources import arena, artificial_analysis, hub_records, openrouter
from helpers.tables import contracts
from tests.conftest import SHARED
from tests.unit import derivative_rules

REAL = SHARED / "real"
real = pytest.mark.skipif(not REAL.exists(), reason="the real records are not beside the repository")
LABELS = pd.read_csv(paths.REGISTRY / "organisations.csv")


@pytest.fixture(scope="module")
def tracked() -> pd.DataFrame:
    return lists.read(SHARED / "tracked-models", edition.load().bucket_edges, tracked=["models"]).models


# Makers -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "organisation", "region"),
    [
        (None, "Unknown", "unknown"),
        ("Anthropic", "Anthropic", "us"),
        ("Nobody at all", "Nobody at all", "unknown"),
        ("Alibaba", "Qwen", "china"),
        ("ALIBABA ", "Qwen", "china"),
        ("Z AI", "Zhipu AI", "china"),
        ("z-ai", "Zhipu AI", "china"),
        ("THUDM", "Zhipu AI", "china"),
        ("meta-llama", "Meta", "us"),
        ("AI21 Labs", "AI21", "us"),
        ("Hugging Face", "Hugging Face", "eu"),
    ],
)
def test_a_maker_is_known_by_label_namespace_or_alias(name, organisation, region):
    found = makers.resolve(pd.Series([name], dtype=object), LABELS).iloc[0]
    assert (found["organisation"], found["region"]) == (organisation, region)


def test_every_alias_means_an_organisation_that_has_a_label():
    assert set(makers.aliases().values()) <= set(LABELS["organisation"])


# Hub listings -------------------------------------------------------------------------------------------------

RECORD = {
    "model": "a/x",
    "created_at": pd.Timestamp("2025-06-01T12:00", tz="UTC"),
    "downloads_all_time": 7,
    "tags": ["safetensors"],
    "library_name": None,
    "pipeline_tag": "text-generation",
}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"tags": None}, r"page 1: column tags: nothing in row 1; wanted a value"),
        ({"tags": "llama"}, r"column tags: 'llama' in row 1; wanted a list of texts"),
        ({"downloads_all_time": -1}, r"column downloads_all_time: -1 in row 1; wanted 0 or more"),
        ({"downloads_all_time": 1.5}, r"column downloads_all_time: 1.5 in row 1; wanted a whole number"),
        (
            {"model": "x" * 1_000_000},
            r"column model: 'x{79}… \(1,000,002 characters\) in row 1; wanted 1 to 500 characters",
        ),
    ],
)
def test_a_bad_row_of_a_listing_is_refused(change, message):
    with pytest.raises(contracts.ContractError, match=message):
        contracts.check(pd.DataFrame([RECORD | change]), "raw/derivatives", "page 1")


def test_a_model_listed_twice_and_a_missing_column_are_refused():
    with pytest.raises(contracts.ContractError, match=r"repeated: \('a/x'\) in row 2"):
        contracts.check(pd.DataFrame([RECORD, RECORD]), "raw/derivatives", "page 1")
    with pytest.raises(contracts.ContractError, match=r"column created_at is missing"):
        contracts.check(pd.DataFrame([RECORD]).drop(columns="created_at"), "raw/derivatives", "page 1")


def test_unknown_downloads_stay_unknown():
    rows = pd.DataFrame([RECORD, RECORD | {"model": "a/z", "downloads_all_time": None}])
    listing = contracts.check(rows, "raw/derivatives", "page 1")
    assert listing["downloads_all_time"].isna().tolist() == [False, True]


def test_the_newest_day_that_lists_a_model_describes_it(tmp_path):
    def store_day(day, frame):
        (tmp_path / f"date={day}").mkdir()
        frame.to_parquet(tmp_path / f"date={day}" / "models.parquet")

    listed = pd.DataFrame([RECORD | {"safetensors_total": 5_000_000_000}, RECORD | {"model": "a/gone"},
                           RECORD | {"model": "a/nothing", "safetensors_total": 0}])  # fmt: skip
    store_day("2026-04-01", listed)
    store_day("2026-04-02", listed.head(1).assign(safetensors_total=6_000_000_000, pipeline_tag="fill-mask"))
    store_day("2026-04-03", listed[["model", "downloads_all_time", "created_at"]])  # counts alone, of a weekly dump
    found = listings.described(tmp_path, pd.Series(["a/gone", "a/never", "a/x", "a/nothing"]))
    found = found.set_index("model")
    assert sorted(found.index) == ["a/gone", "a/nothing", "a/x"]
    assert found.loc["a/x", ["safetensors_total", "pipeline_tag"]].tolist() == [6_000_000_000, "fill-mask"]
    assert found.loc[["a/gone", "a/nothing"], "safetensors_total"].isna().all()


def test_where_only_counts_are_held_nothing_is_described(tmp_path):
    (tmp_path / "date=2026-04-03").mkdir()
    counts = pd.DataFrame([RECORD])[["model", "downloads_all_time", "created_at"]]
    counts.to_parquet(tmp_path / "date=2026-04-03" / "models.parquet")
    found = listings.described(tmp_path, pd.Series(["a/x"]))
    assert found.empty
    assert list(found) == ["model", "tags", "library_name", "pipeline_tag", "safetensors_total"]


def test_a_day_that_has_a_model_under_both_its_ids_describes_it_once(tmp_path):
    """A file of nothing but descriptions is enough."""
    (tmp_path / "date=2026-04-03").mkdir()
    rows = pd.DataFrame([RECORD | {"model": model} for model in ("THUDM/glm", "zai-org/glm")])
    held = rows.assign(safetensors_total=7)[listings.DESCRIPTION]
    held.to_parquet(tmp_path / "date=2026-04-03" / "models.parquet")
    found = listings.described(tmp_path, pd.Series(["THUDM/glm", "zai-org/glm"]))
    assert found["model"].tolist() == ["zai-org/glm"]


def test_the_newest_day_is_read_and_a_truncated_file_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"holds no date=YYYY-MM-DD/models.parquet"):
        listings.newest(tmp_path)
    (tmp_path / "date=2026-04-03").mkdir()
    counts = pd.DataFrame({"model": ["a/x"], "downloads_all_time": [1], "created_at": [pd.Timestamp(0, tz="UTC")]})
    counts.to_parquet(tmp_path / "date=2026-04-03" / "models.parquet")
    with pytest.raises(FileNotFoundError, match=r"none of its 1 days has the columns of a listing"):
        listings.newest(tmp_path)
    page = contracts.check(pd.DataFrame([RECORD]), "raw/derivatives", "page 1")
    for day in ("2026-04-01", "2026-04-02"):
        (tmp_path / f"date={day}").mkdir()
        page.to_parquet(tmp_path / f"date={day}" / "models.parquet")
    newest = listings.newest(tmp_path)
    assert newest.parent.name == "date=2026-04-02"
    pd.testing.assert_frame_equal(listings.read(newest).drop(columns="tags"), page.drop(columns="tags"))
    newest.write_bytes(newest.read_bytes()[:-100])
    with pytest.raises(contracts.ContractError, match=r"models.parquet: cannot be read as parquet"):
        listings.read(newest)


@pytest.fixture(scope="module")
def stats() -> list[dict]:
    """Records of the Hub as its list route gives them."""
    return pyarrow.parquet.read_table(REAL / "hub_stats_frozen_2026-05.parquet").to_pylist()


def collected(rows: list[dict]) -> pd.DataFrame:
    """What the collector makes of them, after their dates are texts again as on the route."""
    dates = ("createdAt", "lastModified")
    table, left = hub_records.table([row | {date: f"{row[date].isoformat()}Z" for date in dates} for row in rows])
    assert not left
    return table.to_pandas()


@real
def test_real_hub_records_are_classified_with_a_reason_each(stats, tracked, show):
    listing = collected(stats)
    rules = edition.load()
    found = derivatives.classify(listing, tracked, rules.derivative_threshold, rules.excluded_formats)
    contracts.check(found, "signals/derivatives")
    rules_in_pandas = derivative_rules.classify(listing, tracked, rules.derivative_threshold, rules.excluded_formats)
    pd.testing.assert_frame_equal(found, rules_in_pandas)
    counted = derivatives.counted(found)
    show(f"\n{len(listing):,} repositories, {len(found):,} rows with their bases")
    show(found["reason"].fillna("counted").value_counts().to_string())
    show(counted["relation"].value_counts().to_string())
    show(f"{counted['model'].isin(tracked['model']).sum()} counted rows are tracked models themselves")
    known = set(renames.known_as(tracked["model"]))
    named = [any(tag.startswith("base_model:") and tag.rpartition(":")[2] in known for tag in tags)
             for tags in listing["tags"]]  # fmt: skip
    assert set(found["model"]) == set(listing["model"][named])
    assert len(counted) == 1111
    assert counted["model"].nunique() == 1092
    assert (counted["downloads_all_time"] > 5).all()
    # Weights in mlx and gptq are safetensors files. Fine-tunes with a GGUF file beside their weights are no re-uploads.
    assert set(found["format"].dropna()) == {"mlx", "gptq"}
    beside = listing["model"][listing["tags"].map(lambda tags: {"gguf", "safetensors"} <= set(tags))]
    held = found[found["model"].isin(beside)].set_index("model")["format"].dropna()
    assert found["model"].isin(beside).any()
    assert held.empty


@real
def test_real_tags_tell_the_same_parents_as_the_hubs_structured_field(stats, tracked):
    def told(row):
        parents = row["baseModels"] or {"models": []}
        relation = f"{parents['relation']}:" if parents.get("relation") else ""
        return [f"base_model:{relation}{parent['id']}" for parent in parents["models"]]

    with_both = collected([row | {"tags": list(dict.fromkeys([*row["tags"], *told(row)]))} for row in stats])
    assert sum(bool(told(row)) for row in stats) > 1000
    both, tags = (derivatives.classify(listing, tracked, 5, []) for listing in (with_both, collected(stats)))
    pd.testing.assert_frame_equal(both, tags)


@real
def test_real_sizes_come_from_the_safetensors_headers(stats, tracked, show):
    records = collected(stats).set_index("model")
    weights = records["safetensors_total"].dropna() / 1e9
    found = sizes.resolve(records.index.to_series(), pd.Series(dtype=float), weights)
    show(f"\n{found['size_source'].fillna('unresolved').value_counts().to_string()}")
    assert weights["Qwen/Qwen1.5-MoE-A2.7B"] == pytest.approx(14.3, abs=0.1)
    curated = tracked[tracked["size_source"] == "curated"].set_index("model")["parameters_b"]
    ratio = (weights / curated).dropna()
    close = ratio.between(0.9, 1.1)
    show(f"{close.mean():.0%} of {len(ratio)} models within a tenth of the curated size; others:\n{ratio[~close]}")
    assert close.mean() > 0.8


# OpenRouter ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"data": [{"id"', r"models.json: Expecting.*fetch the catalogue again"),
        ('{"error": {"code": 429}}', r"models.json: holds no list of models"),
        ('["a", "b"]', r"models.json: holds no list of models"),
        ('{"data": [{"id": "a/b"}]}', r"column canonical_slug: nothing in row 1"),
        (b"\xff\xfe", r"models.json: .*fetch the catalogue again"),
    ],
)
def test_a_bad_catalogue_is_refused(tmp_path, content, message):
    path = tmp_path / "models.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(contracts.ContractError, match=message):
        openrouter.read_catalogue(path)


def test_a_catalogue_is_read_with_and_without_envelope_and_blank_means_no_weights(tmp_path):
    models = [
        {"canonical_slug": "a/b-1", "id": "a/b", "hugging_face_id": ""},
        {"canonical_slug": "a/c-1", "id": "a/c", "hugging_face_id": "A/C", "name": "C"},
    ]
    for content in (models, {"data": models, "links": {"next": None}}):
        (tmp_path / "models.json").write_text(json.dumps(content))
        found = openrouter.read_catalogue(tmp_path / "models.json")
        assert found["hugging_face_id"].fillna("none").tolist() == ["none", "A/C"]


def test_token_files_are_read_and_floats_refused(tmp_path):
    path = tmp_path / "daily.parquet"
    rows = pd.DataFrame({"date": ["2025-06-01"], "model_permaslug": ["a/b"], "total_tokens": ["9007199254740993"]})
    rows.to_parquet(path)
    assert openrouter.read_daily(path)["total_tokens"].tolist() == ["9007199254740993"]
    rows.assign(total_tokens=9007199254740993.0).to_parquet(path)
    with pytest.raises(contracts.ContractError, match=r"daily.parquet: column total_tokens: .* wanted text"):
        openrouter.read_daily(path)
    for month, wanted in (
        ("2025-06-02", "the first day of a month"), ("1970-01-01", "a day from "), ("2099-01-01", "a day from "),
    ):  # fmt: skip
        pd.DataFrame({"month": [month], "model": ["a/b"], "tokens": [1]}).to_parquet(path)
        with pytest.raises(contracts.ContractError, match=rf"column month: {month} in row 1; wanted {wanted}"):
            openrouter.read_monthly(path)


@real
def test_real_days_are_told_open_and_attributed_to_the_regions_that_others_give(tmp_path, tracked, show):
    days = pd.read_csv(REAL / "openrouter_gemas_openweight_7days.csv", dtype=str)
    shape = days.rename(columns={"model": "model_permaslug", "tokens_day": "total_tokens"})
    shape.to_parquet(tmp_path / "daily.parquet")
    catalogue = openrouter.read_catalogue(REAL / "models_dev_openrouter_catalog_2026-05-15.json")
    found = openrouter.daily(openrouter.read_daily(tmp_path / "daily.parquet"), catalogue, LABELS, tracked["model"])
    contracts.check(found, "signals/tokens_daily")
    month = inference.by_month(found)
    show(f"\nrows by status (all are open-weight):\n{found['status'].value_counts().to_string()}")
    show(inference.open_shares(month, "region").pivot(index="month", columns="region", values="tokens_share").round(3))
    assert found["tokens"].sum() == sum(map(int, days["tokens_day"]))
    assert (found["status"] == "open").mean() > 0.9  # the catalogue is of May 2026; retired models stand on our list
    assert "closed" not in set(found["status"])
    theirs = days.assign(slug=days["model"].str.partition(":")[0]).drop_duplicates("slug").set_index("slug")["region"]
    known = found[found["region"].isin(["us", "china", "eu"])]
    names = {"us": "US", "china": "China", "eu": "EU"}
    others = known["region"].map(names) != known["slug"].map(theirs)
    assert set(known.loc[others, "slug"]) == {"openchat/openchat-7b"}  # built in Beijing; there it is elsewhere
    assert len(known) > 0.9 * len(found)


# Arena --------------------------------------------------------------------------------------------------------

BOARD = {
    "leaderboard_publish_date": "2025-05-01",
    "category": "overall",
    "model_name": "a",
    "organization": "Alibaba",
    "license": "Apache 2.0",
    "rating": 1300.0,
    "variance": 4.0,
    "vote_count": 100.0,
}


def boards(*changes: dict) -> pd.DataFrame:
    return contracts.check(
        pd.DataFrame([BOARD | change for change in changes]), "raw/arena/text_style_control", "board"
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"leaderboard_publish_date": "May 1, 2025"},
            r"board: column leaderboard_publish_date: 'May 1, 2025' in row 1",
        ),
        ({"rating": None}, r"column rating: nothing in row 1; wanted a value"),
        ({"rating": float("inf")}, r"column rating: inf in row 1"),
        ({"vote_count": -1}, r"column vote_count: -1.* in row 1; wanted 0 or more"),
        ({"model_name": ""}, r"column model_name: '' in row 1; wanted 1 to 500 characters"),
    ],
)
def test_a_bad_board_is_refused(change, message):
    with pytest.raises(contracts.ContractError, match=message):
        boards(change)


@pytest.mark.parametrize(
    ("licence", "status"),
    [("Proprietary", "closed"), ("proprietary", "closed"), ("PROPRIETARY ", "closed"), ("", "unknown"),
     (" ", "unknown"), (None, "unknown"), ("MIT", "open"), ("Llama 3.1", "open"), ("Non-proprietary", "open"),
     ("Propretary", "unknown"), ("Proprietary (beta)", "unknown"), ("Licence", "unknown"), ("Apache 2.0", "open"),
     ("apache-2.0 ", "open"), ("Llama 3.1 Community", "open"), ("CC-BY-NC-4.0", "open"), ("Gemma license", "open")],
)  # fmt: skip
def test_the_licence_tells_whether_a_model_is_open(licence, status):
    assert arena.scores(boards({"license": licence}), LABELS)["status"].tolist() == [status]


def test_only_the_overall_board_counts_and_a_blank_maker_is_unknown():
    found = arena.scores(boards({"category": "coding"}, {"category": "overall", "organization": " "}), LABELS)
    assert found[["organisation", "region"]].to_numpy().tolist() == [["Unknown", "unknown"]]
    contracts.check(found, "signals/arena")


def test_of_repeated_rows_most_votes_stand_and_of_equals_the_smallest_variance():
    rows = boards(
        {"rating": 1.0, "vote_count": 10.0, "variance": 1.0}, {"rating": 2.0, "vote_count": 20.0, "variance": 9.0},
        {"rating": 3.0, "vote_count": 20.0, "variance": 8.0}, {"rating": 4.0, "vote_count": None, "variance": None},
        {"rating": 5.0, "model_name": "b"}, {"rating": 6.0, "leaderboard_publish_date": "2025-05-02"},
    )  # fmt: skip
    for order in (rows, rows[::-1]):
        assert arena.scores(order, LABELS)["score"].tolist() == [3, 5, 6]


@real
def test_real_boards_give_a_frontier_that_never_falls(show):
    theirs = pd.read_csv(REAL / "arena_oolong_text_top30_daily.csv")
    shape = pd.DataFrame(
        {
            "leaderboard_publish_date": theirs["snapshot"],
            "category": "overall",
            "model_name": theirs["model"],
            "organization": theirs["vendor"],
            "license": theirs["license"],
            "rating": theirs["score"],
            "variance": (theirs["ci"] / 1.96) ** 2,
            "vote_count": theirs["votes"],
        }
    )
    found = arena.scores(contracts.check(shape, "raw/arena/text_style_control", "boards"), LABELS)
    recalibrated = performance.recalibrate(found, 59.2, "2025-05-19")
    pd.testing.assert_frame_equal(recalibrated, found)  # all of 2026
    frontier = performance.frontier(found[found["status"] == "open"])
    show(f"\n{performance.records(frontier).to_string()}")
    assert (frontier.groupby("region")["score"].diff().dropna() >= 0).all()
    fallen = found[found["model"] == "glm-5"].set_index("date")["score"].diff().min()
    assert fallen < 0  # published scores do fall
    last = frontier.groupby("region").last()
    assert (last.loc["china", "model"], last.loc["china", "score"]) == ("glm-5.1", 1472)
    assert last.loc["us", "model"] == "gemma-4-31b"
    assert performance.leads(frontier)["region"].tolist() == ["china"]


# Artificial Analysis ------------------------------------------------------------------------------------------


def analysed(name: str, index: float | None = 30.0, **more) -> dict:
    return {
        "id": f"id-{name}",
        "name": name,
        "slug": name.lower().replace(" ", "-"),
        "release_date": "2025-01-20",
        "model_creator": {"id": "1", "name": "DeepSeek"},
        "evaluations": {"artificial_analysis_intelligence_index": index},
    } | more


def envelope(*models: dict, version: float = 4.1) -> dict:
    return {"tier": "free", "intelligence_index_version": version, "pagination": {"page": 1}, "data": list(models)}


@pytest.fixture
def analysis(tmp_path):
    """Read this content as one day's file."""

    def read(content: object) -> pd.DataFrame:
        path = tmp_path / "2026-04-10.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        assert artificial_analysis.newest(tmp_path) == path
        return artificial_analysis.read(path)

    return read


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"tier": "free", "data": [', r"2026-04-10.json: Expecting value.*fetch it again"),
        ({"error": "Invalid API key."}, r"not the free route's envelope.*fetch it again"),
        ({"data": [analysed("a")]}, r"not the free route's envelope \(KeyError\('meta'\)\)"),
        (envelope({"name": "a"}), r"KeyError\('id'\)"),
        (envelope(), r"2026-04-10.json: holds no models; fetch it again"),
        (
            [envelope(analysed("a")), envelope(analysed("b"), version=4.2)],
            r"pages of index versions 4.1, 4.2, not compar",
        ),
        (envelope(analysed("a"), analysed("a")), r"repeated: \('id-a'\) in row 2"),
        (envelope(analysed("a", index="high")), r"column intelligence_index: 'high' in row 1; wanted a number"),
        (envelope(analysed("a", release_date="2025-02-30")), r"column release_date: '2025-02-30' in row 1"),
    ],
)
def test_a_bad_page_is_refused(analysis, content, message):
    with pytest.raises(contracts.ContractError, match=message):
        analysis(content)


def test_there_is_no_newest_file_in_an_empty_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"holds no YYYY-MM-DD\.json"):
        artificial_analysis.newest(tmp_path)


def test_pages_are_put_together_and_what_the_free_tier_does_not_tell_is_null(analysis):
    nested = envelope(analysed("b", index=None))
    nested["meta"] = {"intelligence_index_version": nested.pop("intelligence_index_version")}
    found = analysis([envelope(analysed("a")), nested])
    assert found["index_version"].tolist() == ["4.1", "4.1"]
    assert found["intelligence_index"].isna().tolist() == [False, True]
    assert found[["open_weights", "hugging_face_id"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("maker", "name", "model", "match"),
    [
        ("DeepSeek", "DeepSeek R1 (Jan '25)", "deepseek-ai/DeepSeek-R1", "name"),
        ("DeepSeek", "DeepSeek R1 (May '25)", "deepseek-ai/DeepSeek-R1-0528", "name"),
        ("DeepSeek", "DeepSeek R2", None, None),
        ("OpenAI", "gpt-oss-120B (high)", "openai/gpt-oss-120b", "name"),
        ("Microsoft", "gpt-oss-120B (high)", None, None),  # another maker's
        ("Microsoft Azure", "Phi-4", "microsoft/phi-4", "name"),
        ("Microsoft Azure", "Phi-4 Reasoning", "microsoft/Phi-4-reasoning", "name"),
        ("Microsoft Azure", "Phi-4 Mini Reasoning", None, None),
        ("Meta", "Llama 3.1 Instruct 405B", "meta-llama/Llama-3.1-405B-Instruct", "name"),
        ("Meta", "Llama 3.1 Instruct 70B", None, None),  # of another size
        ("Meta", "Llama 3.3 70B", None, None),  # not Llama 3 70B
        ("Alibaba", "Qwen3 235B A22B 2507 (Reasoning)", "Qwen/Qwen3-235B-A22B-Thinking-2507", "name"),
        ("Alibaba", "Qwen3 235B A22B 2507 Instruct", "Qwen/Qwen3-235B-A22B-Instruct-2507", "name"),
        ("Alibaba", "Qwen3 235B A22B (Reasoning)", "Qwen/Qwen3-235B-A22B", "name"),  # thinks by itself
        ("Alibaba", "Qwen3 235B A22B (Non-reasoning)", "Qwen/Qwen3-235B-A22B", "name"),
        ("Mistral", "Mistral Small 3.2", "mistralai/Mistral-Small-3.2-24B-Instruct-2506", "name"),
        ("Mistral", "Ministral 3", None, "doubtful"),  # of which size?
        ("Mistral", "Ministral 3 8B", "mistralai/Ministral-3-8B-Instruct-2512", "name"),
        ("Mistral", "Magistral Small 1.2", "mistralai/Magistral-Small-2509", "listed"),
        ("Mistral", "Mistral Large 2 (Jul '24)", "mistralai/Mistral-Large-Instruct-2407", "listed"),
        ("Mistral", "Mistral Large 2 (Jan '30)", None, None),
        ("Sarvam", "Sarvam M (Reasoning)", "sarvamai/sarvam-m", "listed"),
        (None, "DeepSeek R1", None, None),
    ],
)
def test_a_free_record_is_open_where_its_name_means_one_model_and_else_unknown(analysis, maker, name, model, match):
    ours = [
        *("deepseek-ai/DeepSeek-R1", "deepseek-ai/DeepSeek-R1-0528", "openai/gpt-oss-120b", "meta-llama/Llama-3-70B"),
        *("meta-llama/Llama-3.1-405B", "meta-llama/Llama-3.1-405B-Instruct", "Qwen/Qwen3-235B-A22B-Thinking-2507"),
        *("microsoft/phi-4", "microsoft/Phi-4-reasoning", "Qwen/Qwen3-235B-A22B-FP8", "Qwen/Qwen3-235B-A22B"),
        *("Qwen/Qwen3-235B-A22B-Instruct-2507", "mistralai/Mistral-Small-3.2-24B-Instruct-2506"),
        *("mistralai/Ministral-3-8B-Instruct-2512", "mistralai/Ministral-3-3B-Instruct-2512"),
    ]
    listing = analysis(envelope(analysed(name, model_creator=maker and {"name": maker})))
    found = artificial_analysis.scores(listing, pd.Series(ours), LABELS)
    row = contracts.check(found, "signals/artificial_analysis").astype(object).where(lambda table: table.notna(), None)
    status = "open" if model else "unknown"
    assert row.iloc[0][["status", "hugging_face_id", "match"]].tolist() == [status, model, match]


def test_an_address_goes_before_the_name_unless_it_is_of_another_size(analysis):
    """Both happen in the real listing: old spellings of ids, and the address of a sister model."""
    at = "https://huggingface.co/"
    told = [
        ("Gemma 3 4B Instruct", at + "google/gemma-3-12b-it", "google/gemma-3-4b-it", "name"),
        ("Gemma 3 12B Instruct", at + "Google/Gemma-3-12B-it/tree/main", "google/gemma-3-12b-it", "address"),
        ("Nano", at + "google/not-on-our-list", "google/not-on-our-list", "address"),
        ("Gemini", "https://github.com/google/gemini", None, None),
    ]
    rows = [analysed(name, model_creator={"name": "Google"}, huggingface_url=url) for name, url, *_ in told]
    ours = pd.Series(["google/gemma-3-4b-it", "google/gemma-3-12b-it"])
    found = artificial_analysis.scores(analysis(envelope(*rows)), ours, LABELS).astype(object)
    found = found.where(found.notna(), None)
    assert found[["hugging_face_id", "match"]].to_numpy().tolist() == [list(row[2:]) for row in told]


def test_the_sources_own_word_goes_before_the_name(analysis):
    said = {"licensing": {"is_open_weights": False}, "model_creator": {"name": "Alibaba"}, "huggingface_url": None}
    found = analysis(envelope(analysed("DeepSeek R1", **said), analysed("Other", licensing={"is_open_weights": True})))
    scores = artificial_analysis.scores(found, pd.Series(["deepseek-ai/DeepSeek-R1"]), LABELS)
    assert scores["status"].tolist() == ["closed", "open"]


def test_a_file_named_after_a_day_that_cannot_have_been_is_passed_over(tmp_path):
    for day in ("1970-01-01", "2026-01-31", "2099-01-01", "2026-02-31"):
        (tmp_path / f"{day}.json").write_text("{}", encoding="utf-8")
    assert artificial_analysis.newest(tmp_path).name == "2026-01-31.json"
    (tmp_path / "models").mkdir()
    for name, model in (("models.json", "a/1"), ("models/2026-01-31.json", "a/2"), ("models/2099-01-01.json", "a/3")):
        row = {"canonical_slug": model, "id": model, "hugging_face_id": None}
        (tmp_path / name).write_text(json.dumps({"data": [row]}), encoding="utf-8")
    assert openrouter.read_catalogues(tmp_path)["id"].tolist() == ["a/1", "a/2"]
