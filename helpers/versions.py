"""Which code, Python and locked versions a build is made with."""

import platform
import subprocess

from helpers import files, paths


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


def facts() -> dict[str, str]:
    """What the report's last page says of the build: commit, changed ("yes" | "no"), python, lock (of its file)."""
    head, changed = commit()
    return {
        "commit": head[:12],
        "changed": "yes" if changed else "no",
        "python": platform.python_version(),
        "lock": files.digest(paths.ROOT / "requirements.lock")[:12],
    }
