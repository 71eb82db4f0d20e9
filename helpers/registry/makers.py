"""Whose model it is, where a source has names of its own for the makers (paper, Section 2.2)."""

import functools
from pathlib import Path

import pandas as pd

from helpers import paths

ALIASES = paths.REGISTRY / "aliases.csv"
"""Names in Arena, Artificial Analysis or OpenRouter that differ from label and namespace by more than case, spaces and
signs: alias, organisation, source. A maker with neither label nor alias keeps its name, and its region is unknown."""
COUNTRIES = paths.REGISTRY / "countries.csv"
"""Countries as Epoch writes them: country, region, source."""


@functools.cache
def aliases(path: Path = ALIASES) -> dict[str, str]:
    """A source's name for a maker → its label in data/registry/organisations.csv."""
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    return table.set_index("alias")["organisation"].to_dict()


def resolve(names: pd.Series, labels: pd.DataFrame) -> pd.DataFrame:
    """The organisation and region behind each maker's name, namespace or label; case, spaces and signs do not matter.

    labels: namespace, organisation, region. Returns organisation, region, indexed like `names`. A name that is not
    known keeps itself as the label and has region "unknown"; a null name gives "Unknown", "unknown".
    """
    # Later ones win: an exact label before an alias, a namespace before a label.
    known = {_key(alias): label for alias, label in aliases().items()}
    known |= {_key(label): label for label in labels["organisation"]}
    known |= {_key(space): label for space, label in labels[["namespace", "organisation"]].itertuples(index=False)}
    regions = labels.drop_duplicates("organisation").set_index("organisation")["region"]
    keys = names.astype(object).map(_key, na_action="ignore")
    organisation = keys.map(known).astype(object).fillna(names).fillna("Unknown")
    return pd.DataFrame({"organisation": organisation, "region": organisation.map(regions).fillna("unknown")})


def joint(names: pd.Series, countries: pd.Series, labels: pd.DataFrame) -> pd.DataFrame:
    """The same for a list of makers in one text, "NVIDIA,Massachusetts Institute of Technology (MIT)".

    countries: those of the makers, in one text, too. The first maker is the organisation. The region is the one that
    all makers are in or, where some are not known, all countries; else unknown.
    """
    table = pd.read_csv(COUNTRIES, dtype=str).set_index("country")["region"]
    single = names.str.split(",").explode().str.strip()
    found = resolve(single, labels)
    seats = countries.str.split(",").explode().str.strip().map(table).fillna("unknown")
    by_maker, by_country = (_agreed(regions) for regions in (found["region"], seats))
    first = found["organisation"].groupby(level=0).first()
    region = by_maker.where(by_maker != "unknown", by_country)
    return pd.DataFrame({"organisation": first, "region": region}).reindex(names.index)


def _agreed(regions: pd.Series) -> pd.Series:
    """One region for each label of the index: that of all its rows, or unknown."""
    return regions.groupby(level=0).unique().map(lambda told: told[0] if len(told) == 1 else "unknown")


def _key(name: str) -> str:
    return "".join(filter(str.isalnum, name)).casefold()
