"""The report's sources: index.qmd with its included files, the metadata, and what the prose refers to."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from helpers.publish.faults import Finding, PublishError, refuse
from helpers.text import names

YAML = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""Reads YAML with every scalar as text; libyaml's own reader, where PyYAML carries it, is many times faster."""
ARTICLE = "report/index.qmd"
SHORTCODE = re.compile(r"\{\{<\s*([\w-]*)\s*(.*?)\s*>\}\}")
LABEL = re.compile(r"(?<!\{)\{(?!\{)[^{}\n]*#((?:fig|tbl|sec|eq)-[\w-]+)[^{}\n]*\}")
CITED = re.compile(r"(?<![\w.@/])@(?:\{([^}\s]+)\}|(\w(?:[\w:.#$%&+?<>~/-]*\w)?))")
REFERENCE = re.compile(r"(?:fig|tbl|sec|eq)-[\w-]+")
BIB_ENTRY = re.compile(r"^\s*@(?!(?:comment|string|preamble)\b)\w+\s*\{\s*([^,\s]+)\s*,", re.MULTILINE | re.IGNORECASE)

CODE = re.compile(
    r"\A---\n.*?\n---\n"  # front matter
    r"|^(?P<fence>`{3,}|~{3,}).*?^(?P=fence)[`~]*[ \t]*$"
    r"|<!--.*?-->"
    r"|(?<!`)(?P<ticks>`+)(?!`)(?:(?!\n[ \t]*\n).)*?(?<!`)(?P=ticks)(?!`)",
    re.MULTILINE | re.DOTALL,
)
"""What holds no citations or labels: front matter, code, comments."""


@dataclass(frozen=True)
class Line:
    """A line of the assembled report, with where it was written. prose: the line with code blanked out."""

    where: str
    text: str
    prose: str


@dataclass(frozen=True)
class Sources:
    """The assembled report. findings: what kept files from being included."""

    root: Path
    lines: list[Line]
    findings: list[Finding] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The whole report as one document."""
        return "\n".join(line.text for line in self.lines) + "\n"

    @cached_property
    def shortcodes(self) -> list[tuple[Line, str, str]]:
        """Every shortcode: line, name, argument."""
        return [(line, match[1], match[2]) for line in self.lines for match in SHORTCODE.finditer(line.text)]

    @cached_property
    def labels(self) -> list[tuple[Line, str]]:
        """Every label that the prose itself defines (sections, equations, its own figures and tables)."""
        return [(line, match[1]) for line in self.lines for match in LABEL.finditer(line.prose)]

    @cached_property
    def cited(self) -> list[tuple[Line, str]]:
        """Every key after an @: citations and cross-references."""
        return [(line, match[1] or match[2]) for line in self.lines for match in CITED.finditer(line.prose)]


def read(root: Path, about: dict[str, Any]) -> Sources:
    """Assemble the report under `root`; files that cannot be included become findings.

    about: metadata, which decide on content that is shown or hidden `when-meta` or `unless-meta`: what is hidden is
    left out, so that it need not be right.
    """
    findings: list[Finding] = []
    lines = list(_shown(_lines(root, root / ARTICLE, (), findings), about))
    return Sources(root, lines, findings)


FENCE = re.compile(r"^:{3,}\s*(?P<attributes>\{.*\}|[\w.-]+)?\s*$")
META = re.compile(r"(when|unless)-meta=\"([\w.-]+)\"")


def _shown(lines: Iterator[Line], about: dict[str, Any]) -> Iterator[Line]:
    """The lines without those in fenced divs that the metadata hide."""
    depth, hidden = 0, 0  # hidden: the depth of the div that hides, 0 = none
    for line in lines:
        fence = FENCE.match(line.prose)
        if fence:
            opens = fence["attributes"] is not None
            depth += 1 if opens else -1
            if opens and not hidden and _hides(fence["attributes"], about):
                hidden = depth
        if not hidden:
            yield line
        elif fence and depth < hidden:
            hidden = 0


def _hides(attributes: str, about: dict[str, Any]) -> bool:
    """Whether a div's attributes hide it: .content-visible or .content-hidden, with when-meta or unless-meta."""
    told = META.search(attributes)
    if not told:
        return False
    met = bool(_meta(about, told[2])) == (told[1] == "when")
    return met == (".content-hidden" in attributes)


def _meta(about: Any, key: str) -> Any:
    """The value at a dotted key; texts "false" and "" count as not set, as Quarto takes them."""
    for part in key.split("."):
        about = about.get(part) if isinstance(about, dict) else None
    return None if about in ("false", "") else about


def _lines(root: Path, path: Path, inside: tuple[Path, ...], findings: list[Finding]) -> Iterator[Line]:
    """The lines of `path` with those of the files that it includes in their place."""
    text = path.read_text(encoding="utf-8")
    prose = CODE.sub(lambda code: re.sub(r"[^\n]", " ", code[0]), text)
    for number, (line, masked) in enumerate(zip(text.split("\n"), prose.split("\n"), strict=True), 1):
        here = Line(f"{path.relative_to(root)}:{number}", line, masked)
        code = SHORTCODE.fullmatch(line.strip())
        if not code or code[1] != "include":
            yield here
            continue
        included = (path.parent / code[2]).resolve()
        if not included.is_file():
            findings.append(Finding(here.where, f"includes {code[2]}, which does not exist", "mend the name"))
        elif included in (*inside, path):
            findings.append(Finding(here.where, f"{code[2]} includes itself", "remove one of the includes"))
        else:
            yield from _lines(root, included, (*inside, path), findings)


def metadata(root: Path, build: Path) -> dict[str, Any]:
    """The report's metadata: _quarto.yml, then the edition's, then the article's own front matter.

    Raises PublishError if a file is absent or no YAML.
    """
    merged: dict[str, Any] = {}
    for path in (root / "_quarto.yml", build / "edition.yml"):
        if not path.is_file():
            remedy = "run `atom build`, which writes it" if path.name == "edition.yml" else "restore it"
            raise refuse(path.name, "does not exist", remedy)
        merged |= _yaml(path.read_text(encoding="utf-8"), path.name)
    article = (root / ARTICLE).read_text(encoding="utf-8")
    front = re.match(r"---\n(.*?)\n---\n", article, re.DOTALL)
    return merged | (_yaml(front[1], ARTICLE) if front else {})


def variables(root: Path) -> dict[str, str]:
    """The values that prose may use: name → text. Raises PublishError if the build has not written them.

    The file holds them as Markdown, which is how Quarto reads it.
    """
    path = root / "_variables.yml"
    if not path.is_file():
        raise refuse(path.name, "does not exist", "run `atom build`, which writes it")
    return {name: names.plain(str(value)) for name, value in _yaml(path.read_text(encoding="utf-8"), path.name).items()}


def _yaml(text: str, where: str) -> dict[str, Any]:
    """A YAML mapping with its dates left as text."""
    try:
        return yaml.load(text, YAML) or {}
    except yaml.YAMLError as error:
        raise refuse(where, f"is no YAML: {error}", "mend it") from None


def bibliography(root: Path, about: dict[str, Any]) -> list[Path]:
    """The bibliography files that the metadata name, relative to the project."""
    named = about.get("bibliography", [])
    return [root / name for name in ([named] if isinstance(named, str) else named)]


def used_variables(root: Path, about: dict[str, Any]) -> dict[str, str]:
    """Each name that the prose uses with {{< var name >}}, and where it first does ("report/regional.qmd:12").

    about: metadata, for what is shown; see `read`.

    Raises PublishError if an included file is missing.
    """
    sources = read(root, about)
    if sources.findings:
        raise PublishError(sources.findings)
    used: dict[str, str] = {}
    for line, kind, name in sources.shortcodes:
        if kind == "var":
            used.setdefault(name, line.where)
    return used


TOLD = "told."
OF_PASSAGE = re.compile(r'(when|unless)-meta="told\.([\w.-]+)"')
"""Prefix of the metadata of passages that are shown only if every value in them is known: when-meta="told.<name>"."""


def passages(root: Path, about: dict[str, Any]) -> dict[str, set[str]]:
    """Each name that a passage is shown `when-meta="told.<name>"` → the values used in it.

    about: metadata, for what else is shown inside; see `read`. Of passages within one another a value belongs to the
    inner one alone, and to none where it stands in what is shown because a passage is not told.
    """
    lines = list(_lines(root, root / ARTICLE, (), []))
    asked = [match[2] for line in lines for match in META.finditer(line.prose)]
    used: dict[str, set[str]] = {name.removeprefix(TOLD): set() for name in asked if name.startswith(TOLD)}
    open_to_all = (replace(line, prose=OF_PASSAGE.sub("", line.prose)) for line in lines)
    inside: list[str | None] = []  # for each div that is open: the passage it is, "" for its opposite, None for neither
    for line in _shown(open_to_all, about):
        if fence := FENCE.match(line.prose):
            if fence["attributes"] is None:
                inside.pop()
            else:
                told = OF_PASSAGE.search(line.text)
                shown = told and (told[1] == "when") == (".content-visible" in line.text)
                inside.append(told and (told[2] if shown else ""))
        if name := next((name for name in reversed(inside) if name is not None), ""):
            used[name] |= {code[2] for code in SHORTCODE.finditer(line.text) if code[1] == "var"}
    return used
