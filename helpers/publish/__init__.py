"""Turning the report's sources and the executed notebooks into HTML and PDF."""

from typing import Any

from helpers.publish.precheck import preflight
from helpers.publish.site import Rendered, render
from helpers.text.faults import Fault, PublishError
from helpers.text.sources import passages, used_variables

__all__ = ["Fault", "PublishError", "Rendered", "passages", "preflight", "render", "run", "used_variables"]


def run(engine: str, **edition: Any) -> None:
    """The publish step: write the provenance of the build, then render. edition: its parameters, for the record."""
    from helpers.build import provenance
    from helpers.publish import engines

    provenance.write(edition, {"name": engine, "version": engines.version(engine)})
    render(engine)
