"""Archives made of the real one, of which less was read, or under other names; and what an edition of each says."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from helpers import files
from tests.conftest import Project

Change = Callable[[pd.DataFrame, pd.Timestamp], pd.DataFrame]
"""From the rows of a day and the day to the rows that it has in the derived archive."""

NEW_SPACE = "renamed-"
"""What the namespaces of models begin with that go by another id from `HALFWAY` on."""
HALFWAY = pd.Timestamp("2025-10-29")
READ = ["Qwen", "deepseek-ai", "meta-llama", "microsoft", "mistralai", "tiiuae"]
"""Namespaces of the 32 models that the weekly days hold."""
WIDE_GAPS = "needed_coverage={models: 0.9, total: 0.9, share: 0.9, rank: 0.95, crossing: 0.98, gap_days: 70}"
"""The days of the real archive are up to 63 days apart while all models are read; so that most is told of them."""


def days(archive: Path) -> dict[pd.Timestamp, Path]:
    return {pd.Timestamp(path.name[5:]): path for path in sorted((archive / "snapshots").glob("date=*"))}


def sampled(archive: Path) -> list[str]:
    """The models of the weekly days: read on all of them from their first on, and on the day of the listing, too."""
    return sorted({name for day in list(days(archive).values())[:9] for name in rows(day)["model"]})


def rows(day: Path) -> pd.DataFrame:
    return pd.read_parquet(day / "models.parquet")


def write(day: Path, table: pd.DataFrame) -> None:
    """Other rows for a day, and a record that tells of them."""
    table.to_parquet(day / "models.parquet", index=False)
    for record in day.glob("*.json"):
        told = json.loads(record.read_text(encoding="utf-8"))
        told |= {"rows": len(table), "sha256": files.digest(day / "models.parquet")}
        told.pop("seal", None)
        record.write_text(json.dumps(told), encoding="utf-8")


def derive(real: Path, target: Path, tracked: list[str], change: Change) -> None:
    """A copy of the archive in which `tracked` are the tracked models and each day is what `change` makes of it.

    A day that is left without rows is no day of the copy.
    """
    shutil.copytree(real, target)
    lists = target / "registry" / "models.csv"
    split = pd.Series(tracked).str.split("/", expand=True)
    pd.DataFrame({"org": split[0], "model": split[1], "modelId": tracked}).to_csv(lists, index=False)
    for date, day in days(target).items():
        if (table := change(rows(day), date)).empty:
            shutil.rmtree(day)
        else:
            write(day, table)


def only(names: set[str]) -> Change:
    """Of the tracked models only these are read; whatever else is listed stays, since it may be a derivative."""
    sample = set(names)

    def change(table: pd.DataFrame, _: pd.Timestamp) -> pd.DataFrame:
        return table[table["model"].isin(sample) | ~table["model"].str.split("/").str[0].isin(READ)]

    return change


def last_day(archive: Path, change: Change) -> Change:
    """Only the archive's last day is held."""
    last = max(days(archive), default=None)
    return lambda table, date: change(table, date) if date == last else table.iloc[:0]


def renamed(names: set[str], change: Change) -> Change:
    """From a day on these models are read under another namespace."""

    def renaming(table: pd.DataFrame, date: pd.Timestamp) -> pd.DataFrame:
        moved = table["model"].isin(names) & (date >= HALFWAY)
        return change(table, date).assign(model=lambda rows: rows["model"].mask(moved, NEW_SPACE + rows["model"]))

    return renaming


def build(project: Project, folder: Path, *settings: str) -> None:
    """The public edition of an archive, through its text: quoted/, values.json and text.txt in the folder."""
    (folder / "text.txt").write_text(project.tell(*settings), encoding="utf-8")
    shutil.copytree(project.root / "build" / "quoted", folder / "quoted")
    shutil.copy(project.root / "build" / "values.json", folder)
    shutil.rmtree(project.root)
    shutil.rmtree(project.archive)
