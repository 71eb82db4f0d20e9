"""`atom`: build the report, see what is out of date, publish."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from helpers import edition, paths, rebuild, steps

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)

EditionName = Annotated[str, typer.Option("--edition", help="An edition of report/editions.")]
Overrides = Annotated[list[str] | None, typer.Option("--set", help="key=value in place of the edition's; repeatable.")]
Engine = Annotated[str, typer.Option(help="quarto, pandoc (embedded), or auto: Quarto where it is installed.")]


@app.command()
def build(
    edition_name: EditionName = edition.DEFAULT,
    overrides: Overrides = None,
    jobs: Annotated[int, typer.Option(min=1, help="Notebooks at a time.")] = os.cpu_count() or 1,
    engine: Engine = "auto",
) -> None:
    """Rebuild whatever is out of date, from raw inputs to the published pages."""
    from helpers import progress

    parameters = _parameters(edition_name, overrides, engine)
    with _lock(), progress.display() as display:
        rebuild.build(parameters, jobs, display.report)
    print(f"The report is in {paths.shown(paths.BUILD / 'site' / 'index.html')}")


@app.command()
def status(edition_name: EditionName = edition.DEFAULT, overrides: Overrides = None, engine: Engine = "auto") -> None:
    """Show each step, fresh or stale, and why."""
    parameters = _parameters(edition_name, overrides, engine)
    stale: set[str] = set()
    for step in steps.STEPS:
        reasons = [*rebuild.state(step, parameters).reasons]
        reasons += [f"{name} is stale" for name in steps.upstream(step) if name in stale]
        if reasons:
            stale.add(step.name)
        print(f"{step.name:<14} {'stale' if reasons else 'fresh'}")
        for reason in reasons:
            print(f"{'':<14}   {reason}")


@app.command()
def render(edition_name: EditionName = edition.DEFAULT, overrides: Overrides = None, engine: Engine = "auto") -> None:
    """Publish what the notebooks have left, without running them; prose and values are checked first."""
    from helpers import progress

    parameters = _parameters(edition_name, overrides, engine)
    graph = tuple(step for step in steps.STEPS if not step.notebook)
    with _lock(), progress.display() as display:
        rebuild.build(parameters, 1, display.report, graph)


@app.command("notebooks")
def notebooks_(
    check: Annotated[bool, typer.Option("--check", help="Only say which are not clean; exit 1 if any.")] = False,
) -> None:
    """Clean the committed notebooks: text outputs of the last default build, no images, no run data."""
    from helpers import notebooks

    unclean = notebooks.check() if check else notebooks.update()
    for line in unclean:
        print(line)
    if check and unclean:
        raise SystemExit("run `atom notebooks` after `atom build`")


def _parameters(name: str, overrides: list[str] | None, engine: str) -> dict[str, Any]:
    """The edition's parameters and the publisher, as the steps receive them."""
    from helpers.publish import engines

    return edition.load(name, overrides).parameters() | {"engine": engines.choose(engine)}


@contextmanager
def _lock() -> Iterator[None]:
    """Hold the build folder for this process; says so while it waits for another build."""
    from filelock import FileLock, Timeout

    paths.BUILD.mkdir(parents=True, exist_ok=True)
    lock = FileLock(paths.BUILD / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        print("Another build is at work in this folder; waiting for it to finish.", flush=True)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def main() -> None:
    """The console script: errors of ours are messages, not tracebacks."""
    try:
        app()
    except KeyboardInterrupt:
        raise SystemExit("stopped; nothing is half-written, the next build goes on from here") from None
    except Exception as error:
        if not type(error).__module__.startswith("helpers"):
            raise
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
