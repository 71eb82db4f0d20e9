"""Telling how far a collection is: on the display, and in a log file."""

import datetime
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from helpers import progress
from helpers.archive.days import Collection
from helpers.sources.hub_ends import Page

EVERY = 10
"""Seconds between two lines of progress where there is no terminal."""


class Display:
    """Lines of progress, and a log file with a line for each page and each wait."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log: Path | None = None
        self.pages = self.records = self.fresh = 0
        self.waited = 0.0
        self.name = ""
        self.display = progress.display()
        self.start = self.last = time.monotonic()

    def __enter__(self) -> Self:
        self.display.__enter__()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.display.__exit__(kind, error, trace)

    def begin(self, day: Collection) -> None:
        """Name the day that is collected from now on."""
        self.log = self.folder / "logs" / f"{day.day}.log"
        self.log.parent.mkdir(exist_ok=True)
        self.pages = self.records = 0
        self.say(f"{day.day}: collecting {day.scope.words} from {day.endpoint}")

    def say(self, words: str) -> None:
        """Show and log a line."""
        self.display.say(words)
        self.note(words)

    def note(self, words: str) -> None:
        """Log a line."""
        if self.log:
            now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
            with self.log.open("a", encoding="utf-8") as stream:
                stream.write(f"{now} {words}\n")

    def listing(self, number: int, name: str, heads: list[dict[str, Any]]) -> None:
        """Tell which listing is read, and what of it is there already."""
        self.name = f"{number:04} {name}"
        self.pages += len(heads)
        self.records += sum(head["rows"] for head in heads)

    def page(self, number: int, page: Page) -> None:
        """Tell of a page that is safe on disk."""
        self.pages += 1
        self.records += len(page.rows)
        self.fresh += len(page.rows)
        end = "" if page.next else " end"
        cost = f"{page.seconds:.2f} s, {page.tries} tries, {page.waited:.1f} s waited"
        self.note(f"{self.name} page {number:06} {len(page.rows)} records {page.size} bytes {cost}{end}")
        self.advance()

    def advance(self) -> None:
        """Show how far it is."""
        now = time.monotonic()
        if self.display.moves or now - self.last > EVERY:
            self.last = now
            self.display.tell("collection", self.summary())

    def summary(self) -> str:
        """Pages, records, rate and waits until now."""
        rate = self.fresh / max(time.monotonic() - self.start, 0.001)
        done = f"{self.pages:,} pages, {self.records:,} records"
        return f"{self.name}: {done}, {rate:,.0f} a second, waited {self.waited:.0f} s"

    def wait(self, words: str, seconds: float) -> None:
        """Tell of a fault that is waited out."""
        self.waited += seconds
        self.note(f"{self.name} {words}; again in {seconds:.1f} s")
        self.display.tell("collection", f"{self.summary()}; {words}; again in {seconds:.1f} s")
