"""What of the whole Hub the tracked models are, and which large repositories are not tracked and why (paper, 2.1)."""

from pathlib import Path

import pandas as pd

from helpers.measures.coverage import Needed
from helpers.registry import renames, tracking
from helpers.registry.tracking import Policy
from helpers.tables import engine

CANDIDATE = "candidate"
"""Stands for a reason where the policy of the list knows none."""


def weighed(listing: pd.DataFrame | Path, models: pd.Series, policy: Policy) -> pd.DataFrame:
    """The repositories of a listing of the whole Hub that are tracked or large, and all others in one row.

    listing: as for `derivatives.classify`. models: ids that are tracked; they are looked for under their earlier ids,
    too. policy: what makes a repository large (least_downloads). Returns model (null: all others), created_at (UTC),
    downloads_all_time (null = unknown; of all others the sum of those known), tags, library_name, pipeline_tag,
    tracked, repositories (how many the row stands for); the largest first. The query is whole_hub.sql.
    """
    tables = {"listing": listing, "tracked": renames.known_as(models).to_frame("model")}
    return engine.run(Path(__file__).with_suffix(".sql"), tables, least=policy.least_downloads)


def standing(rows: pd.DataFrame, models: pd.Series, policy: Policy, needed: Needed) -> pd.DataFrame:
    """The tracked models among all that a listing has, in one row.

    rows: from `weighed`. Returns repositories, downloads (lifetime, of all of which they are known), models (tracked),
    models_listed (of them, with downloads), downloads_tracked (of those), downloads_share, since and least_downloads
    (the policy). A listing that lacks too many of the models (`models` of needed) is no listing of the whole Hub,
    whatever its record says: the share is null then, and so is that of nothing.
    """
    tracked = rows[rows["tracked"]]
    downloads, own = (part["downloads_all_time"].sum() for part in (rows, tracked))
    known, listed = (
        renames.current(ids).nunique() for ids in (models, tracked.dropna(subset="downloads_all_time")["model"])
    )
    enough = downloads > 0 and listed >= needed["models"] * known
    counts = {"repositories": rows["repositories"].sum(), "downloads": downloads, "models": known}
    counts |= {
        "models_listed": listed,
        "downloads_tracked": own,
        "downloads_share": own / downloads if enough else None,
    }
    return pd.DataFrame([counts | {"since": policy.since, "least_downloads": policy.least_downloads}])


def untracked(rows: pd.DataFrame, models: pd.Series, policy: Policy, excluded_formats: list[str]) -> pd.DataFrame:
    """The large repositories that are not tracked: model, created_at, downloads_all_time, pipeline_tag, reason, rank.

    rows: from `weighed`, the largest first. reason: as the policy of the list has it, else CANDIDATE.
    """
    left = rows[rows["model"].notna() & ~rows["tracked"]]
    reasons = tracking.unlisted(left, models, excluded_formats, policy.since).fillna(CANDIDATE)
    told = left[["model", "created_at", "downloads_all_time", "pipeline_tag"]]
    return told.assign(reason=reasons, rank=range(1, len(left) + 1)).reset_index(drop=True)


def candidates(untracked: pd.DataFrame) -> pd.DataFrame:
    """Those of them against which the policy has nothing."""
    return untracked[untracked["reason"] == CANDIDATE]


def by_reason(untracked: pd.DataFrame) -> pd.DataFrame:
    """How many of them each reason leaves out, and with how many downloads: reason, repositories, downloads."""
    counted = untracked.groupby("reason")["downloads_all_time"].agg(repositories="size", downloads="sum")
    return counted.sort_values("downloads", ascending=False).reset_index()
