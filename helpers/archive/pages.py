"""Pages of a listing on disk: each whole or absent, with the address to go on from; and their merging into one table.

A page is a file `000012.page`: a line with the SHA-256 of all that follows, a line of JSON about it (address, next
address, records, time, and the records that cannot be published, as the Hub sent them), then the others as a table, in
Arrow's format. Pages are numbered without gaps, so that any first part of them is a listing that can be resumed.

Merging needs memory for a bucket of rows, not for the Hub: a sample of ids, kept with each page, says where to cut the
alphabet into buckets; the pages' rows are dealt out to a file for each bucket; then one bucket after the other is
sorted, freed of repeated rows, and written.
"""

import bisect
import datetime
import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pyarrow.compute
import pyarrow.ipc
import pyarrow.parquet

from helpers import files, paths
from helpers.lock import ArchiveError
from helpers.sources import hub_records
from helpers.sources.hub_ends import Page

STRIDE = 20
"""One id in so many is kept as a sample: a bucket of 20,000 rows is cut to within a few per cent of that."""
BUCKET_ROWS = 20_000
"""Rows that are sorted at a time; with tags about 15 MB. They are also a row group of the published file."""
GATHERED = 5
"""Pages whose rows are dealt out together: batches of a few rows cost more in headers than in content."""
ORDER = "order"
"""Column of the buckets: when a row was read. It tells which of repeated rows is the latest."""
LIGHT = pyarrow.ipc.IpcWriteOptions(compression="lz4")
"""What is read again within the day is packed quickly rather than tightly."""


def write(folder: Path, number: int, page: Page, latest: datetime.date) -> None:
    """Keep page `number` of a listing. What a power cut leaves of it is no page, and `resume` finds that out.

    latest: the last day on which a model can have been made.
    """
    table, left = hub_records.table(page.rows, latest)
    head = {
        "url": page.url,
        "next": page.next,
        "rows": len(page.rows),
        "read": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "refused": [(why, page.rows[at]) for why, at in left],
        "sample": table["model"][::STRIDE].to_pylist(),
    }
    stream = pyarrow.BufferOutputStream()
    stream.write(json.dumps(head).encode() + b"\n")
    with pyarrow.ipc.new_stream(stream, table.schema, options=LIGHT) as writer:
        writer.write_table(table)
    content = stream.getvalue()
    with files.replacing(folder / f"{number:06}.page") as beside:
        beside.write_bytes(hashlib.sha256(content).hexdigest().encode() + b"\n" + content)


def read(path: Path) -> tuple[dict[str, Any], pyarrow.RecordBatchReader]:
    """What is told of a page: url, next, rows, read, refused, sample; and its table. Raises ArchiveError if damaged."""
    digest, _, content = path.read_bytes().partition(b"\n")
    if hashlib.sha256(content).hexdigest().encode() == digest:
        head, _, table = content.partition(b"\n")
        reader = pyarrow.ipc.open_stream(table)
        if reader.schema.equals(hub_records.COLUMNS):
            return json.loads(head), reader
    raise ArchiveError(f"{paths.shown(path)}: is not the page that was written; run again, and it is asked for anew")


def listed(folder: Path) -> list[Path]:
    """The pages of a listing, in order."""
    return sorted(folder.glob("[0-9]*.page"))


def resume(folder: Path) -> list[dict[str, Any]]:
    """url, next and rows of each page that can be relied on; a damaged page and all after it are removed."""
    heads: list[dict[str, Any]] = []
    whole = True
    for path in listed(folder):
        try:
            if whole := whole and path.name == f"{len(heads):06}.page":
                head, _ = read(path)
                heads.append({name: head[name] for name in ("url", "next", "rows")})
        except (OSError, ArchiveError):
            whole = False
        if not whole:
            path.unlink()
    return heads


def drop(folder: Path) -> None:
    """Remove a listing's pages, the last first: whatever is left at any moment can be resumed."""
    for path in reversed(listed(folder)):
        path.unlink()


# Merging ------------------------------------------------------------------------------------------------------


@dataclass
class Merged:
    """What became of the pages' records."""

    rows: int = 0
    repeated: int = 0
    """Records beyond the one kept of each model: rows that shift between pages, models that stand in several lists."""
    refused: Counter = field(default_factory=Counter)
    """Why records are not published → how many."""
    listed: list[int] = field(default_factory=list)
    """Models of each list; one that stands in several counts in each."""
    born: Counter = field(default_factory=Counter)
    """Day of creation → how many models."""


def merge(lists: list[list[Path]], table: Path, refused: Path, room: Path) -> Merged:
    """Make one table of the pages of some lists, sorted by model, each once, the latest.

    lists: the pages of each, in the order in which they were read. table: the Parquet file to write. refused: the JSON
    lines to write, of records that cannot be published, each with the reason. room: a folder for files in between,
    made here. Raises ArchiveError for a damaged page.
    """
    done = Merged(listed=[0] * len(lists))
    ordered = [path for pages in lists for path in pages]
    owners = np.repeat(np.arange(len(lists)), [len(pages) for pages in lists])
    sample = sorted(text for path in ordered for text in read(path)[0]["sample"])
    cuts = sample[:: BUCKET_ROWS // STRIDE][1:]
    room.mkdir()
    _deal_out(_tables(ordered, refused, done), cuts, room)
    how = {"compression": "zstd", "write_page_checksum": True}
    with pyarrow.parquet.ParquetWriter(table, hub_records.COLUMNS, **how) as writer:
        for number in range(len(cuts) + 1):
            bucket = _tidy(_bucket(room, number), owners, done)
            if bucket.num_rows:
                writer.write_table(bucket, row_group_size=bucket.num_rows)
            _bucket(room, number).unlink()
    room.rmdir()
    return done


def _bucket(room: Path, number: int) -> Path:
    return room / f"{number:04}.arrow"


def _deal_out(tables: Iterator[pyarrow.Table], cuts: list[str], room: Path) -> None:
    """Each row to the file of its bucket."""
    schema = hub_records.COLUMNS.append(pyarrow.field(ORDER, pyarrow.int64()))
    writers = [
        pyarrow.ipc.new_stream(str(_bucket(room, number)), schema, options=LIGHT) for number in range(len(cuts) + 1)
    ]
    try:
        for part in _gathered(tables):
            places = [bisect.bisect_right(cuts, model) for model in part["model"].to_pylist()]
            order = pyarrow.compute.array_sort_indices(pyarrow.array(places, pyarrow.int32()))
            part = part.take(order)
            start = 0
            for number, count in sorted(Counter(places).items()):
                writers[number].write_table(part.slice(start, count))
                start += count
    finally:
        for writer in writers:
            writer.close()


def _tables(ordered: list[Path], refused: Path, done: Merged) -> Iterator[pyarrow.Table]:
    """Each page's rows, the last page first: of refused records that repeat, the latest is the first to be met.

    Records that cannot be published go to `refused`.
    """
    met: set[bytes] = set()
    with refused.open("w", encoding="utf-8") as stream:
        for number in reversed(range(len(ordered))):
            head, reader = read(ordered[number])
            for why, record in reversed(head["refused"]):
                key = _key(record)
                if key not in met:
                    met.add(key)
                    done.refused[why] += 1
                    stream.write(json.dumps({"why": why, "record": record}) + "\n")
            table = reader.read_all()
            order = np.arange(table.num_rows, dtype=np.int64) + (number << 32)
            yield table.append_column(ORDER, pyarrow.array(order))


def _key(record: Any) -> bytes:
    """A short key of a refused record: of its id, which may be very long, or else of all of it."""
    name = record.get("id") if isinstance(record, dict) else None
    return hashlib.blake2b(json.dumps(record if name is None else name).encode(), digest_size=16).digest()


def _gathered(parts: Iterator[pyarrow.Table]) -> Iterator[pyarrow.Table]:
    held: list[pyarrow.Table] = []
    for part in parts:
        held.append(part)
        if len(held) == GATHERED:
            yield pyarrow.concat_tables(held)
            held = []
    if held:
        yield pyarrow.concat_tables(held)


def _tidy(path: Path, owners: np.ndarray, done: Merged) -> pyarrow.Table:
    """A bucket, sorted by model, each once and the latest; its counts are added to `done`. owners: page → its list."""
    with pyarrow.OSFile(str(path)) as file, pyarrow.ipc.open_stream(file) as stream:
        dealt = stream.read_all()
    if not dealt.num_rows:
        return dealt.drop_columns(ORDER)
    table = dealt.sort_by([("model", "ascending"), (ORDER, "descending")]).combine_chunks()
    models = table["model"]
    other = pyarrow.compute.not_equal(models.slice(1), models.slice(0, len(models) - 1)).to_numpy()
    first = np.concatenate([[True], other])
    _count_lists(first, owners[table[ORDER].to_numpy() >> 32], done)
    table = table.drop_columns(ORDER).filter(pyarrow.array(first))
    done.rows += table.num_rows
    done.repeated += dealt.num_rows - table.num_rows
    born, counts = np.unique(table["created_at"].to_numpy().astype("datetime64[D]"), return_counts=True)
    done.born.update(dict(zip(born.tolist(), counts.tolist(), strict=True)))
    return table


def _count_lists(first: np.ndarray, owners: np.ndarray, done: Merged) -> None:
    """Add each model to every list that it stands in. first: whether a row begins a model. owners: each row's list."""
    pairs = np.unique(np.cumsum(first) * len(done.listed) + owners)
    counts = np.bincount(pairs % len(done.listed), minlength=len(done.listed))
    done.listed = [held + int(more) for held, more in zip(done.listed, counts, strict=True)]
