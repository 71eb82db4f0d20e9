"""Fetching the list of tracked models (Interconnects-AI/tracked-models on GitHub, Apache-2.0), as of one commit."""

import hashlib
import re
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from helpers import paths, registry
from helpers.registry import lists
from helpers.sources import fetch, fetched
from helpers.sources.asking import Faulty, Patience

REPOSITORY = "Interconnects-AI/tracked-models"
FILES = ("models.csv", "model_parameters.csv", "organization_regions.csv", "release_date_corrections.csv")
API = "https://api.github.com"
RAW = "https://raw.githubusercontent.com"
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
) -> pd.DataFrame:
    """Fetch the four lists into `folder` (raw/registry); gives a row a file: file, size (bytes), commit.

    revision: a branch, tag or commit. Each list is held to git's own hash of it, and all are read together with
    helpers.registry before any of them takes its place. Raises FetchError and ArchiveError.
    """
    with fetched.working(folder), fetched.stage(folder) as stage:
        records = {}
        with fetch.Client("Tracked models", api, remedies=REMEDIES, patience=patience) as client:
            sha = revision if COMMIT.fullmatch(revision) else _commit(client, revision)
            blobs = _blobs(client, sha)
        with fetch.Client("Tracked models", raw, remedies=REMEDIES, patience=patience) as client:
            for name in FILES:
                where = client.address(f"/{REPOSITORY}/{sha}/{name}")
                records[name] = client.download(where, stage / name, partial(_is_blob, blobs[name]), LARGEST)
            _check(stage, client, where)
        facts = {"source": "Tracked models", "licence": "Apache-2.0", "commit": sha}
        facts["citation"] = f"Source: github.com/{REPOSITORY}, commit {sha[:12]}."
        for name in FILES:
            with fetched.publishing(folder / name, **facts, **records[name]) as (beside, _):
                (stage / name).replace(beside)
    sizes = [(folder / name).stat().st_size for name in FILES]
    return pd.DataFrame({"file": FILES, "size": sizes, "commit": sha})


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


def _blobs(client: fetch.Client, sha: str) -> dict[str, str]:
    """Each list → git's hash of it at a commit."""
    where = client.address(f"/repos/{REPOSITORY}/git/trees/{sha}")

    def read(content: Any) -> dict[str, str]:
        try:
            return {row["path"]: row["sha"] for row in content["tree"]}
        except (KeyError, TypeError):
            raise Faulty("an answer is no list of files") from None

    blobs = client.json(where, read)[1]
    if missing := [name for name in FILES if name not in blobs]:
        raise client.error(where, f"there is no {', '.join(missing)}", "name an earlier commit")
    return blobs


def _is_blob(sha: str, path: Path) -> bool:
    content = path.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest() == sha
