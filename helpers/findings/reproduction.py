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
    return tell("ledger.differing") + tell("ledger.other") > 0


def some_figures_withheld(tell: Tell) -> bool:
    """Some printed figures need data that this edition does not hold."""
    return tell("ledger.withheld") > 0


def headlines_known(tell: Tell) -> bool:
    """Some headline is known under some choice."""
    return tell("robustness.flips") >= 0


def china_leads_under_every_choice(tell: Tell) -> bool:
    """China has more cumulative downloads than the USA at the last label, whichever choice is made otherwise."""
    return tell("robustness.china_leads")


def crossing_moves(tell: Tell) -> bool:
    """The day on which China passes the USA is another one where a choice is made otherwise."""
    return tell("robustness.passed_first") != tell("robustness.passed_last")


def largest_bucket_stays(tell: Tell) -> bool:
    """The size bucket with most downloads is known under every choice, and the same."""
    return tell("robustness.bucket_stays")


def _always(tell: Tell, pair: str) -> bool:
    return tell(f"sensitivity.lifetime.{pair}.reading") == "always"


def china_ahead_by_lifetime_counts(tell: Tell) -> bool:
    """By raw lifetime counts China is ahead of the USA all along."""
    return _always(tell, "china-us")


def qwen_ahead_by_lifetime_counts(tell: Tell) -> bool:
    """By raw lifetime counts Qwen is ahead of Meta all along."""
    return _always(tell, "qwen-meta")


def deepseek_ahead_by_lifetime_counts(tell: Tell) -> bool:
    """By raw lifetime counts DeepSeek is ahead of Mistral all along."""
    return _always(tell, "deepseek-mistral")


def china_passes_by_lifetime_counts(tell: Tell) -> bool:
    """By raw lifetime counts China passes the USA."""
    return not tell("sensitivity.lifetime.china-us.never")


def qwen_passes_by_lifetime_counts(tell: Tell) -> bool:
    """By raw lifetime counts Qwen passes Meta."""
    return not tell("sensitivity.lifetime.qwen-meta.never")


def deepseek_passes_by_lifetime_counts(tell: Tell) -> bool:
    """By raw lifetime counts DeepSeek passes Mistral."""
    return not tell("sensitivity.lifetime.deepseek-mistral.never")


def derivative_leader_stays(tell: Tell) -> bool:
    """The organisation with most new derivatives is the same under every combination of rules on derivatives."""
    return tell("multiverse.qwen-derivatives.holds") == tell("multiverse.qwen-derivatives.universes")
