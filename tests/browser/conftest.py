"""The built site, served on this machine, in the browser that is installed here."""

import functools
import http.server
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Page, sync_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
LEFT = "net::ERR_ABORTED"
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@dataclass(frozen=True)
class Site:
    """The served site: where it lies, its address, and the addresses of its pages; index.html only leads to one."""

    folder: Path
    url: str

    @property
    def pages(self) -> list[str]:
        return sorted(
            {path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*.html")} - {"index.html"}
        )


class Watched:
    """A page of the browser, with everything that went wrong on it since it was lent."""

    def __init__(self, page: Page) -> None:
        self.page, self.origin, self.faults = page, "", list[str]()
        page.on("console", lambda m: self.note(f"console: {m.text}") if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.note(f"script: {error}"))
        page.on("dialog", self.dismiss)
        # what was still on its way when the reader went on is no fault
        page.on("requestfailed", lambda r: None if r.failure == LEFT else self.note(f"failed: {r.url}"))
        page.on("response", lambda r: self.note(f"{r.status}: {r.url}") if r.status >= 400 else None)
        page.on("request", lambda r: None if self.near(r.url) else self.note(f"off this machine: {r.url}"))

    def near(self, url: str) -> bool:
        return url.startswith((self.origin, "data:"))

    def note(self, fault: str) -> None:
        self.faults.append(fault)

    def dismiss(self, dialog: Dialog) -> None:
        self.note(f"dialog: {dialog.message}")
        dialog.dismiss()

    def lend(self, site: Site, viewport: dict = WIDE, scheme: str = "light") -> None:
        """For a reader of a site with a window of that size, by whose wish pages are "light" or "dark"."""
        self.origin, self.faults = site.url, []
        self.page.set_viewport_size(viewport)
        self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce", media="null")

    def take_back(self) -> None:
        """As new: nothing is open, routed or kept."""
        self.page.unroute_all()
        self.page.goto("about:blank")
        session = self.page.context.new_cdp_session(self.page)
        session.send("Storage.clearDataForOrigin", {"origin": self.origin, "storageTypes": "all"})
        session.detach()

    def open(self, name: str) -> Page:
        self.page.goto(f"{self.origin}/{name}")
        return self.page


@contextmanager
def served(folder: Path) -> Iterator[Site]:
    """The site in `folder`, at an address on this machine."""
    handler = functools.partial(Quiet, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Site(folder, f"http://127.0.0.1:{server.server_port}")
        server.shutdown()


@pytest.fixture(scope="session")
def site(request) -> Iterator[Site]:
    """The site of the built copy of the repository, or the one in the folder that ATOM_SITE names."""
    folder = Path(os.environ["ATOM_SITE"]) if "ATOM_SITE" in os.environ else request.getfixturevalue("built").site
    with served(folder) as found:
        yield found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The installed Chromium or Chrome. Without one the tests are skipped, in continuous integration they fail."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        reason = (
            "no Chromium or Chrome on the PATH; get one with `apt-get install chromium` (or from google.com/chrome)"
        )
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def pages() -> list[Watched]:
    """Pages that nobody reads now: the first reading in a new one takes the browser three times as long."""
    return []


@pytest.fixture
def watch(browser, pages) -> Iterator[Callable[..., Watched]]:
    """Lends pages; call with the site, a viewport and "light" or "dark"."""
    lent: list[Watched] = []

    def start(*reader: object, **wishes: object) -> Watched:
        lent.append(pages.pop() if pages else Watched(browser.new_context().new_page()))
        lent[-1].lend(*reader, **wishes)
        return lent[-1]

    yield start
    for watched in lent:
        watched.take_back()
    pages += lent


@pytest.fixture
def watched(watch, site) -> Callable[..., Watched]:
    """The same for the site that is built as it is for readers."""
    return functools.partial(watch, site)
