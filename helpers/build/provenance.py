"""Where a build came from: edition, inputs, code, versions, and how long each step took."""

import importlib.metadata
import json
import platform
import subprocess
from typing import Any

from helpers import files, paths
from helpers.build import fingerprint


def commit() -> tuple[str, bool | None]:
    """The commit that is checked out and whether files differ from it; ("unknown", None) without git."""
    try:
        head = _git("rev-parse", "HEAD")
        return head, bool(_git("status", "--porcelain"))
    except (OSError, subprocess.CalledProcessError):
        return "unknown", None


def _git(*arguments: str) -> str:
    return subprocess.run(
        ["git", *arguments], cwd=paths.ROOT, check=True, capture_output=True, text=True
    ).stdout.strip()


def shown() -> dict[str, str]:
    """What the report's last page says of the build, as variables for the prose."""
    head, dirty = commit()
    return {
        "build_commit": head[:12] + (" with uncommitted changes" if dirty else ""),
        "build_python": platform.python_version(),
        "build_lock": fingerprint.of_file(paths.ROOT / "requirements.lock")[:12],
    }


def write(parameters: dict[str, Any], engine: dict[str, str]) -> None:
    """Write provenance.json: everything needed to tell two builds apart and to repeat one.

    parameters: the edition's, and `engine` the publisher used with its version. Steps come from their receipts.
    """
    head, dirty = commit()
    receipts = {
        path.stem: json.loads(path.read_text(encoding="utf-8"))
        for path in sorted((paths.BUILD / "receipts").glob("*.json"))
    }
    depends = {item: digest for receipt in receipts.values() for item, digest in receipt["fingerprint"].items()}
    files.write_json(
        paths.BUILD / "provenance.json",
        {
            "edition": parameters,
            "commit": head,
            "uncommitted changes": dirty,
            "engine": engine,
            "python": platform.python_version(),
            "platform": platform.platform(),
            "packages": {
                told["Name"]: told["Version"] for told in (d.metadata for d in importlib.metadata.distributions())
            },
            "hashes": {item: digest for item, digest in depends.items() if not item.startswith("parameter ")},
            "steps": {
                name: {key: receipt[key] for key in ("started", "seconds")} for name, receipt in receipts.items()
            },
        },
    )
