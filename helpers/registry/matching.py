"""Which Hub id a source means by the name that it writes: "Qwen3 4B 2507 (Reasoning)" is Qwen/Qwen3-4B-Thinking-2507.

Only ids of the same maker come into question. Names are compared word by word, in any order, without the maker's name:
- words of a family, a version or a variant must be the same on both sides: Phi-4 is not Phi-4-reasoning;
- sizes and dates that the name gives must be the id's; those that the id alone has make no other model, unless several
  ids differ in them alone: then it is doubtful which is meant;
- a month in brackets chooses the id of that month, or else the one without a date;
- "(Reasoning)" chooses the id of a thinking model, where there is one; all other remarks in brackets are of no account;
- number formats, Instruct, Chat and Base make no other model: the tuned id in full precision stands for them.
"""

import functools
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from helpers import paths

NAMES = paths.REGISTRY / "model_names.csv"
"""Names that no rule resolves, or whose models are not tracked: name, model, source. A name without remarks in brackets
stands for all that differ from it in them."""

TUNED, UNTUNED = {"instruct", "chat", "it"}, {"base", "pt"}
REDUCED, FULL = {"fp8", "fp4", "nvfp4"}, {"bf16", "fp16", "hf", "original"}
THINKING, NEGATED = {"thinking", "reasoning", "think"}, "non"
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WORD = re.compile(r"(?:nvfp|fp|bf)(?:4|8|16)\b|[ae]\d+(?:\.\d+)?b\b|\d+(?:\.\d+)*(?:[a-z]+\d*)*|[a-z]+")
SIZE = re.compile(r"[ae]?\d+(\.\d+)?[bmte]")
DATE = re.compile(r"20\d{6}|2[3-9](0[1-9]|1[0-2])|(0[1-9]|1[0-2])[0-3]\d")
MONTH = re.compile(rf"\(.*?({'|'.join(MONTHS)})[a-z]* '?(?:20)?(\d\d)\b")
REASONING = re.compile(r"\((?!non).*?\b(reasoning|thinking)")
LISTED, NAME, DOUBTFUL = "listed", "name", "doubtful"
"""How a name was matched: it is listed by hand, its words mean one id, or they might mean several."""


@dataclass(frozen=True)
class Words:
    """A name taken apart: core must be the same on both sides, and thinking unless brackets tell it."""

    core: frozenset[tuple[str, int]]
    sizes: frozenset[str]
    dates: frozenset[str]
    thinking: bool
    rank: tuple[bool, bool, bool]
    """What is taken last: a reduced number format, an untuned model, one that does not say that it is tuned."""


@functools.cache
def listed(path: Path = NAMES) -> dict[str, str]:
    """Names listed by hand, in small letters → Hub ids."""
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    return table.set_index(table["name"].str.casefold())["model"].to_dict()


def match(names: pd.Series, makers: pd.Series, ids: pd.DataFrame) -> pd.DataFrame:
    """The id that each name means: model, match (LISTED, NAME, DOUBTFUL; null where it means none), in names' order.

    makers: label of each name's maker. ids: model, organisation (its maker's label). A doubtful name has no model.
    """
    space, _, bare = (ids["model"].str.partition("/")[part] for part in range(3))
    own = (space + " " + ids["organisation"]).groupby(ids["organisation"]).agg(" ".join).map(_split).map(set)
    known: dict[tuple, dict[str, Words]] = defaultdict(dict)
    for model, name, maker in zip(ids["model"], bare, ids["organisation"], strict=True):
        taken = _apart(name, own[maker])
        known[maker, taken.core][model] = taken
    rows = [
        _by_hand(name) or _chosen(name, wanted, known.get((maker, wanted.core), {}))
        for name, maker in zip(names, makers, strict=True)
        for wanted in [_apart(name, own.get(maker, set()))]
    ]
    return pd.DataFrame(rows, names.index, ["model", "match"], dtype=object)


def contradicts(name: str, model: str) -> bool:
    """Whether an id has sizes, and not those that the name gives: "Gemma 3 4B" is not google/gemma-3-12b-it."""
    wanted, has = ({word for word in _split(text) if SIZE.fullmatch(word)} for text in (name, model.partition("/")[2]))
    return bool(has) and not wanted <= has


def _by_hand(name: str) -> tuple[str, str] | None:
    """Looked up as it stands, then without remarks; one of another month than is listed is not meant."""
    bare = re.sub(r"\s*\(.*?\)", "", name)
    model = listed().get(name.casefold()) or (None if MONTH.search(name.casefold()) else listed().get(bare.casefold()))
    return (model, LISTED) if model else None


def _split(name: str) -> list[str]:
    plain = re.sub(r"\(.*?\)", " ", name).casefold()
    return WORD.findall(re.sub(r"(?<=\d)_(?=\d+(?![\d.]*[a-z]))", ".", plain))


def _apart(name: str, own: set[str]) -> Words:
    """own: words of the maker's name, which count for nothing."""
    found = _split(name)
    sizes = frozenset(word for word in found if SIZE.fullmatch(word))
    dates = frozenset(word for word in found if DATE.fullmatch(word))
    kinds = set(found) & (TUNED | UNTUNED | REDUCED | FULL | THINKING)
    core = Counter(word for word in found if word not in own | kinds | sizes | dates | {NEGATED})
    rank = (bool(kinds & REDUCED), bool(kinds & UNTUNED), not kinds & TUNED)
    return Words(frozenset(core.items()), sizes, dates, bool(kinds & THINKING) and NEGATED not in found, rank)


def _chosen(name: str, wanted: Words, known: dict[str, Words]) -> tuple[str | None, str | None]:
    """Of ids with the same core, the one that is meant, and how that is known."""
    left = {model: has for model, has in known.items() if wanted.sizes <= has.sizes and wanted.dates <= has.dates}
    if not wanted.dates:
        month = MONTH.search(name.casefold())
        of_month = {model: has for model, has in left.items() if month and _in_month(has.dates, month)}
        undated = {model: has for model, has in left.items() if not has.dates}
        left = of_month or undated or ({} if month else left)
    thinks = wanted.thinking
    if REASONING.search(name.casefold()):
        thinks = any(has.thinking for has in left.values())
    left = {model: has for model, has in left.items() if has.thinking == thinks}
    if len(left) > 1 and not wanted.sizes and any(not has.sizes for has in left.values()):
        left = {model: has for model, has in left.items() if not has.sizes}
    kinds = {(has.sizes, has.dates) for has in left.values()}
    if len(kinds) > 1:
        return None, DOUBTFUL
    best = min(left, key=lambda model: (left[model].rank, len(model), model), default=None)
    return best, best and NAME


def _in_month(dates: frozenset[str], month: re.Match) -> bool:
    """Whether one of the dates lies in that month: "2512", "1210" and "20251210" do in "(Dec '25)"."""
    number, year = f"{MONTHS.index(month[1]) + 1:02}", month[2]
    return any(
        date.startswith((year + number, "20" + year + number)) or (len(date) == 4 and date[:2] == number)
        for date in dates
    )
