"""Which publisher renders the report: Quarto where it is installed, otherwise the embedded one."""

import re
import shutil
import subprocess
from importlib import metadata

from helpers.text.faults import refuse

OLDEST = (1, 4)
"""The first Quarto that embeds cells of executed notebooks in websites as we use it."""


def choose(engine: str = "auto") -> str:
    """ "quarto" or "pandoc" for what the user asked for; auto takes Quarto from version 1.4 on.

    Raises PublishError for an unknown engine, and for Quarto where it is absent or too old.
    """
    if engine not in ("auto", "quarto", "pandoc"):
        raise refuse(f"engine {engine!r}", "there is no such publisher", "ask for quarto, pandoc or auto")
    if engine == "pandoc":
        return engine
    found = quarto_version()
    if found and _numbers(found) >= OLDEST:
        return "quarto"
    if engine == "auto":
        return "pandoc"
    oldest = ".".join(map(str, OLDEST))
    raise refuse(
        "engine 'quarto'",
        f"the Quarto on the PATH is {found}, too old" if found else "there is no `quarto` on the PATH",
        f"install Quarto {oldest} or later (https://quarto.org), or use --engine pandoc, which needs nothing",
    )


def quarto_version() -> str | None:
    """The version of the Quarto on the PATH; None without one."""
    program = shutil.which("quarto")
    if not program:
        return None
    try:
        told = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=60, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    return told.strip() or None


def version(engine: str) -> str:
    """The version of a chosen engine."""
    if engine == "quarto":
        return quarto_version() or "unknown"
    import pypandoc

    return f"pandoc {pypandoc.get_pandoc_version()}, Typst {metadata.version('typst')}"


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", text)[:2]))
