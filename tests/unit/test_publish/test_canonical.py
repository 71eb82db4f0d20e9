"""What others find of the site: nothing that needs its address where that is not known, all of it where it is."""

import json
import re
from xml.etree import ElementTree as ET

import pytest

from helpers.publish import canonical
from helpers.publish.page import Page
from helpers.text import sources
from helpers.text.faults import PublishError

PLACE = "https://example.org/a/atom"
HOME = f"{PLACE}/"
ATOM, SITEMAP = f"{{{canonical.ATOM}}}", f"{{{canonical.SITEMAP}}}"


def addressed(project, url=PLACE):
    (project.root / sources.LOCAL).write_text(f"website:\n  site-url: {url}\n", encoding="utf-8")


def other_edition(project, name, title, date):
    folder = project.build / "editions" / name
    folder.mkdir(parents=True)
    told = {"edition": {"name": name, "title": title, "data": "public", "snapshot_date": date}}
    (folder / "provenance.json").write_text(json.dumps(told), encoding="utf-8")


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    """The small project, published at an address."""
    from tests.unit.test_publish import conftest

    project = conftest.make(tmp_path_factory.mktemp("known") / "project")
    addressed(project)
    other_edition(project, "later", "Later <edition>", "2026-05-02")
    other_edition(project, "first", "As it was before", "2026-04-02")
    project.render()
    return project


def test_without_an_address_nothing_claims_one(published):
    for path in published.site.rglob("*.html"):
        assert not re.search(r"canonical|og:url|og:image|application/atom", path.read_text("utf-8")), path
    assert not list(published.site.glob("*.xml"))
    assert 'property="og:title" content="A small report"' in published.page()


def test_each_page_names_its_own_address(known):
    for path in known.site.rglob("*.html"):
        name, page = path.relative_to(known.site).as_posix(), path.read_text("utf-8")
        own = re.findall(r'<link rel="canonical" href="([^"]+)">', page)
        assert own == {"404.html": [], "index.html": [f"{HOME}report/index.html"]}.get(name, [f"{HOME}{name}"])
        assert re.findall(r'property="og:url" content="([^"]+)"', page) == own
        pictures = re.findall(r'property="og:image" content="([^"]+)"', page)
        assert pictures == [f"{HOME}assets/card.png"] * len(own)
    assert (known.site / "assets/card.png").is_file()
    assert '"twitter:card" content="summary_large_image"' in known.page()


def test_the_sitemap_has_every_page_that_says_something(known):
    listed = [loc.text for loc in ET.parse(known.site / "sitemap.xml").iter(f"{SITEMAP}loc")]
    pages = {path.relative_to(known.site).as_posix() for path in known.site.rglob("*.html")}
    assert listed == sorted(f"{HOME}{name}" for name in pages - {"index.html", "404.html"})


def test_the_feed_has_the_editions_newest_first_and_leads_only_to_what_is_there(known):
    feed = ET.parse(known.site / "feed.xml").getroot()
    assert feed.find(f"{ATOM}title").text == "A small report"
    assert feed.find(f"{ATOM}updated").text == "2026-05-02T00:00:00Z"
    assert [a.find(f"{ATOM}name").text for a in feed.findall(f"{ATOM}author")] == ["First Author", "Second Author"]
    entries = feed.findall(f"{ATOM}entry")
    assert [entry.find(f"{ATOM}title").text for entry in entries] == ["Later <edition>", "First edition"]
    assert [entry.find(f"{ATOM}content").text for entry in entries][1].endswith("not a measurement.")
    links = [link.get("href") for entry in entries for link in entry.findall(f"{ATOM}link")]
    assert links == [f"{HOME}report/index.html"]
    assert len({entry.find(f"{ATOM}id").text for entry in entries}) == 2


@pytest.mark.parametrize("url", ["example.org", "file:///atom", "https://a b", "https://example.org/?x=1", "[1, 2]"])
def test_what_is_no_address_is_refused(project, url):
    addressed(project, url)
    with pytest.raises(PublishError, match="no address of a site"):
        sources.site_url(project.root)


@pytest.mark.parametrize("url", ["https://example.org", "http://localhost:8000/", "https://example.org/a/"])
def test_an_address_ends_in_a_slash(project, url):
    assert sources.site_url(project.root) == ""
    project.edit("_quarto.yml", 'site-url: ""', f"site-url: {url}")
    assert sources.site_url(project.root) == url.rstrip("/") + "/"
    addressed(project)
    assert sources.site_url(project.root) == HOME


def test_a_reader_without_a_browser_finds_every_file_from_llms_txt(published, known):
    text = (published.site / "llms.txt").read_text("utf-8")
    assert text.startswith("# A small report: First edition\n\n> What the report is about")
    assert "Reconstructed from the paper’s published figures; not a measurement." in text
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", text)
    assert {"report/index.html", "data/values.json", "figures/fig-growth.csv"} <= set(links)
    assert [link for link in links if not (published.site / link).is_file()] == []
    assert re.findall(r"\]\(([^)]+)\)", (known.site / "llms.txt").read_text("utf-8"))[0] == f"{HOME}data/values.json"


def test_the_page_for_what_is_not_there_needs_no_file_at_its_address(published):
    page = Page.of((published.site / "404.html").read_text("utf-8"))
    assert page.loads == ["data:,"]
    assert page.links == ["report/index.html"]
