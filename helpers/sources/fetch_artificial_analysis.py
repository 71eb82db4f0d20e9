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
from pathlib import Path
from typing import Any

import pandas as pd

from helpers import files
from helpers.sources import artificial_analysis, fetch, fetched, keys
from helpers.sources.asking import Faulty, Patience

ENDPOINT = "https://artificialanalysis.ai/api/v2"
ROUTE = "/language/models/free"
CITATION = "Source: Artificial Analysis (artificialanalysis.ai)"
DERIVED = "Based on data from Artificial Analysis, which does not endorse it."
PULLS = 3
"""How often all pages are fetched: models may move between pages, or the index change, while they are read."""
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
) -> pd.DataFrame:
    """Fetch today's models into `folder` as <today>.json; gives a row a file: file, rows, index_version.

    Raises FetchError, KeyMissing and ArchiveError.
    """
    key = keys.get("AA_API_KEY").get_secret_value()
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
            record["index_version"] = models["index_version"].iloc[0]
    return pd.DataFrame(
        [(path.name, len(models), models["index_version"].iloc[0])], columns=["file", "rows", "index_version"]
    )


def _pull(client: fetch.Client) -> tuple[fetch.Answer, list[dict[str, Any]]]:
    """All pages, of one version and without a model twice; and the first page's answer."""
    for _ in range(PULLS):
        answer, first = client.json(_address(client, 1), _page)
        pages = [first]
        while _has_more(pages) and len(pages) < MOST_PAGES:
            pages.append(client.json(_address(client, len(pages) + 1), _page)[1])
        ids = [model.get("id") for page in pages for model in page["data"]]
        versions = {str(_told(page, "intelligence_index_version")) for page in pages}
        if len(versions) == 1 and len(set(ids)) == len(ids) and not _has_more(pages):
            return answer, pages
    found = f"{len(pages)} pages with {len(ids) - len(set(ids))} models twice, of index versions "
    raise client.error(answer.address, f"{found}{', '.join(sorted(versions))}, {PULLS} times", "run again later")


def _address(client: fetch.Client, number: int) -> str:
    return client.address(ROUTE, {"page": str(number)})


def _page(content: Any) -> dict[str, Any]:
    if (
        not isinstance(content, dict)
        or not isinstance(content.get("data"), list)
        or not all(isinstance(model, dict) for model in content["data"])
        or _told(content, "intelligence_index_version") is None
    ):
        raise Faulty("an answer is not a page of models with its index version")
    return content


def _told(page: dict[str, Any], name: str) -> Any:
    """What the envelope says, at its top or under `meta`; None where it does not."""
    meta = page.get("meta")
    return page[name] if name in page else meta.get(name) if isinstance(meta, dict) else None


def _has_more(pages: list[dict[str, Any]]) -> bool:
    told = _told(pages[-1], "pagination")
    if not isinstance(told, dict) or not pages[-1]["data"]:
        return False
    if isinstance(told.get("total_pages"), int):
        return told["total_pages"] > len(pages)
    return bool(told.get("has_more"))
