"""Every number of the public edition's text and figures, reckoned anew by plain pandas from the raw files.

The edition as it is withholds most of what so few models carry; one that asks for no coverage withholds nothing, so
that all measures are held to the same archive. What is reckoned, and how, is in tests/real/plain.
"""

import re
from functools import cache

import numpy as np
import pandas as pd

LEFT_OUT = {
    "planted": "rests on series that are planted, not on the archive",
    "outlier-rule": "constants of the code",
    "ledger": "counts of verdicts, which test_the_ledger_says_what_the_tables_say looks at",
    "fig-planted": "rests on series that are planted, not on the archive",
}
"""Tables and figures in which numbers are that are not reckoned here, and why."""
WITHOUT_NOTEBOOK = {"edition", "month", "calendar", "build", "events"}
"""What the edition's file, the build and data/events.csv say of themselves."""
GIVEN = {"edition", "registry"}
"""What a quoted table may rest on that no input changes."""


def plainly(value: object) -> object:
    """A value as JSON has it: dates as text, no number that is none."""
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return None
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    return value.item() if isinstance(value, np.generic) else value


def alike(one: object, other: object) -> bool:
    one, other = plainly(one), plainly(other)
    if any(isinstance(value, bool | str) or value is None for value in (one, other)):
        return one == other
    return abs(one - other) <= 1e-9 * max(abs(one), abs(other), 1e-3)


def by_row(table: pd.DataFrame, keys: list[str]) -> dict[tuple, dict]:
    rows = table.astype(object).to_dict("records")
    found = {tuple(plainly(row[key]) for key in keys): row for row in rows}
    assert len(found) == len(rows), f"{keys} do not tell the rows apart"
    return found


def differing(mine: pd.DataFrame, theirs: pd.DataFrame, keys: list[str]) -> list[tuple]:
    """Rows that only one of two tables has, and cells that are not the same in both; theirs says which columns."""
    ours, told = by_row(mine, keys), by_row(theirs, keys)
    found: list[tuple] = [("row of one alone", row) for row in set(ours) ^ set(told)]
    for row in set(ours) & set(told):
        found += [
            (row, name, plainly(ours[row].get(name, "not reckoned")), plainly(told[row][name]))
            for name in theirs.columns
            if not alike(ours[row].get(name, "not reckoned"), told[row][name])
        ]
    return found


def table(quoted: dict) -> pd.DataFrame:
    return pd.DataFrame(quoted["rows"], columns=quoted["columns"], dtype=object)


def test_every_cell_of_every_quoted_table_that_rests_on_inputs(edition, show):
    held = {name: quoted for name, quoted in edition.quoted.items() if name in edition.plain}
    wrong = {name: differing(edition.plain[name], table(quoted), quoted["by"]) for name, quoted in held.items()}
    cells = sum(len(quoted["rows"]) * len(quoted["columns"]) for quoted in held.values())
    show(f"\n{len(held)} quoted tables, {cells} cells, of the edition {edition.folder.name}")
    assert {name: cells[:5] for name, cells in wrong.items() if cells} == {}


def test_every_number_that_the_text_says(edition, show):
    mine = cache(lambda name: by_row(edition.plain[name], edition.quoted[name]["by"]))
    wrong, known = [], 0
    for address, said in edition.values.items():
        if said["table"] not in edition.plain:
            continue
        quoted = edition.quoted.get(said["table"])
        key = [said["row"].get(name) for name in quoted["by"]] if quoted else None
        rows = [row for keys, row in zip(quoted["keys"], quoted["rows"], strict=True) if keys == key] if quoted else []
        if not rows:  # a row that the edition lacks
            wrong += [(address, said["raw"])] if said["raw"] is not None else []
            continue
        at = tuple(dict(zip(quoted["columns"], rows[0], strict=True))[name] for name in quoted["by"])
        value = mine(said["table"])[at][said["column"]]
        known += said["raw"] is not None
        wrong += [] if alike(value, said["raw"]) else [(address, plainly(value), said["raw"])]
    show(f"\n{known} numbers of the text known in the edition {edition.folder.name}, {len(edition.values)} asked for")
    assert wrong == []


def test_everything_that_lies_under_the_figures(edition, show):
    wrong, numbers = {}, 0
    for name, shown in edition.figures.items():
        if name in LEFT_OUT:
            continue
        mine = edition.plain.get(name, pd.DataFrame())
        if name == "fig-token-status":
            mine = edition.plain["token-status"].assign(status=lambda rows: rows["status"].str.capitalize())
        numbers_ = [column for column in shown if pd.api.types.is_numeric_dtype(shown[column])]
        shown = shown[[column for column in shown if column in mine or column in numbers_]]
        keys = [column for column in shown if column not in numbers_ or column in ("milestone_days", "place")]
        dates = [column for column in mine if pd.api.types.is_datetime64_any_dtype(mine[column])]
        mine = mine.assign(**{column: mine[column].map(plainly) for column in dates})
        wrong[name] = differing(mine, shown, keys)
        numbers += shown.select_dtypes("number").size
    show(f"\n{len(wrong)} figures and files, {numbers} numbers, of the edition {edition.folder.name}")
    assert {name: cells[:5] for name, cells in wrong.items() if cells} == {}


def test_no_number_is_left_out_but_those_listed_with_their_reason(edition):
    rests = {name: quoted["rests_on"] for name, quoted in edition.quoted.items()}
    said = {cell["table"] for cell in edition.values.values() if cell["raw"] is not None}
    tables = {name for name in said | set(rests) if rests.get(name) not in GIVEN} - WITHOUT_NOTEBOOK
    left = {*tables, *edition.figures} - set(edition.plain) - {"fig-token-status"}
    assert left <= set(LEFT_OUT)
    there = {*rests, *edition.figures}
    needless = {name for name in LEFT_OUT if name in edition.plain or name not in there}
    assert needless <= ({"fig-planted"} if "fig-planted" not in edition.figures else set())


NUMBER = re.compile(r"(-?[\d,]*\.?\d+)([KMB×%]?)")
TIMES = {"": 1, "K": 1e3, "M": 1e6, "B": 1e9, "×": 1, "%": 0.01}


def test_the_ledger_says_what_the_tables_say(edition, show):
    """Each number of ours in the ledger is the cell that answers it, rounded; its counts are those of its verdicts."""
    ledger = edition.figures["ledger"]
    told = dict(zip(edition.quoted["ledger"]["columns"], edition.quoted["ledger"]["rows"][0], strict=True))
    verdicts = ledger["verdict"].value_counts()
    for verdict, name in {"matches": "matched", "differs": "differing", "other": "other", "absent": "absent"}.items():
        assert told[name] == verdicts.get(verdict, 0), verdict
    assert told["claims"] == len(ledger)
    mine = cache(lambda name: by_row(edition.plain[name], edition.quoted[name]["by"]))
    checked, wrong = 0, []
    for row in ledger.dropna(subset=["ours", "answer"]).itertuples():
        name, *parts = row.answer.split(".")
        quoted, number = edition.quoted.get(name), NUMBER.fullmatch(str(row.ours))
        if quoted is None or name not in edition.plain or not number:
            continue
        column = parts[-1].partition("-")[0]
        months = sorted(keys[quoted["by"].index("month")] for keys in quoted["keys"]) if "month" in quoted["by"] else []
        named = {"first": months[0], "last": months[-1]} if months else {}
        key = [named.get(part, part) for part in parts[:-1]]
        at = [cells for keys, cells in zip(quoted["keys"], quoted["rows"], strict=True) if keys == key]
        if not at:
            continue
        where = tuple(dict(zip(quoted["columns"], at[0], strict=True))[one] for one in quoted["by"])
        value = plainly(mine(name)[where][column])
        if isinstance(value, int | float) and not isinstance(value, bool):
            digits = len(number[1].partition(".")[2])
            unit = 1 if column.endswith("_b") else TIMES[number[2]]
            checked += 1
            ours = float(number[1].replace(",", "")) * unit
            wrong += [] if abs(ours - value) <= 0.51 * unit * 10**-digits else [(row.id, row.ours, value)]
    show(f"\n{checked} numbers of the ledger, of the edition {edition.folder.name}")
    assert wrong == []


def test_what_is_known_of_this_archive_is_what_the_editions_say(edition, show):
    """Raw counts of 33 models: China passes the USA on 9 February 2026, where an edition may tell it; Appendix B."""
    lead = table(edition.quoted["lead"]).iloc[0]
    asked = edition.folder.name == "asking-nothing"
    assert (lead["passed"], lead["leader"]) == (("2026-02-09", "china") if asked else (None, None))
    ledger = edition.figures["ledger"]
    rows = ledger[ledger["answer"].fillna("").str.endswith(".downloads_that_day")].dropna(subset=["ours"])
    found = {}
    for row in rows.itertuples():
        printed, ours = (NUMBER.fullmatch(text) for text in (row.printed, row.ours))
        found[row.subject] = float(ours[1]) * TIMES[ours[2]] / (float(printed[1]) * TIMES[printed[2]]) - 1
    near = sum(abs(apart) <= 0.02 for apart in found.values())
    show(f"\n{near} of {len(found)} counts of the paper's Appendix B within 2 %, of the edition {edition.folder.name}")
    assert len(found) == 21
    assert near >= 17
