"""What a predicate is given: a function from an address to the value of that cell."""

import datetime
from collections.abc import Callable
from typing import Any

Tell = Callable[[str], Any]
"""From an address ("regions.china.last.downloads_cumulative") to a number, a text, or a date as ISO text."""


class Unknown(Exception):
    """A cell that a predicate asks for is not known."""


def of_the_last_month(tell: Tell, *tables: str) -> None:
    """Raise Unknown unless these rows are of the month under the last label: months that differ are not compared."""
    for row in tables:
        if tell(f"{row}.month")[:7] != tell("calendar.last")[:7]:
            raise Unknown(f"{row}.month is not that under the last label")


def known_to_the_day(tell: Tell, lead: str) -> bool:
    """Whether both sides of a lead were counted on the day on which it changed, and on the day before."""
    after, by = (datetime.date.fromisoformat(tell(f"{lead}.{day}")[:10]) for day in ("passed_after", "passed_by"))
    return by - after == datetime.timedelta(days=1)
