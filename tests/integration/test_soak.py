"""Builds that are killed, doubled, edited under and damaged end in the site of a clean build, or say why not."""

import os
from collections import Counter

from tests import rebuilds

RUNS = min(200, int(os.environ.get("ATOM_RUNS", "4")))


def test_builds_with_faults_and_kills_end_in_the_site_of_a_clean_build(tmp_path, show):
    sums = Counter()
    for seed in range(RUNS):
        sums += rebuilds.soak(seed, tmp_path / str(seed))
    show(f"\n{RUNS} checkouts, {dict(sorted(sums.items()))}: each site is that of a clean build")
    assert sums["sites compared"] > RUNS / 2
    assert sums["builds killed"] >= RUNS / 5
