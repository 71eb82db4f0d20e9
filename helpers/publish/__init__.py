"""Turning the report's sources and the executed notebooks into HTML and PDF."""

from typing import Any


def run(engine: str, **edition: Any) -> None:
    """The publish step: write the provenance of the build, then render. edition: its parameters, for the record."""
    # pandas comes with these, and a build that has nothing to do asks this package for the engine alone
    from helpers.publish import engines, provenance
    from helpers.publish.site import render

    provenance.write(edition, {"name": engine, "version": engines.version(engine)})
    render(engine)
