"""Fetching Arena's published leaderboards since 2023 (lmarena-ai/leaderboard-dataset on the Hub, CC BY 4.0).

`text` holds ratings without, `text_style_control` ratings with style control; a series takes one of them throughout.
The data set keeps its history in `full-*.parquet`, in one part or more. From June 2026 some boards list a model several
times (helpers.sources.arena says which row stands). Files are pinned to a commit and held to the Hub's sha256.
"""

import fnmatch
from contextlib import ExitStack
from pathlib import Path

import pandas as pd
import pyarrow
import pyarrow.parquet

from helpers import files, registry
from helpers.sources import arena, fetch, fetched, hub_dataset, losses
from helpers.sources.asking import Patience

DATASET = "lmarena-ai/leaderboard-dataset"
VARIANTS = ("text", "text_style_control")
KEY = ["leaderboard_publish_date", "category", "model_name"]
CITATION = "Source: Arena (LMArena), Leaderboard Dataset, CC BY 4.0, boards through {as_of}."


def fetch_all(
    folder: Path,
    revision: str = "main",
    endpoint: str | None = None,
    patience: Patience = fetch.PATIENCE,
    accept_loss: bool = False,
) -> pd.DataFrame:
    """Fetch both variants into `folder` as <variant>.parquet; gives a row a file: file, rows, first, last, commit.

    endpoint: None = huggingface_hub's own. accept_loss: whether boards that are held may be missing. Both are read with
    helpers.sources.arena before either takes its place, and have their records. Raises FetchError and ArchiveError.
    """
    rows, guard, changed = [], losses.Guard("Arena", "arena", accept_loss), registry.breaks("arena")
    with (
        fetched.working(folder),
        hub_dataset.client("Arena", endpoint, patience) as client,
        ExitStack() as stack,
    ):
        sha = hub_dataset.commit(client, DATASET, revision)
        for variant in VARIANTS:
            parts = _parts(client, sha, variant)
            facts = {
                "source": "Arena",
                "dataset": DATASET,
                "commit": sha,
                "breaks": dict(zip(changed["date"].dt.strftime("%Y-%m-%d"), changed["what"], strict=True)),
                "licence": "CC BY 4.0",
            }
            path = folder / f"{variant}.parquet"
            beside, record = stack.enter_context(fetched.publishing(path, **facts))
            record["made_of"] = _download(client, sha, parts, beside)
            boards = arena.read(beside)
            guard.compare(path, boards, arena.read, KEY)
            days = boards["leaderboard_publish_date"]
            record |= {name: record["made_of"][-1][name] for name in ("address", "fetched")}
            record["as_of"] = str(days.max().date())
            record["citation"] = CITATION.format(as_of=record["as_of"])
            rows.append((f"{variant}.parquet", len(days), days.min(), days.max(), sha))
    return pd.DataFrame(rows, columns=["file", "rows", "first", "last", "commit"])


def _parts(client: fetch.Client, sha: str, variant: str) -> list[hub_dataset.Entry]:
    listed = hub_dataset.tree(client, DATASET, sha, variant)
    parts = [entry for entry in listed if fnmatch.fnmatch(entry.path, f"{variant}/full-*.parquet")]
    if not parts:
        found = ", ".join(entry.path for entry in listed)[: fetch.SAID] or "nothing"
        where = hub_dataset.address(client, DATASET, sha, variant)
        raise client.error(where, f"no {variant}/full-*.parquet, but {found}", "the data set has changed its layout")
    return parts


def _download(client: fetch.Client, sha: str, parts: list[hub_dataset.Entry], beside: Path) -> list[dict]:
    """All parts into one file: as it is where there is one, else row group after row group. Gives their records."""
    if len(parts) == 1:
        return [_part(client, sha, parts[0], beside)]
    records, places = [], [beside.with_name(f"{beside.name}.{number}") for number in range(len(parts))]
    with ExitStack() as stack:
        for entry, place in zip(parts, places, strict=True):
            stack.callback(place.unlink, missing_ok=True)
            records.append(_part(client, sha, entry, place))
        try:
            _join(places, beside)
        except (pyarrow.ArrowException, KeyError) as error:
            said = f"its parts cannot be joined: {str(error).splitlines()[0][: fetch.SAID]}"
            raise client.error(
                records[0]["address"], said, "the data set may be in the making; run again later"
            ) from None
    return records


def _part(client: fetch.Client, sha: str, entry: hub_dataset.Entry, place: Path) -> dict:
    """One file of the data set into `place`; gives its record. The Hub's sha256 holds where it tells one."""

    def is_whole(path: Path) -> bool:
        return path.stat().st_size == entry.size and entry.sha256 in (None, files.digest(path))

    where = hub_dataset.address(client, DATASET, sha, entry.path)
    return client.download(where, place, is_whole) | {"sha256": entry.sha256, "size": entry.size}


def _join(parts: list[Path], target: Path) -> None:
    with pyarrow.parquet.ParquetFile(parts[0]) as first:
        schema = first.schema_arrow
    with pyarrow.parquet.ParquetWriter(target, schema, compression="zstd", write_page_checksum=True) as writer:
        for part in parts:
            with pyarrow.parquet.ParquetFile(part) as file:
                for number in range(file.num_row_groups):
                    writer.write_table(file.read_row_group(number).select(schema.names).cast(schema))
