"""The ledger: each figure that the paper prints beside the value that this build recorded for it."""

import datetime
from typing import Any

import pandas as pd

MATCHES, DIFFERS, ABSENT = "matches", "differs", "cannot be computed"

PARTS = {
    "day": lambda date: (date.year, date.month, date.day),
    "third-of-month": lambda date: (date.year, date.month, min((date.day - 1) // 10, 2)),
    "month": lambda date: (date.year, date.month),
    "quarter": lambda date: (date.year, (date.month - 1) // 3),
    "year": lambda date: date.year,
}
"""How much of a date each printed precision fixes."""


class ClaimError(ValueError):
    """A row of claims.csv that cannot be compared; the message names its id and the remedy."""


def ledger(claims: pd.DataFrame, recorded: dict[str, dict[str, Any]]) -> pd.DataFrame:
    """Compare each claim with the recorded value that answers it.

    claims: id, section, measure, subject, value, unit, printed, precision, answer, note (texts, as in claims.csv).
    recorded: name → raw, formatted, notebook, cell, as in values.json.
    Returns one row a claim: id, section, measure, subject, printed, ours, difference (numbers only, in the claim's
    unit), verdict (matches | differs | cannot be computed), reason, notebook, cell. Raises ClaimError for a value or
    precision that does not parse.
    """
    rows = [_compare(claim, recorded.get(claim["answer"])) for claim in claims.fillna("").to_dict("records")]
    return pd.DataFrame(rows)


def match_rate(compared: pd.DataFrame) -> float | None:
    """The share of claims that match among those that can be computed; None if there are none."""
    computed = compared[compared["verdict"] != ABSENT]
    return float((computed["verdict"] == MATCHES).mean()) if len(computed) else None


def counts(compared: pd.DataFrame) -> pd.DataFrame:
    """Claims by section and verdict, one row a section: section, matches, differs, cannot be computed."""
    table = pd.crosstab(compared["section"], compared["verdict"])
    return table.reindex(columns=[MATCHES, DIFFERS, ABSENT], fill_value=0).reset_index()


def _compare(claim: dict[str, Any], value: dict[str, Any] | None) -> dict[str, Any]:
    """One row of the ledger."""
    row = {key: claim[key] for key in ("id", "section", "measure", "subject", "printed")}
    if value is None or value["raw"] is None:
        reason = claim["note"] or (
            "no value answers it yet" if not claim["answer"] else f"`{claim['answer']}` is unknown"
        )
        return row | {
            "ours": "", "difference": None, "verdict": ABSENT, "reason": reason, "notebook": "", "cell": "",
        }  # fmt: skip
    agree, difference = _agree(claim, value["raw"])
    return row | {
        "ours": value["formatted"],
        "difference": difference,
        "verdict": MATCHES if agree else DIFFERS,
        "reason": claim["note"],
        "notebook": value["notebook"],
        "cell": value["cell"],
    }


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
