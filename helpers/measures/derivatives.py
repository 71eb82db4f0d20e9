"""Which repository is whose derivative, and which of them count (paper, Section 2.1).

A derivative names its parents in the Hub's tags: base_model:ORG/NAME and base_model:RELATION:ORG/NAME. It counts for
the organisation of a tracked parent if it has more lifetime downloads than the edition's threshold and is no re-upload
for local inference (see formats).
"""

from pathlib import Path

import pandas as pd
import pyarrow
from pyarrow import compute

from helpers.measures import cleaning
from helpers.registry import UNRESOLVED, renames, reuploads
from helpers.tables import engine
from helpers.tables.contracts.columns import LONGEST

BASE = "base_model:"
"""What a tag begins with that names a parent."""
OWN_BASE = "own-base"
REUPLOAD = "reupload"
UNKNOWN_DOWNLOADS = "downloads-unknown"
TOO_FEW = "too-few-downloads"
REPEATED = "organisation-counted-already"
"""Why a row does not count, in the order in which the rules are asked: the first that holds is the reason."""


def classify(
    listing: pd.DataFrame | Path, tracked: pd.DataFrame, threshold: int, excluded_formats: list[str]
) -> pd.DataFrame:
    """Each repository with each of its tracked bases, and the reason why that does not count; null = it counts.

    listing: model, created_at (UTC), downloads_all_time (null = unknown), tags (lists), library_name, or the Parquet
    file that holds them sorted by model (see helpers.archive.listings). tracked: model, organisation. A repository
    counts with more than `threshold` lifetime downloads. Ids match to the letter, as in the Hub's own filter; of tags,
    names and libraries capitals A to Z are of no account.

    Returns signals/derivatives, sorted: model, month (of creation), base, relation, organisation (of the base),
    downloads_all_time, format, beside, reason. Bases that are not tracked have no row, nor has a repository without any
    that is. Of several bases by one organisation the first in the alphabet counts: one derivative is counted once for
    each organisation. A base is meant by its name now (see renames). Relations other than finetune, adapter, merge and
    quantized are listed as unknown and count like them; one that is told beats unknown, and of several told the first
    in the alphabet stands. Quantised repositories count in a format that is not excluded. A repository that holds an
    excluded format beside ordinary weights is no re-upload: it counts, and `beside` names the format, so that it can be
    told how many there are. Tags are uploaders' text: one too long for any id is no base.

    The rules are in derivatives.sql; tests/unit/derivative_rules.py states them once more in pandas.
    """
    if isinstance(listing, pd.DataFrame):
        listing = listing.sort_values("model").assign(row=range(len(listing)))
    formats = reuploads.words(excluded_formats)
    tables = {"listing": listing, "tracked": _bases(tracked), "formats": formats}
    limits = {"threshold": threshold, "longest": LONGEST, "widest": int(formats["word"].str.len().max())}
    words = pyarrow.array(formats["word"], pyarrow.string())

    def asked(tags: pyarrow.Array) -> pyarrow.Array:
        return compute.or_(compute.starts_with(tags, BASE), compute.is_in(compute.ascii_lower(tags), words))

    return engine.run(Path(__file__).with_suffix(".sql"), tables, by_row="listing", asked=asked, **limits)


def _bases(tracked: pd.DataFrame) -> pd.DataFrame:
    """As what tags may name each tracked model: said, base (its id now), organisation, place (in the alphabet)."""
    makers = tracked[["model", "organisation"]].rename(columns={"model": "base"}).sort_values("base")
    said = renames.known_as(makers["base"])
    names = pd.DataFrame({"said": said, "base": renames.current(said)})
    return names.merge(makers.assign(place=range(len(makers))), on="base")


def listed(classified: pd.DataFrame) -> pd.DataFrame:
    """How many rows count, in one row: counted, beside (those of them with a format for local inference beside ordinary
    weights), strict (without them), and from when to when they were made (`span`)."""
    rows = counted(classified)
    counts = {"counted": len(rows), "beside": rows["beside"].count()}
    return cleaning.span(rows["month"], "M").assign(**counts, strict=counts["counted"] - counts["beside"])


def counted(classified: pd.DataFrame) -> pd.DataFrame:
    """The rows of signals/derivatives that count: one for each derivative and organisation."""
    return classified[classified["reason"].isna()]


def per_base(counted: pd.DataFrame) -> pd.DataFrame:
    """How many derivatives of each base were made in each month, of rows that count: signals/new_derivatives."""
    return counted.groupby(["month", "base"]).size().reset_index(name="derivatives")


def per_month(new: pd.DataFrame, models: pd.DataFrame, by: str, through: pd.Timestamp | None = None) -> pd.DataFrame:
    """New derivatives of each calendar month by a property of their base: month, <by>, derivatives, derivatives_share.

    new: signals/new_derivatives. models: model, <by> (organisation, region, bucket …); a base without a value
    is in "unresolved". The unit is one derivative of one organisation, so that sums over organisations, regions and
    buckets agree. Every value has a row in every month that has any derivative, 0 where it has none; shares are of
    all in the month. through: the last month to count; then the months before it without any derivative have rows,
    too, and their shares are null. The month of the listing itself is incomplete.
    """
    held = new if through is None else new[new["month"] <= through]
    value = held["base"].map(models.set_index("model")[by]).astype(object).fillna(UNRESOLVED).rename(by)
    table = held["derivatives"].groupby([held["month"], value]).sum().unstack(fill_value=0)
    if through is not None and len(table):
        table = table.reindex(pd.date_range(table.index[0], through, freq="MS", name="month", unit="us"), fill_value=0)
    long = table.stack().rename("derivatives").reset_index()
    total = long.groupby("month")["derivatives"].transform("sum")
    return long.assign(derivatives_share=long["derivatives"] / total)


def enough(table: pd.DataFrame, least: int) -> pd.DataFrame:
    """The table with n, the derivatives of the month, and shares null where n is below `least`: chance makes them.

    table: from `per_month`.
    """
    n = table.groupby("month")["derivatives"].transform("sum")
    return table.assign(n=n, derivatives_share=table["derivatives_share"].where(n >= least))


def around(table: pd.DataFrame, releases: pd.DataFrame, by: str) -> pd.DataFrame:
    """Shares in the month of a release and a year later (Section 5.1).

    table: from `per_month`. releases: family, released. Returns family, <by>, month, derivatives_share,
    derivatives_share_year_after; no row for a family whose month the table does not hold, null for a year not held.
    """
    share = "derivatives_share"
    known = releases.loc[releases["released"].notna(), ["family", "released"]]
    at = known.assign(month=known["released"].dt.to_period("M").dt.start_time.astype("datetime64[us]"))
    now = at[["family", "month"]].merge(table[["month", by, share]], on="month")
    later = table[["month", by, share]].assign(month=table["month"] - pd.DateOffset(years=1))
    both = now.merge(later, on=["month", by], how="left", suffixes=("", "_year_after"))
    return both[["family", by, "month", share, f"{share}_year_after"]]
