"""Fetching the lists of tracked models (Interconnects-AI/tracked-models on GitHub, Apache-2.0), as of one commit.

Some of the lists are in folders, and may be moved: each is found by its name, wherever in the tree it is.
"""

import hashlib
import re
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from helpers import paths, registry
from helpers.registry import lists
from helpers.sources import fetch, fetched, losses
from helpers.sources.asking import Faulty, Patience

REPOSITORY = "Interconnects-AI/tracked-models"
FILES = ("models.csv", "model_parameters.csv", "organization_regions.csv", "release_date_corrections.csv")
MORE = "extra_models.csv"
"""A second list of models, which earlier commits lack."""
API = "https://api.github.com"
RAW = "https://raw.githubusercontent.com"
KEYS = {
    "model_parameters.csv": "model_id",
    "organization_regions.csv": "hf_org",
    "release_date_corrections.csv": "model_id",
}
"""List → the column that tells its rows apart; modelId in lists of models."""
COMMIT = re.compile(r"[0-9a-f]{40}")
LARGEST = 2**26
"""Bytes of a list; today's largest has 0.2 MB."""
REMEDIES = {
    403: "GitHub's limit for callers without an account may be used up: wait an hour",
    404: "there is no such commit, branch or file: it may have been moved",
}


def fetch_all(
    folder: Path,
    revision: str = "main",
    api: str = API,
    raw: str = RAW,
    patience: Patience = fetch.PATIENCE,
    accept_loss: bool = False,
) -> pd.DataFrame:
    """Fetch the lists into `folder` (raw/registry); gives a row a file: file, size (bytes), commit.

    revision: a branch, tag or commit. accept_loss: whether models that are held may be missing. Each list is held to
    git's own hash of it, and all are read together with helpers.registry before any of them takes its place. Raises
    FetchError and ArchiveError.
    """
    guard = losses.Guard("Tracked models", "tracked-models", accept_loss)
    with fetched.working(folder), fetched.stage(folder) as stage:
        records = {}
        with fetch.Client("Tracked models", api, remedies=REMEDIES, patience=patience) as client:
            sha = revision if COMMIT.fullmatch(revision) else _commit(client, revision)
            blobs = _blobs(client, sha)
        with fetch.Client("Tracked models", raw, remedies=REMEDIES, patience=patience) as client:
            for name, (path, blob) in blobs.items():
                where = client.address(f"/{REPOSITORY}/{sha}/{path}")
                records[name] = client.download(where, stage / name, partial(_is_blob, blob), LARGEST)
            _check(stage, client, where)
        for name in (*FILES, MORE):
            _compare(folder / name, stage / name, guard)
        facts = {"source": "Tracked models", "licence": "Apache-2.0", "commit": sha}
        facts["citation"] = f"Source: github.com/{REPOSITORY}, commit {sha[:12]}."
        for name in blobs:
            with fetched.publishing(folder / name, **facts, **records[name]) as (beside, _):
                (stage / name).replace(beside)
        if MORE not in blobs and (folder / MORE).is_file():
            fetched.keep(folder / MORE)
            fetched.sidecar(folder / MORE).unlink(missing_ok=True)
            (folder / MORE).unlink()
    sizes = [(folder / name).stat().st_size for name in blobs]
    return pd.DataFrame({"file": list(blobs), "size": sizes, "commit": sha})


def _compare(path: Path, new: Path, guard: losses.Guard) -> None:
    """Refuse a list that lacks too much of the one held. Raises FetchError."""
    key = KEYS.get(path.name, "modelId")
    now = lists.column(new, key) if new.is_file() else pd.Series(name=key, dtype="str")
    guard.compare(path, now.to_frame(), lambda held: lists.column(held, key).to_frame(), [key])


def _check(stage: Path, client: fetch.Client, where: str) -> None:
    edges = [float(edge) for edge in range(1, len(registry.BUCKETS))]  # any will do: the files are looked at
    try:
        lists.read(stage, edges)
    except registry.RegistryError as error:
        said = str(error).replace(f"{paths.shown(stage)}/", "")
        raise client.error(where, said, "nothing was replaced; name an earlier commit") from None


def _commit(client: fetch.Client, revision: str) -> str:
    """The commit that a branch or tag means now."""

    def read(content: Any) -> str:
        sha = content.get("sha") if isinstance(content, dict) else None
        if not isinstance(sha, str) or not COMMIT.fullmatch(sha):
            raise Faulty("an answer names no commit")
        return sha

    return client.json(client.address(f"/repos/{REPOSITORY}/commits/{revision}"), read)[1]


def _blobs(client: fetch.Client, sha: str) -> dict[str, tuple[str, str]]:
    """Each list → its path at a commit, and git's hash of it. Of several files of its name that nearest to the root."""
    where = client.address(f"/repos/{REPOSITORY}/git/trees/{sha}", {"recursive": "1"})

    def read(content: Any) -> list[tuple[str, str]]:
        try:
            found = [(row["path"], row["sha"]) for row in content["tree"] if row.get("type") == "blob"]
        except (KeyError, TypeError, AttributeError):
            raise Faulty("an answer is no list of files") from None
        if not all(isinstance(told, str) for row in found for told in row):
            raise Faulty("an answer is no list of files")
        if content.get("truncated"):
            raise client.error(where, "the list of files is cut off", "name an earlier commit")
        return found

    found = client.json(where, read)[1]
    blobs = {}
    for name in (*FILES, MORE):
        named = sorted((row for row in found if row[0].rpartition("/")[2] == name), key=lambda row: row[0].count("/"))
        if len(named) > 1 and named[0][0].count("/") == named[1][0].count("/"):
            told = " and ".join(path for path, _ in named[:2])
            raise client.error(where, f"{name} is there twice, {told[: fetch.SAID]}", "name an earlier commit")
        if named:
            blobs[name] = named[0]
    if missing := [name for name in FILES if name not in blobs]:
        raise client.error(where, f"there is no {', '.join(missing)}", "name an earlier commit")
    return blobs


def _is_blob(sha: str, path: Path) -> bool:
    content = path.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest() == sha
