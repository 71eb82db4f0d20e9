"""Who is drawn how: one colour, dash and marker for each region and organisation, the same in the whole report.

The colours of those that share a figure stay apart in full colour vision and under simulated protanopia, deuteranopia
and tritanopia (a test measures it). Dashes, markers and labels at the ends of lines tell them apart without colour.
"""

from collections.abc import Iterable
from typing import NamedTuple

from matplotlib import colors

from helpers.registry import REGION_LABELS


class Style(NamedTuple):
    """How one series looks. dash: on and off lengths in line widths, empty for a full line."""

    label: str
    colour: str
    dash: tuple[float, ...]
    marker: str


FULL, LONG, SHORT, DOTS, MIXED = (), (6, 1.6), (3, 1.4), (1, 1.1), (6, 1.4, 1, 1.4)
GREY = "#939DA0"

REGIONS = {
    "china": Style(REGION_LABELS["china"], "#C0392B", FULL, "o"),
    "us": Style(REGION_LABELS["us"], "#2E6FB7", LONG, "s"),
    "eu": Style(REGION_LABELS["eu"], "#C78A00", SHORT, "^"),
    "other": Style(REGION_LABELS["other"], "#6B7280", DOTS, "D"),
    "unknown": Style(REGION_LABELS["unknown"], "#A9AFB7", DOTS, "v"),
}

_ORGANISATIONS = (
    ("Qwen", "#6625B3", FULL, "o"),
    ("Meta", "#6C95F2", LONG, "s"),
    ("DeepSeek", "#1A2672", MIXED, "D"),
    ("Mistral", "#DD8E1C", SHORT, "^"),
    ("OpenAI", "#1F1B1A", DOTS, "v"),
    ("Google", "#3DB069", LONG, "P"),
    ("Microsoft", "#9C6ADE", MIXED, "X"),
    ("NVIDIA", "#8E9D42", SHORT, "h"),
    ("Zhipu AI", "#00596E", LONG, "p"),
    ("Moonshot AI", "#8A5A4A", FULL, "d"),
    ("MiniMax", "#BD4396", MIXED, "<"),
    ("Xiaomi", "#E9624F", DOTS, ">"),
    ("Hugging Face", "#CC9000", FULL, "*"),
    ("Ai2", "#E0609A", FULL, "o"),
    ("IBM", "#2A62D8", LONG, "s"),
    ("Arcee", "#8C3F10", MIXED, "D"),
    ("AI21", "#3A3D46", DOTS, "^"),
    ("Other", GREY, DOTS, "v"),
    ("Others", GREY, DOTS, "v"),
)
ORGANISATIONS = {name: Style(name, *look) for name, *look in _ORGANISATIONS}

_SPARE = (("#4C7A34", LONG, "o"), ("#B0568C", SHORT, "s"), ("#2B8FA3", MIXED, "D"), ("#A8873B", DOTS, "^"))
"""For organisations without a colour of their own, in the order of their names."""


def styles(names: Iterable[str]) -> dict[str, Style]:
    """The style of each region key or organisation label, in the order in which they are always drawn.

    Known names come in the order above, others after them by name, "Other" and "Others" last.
    """
    given = set(names)
    known = REGIONS | ORGANISATIONS
    others = sorted(given - known.keys())
    spare = {name: Style(name, *_SPARE[i % len(_SPARE)]) for i, name in enumerate(others)}
    order = [*(name for name in known if name in given), *others]
    return {name: (known | spare)[name] for name in sorted(order, key=lambda name: name in ("Other", "Others"))}


def tints(colour: str, count: int) -> list[str]:
    """`count` shades of one colour from full to light: the parts of one whole."""
    full = colors.to_rgb(colour)
    weights = [0.72 * i / max(count - 1, 1) for i in range(count)]
    return [colors.to_hex([part + (1 - part) * weight for part in full]) for weight in weights]


def ink(colour: str) -> str:
    """The colour, darkened until text in it is readable on white (contrast 4.5 : 1)."""
    red, green, blue = colors.to_rgb(colour)
    while _contrast(red, green, blue) < 4.5:
        red, green, blue = red * 0.97, green * 0.97, blue * 0.97
    return colors.to_hex((red, green, blue))


def _contrast(*rgb: float) -> float:
    """Contrast with white as WCAG 2 defines it."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in rgb]
    return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)
