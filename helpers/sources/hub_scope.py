"""Which of the Hub's models a day lists."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

WHOLE = "the whole Hub"
"""What a day lists that lists every model, in words."""


@dataclass(frozen=True)
class Scope:
    """What a day lists: every model, or those of each author, or those that name each base model.

    by: None (every model, in one list) | "author" | "base_model" (a list for each name). names: namespaces or Hub ids,
    in order; the Hub's filter takes them to the letter. What the Hub lists for a base are the models that tag it.
    """

    by: str | None = None
    names: tuple[str, ...] = ()

    @classmethod
    def of(cls, by: str, names: Iterable[str]) -> Self:
        """The lists of these names, each once."""
        return cls(by, tuple(sorted(set(names))))

    @property
    def lists(self) -> tuple[str, ...]:
        """A name for each list; * is the one of every model."""
        return self.names if self.by else ("*",)

    @property
    def words(self) -> str:
        """For people."""
        kinds = {"author": "namespaces", "base_model": "models' derivatives"}
        return f"{len(self.names):,} {kinds[self.by]}" if self.by else WHOLE

    def query(self, name: str) -> list[tuple[str, str]]:
        """What asks for the list called `name`, of those that are `lists`."""
        queries = {None: [], "author": [("author", name)], "base_model": [("filter", f"base_model:{name}")]}
        return queries[self.by]
