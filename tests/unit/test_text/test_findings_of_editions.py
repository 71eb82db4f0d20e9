"""What editions hold, and what the ledger and other choices come to: each finding against planted cells."""

import pytest

from helpers.findings import Unknown, edition, regional, reproduction


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
        (edition.tokens_held, {"held.tokens.held": True}, True),
        (edition.outliers_filtered, {"settings.outliers_filtered": False}, False),
        (edition.arena_shifted, {"settings.arena_shift": 0}, False),
        (edition.arena_shifted, {"settings.arena_shift": 59.2}, True),
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
