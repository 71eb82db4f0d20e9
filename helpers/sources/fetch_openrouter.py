"""Fetching OpenRouter's rankings and catalogue (Data API; CC BY 4.0; a free key of one's own).

The rankings begin on 2025-01-01 and are asked for in windows of at most 366 days. Each day holds the 50 most used
models and one row, `other`, for the rest. Tokens come as text, for they outgrow floats, and stay text. Days may be
restated: all of them are fetched each time, and each keeps the time that its answer states (`as_of`). The catalogue
lists only today's models, so that each day's is kept.
"""

import datetime
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from helpers import files
from helpers.sources import fetch, fetched, keys, losses, openrouter
from helpers.sources.asking import Faulty, Patience
from helpers.tables import contracts

ENDPOINT = "https://openrouter.ai/api/v1"
FIRST = datetime.date(2025, 1, 1)
WIDEST = 366
"""Days of a window, both ends counted."""
VERSION = "v1"
META = ("as_of", "start_date", "end_date", "version")
CITATION = "Source: OpenRouter (openrouter.ai/rankings), as of {as_of}."
LICENCE = "Licensed under CC BY 4.0."
REMEDIES = {
    400: "the window is not accepted: check this machine's clock",
    401: "the key is not accepted: set OPENROUTER_API_KEY to a valid one, from https://openrouter.ai/settings/keys",
    403: "the key may not read this: make a new one at https://openrouter.ai/settings/keys",
}
MOST_PAGES = 100
"""Of the catalogue, which usually comes in one."""
DAY = re.compile(r"\d{4}-\d\d-\d\d")
DIGITS = re.compile(r"\d{1,30}")


def fetch_all(
    folder: Path,
    endpoint: str = ENDPOINT,
    patience: Patience = fetch.PATIENCE,
    clock: Callable[[], datetime.datetime] = lambda: datetime.datetime.now(datetime.UTC),
    accept_loss: bool = False,
) -> pd.DataFrame:
    """Fetch the whole history and the catalogue into `folder`; gives a row a file: file, rows, first, last, as_of.

    Writes rankings/<first day of a window>.json as answered, daily.parquet of them all (raw/openrouter/daily, and
    as_of), models.json and models/<today>.json, each with its record. Nothing is replaced unless all was fetched.
    accept_loss: whether rows and models that are held may be missing. Raises FetchError, KeyMissing and ArchiveError.
    """
    key = keys.get("OPENROUTER_API_KEY").get_secret_value()
    today = clock().astimezone(datetime.UTC).date()
    with fetched.working(folder):
        headers = {"Authorization": f"Bearer {key}"}
        with fetch.Client("OpenRouter", endpoint, headers, REMEDIES, patience=patience) as client:
            last = today - datetime.timedelta(days=1)
            answers = [(start, *_window(client, start, end, end == last)) for start, end in windows(FIRST, last)]
            catalogue = _catalogue(client)
        table = _table([content for _, _, content in answers])
        _compare(folder, table, catalogue[1], losses.Guard("OpenRouter", "openrouter", accept_loss))
        as_of = max((content["meta"]["as_of"] for _, _, content in answers), key=_moment)
        models = _write_catalogue(folder, today, *catalogue)
        _write_rankings(folder, answers, table, as_of)
    return pd.DataFrame(
        [
            ("daily.parquet", len(table), table["date"].min(), table["date"].max(), as_of),
            ("models.json", models, pd.Timestamp(today), pd.Timestamp(today), catalogue[0].fetched),
        ],
        columns=["file", "rows", "first", "last", "as_of"],
    )


def _compare(folder: Path, table: pd.DataFrame, catalogue: dict[str, Any], guard: losses.Guard) -> None:
    """Refuse what lacks too much of what is held; models leave the catalogue by themselves. Raises FetchError."""
    guard.compare(folder / "daily.parquet", table, openrouter.read_daily, ["date", "model_permaslug"])
    ids = pd.DataFrame({"id": [str(model.get("id")) for model in catalogue["data"]]})
    passing = losses.SHARE_PASSING, losses.FEW_PASSING
    guard.compare(folder / "models.json", ids, openrouter.read_catalogue, ["id"], *passing)


def windows(first: datetime.date, last: datetime.date) -> list[tuple[datetime.date, datetime.date]]:
    """The days from first to last in as few windows as are accepted. Raises FetchError where last is before first."""
    if last < first:
        raise fetch.FetchError(f"OpenRouter: nothing before {first}, and today is {last}; set this machine's clock")
    width = datetime.timedelta(days=WIDEST)
    count = -(-((last - first).days + 1) // WIDEST)
    starts = [first + number * width for number in range(count)]
    return [(start, min(start + width - datetime.timedelta(days=1), last)) for start in starts]


# Rankings -----------------------------------------------------------------------------------------------------


def _window(
    client: fetch.Client, start: datetime.date, end: datetime.date, newest: bool
) -> tuple[fetch.Answer, dict[str, Any]]:
    """One window's answer. newest: whether its last day is yesterday, which may not be counted yet."""
    address = client.address("/datasets/rankings-daily", {"start_date": str(start), "end_date": str(end)})

    def read(content: Any) -> dict[str, Any]:
        try:
            told = _meta(content)
            _moment(told["as_of"])
            rows = content["data"]
            whole = isinstance(rows, list) and all(_is_row(row) for row in rows)
        except (KeyError, TypeError, ValueError, OverflowError):
            raise Faulty(f"an answer lacks data, or a meta block with {', '.join(META)}") from None
        if told["version"] != VERSION:
            remedy = "its columns may mean something else now: a newer version of this project may know"
            raise client.error(address, f"version {told['version']!r}, not {VERSION}", remedy)
        if not whole:
            raise Faulty("a row is not of the form date, model_permaslug, total_tokens (digits, as text)")
        first, last = told["start_date"], told["end_date"]
        if first != str(start) or not (last == str(end) or (newest and first <= last < str(end))):
            raise client.error(address, f"answers for {first} to {last}", "check this machine's clock")
        if any(not first <= row["date"] <= last for row in content["data"]):
            raise Faulty("an answer holds days that were not asked for")
        return content

    return client.json(address, read)


def _meta(content: dict[str, Any]) -> dict[str, str]:
    """What an answer says of itself. Raises KeyError or TypeError."""
    told = {name: content["meta"][name] for name in META}
    if not all(isinstance(value, str) for value in told.values()):
        raise TypeError("meta holds other things than texts")
    return told


def _moment(text: str) -> pd.Timestamp:
    """A time as told. Raises ValueError for what is none."""
    moment = pd.to_datetime(text, utc=True)
    if pd.isna(moment):
        raise ValueError(f"{text!r} is no time")
    return moment


def _is_row(row: dict[str, Any]) -> bool:
    day, slug, tokens = row["date"], row["model_permaslug"], row["total_tokens"]
    texts = all(isinstance(value, str) for value in (day, slug, tokens))
    return bool(texts and slug and slug.isprintable() and DAY.fullmatch(day) and DIGITS.fullmatch(tokens))


def _table(contents: list[dict[str, Any]]) -> pd.DataFrame:
    """All windows' rows as raw/openrouter/daily, with the as_of of their answer. Raises FetchError."""
    rows = [row | {"as_of": content["meta"]["as_of"]} for content in contents for row in content["data"]]
    if not rows:
        raise fetch.FetchError("OpenRouter: the rankings hold no row; run again later")
    frame = pd.DataFrame(rows)
    try:
        checked = contracts.check(frame, "raw/openrouter/daily", "OpenRouter's rankings")
    except contracts.ContractError as error:
        words = "; ".join(str(error).splitlines())
        raise fetch.FetchError(f"{words}. Nothing was replaced; run again later") from None
    return checked.assign(as_of=frame["as_of"])


def _write_rankings(folder: Path, answers: list[tuple], table: pd.DataFrame, as_of: str) -> None:
    credit = {"source": "OpenRouter", "licence": LICENCE}
    for start, answer, content in answers:
        meta = _meta(content)
        facts = credit | answer.record() | {"meta": meta, "citation": CITATION.format(as_of=meta["as_of"])}
        with fetched.publishing(folder / "rankings" / f"{start}.json", **facts) as (beside, _):
            beside.write_bytes(answer.body)
    days = pd.date_range(table["date"].min(), table["date"].max())
    facts = credit | {
        "as_of": as_of,
        "citation": CITATION.format(as_of=as_of),
        "fetched": answers[-1][1].fetched,
        "made_of": [answer.record() | {"meta": _meta(content)} for _, answer, content in answers],
        "days_without_rows": [str(day.date()) for day in days.difference(pd.DatetimeIndex(table["date"]))],
    }
    with fetched.publishing(folder / "daily.parquet", **facts) as (beside, _):
        table.to_parquet(beside, index=False, write_page_checksum=True)


# Catalogue ----------------------------------------------------------------------------------------------------


def _catalogue(client: fetch.Client) -> tuple[fetch.Answer, dict[str, Any]]:
    """All models of today, as one envelope, whether or not they come in pages."""
    models: list[Any] = []
    address: str | None = client.address("/models", {"output_modalities": "all"})
    answers: list[fetch.Answer] = []
    total = 0
    seen: set[str] = set()
    while address:
        answer, content = client.json(address, _listed)
        answers.append(answer)
        if len(answers) > MOST_PAGES:
            raise client.error(answers[0].address, f"tells of more than {MOST_PAGES} pages", "run again later")
        models, total = models + content["data"], content.get("total_count") or total
        told = (content.get("links") or {}).get("next")
        address = client.following(address, told, seen) if told else None
    if not models or total > len(models):
        raise client.error(answers[0].address, f"lists {len(models):,} models of {total:,}", "run again later")
    return answers[0], {"data": models, "total_count": len(models)}


def _listed(content: Any) -> dict[str, Any]:
    """A page of the catalogue. Raises Faulty for what is none, and where it tells in no known way what follows."""
    if not isinstance(content, dict) or not isinstance(content.get("data"), list):
        raise Faulty("an answer is no list of models")
    if not all(isinstance(model, dict) for model in content["data"]):
        raise Faulty("an answer lists something else than models")
    links, total = content.get("links") or {}, content.get("total_count")
    told = links.get("next") if isinstance(links, dict) else links
    if not isinstance(links, dict) or not isinstance(told or "", str) or type(total) not in (int, type(None)):
        raise Faulty("an answer does not tell what follows it (links.next: an address, total_count: a whole number)")
    return content


def _write_catalogue(folder: Path, today: datetime.date, answer: fetch.Answer, content: dict[str, Any]) -> int:
    """The catalogue as today's and as the newest; gives how many models it holds."""
    for path in (folder / "models" / f"{today}.json", folder / "models.json"):
        with fetched.publishing(path, source="OpenRouter", licence=LICENCE, **answer.record()) as (beside, _):
            files.write_text(beside, json.dumps(content))
            openrouter.read_catalogue(beside)
    return len(content["data"])
