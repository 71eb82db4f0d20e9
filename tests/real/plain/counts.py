"""The tracked models and their lifetime counts: by day, by month label, and how many of them were read."""

import itertools
import json
import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

BUCKETS = ["<1B", "1–5B", "7–9B", "10–50B", "50–100B", "100–250B", "250B+"]
REGIONS = {"china": "China", "us": "the USA", "eu": "the EU"}
DAY = pd.Timedelta(days=1)


class Panel:
    """Models by date: what they have (total), what is new (new), and of which either is known (read, whole)."""

    def __init__(self, total: pd.DataFrame, new: pd.DataFrame, read: pd.DataFrame, whole: pd.DataFrame):
        self.total, self.new, self.read, self.whole = total, new, read, whole

    def at(self, times) -> "Panel":
        return Panel(*(part.loc[times] for part in (self.total, self.new, self.read, self.whole)))


class Counts:
    """An archive of counts as an edition of the given parameters sees it."""

    def __init__(self, archive: Path, registry: Path, edition: dict):
        self.archive, self.registry, self.edition = archive, registry, edition
        self.needed = edition["needed_coverage"]
        self.first, self.last = pd.Timestamp(edition["first_month"]), pd.Timestamp(edition["last_month"])

    def listed(self, name: str, **options) -> pd.DataFrame:
        return pd.read_csv(self.registry / f"{name}.csv", **options)

    # Models ---------------------------------------------------------------------------------------------------

    @cached_property
    def renamed(self) -> dict[str, str]:
        return dict(self.listed("renames")[["old", "new"]].to_numpy())

    def now(self, name: str) -> str:
        """The id, or the namespace, as it is called now."""
        space, slash, rest = name.partition("/")
        return self.renamed.get(name) or self.renamed.get(space, space) + slash + rest

    def curated(self, name: str, key: str, value: str) -> dict[str, object]:
        table = pd.read_csv(self.archive / "registry" / f"{name}.csv", comment="#" if "date" in name else None)
        return table.assign(now=table[key].map(self.now)).drop_duplicates("now").set_index("now")[value].to_dict()

    @cached_property
    def snapshots(self) -> pd.DataFrame:
        """Every row of every day: date, model (as called now), downloads_all_time, downloads, created_at."""
        days = []
        for path in sorted(self.archive.glob("snapshots/date=*/models.parquet")):
            day = pd.read_parquet(path)
            days.append(day.assign(date=pd.Timestamp(path.parent.name.removeprefix("date="))))
        whole = pd.concat(days, ignore_index=True)
        whole["created_at"] = pd.to_datetime(whole["created_at"], utc=True).dt.tz_localize(None).dt.floor("D")
        return whole.assign(model=whole["model"].map(self.now))

    @cached_property
    def models(self) -> pd.DataFrame:
        """The tracked models by id: namespace, organisation, region, parameters_b, bucket, released."""
        ids = pd.read_csv(self.archive / "registry" / "models.csv")["modelId"].map(self.now).drop_duplicates()
        table = pd.DataFrame({"namespace": ids.str.split("/").str[0].to_numpy()}, index=pd.Index(ids, name="model"))
        makers = self.listed("organisations").drop_duplicates("namespace").set_index("namespace")["organisation"]
        table["organisation"] = table["namespace"].map(makers).fillna(table["namespace"])
        regions = self.curated("organization_regions", "hf_org", "region")
        table["region"] = table["namespace"].map(regions).fillna("unknown")
        mine = self.snapshots[self.snapshots["model"].isin(table.index)]
        weights = mine.dropna(subset="safetensors_total").drop_duplicates("model", keep="last")
        weights = weights.set_index("model")["safetensors_total"] / 1e9
        sizes = table.index.to_series().map(self.curated("model_parameters", "model_id", "total_params_b"))
        sizes = sizes.fillna(table.index.to_series().map(weights))
        table["by_name"] = sizes.isna()
        sizes = sizes.fillna(table.index.to_series().map(named_size))
        table["parameters_b"] = sizes.astype(float)
        edges = [-np.inf, *self.edition["bucket_edges"], np.inf]
        table["bucket"] = pd.cut(table["parameters_b"], edges, right=False, labels=BUCKETS).astype(object)
        told = self.curated("release_date_corrections", "model_id", "actual_release_date")
        released = pd.to_datetime(table.index.to_series().map(told))
        table["released"] = released.fillna(mine.groupby("model")["created_at"].min())
        return table

    @cached_property
    def compared(self) -> pd.DataFrame:
        return self.models[self.models["region"].isin(REGIONS)]

    @cached_property
    def makers(self) -> dict[str, str]:
        return self.models["organisation"].to_dict()

    # Days -----------------------------------------------------------------------------------------------------

    @cached_property
    def moments(self) -> dict[pd.Timestamp, pd.Timestamp]:
        """Day with a snapshot → when it was read, as the record beside it says: by the newest model in a dump, or
        halfway through a collection."""
        found = {}
        for path in self.archive.glob("snapshots/date=*/*.json"):
            told, day = json.loads(path.read_text(encoding="utf-8")), pd.Timestamp(path.parent.name[5:])
            if path.name == "manifest.json":
                start, end = (pd.Timestamp(told[name]).tz_convert(None) for name in ("started", "finished"))
                found[day] = start + (end - start) / 2
            else:
                found[day] = pd.Timestamp(told["newest_model"]).tz_convert(None)
        return found

    @cached_property
    def readings(self) -> pd.DataFrame:
        """All-time counts as read: moments of snapshots × tracked models."""
        rows = self.snapshots[self.snapshots["model"].isin(self.models.index)]
        rows = rows.assign(date=rows["date"].map(self.moments))
        wide = rows.pivot_table(index="date", columns="model", values="downloads_all_time", aggfunc="max")
        assert not (wide.ffill().diff() < 0).any().any(), "a count of this archive falls: that is not reckoned here"
        return wide.astype(float)

    def at(self, moments: pd.DatetimeIndex) -> pd.DataFrame:
        """Counts at some moments, on the line between readings, rounded down; null before the first, after the last."""
        whole = self.readings.reindex(self.readings.index.union(moments).unique())
        return np.floor(whole.interpolate(method="time", limit_area="inside").loc[moments] + 1e-6)

    @cached_property
    def ends(self) -> pd.DataFrame:
        """Counts at the end of each day."""
        first, last = self.readings.index[[0, -1]].floor("D")
        every = pd.date_range(first, last, name="date")
        return self.at(every + DAY).set_axis(every)

    @cached_property
    def last_read(self) -> pd.Series:
        """When each model was read last. In this archive no day ends with a model's last reading."""
        return self.readings.apply(pd.Series.last_valid_index)

    @cached_property
    def as_read(self) -> pd.DataFrame:
        """Counts of each day: at its end, or, on the day of a model's last reading, as it was read; null after it."""
        table = self.ends.copy()
        for model, moment in self.last_read.items():
            table.loc[moment.floor("D"), model] = self.readings.at[moment, model]
        return table

    @cached_property
    def days(self) -> Panel:
        """Counts of each day; after the last day to whose end a model was read its total stays."""
        ends, held = self.ends, self.readings.index.floor("D").to_series()
        new = ends.diff()
        created = self.snapshots.groupby("model")["created_at"].min()
        for model in ends.columns[ends.notna().any()]:
            first = ends[model].first_valid_index()
            before = held[held < first]
            if len(before) and created[model] >= before.iloc[-1]:
                new.loc[first, model] = ends.loc[first, model]
        total = ends.ffill().fillna(self.as_read.ffill())
        return Panel(total, new, self.as_read.notna() & ~self.far, ends.notna() & new.notna())

    @cached_property
    def far(self) -> pd.DataFrame:
        """Whether a day lies between two counted ones farther apart than the edition lets count as read."""
        far = self.counted & False
        for model, own in self.counted.items():
            first = self.as_read[model].first_valid_index()
            for before, after in itertools.pairwise(own.index[own | (own.index == first)]):
                if (after - before).days > self.needed["gap_days"]:
                    far.loc[before + DAY : after - DAY, model] = True
        return far

    @cached_property
    def counted(self) -> pd.DataFrame:
        """Whether a model was read within half a day of a day's end, or, for the last time, on that day."""
        found = self.as_read.notna() & self.ends.isna()
        for model, own in self.readings.items():
            near = (own.dropna().index + DAY / 2 - pd.Timedelta("1us")).floor("D") - DAY
            found.loc[found.index.isin(near) & self.ends[model].notna(), model] = True
        return found

    @cached_property
    def months(self) -> Panel:
        """By label, the first of the month after: what was known at its eve, and what was new in the month."""
        parts = {}
        for label in pd.date_range(self.first, self.last, freq="MS"):
            eve, start = label - DAY, max(label - pd.DateOffset(months=1), self.days.total.index[0])
            if eve < self.days.total.index[0]:
                continue
            total, new = self.days.total.loc[start:eve], self.days.new.loc[start:eve]
            whole = ~(new.isna() & total.notna()).any() & new.notna().any()
            if start > self.far.index[0]:
                whole &= ~self.far.loc[start - DAY]
            read = self.ends.loc[eve].notna() & ~self.far.loc[eve]
            parts[label] = (total.loc[eve], new.sum(min_count=1), read, whole)
        total, new, read, whole = (
            pd.DataFrame({label: part[at] for label, part in parts.items()}).T.rename_axis("month") for at in range(4)
        )
        read = read.astype(bool)
        return Panel(total.astype(float), new.astype(float), read, whole.astype(bool) & read)

    # Coverage -------------------------------------------------------------------------------------------------

    @cached_property
    def since(self) -> pd.Series:
        """From when on each model is tracked: its release or its first count, what is earlier; null: all along."""
        first = self.days.total.apply(pd.Series.first_valid_index).reindex(self.models.index)
        return (
            pd.concat([self.models["released"], pd.to_datetime(first)], axis=1)
            .min(axis=1)
            .where(self.models["released"].notna())
        )

    @cached_property
    def weight(self) -> pd.Series:
        """The last count held of each model; null: never read."""
        return self.days.total.iloc[-1].reindex(self.models.index)

    def cover(self, read: pd.DataFrame, models: pd.DataFrame) -> pd.DataFrame:
        """At each date, of the models: models (tracked), models_read, models_between, models_known, read_share."""
        since, when = self.since[models.index].to_numpy(), read.index.to_numpy()[:, None]
        tracked = np.isnat(since) | ((since < when) if read.index.name == "month" else (since <= when))
        seen = read.reindex(columns=models.index, fill_value=False).to_numpy()
        weight, known = self.weight[models.index].fillna(0).to_numpy(), self.weight[models.index].notna().to_numpy()
        table = pd.DataFrame({"models": tracked.sum(axis=1), "models_read": seen.sum(axis=1)}, index=read.index)
        far = self.far.loc[read.index - DAY if read.index.name == "month" else read.index]
        table["models_between"] = far.reindex(columns=models.index, fill_value=False).to_numpy().sum(axis=1)
        table["models_known"] = (tracked & known).sum(axis=1)
        most = pd.Series((tracked * weight).sum(axis=1), read.index)
        without = table["models_read"] / table["models_known"].where(table["models_known"] > 0)
        table["read_share"] = ((seen * weight).sum(axis=1) / most.where(most > 0)).fillna(without)
        return table[table["models"] > 0]

    def told(self, cover: pd.DataFrame, level: str) -> pd.Series:
        """Whether each date carries a statement of that level."""
        enough = cover["models_known"] >= self.needed["models"] * cover["models"]
        return enough & (cover["read_share"] >= self.needed[level])

    @staticmethod
    def groups(models: pd.DataFrame, by: list[str]) -> Iterator[tuple[tuple, pd.DataFrame]]:
        """Each group and its models; what is null in a group is unresolved."""
        yield from models.groupby([models[name].fillna("unresolved") for name in by]) if by else [((), models)]

    def summed(self, values: pd.DataFrame, models: pd.DataFrame) -> pd.Series:
        return values.reindex(columns=models.index).sum(axis=1, min_count=1)

    def totals(self, panel: Panel, models: pd.DataFrame, by: list[str]) -> pd.DataFrame:
        """By date and group: downloads and downloads_cumulative where the group's own models read carry a total."""
        rows = []
        for key, group in self.groups(models, by):
            cover = self.cover(panel.read, group)
            new = self.summed(panel.new, group).where(self.told(self.cover(panel.whole, group), "total"))
            total = self.summed(panel.total, group).where(self.told(cover, "total"))
            table = cover.assign(downloads=new, downloads_cumulative=total).reset_index()
            rows.append(table.assign(**dict(zip(by, key, strict=True))))
        return pd.concat(rows, ignore_index=True)

    def among(self, panel: Panel, models: pd.DataFrame, by: list[str], column: str, level: str) -> pd.DataFrame:
        """By date and group: the sums of `column`, where all the models read carry a comparison of that level."""
        values, seen = (panel.new, panel.whole) if column == "downloads" else (panel.total, panel.read)
        told = self.told(self.cover(seen, models), level)
        rows = []
        for key, group in self.groups(models, by):
            there = panel.total.reindex(columns=group.index).notna().any(axis=1)
            sums = self.summed(values, group)[there].where(told.reindex(values.index).eq(True))
            rows.append(sums.rename(column).reset_index().assign(**dict(zip(by, key, strict=True))))
        table = pd.concat(rows, ignore_index=True)
        alone = table.groupby("month")[column].transform("count") < 2  # of one alone there is no share and no place
        table[column] = table[column].where(~alone)
        return table

    def placed(self, panel: Panel, models: pd.DataFrame, by: str, column: str) -> pd.DataFrame:
        """`totals` with each group's share of `column` and its place."""
        table = self.totals(panel, models, [by])
        for name, level in ((f"{column}_share", "share"), ("rank", "rank")):
            among = self.among(panel, models, [by], column, level)
            at = among.groupby("month")[column]
            among[name] = among[column] / at.transform("sum") if level == "share" else at.rank("min", ascending=False)
            table = table.merge(among[["month", by, name]], how="left", on=["month", by])
            table[name] = table[name].where(table[column].notna())
        return table


def named_size(model: str) -> float | None:
    """The size that a name tells, in billions: "8x7B" is a product, of several the largest counts."""
    name = model.split("/")[1]
    if product := re.search(r"(\d+)x(\d+(?:\.\d+)?)[bB](?![a-zA-Z])", name):
        return float(product[1]) * float(product[2])
    if re.search(r"\d+B-\d+E\b", name):
        return None
    sizes = re.findall(r"(?:^|[-_])(\d+(?:[._]\d+)?)[bB](?![a-zA-Z])", name)
    if sizes:
        return max(float(size.replace("_", ".")) for size in sizes)
    small = re.search(r"(?:^|[-_])(\d\d+)[mM](?![a-zA-Z])", name)
    return float(small[1]) / 1000 if small else None


def runs(months: pd.Series) -> list[tuple[object, pd.Timestamp, pd.Timestamp, int]]:
    """Runs of one value in months one after another: value, first, last, how many."""
    found: list[tuple[object, pd.Timestamp, pd.Timestamp, int]] = []
    for month, value in months.items():
        if found and found[-1][0] == value and found[-1][2] + pd.DateOffset(months=1) == month:
            found[-1] = (value, found[-1][1], month, found[-1][3] + 1)
        else:
            found.append((value, month, month, 1))
    return found
