"""A published page as the check reads it: its links, what it loads, its anchors and its words."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
UNREAD = {"script", "style", "template", "pre", "code", "annotation"}
"""What holds no words, or code, which may hold what would be a fault in prose."""
LOADED = {
    "img": ("src",), "script": ("src",), "iframe": ("src",), "source": ("src",), "video": ("src", "poster"),
    "audio": ("src",), "embed": ("src",), "object": ("data",), "track": ("src",), "input": ("src",),
}  # fmt: skip
"""What a browser fetches by itself. SVG's own references to parts of itself are none of these."""
LINKED = {"stylesheet", "icon", "preload", "modulepreload", "prefetch", "preconnect", "dns-prefetch", "manifest"}
"""Relations of <link> that make a browser fetch something."""


@dataclass
class Page(HTMLParser):
    """What a page holds. loads: addresses that a browser fetches; links: those that a reader follows. asks: whether its
    script takes what stands behind the # of its address for a reader's choice."""

    ids: set[str] = field(default_factory=set)
    loads: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)
    asks: bool = False

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[str] = []
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
        self.asks |= "data-asks" in given
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
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        for index in range(len(self._open) - 1, -1, -1):
            if self._open[index] == tag:
                del self._open[index:]
                return

    def handle_data(self, data: str) -> None:
        if "style" in self._open:
            self.styles.append(data)
        if not UNREAD & set(self._open):
            self._said.append(data)
