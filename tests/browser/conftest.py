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


@dataclass
class Watched:
    """A page of the browser, with everything that went wrong on it."""

    page: Page
    origin: str
    faults: list[str]

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


@pytest.fixture
def watch(browser) -> Iterator[Callable[..., Watched]]:
    """Opens pages of a site; call with the site, a viewport and "light" or "dark". Faults of all are collected."""
    contexts = []

    def asked(dialog: Dialog, note: Callable[[str], None]) -> None:
        note(f"dialog: {dialog.message}")
        dialog.dismiss()

    def start(site: Site, viewport: dict = WIDE, scheme: str = "light") -> Watched:
        context = browser.new_context(viewport=viewport, color_scheme=scheme, reduced_motion="reduce")
        contexts.append(context)
        watched = Watched(context.new_page(), site.url, [])
        note = watched.faults.append
        watched.page.on("console", lambda m: note(f"console: {m.text}") if m.type in ("error", "warning") else None)
        watched.page.on("pageerror", lambda error: note(f"script: {error}"))
        watched.page.on("dialog", lambda dialog: asked(dialog, note))
        # what was still on its way when the reader went on is no fault
        watched.page.on("requestfailed", lambda r: None if r.failure == LEFT else note(f"failed: {r.url}"))
        watched.page.on("response", lambda r: note(f"{r.status}: {r.url}") if r.status >= 400 else None)
        watched.page.on(
            "request", lambda r: None if r.url.startswith((site.url, "data:")) else note(f"off this machine: {r.url}")
        )
        return watched

    yield start
    for context in contexts:
        context.close()


@pytest.fixture
def watched(watch, site) -> Callable[..., Watched]:
    """The same for the site that is built as it is for readers."""
    return functools.partial(watch, site)
