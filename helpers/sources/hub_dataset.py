"""Files of the Hub's data sets, pinned to a commit: what there is, and where; and reading a part of one.

huggingface_hub's HfFileSystem takes a whole file for the part it has asked for, where a server ignores ranges; here
that is an error. Addresses, token and headers are huggingface_hub's.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from huggingface_hub.utils import build_hf_headers

from helpers.sources import fetch, hub
from helpers.sources.asking import Faulty, Patience

REMEDIES = {
    401: "the token is not accepted (`hf auth login` sets a new one, and none is needed), or there is no such data set",
    403: "access is denied: the data set may be closed now, or closed to this network",
    404: "there is no such data set, commit or file: it may have been moved or taken down",
}
BLOCK = 2**20
"""Bytes at the end of a file, read first: a Parquet file's footer is there."""


@dataclass(frozen=True)
class Entry:
    """A file of a data set. sha256: None where the Hub does not tell."""

    path: str
    size: int
    sha256: str | None


def client(source: str, endpoint: str | None = None, patience: Patience = fetch.PATIENCE) -> fetch.Client:
    """A connection to the Hub. Redirections are followed, without the token where they lead to another host."""
    headers = build_hf_headers(library_name="atom-report")
    return fetch.Client(source, endpoint or hub.endpoint(), headers, REMEDIES, redirects=True, patience=patience)


def commit(connection: fetch.Client, dataset: str, revision: str) -> str:
    """The commit that a branch, tag or commit means now."""
    address = connection.address(f"/api/datasets/{dataset}/revision/{revision}")

    def read(content: Any) -> str:
        sha = content.get("sha") if isinstance(content, dict) else None
        if not isinstance(sha, str) or len(sha) != 40:
            raise Faulty("an answer names no commit")
        return sha

    return connection.json(address, read)[1]


def tree(connection: fetch.Client, dataset: str, sha: str, folder: str) -> list[Entry]:
    """The files under a folder at a commit, ordered by path."""
    address: str | None = connection.address(f"/api/datasets/{dataset}/tree/{sha}/{folder}", {"recursive": "true"})
    found: list[Entry] = []
    seen: set[str] = set()
    while address:
        answer, entries = connection.json(address, lambda content: list(_entries(content)))
        found += entries
        address = connection.following(address, answer.next, seen) if answer.next else None
    return sorted(found, key=lambda entry: entry.path)


def _entries(content: Any) -> Iterator[Entry]:
    try:
        for row in content:
            if row["type"] == "file":
                yield Entry(str(row["path"]), int(row["size"]), (row.get("lfs") or {}).get("oid"))
    except (TypeError, KeyError, ValueError, AttributeError):
        raise Faulty("an answer is no list of files") from None


def address(connection: fetch.Client, dataset: str, sha: str, path: str) -> str:
    """Where a file is at a commit."""
    return connection.address(f"/datasets/{dataset}/resolve/{sha}/{path}")


class Remote(io.RawIOBase):
    """A file of known size that is read over the network, part by part; its end is asked for once and kept."""

    def __init__(self, connection: fetch.Client, where: str, size: int) -> None:
        super().__init__()
        self.connection, self.where, self.size = connection, where, size
        self.place = self.received = 0
        self.end_start, self.end = size, b""

    def readable(self) -> bool:
        """It can be read."""
        return True

    def seekable(self) -> bool:
        """It can be read anywhere."""
        return True

    def tell(self) -> int:
        """Where it is read next."""
        return self.place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place."""
        self.place = max(0, offset + {io.SEEK_SET: 0, io.SEEK_CUR: self.place, io.SEEK_END: self.size}[whence])
        return self.place

    def read(self, size: int = -1) -> bytes:
        """`size` bytes from here, fewer at the end."""
        start = min(self.place, self.size)
        stop = self.size if size < 0 else min(start + size, self.size)
        self.place = stop
        if start == stop:
            return b""
        if not self.end and start >= self.size - BLOCK:
            self.end_start = max(0, self.size - BLOCK)
            self.end = self._ask(self.end_start, self.size)
        if start >= self.end_start:
            return self.end[start - self.end_start : stop - self.end_start]
        return self._ask(start, stop)

    def _ask(self, start: int, stop: int) -> bytes:
        self.received += stop - start
        return self.connection.part(self.where, start, stop, self.size)
