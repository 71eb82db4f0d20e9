"""The values step: every recorded value in one place, as the prose and both publishers read it."""

import datetime
from typing import Any

import yaml

from helpers import edition, files, paths, provenance, publish, steps, values

TABLES = ("daily", "derivatives", "tokens_monthly", "arena", "artificial_analysis")
"""Clean tables that an edition may hold or not; passages of the report are shown `when-meta="held.<table>"`."""


class ProseError(ValueError):
    """Prose and values that do not fit each other; the message lists every misfit with its remedy."""


def run(name: str, title: str, data: str, last_month: str, snapshot_date: str) -> None:
    """Merge what the notebooks recorded into values.json, `_variables.yml` and edition.yml.

    Raises ProseError when prose uses a name that is not recorded, or leaves out a headline value.
    """
    recorded = values.merge(paths.BUILD / "values")
    label = edition.DATA_LABELS[data]
    about = {
        "edition_name": name,
        "edition_title": title,
        "data_kind": data,
        "data_label": label,
        "data_meaning": " ".join(edition.DATA_MEANINGS[data].split()),
        "data_through": values.day(_date(last_month) - datetime.timedelta(days=1)),
        "snapshot_date": values.day(_date(snapshot_date)),
        **provenance.shown(),
    }
    held = {name: steps.held(f"clean/{name}") for name in TABLES}
    shown = {name: value["formatted"] for name, value in recorded.items()}
    _check(shown | about, recorded, publish.used_variables(paths.ROOT, {"held": held}))
    # A name in a passage that is not shown needs a value all the same: Quarto looks it up before it hides it.
    unheld = set(publish.used_variables(paths.ROOT, {"held": dict.fromkeys(TABLES, True)})) - (shown | about).keys()
    shown |= dict.fromkeys(sorted(unheld), "unknown")
    files.write_json(paths.BUILD / "values.json", recorded)
    files.write_text(paths.ROOT / "_variables.yml", _yaml(dict(sorted((shown | about).items()))))
    metadata = {
        "subtitle": title,
        "date": snapshot_date,
        "data-label": label,
        "held": held,
        "website": {"page-footer": {"center": label}},
    }
    files.write_text(paths.BUILD / "edition.yml", _yaml(metadata))


def _check(known: dict[str, str], recorded: dict[str, dict[str, Any]], used: dict[str, str]) -> None:
    """Raise ProseError unless prose and values fit each other both ways."""
    misfits = [
        f"{where}: `{name}` is used but no notebook records it; record it or mend the name"
        for name, where in used.items()
        if name not in known
    ]
    misfits += [
        f"notebooks/{value['notebook']}.ipynb, cell {value['cell']}: headline value `{name}` is not used in the "
        "report; use it or do not mark it as headline"
        for name, value in recorded.items()
        if value["headline"] and name not in used
    ]
    if misfits:
        raise ProseError("\n".join(misfits))


def _date(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def _yaml(content: dict) -> str:
    return "# Written by the build; changes here are lost.\n" + yaml.safe_dump(
        content, allow_unicode=True, sort_keys=False, width=1000
    )
