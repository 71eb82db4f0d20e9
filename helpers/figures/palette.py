"""Who is drawn how: one colour, dash and marker for each region and organisation, the same in the whole report.

The colours of those that share a figure stay apart in full colour vision and under simulated protanopia, deuteranopia
and tritanopia: a distance of 8 or more where black and white are 100 apart (a test measures it). Dashes, markers and
labels at the ends of lines tell them apart without colour.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

import seaborn
from matplotlib import colors

from helpers.registry import BUCKETS, REGION_LABELS
from helpers.text import names as naming


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
    "other": Style(REGION_LABELS["other"], "#757575", DOTS, "D"),
    "unknown": Style(REGION_LABELS["unknown"], "#A9AFB7", DOTS, "v"),
}

_ORGANISATIONS = (
    ("Qwen", "#6A24B3", FULL, "o"),
    ("Meta", "#6E86FD", LONG, "s"),
    ("DeepSeek", "#1B276E", MIXED, "D"),
    ("Mistral", "#E19000", SHORT, "^"),
    ("OpenAI", "#1F1B1A", DOTS, "v"),
    ("Google", "#23BE67", LONG, "P"),
    ("Microsoft", "#9E67C6", MIXED, "X"),
    ("NVIDIA", "#67905E", SHORT, "h"),
    ("Zhipu AI", "#05566A", LONG, "p"),
    ("Moonshot AI", "#895A48", FULL, "d"),
    ("MiniMax", "#BE4198", MIXED, "<"),
    ("Xiaomi", "#E45215", DOTS, ">"),
    ("Hugging Face", "#CD9611", FULL, "*"),
    ("Ai2", "#E5619F", FULL, "o"),
    ("IBM", "#2763D4", LONG, "s"),
    ("Arcee", "#8E3C03", MIXED, "D"),
    ("AI21", "#393D45", DOTS, "^"),
    ("Other", GREY, DOTS, "s"),
    ("Others", GREY, DOTS, "s"),
)
ORGANISATIONS = {name: Style(name, *look) for name, *look in _ORGANISATIONS}

_SPARE = (("#4C7934", FULL, "o"), ("#AB418C", LONG, "s"), ("#2DA9A3", MIXED, "D"), ("#A7943F", DOTS, "^"))
"""For organisations without a colour of their own, in the order of their names."""
LONGEST = 32
"""Characters of such a name that a label shows: longer ones would leave the panel no room."""

_SIZES = (
    ("#FB9B06", SHORT, "^"), ("#EA632A", FULL, "o"), ("#C33B4F", LONG, "s"), ("#8F2469", MIXED, "D"),
    ("#5A116E", SHORT, "v"), ("#230C4C", LONG, "P"), ("#000004", FULL, "X"),
)  # fmt: skip
SIZES = {bucket: Style(bucket, *look) for bucket, look in zip(BUCKETS, _SIZES, strict=True)}
"""The size buckets, for lines of which there is one a bucket."""


def styles(names: Iterable[str]) -> dict[str, Style]:
    """The style of each region key or organisation label, in the order in which they are always drawn.

    Known names come in the order above, others after them by name (numbers in it by size), "Other" and "Others" last.
    """
    given = set(names)
    known = REGIONS | ORGANISATIONS
    others = sorted(given - known.keys(), key=_natural)
    spare = {name: Style(naming.short(name, LONGEST), *_SPARE[i % len(_SPARE)]) for i, name in enumerate(others)}
    order = [*(name for name in known if name in given), *others]
    return {name: (known | spare)[name] for name in sorted(order, key=lambda name: name in ("Other", "Others"))}


def _natural(name: str) -> list[tuple[str, float]]:
    """A name's parts for sorting: "Qwen3-4B" before "Qwen3-14B"."""
    return [(text, float(number or 0)) for text, number in re.findall(r"(\D*)(\d+(?:\.\d+)?)?", name)]


def tints(colour: str, count: int) -> list[str]:
    """`count` shades of one colour from full to light: the parts of one whole."""
    lightest = seaborn.light_palette(colour, 8)[2]
    return seaborn.blend_palette([colour, lightest], count).as_hex()


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
