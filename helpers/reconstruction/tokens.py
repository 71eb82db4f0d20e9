"""OpenRouter's tokens, reconstructed: the monthly top ten of open models, daily rankings that agree, a catalogue.

The makers' shares of the ten models' tokens are the paper's where it prints them, and lines between assumptions
elsewhere (data/reconstruction/tokens.csv: in plain sight, no measurements); what is not printed gives way so that a
month adds up to 1. Volumes are assumed throughout. Around the ten are open models beyond them, closed ones, cloaked
ones, retired ones that the catalogue no longer lists, and a rest in one row: the paper's shares are those within the
ten.
"""

import datetime
import re

import numpy as np
import pandas as pd

from helpers.reconstruction import apportion
from helpers.reconstruction.published import Published, ReconstructionError

TEN = "top ten"
LISTED = 50
"""Rows that a day's ranking has before the rest."""
FIRST_DAY = "2025-01-01"
"""The first day that OpenRouter's daily rankings reach back to."""
WEEK = [100, 102, 103, 102, 97, 85, 84]
"""Use by weekday from Monday; ours."""
STATUS = {
    TEN: "open",
    "tail": "open",
    "closed": "closed",
    "cloaked": "unknown",
    "router": "unknown",
    "retired": "unknown",
}
"""Kind of model → what cleaning is to find. One that the catalogue does not list may be open, but nothing tells."""
DATE = re.compile(r"-(20\d{6}|20\d\d-\d\d-\d\d|\d\d-\d\d)$")


def generate(
    published: Published, labels: pd.DataFrame, seed: int, fetched_on: datetime.date | str
) -> tuple[pd.DataFrame, pd.DataFrame, dict, pd.DataFrame]:
    """Daily rankings, monthly top ten, the catalogue (as JSON is read) and what was planted: slug, kind, status.

    labels: namespace, organisation, region. Rankings and top ten (raw/openrouter/daily, …/monthly_top10) hold the whole
    months before `fetched_on`. Raises ReconstructionError where the assumptions do not name ten models in a month,
    name a maker without any, or promise more than all tokens.
    """
    rng = np.random.default_rng([seed, *b"tokens"])
    table = published.assumed("tokens")
    months = pd.period_range(
        published.date("china-tokens-start"), pd.Period(fetched_on, "M").start_time - pd.Timedelta(days=1), freq="M"
    )
    models = _models(table, labels)
    size = int(published.value("openrouter-models-a-month"))
    totals = apportion.between(_anchors(table, "total"), months, unit=10**9)[TEN]
    shares = apportion.between(_anchors(table, "share"), months)
    used = []
    for month in months:
        whole = int(totals[month]) + int(rng.integers(0, 10**9))
        used.append(_month(table, models, month, whole, _shares(table, shares.loc[month], month), size, rng))
    monthly = pd.concat(used).merge(models[["slug", "start"]], on="slug")
    daily = _rankings(table, monthly[monthly["month"] >= FIRST_DAY], rng)
    planted = models[["slug", "kind"]].assign(status=models["kind"].map(STATUS)).sort_values("slug", ignore_index=True)
    return daily, _top10(monthly), _catalogue(models), planted


def _models(table: pd.DataFrame, labels: pd.DataFrame) -> pd.DataFrame:
    """slug, kind, model (Hub id or ""), organisation, start (day), until (last month), weight."""
    rows = table[table["kind"].isin(STATUS)].rename(columns={"subject": "slug", "value": "weight"})
    rows = rows.assign(
        organisation=rows["model"].str.partition("/")[0].map(labels.set_index("namespace")["organisation"]),
        start=pd.to_datetime(rows["from"]),
        until=pd.to_datetime(rows["until"].replace("", None)).dt.to_period("M"),
    )
    return rows[["slug", "kind", "model", "organisation", "start", "until", "weight"]].reset_index(drop=True)


# Months -------------------------------------------------------------------------------------------------------


def _month(
    table: pd.DataFrame,
    models: pd.DataFrame,
    month: pd.Period,
    whole: int,
    shares: dict[str, int],
    size: int,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Tokens of every model used in the month, the `size` open ones on top marked: month, slug, tokens, ten.

    whole: tokens of the open ones on top. shares: see `_shares`.
    """
    start, end, length = month.start_time, month.end_time, month.days_in_month
    past = (models["until"] < month).fillna(False)
    here = models[(models["start"] <= end) & ~past]
    ten = here[here["kind"] == TEN]
    if len(ten) != size:
        raise ReconstructionError(
            f"tokens.csv: {len(ten)} models are among the {size} of {month}; change from or until"
        )
    tokens = _among_ten(shares, ten, whole, month)
    tenth = min(tokens.values())
    later = models[(models["kind"] == TEN) & past]
    left = _value(table, "afterwards")
    tokens |= {slug: _part(tenth, left, rng) for slug in later["slug"]}
    for row in here[here["kind"] != TEN].itertuples():
        base = tenth if row.kind in ("tail", "retired") else whole
        days = (end - max(row.start, start)).days + 1
        tokens[row.slug] = _part(base * days // length, row.weight, rng)
    used = pd.DataFrame({"month": start, "slug": list(tokens), "tokens": list(tokens.values())})
    return used.assign(ten=used["slug"].isin(ten["slug"]))


def _part(whole: int, share: float, rng: np.random.Generator) -> int:
    """A share of a volume, up to a tenth more or less."""
    return whole * round(share * 1000) * int(rng.integers(90, 111)) // 100_000


def _anchors(table: pd.DataFrame, kind: str) -> pd.DataFrame:
    """The assumptions of one kind, as `apportion.between` wants them."""
    return table[table["kind"] == kind].rename(columns={"from": "month"})


def _value(table: pd.DataFrame, kind: str) -> float:
    """The one value of a kind of assumption that has one row."""
    return float(table.loc[table["kind"] == kind, "value"].iloc[0])


def _shares(table: pd.DataFrame, told: pd.Series, month: pd.Period) -> dict[str, int]:
    """Maker → millionths of the month: those that the paper prints, the others in proportion in what is left.

    told: maker → millionths, as the assumptions have them.
    """
    here = (table["kind"] == "share") & (table["from"] == str(month))
    printed = set(table.loc[here & (table["claim"] != ""), "subject"])
    fixed = {maker: int(part) for maker, part in told.items() if maker in printed}
    free = {maker: int(part) for maker, part in told.items() if maker not in printed and part}
    left = apportion.WHOLE - sum(fixed.values())
    if left < 0:
        raise ReconstructionError(f"tokens.csv: {', '.join(fixed)} have more than all tokens of {month}; lower them")
    rest = apportion.whole(left, list(free.values()))
    return {maker: part for maker, part in (fixed | dict(zip(free, rest, strict=True))).items() if part}


def _among_ten(shares: dict[str, int], ten: pd.DataFrame, whole: int, month: pd.Period) -> dict[str, int]:
    """Slug → tokens: each maker's among its models, by weight and days of the month."""
    days = (month.end_time - ten["start"].clip(lower=month.start_time)).dt.days + 1
    weights: dict[str, dict[str, int]] = {}
    for row, held in zip(ten.itertuples(), days, strict=True):
        weights.setdefault(row.organisation, {})[row.slug] = round(row.weight * 10) * int(held)
    if set(shares) != set(weights):
        found = ", ".join(sorted(set(shares) ^ set(weights)))
        raise ReconstructionError(f"tokens.csv: {found} in {month}: a share without a model, or a model without share")
    tokens: dict[str, int] = {}
    for maker, part in zip(shares, apportion.whole(whole, list(shares.values())), strict=True):
        own = weights[maker]
        tokens |= dict(zip(own, apportion.whole(part, list(own.values())), strict=True))
    return tokens


def _top10(monthly: pd.DataFrame) -> pd.DataFrame:
    """raw/openrouter/monthly_top10: month, model, tokens, the most used first."""
    ten = monthly[monthly["ten"]].rename(columns={"slug": "model"})
    ten = ten.sort_values(["month", "tokens", "model"], ascending=[True, False, True], ignore_index=True)
    return ten[["month", "model", "tokens"]].astype({"month": "datetime64[us]"})


# Days ---------------------------------------------------------------------------------------------------------


def _rankings(table: pd.DataFrame, monthly: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """raw/openrouter/daily: date, model_permaslug, total_tokens (text), as the API orders them."""
    free = dict(_anchors(table, "free")[["subject", "value"]].itertuples(index=False, name=None))
    rows = []
    for month, here in monthly.groupby("month"):
        days = list(pd.date_range(month, month + pd.offsets.MonthEnd()))
        rhythm = np.array([WEEK[day.weekday()] for day in days])
        for used in here.itertuples():
            first = max((used.start - month).days, 0)
            weights = rhythm[first:] * rng.integers(92, 109, len(days) - first)
            part = round(free.get(used.slug, 0) * 100)
            for day, tokens in zip(days[first:], apportion.whole(used.tokens, weights), strict=True):
                gratis = tokens * part // 100
                rows.append((day, used.slug, tokens - gratis))
                if gratis:
                    rows.append((day, f"{used.slug}:free", gratis))
    every = pd.DataFrame(rows, columns=["date", "model_permaslug", "tokens"])
    every = every.sort_values(["date", "tokens", "model_permaslug"], ascending=[True, False, True])
    listed = every.groupby("date").cumcount() < LISTED
    beyond = round(_value(table, "rest") * 1000)
    rest = every["tokens"].where(~listed, 0).groupby(every["date"]).sum()
    rest = rest + every.groupby("date")["tokens"].sum() * beyond // 1000
    other = pd.DataFrame({"date": rest.index, "model_permaslug": "other", "tokens": rest.to_numpy()})
    table = pd.concat([every[listed], other]).sort_values("date", kind="stable", ignore_index=True)
    return pd.DataFrame(
        {
            "date": table["date"].astype("datetime64[us]"),
            "model_permaslug": table["model_permaslug"],
            "total_tokens": table["tokens"].map(str),
        }
    )


def _catalogue(models: pd.DataFrame) -> dict:
    """raw/openrouter/models.json: today's models. Closed ones have an empty Hub id or none, as in the API."""
    listed = []
    for n, row in enumerate(models[~models["kind"].isin(["cloaked", "retired"])].sort_values("slug").itertuples()):
        bare = DATE.sub("", row.slug)
        short = re.search(r"-(\d\d)-(\d\d)$", row.slug) if not re.search(r"-20\d\d-\d\d-\d\d$", row.slug) else None
        listed.append(
            {
                "id": bare,
                # The rankings leave out the year of some dates, the catalogue does not.
                "canonical_slug": f"{bare}-{row.start.year}{short[1]}{short[2]}" if short else row.slug,
                "hugging_face_id": row.model or ["", None][n % 2],
                "name": bare.partition("/")[2],
                "created": int(row.start.timestamp()),
            }
        )
    return {"data": listed, "total_count": len(listed)}
