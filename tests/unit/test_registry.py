"""The registry: bad lists are refused by row, doubts become findings, sizes and buckets are known answers."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import edition, paths, registry
from helpers.registry import groups, licences, lists, makers, matching, sizes
from tests.conftest import SHARED

EDGES = [1, 5, 10, 50, 100, 250]
TRACKED, HUB = SHARED / "tracked-models", SHARED / "real" / "hub_stats_frozen_2026-05.parquet"
tracked = pytest.mark.skipif(not TRACKED.exists(), reason="the real tracked-models lists are not beside the repository")
hub = pytest.mark.skipif(not HUB.exists(), reason="the real Hub records are not beside the repository")

LISTS = {
    "models.csv": "org,model,modelId\nQwen,a,Qwen/Qwen3-8B\nacme,b,acme/b-1B\nQwen,c,Qwen/Max\n",
    "model_parameters.csv": "model_id,total_params_b,active_params_b,is_moe,notes\nQwen/Qwen3-8B,8.2,,,\n",
    "organization_regions.csv": "hf_org,region,notes\nQwen,china,\n",
    "release_date_corrections.csv": "# a remark, with commas\nmodel_id,hf_created_at,actual_release_date,notes\n"
    "Qwen/Qwen3-8B,2025-04-27,2025-04-28,1 day early\n",
    "organisations.csv": "namespace,organisation,region,source\nQwen,Qwen,china,\n",
}
SIZES = "model_id,total_params_b\n"


@pytest.fixture
def folder_of(tmp_path):
    """A folder of small lists; call it with file=content to replace some."""

    def write(**replaced):
        contents = LISTS | {name.replace("__", ".csv"): text for name, text in replaced.items()}
        for name, text in contents.items():
            (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        return lists.read(tmp_path, EDGES, labels=tmp_path / "organisations.csv")

    return write


# Lists that cannot be read ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("models__", "org,model\nQwen,a\n", r"models.csv: column modelId is missing; it has org, model"),
        ("models__", "modelId\nQwen3-8B\n", r"models.csv, record 1, column modelId: 'Qwen3-8B'; wanted a Hub id"),
        ("models__", "modelId\nQwen/x\n\na/b/c\n", r"models.csv, record 2, column modelId: 'a/b/c'"),
        ("models__", "", r"models.csv: No columns"),
        ("models__", b"modelId\nQwen/\xff\xfe\n", r"models.csv: .*save it as comma-separated UTF-8"),
        ("model_parameters__", SIZES + "Qwen/x,7\nQwen/y,big\n", r"record 2, .*'big'; wanted billions"),
        ("model_parameters__", SIZES + "Qwen/x,-7\n", r"'-7'; wanted billions of parameters, above 0"),
        ("model_parameters__", SIZES + "Qwen/x,0\n", r"'0'; wanted billions of parameters, above 0"),
        ("model_parameters__", SIZES + "Qwen/x,inf\n", r"'inf'; wanted billions of parameters, above 0"),
        ("model_parameters__", SIZES + "Qwen/x,1e999\n", r"'1e999'; wanted billions of parameters, above 0"),
        ("model_parameters__", SIZES + "Qwen/x,nan\n", r"'nan'; wanted billions of parameters, above 0"),
        ("organization_regions__", "hf_org,region\nQwen,asia\n", r"'asia'; wanted one of us, china"),
        ("release_date_corrections__", "model_id,actual_release_date\nQwen/x,2025-17-10\n", r"wanted a date"),
        ("models__", "modelId\n" + "x" * 1_000_000 + "\n", r"record 1, column modelId: 'x{80}'; wanted"),
    ],
)  # fmt: skip
def test_a_bad_list_is_refused_by_file_record_and_value(folder_of, file, content, message):
    with pytest.raises(registry.RegistryError, match=message):
        folder_of(**{file: content})


def test_a_missing_list_is_named(folder_of, tmp_path):
    folder_of()
    (tmp_path / "model_parameters.csv").unlink()
    with pytest.raises(registry.RegistryError, match=r"model_parameters.csv is missing"):
        lists.read(tmp_path, EDGES)


# What is read, and what becomes a finding ---------------------------------------------------------------------


def test_a_list_is_read_and_its_doubts_are_kept(folder_of):
    found = folder_of()
    models = found.models.set_index("model")
    assert list(models.index) == ["Qwen/Qwen3-8B", "acme/b-1B", "Qwen/Max"]
    assert list(models["organisation"]) == ["Qwen", "acme", "Qwen"]
    assert list(models["region"]) == ["china", "unknown", "china"]
    assert list(models["bucket"].astype(object).fillna("none")) == ["7–9B", "1–5B", "none"]
    assert list(models["size_source"].fillna("none")) == ["curated", "name", "none"]
    assert models.loc["Qwen/Qwen3-8B", "released"] == pd.Timestamp("2025-04-28")
    assert models["released"].isna().sum() == 2
    assert list(found.findings["kind"]) == ["no label", "no region", "no size"]
    assert list(found.findings["subject"]) == ["acme", "acme", "Qwen/Max"]


@pytest.mark.parametrize(
    ("file", "content", "kind", "found"),
    [
        ("models__", "modelId\nQwen/x-1B\nQwen/x-1B\n", "repeated model", "listed more than once"),
        ("model_parameters__", SIZES + "Qwen/x,7\nQwen/x,8\n", "repeated size", "7 and 8; the first"),
        ("organization_regions__", "hf_org,region\nQwen,eu\n", "other region", "eu in organization_regions.csv, which"),
        ("model_parameters__", SIZES + "Qwen/Qwen3-8B,80\n", "other size", "80B as listed, which counts; 8B"),
        ("models__", "modelId\nQwen/Mixtral-8x7B\n", "size is an upper bound", "56B, experts times size"),
        ("organisations__", "namespace,organisation,region\nQwen,Q,china\nacme,Q,us\n", "two regions", "china and us"),
    ],
)  # fmt: skip
def test_conflicts_and_repeats_are_findings(folder_of, file, content, kind, found):
    more = {"organization_regions__": "hf_org,region\nQwen,china\nacme,us\n"} if kind == "two regions" else {}
    findings = folder_of(**{file: content}, **more).findings
    assert kind in set(findings["kind"])
    assert findings.set_index("kind").loc[kind, "found"].startswith(found)


def test_a_namespace_without_a_region_is_found_once_however_many_models_it_has(folder_of):
    found = folder_of(models__="modelId\nnobody/One-1B\nnobody/Two-2B\nnobody/Three-3B\n").findings
    assert list(zip(found["kind"], found["subject"], strict=True)) == [("no label", "nobody"), ("no region", "nobody")]


@pytest.mark.parametrize("told", ["NA", "None", "nan", "null"])
def test_what_a_list_spells_like_nothing_is_a_name(told, tmp_path, monkeypatch):
    (tmp_path / "list.csv").write_text(
        f"pattern,status,alias,organisation,name,model\n{told},open,{told},A,{told},a/b\n"
    )
    assert makers.aliases(tmp_path / "list.csv") == {told: "A"}
    assert matching.listed(tmp_path / "list.csv") == {told.casefold(): "a/b"}
    ((pattern, status),) = licences._patterns(tmp_path / "list.csv")
    assert (pattern.pattern, status) == (told, "open")
    monkeypatch.setattr(paths, "REGISTRY", tmp_path)
    assert groups._read("list")["name"].tolist() == [told]


def test_a_repeated_model_counts_once_and_by_its_first_row(folder_of):
    models = folder_of(models__="modelId\nQwen/x\nQwen/x\n", model_parameters__=SIZES + "Qwen/x,7\nQwen/x,80\n").models
    assert models[["model", "parameters_b"]].to_dict("records") == [{"model": "Qwen/x", "parameters_b": 7.0}]


def test_an_edition_tracks_the_lists_that_it_names(folder_of, tmp_path):
    folder_of(extra_models__="modelId\nacme/x-3B\nacme/b-1B\n")
    labels = tmp_path / "organisations.csv"

    def models(*tracked):
        return lists.read(tmp_path, EDGES, labels, tracked=tracked)

    assert list(models("models").models["model"]) == ["Qwen/Qwen3-8B", "acme/b-1B", "Qwen/Max"]
    assert list(lists.read(tmp_path, EDGES, labels).models["model"]) == list(
        models("models", "extra_models").models["model"]
    )
    assert list(models("extra_models").models["model"]) == ["acme/x-3B", "acme/b-1B"]
    both = models("models", "extra_models")
    assert list(both.models["model"]) == ["Qwen/Qwen3-8B", "acme/b-1B", "Qwen/Max", "acme/x-3B"]
    assert "acme/b-1B" in set(both.findings.loc[both.findings["kind"] == "repeated model", "subject"])
    assert list(lists.ids(tmp_path)) == ["Qwen/Qwen3-8B", "acme/b-1B", "Qwen/Max", "acme/x-3B", "acme/b-1B"]
    for wrong, found in ((("all",), "all"), ((), "none")):
        with pytest.raises(
            registry.RegistryError, match=f"lists of tracked models: {found}; name one or more of models"
        ):
            models(*wrong)


@tracked
def test_the_real_lists_are_read_together(show):
    both = lists.read(TRACKED, EDGES, tracked=lists.LISTS)
    show(f"\n{len(both.models):,} models of both lists, {len(lists.ids(TRACKED, ['models'])):,} entries of the first")
    assert len(both.models) > 1617
    assert both.models["model"].is_unique


def test_a_list_that_is_not_held_is_told(folder_of, tmp_path):
    folder_of()
    with pytest.raises(registry.RegistryError, match=r"extra_models.csv is missing; run `atom collect tracked-models`"):
        lists.ids(tmp_path, ["extra_models"])


# Sizes and buckets --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("Qwen2.5-7B-Instruct", 7), ("Qwen1.5-0.5B-Chat", 0.5), ("llava-onevision-qwen2-0.5b-ov-hf", 0.5),
        ("SmolLM2-135M-Instruct", 0.135), ("Qwen3-30B-A3B", 30), ("granite-3.0-1b-a400m-base", 1),
        ("Mixtral-8x7B-v0.1", 56), ("internlm2-math-plus-mixtral8x22b", 176), ("OLMoE-1B-7B-0924", 7),
        ("internlm2-chat-1_8b", 1.8), ("internlm2_5-7b-chat-1m", 7), ("Llama-3_3-Nemotron-Super-49B-v1", 49),
        ("InternVL3_5-241B-A28B-Instruct", 241), ("Qwen2.5-14B-Instruct-1M", 14), ("model_2_5_7b", 7),
        ("Kimi-VL-A3B-Instruct", None), ("gemma-3n-E2B-it", None), ("Llama-4-Scout-17B-16E", None),
        ("Qwen1.5-MoE-A2.7B", None), ("phi-4", None), ("chat-4bit", None), ("Skywork-13B-Base-8bits", 13),
        ("MiniMax-M2.5", None), ("GLM-4.5", None), ("Ling-2.5-1T", None),
    ],
)  # fmt: skip
def test_sizes_that_names_state(name, size):
    assert sizes.from_name(f"someone/{name}") == size


def test_the_table_comes_before_the_weights_and_the_weights_before_the_name():
    models = pd.Series(["a/x-7B", "a/y-7B", "a/z-7B", "a/w"], index=[3, 1, 2, 0])
    found = sizes.resolve(models, pd.Series({"a/x-7B": 6.7}), pd.Series({"a/x-7B": 6.8, "a/y-7B": 6.9}))
    assert list(found["size_source"].fillna("none")) == ["curated", "safetensors", "name", "none"]
    assert list(found["parameters_b"])[:3] == [6.7, 6.9, 7.0]
    assert list(found.index) == list(models.index)
    assert found["parameters_b"].isna().sum() == 1


def test_buckets_are_closed_below_and_open_above_and_ordered():
    sizes = pd.Series([0.999, 1, 4.999, 5, 9.99, 10, 49.9, 50, 99.9, 100, 249.9, 250, 2000, None])
    found = registry.bucket(sizes, EDGES)
    labels = ["<1B", "1–5B", "1–5B", "7–9B", "7–9B", "10–50B", "10–50B", "50–100B", "50–100B",
              "100–250B", "100–250B", "250B+", "250B+"]  # fmt: skip
    assert list(found[:-1]) == labels
    assert pd.isna(found.iloc[-1])
    assert found.cat.ordered
    assert list(found.cat.categories) == list(registry.BUCKETS)


def test_there_is_one_bucket_for_each_interval():
    with pytest.raises(registry.RegistryError, match="7 buckets need 6 edges"):
        registry.bucket(pd.Series([1.0]), [1, 10])


@given(st.floats(min_value=0.001, max_value=5000), st.floats(min_value=0.001, max_value=5000))
def test_a_larger_model_is_never_in_a_smaller_bucket(one, other):
    found = registry.bucket(pd.Series(sorted([one, other])), EDGES)
    assert found.cat.codes[0] <= found.cat.codes[1]


@given(st.text(max_size=60))
def test_any_name_has_a_size_or_none(name):
    size = sizes.from_name(f"someone/{name}")
    assert size is None or size >= 0


# Our own lists, and the real ones -----------------------------------------------------------------------------


def test_our_own_lists_agree_with_themselves():
    organisations = pd.read_csv(paths.REGISTRY / "organisations.csv", keep_default_na=False)
    models = pd.read_csv(paths.REGISTRY / "models.csv")
    assert organisations["namespace"].is_unique
    assert organisations["region"].isin(registry.REGION_LABELS).all()
    assert organisations["listed"].isin(["yes", "no"]).all()
    assert (organisations["source"] != "").all()
    noted = organisations.loc[organisations["region"] == "unknown", "source"]
    assert noted.str.contains("unknown on purpose: |; ").all(), "an unknown region says why"
    assert organisations.groupby("organisation")["region"].nunique().eq(1).all()
    assert models["model"].is_unique
    assert set(models["model"].str.partition("/")[0]) <= set(organisations["namespace"])
    assert pd.to_datetime(models["released"], format="%Y-%m-%d").notna().all()
    assert (models["parameters_b"].dropna() > 0).all()
    assert models["source"].notna().all()


def test_regions_and_periods_are_what_code_and_paper_speak_of():
    assert {*registry.REGIONS, "other", "unknown"} == set(registry.REGION_LABELS) == set(registry.REGION_NAMES)
    assert registry.REGION_NAMES["us"] == f"the {registry.REGION_LABELS['us']}"
    assert registry.REGIONS == ("china", "us", "eu")  # the order in which they are drawn and told
    assert registry.breaks("arena")["key"].tolist() == ["ratings", "style", "weights"]
    assert registry.breaks("of nobody").empty
    periods = registry.periods()
    assert periods["period"].is_unique
    assert (periods["first"] <= periods["last"]).all()
    assert periods[["first", "last"]].stack().dt.is_month_start.all()


def test_the_paper_s_regions_hold():
    organisations = pd.read_csv(paths.REGISTRY / "organisations.csv").set_index("organisation")["region"]
    paper = {
        "us": "Meta Google Microsoft NVIDIA OpenAI Ai2 IBM Snowflake AI21",
        "china": "Qwen DeepSeek ByteDance Baidu InternLM Zhipu_AI OpenBMB Inclusion_AI Skywork Tencent Xiaomi "
        "Moonshot_AI MiniMax",
        "eu": "Mistral Hugging_Face",
    }
    for region, names in paper.items():
        for name in names.split():
            assert set(organisations.loc[[name.replace("_", " ")]]) == {region}, name


SPELLINGS = {
    "Ai2": ["Ai2", "allenai", "Allen Institute for AI", "AllenAI/UW"],
    "AI21": ["AI21", "ai21labs", "AI21 Labs"],
    "Arcee": ["Arcee", "arcee-ai", "Arcee AI"],
    "Baidu": ["Baidu", "baidu", "PaddlePaddle"],
    "ByteDance": ["ByteDance", "ByteDance Seed", "ByteDance-Seed"],
    "DeepSeek": ["DeepSeek", "deepseek-ai", "DeepSeek AI"],
    "Google": ["Google", "google", "DeepMind", "Google DeepMind", "Google Research"],
    "Hugging Face": ["Hugging Face", "HuggingFaceTB", "HuggingFaceFW", "HuggingFaceH4", "HuggingFaceM4"],
    "IBM": ["IBM", "ibm-granite", "ibm-research"],
    "Inclusion AI": ["Inclusion AI", "inclusionAI", "Ant Group"],
    "InternLM": ["InternLM", "internlm", "Shanghai AI Lab"],
    "Meta": ["Meta", "meta-llama", "facebook", "FacebookAI", "Meta AI"],
    "Microsoft": ["Microsoft", "microsoft", "Microsoft AI", "Microsoft Azure", "Microsoft Research"],
    "MiniMax": ["MiniMax", "MiniMaxAI"],
    "Mistral": ["Mistral", "mistralai", "mistral-community", "Mistral AI"],
    "Moonshot AI": ["Moonshot AI", "moonshotai", "Moonshot", "Kimi"],
    "NVIDIA": ["NVIDIA", "nvidia", "Nvidia"],
    "OpenAI": ["OpenAI", "openai", "openai-community"],
    "OpenBMB": ["OpenBMB", "openbmb"],
    "Qwen": ["Qwen", "qwen", "Alibaba"],
    "Skywork": ["Skywork", "skywork"],
    "Snowflake": ["Snowflake", "snowflake"],
    "Tencent": ["Tencent", "tencent", "TencentARC"],
    "Xiaomi": ["Xiaomi", "XiaomiMiMo"],
    "Zhipu AI": ["Zhipu AI", "zai-org", "THUDM", "Zhipu", "Z.ai", "Z.ai (Zhipu AI)", "Tsinghua"],
}
"""Every organisation of the paper, and how it is written by those that list its models."""


@pytest.mark.parametrize("organisation", SPELLINGS)
def test_an_organisation_of_the_paper_is_known_by_each_of_its_names(organisation):
    labels = pd.read_csv(paths.REGISTRY / "organisations.csv", keep_default_na=False)
    found = makers.resolve(pd.Series(SPELLINGS[organisation]), labels)
    assert dict(zip(SPELLINGS[organisation], found["organisation"], strict=True)) == dict.fromkeys(
        SPELLINGS[organisation], organisation
    )


@tracked
def test_every_really_tracked_model_has_organisation_and_region(capsys):
    found = lists.read(TRACKED, edition.load().bucket_edges, tracked=["models"])
    models = found.models
    assert len(models) == 1617 - 93  # renamed ones, listed under both ids
    assert not found.findings["kind"].isin(["no label", "no region"]).any()
    assert models["organisation"].notna().all()
    assert models["region"].isin(registry.REGION_LABELS).all()
    resolved = models["parameters_b"].notna()
    assert set(found.findings.loc[found.findings["kind"] == "no size", "subject"]) == set(models["model"][~resolved])
    with capsys.disabled():
        sources = models["size_source"].value_counts().to_dict()
        print(f"\nreal list: {resolved.mean():.1%} of {len(models):,} sizes resolved {sources}; findings:")
        print(found.findings["kind"].value_counts().to_string())
        print("without size: " + ", ".join(models["model"][~resolved]))


def test_weights_that_the_hub_told_under_a_former_id_are_those_of_the_model_now(folder_of, tmp_path):
    folder_of(models__="org,model,modelId\nzai-org,Max,zai-org/Max\n")
    totals = pd.Series([106.0, 7.0], ["THUDM/Max", "acme/other"])
    (model,) = lists.read(
        tmp_path, EDGES, labels=tmp_path / "organisations.csv", safetensors=totals
    ).models.itertuples()
    assert (model.parameters_b, model.size_source) == (106.0, "safetensors")


@tracked
@hub
def test_weights_resolve_more_sizes_and_contradict_few_names(capsys):
    """Safetensors totals of real Hub records: they fill gaps, and names mostly put a model into the same bucket."""
    records = pd.read_parquet(HUB, columns=["id", "safetensors"]).dropna()
    totals = pd.Series([found["total"] / 1e9 for found in records["safetensors"]], records["id"])
    edges = edition.load().bucket_edges
    plain, helped = (
        lists.read(TRACKED, edges, safetensors=given, tracked=["models"]).models for given in (None, totals)
    )
    assert helped["parameters_b"].notna().sum() > plain["parameters_b"].notna().sum()
    both = totals.index[totals.index.isin(plain["model"])]
    packed = both.str.contains(r"fp8|int4|int8|awq|gptq|mxfp4|nvfp4|4bit|gpt-oss", case=False)  # packed: fewer numbers
    names = plain.set_index("model").loc[both[~packed]]
    agree = names["bucket"].astype(str) == registry.bucket(totals[both[~packed]], edges).astype(str)
    with capsys.disabled():
        print(
            f"\nweights: {agree.mean():.1%} of {len(agree)} models keep their bucket; not {list(agree.index[~agree])}"
        )
    assert agree.mean() > 0.9
