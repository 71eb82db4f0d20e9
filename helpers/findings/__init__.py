"""Findings: the facts that sentences of the report hang on, each a small predicate on cells of quoted tables.

A predicate's docstring is the fact in words; the text asks for it by its name with hyphens, `{if="china-leads"}`. It is
given a function from an address to the cell's raw value. A cell that is unknown ends the predicate, and the finding is
unknown: nobody has to ask for null.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass

from helpers.findings import edition, organizational, ram, regional, reproduction
from helpers.findings.telling import Tell, Unknown


@dataclass(frozen=True)
class Finding:
    """name: as the text asks for it. truth: None is unknown. statement: the fact in words."""

    name: str
    truth: bool | None
    statement: str


def predicates() -> dict[str, Callable[[Tell], bool]]:
    """Name → predicate, of all findings, in the order of the paper."""
    return {
        name.replace("_", "-"): predicate
        for module in (edition, regional, organizational, ram, reproduction)
        for name, predicate in vars(module).items()
        if inspect.isfunction(predicate) and predicate.__module__ == module.__name__ and not name.startswith("_")
    }


def evaluate(tell: Tell) -> dict[str, Finding]:
    """Every finding by its name. tell: raises Unknown for what is not known."""
    found = {}
    for name, predicate in predicates().items():
        try:
            truth: bool | None = bool(predicate(tell))
        except Unknown:
            truth = None
        statement = " ".join((inspect.getdoc(predicate) or "").split())
        found[name] = Finding(name, truth, statement)
    return found
