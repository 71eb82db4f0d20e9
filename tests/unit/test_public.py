"""Asking every source in turn."""

from helpers.commands import public
from helpers.sources.fetch import FetchError


def fails(error):
    def fetch():
        raise error

    return fetch


def test_a_source_that_fails_in_any_way_keeps_no_other_back_and_is_told_with_its_reason():
    asked, said = [], []
    found = public.collect(
        {
            "closed": fails(FetchError("Closed: HTTP 403; use a key")),
            "odd": fails(ZeroDivisionError("secret")),
            "open": lambda: asked.append("open"),
        },
        said.append,
    )
    assert asked == ["open"]
    lines = public.shown(found).splitlines()
    assert lines == [
        "closed: not to be had: Closed: HTTP 403; use a key",
        "odd: not to be had: ZeroDivisionError; `atom collect odd` shows where",
        "open: had, in 0 s",
    ]
    assert said == ["closed: asking", lines[0], "odd: asking", lines[1], "open: asking", lines[2]]
