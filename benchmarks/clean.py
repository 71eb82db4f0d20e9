"""Cleaning against plain pandas, in one run and as a ratio: `python benchmarks/clean.py`.

1,500 models over 870 days: a history of 618 days, then snapshots, with spikes, absent days, falling counters and models
that vanish. The yardstick states the same rules model by model, as one would write them down first with pandas' own
rolling quantiles, interpolation and differences; both must give the same tables. Each runs in a process of its own, so
that its peak memory is its own; the best of the repetitions counts. Last, the cleaning alone on ten times the models.
"""

import multiprocessing
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from helpers import edition
from helpers.measures import cleaning, counters, falls, outliers

MODELS, GROWN, DAYS = 1500, 15_000, 870
REPEAT = 3
GOAL = 5  # times as fast as plain pandas
RULES = edition.load()
RULE = RULES.outlier_rule.model_dump()
START, END = pd.Timestamp(RULES.first_month), pd.Timestamp(RULES.history_end)
FIRST_SNAPSHOT = pd.Timestamp("2025-07-03")

Tables = dict[str, pd.DataFrame]


def raw(models: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """History and snapshots of made-up models; a third have no history, a fifth come later than the first day."""
    chance = np.random.default_rng(RULES.seed)
    days = pd.date_range(START, periods=DAYS, unit="us")
    level = 10 ** chance.uniform(1, 5.5, (models, 1)) * np.where(days.day_of_week >= 5, 0.7, 1)
    new = np.round(level * chance.uniform(0.88, 1.12, (models, DAYS)))
    new[chance.random(new.shape) < 0.002] *= 20
    born = chance.integers(0, DAYS - 60, (models, 1)) * (chance.random((models, 1)) < 0.2)
    alive = np.arange(DAYS) >= born
    total = np.where(alive, new, 0).cumsum(axis=1)
    fallen = chance.random(models) < 0.02
    total[fallen, DAYS - 100 :] -= total[fallen, DAYS - 100 : DAYS - 99]
    read = alive & (chance.random(new.shape) > 0.01)
    read[chance.random(models) < 0.02, DAYS - 40 :] = False
    ids = np.array([f"acme/model-{number:05d}" for number in range(models)], dtype=object)

    def table(where: np.ndarray, values: np.ndarray, name: str) -> pd.DataFrame:
        rows, columns = np.nonzero(where)
        return pd.DataFrame(
            {"date": days[columns], "model": pd.Series(ids[rows], dtype="str"), name: values[where].astype("int64")}
        )

    history = table(read & (days <= END) & (np.arange(models) % 3 > 0)[:, None], new, "downloads")
    snapshots = table(read & (days >= FIRST_SNAPSHOT), total, "downloads_all_time")
    created = pd.Series(days[born[:, 0]], ids).dt.tz_localize("UTC")
    return history, snapshots.assign(created_at=snapshots["model"].map(created), read_at=pd.NaT)


def ours(history: pd.DataFrame, snapshots: pd.DataFrame) -> Tables:
    """The cleaning as notebook 02_clean calls it."""
    filtered = outliers.filter_outliers(history, RULES.iqr_multiplier, RULES.iqr_window_days, RULE)
    counts = counters.snapshot_counts(snapshots)
    models = pd.Series(snapshots["model"].unique())
    daily = cleaning.splice(filtered, counts, END, models)
    months = cleaning.monthly(daily, RULES.first_month, RULES.last_month)
    return {"filtered": filtered, "counts": counts, "daily": daily, "monthly": months}


# The yardstick ------------------------------------------------------------------------------------------------


def plain(history: pd.DataFrame, snapshots: pd.DataFrame) -> Tables:
    """The same rules, one model after the other."""
    filtered = [plain_filter(rows, model) for model, rows in history.groupby("model")]
    held = pd.Series(np.sort(snapshots["date"].unique()))
    counts = [plain_counts(rows, model, held) for model, rows in snapshots.groupby("model")]
    past = {table["model"].iloc[0]: table for table in filtered}
    later = {table["model"].iloc[0]: table for table in counts}
    last = held.iloc[-1]
    ids = sorted(past.keys() | later.keys() & set(snapshots["model"]))
    daily = [plain_splice(model, past.get(model), later.get(model), last) for model in ids if model in later]
    months = [plain_months(table) for table in daily]
    parts = {"filtered": filtered, "counts": counts, "daily": daily, "monthly": months}
    return {name: pd.concat(tables, ignore_index=True) for name, tables in parts.items()}


def plain_range(days: Any) -> tuple[Any, Any]:
    """The third quartile of days or of their windows, and what the range counts for."""
    low, high = days.quantile(RULE["tail"]), days.quantile(1 - RULE["tail"])
    return high, np.maximum(np.maximum(high - low, RULE["range_of_q3"] * high), RULE["range_least"])


def plain_filter(rows: pd.DataFrame, model: str) -> pd.DataFrame:
    """Outliers by rolling quartiles, and the line in their place."""
    raw = rows.set_index("date")["downloads"].sort_index().asfreq("D").astype(float)
    own = raw.where(raw.gt(0).cummax())
    window = own.rolling(RULES.iqr_window_days, center=True, min_periods=RULE["shortest_days"])
    high, spread = plain_range(window)
    outlier = own > high + RULES.iqr_multiplier * spread
    weeks = [7 * week for week in range(-(RULES.iqr_window_days // 14), RULES.iqr_window_days // 14 + 1) if week]
    for day in np.flatnonzero(outlier):
        others = own.iloc[[day + shift for shift in weeks if 0 <= day + shift < len(own)]].dropna()
        above, least = plain_range(others)
        if len(others) >= RULE["same_weekdays"]:
            outlier.iloc[day] = own.iloc[day] > above + RULES.iqr_multiplier * least
    lower, found = high + RULE["return_fence"] * RULES.iqr_multiplier * spread, outlier.copy()
    for day in np.flatnonzero(found):
        after = own[~found].iloc[day - found.iloc[:day].sum() :].dropna().head(RULE["return_days"])
        outlier.iloc[day] = len(after) == RULE["return_days"] and after.median() <= lower.iloc[day]
    line = np.floor(raw.mask(outlier).interpolate(limit_direction="both"))
    flag = pd.Series("observed", raw.index).mask(raw.isna(), "interpolated").mask(outlier, "filtered")
    return table(model, downloads=line, downloads_raw=raw, flag=flag)


def plain_counts(rows: pd.DataFrame, model: str, held: pd.Series) -> pd.DataFrame:
    """A counter put together again after its falls, and what it gained each day."""
    rows = rows.sort_values("date").set_index("date")
    read = rows["downloads_all_time"].astype(float)
    flag = pd.Series("observed", pd.date_range(read.index[0], held.iloc[-1]))
    values = read.tolist()
    for fall in range(1, len(values)):
        if values[fall] < values[fall - 1]:
            back = next((later for later in range(fall, len(values)) if values[later] >= values[fall - 1]), None)
            if back and values[back] - values[back - 1] >= values[fall - 1] - values[fall]:
                flag[read.index[fall:back]] = "faulty"
                read.iloc[fall:back] = np.nan
    kept = read.dropna()
    lost = (-kept.diff()).clip(lower=0).fillna(0)
    reset = kept < falls.SMALL * kept.shift()
    upon = kept + lost.where(reset, 0).cumsum()
    restated = upon[::-1].cummin()[::-1]
    flag[kept.index[(lost > 0) | (restated < upon)]] = "restated"
    flag[kept.index[reset]] = "reset"
    total, counted = (np.floor(line.reindex(flag.index).interpolate()) for line in (restated, kept + lost.cumsum()))
    absent = flag.index.difference(rows.index)
    flag[absent] = np.where(absent < rows.index[-1], "interpolated", "vanished")
    new, first = total.diff(), flag.index[0]
    before = held[held < first].max()
    if rows["created_at"].min().tz_localize(None) >= before:
        new[first] = total[first]
    else:
        flag[first] = "entered"
    new[flag == "vanished"] = np.nan
    both = {"counted_cumulative": counted, "restated_cumulative": total}
    return table(model, downloads=new, downloads_cumulative=total, **both, flag=flag)


def plain_splice(model: str, past: pd.DataFrame | None, later: pd.DataFrame, last: pd.Timestamp) -> pd.DataFrame:
    """The history's sum, and the gains of the counter on top."""
    later = later.set_index("date")
    entry = later["downloads_cumulative"].where(later["flag"] == "entered", 0)
    if past is not None:
        past = past.set_index("date")[["downloads", "flag"]]
        later, entry = later[later.index > END], entry * 0
        later = pd.concat([past[past.index <= END], later])
    days = pd.date_range(later.index[0], last)
    new = later["downloads"].reindex(days)
    total = new.fillna(0).add(entry.reindex(days, fill_value=0)).cumsum()
    return table(
        model, downloads=new, downloads_cumulative=total, flag=later["flag"].reindex(days, fill_value="vanished")
    )


def plain_months(daily: pd.DataFrame) -> pd.DataFrame:
    """Month labels: each is data through the day before."""
    label = daily["date"].dt.to_period("M").dt.end_time.dt.normalize() + pd.Timedelta(days=1)
    months = daily.groupby(label).agg(
        model=("model", "first"), new=("downloads", lambda new: new.sum(min_count=1)),
        downloads_cumulative=("downloads_cumulative", "last"), flag=("flag", "last"),
    )  # fmt: skip
    unread = months["flag"].isin(["interpolated", "faulty"])
    flag = pd.Series("observed", months.index).mask(unread | unread.shift(fill_value=False), "interpolated")
    months["flag"] = flag.mask(months["flag"].eq("vanished"), "vanished")
    asked = (months.index >= str(RULES.first_month)) & (months.index <= str(RULES.last_month))
    return months[asked].rename(columns={"new": "downloads"}).rename_axis("month").reset_index()


def table(model: str, **columns: pd.Series) -> pd.DataFrame:
    """Series of one model by day as a long table."""
    found = pd.DataFrame(columns).rename_axis("date").reset_index()
    found.insert(1, "model", model)
    return found


# Measuring ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Measure:
    """Best seconds; those of them spent in this program, not in the system's handing out of memory; megabytes."""

    seconds: float
    own_seconds: float
    peak_mb: float
    inputs_mb: float


def measured(clean: Callable[..., Tables], models: int, repeat: int) -> tuple[Measure, Tables]:
    """What `clean` takes in this process, and what it makes."""
    inputs = raw(models)
    before = used()
    taken = []
    for _ in range(repeat):
        start, own = time.perf_counter(), used().ru_utime
        tables = clean(*inputs)
        taken.append((time.perf_counter() - start, used().ru_utime - own))
    return Measure(*min(taken), megabytes(used()), megabytes(before)), tables if models == MODELS else {}


def used() -> resource.struct_rusage:
    return resource.getrusage(resource.RUSAGE_SELF)


def megabytes(usage: resource.struct_rusage) -> float:
    """Peak memory so far."""
    return usage.ru_maxrss / (1024 if sys.platform == "linux" else 1024**2)


def apart(clean: Callable[..., Tables], models: int, repeat: int) -> tuple[Measure, Tables]:
    """`measured` in a fresh process."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(measured, (clean, models, repeat))


def main() -> None:
    """Print seconds, ratios and memory; exit 1 if the tables differ or the goal is missed."""
    print(f"{'':<24}{'seconds':>9}{'own':>9}{'peak MB':>9}{'inputs MB':>11}")
    runs = {
        "plain pandas": (plain, MODELS, 1),
        "ours": (ours, MODELS, REPEAT),
        f"ours, {GROWN // MODELS} × the models": (ours, GROWN, REPEAT),
    }
    measures, tables = [], []
    for name, run in runs.items():
        took, made = apart(*run)
        measures.append(took)
        tables.append(made)
        memory = f"{took.peak_mb:9,.0f}{took.inputs_mb:11,.0f}"
        print(f"{name:<24}{took.seconds:9.2f}{took.own_seconds:9.2f}{memory}", flush=True)
    for name, wanted in tables[0].items():
        pd.testing.assert_frame_equal(tables[1][name], wanted, check_dtype=False, obj=name)
    print(
        "the tables of both are the same:", ", ".join(f"{name} {len(made):,} rows" for name, made in tables[1].items())
    )
    plainly, once, grown = measures
    speed = plainly.seconds / once.seconds
    print(f"{speed:.1f} times as fast   goal ≥ {GOAL}")
    print(
        f"{GROWN // MODELS} times the models: {grown.seconds / once.seconds:.1f} times the seconds, "
        f"{grown.own_seconds / once.own_seconds:.1f} times its own, {grown.peak_mb / once.peak_mb:.1f} times the memory"
    )
    if speed < GOAL:
        raise SystemExit("the goal is missed")


if __name__ == "__main__":
    main()
