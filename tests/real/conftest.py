"""The public edition of the real archive, built once for all workers; and once more, asking for no coverage."""

import json
import pickle
import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd
import pytest
import yaml

from helpers import paths
from tests.conftest import SHARED, Project, undraw
from tests.real.plain import choices, downloads, hub, ram, signals
from tests.real.plain.counts import Counts

ARCHIVE = SHARED / "real-archive"
ASKING_NOTHING = [
    "needed_coverage={models: 0, total: 0, share: 0, rank: 0, crossing: 0, gap_days: 1000}", "least_n=1",
    "token_days=1",
]  # fmt: skip
"""An edition that withholds nothing, so that every measure has numbers to be held to."""


@dataclass(frozen=True)
class Edition:
    """What an edition says, in a folder of quoted/, values.json and figures/, and the same reckoned anew."""

    folder: Path
    plain: dict[str, pd.DataFrame]

    @cached_property
    def values(self) -> dict[str, dict]:
        return json.loads((self.folder / "values.json").read_text(encoding="utf-8"))

    @cached_property
    def quoted(self) -> dict[str, dict]:
        """Name of each quoted table → its columns, rows, keys, and what it rests on."""
        files = self.folder.glob("quoted/*/*.json")
        return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in files}

    @cached_property
    def figures(self) -> dict[str, pd.DataFrame]:
        """Name of each figure → the table under it."""
        return {path.stem: pd.read_csv(path) for path in sorted((self.folder / "figures").glob("*.csv"))}


def fill(folder: Path, begun: Path) -> None:
    """Build both editions in a copy of the repository, and keep what they say."""
    project = Project(shutil.copytree(begun, folder / "project"), ARCHIVE)
    finished = project.atom("build", "--edition", "public")
    assert finished.returncode == 0, finished.stdout
    keep(project.root / "build", folder / "public")
    (folder / "public" / "page.html").write_bytes((project.site / "report" / "index.html").read_bytes())
    undraw(project).tell(*ASKING_NOTHING)
    keep(project.root / "build", folder / "asking-nothing")
    shutil.rmtree(project.root)
    for name in ("public", "asking-nothing"):
        (folder / name / "plain.pickle").write_bytes(pickle.dumps(reckoned(name)))


def keep(build: Path, folder: Path) -> None:
    shutil.copytree(build / "quoted", folder / "quoted")
    shutil.copy(build / "values.json", folder)
    (folder / "figures").mkdir()
    for path in build.glob("*/figures/*.csv"):
        if path.parent.parent.name != "site":
            shutil.copy(path, folder / "figures")


@pytest.fixture(scope="session")
def told(once, begun) -> Path:
    """What both editions say, a folder each."""
    if not ARCHIVE.exists():
        pytest.skip("the real archive is not beside the repository, in ../shared/data/real-archive")
    return once("real", lambda folder: fill(folder, begun))


@pytest.fixture(scope="session", params=["public", "asking-nothing"])
def edition(told, request) -> Edition:
    return Edition(told / request.param, pickle.loads((told / request.param / "plain.pickle").read_bytes()))


def reckoned(name: str) -> dict[str, pd.DataFrame]:
    """Every table and figure of an edition from the raw files: its name → the table."""
    parameters = yaml.safe_load((paths.EDITIONS / "public.yml").read_text(encoding="utf-8"))
    if name == "asking-nothing":
        parameters |= {key: yaml.safe_load(value) for key, _, value in (one.partition("=") for one in ASKING_NOTHING)}
    counts = Counts(ARCHIVE, paths.REGISTRY, parameters | dates())
    plain = downloads.tables(counts)
    plain |= downloads.figures(counts, plain) | signals.tables(counts, plain["eras"]) | ram.tables(counts)
    return plain | choices.tables(counts) | hub.tables(counts)


def dates() -> dict[str, str]:
    """The dates of the edition, which the first and the last snapshot of the archive make."""
    held = sorted(pd.Timestamp(path.name.removeprefix("date=")) for path in ARCHIVE.glob("snapshots/date=*"))
    day, month = pd.Timedelta(days=1), pd.offsets.MonthBegin()
    first, last = held[0], held[-1]
    told = json.loads((ARCHIVE / "snapshots" / f"date={last.date()}" / "manifest.json").read_text(encoding="utf-8"))
    midnight = pd.Timestamp(told["finished"]).floor("D")  # the end of the last day to whose end there are counts
    ends = {"first_month": (first + day).to_period("M"), "splice_month": (first + day + month).to_period("M"),
            "last_month": midnight.tz_convert(None).to_period("M")}  # fmt: skip
    days = dict.fromkeys(["snapshot_date", "top_models_date"], last) | {"history_end": first}
    return {key: f"{month.start_time:%Y-%m-%d}" for key, month in ends.items()} | {
        key: f"{day:%Y-%m-%d}" for key, day in days.items()
    }
