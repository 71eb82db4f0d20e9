"""Weekly dumps: what they tell and do not, parts that come spoilt, dumps that lack much."""

import datetime
import json
import random

import pandas as pd
import pytest

from helpers.archive import sound, store, weekly_dump
from helpers.measures import counters
from helpers.sources import fetched
from tests.fakesources import holdings
from tests.fakesources.runs import HASTY, MODELS, gather, stocked, tables

OLD, NEW = datetime.date(2025, 2, 19), datetime.date(2025, 2, 26)
REPORT = "aside/2025-02-26.weekly/report.json"


def week(fake, day, **options):
    """Hold the dump of a week, made on its day."""
    content = options.pop("content", None) or holdings.dump(f"{day}T04:00", **options)
    fake.hold(holdings.WEEKLY, f"models/{day}/models.parquet", content)


@pytest.fixture
def fake():
    with stocked() as fake:
        fake.files = {}
        yield fake


def test_counts_of_30_days_are_brought_in_before_and_beside_all_time_counts(tmp_path, fake):
    week(fake, OLD, drop=["downloadsAllTime"])
    week(fake, NEW)
    week(fake, datetime.date(2025, 3, 5), drop=["downloads"])
    gather("weekly", tmp_path, fake)
    read = store.read(tmp_path, pd.Series(["acme/m100", "acme/m3"])).sort_values(["date", "model"])
    told = read[["downloads_all_time", "downloads"]].astype(object)
    # m3's all-time count is never told, and the last dump tells no other
    assert told.where(told.notna(), None).to_numpy().tolist() == [
        [None, 700], [None, 21], [1100, 700], [None, 21], [1100, None],
    ]  # fmt: skip
    assert store.counted(tmp_path) == [NEW, datetime.date(2025, 3, 5)]
    assert sound.ends(tmp_path) == (NEW, datetime.date(2025, 3, 5))
    assert fetched.provenance(store.file(tmp_path, OLD))["untold"] == 21


def test_cleaning_uses_all_time_counts_only(tmp_path, fake):
    week(fake, NEW)
    gather("weekly", tmp_path / "plain", fake)
    week(fake, OLD, drop=["downloadsAllTime"])
    gather("weekly", tmp_path / "both", fake)
    plain, both = (counters.snapshot_counts(store.read(tmp_path / name, MODELS)) for name in ("plain", "both"))
    pd.testing.assert_frame_equal(plain, both)
    assert "acme/m3" not in set(plain["model"])


def test_a_dump_without_any_count_and_one_that_tells_none_are_left_out(tmp_path, fake):
    week(fake, OLD, drop=["downloadsAllTime", "downloads"])
    none = pd.DataFrame(
        {"id": ["acme/m0"], "createdAt": ["2025-02-26T00:00:00Z"], "downloads": pd.array([None], "Int64")}
    )
    week(fake, NEW, content=holdings.parquet(none))
    notes = gather("weekly", tmp_path, fake)["note"].tolist()
    assert notes == [
        "it has no column downloadsAllTime, downloads",
        "it tells no count of the models that are tracked",
    ]


# Spoilt parts -------------------------------------------------------------------------------------------------


def spoiling(seed, share):
    """Flip a bit in some parts."""
    draw = random.Random(seed)

    def spoil(_, part):
        if draw.random() >= share or not part:
            return part
        at = draw.randrange(len(part))
        spoiling.met += 1
        return part[:at] + bytes([part[at] ^ 1 << draw.randrange(8)]) + part[at + 1 :]

    return spoil


def test_a_part_that_comes_spoilt_once_is_asked_for_again_in_the_same_run(tmp_path, fake):
    week(fake, NEW)
    gather("weekly", tmp_path / "plain", fake)
    parts = []
    fake.spoil_part = lambda _, part: parts.append(part) or (part if len(parts) > 1 else b"\0" * len(part))
    found = gather("weekly", tmp_path / "spoilt", fake)
    assert found["note"].tolist() == [""]
    assert found["rows"].tolist() == [21]
    assert held(tmp_path / "spoilt") == held(tmp_path / "plain")


def held(folder):
    return {name: content for name, content in tables(folder).items() if name.endswith("models.parquet")}


def test_what_cannot_be_read_is_tried_again_by_the_next_run_and_then_brought_in(tmp_path, fake):
    week(fake, NEW)
    fake.spoil_part = lambda _, part: part[:-1] + bytes([part[-1] ^ 1])
    (note,) = gather("weekly", tmp_path, fake)["note"]
    assert note.startswith("it cannot be read as Parquet")
    told = json.loads((tmp_path / REPORT).read_text(encoding="utf-8"))
    assert (told["again"], told["remedy"]) == (True, "the next run looks at the week again")
    fake.spoil_part = None
    assert gather("weekly", tmp_path, fake)["rows"].tolist() == [21]
    assert store.days(tmp_path) == [NEW]
    assert not (tmp_path / REPORT).parent.exists()
    assert gather("weekly", tmp_path, fake).empty


def test_a_report_of_an_earlier_version_and_a_damaged_one_exclude_no_week(tmp_path, fake):
    week(fake, NEW)
    reports = (
        b'{"day": "2025-02-26", "not_published_because": ["it cannot be read as Parquet: x"]}',
        b"",
        b"[]",
        b'{"day": "soon"}',
        b"\0\xff",
    )
    for number, content in enumerate(reports):
        folder = tmp_path / str(number)
        (folder / REPORT).parent.mkdir(parents=True)
        (folder / REPORT).write_bytes(content)
        assert gather("weekly", folder, fake)["rows"].tolist() == [21]


def test_bits_that_flip_on_the_way_make_no_day_unreadable_for_good_and_none_gets_through(tmp_path, fake, show):
    week(fake, NEW, models=400, filler=0)
    gather("weekly", tmp_path / "plain", fake)
    plain = held(tmp_path / "plain")
    spoiling.met, same, noticed, other = 0, 0, 0, 0
    for seed in range(60):
        folder = tmp_path / str(seed)
        fake.spoil_part = spoiling(seed, 0.6)
        notes = gather("weekly", folder, fake)["note"].tolist()
        if not store.days(folder):
            noticed += 1
            fake.spoil_part = None
            if "cannot be read" in notes[0]:
                gather("weekly", folder, fake)
                assert held(folder) == plain
        elif held(folder) == plain:
            same += 1
        else:
            other += 1
    show(f"\n60 dumps, {spoiling.met} bits flipped: {same} as held, {noticed} left out at first, {other} otherwise")
    assert other == 0
    assert same + noticed == 60
    assert spoiling.met > 20


# Losses -------------------------------------------------------------------------------------------------------


def test_a_dump_that_lacks_much_of_the_one_before_is_left_out_until_it_is_accepted(tmp_path, fake):
    week(fake, OLD)
    week(fake, NEW, models=1000)
    notes = gather("weekly", tmp_path, fake)["note"].tolist()
    assert notes[1] == (
        "it lacks 10 of the 21 tracked models that the dump of 2025-02-19 holds; if it is right, "
        "`atom collect weekly --accept-loss` takes it"
    )
    before = tables(tmp_path)
    assert gather("weekly", tmp_path, fake).empty
    assert tables(tmp_path) == before
    assert gather("weekly", tmp_path, fake, accept_loss=True)["rows"].tolist() == [11]
    assert store.days(tmp_path) == [OLD, NEW]


def test_models_that_are_tracked_no_more_are_not_missed(tmp_path, fake):
    week(fake, OLD)
    gather("weekly", tmp_path, fake)
    week(fake, NEW, models=500)
    found = weekly_dump.fetch_all(tmp_path, MODELS[:4], endpoint=fake.hub, patience=HASTY)
    assert found["rows"].tolist() == [4]
