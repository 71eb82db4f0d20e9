"""What the Hub's list of models is asked for, and by whom; what can be done without where the Hub refuses it.

The route takes fewer fields than the page of one model: baseModels, childrenModelCount and usedStorage are refused
(huggingface_hub, pull request 3182), so that lineage is what a model's tags say. It sorts downwards and takes no
direction (3630, 3882). Nothing here hangs on the order: it only lets pages of a list keep their places while new models
are made.

A refusal is HTTP 400 with a text, `{"error": "✖ Invalid sort parameter: trending"}`. It may name what is refused, its
place (`expand[9]`), or all that is taken; each is understood.
"""

import importlib.metadata
import json
import re
from functools import cache, lru_cache

import httpx2
from huggingface_hub import constants, get_token

ROUTE = "/api/models"
NEEDED = ("createdAt", "downloadsAllTime", "tags")
"""Fields of a model without which no day can be published, in the Hub's words."""
EXPAND = (
    "createdAt", "lastModified", "downloadsAllTime", "downloads", "likes", "tags", "library_name", "pipeline_tag",
    "safetensors", "gated",
)  # fmt: skip
"""All fields that are asked for."""
SORT = "sort"
"""What else is asked for, and can be done without: the list is complete in any order."""
LIMIT = 1000
"""Records asked for at a time; how many the Hub gives at most is not documented."""
FIELD = "expand[]"
LISTED = re.compile(r"(?:one of|among|allowed|accepted|valid values)\W", re.IGNORECASE)
"""What comes before the names of all that is taken."""
NOT_LISTED = re.compile(r"\bnot (?:one of|among|in)\b|\bn[o']t (?:allowed|accepted)\b", re.IGNORECASE)


def first(endpoint: str, query: list[tuple[str, str]], records: int, without: set[str]) -> str:
    """The address of a list's first page. without: what is left out, of EXPAND and SORT."""
    order = [] if SORT in without else [(SORT, "createdAt")]
    fields = [(FIELD, name) for name in EXPAND if name not in without]
    return str(httpx2.URL(endpoint + ROUTE, params=[*order, ("limit", str(records)), *query, *fields]))


def time(endpoint: str) -> str:
    """The address of the least that the route gives, to learn what time it is."""
    return str(httpx2.URL(endpoint + ROUTE, params={"limit": "1"}))


@lru_cache(100)  # a page's address is looked at many times
def limit(url: str) -> int | None:
    """Records that an address asks for, None where it leaves that to the Hub."""
    told = httpx2.URL(url).params.get("limit", "")
    return int(told) if told.isdecimal() else None


def limited(url: str, records: int | None) -> str:
    """The same address for so many records; None = as many as the Hub gives."""
    address = httpx2.URL(url)
    return str(address.copy_remove_param("limit") if records is None else address.copy_set_param("limit", str(records)))


@lru_cache(100)
def cursor(url: str | None) -> str | None:
    """The place in its list that an address leads to, None for the first page's."""
    return httpx2.URL(url).params.get("cursor") if url else None


def without(url: str) -> list[str]:
    """What an address does not ask for, of EXPAND and SORT."""
    given = httpx2.URL(url).params
    return sorted({*EXPAND, SORT} - {*given.get_list(FIELD), *given.get_list("expand"), *given.keys()})


def refused(text: str, url: str) -> set[str]:
    """What the text of a refusal names, of what an address asks for and is no need; none if it does not tell."""
    asked = httpx2.URL(url).params.get_list(FIELD)
    names = set(re.findall(r"\w+", text))
    places = {int(place) for place in re.findall(r"expand\W{0,4}(\d+)", text)}
    if by_place := {asked[place] for place in places if place < len(asked)}:
        found = by_place
    elif LISTED.search(text) and not NOT_LISTED.search(text) and "createdAt" in names and SORT not in names:
        found = set(asked) - names
    else:
        found = names & {*asked, SORT, "limit"}
    for parameter in (SORT, "limit"):
        if parameter in found:  # the key that is named with it is no field refused
            return {parameter}
    return set() if found & set(NEEDED) else found


def said(body: bytes) -> str:
    """The text of a refusal."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    text = told.get("error") if isinstance(told, dict) else None
    return text if isinstance(text, str) else ""


def headers() -> httpx2.Headers:
    """Who asks. Not build_hf_headers: it first makes a request of its own, to find a name for what runs the program."""
    token = None if constants.HF_HUB_DISABLE_IMPLICIT_TOKEN else get_token()
    return httpx2.Headers({"user-agent": _agent()} | ({"authorization": f"Bearer {token}"} if token else {}))


@cache
def _agent() -> str:
    version = importlib.metadata.version
    return f"atom-report/{version('atom-report')}; hf_hub/{version('huggingface_hub')}"
