"""The ledger: each figure that the paper prints beside the value that this build recorded for it."""

import datetime
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from helpers import paths
from helpers.findings import Finding
from helpers.text import formats
from helpers.text.addresses import AddressError, Book, Cell
from helpers.text.quoting import slug

MATCHES, DIFFERS, ABSENT = "matches", "differs", "not computed"


SECTIONS = {
    "Abstract and Section 1": ["Abstract", "1"],
    "Section 2, methodology": ["2.1", "2.2"],
    "Section 3, adoption by region": ["3"],
    "Section 4, performance by region": ["4"],
    "Section 5.1, ecosystem leaders": ["5.1"],
    "Section 5.2, new entrants": ["5.2"],
    "Section 6, Relative Adoption Metric": ["6.1", "6.2"],
    "Table 1, scores and downloads": ["Table 1"],
    "Appendices B and C": ["B", "C"],
    "Appendix B, lifetime counts": ["Table B"],
}
"""The ledger's parts as readers see them, and the sections of the claims in each."""

RESULT, SETTING = "result", "setting"
"""Kinds of claims: what the measures find, and what an edition or the list of models takes over from the paper."""

PARTS = {
    "day": lambda date: (date.year, date.month, date.day),
    "third-of-month": lambda date: (date.year, date.month, min((date.day - 1) // 10, 2)),
    "month": lambda date: (date.year, date.month),
    "quarter": lambda date: (date.year, (date.month - 1) // 3),
    "year": lambda date: date.year,
}
"""How much of a date each printed precision fixes."""

SCALES = ((1e9, "B"), (1e6, "M"), (1e3, "K"))
UNITS = {"share": "%", "multiple": "×", "score": "×", "parameters_b": "B"}


class ClaimError(ValueError):
    """A row of claims.csv, or recorded values, that cannot be compared; the message says which and the remedy."""


def read(folder: Path = paths.PUBLISHED) -> pd.DataFrame:
    """Every figure that the paper prints: those of its text (claims.csv), of Table 1, and of Appendix B; texts all.

    Returns id, section, measure, subject, date, value, unit, printed, precision, answer, note, kind, as in claims.csv.
    """
    text = pd.read_csv(folder / "claims.csv", dtype=str, keep_default_na=False)
    scores = pd.read_csv(folder / "ram_table.csv", dtype=str, keep_default_na=False)
    counts = pd.read_csv(folder / "top_models.csv", dtype=str, keep_default_na=False)
    rows = [*_of_scores(scores), *_of_counts(counts)]
    return pd.concat([text, pd.DataFrame(rows, columns=text.columns)], ignore_index=True)


def _of_scores(table: pd.DataFrame) -> Iterator[dict[str, str]]:
    """Two claims for each cell of Table 1: the score, and the downloads behind it."""
    for cell in table.itertuples():
        answer = f"ram_{slug(cell.name.partition(' (')[0])}_{cell.milestone_days}d"
        about = {"section": "Table 1", "subject": cell.name, "date": "", "note": "", "kind": RESULT}
        for measure, value, unit, printed, name in (
            ("score", cell.score, "score", cell.printed_score, answer),
            ("downloads", cell.downloads, "downloads", cell.printed_downloads, f"{answer}_downloads"),
        ):
            yield about | {
                "id": f"table-1-{cell.name}-{cell.milestone_days}d-{measure}",
                "measure": f"{measure} after {cell.milestone_days} days",
                "value": value, "unit": unit, "printed": printed, "precision": _step(printed), "answer": name,
            }  # fmt: skip


def _of_counts(table: pd.DataFrame) -> Iterator[dict[str, str]]:
    """A claim for each lifetime count of Appendix B, and one for each bucket: which ten models, in which order."""
    about = {"section": "Table B", "date": "", "kind": RESULT}
    for row in table.itertuples():
        yield about | {
            "id": f"table-b-{row.model}", "measure": "lifetime downloads", "subject": row.name, "value": row.downloads,
            "unit": "downloads", "printed": row.printed, "precision": _step(row.printed),
            "answer": f"lifetime_{slug(row.model.partition('/')[2])}", "note": row.note,
        }  # fmt: skip
    for bucket, rows in table.groupby("bucket", sort=False):
        yield about | {
            "id": f"table-b-{bucket}", "measure": "the most-downloaded models, in order", "subject": bucket,
            "value": ", ".join(rows["model"]), "unit": "text", "printed": f"{len(rows)} models", "precision": "text",
            "answer": f"top_models_{slug(bucket)}", "note": "; ".join(filter(None, rows["note"])),
        }  # fmt: skip


def _step(printed: str) -> str:
    """The last printed digit's worth: "1.3M" → 100000, "6.30" → 0.01."""
    number = printed.rstrip("KMB")
    scale = {suffix: scale for scale, suffix in SCALES}.get(printed[len(number) :], 1.0)
    return f"{scale * 10 ** -len(number.partition('.')[2]):g}"


FINDING = "finding."
"""Prefix of an answer that is a finding, and no cell of a table."""


def answers(claims: pd.DataFrame, book: Book, truths: dict[str, Finding]) -> dict[str, dict[str, Any]]:
    """What answers the claims: answer → raw, formatted, unit, notebook, cell. Raises ClaimError for no address.

    claims: from `read`. An answer is the address of a cell, or "finding." and the name of a finding.
    """
    found = {}
    for claim in claims[claims["answer"] != ""].to_dict("records"):
        name = claim["answer"]
        if name.startswith(FINDING):
            if (finding := truths.get(name.removeprefix(FINDING))) is None:
                raise ClaimError(f"claims.csv, id {claim['id']!r}: there is no {name}; write it in helpers/findings")
            raw = {True: "yes", False: "no", None: None}[finding.truth]
            found[name] = {"raw": raw, "formatted": "", "unit": "condition", "notebook": "", "cell": ""}
            continue
        cell = _cell(claim, book)
        found[name] = {
            "raw": cell.raw, "formatted": cell.shown if cell.known else "", "unit": cell.unit,
            "notebook": cell.notebook or "", "cell": cell.cell or "",
        }  # fmt: skip
    return found


def places(claims: pd.DataFrame, book: Book) -> set[tuple[str, ...]]:
    """The cells that answer a printed figure, as helpers.text.addresses.Cell.place has them."""
    asked = claims[(claims["answer"] != "") & ~claims["answer"].str.startswith(FINDING)].to_dict("records")
    return {_cell(claim, book).place for claim in asked}


def _cell(claim: dict[str, Any], book: Book) -> Cell:
    try:
        return book.cell(claim["answer"])
    except AddressError as error:
        raise ClaimError(f"claims.csv, id {claim['id']!r}: {error}") from None


def ledger(claims: pd.DataFrame, recorded: dict[str, dict[str, Any]]) -> pd.DataFrame:
    """Compare each claim with the recorded value that answers it.

    claims: from `read`. recorded: name → raw, formatted, unit, notebook, cell, as in values.json.
    Returns one row a claim: part (of SECTIONS), kind, id, section, measure, subject, date, printed, ours and difference
    (as readers see them, to one digit more than printed; what is no number has no difference), verdict (matches |
    differs | not computed), reason, answer, notebook, cell. Raises ClaimError for a section that no part has, and for
    a value or precision that does not parse.
    """
    parts = {section: part for part, sections in SECTIONS.items() for section in sections}
    if strangers := sorted(set(claims["section"]) - set(parts)):
        raise ClaimError(f"claims.csv: sections {', '.join(strangers)} are in no part of the ledger; add them to one")
    rows = [_compare(claim, recorded.get(claim["answer"])) for claim in claims.to_dict("records")]
    return pd.DataFrame(rows).assign(part=claims["section"].map(parts).to_numpy())


def match_rate(compared: pd.DataFrame) -> float | None:
    """The share of claims that match among those that can be computed; None if there are none."""
    computed = compared[compared["verdict"] != ABSENT]
    return float((computed["verdict"] == MATCHES).mean()) if len(computed) else None


def counts(compared: pd.DataFrame) -> pd.DataFrame:
    """Claims by part and verdict: part, matches, differs, not computed; in the paper's order."""
    table = pd.crosstab(compared["part"], compared["verdict"])
    parts = [part for part in SECTIONS if part in table.index]
    return table.reindex(parts).reindex(columns=[MATCHES, DIFFERS, ABSENT], fill_value=0).reset_index()


def shown(compared: pd.DataFrame) -> pd.DataFrame:
    """The ledger as readers see it: Figure (as the index), Paper, Ours, Difference, Verdict."""
    columns = {"printed": "Paper", "ours": "Ours", "difference": "Difference", "verdict": "Verdict"}
    return _headed(compared.assign(Figure=_figures(compared)).set_index("Figure"), columns)


def unsettled(compared: pd.DataFrame) -> pd.DataFrame:
    """The claims that do not match, those that differ first: Figure with section (the index), Paper, Ours, Why."""
    rows = compared[compared["verdict"] != MATCHES].sort_values("verdict", kind="stable")
    figures = [f"{figure} ({section})" for figure, section in zip(_figures(rows), rows["section"], strict=True)]
    rows = rows.assign(ours=rows["ours"].where(rows["verdict"] == DIFFERS, "–"), Figure=figures)
    return _headed(rows.set_index("Figure"), {"printed": "Paper", "ours": "Ours", "reason": "Why"})


def _headed(table: pd.DataFrame, columns: dict[str, str]) -> pd.DataFrame:
    """Some columns of a table under other names, with one row of heads: the index is named in it like a column."""
    return table[list(columns)].rename(columns=columns).rename_axis(index=None, columns=table.index.name)


def _figures(compared: pd.DataFrame) -> list[str]:
    """What each claim is about: "China: cumulative downloads, Mar 2026"."""
    heads = compared["subject"].map(lambda subject: "" if subject == "all" else f"{subject}: ")
    tails = compared["date"].map(lambda date: f", {datetime.date.fromisoformat(date):%b %Y}" if date else "")
    return list(heads + compared["measure"] + tails)


# One row ------------------------------------------------------------------------------------------------------


def _compare(claim: dict[str, Any], value: dict[str, Any] | None) -> dict[str, Any]:
    """One row of the ledger."""
    row = {key: claim[key] for key in ("kind", "id", "section", "measure", "subject", "date", "printed", "answer")}
    if claim["unit"] == "date":
        row["date"] = ""  # the printed date says it
    if value is None or value["raw"] is None:
        empty = dict.fromkeys(("ours", "difference", "notebook", "cell"), "")
        return row | empty | {"verdict": ABSENT, "reason": _absence(claim, value)}
    agree, difference = _agree(claim, value["raw"])
    number = difference is not None
    return row | {
        "ours": _number(value["raw"], claim) if number else _text(value),
        "difference": _number(difference, claim).rstrip("%×") if number else "",
        "verdict": MATCHES if agree else DIFFERS,
        "reason": claim["note"] or ("" if agree else "no explanation is known"),
        "notebook": value["notebook"],
        "cell": value["cell"],
    }


def _absence(claim: dict[str, Any], value: dict[str, Any] | None) -> str:
    """Why a claim has no value."""
    if not claim["answer"]:
        return claim["note"] or "no notebook measures it"
    why = (
        f"this edition's data do not tell `{claim['answer']}`" if value else f"no notebook records `{claim['answer']}`"
    )
    return f"{why}; {claim['note']}" if claim["note"] else why


def _agree(claim: dict[str, Any], ours: Any) -> tuple[bool, float | None]:
    """Whether our raw value equals the claim's to its printed precision, and by how much it differs."""
    printed, precision = str(claim["value"]), str(claim["precision"])
    try:
        if precision in PARTS:
            part = PARTS[precision]
            return part(datetime.date.fromisoformat(printed)) == part(datetime.date.fromisoformat(str(ours))), None
        if precision == "text":
            return printed == str(ours), None
        step = float(precision)
        difference = float(ours) - float(printed)
    except ValueError as error:
        raise ClaimError(f"claims.csv, id {claim['id']!r}: {error}; mend its value or precision") from None
    # Half a printed step either way, and a hair for binary fractions: the paper's rounding is not known.
    return abs(difference) <= step / 2 * (1 + 1e-9), difference


def _text(value: dict[str, Any]) -> str:
    """A value that is no number: days in full, conditions as what they are."""
    if value["unit"] == "condition":
        return "holds" if value["raw"] == "yes" else "does not hold"
    return formats.day(datetime.date.fromisoformat(value["raw"])) if value["unit"] == "UTC day" else value["formatted"]


def _number(number: float, claim: dict[str, Any]) -> str:
    """A number in the unit and scale of the printed one, to one digit more: 722_960_000 beside "723M" → "723.0M"."""
    unit, scale, suffix = claim["unit"], 1.0, UNITS.get(claim["unit"], "")
    if unit == "downloads":
        size = abs(float(claim["value"]))
        scale, suffix = next((step for step in SCALES if size >= step[0]), (1.0, ""))
    elif unit == "share":
        scale = 0.01
    digits = max(0, 1 - math.floor(math.log10(float(claim["precision"]) / scale) + 1e-9))
    number = round(number / scale, digits)
    if number == 0:
        return "0"
    whole = number == int(number) and (not suffix or unit == "parameters_b")
    return f"{number:,.{0 if whole else digits}f}{suffix}".replace("-", "−")
