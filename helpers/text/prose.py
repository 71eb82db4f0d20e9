"""The values step: every recorded value in one place, as the prose and both publishers read it."""

import csv
import datetime
from collections.abc import Iterable
from typing import Any

import yaml

from helpers import edition, files, paths, publish
from helpers.build import provenance, steps
from helpers.text import names, values

EVENTS = paths.ROOT / "data" / "events.csv"
"""When things happened that no data of ours tell, in the paper's words: event, words, source."""
TABLES = ("daily", "derivatives", "tokens_monthly", "arena", "artificial_analysis")
"""Clean tables that an edition may hold or not; passages of the report are shown `when-meta="held.<table>"`, and
`when-meta="held.history"` where it holds daily histories."""


class ProseError(ValueError):
    """Prose and values that do not fit each other; the message lists every misfit with its remedy."""


def run(name: str, title: str, data: str, last_month: str, snapshot_date: str) -> None:
    """Merge what the notebooks recorded into values.json, `_variables.yml` and edition.yml.

    Raises ProseError when prose uses a name that is not recorded, or leaves out a headline value.
    """
    recorded = values.merge(paths.BUILD / "values")
    label = edition.LABELS[data]
    about = {
        "edition_name": name,
        "edition_title": title,
        "data_kind": data,
        "data_label": label,
        "data_meaning": " ".join(edition.DATA_MEANINGS[data].split()),
        "data_through": values.day(_date(last_month) - datetime.timedelta(days=1)),
        "snapshot_date": values.day(_date(snapshot_date)),
        **provenance.shown(),
        **_events(),
    }
    conditions = _conditions(recorded, about.keys(), data)
    shown = {name: value["formatted"] for name, value in recorded.items()}
    everywhere = {name for met in (True, False) for name in publish.used_variables(paths.ROOT, _all(conditions, met))}
    # Where everything is held, a value that no notebook records is a mistake, not a thing that is unknown.
    asked = _all(conditions, True) if all(conditions["held"].values()) else conditions
    _check(shown | about, recorded, publish.used_variables(paths.ROOT, asked), everywhere)
    # A name in a passage that is not shown needs a value all the same: Quarto looks it up before it hides it.
    shown |= dict.fromkeys(sorted(everywhere - (shown | about).keys()), "unknown")
    files.write_json(paths.BUILD / "values.json", recorded)
    # As Markdown, for that is what Quarto reads there.
    written = {key: names.markdown(text) for key, text in sorted((shown | about).items())}
    files.write_text(paths.ROOT / "_variables.yml", _yaml(written))
    metadata = {
        "subtitle": title,
        "date": snapshot_date,
        "data-label": label,
        **conditions,
        "website": {"page-footer": {"center": label}},
    }
    files.write_text(paths.BUILD / "edition.yml", _yaml(metadata))


def _events() -> dict[str, str]:
    """history_<event> → when it was."""
    with EVENTS.open(encoding="utf-8", newline="") as stream:
        return {f"history_{row['event']}": row["words"] for row in csv.DictReader(stream)}


def _conditions(recorded: dict[str, dict[str, Any]], about: Iterable[str], data: str) -> dict[str, Any]:
    """The metadata that passages are shown or hidden by.

    held: table → whether there is one. told: name of a passage → whether all values in it are known. reconstructed:
    whether the data are.
    """
    held = {name: steps.present(f"clean/{name}") for name in TABLES} | {"history": steps.present("raw/history")}
    facts = {"held": held, "reconstructed": data == "reconstructed"}
    known = {name for name, value in recorded.items() if value["raw"] is not None} | set(about)
    told = {name: used <= known for name, used in publish.passages(paths.ROOT, facts).items()}
    return facts | {"told": dict(sorted(told.items()))}


def _all(conditions: dict[str, Any], met: bool) -> dict[str, Any]:
    """The metadata with every table held and every passage told, or none."""
    return conditions | {key: dict.fromkeys(conditions[key], met) for key in ("held", "told")}


def _check(
    known: dict[str, str], recorded: dict[str, dict[str, Any]], used: dict[str, str], everywhere: set[str]
) -> None:
    """Raise ProseError unless prose and values fit each other both ways.

    used: in what is shown; everywhere: in what is hidden, too.
    """
    misfits = [
        f"{where}: `{name}` is used but no notebook records it; record it or mend the name"
        for name, where in used.items()
        if name not in known
    ]
    misfits += [
        f"notebooks/{value['notebook']}.ipynb, cell {value['cell']}: headline value `{name}` is not used in the "
        "report; use it or do not mark it as headline"
        for name, value in recorded.items()
        if value["headline"] and name not in everywhere
    ]
    if misfits:
        raise ProseError("\n".join(misfits))


def _date(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def _yaml(content: dict) -> str:
    return "# Written by the build; changes here are lost.\n" + yaml.safe_dump(
        content, allow_unicode=True, sort_keys=False, width=1000
    )
