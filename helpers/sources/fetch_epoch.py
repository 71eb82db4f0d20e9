"""Fetching Epoch's Capabilities Index (Epoch AI, CC BY 4.0): one file of their archive of all benchmarks.

The archive is made anew daily. There is no history to fetch: scores change as benchmarks are added, so that each
version that is replaced is kept for a while (helpers.sources.fetched).
"""

import shutil
import zipfile
import zlib
from pathlib import Path

import pandas as pd

from helpers.sources import epoch, fetch, fetched, losses
from helpers.sources.asking import Patience

ENDPOINT = "https://epoch.ai/data"
ROUTE = "/benchmark_data.zip"
CITATION = "Source: Epoch AI, Epoch Capabilities Index (epoch.ai/data), CC BY 4.0, fetched {day}."
MOST = 2**28
"""Bytes of the archive, and of the file in it, which has some 0.1 MB today."""
UNREADABLE = (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError, RuntimeError)
"""What reading a spoilt archive raises."""


def fetch_all(
    folder: Path,
    endpoint: str = ENDPOINT,
    patience: Patience = fetch.PATIENCE,
    accept_loss: bool = False,
) -> pd.DataFrame:
    """Fetch the index into `folder`; gives a row a file: file, rows, scored, first, last (days of release).

    accept_loss: whether versions that are held may be missing. The file is read with helpers.sources.epoch before it
    takes its place. Raises FetchError and ArchiveError.
    """
    guard, path = losses.Guard("Epoch AI", "epoch", accept_loss), folder / epoch.FILE
    with (
        fetched.working(folder),
        fetched.stage(folder) as stage,
        fetch.Client("Epoch AI", endpoint, patience=patience) as client,
    ):
        where, whole = client.address(ROUTE), stage / "benchmark_data.zip"
        told = client.download(where, whole, _is_whole, MOST)
        facts = {"source": "Epoch AI", "licence": "CC BY 4.0", "citation": CITATION.format(day=told["fetched"][:10])}
        with fetched.publishing(path, **facts, **told) as (beside, record):
            record["member"] = _extract(client, where, whole, beside)
            index = epoch.read(beside)
            guard.compare(path, index, epoch.read, ["version"])
    days = index["release_date"]
    return pd.DataFrame(
        [(path.name, len(index), index["score"].notna().sum(), days.min(), days.max())],
        columns=["file", "rows", "scored", "first", "last"],
    )


def _is_whole(path: Path) -> bool:
    """Whether it is a ZIP archive each of whose files has the checksum that the archive tells."""
    try:
        with zipfile.ZipFile(path) as archive:
            return sum(member.file_size for member in archive.infolist()) <= 8 * MOST and archive.testzip() is None
    except UNREADABLE:
        return False


def _extract(client: fetch.Client, where: str, whole: Path, target: Path) -> str:
    """The index, found by its name wherever in the archive it is, into `target`; gives its name there."""
    with zipfile.ZipFile(whole) as archive:
        named = [member for member in archive.infolist() if member.filename.rpartition("/")[2] == epoch.FILE]
        if len(named) != 1 or named[0].file_size > MOST:
            found = ", ".join(sorted(archive.namelist()))[: fetch.SAID] or "nothing"
            raise client.error(where, f"not one {epoch.FILE}, but {found}", "the source has changed its layout")
        with archive.open(named[0]) as stream, target.open("wb") as copy:
            shutil.copyfileobj(stream, copy)
    return named[0].filename
