"""Names from elsewhere, of models and of those who make them, as readers may see them: text and nothing but text.

A name is whatever its owner typed. Tables keep it as it is; what is shown passes through here.
"""

import re

LONGEST = 80
"""Characters of a name that a sentence shows; no name on the Hub needs more."""
MARKUP = re.compile(r"[\\`*_{}\[\]()<>#+!|~^$@=&\"]|[-.](?!\w)|(?<!\w)[-.]|:(?=\S)")
"""What Markdown could take for markup wherever it stands, and quotes, which typesetting would turn; a hyphen or a point
within a word is none, and no colon before a space."""
ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


KEPT = "\n\t\u00a0"
"""What is unseen and harmless."""


def legible(text: str) -> str:
    """The text with · for what steers a terminal, is unseen or turns the direction of reading."""
    lines = text.replace("\r\n", "\n")
    return "".join(letter if letter.isprintable() or letter in KEPT else "·" for letter in lines)


def visible(text: str) -> str:
    """The legible text on one line."""
    return legible(" ".join(text.split()))


def short(text: str, longest: int = LONGEST) -> str:
    """The visible text, cut after `longest` characters."""
    seen = visible(text)
    return seen if len(seen) <= longest else seen[: longest - 1].rstrip() + "…"


def markdown(text: str) -> str:
    """Markdown that reads as exactly this text."""
    return MARKUP.sub(lambda sign: "\\" + sign[0], text)


def plain(text: str) -> str:
    """The text that `markdown` was given."""
    return ESCAPED.sub(r"\1", text)
