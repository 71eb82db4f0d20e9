"""What editions hold, and what the ledger and other choices come to: each finding against planted cells."""

import pytest

from helpers.findings import Unknown, edition, organizational, regional, reproduction

FEBRUARY, MARCH = "2026-02-01", "2026-03-01"


def spans(qwen, meta, google, as_high):
    """Mean shares of the last year, and how many have as high a one as the lower of Meta and Google."""
    means = {"qwen": qwen, "meta": meta, "google": google}
    cells = {f"base-spans.year.{name}.mean_derivatives_share": mean for name, mean in means.items()}
    return cells | {"base-spans.year.meta.as_high": as_high, "base-spans.year.google.as_high": as_high}


def signals(derivatives, tokens, gap, token_month=FEBRUARY):
    return {
        "calendar.last": FEBRUARY, "derivatives.china.last.month": FEBRUARY, "tokens.china.last.month": token_month,
        "derivatives.china.last.rank": derivatives, "tokens.china.last.rank": tokens, "gap.last.gap": gap,
    }  # fmt: skip


def crossing(lead, after, by):
    return {f"{lead}.passed_after": after, f"{lead}.passed_by": by}


def telling(cells):
    def tell(address):
        if cells.get(address) is None:
            raise Unknown(address)
        return cells[address]

    return tell


@pytest.mark.parametrize(
    ("predicate", "cells", "truth"),
    [
        (edition.reconstructed, {"settings.data": "reconstructed"}, True),
        (edition.reconstructed, {"settings.data": "full"}, False),
        (edition.public, {"settings.data": "public"}, True),
        (edition.full, {"settings.data": "full"}, True),
        (edition.history_held, {"held.history.held": False}, False),
        (edition.one_snapshot, {"snapshots.held": 1}, True),
        (edition.one_snapshot, {"snapshots.held": 2}, False),
        (edition.tokens_held, {"held.tokens.held": True}, True),
        (edition.outliers_filtered, {"held.history.held": True, "settings.outliers_filtered": False}, False),
        (edition.outliers_filtered, {"held.history.held": True, "settings.outliers_filtered": True}, True),
        (edition.outliers_filtered, {"held.history.held": False, "settings.outliers_filtered": True}, False),
        (edition.arena_shifted, {"settings.arena_shift": 0}, False),
        (edition.arena_shifted, {"settings.arena_shift": 59.2}, True),
        (edition.arena_boards_daily, {"arena-boards.longest_gap_days": 1}, True),
        (edition.arena_boards_daily, {"arena-boards.longest_gap_days": 14}, False),
        (regional.arena_level, {"arena-lead.margin": 0.4}, True),
        (regional.arena_level, {"arena-lead.margin": 0.5}, False),
        (regional.crossing_known_to_the_day, crossing("lead", "2025-07-31", "2025-08-01"), True),
        (regional.crossing_known_to_the_day, crossing("lead", "2026-02-01", "2026-03-01"), False),
        (organizational.qwen_crossing_known_to_the_day, crossing("crossings.qwen-meta", FEBRUARY, MARCH), False),
        (regional.signals_agree, signals(1, 1, 5), True),
        (regional.signals_agree, signals(2, 2, -5), True),
        (regional.signals_agree, signals(1, 2, 5), False),
        (organizational.meta_and_google_lead_the_rest, spans(0.6, 0.1, 0.2, 3), True),
        (organizational.meta_and_google_lead_the_rest, spans(0.05, 0.1, 0.2, 2), True),  # Qwen is behind both
        (organizational.meta_and_google_lead_the_rest, spans(0.6, 0.1, 0.2, 4), False),  # another has as much as Meta
        (organizational.meta_and_google_lead_the_rest, spans(0.6, 0.2, 0.2, 3), True),
        (regional.arena_one_point_apart, {"arena-lead.margin": 1.4}, True),
        (regional.arena_one_point_apart, {"arena-lead.margin": 1.6}, False),
        (reproduction.match_rate_asked, {"ledger.wanted": 0}, False),
        (reproduction.match_rate_reached, {"ledger.matched": 19, "ledger.computed": 20, "ledger.wanted": 0.95}, True),
        (reproduction.match_rate_reached, {"ledger.matched": 18, "ledger.computed": 20, "ledger.wanted": 0.95}, False),
        (reproduction.some_figures_withheld, {"ledger.withheld": 0}, False),
        (reproduction.china_passes_by_lifetime_counts, {"sensitivity.lifetime.china-us.never": True}, False),
        (
            reproduction.crossing_moves,
            {"robustness.passed_first": "2025-07-15", "robustness.passed_last": "2025-09-02"},
            True,
        ),
        (
            reproduction.crossing_moves,
            {"robustness.passed_first": "2025-07-15", "robustness.passed_last": "2025-07-15"},
            False,
        ),
    ],
)
def test_a_finding_is_what_the_cells_say(predicate, cells, truth):
    assert predicate(telling(cells)) == truth
    with pytest.raises(Unknown):
        predicate(telling({}))


def test_months_that_differ_are_not_compared():
    with pytest.raises(Unknown, match="tokens"):
        regional.signals_agree(telling(signals(1, 1, 5, token_month="2025-12-01")))
    cells = {"calendar.last": "2026-04-01", "derivatives.china.last.month": FEBRUARY}
    ranks = {f"{table}.{region}.last.rank": 1 for table in ("derivatives", "regions") for region in regional.REGIONS}
    with pytest.raises(Unknown, match="derivatives"):
        regional.derivatives_follow_downloads(telling(cells | ranks))
    assert regional.derivatives_follow_downloads(telling(cells | ranks | {"calendar.last": FEBRUARY}))
