"""Ids that were renamed on the Hub: the same repository, and so one model with one count.

data/registry/renames.csv: old, new (namespaces, or whole ids), source. The Hub leads from an old id to the new one, so
that lists, dumps and tags may hold either, and a count under one goes on under the other.
"""

from functools import cache

import pandas as pd

from helpers import paths


@cache
def _table() -> dict[str, str]:
    return pd.read_csv(paths.REGISTRY / "renames.csv", dtype=str).set_index("old")["new"].to_dict()


def table() -> pd.DataFrame:
    """The renames that are known: old, new."""
    return pd.DataFrame(_table().items(), columns=["old", "new"], dtype="str")


def current(ids: pd.Series) -> pd.Series:
    """Each id as it is called now; one that is not known to have been renamed stays, and so does null.

    Ids of which none was renamed are given back themselves."""
    places, found = pd.factorize(ids)
    distinct = pd.Series(found, dtype="str")
    namespace = distinct.str.split("/").str[0]
    moved = namespace.map(_table()).fillna(namespace) + distinct.str.replace(r"^[^/]*", "", regex=True)
    named = distinct.map(_table()).fillna(moved)
    if named.equals(distinct):
        return ids
    return pd.Series(named.array.take(places, allow_fill=True), ids.index, ids.dtype, ids.name)


def known_as(ids: pd.Series) -> pd.Series:
    """All ids under which the models of `ids` may be found: those now, and those that they had before."""
    now = current(ids)
    namespace, name = now.str.split("/").str[0], now.str.split("/").str[-1]
    before = [
        now[now == new].map({new: old}) if "/" in old else old + "/" + name[namespace == new]
        for old, new in _table().items()
    ]
    return pd.concat([now, *before], ignore_index=True).drop_duplicates(ignore_index=True)


def aliases(models: pd.Series, names: pd.DataFrame) -> pd.DataFrame:
    """What else each model is called: model (each of `models`), aliases (ids that it had, then names by which sources
    have it, with semicolons between; null for none).

    names: name, model (data/registry/model_names.csv).
    """
    former = table()
    split = models.str.partition("/").assign(model=models)
    moved = split.merge(former, left_on=0, right_on="new")
    ids = [former.set_axis(["alias", "model"], axis=1), moved.assign(alias=moved["old"] + "/" + moved[2])]
    every = pd.concat([*ids, names.rename(columns={"name": "alias"})])
    told = every.drop_duplicates(["model", "alias"]).groupby("model")["alias"].agg("; ".join)
    return pd.DataFrame({"model": models, "aliases": models.map(told)})


def joined(table: pd.DataFrame) -> pd.DataFrame:
    """A table of counts by date and model with one series a model, under its id now.

    Where a day tells a count under both ids, it is one count, and the larger one is the newer reading of it.
    """
    now = current(table["model"])
    if now is table["model"]:
        return table
    table = table.assign(model=now)
    keys = ["date", "model"]
    twice = table.duplicated(keys, keep=False)
    one = table[twice].groupby(keys, as_index=False).max()
    both = pd.concat([table[~twice], one.astype(table.dtypes.to_dict())[list(table.columns)]])
    return both.sort_values(keys, ignore_index=True)
