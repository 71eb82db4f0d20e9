"""Turning the report's sources and the executed notebooks into HTML and PDF."""

from typing import Any

from helpers.publish.faults import Finding, PublishError
from helpers.publish.precheck import preflight
from helpers.publish.site import Rendered, render
from helpers.publish.sources import passages, used_variables

__all__ = ["Finding", "PublishError", "Rendered", "passages", "preflight", "render", "run", "used_variables"]


def run(engine: str, **edition: Any) -> None:
    """The publish step: write the provenance of the build, then render. edition: its parameters, for the record."""
    from helpers.build import provenance
    from helpers.publish import engines

    provenance.write(edition, {"name": engine, "version": engines.version(engine)})
    render(engine)
