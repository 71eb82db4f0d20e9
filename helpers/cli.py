"""`atom`: build the report, see what is out of date, publish."""

import importlib
import os
import sys
from collections.abc import Callable
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any

import typer
import typer.core

from helpers import edition, paths, progress
from helpers.build import graph, steps
from helpers.build.progress import WIDTH, Report
from helpers.commands import guard


class Stoppable(typer.core.TyperGroup):
    """Commands that say, when Ctrl-C stops them, what becomes of their work."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; 130 is what a shell expects of one that was stopped."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            print("stopped; nothing is half-written, and the next run goes on from here", file=sys.stderr)
            raise SystemExit(130) from None


app = typer.Typer(
    cls=Stoppable,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    epilog="Exit codes: 0 done, 1 not done, for the reason told, 2 mistyped, 130 stopped by Ctrl-C.",
)

EditionName = Annotated[str, typer.Option("--edition", help="An edition of report/editions.")]
Overrides = Annotated[list[str] | None, typer.Option("--set", help="key=value in place of the edition's; repeatable.")]
Engine = Annotated[str, typer.Option(help="quarto, pandoc (embedded), or auto: Quarto where it is installed.")]


def _version(asked: bool) -> None:
    if asked:
        print(f"atom {metadata.version('atom-report')}, working on {paths.ROOT}")
        raise typer.Exit


@app.callback()
def _main(
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show it and end.")] = False,
) -> None:
    """Rebuild the report, see what is out of date, publish, collect."""


@app.command()
def build(
    edition_name: EditionName = edition.DEFAULT,
    overrides: Overrides = None,
    jobs: Annotated[int, typer.Option(min=1, help="Notebooks at a time.")] = os.cpu_count() or 1,
    engine: Engine = "auto",
) -> None:
    """Rebuild whatever is out of date, from raw inputs to the published pages."""
    parameters = _parameters(edition_name, overrides, engine)
    with guard.hold(), progress.display() as display:
        graph.build(parameters, jobs, Report(display))
    print(f"The report is in {paths.shown(paths.BUILD / 'site' / 'index.html')}")


@app.command()
def status(edition_name: EditionName = edition.DEFAULT, overrides: Overrides = None, engine: Engine = "auto") -> None:
    """Show each step, fresh or stale, and why."""
    parameters = _parameters(edition_name, overrides, engine)
    stale: set[str] = set()
    for step in steps.STEPS:
        reasons = [*graph.state(step, parameters).reasons]
        reasons += [f"{name} is stale" for name in steps.upstream(step) if name in stale]
        if reasons:
            stale.add(step.name)
        print(f"{step.name:<{WIDTH}} {'stale' if reasons else 'fresh'}")
        for reason in reasons:
            print(f"{'':<{WIDTH}}   {reason}")


@app.command()
def render(edition_name: EditionName = edition.DEFAULT, overrides: Overrides = None, engine: Engine = "auto") -> None:
    """Publish what the notebooks have left, without running them; prose and values are checked first."""
    parameters = _parameters(edition_name, overrides, engine)
    chosen = tuple(step for step in steps.STEPS if not step.notebook)
    with guard.hold(), progress.display() as display:
        graph.build(parameters, 1, Report(display, chosen), chosen)


@app.command()
def verify(edition_name: EditionName = edition.DEFAULT, overrides: Overrides = None, engine: Engine = "auto") -> None:
    """Compare the build with the paper's figures; exit 1 if fewer match than the edition asks for."""
    from helpers.commands import verify as verifying

    found = verifying.run(edition.load(edition_name, overrides), _parameters(edition_name, overrides, engine))
    print(verifying.shown(found))
    if not found.passed:
        raise SystemExit(1)


@app.command("values")
def values_(
    pattern: Annotated[str | None, typer.Argument(help="A part of an address, or a pattern with * and ?.")] = None,
    edition_name: EditionName = edition.DEFAULT,
    overrides: Overrides = None,
) -> None:
    """List what text may ask for: quoted tables, or the addresses that fit PATTERN with what they say now."""
    from helpers.commands import values

    print(values.run(pattern, edition.load(edition_name, overrides).parameters()))


@app.command()
def ram(
    names: Annotated[list[str], typer.Argument(metavar="MODEL…", help="Hub ids, or names that one model alone has.")],
    edition_name: EditionName = edition.DEFAULT,
    overrides: Overrides = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of tables.")] = False,
) -> None:
    """Scores of tracked models against their reference sets, with intervals and what the data cover."""
    from rich.console import Console

    from helpers.commands import ram

    found = ram.run(names, edition.load(edition_name, overrides), as_json)
    print(found) if as_json else Console().print(found)


@app.command("diff")
def diff_(
    before: Annotated[str, typer.Argument(metavar="EDITION")],
    after: Annotated[str, typer.Argument(metavar="EDITION")],
) -> None:
    """What changed from one built edition to another, as tables and as a page under build/diff."""
    from rich.console import Console

    from helpers.commands import diff_page

    Console().print(diff_page.run(before, after))


collecting = typer.Typer(no_args_is_help=True, help="Collect sources into the archive, which other editions rest on.")
app.add_typer(collecting, name="collect")
importing = typer.Typer(no_args_is_help=True, help="Bring an author's own files into the archive.")
collecting.add_typer(importing, name="import")


def _to_write(folder: Path) -> Path:
    if paths.ADDRESS and folder == paths.ARCHIVE:
        raise SystemExit(f"ATOM_ARCHIVE is {paths.ADDRESS}: collecting writes to a folder; name one with --archive")
    return folder


Archive = Annotated[Path, typer.Option("--archive", help="Folder of the archive.", callback=_to_write)]
AnyArchive = Annotated[Path, typer.Option("--archive", help="Folder of the archive.")]
AcceptLoss = Annotated[bool, typer.Option("--accept-loss", help="Take an answer that lacks much of what is held.")]


@collecting.command("hub")
def collect_hub(
    whole: Annotated[bool, typer.Option("--all", help="The whole Hub, not only tracked organisations.")] = False,
    archive: Archive = paths.ARCHIVE,
) -> None:
    """Collect today's download counts; goes on where the last run stopped."""
    from helpers.commands import collect

    collect.hub(archive / "snapshots", None if whole else collect.namespaces())


@collecting.command("derivatives")
def collect_derivatives(archive: Archive = paths.ARCHIVE) -> None:
    """Collect the derivatives of tracked models, where the whole Hub is not taken; goes on as `hub` does."""
    from helpers.commands import collect

    collect.hub(archive / "derivatives", collect.derivatives(archive / "registry"))


@collecting.command("status")
def collect_status(
    verify: Annotated[bool, typer.Option("--verify", help="Read every file, and compare it with its record.")] = False,
    archive: AnyArchive = paths.ARCHIVE,
) -> None:
    """Days of download counts and of derivatives held, gaps, falls, unfinished days, and what is damaged.

    With --verify, exit 1 if anything is damaged.
    """
    from helpers.archive import address, status

    if archive == paths.ARCHIVE:
        address.bring()
    found = status.overview(archive, verify)
    print(status.shown(found, archive))
    if verify and (found["state"] == "unsound").any():
        raise SystemExit(1)


@collecting.command("weekly")
def collect_weekly(archive: Archive = paths.ARCHIVE, accept_loss: AcceptLoss = False) -> None:
    """Bring in the public weekly dumps of the Hub, as snapshots of the days before collecting began."""
    from helpers.archive import weekly_dump
    from helpers.commands import collect

    models = collect.tracked(archive / "registry")
    found = weekly_dump.fetch_all(archive / "snapshots", models, accept_loss=accept_loss)
    print(found.to_string(index=False))


def _fetch(verb: str, module: str, folder: str, words: str) -> Callable[[], None]:
    """Add the verb that fetches a source into its folder; `module` of helpers.sources knows how. Gives its function."""

    @collecting.command(verb, help=words)
    def fetch(archive: Archive = paths.ARCHIVE, accept_loss: AcceptLoss = False) -> None:
        source = importlib.import_module(f"helpers.sources.{module}")
        print(source.fetch_all(archive / folder, accept_loss=accept_loss).to_string(index=False))

    return fetch


FETCHED = (
    (
        "tracked-models", "fetch_tracked_models", "registry",
        "Fetch the list of tracked models, their sizes, regions and release dates.",
    ),
    (
        "openrouter", "fetch_openrouter", "openrouter",
        "Fetch OpenRouter's rankings and catalogue; needs OPENROUTER_API_KEY in the environment or in .env.",
    ),
    ("arena", "fetch_arena", "arena", "Fetch Arena's leaderboards."),
    ("epoch", "fetch_epoch", "epoch", "Fetch Epoch's Capabilities Index."),
    (
        "artificial-analysis", "fetch_artificial_analysis", "artificial_analysis",
        "Fetch the Intelligence Index with your own key (AA_API_KEY); its terms forbid publishing the table.",
    ),
)  # fmt: skip
"""Sources that are fetched whole, with nothing to choose: verb, module, folder of the archive, what it does."""
VERBS = {row[0]: _fetch(*row) for row in FETCHED}


registry = typer.Typer(no_args_is_help=True, help="The list of tracked models.")
app.add_typer(registry, name="registry")


@registry.command("candidates")
def registry_candidates(edition_name: EditionName = edition.DEFAULT, archive: AnyArchive = paths.ARCHIVE) -> None:
    """What the whole Hub has and the list lacks, by the list's own policy: its kind of models, by its makers, large."""
    from helpers.commands import candidates

    print(candidates.run(edition.load(edition_name), archive))


@app.command("public")
def public_(engine: Engine = "auto") -> None:
    """From nothing to the public edition: collect what can be had, build, and say what could not be had and why."""
    from helpers.commands import public

    _to_write(paths.ARCHIVE)
    whole: dict[str, Callable[[], object]] = {"hub": partial(collect_hub, whole=True), "weekly": collect_weekly}
    found = public.collect(VERBS | whole)
    try:
        build("public", engine=engine)
    finally:
        print(public.shown(found))


@importing.command("history")
def import_history(
    path: Annotated[Path, typer.Argument(help="A CSV or Parquet file, or a folder of them.")],
    names: Annotated[
        list[str] | None, typer.Option("--map", help="column=its name in the files: date=day; repeatable.")
    ] = None,
    sparse: Annotated[
        bool, typer.Option("--sparse", help="The rows are of single days, though most are absent.")
    ] = False,
    archive: Archive = paths.ARCHIVE,
) -> None:
    """Bring a daily download history into the archive, checked before anything is written."""
    from helpers.sources import import_history as importing_

    pairs = dict(pair.partition("=")[::2] for pair in names or [])
    known = importing_.listed(archive / "registry")
    print(importing_.bring_in(path, archive / "history", pairs, known, sparse).to_string(index=False))


@app.command("notebooks")
def notebooks_(
    check: Annotated[bool, typer.Option("--check", help="Only say which are not clean; exit 1 if any.")] = False,
) -> None:
    """Clean the committed notebooks: text outputs of the last default build, no images, no run data."""
    from helpers.build import notebooks

    unclean = notebooks.check() if check else notebooks.update()
    for line in unclean:
        print(line)
    if check and unclean:
        raise SystemExit("run `atom notebooks` after `atom build`")


def _parameters(name: str, overrides: list[str] | None, engine: str) -> dict[str, Any]:
    """The edition's parameters and the publisher, as the steps receive them."""
    from helpers.publish import engines

    return edition.load(name, overrides).parameters() | {"engine": engines.choose(engine)}


def main() -> None:
    """The console script: errors of ours, and what the disk refuses, are messages, not tracebacks."""
    try:
        guard.check_place(sys.argv[0])
        app()
    except Exception as error:
        print(f"error: {guard.words(error)}", file=sys.stderr)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
