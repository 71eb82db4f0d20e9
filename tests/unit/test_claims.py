"""The ledger: what matches to printed precision, what differs, and what cannot be told."""

import ast
import json
import re

import pandas as pd
import pytest

from helpers import edition
from helpers.build import steps
from helpers.commands import verify
from helpers.findings import Finding
from helpers.text import claims, ledger


def claim(value, precision, answer="x", **more):
    row = {"id": "c", "section": "3", "measure": "m", "subject": "s", "date": "", "value": value, "unit": "downloads",
           "printed": str(value), "precision": precision, "answer": answer, "note": "", "kind": "result"}  # fmt: skip
    return pd.DataFrame([row | more])


def value(raw, unit="downloads", formatted=None):
    return {"raw": raw, "formatted": formatted or str(raw), "unit": unit, "notebook": "03_regional", "cell": "val-x",
            "rests_on": "inputs"}  # fmt: skip


def compared(table, raw, unit="downloads"):
    return ledger.ledger(table, {"x": value(raw, unit)}).iloc[0]


@pytest.mark.parametrize(
    ("printed", "precision", "ours", "expected"),
    [
        ("1150000000", "10000000", 1.1549e9, ledger.MATCHES),
        ("1150000000", "10000000", 1.1551e9, ledger.DIFFERS),
        ("0.028", "0.001", 0.0285, ledger.MATCHES),
        ("0.028", "0.001", 0.0286, ledger.DIFFERS),
        ("2025-07-25", "third-of-month", "2025-07-21", ledger.MATCHES),
        ("2025-07-25", "third-of-month", "2025-07-20", ledger.DIFFERS),
        ("2025-09-01", "month", "2025-09-30", ledger.MATCHES),
        ("2025-09-01", "month", "2025-10-01", ledger.DIFFERS),
        ("7–9B", "text", "7–9B", ledger.MATCHES),
        ("7–9B", "text", "1–5B", ledger.DIFFERS),
        ("3000000000", "over", 3.02e9, ledger.MATCHES),
        ("3000000000", "over", 2.99e9, ledger.DIFFERS),
        ("1", "1", None, ledger.ABSENT),
    ],
)
def test_verdicts(printed, precision, ours, expected):
    assert compared(claim(printed, precision), ours)["verdict"] == expected


@pytest.mark.parametrize(
    ("printed", "precision", "unit", "raw", "ours", "difference"),
    [
        ("723000000", "1000000", "downloads", 722.6e6, "722.6M", "−0.4M"),
        ("1150000000", "10000000", "downloads", 1.151e9, "1.151B", "0.001B"),
        ("3000000000", "1000000000", "downloads", 2.98e9, "3.0B", "0"),
        ("3000000000", "over", "downloads", 3.02e9, "3.02B", "0.02B"),
        ("48000", "1000", "downloads", 48_000, "48.0K", "0"),
        ("5", "1", "downloads", 5, "5", "0"),
        ("0.3333", "0.05", "share", 0.325, "32.5%", "−0.8"),
        ("16.13", "0.01", "score", 16.125, "16.125×", "−0.005"),
        ("10", "10", "multiple", 6.7, "7×", "−3"),
        ("671", "1", "parameters_b", 671.0, "671B", "0"),
        ("10", "1", "models", 12, "12", "2"),
    ],
)
def test_numbers_stand_beside_printed_ones_in_their_unit(printed, precision, unit, raw, ours, difference):
    row = compared(claim(printed, precision, unit=unit), raw, unit)
    assert (row["ours"], row["difference"]) == (ours, difference)


def test_days_and_conditions_are_shown_as_what_they_are():
    assert (
        compared(claim("2025-07-25", "third-of-month", unit="date"), "2025-07-22", "UTC day")["ours"] == "22 July 2025"
    )
    assert compared(claim("yes", "text", unit="condition"), "no", "condition")["ours"] == "does not hold"


def test_a_claim_that_cannot_be_computed_says_why():
    rows = ledger.ledger(
        pd.concat(
            [claim("1", "1", answer=""), claim("1", "1", answer="", note="private"), claim("1", "1", answer="z"),
             claim("1", "1", note="private")]
        ),
        {"x": value(None)},
    )  # fmt: skip
    assert set(rows["verdict"]) == {ledger.ABSENT}
    assert list(rows["reason"]) == [
        "no notebook measures it", "private", "this edition's data do not tell it",
        "this edition's data do not tell it; private",
    ]  # fmt: skip
    assert ledger.match_rate(rows) is None


def test_a_claim_that_differs_without_a_note_is_not_passed_over():
    assert compared(claim("1", "1"), 9)["reason"] == "no explanation is known"
    assert compared(claim("1", "1"), 1)["reason"] == ""


def test_other_data_do_not_differ_and_the_papers_notes_do_not_explain_them():
    table = pd.concat([claim("9", "1", note="a slip in print"), claim("1", "1", note="as read"),
                       claim("9", "1", kind="setting", answer="set"), claim("9", "1", kind="setting", answer="listed"),
                       claim("9", "1", kind="setting"), claim("1", "1", answer="", note="private")])  # fmt: skip
    found = {"x": value(1), "set": value(1) | {"rests_on": "edition"}, "listed": value(1) | {"rests_on": "registry"}}
    rows = ledger.ledger(table, found, other=True)
    assert rows["verdict"].tolist() == [ledger.OTHER, ledger.MATCHES, *[ledger.OTHER] * 3, ledger.ABSENT]
    assert rows["reason"].tolist() == [
        "other data, dates and models read than the paper's", "", "this edition sets it otherwise",
        "the Hub, or the registry by its source, has another day or size",
        "other data, dates and models read than the paper's", "private",
    ]  # fmt: skip
    assert ledger.summary(rows, 0)["other"].tolist() == [4]
    assert len(ledger.unsettled(rows)) == 5


def test_the_match_rate_leaves_out_what_cannot_be_computed():
    table = pd.concat([claim("1", "1"), claim("9", "1"), claim("1", "1", answer="")])
    rows = ledger.ledger(table, {"x": value(1)})
    assert ledger.match_rate(rows) == 0.5
    assert ledger.counts(rows).to_dict("records") == [
        {
            "part": "Section 3, adoption by region",
            ledger.MATCHES: 1,
            ledger.DIFFERS: 1,
            ledger.OTHER: 0,
            ledger.ABSENT: 1,
        },
        {"part": "All", ledger.MATCHES: 1, ledger.DIFFERS: 1, ledger.OTHER: 0, ledger.ABSENT: 1},
    ]
    assert list(ledger.unsettled(rows)["Ours"]) == ["1", ""]


def test_what_needs_data_that_are_not_held_stands_in_the_whole_ledger_alone():
    table = pd.concat([claim("9", "1"), claim("1", "1", answer="gone"), claim("1", "1", answer="", note="a remark")])
    rows = ledger.ledger(table, {"x": value(1)})
    assert len(ledger.whole(rows)) == 3
    assert list(ledger.unsettled(rows)["Why"]) == ["no explanation is known", "a remark"]


def test_the_ledger_in_one_row():
    table = pd.concat(
        [claim("1", "1"), claim("1", "1", kind="setting"), claim("9", "1"), claim("1", "1", answer=""),
         claim("1", "1", answer="y")]
    )  # fmt: skip
    (row,) = ledger.summary(ledger.ledger(table, {"x": value(1)}), 0.5).to_dict("records")
    assert row == {
        "claims": 5, "computed": 3, "matched": 2, "differing": 1, "other": 0, "absent": 2, "remarks": 1, "withheld": 1,
        "settings": 1, "settings_matched": 1, "rate": pytest.approx(2 / 3), "result_rate": 0.5, "wanted": 0.5,
    }  # fmt: skip
    (row,) = ledger.summary(ledger.ledger(table, {}), 0.5).to_dict("records")
    assert (row["computed"], row["rate"], row["result_rate"]) == (0, None, None)


def test_what_a_claim_is_about_names_subject_and_date():
    rows = ledger.ledger(pd.concat([claim("1", "1", date="2026-03-01"), claim("1", "1", subject="all")]), {})
    shown = ledger.whole(rows)
    assert list(shown.index) == ["s: m, Mar 2026", "m"]
    assert list(shown.columns) == ["Verdict", "Paper", "Ours", "Difference", "Section", "Why"]
    assert set(shown["Verdict"]) == {"not computed"}


@pytest.mark.parametrize(("printed", "precision"), [("much", "1"), ("1", "roughly"), ("2025-17-10", "day")])
def test_a_claim_that_does_not_parse_is_named(printed, precision):
    with pytest.raises(claims.ClaimError, match=r"claims.csv, id 'c'"):
        compared(claim(printed, precision), "2025-07-10" if precision == "day" else 1)


def test_a_section_that_no_part_has_is_named():
    with pytest.raises(claims.ClaimError, match="sections 9 are in no part"):
        ledger.ledger(claim("1", "1", section="9"), {})


# The whole ledger ---------------------------------------------------------------------------------------------


def test_every_printed_figure_has_a_row_and_none_matches_by_itself():
    table = claims.read()
    rows = ledger.ledger(table, {})
    assert list(rows["id"]) == list(table["id"])
    assert set(rows["verdict"]) == {ledger.ABSENT}
    assert rows["reason"].ne("").all()


def test_the_papers_tables_are_claims_to_the_digit_they_print(tmp_path):
    """Made up here: one score with its downloads, and a bucket of two models."""
    (tmp_path / "claims.csv").write_text(
        "id,section,measure,subject,date,value,unit,printed,precision,answer,note,kind\n"
        "a,3,m,s,,1,models,one,1,x,,setting\n"
    )
    (tmp_path / "ram_table.csv").write_text(
        "bucket,name,model,milestone_days,score,downloads,printed_score,printed_downloads\n"
        "1–5B,DeepSeek OCR (3B),deepseek-ai/DeepSeek-OCR,14,9.4,1300000,9.40,1.3M\n"
    )
    (tmp_path / "top_models.csv").write_text(
        "bucket,rank,name,model,downloads,printed,note\n"
        "250B+,1,Big,a/Big,5900000,5.9M,\n250B+,2,Less-1.5,b/Less-1.5,302000,302K,why\n"
    )
    table = claims.read(tmp_path).set_index("answer")
    assert list(table["precision"]) == ["1", "0.01", "100000", "100000", "1000", "order"]
    answers = {
        "x": value(1), "scores.deepseek-ocr.14d.score": value(9.404, "score"),
        "scores.deepseek-ocr.14d.downloads": value(1.26e6), "lifetimes.a-big.downloads_that_day": value(6e6),
        "lifetimes.b-less-1-5.downloads_that_day": value(302_499),
        "top-lists.250b.ordered": value("a/Big, c/New", "text"),
    }  # fmt: skip
    rows = ledger.ledger(table.reset_index(), answers).set_index("answer")
    assert list(rows.index[rows["verdict"] == ledger.DIFFERS]) == [
        "lifetimes.a-big.downloads_that_day",
        "top-lists.250b.ordered",
    ]
    listed = rows.loc["top-lists.250b.ordered", ["printed", "ours", "reason"]]
    assert listed.tolist() == ["2 models, in order", "1 in the same place", "why"]
    assert rows["kind"].tolist() == ["setting", *["result"] * 5]


@pytest.mark.parametrize(("ours", "shown", "verdict"), [(24.53, "20×", ledger.MATCHES), (25.2, "30×", ledger.DIFFERS)])
def test_a_range_in_tens_is_compared_and_shown_in_tens(ours, shown, verdict):
    row = compared(claim("20", "tens", unit="score", printed="10–20×"), ours)
    assert (row["ours"], row["verdict"]) == (shown, verdict)


@pytest.mark.parametrize("name", ledger.NOTEBOOKS)
def test_no_notebook_that_answers_claims_can_see_printed_figures(name):
    step = next(step for step in steps.STEPS if step.name == name)
    assert not [place for place in step.reads if "published" in place or "reconstruction" in place]
    cells = json.loads(step.notebook.read_text(encoding="utf-8"))["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    words = {node.attr for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Attribute)}
    words |= {
        alias.name for node in ast.walk(ast.parse(code)) if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    assert not words & {"PUBLISHED", "claims", "reconstruction", "Published"}
    assert not re.search(r"[\"'/]published", code)


# A build's quoted tables --------------------------------------------------------------------------------------


@pytest.fixture
def quoted(tmp_path, monkeypatch):
    """A build whose 03_regional quotes one number, and a claim that asks for it; gives the folder."""
    table = {
        "name": "peak", "notebook": "03_regional", "cell": "peak", "by": [], "columns": ["downloads"], "formats": {},
        "rests_on": "inputs", "keys": [[]], "rows": [[5]],
    }  # fmt: skip
    (tmp_path / "03_regional").mkdir()
    (tmp_path / "03_regional/peak.json").write_text(json.dumps(table))
    monkeypatch.setattr(ledger.addresses, "units", lambda: {("", "downloads"): "downloads"})
    monkeypatch.setattr(ledger, "read", lambda: claim("5", "1", answer="peak.downloads"))
    monkeypatch.setattr(ledger.findings, "evaluate", lambda _: {"it-is-so": Finding("it-is-so", True, "It is so.")})
    return tmp_path


def test_a_claim_is_answered_by_a_quoted_cell(quoted):
    (row,) = ledger.compare(quoted).to_dict("records")
    assert (row["verdict"], row["ours"], row["notebook"], row["cell"]) == (ledger.MATCHES, "5", "03_regional", "peak")


def test_a_table_of_a_notebook_that_answers_no_claims_is_not_looked_at(quoted, monkeypatch):
    (quoted / "03_regional").rename(quoted / "07_sensitivity")
    monkeypatch.setattr(ledger.addresses, "declared", lambda: {"peak"})
    (row,) = ledger.compare(quoted).to_dict("records")
    assert (row["verdict"], row["reason"]) == (ledger.ABSENT, "this edition's data do not tell it")


def test_a_condition_is_answered_by_a_finding(quoted, monkeypatch):
    asked = claim("yes", "text", answer="finding.it-is-so", unit="condition")
    monkeypatch.setattr(ledger, "read", lambda: asked)
    (row,) = ledger.compare(quoted).to_dict("records")
    assert (row["verdict"], row["ours"]) == (ledger.MATCHES, "holds")


@pytest.mark.parametrize("answer", ["peek.downloads", "peak.tokens", "finding.it-was-so"])
def test_an_answer_that_there_is_not_is_named(quoted, monkeypatch, answer):
    monkeypatch.setattr(ledger, "read", lambda: claim("5", "1", answer=answer))
    with pytest.raises(claims.ClaimError, match=r"claims.csv, id 'c'"):
        ledger.compare(quoted)


# atom verify --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("wrong", "passed"), [(0, True), (1, True), (2, False), (10, False)])
def test_verify_passes_from_the_editions_rate_on(wrong, passed):
    table = pd.concat([claim("9" if number < wrong else "1", "1", id=str(number)) for number in range(10)])
    found = verify.Verified(ledger.ledger(table, {"x": value(1)}), 0.9)
    assert found.passed is passed
    said = verify.shown(found)
    assert f"10 figures, 10 computed, {(10 - wrong) / 10:.1%} of them match" in said
    assert said.count("differs: ") == wrong
    assert said.endswith("reached" if passed else "missed")


def test_a_ledger_without_any_computed_figure_is_no_pass():
    assert not verify.Verified(ledger.ledger(claim("1", "1"), {}), 0.0).passed


def test_verify_refuses_a_build_that_is_out_of_date(monkeypatch):
    monkeypatch.setattr(verify.graph, "state", lambda step, _: verify.graph.State(step.name, ("changed",)))
    chosen = edition.load()
    with pytest.raises(verify.VerifyError, match=r"01_collect, .*02_clean, .*atom build"):
        verify.run(chosen, chosen.parameters())
