"""The ledger: each figure that the paper prints beside the quoted cell, or the finding, that answers it.

What its parts are called is in data/published/sections.csv.
"""

import datetime
import math
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from helpers import findings, paths
from helpers.findings import Finding
from helpers.text import addresses, formats, show
from helpers.text.addresses import AddressError, Book, Cell
from helpers.text.claims import ORDER, OVER, SETTING, TENS, ClaimError, read, words

NOTEBOOKS = ("02_clean", "02_signals", "03_regional", "04_organizational", "05_ram")
"""Whose quoted tables may answer a claim; none of them sees what the paper prints."""
MATCHES, DIFFERS, OTHER, ABSENT = VERDICTS = ("matches", "differs", "other", "absent")
"""`OTHER`: not what is printed, in an edition of another kind of data, date or coverage than the paper's, which then is
no difference to be explained."""
ALL = "all"
"""Slug of the ledger's parts together."""

PARTS = {
    "day": lambda date: (date.year, date.month, date.day),
    "third-of-month": lambda date: (date.year, date.month, min((date.day - 1) // 10, 2)),
    "month": lambda date: (date.year, date.month),
    "quarter": lambda date: (date.year, (date.month - 1) // 3),
    "year": lambda date: date.year,
}
"""How much of a date each printed precision fixes, from fine to coarse."""
SHOWN_PARTS = {formats.USUAL: "day", "part-of-month": "third-of-month", "month": "month", "short": "day"}
"""Variant of a day's format → how much of the date it shows."""

SUFFIXES = {"share": "%", "multiple": "×", "score": "×", "parameters_b": "B"}


@cache
def sections() -> pd.DataFrame:
    """The ledger's parts in the paper's order, `ALL` last: slug (the index), part, sections (a list of the paper's)."""
    table = pd.read_csv(paths.PUBLISHED / "sections.csv", dtype=str, keep_default_na=False).set_index("slug")
    return table.assign(sections=table["sections"].str.split("; "))


FINDING = "finding."
"""Prefix of an answer that is a finding, and no cell of a table."""


def answers(claims: pd.DataFrame, book: Book, truths: dict[str, Finding]) -> dict[str, dict[str, Any]]:
    """What answers the claims: answer → raw, formatted, unit, rests_on, notebook, cell.

    claims: from helpers.text.claims. An answer is the address of a cell, or "finding." and the name of a finding.
    """
    found = {}
    for claim in claims[claims["answer"] != ""].to_dict("records"):
        name = claim["answer"]
        if name.startswith(FINDING):
            if (finding := truths.get(name.removeprefix(FINDING))) is None:
                raise ClaimError(f"claims.csv, id {claim['id']!r}: there is no {name}; write it in helpers/findings")
            raw = {True: "yes", False: "no", None: None}[finding.truth]
            found[name] = {
                "raw": raw,
                "formatted": "",
                "unit": "condition",
                "notebook": "",
                "cell": "",
                "rests_on": "inputs",
            }
            continue
        cell = _cell(claim, book)
        found[name] = {
            "raw": cell.raw, "formatted": cell.shown if cell.known else "", "unit": cell.unit,
            "notebook": cell.notebook or "", "cell": cell.cell or "", "rests_on": cell.rests_on,
        }  # fmt: skip
    return found


Answered = dict[tuple[str, ...], list[str]]
"""Place of a cell that answers printed figures (helpers.text.addresses.Cell) → how precisely each is printed."""


def answered(claims: pd.DataFrame, book: Book) -> Answered:
    """The cells that answer printed figures. claims: from helpers.text.claims."""
    found: Answered = {}
    for claim in claims[(claims["answer"] != "") & ~claims["answer"].str.startswith(FINDING)].to_dict("records"):
        found.setdefault(_cell(claim, book).place, []).append(claim["precision"])
    return found


def answers_printed(cell: Cell, answered: Answered) -> bool:
    """Whether the paper prints what a cell says here: no day where it names the month, no 82.1% where it says 80%."""
    printed = answered.get(cell.place)
    if printed is None:
        return False
    if cell.unit == "UTC day":
        parts = list(PARTS)
        return parts.index(SHOWN_PARTS[cell.variant]) >= min(parts.index(p) if p in PARTS else 0 for p in printed)
    if isinstance(cell.raw, str) or ORDER in printed:
        return True
    steps = [float(precision) for precision in printed if precision not in (TENS, OVER, "text")]
    return any(step <= formats.step(cell.shown) * (1 + 1e-9) for step in steps)


def _cell(claim: dict[str, Any], book: Book) -> Cell:
    try:
        return book.cell(claim["answer"])
    except AddressError as error:
        raise ClaimError(f"claims.csv, id {claim['id']!r}: {error}") from None


def compare(folder: Path = paths.BUILD / "quoted") -> pd.DataFrame:
    """The ledger of a build, see `ledger`. folder: what its notebooks quoted. Raises ClaimError, AddressError."""
    claims, book = read(), addresses.read(folder, notebooks=NOTEBOOKS)
    other = "settings" in book.tables and book.tell("settings.data") == "public"
    return ledger(claims, answers(claims, book, findings.evaluate(book.tell)), other)


def ledger(claims: pd.DataFrame, answered: dict[str, dict[str, Any]], other: bool = False) -> pd.DataFrame:
    """Compare each claim with what answers it.

    claims: from helpers.text.claims. answered: from `answers`. other: whether the edition rests on other data than the
    paper; its notes explain the paper's figures only, and stand at none of ours then.
    Returns one row a claim: part (slug of `sections`), kind, id, section, measure, subject, date, figure (those three
    as readers see them), printed, ours and difference (as readers see them, to one digit more than printed; what is no
    number has no difference), verdict (of VERDICTS), reason, answer, notebook, cell. Raises ClaimError for a section
    that no part has, and for a value or precision that does not parse.
    """
    parts = sections().explode("sections").reset_index().set_index("sections")["slug"].drop("")
    if strangers := sorted(set(claims["section"]) - set(parts.index)):
        raise ClaimError(f"claims.csv: sections {', '.join(strangers)} are in no part of sections.csv; add them to one")
    rows = [_compare(claim, answered.get(claim["answer"]), other) for claim in claims.to_dict("records")]
    return pd.DataFrame(rows).assign(part=claims["section"].map(parts).to_numpy())


def match_rate(compared: pd.DataFrame) -> float | None:
    """The share of claims that match among those that can be computed; None if there are none."""
    computed = compared[compared["verdict"] != ABSENT]
    return float((computed["verdict"] == MATCHES).mean()) if len(computed) else None


def summary(compared: pd.DataFrame, wanted: float) -> pd.DataFrame:
    """The ledger in one row. wanted: the rate that the edition asks for, 0 to 1.

    Returns claims, computed, matched, differing, other, absent, remarks (of the absent: those that no data of this kind
    measure), withheld (the other absent ones), settings (computed ones), settings_matched, rate (of the computed; null
    for none), result_rate (of the computed without settings), wanted.
    """
    matched, differing, other, absent = ((compared["verdict"] == verdict).sum() for verdict in VERDICTS)
    remarks = (compared["answer"] == "").sum()
    settings = compared["kind"] == SETTING
    row = {
        "claims": len(compared), "computed": matched + differing + other, "matched": matched,
        "differing": differing, "other": other,
        "absent": absent, "remarks": remarks, "withheld": absent - remarks,
        "settings": (settings & (compared["verdict"] != ABSENT)).sum(),
        "settings_matched": (settings & (compared["verdict"] == MATCHES)).sum(),
        "rate": match_rate(compared), "result_rate": match_rate(compared[~settings]), "wanted": wanted,
    }  # fmt: skip
    return pd.DataFrame([row])


def counts(compared: pd.DataFrame) -> pd.DataFrame:
    """Claims by part and verdict: part (as readers see it), VERDICTS; the paper's order, then all."""
    table = pd.crosstab(compared["part"], compared["verdict"]).reindex(columns=VERDICTS, fill_value=0)
    table.loc[ALL] = table.sum()
    present = table.reindex([slug for slug in sections().index if slug in table.index])
    return present.assign(part=sections()["part"])[["part", *VERDICTS]].reset_index(drop=True)


def whole(compared: pd.DataFrame) -> show.Shown:
    """The ledger as readers see it, a row a figure, whose anchor is the claim's id (without spaces): the figure, the
    verdict, the paper's, ours, the difference, the section, and on a page the reason."""
    columns = ["figure", "verdict", "printed", "ours", "difference", "section", "reason"]
    rows = compared.assign(verdict=compared["verdict"].map(words()))[columns]
    return show.shown(rows, "ledger", screen=["reason"], anchors=compared["id"].str.replace(r"\s+", "-", regex=True))


def unsettled(compared: pd.DataFrame) -> pd.DataFrame:
    """The claims that do not match as readers see them, those that differ first, with the section and the reason.

    Left out is what needs data that the edition does not hold, all for that one reason; `whole` has it."""
    named = compared[(compared["verdict"] != ABSENT) | (compared["answer"] == "")]
    rows = pd.concat([named[named["verdict"] == verdict] for verdict in (DIFFERS, OTHER, ABSENT)])
    return show.shown(rows[["figure", "section", "printed", "ours", "reason"]], "ledger")


def _figure(claim: dict[str, Any]) -> str:
    """What a claim is about: "China: cumulative downloads, Mar 2026"."""
    head = "" if claim["subject"] == "all" else f"{claim['subject']}: "
    tail = f", {datetime.date.fromisoformat(claim['date']):%b %Y}" if claim["date"] else ""
    return head + claim["measure"] + tail


# One row ------------------------------------------------------------------------------------------------------


def _compare(claim: dict[str, Any], value: dict[str, Any] | None, other: bool) -> dict[str, Any]:
    """One row of the ledger."""
    if other and claim["answer"]:
        claim = claim | {"note": ""}
    if claim["unit"] == "date":
        claim = claim | {"date": ""}  # the printed date says it
    row = {key: claim[key] for key in ("kind", "id", "section", "measure", "subject", "date", "printed", "answer")}
    row |= {"figure": _figure(claim)}
    if value is None or value["raw"] is None:
        empty = dict.fromkeys(("ours", "difference", "notebook", "cell"), "")
        return row | empty | {"verdict": ABSENT, "reason": _absence(claim)}
    if claim["precision"] == TENS:
        claim, value = claim | {"precision": "10"}, value | {"raw": round(value["raw"] / 10) * 10}
    agree, difference = _agree(claim, value["raw"])
    # What rests on printed figures where inputs are reconstructed rests on inputs where they are not.
    why = f"other-{value['rests_on']}".replace("printed", "inputs") if other else "unexplained"
    return row | {
        "ours": _text(value, claim) if difference is None else _number(value["raw"], claim),
        "difference": "" if difference is None else _number(difference, claim).rstrip("%×"),
        "verdict": MATCHES if agree else OTHER if other else DIFFERS,
        "reason": claim["note"] or ("" if agree else words()[why]),
        "notebook": value["notebook"],
        "cell": value["cell"],
    }


def _absence(claim: dict[str, Any]) -> str:
    """Why a claim has no value."""
    if not claim["answer"]:
        return claim["note"] or words()["unmeasured"]
    return "; ".join(filter(None, (words()["untold"], claim["note"])))


def _agree(claim: dict[str, Any], ours: Any) -> tuple[bool, float | None]:
    """Whether our raw value equals the claim's to its printed precision, and by how much it differs."""
    printed, precision = str(claim["value"]), str(claim["precision"])
    try:
        if precision in PARTS:
            part = PARTS[precision]
            return part(datetime.date.fromisoformat(printed)) == part(datetime.date.fromisoformat(str(ours))), None
        if precision == "text":
            return printed == str(ours), None
        if precision == ORDER:
            return _in_place(printed, ours) == len(printed.split(", ")), None
        difference = float(ours) - float(printed)
        if precision == OVER:
            return difference >= 0, difference
        step = float(precision)
    except ValueError as error:
        raise ClaimError(f"claims.csv, id {claim['id']!r}: {error}; mend its value or precision") from None
    # Half a printed step either way, and a hair for binary fractions: the paper's rounding is not known.
    return abs(difference) <= step / 2 * (1 + 1e-9), difference


def _in_place(printed: str, ours: str) -> int:
    """How many ids of one list stand in the same place in the other."""
    return sum(one == other for one, other in zip(printed.split(", "), ours.split(", "), strict=False))


def _text(value: dict[str, Any], claim: dict[str, Any]) -> str:
    """A value that is no number: days in full, conditions as what they are, of lists what they share."""
    if claim["precision"] == ORDER:
        return words()["our-order"].format(count=_in_place(claim["value"], value["raw"]))
    if value["unit"] == "condition":
        return words()[value["raw"]]
    return formats.day(datetime.date.fromisoformat(value["raw"])) if value["unit"] == "UTC day" else value["formatted"]


def _number(number: float, claim: dict[str, Any]) -> str:
    """A number in the unit and scale of the printed one, to one digit more: 722_960_000 beside "723M" → "723.0M"."""
    unit, scale, suffix = claim["unit"], 1.0, SUFFIXES.get(claim["unit"], "")
    if unit == "downloads":
        size = abs(float(claim["value"]))
        scale, suffix = next((step for step in formats.SCALES if size >= step[0]), (1.0, ""))
    elif unit == "share":
        scale = 0.01
    step = float(claim["value"]) / 10 if claim["precision"] == OVER else float(claim["precision"])
    digits = max(0, 1 - math.floor(math.log10(step / scale) + 1e-9))
    number = round(number / scale, digits)
    if number == 0:
        return "0"
    whole = number == int(number) and (not suffix or unit == "parameters_b")
    return f"{number:,.{0 if whole else digits}f}{suffix}".replace("-", "−")
