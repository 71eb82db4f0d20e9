"""Where a build came from: edition, inputs, code, versions, and how long each step took."""

import importlib.metadata
import json
import platform
from typing import Any

from helpers import files, paths, versions


def write(parameters: dict[str, Any], engine: dict[str, str]) -> None:
    """Write provenance.json: everything needed to tell two builds apart and to repeat one.

    parameters: the edition's, and `engine` the publisher used with its version. Steps come from their receipts.
    """
    head, dirty = versions.commit()
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
