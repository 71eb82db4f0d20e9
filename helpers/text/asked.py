"""What a text asks for: addresses, lists, findings, with the line or cell that asks."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from helpers.text.sources import SHORTCODE, Line

ATTRIBUTES = re.compile(r"(?<!\{)\{(?!\{)([^{}\n]*\b(?:if|unless|each)=\"[^{}\n]*)\}")
COLUMN = re.compile(r"\{([\w-]+)\}")
ATTRIBUTE = re.compile(r"([\w-]+)=\"([^\"]*)\"")


@dataclass(frozen=True)
class Listing:
    """A list that text asks for: address of a table or of a part of it, the column to sort by, keys left out."""

    address: str
    sort: str = ""
    without: str = ""

    @property
    def name(self) -> str:
        """As the filter looks it up."""
        return "|".join((self.address, self.sort, self.without))


@dataclass
class Asked:
    """What text asks for, each with the places that ask. columns: those that a list says."""

    addresses: dict[str, list[str]] = field(default_factory=dict)
    lists: dict[Listing, list[str]] = field(default_factory=dict)
    columns: dict[Listing, set[str]] = field(default_factory=dict)
    conditions: dict[str, list[str]] = field(default_factory=dict)

    def scan(self, lines: Iterable[Line]) -> None:
        """Add what some lines ask for."""
        before = ""
        for line in lines:
            for kind, address in SHORTCODE.findall(line.text):
                if kind == "var":
                    self.addresses.setdefault(address, []).append(line.where)
            for found in ATTRIBUTES.finditer(line.prose):
                given = dict(ATTRIBUTE.findall(found[1]))
                if "each" in given:
                    wanted = Listing(given["each"], given.get("sort", ""), given.get("without", ""))
                    self.lists.setdefault(wanted, []).append(line.where)
                    said = COLUMN.findall(_bracketed(before + line.prose[: found.start()]))
                    self.columns.setdefault(wanted, set()).update(said)
                for kind in given.keys() & {"if", "unless"}:
                    self.conditions.setdefault(given[kind], []).append(line.where)
            before = f"{before}{line.prose}\n" if line.prose.strip() else ""


def unasked(text: str) -> str:
    """What is left of a text without all that asks for something."""
    text = SHORTCODE.sub(lambda code: "" if code[1] == "var" else code[0], text)
    while found := ATTRIBUTES.search(text):
        columns = _bracketed(text[: found.start()]) if "each=" in found[1] else ""
        text = text[: found.start()].replace(f"[{columns}]", "") + text[found.end() :]
    return text


def _bracketed(text: str) -> str:
    """What stands within the brackets that a text ends with."""
    depth = 0
    for position in range(len(text) - 1, -1, -1):
        depth += {"]": 1, "[": -1}.get(text[position], 0)
        if depth == 0:
            return text[position + 1 : -1]
    return text
