"""Contracts of the signals beside downloads: derivatives, inference tokens, performance (paper, Section 2.1).

Where a source tells nothing, the value is null, and a status or region is "unknown": never 0, never "closed". The
months here are calendar months in which something happened, named by their first day; they are no labels for the
data through the day before, as the months of the downloads are.
"""

import pandera.pandas as pa

from helpers.registry import REGION_LABELS
from helpers.tables.contracts import columns

STATUSES = ("open", "closed", "unknown", "other")
"""Whether a model's weights are open. "other": the rest of a day's traffic, which the source does not split."""
RELATIONS = ("finetune", "adapter", "merge", "quantized", "unknown")
"""How a derivative derives, as the Hub names it; "unknown" where its tags do not tell, or tell another word."""
MATCHES = ("address", "listed", "name", "doubtful")
"""How the Hub id of a model that a source names is known."""


def _month(description: str) -> pa.Column:
    return columns.month(description, "calendar month")


ORGANISATION = columns.text("label of the maker; Unknown where the source names none")
REGION = columns.label("headquarters of the organisation (Section 2.2)", tuple(REGION_LABELS))
STATUS = columns.label(
    "whether weights are open. other: all beyond the day's top 50, which is not split and is no model", STATUSES
)
USED = {
    "slug": columns.text("author/model, variants such as :free added to it; or other"),
    "status": STATUS,
    "model": columns.text("Hub id of the weights; null where the catalogue tells none", nullable=True),
    "organisation": ORGANISATION,
    "region": REGION,
    "tokens": columns.whole("prompt and completion tokens, counted by each maker's own tokenizer", "tokens"),
}

RAW = {
    "raw/derivatives": pa.DataFrameSchema(
        {
            "model": columns.text("Hub id"),
            "created_at": columns.time("when the repository was made"),
            "downloads_all_time": columns.whole(
                "lifetime downloads at the listing; null where the Hub tells none", "downloads", True
            ),
            "tags": pa.Column(
                object, columns.TEXTS, description="the Hub's tags, base_model:[relation:]namespace/name among them"
            ),
            "library_name": columns.text("library that the repository is for", nullable=True),
            "pipeline_tag": columns.text("task that the repository is for", nullable=True),
        },
        unique=["model"],
        strict="filter",
        description="One day's listing of the Hub's repositories, derivatives among them: "
        "`raw/derivatives/date=YYYY-MM-DD/models.parquet`. A `manifest.json` beside it tells whether it is of the "
        "whole Hub or of the derivatives of tracked models only; without one it is of the whole Hub. One that is, by "
        "its record, stands in `raw/whole_hub` as well. Further columns are ignored.",
    ),
    "raw/openrouter/daily": pa.DataFrameSchema(
        {
            "date": columns.counted("day of use"),
            "model_permaslug": columns.text("author/model[-date][:variant], or other for all beyond the day's top 50"),
            "total_tokens": pa.Column(
                "str",
                columns.DIGITS,
                description="prompt and completion tokens; text, for they outgrow what a float holds exactly",
                metadata={"unit": "tokens"},
            ),
        },
        unique=["date", "model_permaslug"],
        strict="filter",
        description="OpenRouter's rankings: each day's top 50 models, and the rest in one row. "
        "Further columns are ignored.",
    ),
    "raw/openrouter/monthly_top10": pa.DataFrameSchema(
        {
            "month": columns.month("month of use", "calendar month", counted=True),
            "model": columns.text("slug or Hub id of an open model"),
            "tokens": columns.whole("prompt and completion tokens of the month", "tokens"),
        },
        unique=["month", "model"],
        strict="filter",
        description="The ten most used open models of each month on OpenRouter, the shape of the paper's private data "
        "(Section 2.1). Further columns are ignored.",
    ),
    "raw/openrouter/models": pa.DataFrameSchema(
        {
            "canonical_slug": columns.text("dated slug, as the rankings write it"),
            "id": columns.text("slug to call the model by"),
            "hugging_face_id": columns.text("Hub id of the weights; null where there are none", nullable=True),
        },
        unique=["id"],
        strict="filter",
        description="OpenRouter's catalogue: `raw/openrouter/models.json`, as its API gives it. It lists only "
        "the models of its day. Further fields are ignored.",
    ),
    "raw/arena/text_style_control": pa.DataFrameSchema(
        {
            "leaderboard_publish_date": columns.counted("day of publication"),
            "category": columns.text("kind of prompt; overall is all of them"),
            "model_name": columns.text("the Arena's name of the model, its only key"),
            "organization": columns.text("maker, as the Arena writes it", nullable=True),
            "license": columns.text("licence of the model", nullable=True),
            "rating": columns.number("score, as published", "points"),
            "variance": columns.number("variance of the rating", "points²", True, columns.NOT_NEGATIVE),
            "vote_count": columns.number("votes behind the rating", "votes", True, columns.NOT_NEGATIVE),
        },
        strict="filter",
        description="Arena's published boards under style control, all days and categories. Some boards repeat a "
        "model; which row stands is a rule of cleaning. Further columns are ignored.",
    ),
    "raw/artificial_analysis": pa.DataFrameSchema(
        {
            "id": columns.text("the source's stable key"),
            "name": columns.text("name, with the reasoning effort where there are several"),
            "slug": columns.text("name in addresses"),
            "release_date": columns.date("day of release", nullable=True),
            "creator": columns.text("maker, as the source writes it", nullable=True),
            "intelligence_index": columns.number("overall index; null where not measured", "points", nullable=True),
            "index_version": columns.text("version of the index; scores of two versions cannot be compared"),
            "open_weights": pa.Column(
                "boolean", nullable=True, description="whether weights are open; null on the free tier"
            ),
            "hugging_face_id": columns.text("Hub id of the weights; null on the free tier", nullable=True),
        },
        unique=["id"],
        strict=True,
        description="Artificial Analysis' models on one day: `raw/artificial_analysis/YYYY-MM-DD.json`.",
    ),
    "raw/epoch": pa.DataFrameSchema(
        {
            "version": columns.text("the source's key: a version of a model"),
            "model": columns.text("name of the model", nullable=True),
            "organisation": columns.text("makers, as the source writes them", nullable=True),
            "country": columns.text("countries of the makers, as the source writes them", nullable=True),
            "accessibility": columns.text("whether weights are open, and how far; null where not told", nullable=True),
            "release_date": columns.date("day of release", nullable=True),
            "score": columns.number("capability over many benchmarks; null where too few are known", "points", True),
        },
        unique=["version"],
        strict=True,
        description="Epoch's Capabilities Index: `raw/epoch/epoch_capabilities_index.csv`, with the source's own "
        "names of its columns.",
    ),
}

CLEAN = {
    "signals/derivatives": pa.DataFrameSchema(
        {
            "model": columns.text("Hub id of the repository"),
            "month": _month("month in which the repository was made"),
            "base": columns.text("Hub id of the tracked model it says it derives from"),
            "relation": columns.label("how it says it derives", RELATIONS),
            "organisation": columns.text("label of the base's maker"),
            "downloads_all_time": columns.whole(
                "lifetime downloads at the listing; null where the Hub tells none", "downloads", True
            ),
            "format": columns.text(
                "local-inference format that the repository holds, by its tags, library or name", True
            ),
            "beside": columns.text(
                "local-inference format that a repository which is no re-upload holds beside ordinary weights", True
            ),
            "reason": columns.text("why the row does not count; null where it counts", nullable=True),
        },
        unique=["model", "base"],
        strict=True,
        description="Repositories with each of their tracked bases, and why they count or do not (Section 2.1). Rows "
        "that count: one for each derivative and organisation of a base.",
    ),
    "signals/new_derivatives": pa.DataFrameSchema(
        {
            "month": _month("month in which they were made"),
            "base": columns.text("Hub id of the tracked model they derive from"),
            "derivatives": columns.whole("derivatives that count", "derivatives"),
        },
        unique=["month", "base"],
        strict=True,
        description="How many derivatives that count each tracked model got in each month (Section 2.1). Months and "
        "models without any have no row.",
    ),
    "signals/tokens_daily": pa.DataFrameSchema(
        {"date": columns.date("day of use"), **USED},
        unique=["date", "slug"],
        strict=True,
        description="OpenRouter's tokens by model and day, told open from closed.",
    ),
    "signals/tokens_monthly": pa.DataFrameSchema(
        {
            "month": _month("month of use"),
            **USED,
            "days": columns.whole(
                "days of the month that are held; null where the source gives the month", "days", True
            ),
        },
        unique=["month", "slug"],
        strict=True,
        description="OpenRouter's tokens of the monthly top ten of open models.",
    ),
    "signals/arena": pa.DataFrameSchema(
        {
            "date": columns.date("day of publication"),
            "model": columns.text("the Arena's name of the model"),
            "organisation": ORGANISATION,
            "region": REGION,
            "status": STATUS,
            "score": columns.number("overall score under style control, on one scale over all days", "points"),
        },
        unique=["date", "model"],
        strict=True,
        description="Arena's overall scores, recalibrated (Section 2.1).",
    ),
    "signals/artificial_analysis": pa.DataFrameSchema(
        {
            "date": columns.date("day of release", nullable=True),
            "model": columns.text("name, with the reasoning effort where there are several"),
            "hugging_face_id": columns.text("Hub id of the weights; null where not known", nullable=True),
            "match": columns.label(
                "how the id is known: the source's address, listed by hand, or the name; doubtful: the name may mean "
                "several; null where it means none",
                MATCHES,
                nullable=True,
            ),
            "organisation": ORGANISATION,
            "region": REGION,
            "status": STATUS,
            "score": columns.number("overall index; null where not measured", "points", nullable=True),
            "index_version": columns.text("version of the index; scores of two versions cannot be compared"),
        },
        unique=["model"],
        strict=True,
        description="Artificial Analysis' index by model, told open from the rest (Section 2.1).",
    ),
    "signals/epoch": pa.DataFrameSchema(
        {
            "date": columns.date("day of release", nullable=True),
            "model": columns.text("the source's key: a version of a model"),
            "name": columns.text("name of the model", nullable=True),
            "organisation": columns.text("label of the first of its makers; Unknown where the source names none"),
            "region": columns.label(
                "headquarters of all its makers, by our labels or by the source's countries; unknown where they differ",
                tuple(REGION_LABELS),
            ),
            "status": STATUS,
            "score": columns.number("capability over many benchmarks; null where too few are known", "points", True),
        },
        unique=["model"],
        strict=True,
        description="Epoch's Capabilities Index by model version, told open from the rest; not in the paper.",
    ),
}

TABLES = RAW | CLEAN
"""Name of a table → its contract."""
