"""The ledger: what matches to printed precision, what differs, and what cannot be told."""

import pandas as pd
import pytest

from helpers import claims


def claim(value, precision, answer="x", **more):
    row = {"id": "c", "section": "3", "measure": "m", "subject": "s", "value": value, "unit": "downloads",
           "printed": str(value), "precision": precision, "answer": answer, "note": ""}  # fmt: skip
    return pd.DataFrame([row | more])


def verdict(table, raw):
    recorded = {"x": {"raw": raw, "formatted": str(raw), "notebook": "03_regional", "cell": "val-x"}}
    return claims.ledger(table, recorded).iloc[0]["verdict"]


@pytest.mark.parametrize(
    ("value", "precision", "ours", "expected"),
    [
        ("1150000000", "10000000", 1.1549e9, claims.MATCHES),
        ("1150000000", "10000000", 1.1551e9, claims.DIFFERS),
        ("0.028", "0.001", 0.0285, claims.MATCHES),
        ("0.028", "0.001", 0.0286, claims.DIFFERS),
        ("2025-07-25", "third-of-month", "2025-07-21", claims.MATCHES),
        ("2025-07-25", "third-of-month", "2025-07-20", claims.DIFFERS),
        ("2025-09-01", "month", "2025-09-30", claims.MATCHES),
        ("2025-09-01", "month", "2025-10-01", claims.DIFFERS),
        ("7–9B", "text", "7–9B", claims.MATCHES),
        ("7–9B", "text", "1–5B", claims.DIFFERS),
        ("1", "1", None, claims.ABSENT),
    ],
)
def test_verdicts(value, precision, ours, expected):
    assert verdict(claim(value, precision), ours) == expected


def test_a_claim_that_nothing_answers_says_why():
    rows = claims.ledger(pd.concat([claim("1", "1", answer=""), claim("1", "1", note="private data")]), {})
    assert list(rows["verdict"]) == [claims.ABSENT] * 2
    assert list(rows["reason"]) == ["no value answers it yet", "private data"]
    assert claims.match_rate(rows) is None


def test_the_match_rate_leaves_out_what_cannot_be_computed():
    table = pd.concat([claim("1", "1"), claim("9", "1"), claim("1", "1", answer="")])
    rows = claims.ledger(table, {"x": {"raw": 1, "formatted": "1", "notebook": "n", "cell": "c"}})
    assert claims.match_rate(rows) == 0.5
    assert claims.counts(rows).to_dict("records") == [
        {"section": "3", claims.MATCHES: 1, claims.DIFFERS: 1, claims.ABSENT: 1}
    ]


@pytest.mark.parametrize(("value", "precision"), [("much", "1"), ("1", "roughly"), ("2025-17-10", "day")])
def test_a_claim_that_does_not_parse_is_named(value, precision):
    with pytest.raises(claims.ClaimError, match=r"claims.csv, id 'c'"):
        verdict(claim(value, precision), "2025-07-10" if precision == "day" else 1)
