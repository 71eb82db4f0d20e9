"""The listing of the whole Hub: what the tracked models have of it, and why its large repositories are not tracked."""

import re

import pandas as pd

from tests.real.plain.counts import Counts

INSIDE, WEIGHTS = {"mlx", "exl2", "exl3", "awq", "gptq"}, {"safetensors", "pytorch"}
EMBEDS = {"feature-extraction", "sentence-similarity", "image-feature-extraction"}
DRAWS = {"text-to-image", "image-to-image", "text-to-video", "image-to-video", "unconditional-image-generation"}
JUDGES = {f"{kind}-classification" for kind in ("text", "token", "zero-shot", "image", "zero-shot-image", "audio")}
JUDGES |= {"text-ranking", "fill-mask"}
ASKS = {f"{kind}-question-answering" for kind in ("visual", "document")} | {"question-answering"}
WRITES = {f"{kind}-text-to-text" for kind in ("image", "video", "audio")} | {"text2text-generation", "image-to-text"}
WRITES |= ASKS | {"text-generation", "conversational", "translation", "summarization", "any-to-any"}
WRITES |= {"reinforcement-learning", "robotics"}
NAMES = {
    "embedding": "embed|embedding|embeddings|e5|bge|gte", "diffusion": "stable-diffusion|sdxl|flux",
    "classifier, reward or guard model":
        "reward|reranker|classifier|guard|safeguard|shieldgemma|rm|ultrarm|genrm|prm|orm",
}  # fmt: skip


def reason(row, formats: list[str], makers: set[str], since: pd.Timestamp) -> str:
    """Why a repository is not on the list, or that it is a candidate for it."""
    name, library = row.model.partition("/")[2].lower(), row.library_name if isinstance(row.library_name, str) else ""
    task = row.pipeline_tag if isinstance(row.pipeline_tag, str) else None
    tags, plain = set(row.tags), {tag.lower() for tag in row.tags}
    words = {library.lower(), *re.split("[^a-z0-9]+", name)} | (plain & INSIDE if plain & WEIGHTS else plain)
    for one in formats:
        if one in words:
            return f"format {one}"
    for why, told in NAMES.items():
        if any(re.search(rf"(^|[^a-z]){word}($|[^a-z])", name) for word in told.split("|")):
            return why
    if task in EMBEDS or library == "sentence-transformers":
        return "embedding"
    if task in DRAWS or library == "diffusers":
        return "diffusion"
    if task in JUDGES:
        return "classifier, reward or guard model"
    if task and not (tags | {task}) & WRITES:
        return "no text output"
    if row.created_at < since:
        return "made before ChatGPT"
    return "candidate" if row.model.split("/")[0] in makers else "maker not listed"


def tables(counts: Counts) -> dict[str, pd.DataFrame]:
    (day,) = (path.parent for path in counts.archive.glob("snapshots/*/manifest.json"))
    policy = counts.listed("policy", index_col="rule")["value"]
    since, least = pd.Timestamp(policy["since"]), int(policy["least_downloads"])
    listing = pd.read_parquet(day / "models.parquet")
    listing["created_at"] = listing["created_at"].dt.tz_localize(None)
    tracked = listing["model"].map(counts.now).isin(counts.models.index)
    own, count = listing[tracked], listing["downloads_all_time"]
    part = own["downloads_all_time"].sum() / count.sum()
    standing = {
        "repositories": len(listing), "downloads": count.sum(), "models": len(counts.models),
        "models_listed": len(own), "downloads_tracked": own["downloads_all_time"].sum(),
        "downloads_share": part if len(own) >= counts.needed["models"] * len(counts.models) else None,
        "since": since, "least_downloads": least,
    }  # fmt: skip
    makers = {model.split("/")[0] for model in counts.models.index}
    makers |= {old for old, new in counts.renamed.items() if new in makers}
    left = listing[~tracked & (count >= least)].sort_values(
        ["downloads_all_time", "model"], ascending=[False, True], ignore_index=True
    )
    left["reason"] = [reason(row, counts.edition["excluded_formats"], makers, since) for row in left.itertuples()]
    left["rank"] = range(1, len(left) + 1)
    reasons = left.groupby("reason")["downloads_all_time"].agg(["size", "sum"]).reset_index()
    return {
        "whole-hub": pd.DataFrame([standing]), "untracked": left.head(10),
        "candidates": left[left["reason"] == "candidate"].head(10),
        "untracked-reasons": reasons.set_axis(["reason", "repositories", "downloads"], axis=1),
    }  # fmt: skip
