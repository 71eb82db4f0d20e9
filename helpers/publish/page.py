"""A published page as the check reads it: its links, pictures, figures, anchors and words."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
SILENT = {"script", "style", "template"}
LOADED = {
    "img": ("src",), "script": ("src",), "iframe": ("src",), "source": ("src",), "video": ("src", "poster"),
    "audio": ("src",), "embed": ("src",), "object": ("data",), "track": ("src",), "input": ("src",),
}  # fmt: skip
"""What a browser fetches by itself. SVG's own references to parts of itself are none of these."""
LINKED = {"stylesheet", "icon", "preload", "modulepreload", "prefetch", "preconnect", "dns-prefetch", "manifest"}
"""Relations of <link> that make a browser fetch something."""


@dataclass
class Figure:
    """A figure or a block labelled as one. images: alt text of each picture in it, None where it has none."""

    label: str
    images: list[str | None] = field(default_factory=list)
    drawn: bool = False


@dataclass
class Page(HTMLParser):
    """What a page holds. loads: addresses that a browser fetches; links: those that a reader follows."""

    ids: set[str] = field(default_factory=set)
    loads: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    cited: list[str] = field(default_factory=list)
    refreshes: bool = False

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[tuple[str, Figure | None, bool]] = []
        self._said: list[str] = []

    @classmethod
    def of(cls, html: str) -> "Page":
        """Read a page."""
        page = cls()
        page.feed(html)
        page.close()
        return page

    @property
    def text(self) -> str:
        """The words of the page, without its code."""
        return "".join(self._said)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        self._addresses(tag, given)
        figure = self._figure(tag, given)
        if tag in ("img", "svg", "table", "object", "canvas", "pre"):
            for _, outer, _ in self._open:
                if outer:
                    outer.drawn = True
            inner = next((f for _, f, _ in reversed(self._open) if f), None)
            if inner and tag in ("img", "svg"):
                inner.images.append(given.get("alt") or given.get("aria-label"))
        if tag not in VOID:
            self._open.append((tag, figure, "citation" in given.get("class", "").split()))

    def _addresses(self, tag: str, given: dict[str, str]) -> None:
        """Note what the element names, loads and leads to."""
        self.ids |= {given[key] for key in ("id", "name") if given.get(key) and (key == "id" or tag == "a")}
        self.loads += [given[key] for key in LOADED.get(tag, ()) if given.get(key)]
        for part in given.get("srcset", "").split(","):
            self.loads += part.split()[:1]
        if tag == "link" and LINKED & set(given.get("rel", "").lower().split()):
            self.loads.append(given.get("href", ""))
        if tag in ("a", "area") and "href" in given:
            self.links.append(given["href"])
        if given.get("style"):
            self.styles.append(given["style"])
        self.refreshes |= tag == "meta" and given.get("http-equiv", "").lower() == "refresh"

    def _figure(self, tag: str, given: dict[str, str]) -> Figure | None:
        label = given.get("id", "")
        if tag != "figure" and not (tag in ("div", "section") and re.match(r"(fig|tbl)-", label)):
            return None
        self.figures.append(Figure(label or "without a label"))
        return self.figures[-1]

    def handle_endtag(self, tag: str) -> None:
        for index in range(len(self._open) - 1, -1, -1):
            if self._open[index][0] == tag:
                del self._open[index:]
                return

    def handle_data(self, data: str) -> None:
        tags = {tag for tag, _, _ in self._open}
        if "style" in tags:
            self.styles.append(data)
        if tags & SILENT:
            return
        if not tags & {"pre", "code", "annotation"}:  # code may hold what would be a fault in prose
            self._said.append(data)
        if self._open and self._open[-1][0] == "strong" and any(cited for _, _, cited in self._open):
            self.cited.append(data)
