"""Building and rewriting pandoc's JSON document, and running pandoc."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from helpers.text.faults import refuse

Node = dict[str, Any]
Change = Callable[[Node], list[Node] | None]
"""What takes the place of an element; None keeps it."""
Attr = list
"""[id, [classes], [[key, value], …]]"""


@cache
def program() -> str:
    """The pandoc that the locked environment carries."""
    import pypandoc

    return pypandoc.get_pandoc_path()


def environment() -> dict[str, str]:
    """The environment of other programs; where the locale is C, in which Python reads UTF-8, so do they."""
    return dict(os.environ) | ({"LC_ALL": "C.UTF-8"} if sys.flags.utf8_mode else {})


def pandoc(text: str, *arguments: str, folder: Path | None = None) -> str:
    """What pandoc makes of `text`; its warnings are errors. Raises PublishError with its message."""
    done = subprocess.run(
        [program(), "--fail-if-warnings", "--wrap=none", *arguments],
        input=text,
        cwd=folder,
        env=environment(),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode or done.stderr.strip():
        raise refuse("pandoc", done.stderr.strip() or f"ended with {done.returncode}", "mend what it names")
    return done.stdout


def parse(text: str, form: str, words: Path | None = None, about: dict[str, Any] | None = None) -> list[Node]:
    """The blocks of `text`, written in pandoc's format `form`.

    words: a Lua filter to go over them. about: metadata for the filter, with texts as Markdown.
    """
    head = f"---\n{json.dumps(about)}\n---\n\n" if about else ""
    filtered = ("--lua-filter", str(words)) if words else ()
    return json.loads(pandoc(head + text, "--from", form, "--to", "json", *filtered))["blocks"]


def document(blocks: list[Node], about: dict[str, Any]) -> str:
    """A document of these blocks and metadata (texts, lists, mappings, `Blocks`, `Inlines`), as pandoc reads it."""
    meta = {key: _meta(value) for key, value in about.items()}
    return json.dumps({"pandoc-api-version": [1, 23, 1], "meta": meta, "blocks": blocks})


class Blocks(list):
    """Blocks as a value of the metadata."""


class Inlines(list):
    """Inline elements as a value of the metadata."""


def _meta(value: Any) -> Node:
    if isinstance(value, Blocks | Inlines):
        return {"t": f"Meta{type(value).__name__}", "c": value}
    if isinstance(value, dict):
        return {"t": "MetaMap", "c": {key: _meta(inner) for key, inner in value.items()}}
    if isinstance(value, list):
        return {"t": "MetaList", "c": [_meta(inner) for inner in value]}
    return {"t": "MetaInlines", "c": words(value)}


def rewrite(tree: Any, changes: dict[str, Change]) -> Any:
    """A copy of `tree` in which elements give way to others. changes: kind of element ("Div") → what to do with it.

    Inner elements come first, so that a change sees them already rewritten.
    """
    if isinstance(tree, dict):
        return {key: value if isinstance(value, str) else rewrite(value, changes) for key, value in tree.items()}
    if not isinstance(tree, list):
        return tree
    rewritten = []
    for item in tree:
        if isinstance(item, dict | list):
            item = rewrite(item, changes)
            change = changes.get(item.get("t", "")) if isinstance(item, dict) else None
            if change and (new := change(item)) is not None:
                rewritten += new
                continue
        rewritten.append(item)
    return rewritten


def elements(tree: Any) -> Iterator[Node]:
    """Every element of `tree` in reading order, an outer one before its inner ones."""
    waiting = [tree]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            if "t" in item:
                yield item
            waiting += reversed(item.values())
        elif isinstance(item, list):
            waiting += reversed(item)


def attr(identifier: str = "", *classes: str, **attributes: str) -> Attr:
    return [identifier, list(classes), [[key, value] for key, value in attributes.items()]]


def words(text: str) -> list[Node]:
    """Text as inline elements."""
    parts: list[Node] = []
    for word in text.split(" "):
        parts += [{"t": "Str", "c": word}, {"t": "Space"}]
    return parts[:-1]


def plain(*inlines: Node) -> Node:
    return {"t": "Plain", "c": list(inlines)}


def raw(form: str, text: str) -> Node:
    return {"t": "RawBlock", "c": [form, text]}


def div(attributes: Attr, blocks: list[Node]) -> Node:
    return {"t": "Div", "c": [attributes, blocks]}


def span(attributes: Attr, inlines: list[Node]) -> Node:
    return {"t": "Span", "c": [attributes, inlines]}


def link(target: str, inlines: list[Node], *classes: str) -> Node:
    return {"t": "Link", "c": [attr("", *classes), inlines, [target, ""]]}


def text_of(tree: Any) -> str:
    """The words of `tree` without their markup."""
    if isinstance(tree, list):
        return "".join(map(text_of, tree))
    if not isinstance(tree, dict):
        return ""
    kind, content = tree.get("t"), tree.get("c", "")
    if kind == "Str":
        return content
    if kind in ("Code", "Math"):
        return content[1]
    if kind == "Quoted":
        before, after = "‘’" if content[0]["t"] == "SingleQuote" else "“”"
        return before + text_of(content[1]) + after
    return " " if kind in ("Space", "SoftBreak", "LineBreak") else text_of(list(tree.values()))
