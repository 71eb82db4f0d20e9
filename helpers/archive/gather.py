"""Filling the folder of raw inputs of an edition from what the archive holds."""

import datetime
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from helpers import paths
from helpers.archive import listings, sound, store
from helpers.registry import lists
from helpers.sources import fetched
from helpers.sources.hub_scope import WHOLE

SOURCES = ("history", "openrouter", "arena", "artificial_analysis", "epoch", "registry")
"""Folders of the archive that are raw inputs as they are; the snapshots and the listing of derivatives come apart."""


class CollectionError(RuntimeError):
    """Raw inputs that cannot be had; the message says which and what to do."""


def gather(folder: Path, source: Path = paths.ARCHIVE, tracked_lists: Sequence[str] = lists.LISTS[:1]) -> pd.DataFrame:
    """Bring what the archive holds into `folder`, in the layouts of the data dictionary; sources not held are absent.

    Files are linked where the file system can, else copied. The listing of derivatives is the newest snapshot of the
    whole Hub or, where there is none, the newest day of derivatives collected for tracked models. A day that cannot be
    relied on (helpers.archive.sound; every byte of it is read) is left out. tracked_lists: of the lists of models that
    the archive holds, those that are brought. Returns source, files, newest (the newest day or file), note (what is to
    be known of it, and which days are left out); files is 0 for what is not held.
    Raises CollectionError without any snapshot, or without one of the lists of models: nothing could be counted.
    """
    for needed, remedy in (("snapshots", "atom collect hub"), ("registry", "atom collect tracked-models")):
        if not (source / needed).is_dir():
            raise CollectionError(f"{paths.shown(source / needed)} is missing; run `{remedy}` first")
    for name in tracked_lists:
        if not (path := source / "registry" / f"{name}.csv").is_file():
            raise CollectionError(f"{paths.shown(path)} is missing; run `atom collect tracked-models` first")
    left = {f"{name}.csv" for name in lists.LISTS if name not in tracked_lists}
    left |= {fetched.sidecar(Path(name)).name for name in left}
    held, unsound = sound.look(source / "snapshots", verify=True)
    if unsound and not held:
        raise CollectionError(
            f"{paths.shown(source / 'snapshots')}: no day can be relied on; `atom collect status --verify` says why"
        )
    for day in held:
        for path in (source / "snapshots" / f"date={day}" / name for name in (store.FILE, *store.RECORDS)):
            if path.is_file():
                _bring(path, folder / path.relative_to(source))
    rows = [("snapshots", len(held), str(held[-1]) if held else "", _left_out(unsound))]
    rows.append(("derivatives", *_derivatives(source, folder)))
    for name in SOURCES:
        found = [path for path in sorted((source / name).rglob("*")) if path.is_file() and is_input(path)]
        found = [path for path in found if path.parent != source / "registry" or path.name not in left]
        for path in found:
            _bring(path, folder / path.relative_to(source))
        rows.append((name, len(found), found[-1].name if found else "", ""))
    return pd.DataFrame(rows, columns=["source", "files", "newest", "note"])


def _left_out(unsound: list[sound.Unsound]) -> str:
    """Which days are, in words."""
    if not unsound:
        return ""
    names = ", ".join(str(found.day or found.place.name) for found in unsound)
    return f"left out, `atom collect status --verify` says why: {names}"


def is_input(path: Path) -> bool:
    return path.name[0] != "." and path.parent.parent.name != fetched.REPLACED


def newest(place: Path, covers: str) -> datetime.date | None:
    """The newest day of a listing that covers so much of the Hub, by its own record, and can be relied on.

    place: the archive's snapshots or derivatives. covers: WHOLE or listings.DERIVATIVES.
    """
    for day in reversed(store.days(place)):
        told = None if sound.fault(place, day) else sound.manifest(place, day)
        if told and listings.covered(told) == covers and not sound.fault(place, day, verify=True):
            return day
    return None


def _derivatives(source: Path, raw: Path) -> tuple[int, str, str]:
    """Bring the listing of derivatives, with its manifest; gives files, its day, and what of the Hub it covers.

    One of the whole Hub is brought as such, too.
    """
    whole = newest(source / "snapshots", WHOLE)
    name, covers = ("snapshots", WHOLE) if whole else ("derivatives", listings.DERIVATIVES)
    day = whole or newest(source / name, covers)
    if not day:
        return 0, "", ""
    for target in ("derivatives", "whole_hub") if whole else ("derivatives",):
        for file in (store.FILE, store.MANIFEST):
            _bring(source / name / f"date={day}" / file, raw / target / f"date={day}" / file)
    return 1, str(day), covers


def _bring(path: Path, target: Path) -> None:
    """Link a file to `target`, or copy it where it lies on another disk."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(path, target)
    except OSError:
        shutil.copyfile(path, target)
