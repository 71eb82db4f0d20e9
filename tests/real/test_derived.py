"""Archives of which half was read, one day, one organisation, or under other ids from a day on: no sentence is false.

Each is made of the real archive, with its 32 models of all weekly days as those tracked, so that what is read carries
statements. The texts were read sentence by sentence; here is asserted what could be said wrongly.
"""

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import Project
from tests.real import derived
from tests.real.conftest import ARCHIVE


@dataclass(frozen=True)
class Told:
    """What an edition says: its quoted tables, its numbers, its text in plain words."""

    folder: Path

    def table(self, name: str) -> pd.DataFrame:
        (path,) = self.folder.glob(f"quoted/*/{name}.json")
        quoted = json.loads(path.read_text(encoding="utf-8"))
        return pd.DataFrame(quoted["rows"], columns=quoted["columns"], dtype=object)

    def known(self, name: str, column: str) -> pd.DataFrame:
        return self.table(name).dropna(subset=column)

    @property
    def text(self) -> str:
        """All words up to the list of findings, which says what does not hold, too."""
        return " ".join((self.folder / "text.txt").read_text(encoding="utf-8").split()).partition("About this build")[0]


def edition(name: str, tracked: list[str], change: derived.Change, *settings: str):
    """A fixture: the archive derived, built through the text once for all workers."""

    @pytest.fixture(scope="module")
    def told(once, undrawn) -> Told:
        if not ARCHIVE.exists():
            pytest.skip("the real archive is not beside the repository, in ../shared/data/real-archive")

        def fill(folder: Path) -> None:
            derived.derive(ARCHIVE, folder / "archive", tracked, change)
            project = Project(shutil.copytree(undrawn, folder / "project"), folder / "archive")
            derived.build(project, folder, *settings)

        return Told(once(name, fill))

    return told


SAMPLE = derived.sampled(ARCHIVE) if ARCHIVE.exists() else []
QWEN = {name for name in SAMPLE if name.startswith("Qwen/")}
MOVED = SAMPLE[::8]
BOTH = [*SAMPLE, *(derived.NEW_SPACE + name for name in MOVED)]

whole = edition("whole", SAMPLE, derived.only(set(SAMPLE)), derived.WIDE_GAPS)
half = edition("half", SAMPLE, derived.only(set(SAMPLE[::2])), derived.WIDE_GAPS)
one_day = edition("one-day", SAMPLE, derived.last_day(ARCHIVE, derived.only(set(SAMPLE))))
one_organisation = edition("one-organisation", SAMPLE, derived.only(QWEN), derived.WIDE_GAPS)
renamed = edition("renamed", BOTH, derived.renamed(set(MOVED), derived.only(set(SAMPLE))), derived.WIDE_GAPS)

CUMULATIVE, NEW = "downloads_cumulative", "downloads"
COMPARES = ("leads by", "has led since", "drew level", "China passed the USA", "once passed")
"""Words of sentences that compare regions."""
PLACES = (
    "has rank",
    "most of China’s",
    "of China’s and",
    "ahead of Meta",
    "behind Meta",
    "ahead of Mistral",
    "Qwen leads in",
)
"""Words of sentences that place organisations."""


def test_where_all_were_read_much_is_told(whole):
    """Else the others would say nothing false by saying nothing."""
    assert len(whole.known("regions", CUMULATIVE)) > 20
    assert len(whole.known("organisations", f"{CUMULATIVE}_share")) > 20
    assert "Who leads is not told" not in whole.text
    assert "China passed the USA between 1 February 2026 and 1 March 2026" in whole.text
    assert "the USA passed China" not in whole.text


def test_of_every_second_model_no_total_share_or_rank_of_those_half_read(half):
    assert half.table("coverage").set_index("organisation").loc["all", ["models", "models_known"]].tolist() == [32, 16]
    for name in ("regions", "organisations"):
        assert (
            half.known(name, CUMULATIVE).empty
            or (half.known(name, CUMULATIVE)["models_known"] >= 0.9 * half.known(name, CUMULATIVE)["models"]).all()
        )
        assert half.known(name, "rank").empty
    for name in ("leading-makers", "largest-buckets", "lead-contributors", "size-leaders", "small-models"):
        assert half.table(name).empty
    assert half.table("lead")[["passed", "turned", "leader"]].isna().all(axis=None)
    assert "16 were read at some time" in half.text
    assert not [words for words in COMPARES if words in half.text]


def test_a_single_day_has_no_month_no_growth_and_no_crossing(one_day):
    assert "There is one snapshot, that of 20 May 2026" in one_day.text
    for name in ("regions", "organisations"):
        assert one_day.known(name, NEW).empty
        assert one_day.known(name, CUMULATIVE).empty  # no month has ended
    assert one_day.table("lead")[["passed", "turned", "leader"]].isna().all(axis=None)
    assert one_day.table("regions-same").empty
    assert "no month has ended" in one_day.text
    assert "days between there is none" not in one_day.text
    assert not [words for words in (*COMPARES, "times the downloads that they had") if words in one_day.text]


def test_where_one_organisation_was_read_nobody_is_ranked_and_nothing_is_shared_out(one_organisation):
    told = one_organisation
    known = told.known("organisations", CUMULATIVE)
    assert set(known["organisation"]) == {"Qwen"}
    for column in ("rank", f"{CUMULATIVE}_share"):
        assert told.known("organisations", column).empty
    assert told.known("regions", CUMULATIVE).empty
    for name in ("leading-makers", "download-leaders", "largest-buckets", "lead-contributors", "sides", "size-leaders"):
        assert told.table(name).empty, name
    contributors = told.known("organisation-contributors", "total")
    assert set(contributors["organisation"]) <= {"Qwen"}
    assert contributors["share"].isna().all()
    assert told.table("organisation-leads").empty
    assert not [words for words in (*COMPARES, *PLACES) if words in told.text]


def test_models_renamed_halfway_count_once(renamed, whole):
    joined = renamed.table("renamed").dropna(subset="joined")
    assert set(joined["old"]) == set(MOVED)
    assert set(joined["new"]) == {derived.NEW_SPACE + name for name in MOVED}
    assert "both ids stay among those tracked" in renamed.text
    months = renamed.known("lifetime-totals", CUMULATIVE).merge(whole.known("lifetime-totals", CUMULATIVE), on="month")
    assert (months[f"{CUMULATIVE}_x"] == months[f"{CUMULATIVE}_y"]).all()
    for name, by in (("regions", "region"), ("organisations", "organisation")):
        both = renamed.known(name, CUMULATIVE).merge(whole.known(name, CUMULATIVE), on=["month", by])
        assert (both[f"{CUMULATIVE}_x"] <= both[f"{CUMULATIVE}_y"]).all()
    assert renamed.known("elsewhere", CUMULATIVE).empty or "whose region is not known" in renamed.text
    repositories = renamed.table("derivative-listing").iloc[0]
    assert repositories["counted"] <= whole.table("derivative-listing").iloc[0]["counted"]


@pytest.mark.parametrize("name", ["whole", "half", "one_day", "one_organisation", "renamed"])
def test_no_sentence_has_a_hole(name, request):
    told = request.getfixturevalue(name)
    assert not re.findall(r"\bNone\b(?! of)|\bnan\b|NaT|unknown\.unknown|\{\{|\(\)|: \.| ,|\bof 0 tracked", told.text)
    assert not [address for address, cell in told_values(told).items() if cell["raw"] != cell["raw"]]


def told_values(told: Told) -> dict[str, dict]:
    return json.loads((told.folder / "values.json").read_text(encoding="utf-8"))
