"""The end of a list of the Hub: what a page without a next one proves, and what it does not."""

import pytest

from helpers.sources import hub_ends
from helpers.sources.asking import Faulty
from helpers.sources.hub_ends import Page

LAST, OVERLAP = "https://hub/api/models?limit=12&cursor=117", "https://hub/api/models?limit=12&cursor=116"


def page(url, *ids, following=None):
    return Page(url, [{"id": name} for name in ids], following)


def test_a_page_that_was_gone_back_to_and_comes_cut_is_no_end():
    """The list ends in a/18, a/16. Its last page came empty; read again from a/18 on, it is cut again."""
    told = {LAST: page(LAST, "a/16"), OVERLAP: page(OVERLAP, "a/18", "a/16")}
    with pytest.raises(Faulty, match="other records when it is asked for again"):
        hub_ends.followed(page(OVERLAP, "a/18"), LAST, told.__getitem__, doubted=True)


def test_a_list_that_lost_its_last_models_meanwhile_ends_at_the_page_before():
    told = {OVERLAP: page(OVERLAP, "a/18")}
    ended = hub_ends.followed(page(LAST), OVERLAP, told.__getitem__, doubted=False)
    assert (ended.rows, ended.next) == ([], None)


def test_what_follows_a_page_gone_back_to_is_not_approached_from_it():
    follows = "https://hub/api/models?limit=12&cursor=118"
    told = {
        OVERLAP: page(OVERLAP, "a/18", "a/16", following=LAST),
        OVERLAP.replace("limit=12", "limit=1"): page(OVERLAP, "a/18", following=follows),
        follows: page(follows, "a/16", "a/15"),
    }
    assert hub_ends.followed(page(LAST), OVERLAP, lambda url: told[url], doubted=False).back
