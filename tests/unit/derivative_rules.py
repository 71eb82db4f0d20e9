"""The rules of helpers/measures/derivatives.sql once more in pandas, repository by repository: what it is held to."""

import pandas as pd

from helpers.measures.derivatives import OWN_BASE, REPEATED, REUPLOAD, TOO_FEW, UNKNOWN_DOWNLOADS
from helpers.registry import renames, reuploads
from helpers.tables.contracts.columns import LONGEST
from helpers.tables.contracts.signals import RELATIONS

TAG = "base_model:"


def classify(listing: pd.DataFrame, tracked: pd.DataFrame, threshold: int, excluded_formats: list[str]) -> pd.DataFrame:
    """As `derivatives.classify` says, of a frame."""
    listing = listing.reset_index(drop=True).assign(
        tags=[list(tags) for tags in listing["tags"]]
    )  # arrays are slow to go through one by one
    created = listing["created_at"].dt.tz_convert("UTC").dt.tz_localize(None)
    facts = pd.DataFrame(
        {
            "model": listing["model"],
            "month": created.dt.to_period("M").dt.start_time.astype("datetime64[us]"),
            "downloads_all_time": listing["downloads_all_time"].astype("Int64"),
            "format": pd.Series(_formats(listing, excluded_formats), listing.index, dtype="str"),
            "beside": pd.Series([beside(tags, excluded_formats) for tags in listing["tags"]], dtype="str"),
        }
    )
    makers = tracked[["model", "organisation"]].rename(columns={"model": "base"})
    parents = _parents(listing)
    parents = parents.assign(base=renames.current(parents["base"])).sort_values("relation", kind="stable")
    parents = parents.drop_duplicates(["model", "base"])  # "unknown" is the last of the relations
    rows = parents.merge(makers, on="base").merge(facts, on="model")
    rows = rows.sort_values(["model", "base"], ignore_index=True)
    rows["reason"] = _reasons(rows, threshold)
    rows["beside"] = rows["beside"].where(rows["format"].isna())
    told = ["downloads_all_time", "format", "beside", "reason"]
    return rows[["model", "month", "base", "relation", "organisation", *told]]


def _reasons(rows: pd.DataFrame, threshold: int) -> pd.Series:
    """Why each row does not count, null where it does: the first rule that holds, and repetitions among the rest."""
    rules = {
        OWN_BASE: rows["base"] == rows["model"],
        REUPLOAD: rows["format"].notna(),
        UNKNOWN_DOWNLOADS: rows["downloads_all_time"].isna(),
        TOO_FEW: rows["downloads_all_time"].le(threshold).fillna(False).astype(bool),
    }
    reasons = pd.Series(None, rows.index, dtype="str")
    for reason, applies in reversed(rules.items()):
        reasons = reasons.mask(applies, reason)
    again = rows[reasons.isna()].duplicated(["model", "organisation"])
    reasons[again[again].index] = REPEATED
    return reasons


def _parents(listing: pd.DataFrame) -> pd.DataFrame:
    """model, base, relation: a row for each base that a repository's tags name."""
    told = [_bases(tags) for tags in listing["tags"]]
    return pd.DataFrame(
        {
            "model": listing["model"].repeat([len(bases) for bases in told]).reset_index(drop=True),
            "base": pd.Series([base for bases in told for base in bases], dtype="str"),
            "relation": pd.Series([relation for bases in told for relation in bases.values()], dtype="str"),
        }
    )


def _bases(tags: list[str]) -> dict[str, str]:
    """Base → relation. A relation that is told beats "unknown"; of several told, the first in the alphabet stands.

    Tags are uploaders' text: one too long for any id is no base, and must not stop a build.
    """
    found: dict[str, str] = {}
    for tag in sorted(tag for tag in tags if tag.startswith(TAG) and len(tag) <= LONGEST):
        relation, _, base = tag.removeprefix(TAG).rpartition(":")
        relation = relation if relation in RELATIONS else "unknown"
        if found.get(base, "unknown") == "unknown":
            found[base] = relation
    return found


def _formats(listing: pd.DataFrame, excluded: list[str]) -> list[str | None]:
    """The excluded format that each repository holds, or None."""
    rows = zip(listing["model"].tolist(), listing["tags"], listing["library_name"].fillna("").tolist(), strict=True)
    return [reuploads.format_of(*row, excluded) for row in rows]


def beside(tags: list[str], formats: list[str]) -> str | None:
    """The first of `formats` that tags name."""
    tagged = {reuploads.small(tag) for tag in tags}
    return next((name for name in formats if reuploads.small(name) in tagged), None)
