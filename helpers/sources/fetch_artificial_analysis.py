"""Fetching Artificial Analysis' models of today, with the user's own key; nobody has to.

Their terms (Data Platform Terms v1.1) allow internal use and public charts with credit. They forbid to publish the data
as a table or in any form that machines read, and to combine it with other data into something offered to others; raw
copies are to be deleted within 30 days after the agreement ends. So the files stay on this machine: a .gitignore beside
them keeps them out of the repository, and their records say that they are not to be published.

The free route is asked; it tells neither licence nor country. There is no history to fetch: a file a day makes one.
"""

import datetime
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from helpers import files
from helpers.sources import artificial_analysis, fetch, fetched, keys, losses
from helpers.sources.asking import Faulty, Patience

ENDPOINT = "https://artificialanalysis.ai/api/v2"
ROUTE = "/language/models/free"
CITATION = "Source: Artificial Analysis (artificialanalysis.ai)"
DERIVED = "Based on data from Artificial Analysis, which does not endorse it."
PULLS = 3
"""How often all pages are fetched: models may move between pages, or the index change, while they are read."""
VERSION = "intelligence_index_version"
MOST_PAGES = 50
"""Of the 100 requests a day that the free tier has."""
REMEDIES = {
    401: "the key is not accepted: set AA_API_KEY to a valid one, from https://artificialanalysis.ai/account",
    403: "the key's tier may not use this route",
    410: "the route is retired; a newer version of this project may know the next",
}


def fetch_all(
    folder: Path,
    endpoint: str = ENDPOINT,
    patience: Patience = fetch.PATIENCE,
    clock: Callable[[], datetime.datetime] = lambda: datetime.datetime.now(datetime.UTC),
    accept_loss: bool = False,
) -> pd.DataFrame:
    """Fetch today's models into `folder` as <today>.json; gives a row a file: file, rows, index_version.

    accept_loss: whether models of the newest day held may be missing. Raises FetchError, KeyMissing and ArchiveError.
    """
    key = keys.get("AA_API_KEY").get_secret_value()
    guard = losses.Guard("Artificial Analysis", "artificial-analysis", accept_loss)
    path = folder / f"{clock().astimezone(datetime.UTC).date()}.json"
    with (
        fetched.working(folder),
        fetch.Client("Artificial Analysis", endpoint, {"x-api-key": key}, REMEDIES, patience=patience) as client,
    ):
        answer, pages = _pull(client)
        if not (folder / ".gitignore").is_file():
            files.write_text(folder / ".gitignore", "# Not to be published: see the terms of Artificial Analysis.\n*\n")
        facts = {"source": "Artificial Analysis", "citation": CITATION, "derived": DERIVED, "publish": False}
        with fetched.publishing(path, **facts, **answer.record()) as (beside, record):
            files.write_text(beside, json.dumps(pages))
            models = artificial_analysis.read(beside)
            guard.compare(_newest(folder), models, artificial_analysis.read, ["id"])
            record["index_version"] = models["index_version"].iloc[0]
    return pd.DataFrame(
        [(path.name, len(models), models["index_version"].iloc[0])], columns=["file", "rows", "index_version"]
    )


def _newest(folder: Path) -> Path:
    """The newest day held; a path where nothing is, if there is none."""
    try:
        return artificial_analysis.newest(folder)
    except FileNotFoundError:
        return folder / "none.json"


def _pull(client: fetch.Client) -> tuple[fetch.Answer, list[dict[str, Any]]]:
    """All pages, of one version and without a model twice; and the first page's answer."""
    for _ in range(PULLS):
        answer, first = client.json(_address(client, 1), partial(_page, 1))
        pages = [first]
        while _has_more(pages[-1], len(pages)):
            number = len(pages) + 1
            if number > MOST_PAGES:
                raise client.error(answer.address, f"tells of more than {MOST_PAGES} pages", "run again later")
            pages.append(client.json(_address(client, number), partial(_page, number))[1])
        ids = [str(model.get("id")) for page in pages for model in page["data"]]
        versions = {str(_told(page, VERSION)) for page in pages}
        if len(versions) == 1 and len(set(ids)) == len(ids):
            return answer, pages
    found = f"{len(pages)} pages with {len(ids) - len(set(ids))} models twice, of index versions "
    raise client.error(answer.address, f"{found}{', '.join(sorted(versions))}, {PULLS} times", "run again later")


def _address(client: fetch.Client, number: int) -> str:
    return client.address(ROUTE, {"page": str(number)})


def _page(number: int, content: Any) -> dict[str, Any]:
    """The page of that number. Raises Faulty for what is none, or does not tell whether another follows."""
    if (
        not isinstance(content, dict)
        or not isinstance(content.get("data"), list)
        or not all(isinstance(model, dict) for model in content["data"])
        or type(_told(content, VERSION)) not in (str, int, float)
    ):
        raise Faulty("an answer is not a page of models with its index version")
    told = _told(content, "pagination")
    whole = {"page": int, "total_pages": int, "has_more": bool}  # what is told has to be of its kind
    if (
        not isinstance(told, dict)
        or not told.keys() & {"total_pages", "has_more"}
        or any(type(told[name]) is not kind for name, kind in whole.items() if name in told)
    ):
        raise Faulty("an answer does not tell how many pages there are (pagination: page, total_pages, has_more)")
    if told.get("page", number) != number:
        raise Faulty(f"asked for page {number}, it sends page {told['page']}")
    if not content["data"] and (number > 1 or _has_more(content, number)):
        raise Faulty(f"page {number} holds no models, though pages before or after it do")
    return content


def _told(page: dict[str, Any], name: str) -> Any:
    """What the envelope says, at its top or under `meta`; None where it does not."""
    meta = page.get("meta")
    return page[name] if name in page else meta.get(name) if isinstance(meta, dict) else None


def _has_more(page: dict[str, Any], number: int) -> bool:
    """Whether another page follows that of a number, by either of the two words that tell it."""
    told = _told(page, "pagination")
    return bool(told.get("has_more")) or told.get("total_pages", number) > number
