"""Findings: true, false or unknown, and each a fact that a reader understands."""

import pytest

from helpers import findings
from helpers.findings import Unknown


def telling(**cells):
    def tell(address):
        if cells.get(address) is None:
            raise Unknown(address)
        return cells[address]

    return tell


def more(tell):
    """One is more than
    the other."""
    return tell("one") > tell("other")


@pytest.mark.parametrize(
    ("cells", "truth"),
    [({"one": 2, "other": 1}, True), ({"one": 1, "other": 1}, False), ({"one": 1, "other": None}, None), ({}, None)],
)
def test_unknown_cells_make_a_finding_unknown(monkeypatch, cells, truth):
    monkeypatch.setattr(findings, "predicates", lambda: {"more": more})
    found = findings.evaluate(telling(**cells))["more"]
    assert (found.truth, found.statement) == (truth, "One is more than the other.")


def test_an_error_in_a_predicate_is_an_error(monkeypatch):
    monkeypatch.setattr(findings, "predicates", lambda: {"wrong": lambda tell: tell("one") > "text"})
    with pytest.raises(TypeError):
        findings.evaluate(telling(one=1))


def test_each_finding_states_one_fact_in_a_sentence():
    for name, predicate in findings.predicates().items():
        statement = " ".join((predicate.__doc__ or "").split())
        assert statement.endswith("."), f"{name}: its docstring is the fact in words, a sentence"
        assert 3 <= len(statement.split()) <= 60, name


def test_without_any_table_everything_is_unknown():
    assert {found.truth for found in findings.evaluate(telling()).values()} <= {None}
