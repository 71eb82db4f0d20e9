"""The Hub's listing of repositories, reconstructed: the paper's shares of new derivatives, among decoys.

What counts is apportioned month by month so that the shares that the paper prints come out; what it does not print is
assumed in data/reconstruction/derivatives.csv, in plain sight and no measurement. Shares of regions are of the paper's
three regions, shares of organisations of all derivatives that count. Bases are models of the registry, released before
the month. Around them lie the repositories that the rules of Section 2.1 leave out (see repositories.py), spread over
the bases in other proportions, so that a rule that is not kept shows in the shares.
"""

import datetime

import numpy as np
import pandas as pd

from helpers.reconstruction import apportion, repositories
from helpers.reconstruction.published import Published, ReconstructionError
from helpers.reconstruction.repositories import Draw
from helpers.registry import REGIONS

PRIME = 24
"""Months over which builders turn from a model to its successors."""


def generate(
    published: Published, models: pd.DataFrame, labels: pd.DataFrame, seed: int, listed_on: datetime.date | str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The listing of the day `listed_on` (raw/derivatives), and what was planted: model, base, kind, reason.

    models: model, released, as in data/registry/models.csv. labels: namespace, organisation, region. planted has the
    rows that cleaning is to find, in its order: reason is null where a row counts, base where there is none.
    Raises ReconstructionError where the assumptions leave a region less than its organisations have.
    """
    rng = np.random.default_rng([seed, *b"derivatives"])
    table = published.assumed("derivatives")
    months = pd.period_range(published.date("study-period-start"), pd.Timestamp(listed_on), freq="M")
    bases = _bases(models, labels, rng)
    spam = _spam(table, months)
    counts = _counts(table, months, bases, spam)
    extras = table[table["kind"] == "repositories"].set_index("subject")["value"]
    drawn: list[Draw] = []
    for month in months:
        here = bases[bases["released"] <= month.start_time]
        last = min(month.end_time, pd.Timestamp(listed_on)).floor("D")
        counted = _counted(counts.loc[month], here, month, last, rng)
        bulk = [Draw("spam", created, {base: None}) for base, created in _dated(spam.get(month, {}), month, last, rng)]
        decoys = repositories.decoys(len(counted) + len(bulk), extras, here["model"].tolist(), _clock(month, last), rng)
        drawn += [*repositories.joined(counted, here, extras, rng), *bulk, *decoys]
    return repositories.listing(drawn, int(published.value("derivative-threshold")), rng)


def _bases(models: pd.DataFrame, labels: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Models that derivatives may name, by id: model, released, organisation, region, fame (a whole number)."""
    table = models[["model"]].assign(released=pd.to_datetime(models["released"]))
    table["namespace"] = table["model"].str.partition("/")[0]
    table = table.merge(labels[["namespace", "organisation", "region"]], "inner", "namespace")
    table = table.dropna(subset="released").sort_values("model", ignore_index=True)
    return table.assign(fame=rng.integers(1, 21, len(table)))


# How many, of whom --------------------------------------------------------------------------------------------


def _spam(table: pd.DataFrame, months: pd.PeriodIndex) -> dict[pd.Period, dict[str, int]]:
    """Month → base → derivatives made in bulk."""
    totals = apportion.between(table[table["kind"] == "total"], months, unit=1)["all"]
    found: dict[pd.Period, dict[str, int]] = {}
    for row in table[table["kind"] == "spam"].itertuples():
        month = pd.Period(row.month, "M")
        found.setdefault(month, {})[row.subject] = round(int(totals[month]) * row.value)
    return found


def _counts(
    table: pd.DataFrame, months: pd.PeriodIndex, bases: pd.DataFrame, spam: dict[pd.Period, dict[str, int]]
) -> pd.DataFrame:
    """Derivatives that count, without the spam: month × organisation."""
    lines = {
        kind: apportion.between(table[table["kind"] == kind], months) for kind in ("organisation", "region", "beyond")
    }
    totals = apportion.between(table[table["kind"] == "total"], months, unit=1)["all"]
    maker = bases.set_index("model")["organisation"]
    counts = {}
    for month in months:
        here = bases[bases["released"] <= month.start_time]
        parts = _parts({kind: line.loc[month] for kind, line in lines.items()}, here, month)
        counts[month] = dict(zip(parts, apportion.whole(int(totals[month]), list(parts.values())), strict=True))
        for base, number in spam.get(month, {}).items():
            counts[month][maker[base]] -= number
    return pd.DataFrame.from_dict(counts, "index").fillna(0).astype(int)


def _parts(told: dict[str, pd.Series], here: pd.DataFrame, month: pd.Period) -> dict[str, int]:
    """Organisation → its part of the month, in millionths: as told, and the rest of each region among its others."""
    beyond = int(told["beyond"].sum())
    inside = apportion.WHOLE - beyond
    regions = {region: inside * int(part) // apportion.WHOLE for region, part in told["region"].items()}
    left = inside - sum(regions.values())
    regions = {region: regions.get(region, left) for region in REGIONS} | {"other": beyond}
    parts = {maker: int(part) for maker, part in told["organisation"].items() if part}
    home = dict(here.drop_duplicates("organisation")[["organisation", "region"]].itertuples(index=False, name=None))
    models = here.groupby(["region", "organisation"]).size().to_dict()
    if missing := sorted(set(parts) - set(home)):
        raise ReconstructionError(f"derivatives.csv: {', '.join(missing)} in {month}: no model released before it")
    for region, whole in regions.items():
        named = [maker for maker in parts if home[maker] == region]
        rest = whole - sum(parts[maker] for maker in named)
        if rest < 0:
            raise ReconstructionError(
                f"derivatives.csv: {', '.join(named)} have {-rest} millionths more than all of {region} in {month}; "
                "lower them"
            )
        others = {maker: size for (where, maker), size in models.items() if where == region and maker not in named}
        if others:
            parts |= dict(zip(others, apportion.whole(rest, list(others.values())), strict=True))
        else:  # nobody else there has a model yet
            parts[max(named, key=parts.__getitem__)] += rest
    return parts


# Which and when -----------------------------------------------------------------------------------------------


def _counted(
    counts: pd.Series, here: pd.DataFrame, month: pd.Period, last: pd.Timestamp, rng: np.random.Generator
) -> list[Draw]:
    """One draw for each derivative of the month, in random order; newer and more famous bases come more often."""
    age = 12 * (month.year - here["released"].dt.year) + month.month - here["released"].dt.month
    pull = here["fame"].to_numpy() * (PRIME - age.to_numpy()).clip(min=1) ** 2
    names, makers = here["model"].to_numpy(), here["organisation"].to_numpy()
    numbers: dict[str, int] = {}
    for maker, number in counts[counts > 0].sort_index().items():
        own = makers == maker
        edges = np.cumsum(pull[own])
        which = np.searchsorted(edges, rng.integers(0, edges[-1], number), side="right")
        numbers |= dict(zip(names[own], np.bincount(which, minlength=len(edges)).tolist(), strict=True))
    drawn = _dated(numbers, month, last, rng)
    return [Draw("counts", drawn[n][1], {drawn[n][0]: None}) for n in rng.permutation(len(drawn))]


def _dated(
    numbers: dict[str, int], month: pd.Period, last: pd.Timestamp, rng: np.random.Generator
) -> list[tuple[str, int]]:
    """Bases, each as often as told, with a second of the month; its first and its last second are among them."""
    names = [base for base, number in numbers.items() for _ in range(number)]
    start, end = _clock(month, last)
    moments = rng.integers(start, end, len(names))
    moments[:1], moments[1:2] = start, end - 1
    return list(zip(names, moments.tolist(), strict=True))


def _clock(month: pd.Period, last: pd.Timestamp) -> tuple[int, int]:
    """Seconds of the epoch in UTC: the month's first, and the first after the day `last`."""
    return int(month.start_time.timestamp()), int((last + pd.Timedelta(days=1)).timestamp())
