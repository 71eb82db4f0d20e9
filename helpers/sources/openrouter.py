"""OpenRouter's tokens, in both shapes: daily rankings, and the monthly top ten of open models the paper was given.

Tokens are counted by each maker's own tokenizer. They are whole numbers beyond what a float holds exactly: they come as
text and are Python integers until a finished table stores them.
Source line to show with them: "Source: OpenRouter (openrouter.ai/rankings), as of …".
"""

import json
from pathlib import Path

import pandas as pd

from helpers import paths
from helpers.registry import makers, matching
from helpers.tables import contracts
from helpers.tables.contracts import columns

REST = "other"
"""The reserved slug for all traffic beyond a day's top 50. It cannot be split and is no model."""
OWN = "openrouter"
"""Author of routers and of models whose maker is cloaked: not closed, but not known."""
CLOSED = paths.REGISTRY / "closed_models.csv"
"""Models that only their makers serve: pattern (of a whole slug without variant, capitals of no account), source."""
WEIGHTS = "hugging_face_id"
ENTERED = r"-20\d\d-?\d\d-?\d\d$"
"""The date at the end of a slug that is surely one of an entry, and no part of the model's name."""
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


def daily(rankings: pd.DataFrame, catalogue: pd.DataFrame, labels: pd.DataFrame, tracked: pd.Series) -> pd.DataFrame:
    """Daily tokens by model: date, slug, status, model, organisation, region, tokens.

    rankings: as read. catalogue: as read; one day's lists only that day's models, so take past ones below it. labels:
    namespace, organisation, region. tracked: Hub ids of open models. Variants (":free") are added to their model.

    A model is open where the catalogue has a Hub id for it or its slug means a tracked model (registry.matching). It is
    closed where it is listed as served by its maker alone (CLOSED): that a catalogue has no Hub id does not tell so.
    """
    named = rankings.rename(columns={"model_permaslug": "slug", "total_tokens": "tokens"})
    return _attribute(_merge(named, "date"), catalogue, labels, tracked)


def monthly(top10: pd.DataFrame, catalogue: pd.DataFrame, labels: pd.DataFrame, tracked: pd.Series) -> pd.DataFrame:
    """The monthly top ten in the same shape, month for date. All are open: the source left the others out.

    days is null: the source does not tell on how many days of a month its sum rests.
    """
    named = top10.rename(columns={"model": "slug"})
    days = pd.Series(pd.NA, range(len(top10)), dtype="Int64")
    return _attribute(_merge(named, "month"), catalogue, labels, tracked).assign(status="open", days=days)


def _merge(tokens: pd.DataFrame, period: str) -> pd.DataFrame:
    slug = tokens["slug"].str.partition(":")[0].str.casefold()
    exact = tokens["tokens"].map(int).astype(object)
    return tokens.assign(slug=slug, tokens=exact).groupby([period, "slug"], as_index=False)["tokens"].sum()


def _attribute(tokens: pd.DataFrame, catalogue: pd.DataFrame, labels: pd.DataFrame, tracked: pd.Series) -> pd.DataFrame:
    """Add status, model, organisation, region."""
    slugs = pd.Index(tokens["slug"].unique())
    author, name = (slugs.str.partition("/").get_level_values(part) for part in (0, 2))
    # Without weights the author names the maker: OpenRouter's own word for it, or the namespace of a Hub id.
    maker = pd.Series(author, slugs).where(name != "")
    facts = _facts(slugs, catalogue, tracked)
    named = _named(slugs, name, makers.resolve(maker, labels)["organisation"], labels, tracked)
    facts["model"] = facts["model"].fillna(named["model"])
    closed = slugs.str.fullmatch("|".join(pd.read_csv(CLOSED)["pattern"]))
    facts["status"] = (
        facts["status"].mask(named["model"].notna(), "open").mask(facts["status"].isna() & closed, "closed")
    )
    facts["status"] = facts["status"].fillna("unknown").mask(author == OWN, "unknown").mask(slugs == REST, REST)
    facts[["organisation", "region"]] = makers.resolve(facts["model"].str.partition("/")[0].fillna(maker), labels)
    return tokens.join(facts, on="slug")[[tokens.columns[0], "slug", *facts.columns, "tokens"]]


def _facts(slugs: pd.Index, catalogue: pd.DataFrame, tracked: pd.Series) -> pd.DataFrame:
    """status and model of each slug by the catalogue: open, or null where it does not hold the slug or has no Hub id.

    A slug is looked up as canonical slug, then as id, then as either without its date, which rankings and catalogue
    write differently. Capitals are of no account; ids are written as on our list.
    """
    listed = catalogue.apply(
        lambda column: column.str.partition(":")[0].str.casefold() if column.name != WEIGHTS else column
    )
    canonical, routable = listed["canonical_slug"], listed["id"]
    either, bare = pd.concat([canonical, routable]), slugs.str.replace(DATED, "", regex=True)
    written = dict(zip(tracked.str.casefold(), tracked, strict=True))
    weights = catalogue[WEIGHTS].astype(object).map(lambda at: written.get(at.casefold(), at), na_action="ignore")
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
    all_open, some_open = rows.count() == rows.size(), rows.count() > 0
    status = pd.Series(None, all_open.index, dtype=object).mask(some_open, "unknown").mask(all_open, "open")
    return pd.DataFrame({"status": status, "model": rows.first().where(all_open & (rows.nunique() == 1))})


def _named(
    slugs: pd.Index, names: pd.Index, maker: pd.Series, labels: pd.DataFrame, tracked: pd.Series
) -> pd.DataFrame:
    """The tracked model that each slug means by its name, as it stands or without the date of a catalogue's entry."""
    ids = pd.DataFrame(
        {"model": tracked, "organisation": makers.resolve(tracked.str.partition("/")[0], labels)["organisation"]}
    )
    whole, bare = (
        matching.match(pd.Series(text, slugs), maker, ids)
        for text in (names, names.str.replace(ENTERED, "", regex=True))
    )
    return whole.where(whole["model"].notna(), bare)
