"""How a raw value reads: one format for each unit of the codebook, and its variants for where text wants another."""

import datetime
import re
from collections.abc import Callable
from typing import Any

from helpers.text import names

Format = Callable[[Any], str]

WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
SCALES = ((1e9, "B"), (1e6, "M"), (1e3, "K"))


def amount(value: float) -> str:
    """Three figures at most: 1.149e9 → "1.15B", 97_123_456 → "97M", 1_300_000 → "1.3M", -302_000 → "−302K"."""
    if value < 0:
        return f"−{amount(-value)}"
    if value >= 999.5e6:
        return f"{value / 1e9:,.2f}B"
    return f"{value / 1e6:.0f}M" if value >= 9.95e6 else tenths(value)


def tenths(value: float) -> str:
    """As the paper's tables print downloads: 942_110_000 → "942.1M", 302_000 → "302K", 12 → "12"."""
    if value >= 999_500:
        return f"{value / 1e6:,.1f}M"
    return f"{value / 1e3:.0f}K" if value >= 999.5 else f"{value:.0f}"


def billions(value: float) -> str:
    """1.149e9 → "1.15B"."""
    return f"{value / 1e9:,.2f}B"


def count(value: float) -> str:
    """1504 → "1,504"."""
    return f"{value:,.0f}"


def in_words(value: float) -> str:
    """Small whole numbers as a sentence has them: 5 → "five", 12 → "12"."""
    return WORDS[int(value)] if 0 <= value < len(WORDS) else count(value)


def day(value: datetime.date | str) -> str:
    """2025-07-28 → "28 July 2025"."""
    date = _date(value)
    return f"{date.day} {date:%B %Y}"


def short_day(value: datetime.date | str) -> str:
    """2025-07-28 → "28 Jul 2025"."""
    date = _date(value)
    return f"{date.day} {date:%b %Y}"


def month(value: datetime.date | str) -> str:
    """2026-03-01 → "March 2026"."""
    return f"{_date(value):%B %Y}"


def part_of_month(value: datetime.date | str) -> str:
    """2025-07-28 → "late July 2025": thirds of a month, for dates known less well than to the day."""
    date = _date(value)
    part = ("early", "mid", "late")[min((date.day - 1) // 10, 2)]
    return f"{part}{'-' if part == 'mid' else ' '}{date:%B %Y}"


def _date(value: datetime.date | str) -> datetime.date:
    return datetime.date.fromisoformat(value[:10]) if isinstance(value, str) else value


def _fixed(decimals: int, scale: float = 1, suffix: str = "") -> Format:
    def shown(value: float) -> str:
        text = f"{value * scale:,.{decimals}f}"
        return (text.lstrip("-") if not float(text.replace(",", "")) else text.replace("-", "−")) + suffix

    return shown


USUAL = "usual"
COUNTED: dict[str, Format] = {USUAL: count, "words": in_words}
UNITS: dict[str, dict[str, Format]] = {
    "downloads": {USUAL: amount, "tenths": tenths, "billions": billions, "count": count},
    "tokens": {USUAL: amount},
    "0 to 1": {USUAL: _fixed(0, 100, "%"), "tenths": _fixed(1, 100, "%")},
    "multiple": {
        USUAL: _fixed(1, suffix="×"), "whole": _fixed(0, suffix="×"), "hundredths": _fixed(2, suffix="×"),
        "bare": _fixed(1), "bare-hundredths": _fixed(2), "percent": _fixed(0, 100, "%"),
    },
    "score": {USUAL: _fixed(2, suffix="×")},
    "points": {USUAL: _fixed(1), "whole": _fixed(0)},
    "UTC day": {USUAL: day, "short": short_day, "month": month, "part-of-month": part_of_month},
    "first of month": {USUAL: month},
    "calendar month": {USUAL: month},
    "billions of parameters": {USUAL: lambda value: f"{value:g}B", "bare": lambda value: f"{value:g}"},
    "rank": {USUAL: count, "words": in_words},
    "number": {USUAL: lambda value: f"{value:g}"},
    "id": {USUAL: names.short},
    "text": {USUAL: names.visible},
    "as printed": {USUAL: names.visible},
    "": {USUAL: names.short},
}  # fmt: skip
UNITS |= dict.fromkeys(("derivatives", "models", "organisations", "days", "months", "rows", "count"), COUNTED)
"""Unit, as the codebook writes it → variant → format. `usual` is what an address without a variant gets."""


def shown(value: Any, unit: str, variant: str = USUAL) -> str:
    """A raw value as readers see it; null is "unknown". Raises KeyError for a unit or variant that does not exist."""
    chosen = UNITS[unit][variant]
    return "unknown" if null(value) else chosen(value)


def step(shown: str) -> float:
    """What the last digit of a number is worth, as it is shown: "1.15B" → 10000000, "8%" → 0.01, "five" → 1.

    A zero behind the point says nothing: "37.0M" is to the million.
    """
    found = re.search(r"\d(?:[\d,]*\d)?(?:\.(\d+))?([A-Z%]?)", shown)
    decimals, suffix = ((found[1] or "").rstrip("0"), found[2]) if found else ("", "")
    return {"%": 0.01, **{letter: scale for scale, letter in SCALES}}.get(suffix, 1) * 10 ** -len(decimals)


def null(value: Any) -> bool:
    """Whether a cell of a table is empty: None, NaN, NaT or NA. A text never is: somebody may be called "nan"."""
    return value is None or (not isinstance(value, str) and str(value) in ("nan", "NaT", "<NA>"))
