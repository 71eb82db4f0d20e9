"""Builds that are killed, doubled, edited under and damaged end in the site of a clean build, or say why not."""

import os
from functools import partial

from tests import kills, rebuilds

RUNS = min(200, int(os.environ.get("ATOM_RUNS", "4")))


def test_builds_with_faults_and_kills_end_in_the_site_of_a_clean_build(tmp_path, show):
    sums, failed = kills.repeated(RUNS, partial(rebuilds.soak, tmp_path))
    show(f"\n{RUNS} checkouts, {sums}: {len(failed)} ended otherwise than a clean build")
    assert not failed
    assert sums["sites compared"] > RUNS / 2
    assert sums["killed"] >= RUNS / 5
