"""What an answer may lack of what is held: one rule for every source.

A shorter answer can come with a status of success. Then what is held stands, and the message says how to take the
answer after all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from helpers import paths
from helpers.sources.fetch import FetchError

SHARE, FEW = 0.02, 5
"""Share of what is held that may go from one time to the next, and the number that always may: sources tidy up."""
SHARE_PASSING, FEW_PASSING = 0.2, 20
"""The same where things come and go by themselves: models on offer today."""


def too_many(before: int, kept: int, share: float = SHARE, few: int = FEW) -> bool:
    """Whether too many of what there was before are gone."""
    return before - kept > max(few, share * before)


def lost(before: int, kept: int, share: float = SHARE, few: int = FEW) -> bool:
    """Whether too many of them are gone, or half."""
    return too_many(before, kept, share, few) or 0 < before <= 2 * (before - kept)


@dataclass(frozen=True)
class Guard:
    """Compares what a source gives now with what is held of it.

    source: its name in messages. verb: of `atom collect`, which fetches it. accept: whether a loss is taken.
    """

    source: str
    verb: str
    accept: bool = False

    def compare(
        self,
        path: Path,
        now: pd.DataFrame,
        read: Callable[[Path], pd.DataFrame],
        key: list[str],
        share: float = SHARE,
        few: int = FEW,
    ) -> None:
        """Raises FetchError where `now` lacks too much of the file held at `path`, or half of it.

        read: gives the table of that file, in the form of `now`; key: the columns that tell its rows apart. A file that
        is not there, or that cannot be read any more, is no measure.
        """
        if self.accept or not path.is_file():
            return
        try:
            held = read(path)[key].drop_duplicates()
        except (ValueError, KeyError, OSError):  # every reader's errors are among them
            return
        kept = len(held.merge(now[key].drop_duplicates()))
        if lost(len(held), kept, share, few):
            raise FetchError(
                f"{self.source}: {paths.shown(path)}: the new answer lacks {len(held) - kept:,} of the {len(held):,} "
                f"entries ({', '.join(key)}) that are held. Nothing was replaced; run again later. If the source "
                f"really holds them no more, take its answer: `atom collect {self.verb} --accept-loss`"
            )
