"""Which models are tracked: text generators, by pipeline tag, name and format (paper, Section 2.1)."""

import re
from dataclasses import dataclass

import pandas as pd

from helpers import paths
from helpers.registry import renames, reuploads

TEXT_OUT = {
    "text-generation", "text2text-generation", "conversational", "translation", "summarization", "question-answering",
    "image-text-to-text", "video-text-to-text", "audio-text-to-text", "image-to-text", "any-to-any",
    "visual-question-answering", "document-question-answering", "reinforcement-learning", "robotics",
}  # fmt: skip
"""Pipeline tags of models that write text or act on it; the last two are set carelessly and say nothing."""
EMBEDDING = {"feature-extraction", "sentence-similarity", "image-feature-extraction"}
JUDGING = {
    "text-classification", "token-classification", "zero-shot-classification", "text-ranking", "fill-mask",
    "image-classification", "zero-shot-image-classification", "audio-classification",
}  # fmt: skip
DIFFUSION = {"text-to-image", "image-to-image", "text-to-video", "image-to-video", "unconditional-image-generation"}
NAMED = {
    "embedding": re.compile(r"(?<![a-z])(embed(ding|dings)?|e5|bge|gte)(?![a-z])", re.IGNORECASE),
    "diffusion": re.compile(r"(?<![a-z])(stable-diffusion|sdxl|flux)(?![a-z])", re.IGNORECASE),
    "judging": re.compile(
        r"(?<![a-z])(reward|reranker|classifier|(safe)?guard|shieldgemma|(ultra)?rm|genrm|prm|orm)(?![a-z])",
        re.IGNORECASE,
    ),
}
"""What a model's name says when its pipeline tag says nothing or calls it a text generator."""


def untracked(models: pd.Series, metadata: pd.DataFrame, excluded_formats: list[str]) -> pd.Series:
    """Why a model is not tracked, as reasons.csv has it: embedding | diffusion | judging | format-… | no-text; null =
    tracked.

    models: ids. metadata: model (each once), pipeline_tag, tags (list of texts), library_name, nullable; models without
    a row are judged by their names. excluded_formats: re-upload formats, of the edition (see reuploads.format_of).
    A pipeline tag of another kind is overruled where the model is also tagged as a text generator.
    """
    rows = metadata.set_index("model").reindex(models)
    tags = [set(found) if hasattr(found, "__iter__") else set() for found in rows["tags"]]
    pipelines, libraries = (
        rows[column].astype(object).where(rows[column].notna(), "") for column in ("pipeline_tag", "library_name")
    )
    reasons = [_reason(*row, excluded_formats) for row in zip(models, pipelines, tags, libraries, strict=True)]
    return pd.Series(reasons, models.index, dtype=object)


EARLY, UNLISTED = "early", "unlisted"
"""Why a text generator is not tracked that the rules above let pass."""


@dataclass(frozen=True)
class Policy:
    """What the list asks of a model beside its kind (data/registry/policy.csv has the sources).

    since: the first day on which it may have been made. least_downloads: the fewest lifetime downloads.
    """

    since: pd.Timestamp
    least_downloads: int


_TOLD = pd.read_csv(paths.REGISTRY / "policy.csv", dtype=str).set_index("rule")["value"]
POLICY = Policy(pd.Timestamp(_TOLD["since"]), int(_TOLD["least_downloads"]))


def unlisted(rows: pd.DataFrame, models: pd.Series, excluded_formats: list[str], since: pd.Timestamp) -> pd.Series:
    """Why a repository is not on the list of models: what `untracked` gives, EARLY or UNLISTED; null = a candidate.

    rows: model, created_at (UTC), pipeline_tag, tags, library_name, of repositories that are not listed. models: ids
    that are. The first reason that holds counts. A maker is listed where a model is in the same namespace, under its
    name now or an earlier one: whose weights others pass on the Hub does not tell.
    """
    reasons = untracked(rows["model"], rows, excluded_formats)
    makers = renames.known_as(models).str.split("/").str[0]
    known = rows["model"].str.split("/").str[0].isin(makers)
    reasons = reasons.where(reasons.notna() | (rows["created_at"] >= since), EARLY)
    return reasons.where(reasons.notna() | known, UNLISTED)


def words(reasons: pd.Series) -> pd.Series:
    """Reasons as readers are told them (data/registry/reasons.csv); null stays null."""
    told = pd.read_csv(paths.REGISTRY / "reasons.csv", dtype=str).set_index("reason")["words"]
    parts = [(reason, *reason.partition("-")) for reason in reasons.dropna().unique()]
    return reasons.map({reason: told.get(reason) or told[kind].format(format=rest) for reason, kind, _, rest in parts})


def _reason(model: str, pipeline: str, tags: set[str], library: str, excluded_formats: list[str]) -> str | None:
    """The first reason that holds for one model: its format, its name, its task."""
    if kind := reuploads.format_of(model, tags, library, excluded_formats):
        return f"format-{kind}"
    name = model.partition("/")[2]
    for reason, pattern in NAMED.items():
        if pattern.search(name):
            return reason
    if pipeline in EMBEDDING or library == "sentence-transformers":
        return "embedding"
    if pipeline in DIFFUSION or library == "diffusers":
        return "diffusion"
    if pipeline in JUDGING:
        return "judging"
    return None if not pipeline or (tags | {pipeline}) & TEXT_OUT else "no-text"
