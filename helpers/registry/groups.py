"""What the paper sets side by side: groups of organisations and models, pairs, and families of models (Section 5)."""

from collections.abc import Callable

import pandas as pd

from helpers import paths
from helpers.registry import REGIONS, RegistryError


def members(group: str) -> list[str]:
    """The organisations or models of a group, in the paper's order. Raises RegistryError for a group not listed."""
    return list(labels(group))


def labels(group: str) -> dict[str, str]:
    """Member of a group → how figures and lists name it. Raises RegistryError for a group that is not listed."""
    rows = _read("groups")
    found = rows[rows["group"] == group]
    if found.empty:
        known = ", ".join(rows["group"].unique())
        raise RegistryError(f"{paths.shown(paths.REGISTRY / 'groups.csv')}: no group {group!r}; it has {known}")
    return found.set_index("member")["label"].to_dict()


def seats() -> pd.DataFrame:
    """The organisations that the paper names in each region (Section 2.2): region, organisation, known_as."""
    rows = _read("groups").rename(columns={"group": "region", "member": "organisation", "label": "known_as"})
    return rows.loc[rows["region"].isin(REGIONS), ["region", "organisation", "known_as"]]


def or_others(names: pd.Series, group: str) -> pd.Series:
    """Names of organisations, with "Others" for those that are not in the group."""
    return names.where(names.isin(members(group)), "Others")


def alone(table: pd.DataFrame, column: str, *groups: str) -> pd.DataFrame:
    """The table with a column for each group, which has `column` for the organisations of the group and else null.

    Lists in the text are sorted by it, and so name the group alone.
    """
    return table.assign(**{group: table[column].where(table["organisation"].isin(members(group))) for group in groups})


def sides(models: pd.DataFrame, *groups: str) -> pd.DataFrame:
    """The models of some groups, group after group: all columns, side (the group), part (label of the member).

    A member is a model or an organisation; all models of the organisation then belong to it.
    """

    def part(group: str) -> pd.DataFrame:
        named = labels(group)
        member = models["model"].map(named).fillna(models["organisation"].map(named))
        return models.assign(side=group, part=member)[member.notna()]

    return pd.concat([part(group) for group in groups], ignore_index=True)


def pairs() -> pd.DataFrame:
    """Organisations of which one passes the other: pair (a name for it), one, other."""
    return _read("pairs")[["pair", "one", "other"]]


def releases(models: pd.DataFrame) -> pd.DataFrame:
    """What is listed of each family that the text names: family, name, released, models, parameters_b.

    models: model, released, parameters_b. A model belongs to a family if its id matches the family's pattern from its
    start. released: the earliest release; models: how many; parameters_b: of the largest. Null where nothing tells.
    """
    families = _read("families")
    own = [models[models["model"].str.match(pattern)] for pattern in families["pattern"]]

    def each(tell: Callable[[pd.DataFrame], object]) -> list[object]:
        return [tell(rows) for rows in own]

    return families[["family", "name"]].assign(
        released=pd.Series(each(lambda rows: rows["released"].min()), dtype="datetime64[us]"),
        models=each(len),
        parameters_b=pd.Series(each(lambda rows: rows["parameters_b"].max()), dtype=float),
    )


def _read(name: str) -> pd.DataFrame:
    """A list of the registry, as text; nothing in it is null."""
    return pd.read_csv(paths.REGISTRY / f"{name}.csv", dtype=str, keep_default_na=False, encoding="utf-8")
