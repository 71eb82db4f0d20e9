"""OpenRouter's tokens, in both shapes: daily rankings, and the monthly top ten of open models the paper was given.

Tokens are counted by each maker's own tokenizer. They are whole numbers beyond what a float holds exactly: they come as
text and are Python integers until a finished table stores them.
Source line to show with them: "Source: OpenRouter (openrouter.ai/rankings), as of …".
"""

import json
from pathlib import Path

import pandas as pd

from helpers import paths
from helpers.registry import makers
from helpers.tables import contracts
from helpers.tables.contracts import columns

REST = "other"
"""The reserved slug for all traffic beyond a day's top 50. It cannot be split and is no model."""
OWN = "openrouter"
"""Author of routers and of models whose maker is cloaked: not closed, but not known."""
DATED = r"-(?:20\d{6}|20\d\d-\d\d-\d\d|[01]\d-?[0-3]\d)$"


def read_daily(path: Path) -> pd.DataFrame:
    """Daily rankings: date, model_permaslug, total_tokens (text). Raises ContractError."""
    return contracts.read_file(path, "raw/openrouter/daily")


def read_monthly(path: Path) -> pd.DataFrame:
    """Monthly top ten of open models: month, model, tokens (text). Raises ContractError."""
    return contracts.read_file(path, "raw/openrouter/monthly_top10")


def read_catalogue(path: Path) -> pd.DataFrame:
    """The catalogue: canonical_slug, id, hugging_face_id (null where there are no weights).

    path: JSON, a list of models or the API's {"data": [...]}. Raises ContractError.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise contracts.ContractError(f"{paths.shown(path)}: {error}; fetch the catalogue again") from None
    listed = content.get("data") if isinstance(content, dict) else content
    if not isinstance(listed, list) or not all(isinstance(model, dict) for model in listed):
        raise contracts.ContractError(f"{paths.shown(path)}: holds no list of models; fetch the catalogue again")
    models = pd.DataFrame(listed, columns=["canonical_slug", "id", "hugging_face_id"], dtype=object)
    models["hugging_face_id"] = models["hugging_face_id"].replace("", None)
    return contracts.check(models, "raw/openrouter/models", paths.shown(path))


def read_catalogues(folder: Path) -> pd.DataFrame:
    """The newest catalogue, models.json, and below it the models of earlier days' (models/) that it lacks."""
    named = (path for path in (folder / "models").glob("????-??-??.json") if columns.named(path.stem))
    past = sorted(named, reverse=True)
    parts = [read_catalogue(path) for path in (folder / "models.json", *past)]
    return pd.concat(parts, ignore_index=True).drop_duplicates("id", ignore_index=True)


def daily(rankings: pd.DataFrame, catalogue: pd.DataFrame, labels: pd.DataFrame) -> pd.DataFrame:
    """Daily tokens by model: date, slug, status, model, organisation, region, tokens.

    rankings: as read. catalogue: as read; one day's lists only that day's models, so take past ones below it. labels:
    namespace, organisation, region. Variants (":free") are added to their model.
    """
    named = rankings.rename(columns={"model_permaslug": "slug", "total_tokens": "tokens"})
    return _attribute(_merge(named, "date"), catalogue, labels)


def monthly(top10: pd.DataFrame, catalogue: pd.DataFrame, labels: pd.DataFrame) -> pd.DataFrame:
    """The monthly top ten in the same shape, month for date. All are open: the source left the others out."""
    named = top10.rename(columns={"model": "slug"})
    return _attribute(_merge(named, "month"), catalogue, labels).assign(status="open")


def _merge(tokens: pd.DataFrame, period: str) -> pd.DataFrame:
    slug = tokens["slug"].str.partition(":")[0]
    exact = tokens["tokens"].map(int).astype(object)
    return tokens.assign(slug=slug, tokens=exact).groupby([period, "slug"], as_index=False)["tokens"].sum()


def _attribute(tokens: pd.DataFrame, catalogue: pd.DataFrame, labels: pd.DataFrame) -> pd.DataFrame:
    """Add status, model, organisation, region."""
    slugs = pd.Index(tokens["slug"].unique())
    author, name = (slugs.str.partition("/").get_level_values(part) for part in (0, 2))
    facts = _facts(slugs, catalogue)
    facts["status"] = facts["status"].fillna("unknown").mask(author == OWN, "unknown").mask(slugs == REST, REST)
    # Without weights the author names the maker: OpenRouter's own word for it, or the namespace of a Hub id.
    maker = facts["model"].str.partition("/")[0].fillna(pd.Series(author, slugs)).where(name != "")
    facts[["organisation", "region"]] = makers.resolve(maker, labels)
    return tokens.join(facts, on="slug")[[tokens.columns[0], "slug", *facts.columns, "tokens"]]


def _facts(slugs: pd.Index, catalogue: pd.DataFrame) -> pd.DataFrame:
    """status and model of each slug, null where the catalogue does not hold it.

    A slug is looked up as canonical slug, then as id, then as either without its date, which rankings and catalogue
    write differently.
    """
    canonical, routable = (catalogue[key].str.partition(":")[0] for key in ("canonical_slug", "id"))
    either, bare = pd.concat([canonical, routable]), slugs.str.replace(DATED, "", regex=True)
    weights = catalogue["hugging_face_id"].astype(object)
    facts = pd.DataFrame(None, slugs, ["status", "model"], dtype=object)
    for wanted, told in (
        (slugs, _agreed(canonical, weights)),
        (slugs, _agreed(routable, weights)),
        (bare, _agreed(either.str.replace(DATED, "", regex=True), pd.concat([weights, weights]))),
    ):
        facts = facts.where(facts["status"].notna(), told.reindex(wanted).set_axis(slugs))
    return facts


def _agreed(slugs: pd.Series, weights: pd.Series) -> pd.DataFrame:
    """Slug → status and model, as far as all its rows agree: status is unknown where only some have weights."""
    rows = pd.DataFrame({"slug": slugs, "model": weights}).groupby("slug")["model"]
    all_open, none_open = rows.count() == rows.size(), rows.count() == 0
    status = pd.Series("unknown", all_open.index, dtype=object).mask(all_open, "open").mask(none_open, "closed")
    return pd.DataFrame({"status": status, "model": rows.first().where(all_open & (rows.nunique() == 1))})
