"""What the Hub's list is asked for, and what is read out of its refusals."""

import json

import httpx2
import pytest

from helpers.sources import hub_asked
from tests.fakehub import FIELDS

HUB = "https://hub"
TAKEN = "|".join(f'"{name}"' for name in FIELDS if name not in ("gated", "safetensors"))


def test_the_list_is_asked_for_nothing_that_the_route_refuses():
    params = httpx2.URL(hub_asked.first(HUB, [("author", "acme")], 1000, set())).params
    assert set(params.get_list("expand[]")) <= set(FIELDS)
    assert not set(params.get_list("expand[]")) & {"baseModels", "childrenModelCount", "usedStorage"}
    assert {name: params[name] for name in params if name != "expand[]"} == {
        "sort": "createdAt", "limit": "1000", "author": "acme",
    }  # fmt: skip
    assert set(hub_asked.NEEDED) <= set(hub_asked.EXPAND)


def test_an_address_tells_what_it_does_not_ask_for():
    assert hub_asked.without(hub_asked.first(HUB, [], 9, set())) == []
    assert hub_asked.without(hub_asked.first(HUB, [], 9, {"sort", "gated"})) == ["gated", "sort"]
    followed = hub_asked.first(HUB, [], 9, {"likes"}).replace("expand%5B%5D", "expand") + "&cursor=x"
    assert hub_asked.without(followed) == ["likes"]
    assert hub_asked.limit(hub_asked.limited(followed, 3)) == 3
    assert hub_asked.limit(hub_asked.limited(followed, None)) is None


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("✖ Invalid sort parameter: createdAt", {"sort"}),
        (f"✖ Invalid option: expected one of {TAKEN}\n  → at expand[8]", {"safetensors"}),
        (f"✖ Invalid option: expected one of {TAKEN}", {"gated", "safetensors"}),
        (f'"expand" must be one of [{TAKEN}]', {"gated", "safetensors"}),
        ("✖ expand: safetensors is not allowed here", {"safetensors"}),
        ("✖ gated is not one of the fields of a list", {"gated"}),
        ("✖ Too big: expected number to be <=500\n  → at limit", {"limit"}),
        ("✖ Invalid option\n  → at expand[0]", set()),  # createdAt: nothing can be published without
        ("expand[99]", set()),
        ("✖ downloadsAllTime is not allowed here", set()),
        ("no", set()),
    ],
)
def test_a_refusal_tells_what_to_do_without(text, names):
    body = json.dumps({"error": text}, ensure_ascii=False).encode()
    assert hub_asked.said(body) == text
    assert hub_asked.refused(hub_asked.said(body), hub_asked.first(HUB, [], 1000, set())) == names


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1]", b'{"error": 3}', b'{"error": null}', b"[" * 100_000, b"\xff"])
def test_an_odd_refusal_tells_nothing(body):
    assert hub_asked.said(body) == ""
    assert hub_asked.refused(hub_asked.said(body), hub_asked.first(HUB, [], 1000, set())) == set()
