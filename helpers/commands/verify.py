"""`atom verify`: does this build still match the paper as well as its edition asks?"""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from helpers.build import graph, steps
from helpers.edition import Edition
from helpers.text import claims, ledger


class VerifyError(RuntimeError):
    """A build whose values are not those of the edition; the message says the remedy."""


@dataclass(frozen=True)
class Verified:
    """compared: from ledger.ledger. wanted: the match rate that the edition asks for, 0 to 1."""

    compared: pd.DataFrame
    wanted: float

    @property
    def rate(self) -> float | None:
        """Matches among the claims that can be computed; None if none can."""
        return ledger.match_rate(self.compared)

    @property
    def passed(self) -> bool:
        """Whether the rate is reached; a ledger without any computed claim proves nothing and fails."""
        return self.rate is not None and self.rate >= self.wanted


def run(edition: Edition, parameters: dict[str, Any]) -> Verified:
    """Compare what the build quoted with the paper. parameters: as for graph.build.

    Raises VerifyError if any notebook is out of date: its values would be those of another edition or of older code.
    """
    notebooks = [step for step in steps.STEPS if step.notebook]
    stale = [step.name for step in notebooks if not graph.state(step, parameters).fresh]
    if stale:
        raise VerifyError(f"{', '.join(stale)} out of date; run `atom build`, then verify")
    return Verified(ledger.compare(), edition.match_rate)


def shown(found: Verified) -> str:
    """The counts by section, every claim that differs, and the verdict."""
    counts = ledger.counts(found.compared)
    head = f"{'':<36}" + "".join(f"{claims.words()[verdict]:>14}" for verdict in counts.columns[1:])
    lines = [head, *(f"{row[0]:<36}" + "".join(f"{n:>14}" for n in row[1:]) for row in counts.itertuples(index=False))]
    differing = found.compared[found.compared["verdict"] == ledger.DIFFERS]
    lines += [
        f"differs: {row.id}: {row.printed} in print, {row.ours} here; {row.reason}" for row in differing.itertuples()
    ]
    computed = int((found.compared["verdict"] != ledger.ABSENT).sum())
    rate = "none" if found.rate is None else f"{found.rate:.1%}"
    verdict = "reached" if found.passed else "missed"
    return "\n".join([*lines, f"{len(found.compared)} figures, {computed} computed, {rate} of them match; "
                              f"the edition asks for {found.wanted:.0%}: {verdict}"])  # fmt: skip
