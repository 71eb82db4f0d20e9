"""The report's sources: index.qmd with its included files, line by line, and the metadata."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from helpers.text.faults import Fault, PublishError, refuse

YAML = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""Reads YAML with every scalar as text; libyaml's own reader, where PyYAML carries it, is many times faster."""
ARTICLE = "report/index.qmd"
LOCAL = "_quarto.yml.local"
SHORTCODE = re.compile(r"\{\{<\s*([\w-]*)\s*(.*?)\s*>\}\}")
CODE = re.compile(
    r"\A---\n.*?\n---\n"  # front matter
    r"|^(?P<fence>`{3,}|~{3,}).*?^(?P=fence)[`~]*[ \t]*$"
    r"|<!--.*?-->"
    r"|(?<!`)(?P<ticks>`+)(?!`)(?:(?!\n[ \t]*\n).)*?(?<!`)(?P=ticks)(?!`)",
    re.MULTILINE | re.DOTALL,
)
"""What holds no words of the report: front matter, code, comments."""


@dataclass(frozen=True)
class Line:
    """A line of the assembled report, with where it was written. prose: the line with code blanked out."""

    where: str
    text: str
    prose: str


@dataclass(frozen=True)
class Sources:
    """The assembled report. faults: what kept files from being included."""

    lines: list[Line]
    faults: list[Fault] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The whole report as one document, without its front matter."""
        text = "\n".join(line.text for line in self.lines) + "\n"
        return text.partition("\n---\n")[2] if text.startswith("---\n") else text

    def where(self, sign: str) -> list[str]:
        """The lines that hold a label or key with its sign, "#fig-x" or "@mill1843"; the article where none does."""
        named = re.compile(rf"{re.escape(sign)}(?![\w-])")
        return [line.where for line in self.lines if named.search(line.text)] or [ARTICLE]


def read(root: Path) -> Sources:
    """Assemble the report under `root`; files that cannot be included become faults."""
    faults: list[Fault] = []
    lines = list(_lines(root, root / ARTICLE, (), faults))
    return Sources(lines, faults)


def _lines(root: Path, path: Path, inside: tuple[Path, ...], faults: list[Fault]) -> Iterator[Line]:
    """The lines of `path` with those of the files that it includes in their place."""
    text = path.read_text(encoding="utf-8")
    prose = CODE.sub(lambda code: re.sub(r"[^\n]", " ", code[0]), text)
    shown = path.relative_to(root) if path.is_relative_to(root) else path.name
    for number, (line, masked) in enumerate(zip(text.split("\n"), prose.split("\n"), strict=True), 1):
        here = Line(f"{shown}:{number}", line, masked)
        code = SHORTCODE.fullmatch(line.strip())
        if not code or code[1] != "include":
            yield here
            continue
        included = (path.parent / code[2]).resolve()
        if not included.is_file():
            faults.append(Fault(here.where, f"includes {code[2]}, which does not exist", "mend the name"))
        elif included in (*inside, path):
            faults.append(Fault(here.where, f"{code[2]} includes itself", "remove one of the includes"))
        else:
            yield from _lines(root, included, (*inside, path), faults)


def metadata(root: Path, edition: dict[str, Any]) -> dict[str, Any]:
    """The report's metadata: _quarto.yml, then the edition's, then the article's own front matter.

    Raises PublishError if a file is absent or no YAML, or what the title block and the data label need is not given.
    """
    article = (root / ARTICLE).read_text(encoding="utf-8")
    front = re.match(r"---\n(.*?)\n---\n", article, re.DOTALL)
    about = _yaml(root / "_quarto.yml") | edition | (read_yaml(front[1], ARTICLE) if front else {})
    needed = (("title", ARTICLE), ("data-label", "edition.yml"), ("date", "edition.yml"))
    if faults := [Fault(where, f"gives no `{key}`", "add it") for key, where in needed if not about.get(key)]:
        raise PublishError(faults)
    return about


def site_url(root: Path) -> str:
    """The address under which the site is published, with a slash at its end; "" where nobody has said it.

    `website: site-url` of _quarto.yml, or of _quarto.yml.local, which Quarto reads before it and no commit holds.
    Raises PublishError for what is no address.
    """
    told = [_yaml(root / name) for name in (LOCAL, "_quarto.yml") if name != LOCAL or (root / LOCAL).is_file()]
    found = next((url for about in told if (url := about.get("website", {}).get("site-url"))), "")
    if found and not re.fullmatch(r"https?://[^\s/?#<>\"]+(?:/[^\s?#<>\"]*)?", str(found)):
        raise refuse(
            "_quarto.yml", f"`site-url` is {found!r}, no address of a site", "write https://… or leave it empty"
        )
    return found.rstrip("/") + "/" if found else ""


def edition(build: Path) -> dict[str, Any]:
    """The edition's metadata as the build wrote them. Raises PublishError if it has not."""
    return _yaml(build / "edition.yml")


def variables(build: Path) -> dict[str, str]:
    """The values that text asks for: address → Markdown. Raises PublishError if the build has not written them."""
    return dict(_flat(_yaml(build / "_variables.yml"), ""))


def _yaml(path: Path) -> dict[str, Any]:
    if not path.is_file():
        remedy = "restore it" if path.name == "_quarto.yml" else "run `atom build`, which writes it"
        raise refuse(path.name, "does not exist", remedy)
    return read_yaml(path.read_text(encoding="utf-8"), path.name)


def _flat(nested: dict[str, Any], before: str) -> Iterator[tuple[str, str]]:
    for key, value in nested.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value


def read_yaml(text: str, where: str) -> dict[str, Any]:
    """A YAML mapping with its scalars as text. Raises PublishError for what is none."""
    try:
        return yaml.load(text, YAML) or {}
    except yaml.YAMLError as error:
        raise refuse(where, f"is no YAML: {error}", "mend it") from None


def authors(about: dict[str, Any]) -> list[str]:
    """The authors that the metadata name: one or several, or none."""
    named = about.get("author", [])
    return [named] if isinstance(named, str) else named


def bibliography(root: Path, about: dict[str, Any]) -> list[Path]:
    """The bibliography files that the metadata name. Raises PublishError for one that there is not."""
    named = about.get("bibliography", [])
    found = [root / name for name in ([named] if isinstance(named, str) else named)]
    for path in found:
        if not path.is_file():
            raise refuse("_quarto.yml", f"bibliography {path.name} does not exist", "mend the name")
    return found
