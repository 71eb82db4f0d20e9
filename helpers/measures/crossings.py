"""Who is ahead of whom, and since when: gaps, the days of crossings, how a lead went (paper, Sections 3 and 5.1).

All are pure functions on long tables of groups by day or by month, such as those of `adoption` and `coverage`.
"""

import numpy as np
import pandas as pd


def gaps(table: pd.DataFrame, by: str, one: str, other: str, column: str = "downloads_cumulative") -> pd.DataFrame:
    """How far one group is above another in each month: month, gap (below 0: behind); null where one has no value."""
    wide = table.pivot(index="month", columns=by, values=column).reindex(columns=[one, other])
    return (wide[one] - wide[other]).rename("gap").reset_index()


def crossovers(
    table: pd.DataFrame, by: str, one: str, other: str, column: str = "downloads_cumulative"
) -> pd.DataFrame:
    """Every day on which `one` passes `other` or the reverse (Sections 3 and 5.1).

    table: date (or month), <by>, <column>; days on which only one of them has a value do not count. The day is
    interpolated between the rows around the crossing: the first on which the leader is ahead. Being level is no
    crossing until one goes ahead.
    Where the table has downloads (new that day), too, a lead that changes only because models enter with what they had
    before is no crossing: who was ahead until then is not known, and the days before do not count.
    Returns date, leader, trailer; empty where the lead never changes. Raises ValueError for a group without rows.
    """
    when = "date" if "date" in table.columns else "month"
    rows = {name: table[table[by] == name].set_index(when).sort_index() for name in (one, other)}
    for name, found in rows.items():
        if found.empty:
            raise ValueError(f"no {by} {name!r} among {', '.join(sorted(map(str, table[by].unique())))}")
    lead = _same_members(rows[one], rows[other], column)
    direction, turned = _turns(lead)
    before, after, start = lead.shift()[turned], lead[turned], lead.index.to_series().shift()[turned]
    level = start + (after.index - start) * (before / (before - after))
    ahead = direction[turned] == 1
    return pd.DataFrame(
        {
            "date": (level.dt.floor("D") + pd.Timedelta(days=1)).to_numpy(),
            "leader": [one if first else other for first in ahead],
            "trailer": [other if first else one for first in ahead],
        }
    )


def _turns(lead: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Who is ahead, 1 or -1, and was so before a lead was level; and whether that is another than the day before."""
    direction = np.sign(lead).replace(0, np.nan).ffill()
    return direction, direction == -direction.shift()


def _same_members(one: pd.DataFrame, other: pd.DataFrame, column: str) -> pd.Series:
    """How far one group is above the other by day, from the last day on that entering models alone changed the lead."""
    lead = (one[column] - other[column]).dropna()
    if "downloads" not in one:
        return lead
    gained = [group["downloads"].fillna(0).cumsum() for group in (one, other)]
    new = (gained[0] - gained[1]).reindex(lead.index).diff()
    direction, turned = _turns(lead)
    made = turned & ((lead.shift() + new) * direction <= 0)
    return lead[made[made].index[-1] :] if made.any() else lead


def crossover(
    table: pd.DataFrame, by: str, leader: str, trailer: str, column: str = "downloads_cumulative"
) -> pd.Timestamp | None:
    """The last day on which `leader` passed `trailer`, as in `crossovers`; None if it never did."""
    found = crossovers(table, by, leader, trailer, column)
    found = found[found["leader"] == leader]
    return None if found.empty else found["date"].iloc[-1]


def lead(table: pd.DataFrame, counted: pd.DataFrame, by: str, one: str, other: str) -> pd.DataFrame:
    """How the lead in cumulative downloads between two groups went, in one row (Sections 3 and 5.1).

    table: date, <by>, downloads_cumulative and, as for `crossovers`, downloads. counted: date, <by>, the days on which
    a group was counted; between them its total lies on a line. Returns passed (the last day on which `one` passed
    `other`), turned (the last on which either did), of both days <day>_after and <day>_by (the days around it on which
    both were counted: the crossing is between them, and known to the day if they follow one another), turns (how often
    the lead changed), leader (who is ahead at the end); null for what never happened, and all null where the table has
    no day on which both have a value.
    """
    row: dict[str, object] = {"passed": pd.NaT, "turned": pd.NaT, "turns": None, "leader": None}
    both = table.pivot(index="date", columns=by, values="downloads_cumulative").reindex(columns=[one, other]).dropna()
    if len(both):
        found = crossovers(table, by, one, other)
        above = both[one].iloc[-1] - both[other].iloc[-1]
        row = {
            "passed": found.loc[found["leader"] == one, "date"].max(),
            "turned": found["date"].max(),
            "turns": len(found),
            "leader": {1: one, -1: other}.get(np.sign(above)),
        }
    days = [pd.Index(counted.loc[counted[by] == name, "date"]) for name in (one, other)]
    seen = days[0].intersection(days[1])
    for name in ("passed", "turned"):
        row |= {f"{name}_after": seen[seen < row[name]].max(), f"{name}_by": seen[seen >= row[name]].min()}
    dates = ["passed", "passed_after", "passed_by", "turned", "turned_after", "turned_by"]
    kinds = dict.fromkeys(dates, "datetime64[us]") | {"turns": "Int64"}
    return pd.DataFrame([row])[[*dates, "turns", "leader"]].astype(kinds)
