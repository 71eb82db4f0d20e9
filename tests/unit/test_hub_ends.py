"""The end of a list of the Hub: what a page without a next one proves, and what it does not."""

from itertools import combinations, product

import httpx2
import pytest

from helpers.sources import asking, hub_asked, hub_ends
from helpers.sources.asking import Faulty, Patience
from helpers.sources.hub import Hub
from helpers.sources.hub_ends import Page

LAST, OVERLAP = "https://hub/api/models?limit=12&cursor=117", "https://hub/api/models?limit=12&cursor=116"


def page(url, *ids, following=None):
    return Page(url, [{"id": name} for name in ids], following)


def test_a_page_that_was_gone_back_to_and_comes_cut_is_no_end():
    """The list ends in a/18, a/16. Its last page came empty; read again from a/18 on, it is cut again."""
    told = {LAST: page(LAST, "a/16"), OVERLAP: page(OVERLAP, "a/18", "a/16")}
    with pytest.raises(Faulty, match="other records when it is asked for again"):
        hub_ends.followed(page(OVERLAP, "a/18"), LAST, told.__getitem__, doubted=True)


def test_a_list_that_lost_its_last_models_meanwhile_goes_on_with_the_page_before():
    """Of which less may have been kept than it has now; that it is the last is proven then."""
    told = {OVERLAP: page(OVERLAP, "a/18")}
    ended = hub_ends.followed(page(LAST), OVERLAP, told.__getitem__, doubted=False)
    assert (ended.rows, ended.next, ended.back) == ([], OVERLAP.replace("limit=12&", ""), True)


def test_what_follows_a_page_gone_back_to_is_not_approached_from_it():
    follows = "https://hub/api/models?limit=12&cursor=118"
    told = {
        OVERLAP: page(OVERLAP, "a/18", "a/16", following=LAST),
        OVERLAP.replace("limit=12", "limit=1"): page(OVERLAP, "a/18", following=follows),
        follows: page(follows, "a/16", "a/15"),
    }
    assert hub_ends.followed(page(LAST), OVERLAP, lambda url: told[url], doubted=False).back


# Whole lists --------------------------------------------------------------------------------------------------


class Listed(Hub):
    """A Hub of so many models that gives three at a time, and spoils the answers of `faults` (number of the request →
    cut: half of the page; lost: no Link; empty: no records)."""

    def __init__(self, models, limit, faults):
        at_once = Patience(first=0, longest=0, tries=9)
        super().__init__("https://hub", at_once, limit, lambda *_: None, lambda _: None, without={*hub_asked.EXPAND})
        self.faults, self.asked = faults, 0
        self.rows = [dict.fromkeys(hub_asked.NEEDED, 1) | {"id": f"a/{number}"} for number in range(models)]

    def _once(self, url, seen):
        fault, self.asked = self.faults.get(self.asked), self.asked + 1
        place = int(hub_asked.cursor(url) or 0)
        end = place + min(hub_asked.limit(url) or 3, 3)
        rows = self.rows[place:end]
        following = str(httpx2.URL(url).copy_set_param("cursor", str(end))) if end < len(self.rows) else None
        if following in seen or following == url:
            raise Faulty("a Link leads back to a page already read")
        kept = {"cut": len(rows) // 2, "empty": 0}.get(fault, len(rows))
        return Page(url, rows[:kept], None if fault == "lost" else following)


def read(models, limit, faults, stop):
    """The ids that come of a list; after page `stop` another process goes on."""
    pages, asked = [], 0
    for last in (stop, None):
        hub = Listed(models, limit, faults)
        hub.asked = asked
        for number, page in enumerate(hub.listing([], [{"url": page.url, "next": page.next} for page in pages])):
            pages.append(page)
            if number == last:
                break
        asked = hub.asked
        if not pages[-1].next:
            break
    return {row["id"] for page in pages for row in page.rows}


@pytest.mark.parametrize("limit", [3, 5], ids=["pages as asked for", "pages smaller than asked for"])
@pytest.mark.parametrize("models", [0, 1, 3, 4, 5, 7])
def test_of_no_list_a_row_is_lost_by_any_two_faults_and_a_stop(models, limit, monkeypatch):
    monkeypatch.setattr(asking, "client", lambda *_: None)
    monkeypatch.setattr(hub_asked, "headers", lambda: None)  # which asks this machine for a key
    for pair, kinds in product(combinations(range(6), 2), product(["cut", "lost", "empty"], repeat=2)):
        faults = dict(zip(pair, kinds, strict=True))
        for stop in (None, 0, 1):
            assert read(models, limit, faults, stop) == {f"a/{number}" for number in range(models)}, (faults, stop)
