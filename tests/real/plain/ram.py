"""What an edition tells of reference sets, of scores, and of the lifetime counts that the paper's Appendix B lists."""

import numpy as np
import pandas as pd

from tests.real.plain.counts import BUCKETS, Counts


def tables(counts: Counts) -> dict[str, pd.DataFrame]:
    """Every quoted table on scores and lifetime counts, by its name."""
    edition = counts.edition
    size, milestones = edition["reference_set_size"], edition["milestones"]
    day = pd.Timestamp(edition["snapshot_date"])
    read = counts.as_read[:day]
    members = most(counts, read, edition["snapshot_date"], size)
    reached = at_milestones(counts, counts.ends.where(~counts.far)[:day], milestones)
    reference = medians(members, reached, milestones)
    listed = most(counts, read, edition["top_models_date"], size)
    changed = (~listed["model"].isin(members["model"])).sum()
    ordered = listed.groupby("bucket", sort=False)["model"].agg(", ".join).rename("ordered").reset_index()
    found = {
        "top-models": listed.assign(n=listed.groupby("bucket")["model"].transform("size")),
        "top-lists": ordered, "top-changes": pd.DataFrame([{"places": len(listed), "changed": changed}]),
        "reference": reference, "fig-ram-reference": reference[reference["n"] > 0],
        "lifetimes": lifetimes(counts),
    }  # fmt: skip
    found |= {"baseline": baseline(members, reached)}
    return found | summaries(members, reference, size) | scores(counts, members, reached)


def most(counts: Counts, read: pd.DataFrame, day: str, size: int) -> pd.DataFrame:
    """The most-downloaded models of each bucket on a day, where enough was read to tell who they are."""
    held = read.loc[pd.Timestamp(day)].where(~counts.far.loc[pd.Timestamp(day)]).dropna()
    rows = []
    for bucket in BUCKETS:
        models = counts.models[counts.models["bucket"] == bucket]
        if not counts.told(counts.cover(counts.days.read.loc[[pd.Timestamp(day)]], models), "rank").all():
            continue
        own = held[counts.models.loc[held.index, "bucket"] == bucket].rename("downloads").reset_index()
        own = own.sort_values(["downloads", "model"], ascending=[False, True]).head(size)
        rows.append(own.assign(bucket=bucket, rank=range(1, len(own) + 1)))
    names = ["bucket", "rank", "model", "downloads"]
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=names)


def at_milestones(counts: Counts, read: pd.DataFrame, milestones: list[int]) -> dict[tuple[str, int], float]:
    """Model and milestone → its count through that day after its release, where one is known."""
    found = {}
    for model, column in read.items():
        released = counts.models.at[model, "released"]
        for days in milestones:
            value = column.get(released + pd.Timedelta(days=days), np.nan) if pd.notna(released) else np.nan
            if not np.isnan(value):
                found[model, days] = value
    return found


def medians(members: pd.DataFrame, reached: dict, milestones: list[int]) -> pd.DataFrame:
    rows = []
    for bucket, own in members.groupby("bucket", sort=False):
        for days in milestones:
            values = [reached[model, days] for model in own["model"] if (model, days) in reached]
            row = {"bucket": bucket, "milestone_days": days, "n": len(values)}
            if values:
                row |= dict(zip(["q25", "median", "q75"], np.percentile(values, [25, 50, 75]), strict=True))
                row |= {"mean": np.mean(values), "mean_to_median": np.mean(values) / np.median(values)}
            rows.append(row)
    names = ["bucket", "milestone_days", "n", "q25", "median", "q75", "mean", "mean_to_median"]
    return pd.DataFrame(rows, columns=names)


def baseline(members: pd.DataFrame, reached: dict) -> pd.DataFrame:
    """Where the set itself lies about its median and its band, in the cell that strays farthest."""
    strayed: dict[str, list[float]] = {"score": [], "quantile_low": [], "quantile_high": []}
    for _, own in members.groupby("bucket"):
        for days in {days for _, days in reached}:
            values = np.sort([reached[model, days] for model in own["model"] if (model, days) in reached])
            if len(values) > 1:
                below = [
                    np.interp(np.percentile(values, at), values, np.linspace(0, 1, len(values))) for at in (25, 75)
                ]
                for name, value in zip(strayed, [np.median(values / np.median(values)), *below], strict=True):
                    strayed[name].append(float(value))
    usual = dict(zip(strayed, (1, 0.25, 0.75), strict=True))
    row = {name: max(values, key=lambda one: abs(one - usual[name]), default=None) for name, values in strayed.items()}
    return pd.DataFrame([row])


def summaries(members: pd.DataFrame, reference: pd.DataFrame, size: int) -> dict[str, pd.DataFrame]:
    held = reference[reference["n"] > 0]
    firm = [own["median"].diff().dropna() for _, own in held[held["n"] >= 6].groupby("bucket")]
    steps = pd.concat(firm) if firm else pd.Series(dtype=float)
    falls = (steps < 0).sum() if len(steps) else None
    told = {
        "sets": members["bucket"].nunique() or None, "buckets": held["bucket"].nunique(), "medians": len(held),
        "thin": (held["n"] < size).sum(), "fewest": held["n"].min() if len(held) else None, "falls": falls,
    }  # fmt: skip
    sets = members.groupby("bucket", sort=False).agg(n=("model", "size"), downloads=("downloads", "median"))
    sets["mean_to_median"] = reference.groupby("bucket")["mean_to_median"].max()
    early = reference[reference["milestone_days"] <= 180].pivot(
        index="milestone_days", columns="bucket", values="median"
    )
    apart = (early.max(axis=1) / early.min(axis=1)).where(early.notna().all(axis=1))
    known = apart.notna().all() and len(sets) > 1
    spread = {
        "narrowest": apart.min() if known else None, "widest": apart.max() if known else None,
        "lifetime": sets["downloads"].max() / sets["downloads"].min() if len(sets) > 1 else None,
    }  # fmt: skip
    return {"medians": pd.DataFrame([told]), "sets": sets.reset_index(), "spread": pd.DataFrame([spread])}


def scores(counts: Counts, members: pd.DataFrame, reached: dict) -> dict[str, pd.DataFrame]:
    """Of the models that the original study measured: this archive holds no count of one at a milestone."""
    cases = counts.listed("case_studies")
    cases = cases[cases["model"].isin(counts.models.index)]
    bucket = cases["model"].map(counts.models["bucket"])
    peers = [
        (days, set(members.loc[members["bucket"] == own, "model"]) - {model})
        for model, own in zip(cases["model"], bucket, strict=True)
        for name, days in reached
        if name == model
    ]
    assert not any((peer, days) in reached for days, others in peers for peer in others), "a score: not reckoned here"
    numbers = [("all", cases), *cases.groupby("figure")]
    groups = {key: cases[key].dropna().unique() for key in ("group", "key")}
    nothing = {"scores": 0, "score_lowest": None, "score_highest": None}
    own = cases[cases["model"].isin(members["model"])]
    none = dict.fromkeys(["interval_factor", "leave_one_out_factor", "fixed_factor"])
    return {
        "scores": pd.DataFrame(columns=["key", "milestone_days"]),
        "case-counts": pd.DataFrame(
            [{"figure": name, "models": len(part), "scored": 0, "scores": 0} for name, part in numbers]
        ),
        "score-groups": pd.DataFrame([{"group": name} | nothing for name in groups["group"]]),
        "score-range": pd.DataFrame([{"key": name} | nothing for name in groups["key"]]),
        "own-members": own[["key", "name"]],
        "certainty": pd.DataFrame([{"intervals": 0, "one_sided": 0, "fixed": 0, "fixed_crossed": 0} | none]),
    }


def lifetimes(counts: Counts) -> pd.DataFrame:
    """Counts of the models that the paper's Appendix B lists, on this edition's day and on that of the list."""
    total = counts.as_read.ffill()
    rows = []
    for row in counts.listed("appendix_models", parse_dates=["day"]).itertuples():
        days = {"downloads_cumulative": pd.Timestamp(counts.edition["top_models_date"]), "downloads_that_day": row.day}
        held = {name: total.at[day, row.model] if row.model in total and day in total.index else None
                for name, day in days.items()}  # fmt: skip
        rows.append({"model": row.model} | held)
    return pd.DataFrame(rows)
