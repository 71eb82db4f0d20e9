"""Values: the numbers that prose, captions and the ledger use, recorded by name in the notebooks that make them."""

import datetime
import json
import linecache
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from helpers import files, paths
from helpers.text import names

Format = Callable[[Any], str]


class ValueRecordError(ValueError):
    """A value that cannot be recorded or used; the message names it and the remedy."""


# Formats: from a raw value to what the reader sees -----------------------------------------------------------


def millions(decimals: int = 0) -> Format:
    """97123456 → "97M"."""
    return lambda value: f"{value / 1e6:,.{decimals}f}M"


def billions(decimals: int = 2) -> Format:
    """1.149e9 → "1.15B"."""
    return lambda value: f"{value / 1e9:,.{decimals}f}B"


def amount(value: float) -> str:
    """Billions from a billion on, else millions: 1.149e9 → "1.15B", 97123456 → "97M"."""
    return billions()(value) if value >= 999.5e6 else millions()(value)


WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def in_words(value: int) -> str:
    """Small whole numbers as a sentence has them: 5 → "five", 12 → "12"."""
    return WORDS[value] if value < len(WORDS) else str(value)


def count(value: float) -> str:
    """1504 → "1,504"."""
    return f"{value:,.0f}"


def percent(decimals: int = 0) -> Format:
    """0.472 → "47%"."""
    return lambda value: f"{100 * value:.{decimals}f}%"


def times(decimals: int = 1) -> Format:
    """11.88 → "11.9×"."""
    return lambda value: f"{value:.{decimals}f}×"


def day(value: datetime.date) -> str:
    """2025-07-28 → "28 July 2025"."""
    return f"{value.day} {value:%B %Y}"


def month(value: datetime.date) -> str:
    """2026-03-01 → "March 2026"."""
    return f"{value:%B %Y}"


def part_of_month(value: datetime.date) -> str:
    """2025-07-28 → "late July 2025": thirds of a month, for dates known less well than to the day."""
    part = ("early", "mid", "late")[min((value.day - 1) // 10, 2)]
    return f"{part}{'-' if part == 'mid' else ' '}{value:%B %Y}"


def either(then: str, otherwise: str | None = None) -> Format:
    """How a condition reads in a sentence: `then` where it holds ("more than double"), else `otherwise`.

    Where there is no text for the other case, a condition that does not hold raises ValueRecordError: the sentence
    around it would be wrong in this edition, and the build must not publish it.
    """

    def said(holds: bool) -> str:
        if not holds and otherwise is None:
            raise ValueRecordError(
                f"the report says “{then}”, which does not hold in this edition; give `either` a text for that case"
            )
        return then if holds else str(otherwise)

    return said


def key(name: str) -> str:
    """The part of a value's name that stands for a model or a bucket: "GPT-OSS 120B" → "gpt_oss_120b"."""
    return re.sub(r"\W+", "_", name.lower()).strip("_")


def known(value: Any) -> Any:
    """A cell of a table as it is recorded: a null (NaN, NaT, NA) is unknown, None."""
    return None if value is None or str(value) in ("nan", "NaT", "<NA>") else value


def went(before: float | None, after: float | None, up: str = "rose", down: str = "fell") -> str | None:
    """How a quantity got from one value to another, as a verb: `up`, `down`, or "went"; None where one is unknown."""
    if before is None or after is None:
        return None
    return up if after > before else down if after < before else "went"


def listed(texts: Iterable[str], word: str = "and") -> str | None:
    """Texts as a sentence lists them: "a", "a and b", "a, b and c", or with another `word`; None for none."""
    *others, last = [*texts] or [None]
    return f"{', '.join(others)} {word} {last}" if others else last


USUAL: dict[str, Format] = {
    "downloads": millions(),
    "share": percent(),
    "multiple": times(),
    "date": day,
    "month": month,
    "models": count,
    "count": count,
    "days": count,
    "rows": count,
    "rank": lambda value: f"{value:.0f}",
    "score": lambda value: f"{value:.2f}×",
    "parameters_b": lambda value: f"{value:g}B",
    "points": lambda value: f"{value:.1f}",
    "months": count,
    "condition": either("yes", "no"),
    "text": str,
}
"""The format of each unit unless a recording asks for another."""

NAME = re.compile(r"[a-z][a-z0-9_]*")
LABEL = re.compile(r"^#\|\s*label:\s*(\S+)", re.MULTILINE)


def recorder(notebook: str) -> Callable[..., None]:
    """The `record` function of one notebook ("03_regional"); it starts with nothing recorded.

    Values go to values/<notebook>.json: raw, formatted, unit, notebook, label of the cell, headline.
    """
    path = paths.output(f"values/{notebook}.json")
    recorded: dict[str, dict[str, Any]] = {}
    files.write_json(path, recorded)

    def record(name: str, value: Any, unit: str, format: Format | None = None, *, headline: bool = False) -> None:
        """Record `value` (in plain `unit`s: 1.15e9 downloads, 0.47 share) as `name` and print it.

        None means unknown and is shown as such. A condition is recorded as "yes" or "no"; see `either`. A headline
        value must be used in the report's prose.
        Raises ValueRecordError for an ill-formed or repeated name, an unknown unit, a value that is not
        finite, or a cell without a label (a reader must find the number's origin).
        """
        if not NAME.fullmatch(name):
            raise ValueRecordError(f"value {name!r}: names are lower case letters, digits and _")
        if name in recorded:
            raise ValueRecordError(f"value {name!r} is recorded twice in {notebook}; give the second another name")
        if unit not in USUAL:
            raise ValueRecordError(f"value {name!r}: unknown unit {unit!r}; units are {', '.join(sorted(USUAL))}")
        raw = plain(name, value)
        if unit == "condition" and value is not None:
            value, raw = bool(value), "yes" if value else "no"
        shown = "unknown" if value is None else names.visible((format or USUAL[unit])(value))
        recorded[name] = {
            "raw": raw,
            "formatted": shown,
            "unit": unit,
            "notebook": notebook,
            "cell": _cell_label(name),
            "headline": headline,
        }
        files.write_json(path, recorded)
        print(f"{name} = {shown}")

    return record


def plain(name: str, value: Any) -> Any:
    """`value` as JSON can hold it: whole numbers, floats, text, ISO dates, None. Raises ValueRecordError otherwise."""
    if isinstance(value, datetime.date):  # pandas' Timestamp is one too
        return value.strftime("%Y-%m-%d")
    if hasattr(value, "item"):
        value = value.item()
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, float) and value == value and abs(value) != float("inf"):
        return value
    raise ValueRecordError(f"value {name!r} is {value!r}; record a finite number, text, a date, or None for unknown")


def _cell_label(name: str) -> str | None:
    """The label of the notebook cell that is running; None outside a notebook."""
    frame = sys._getframe()
    while frame and not (frame.f_code.co_name == "<module>" and frame.f_globals.get("__name__") == "__main__"):
        frame = frame.f_back
    if frame is None or "get_ipython" not in frame.f_globals:
        return None
    # Where IPython keeps each cell's source for tracebacks; its history lacks cells that a test runner executes.
    found = LABEL.search("".join(linecache.getlines(frame.f_code.co_filename)))
    if not found:
        raise ValueRecordError(f"value {name!r}: give its cell a label, e.g. `#| label: val-{name.replace('_', '-')}`")
    return found[1]


def merge(folder: Path) -> dict[str, dict[str, Any]]:
    """All values recorded under `folder` (one JSON file a notebook), by name.

    Raises ValueRecordError if two notebooks recorded the same name.
    """
    merged: dict[str, dict[str, Any]] = {}
    for path in sorted(folder.glob("*.json")):
        for name, value in json.loads(path.read_text(encoding="utf-8")).items():
            if name in merged:
                both = f"{merged[name]['notebook']} and {value['notebook']}"
                raise ValueRecordError(f"value {name!r} is recorded in {both}; rename one")
            merged[name] = value
    return merged


PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")


def fill(option: str, recorded: dict[str, dict[str, Any]], where: str) -> str:
    """An option of a cell with every {name} replaced by the formatted value: how captions and alt texts carry numbers.

    option: its line, `#| fig-cap: "…"`. A value is text whatever it holds: it ends neither the quotes nor the line, and
    in a caption, which is Markdown, it is no markup.
    Raises ValueRecordError naming `where` and the missing value, or the text that stands in no double quotes.
    """
    name, _, text = option.partition(":")

    def formatted(match: re.Match) -> str:
        if match[1] not in recorded:
            raise ValueRecordError(
                f"{where}: {{{match[1]}}} is not recorded in this notebook; record it or mend the name"
            )
        if not text.strip().startswith('"'):
            raise ValueRecordError(
                f"{where}: {{{match[1]}}} stands in no quotes; put the text after {name}: in double ones"
            )
        shown = recorded[match[1]]["formatted"]
        shown = names.markdown(shown) if name.endswith("-cap") else shown
        return json.dumps(shown, ensure_ascii=False)[1:-1]

    return PLACEHOLDER.sub(formatted, option)
