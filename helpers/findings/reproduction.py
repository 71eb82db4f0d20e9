"""What the ledger and the other choices come to (Section 7 of this report)."""

from helpers.findings.telling import Tell


def match_rate_asked(tell: Tell) -> bool:
    """The edition asks for a part of the printed figures that must match."""
    return tell("ledger.wanted") > 0


def match_rate_reached(tell: Tell) -> bool:
    """The printed figures that can be computed match as often as the edition asks."""
    return tell("ledger.matched") >= tell("ledger.wanted") * tell("ledger.computed")


def some_figures_differ(tell: Tell) -> bool:
    """Some printed figures that can be computed do not match."""
    return tell("ledger.differing") > 0


def some_figures_withheld(tell: Tell) -> bool:
    """Some printed figures need data that this edition does not hold."""
    return tell("ledger.withheld") > 0
