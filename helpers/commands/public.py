"""From nothing to the public edition: every source is asked in turn, and one that fails keeps no other back."""

import time
from collections.abc import Callable

Told = tuple[str, float, str | None]
"""A source, seconds, and why it could not be had; None where it was."""


def collect(verbs: dict[str, Callable[[], object]], tell: Callable[[str], object] = print) -> list[Told]:
    """Ask each source, and tell how that went.

    verbs: the source's verb of `atom collect` → what collects it. tell: is told which is asked, and what came of it.
    """
    found: list[Told] = []
    for verb, fetch in verbs.items():
        tell(f"{verb}: asking")
        start, why = time.monotonic(), None
        try:
            fetch()
        except Exception as error:  # whatever it is, it is told, and the next source is asked
            ours = type(error).__module__.startswith("helpers")
            why = str(error) if ours else f"{type(error).__name__}; `atom collect {verb}` shows where"
        found.append((verb, time.monotonic() - start, why))
        tell(shown(found[-1:]))
    return found


def shown(found: list[Told]) -> str:
    """What was had and what was not, and why, a line each."""
    return "\n".join(
        f"{verb}: not to be had: {why}" if why else f"{verb}: had, in {seconds:,.0f} s" for verb, seconds, why in found
    )
