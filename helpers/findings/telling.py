"""What a predicate is given: a function from an address to the value of that cell."""

from collections.abc import Callable
from typing import Any

Tell = Callable[[str], Any]
"""From an address ("regions.china.last.downloads_cumulative") to a number, a text, or a date as ISO text."""


class Unknown(Exception):
    """A cell that a predicate asks for is not known."""
