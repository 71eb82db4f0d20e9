"""Turning the report's sources and the executed notebooks into HTML and PDF."""

from typing import Any

from helpers.publish import engines, provenance
from helpers.publish.site import Rendered, render
from helpers.text.faults import Fault, PublishError

__all__ = ["Fault", "PublishError", "Rendered", "render", "run"]


def run(engine: str, **edition: Any) -> None:
    """The publish step: write the provenance of the build, then render. edition: its parameters, for the record."""
    provenance.write(edition, {"name": engine, "version": engines.version(engine)})
    render(engine)
