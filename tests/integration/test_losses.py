"""Answers that lack much of what is held: refused, told, taken when asked to; and what is replaced is kept."""

import datetime
import json

import pandas as pd
import pytest

from helpers.archive import gather as gathering
from helpers.registry import lists
from helpers.sources import arena, artificial_analysis, fetch, fetched, losses, openrouter
from helpers.tables import contracts
from tests.fakesources import holdings, runs
from tests.fakesources.runs import NOW, gather, stocked, tables


@pytest.fixture(autouse=True)
def planted(monkeypatch):
    """Keys as their owner would set them."""
    for name, value in runs.KEYS.items():
        monkeypatch.setenv(name, value)


def shorter_rankings(fake):
    fake.rankings = fake.rankings[-8:]


def shorter_catalogue(fake):
    fake.models = fake.models[:1]


def shorter_index(fake):
    fake.index = fake.index[:200]


def shorter_boards(fake):
    fake.hold(holdings.ARENA, "text_style_control/full-00000-of-00001.parquet", holdings.parquet(holdings.board(1, 1)))


def no_boards(fake):
    fake.hold(holdings.ARENA, "text/full-00000-of-00001.parquet", holdings.parquet(holdings.board().head(0)))


def shorter_list(fake):
    fake.raw["models.csv"] = b"org,model,modelId\nacme,m1,acme/m1\n"


def no_second_list(fake):
    del fake.raw["extra_models.csv"]


def no_dates(fake):
    fake.raw["metadata/release_date_corrections.csv"] = b"model_id,actual_release_date\n"


@pytest.mark.parametrize(
    ("source", "shorten", "told"),
    [
        ("openrouter", shorter_rankings, r"daily.parquet: the new answer lacks 2,760 of the 2,768 entries \(date, m"),
        ("openrouter", shorter_catalogue, r"models.json: the new answer lacks 4 of the 5 entries \(id\)"),
        ("aa", shorter_index, r"2026-11-24.json: the new answer lacks 250 of the 450 entries \(id\)"),
        ("arena", shorter_boards, r"text_style_control.parquet: the new answer lacks 11 of the 12 entries"),
        ("arena", no_boards, r"text.parquet: the new answer lacks 12 of the 12 entries"),
        ("tracked", shorter_list, r"models.csv: the new answer lacks 1 of the 2 entries \(modelId\)"),
        ("tracked", no_second_list, r"extra_models.csv: the new answer lacks 2 of the 2 entries"),
        ("tracked", no_dates, r"release_date_corrections.csv: the new answer lacks 1 of the 1 entries"),
    ],
)
def test_a_shorter_answer_is_refused_in_one_line_and_taken_when_asked_to(tmp_path, source, shorten, told):
    with stocked() as fake:
        gather(source, tmp_path, fake)
        before = tables(tmp_path)
        shorten(fake)
        with pytest.raises(fetch.FetchError, match=rf"^{runs.SOURCES[source]}: .*{told}") as raised:
            gather(source, tmp_path, fake)
        words = str(raised.value)
        assert words.isprintable()
        assert "Nothing was replaced; run again later." in words
        assert words.endswith("--accept-loss`")
        assert tables(tmp_path) == before
        gather(source, tmp_path, fake, accept_loss=True)
        after = tables(tmp_path)
        gather(source, tmp_path, fake)
        assert tables(tmp_path) == after
    kept = {name: content for name, content in after.items() if "replaced/" in name and not name.endswith("e.json")}
    assert kept
    assert set(kept.values()) <= set(before.values())


def test_a_day_of_the_index_is_measured_by_the_newest_day_before(tmp_path):
    tomorrow = {"clock": lambda: NOW + datetime.timedelta(days=1)}
    with stocked() as fake:
        gather("aa", tmp_path, fake)
        fake.index = fake.index[:440]
        with pytest.raises(fetch.FetchError, match=r"2026-11-24.json: the new answer lacks 10 of the 450 entries"):
            gather("aa", tmp_path, fake, **tomorrow)
        assert artificial_analysis.newest(tmp_path).name == "2026-11-24.json"
        gather("aa", tmp_path, fake, **tomorrow, accept_loss=True)
    assert len(artificial_analysis.read(artificial_analysis.newest(tmp_path))) == 440


def test_what_a_source_adds_restates_or_tidies_up_is_taken_and_the_version_before_is_kept(tmp_path):
    with stocked() as fake:
        gather("openrouter", tmp_path, fake)
        before = (tmp_path / "daily.parquet").read_bytes()
        fake.rankings[0]["total_tokens"] = "7"
        del fake.rankings[-1], fake.models[1]
        gather("openrouter", tmp_path, fake, clock=lambda: NOW + datetime.timedelta(days=1))
    assert len(openrouter.read_daily(tmp_path / "daily.parquet")) == len(fake.rankings)
    (version,) = (tmp_path / "replaced" / "daily.parquet").glob("*.parquet")
    assert version.read_bytes() == before
    assert fetched.provenance(version)["as_of"] == "2026-11-24T06:00:00.000Z"
    assert len(list((tmp_path / "models").glob("*.json"))) == 4  # two days and their records


def test_a_held_file_that_cannot_be_read_is_no_measure_and_is_kept(tmp_path):
    with stocked() as fake:
        gather("arena", tmp_path, fake)
        (tmp_path / "text.parquet").write_bytes(b"spoilt")
        fetched.sidecar(tmp_path / "text.parquet").write_bytes(b"[")
        gather("arena", tmp_path, fake)
    assert len(arena.read(tmp_path / "text.parquet")) == 12
    (version,) = (tmp_path / "replaced" / "text.parquet").glob("*.parquet")
    assert version.read_bytes() == b"spoilt"


def test_only_the_newest_versions_are_kept_and_none_twice(tmp_path):
    path = tmp_path / "a.csv"
    for number in [*range(6), 5, 5]:
        when = f"2026-11-{number + 1:02}T08:00:00+00:00"
        with fetched.publishing(path, fetched=when) as (beside, _):
            beside.write_text(f"{number}", encoding="utf-8")
    kept = sorted(version for version in (tmp_path / "replaced" / "a.csv").glob("*.csv"))
    assert [version.name for version in kept] == [f"2026-11-0{day}T080000Z.csv" for day in (3, 4, 5)]
    assert [version.read_text(encoding="utf-8") for version in kept] == ["2", "3", "4"]
    assert [fetched.provenance(version)["fetched"][:10] for version in kept] == [f"2026-11-0{day}" for day in (3, 4, 5)]
    for number in range(6, 8):  # of the same second
        with fetched.publishing(path, fetched="2026-11-06T08:00:00+00:00") as (beside, _):
            beside.write_text(f"{number}", encoding="utf-8")
    kept = sorted((tmp_path / "replaced" / "a.csv").glob("*.csv"), key=lambda version: version.stem)
    assert [version.read_text(encoding="utf-8") for version in kept] == ["4", "5", "6"]


def test_no_edition_is_given_what_was_replaced(tmp_path):
    with stocked() as fake:
        for name, source in (("registry", "tracked"), ("arena", "arena")):
            gather(source, tmp_path / name, fake)
        fake.raw["models.csv"] += b"acme,m3,acme/m3\n"
        gather("tracked", tmp_path / "registry", fake)
        gather("weekly", tmp_path / "snapshots", fake)
    assert list((tmp_path / "registry").rglob("replaced/*/*"))
    gathering.gather(tmp_path / "raw", tmp_path)
    assert not list((tmp_path / "raw").rglob("replaced"))
    assert "acme/m3" in set(lists.ids(tmp_path / "raw" / "registry"))


@pytest.mark.parametrize(
    ("before", "kept", "lost"),
    [(0, 0, False), (1, 1, False), (1, 0, True), (2, 1, True), (3, 2, False), (11, 6, False), (12, 6, True),
     (1617, 1585, False), (1617, 1584, True), (1388, 6, True), (3, 0, True)],
)  # fmt: skip
def test_the_rule(tmp_path, before, kept, lost):
    path = tmp_path / "held.csv"
    pd.DataFrame({"id": range(before)}).to_csv(path, index=False)
    now = pd.DataFrame({"id": range(before - kept, before + 5)})
    guard = losses.Guard("X", "x")
    if lost:
        with pytest.raises(fetch.FetchError, match=f"lacks {before - kept:,} of the {before:,} entries"):
            guard.compare(path, now, pd.read_csv, ["id"])
    else:
        guard.compare(path, now, pd.read_csv, ["id"])
    losses.Guard("X", "x", accept=True).compare(path, now.head(0), pd.read_csv, ["id"])


# Odd envelopes ------------------------------------------------------------------------------------------------

ODD = [None, [], {}, "x", 0, -1, True, 1e308, [[]], [{}], {"a": []}, "9" * 400, "\ud800", "NaT", ""]


@pytest.mark.parametrize(
    ("source", "route", "field"),
    [
        ("openrouter", "rankings-daily", None),
        *(("openrouter", "rankings-daily", field) for field in ("data", "meta", "meta.as_of", "meta.end_date")),
        ("openrouter", "/models", None),
        *(("openrouter", "/models", field) for field in ("data", "links", "links.next", "total_count")),
        ("aa", "/free", None),
        *(("aa", "/free", field) for field in ("data", "pagination", "intelligence_index_version")),
        *(("aa", "/free", f"pagination.{field}") for field in ("page", "total_pages", "has_more")),
        *(("aa", "/free", f"data.{field}") for field in ("id", "name", "release_date", "model_creator", "evaluations")),
        ("arena", "/revision", "sha"),
        ("arena", "/tree", None),
        ("tracked", "/commits", "sha"),
        *(("tracked", "/trees", field) for field in ("tree", "tree.path", "tree.sha")),
    ],
)  # fmt: skip
def test_an_odd_envelope_is_one_line_or_harmless_and_never_a_traceback(tmp_path, monkeypatch, source, route, field):
    """An answer that is taken holds all there is: an envelope may be odd without lacking anything."""
    monkeypatch.setattr(runs, "HASTY", runs.Patience(silence=0.3, page=5, first=0.001, longest=0.002, tries=2))
    with stocked() as fake:
        gather(source, tmp_path / "whole", fake)
        whole = tables(tmp_path / "whole")
        for number, odd in enumerate([*ODD, KeyError]):
            fake.spoil = lambda path, content, odd=odd: (
                put(json.loads(json.dumps(content)), field, odd) if route in path else content
            )
            folder = tmp_path / str(number)
            try:
                gather(source, folder, fake)
            except fetch.FetchError as error:
                words = str(error)
                assert words.startswith(runs.SOURCES[source])
                assert words.isprintable()
                assert ";" in words
                assert not set(tables(folder)) - {".gitignore"}
            else:
                assert {name: len(told) for name, told in tables(folder).items() if name in ("daily.parquet",)} == {
                    name: len(told) for name, told in whole.items() if name in ("daily.parquet",)
                }
                if source == "aa":
                    assert len(artificial_analysis.read(artificial_analysis.newest(folder))) == 450


def put(content, field, odd):
    """An answer with another value in a field, or without the field (KeyError)."""
    if field is None:
        return None if odd is KeyError else odd
    head, _, rest = field.partition(".")
    if isinstance(content.get(head), list) and rest:
        put(content[head][0], rest, odd)
    elif rest:
        put(content[head], rest, odd)
    elif odd is KeyError:
        content.pop(head, None)
    else:
        content[head] = odd
    return content


def test_the_first_page_of_the_index_is_not_taken_for_all_of_it(tmp_path):
    def told(change):
        return lambda _, content: content | {"pagination": change(content["pagination"])}

    with stocked() as fake:
        fake.spoil = told(lambda _: None)
        with pytest.raises(fetch.FetchError, match=r"/language/models/free\?page=1: an answer does not tell how many"):
            gather("aa", tmp_path, fake)
        fake.spoil = lambda path, content: content | ({"data": []} if "page=2" in path else {})
        with pytest.raises(fetch.FetchError, match=r"page 2 holds no models, though pages before or after it do"):
            gather("aa", tmp_path, fake)
        fake.spoil = told(lambda pagination: pagination | {"page": 1})
        with pytest.raises(fetch.FetchError, match=r"asked for page 2, it sends page 1"):
            gather("aa", tmp_path, fake)
        fake.spoil = told(lambda pagination: {"has_more": pagination["has_more"]})
        assert gather("aa", tmp_path, fake)["rows"].tolist() == [450]


@pytest.mark.parametrize(
    "told",
    [
        {"RateLimit": f'"api";r=0;t={"9" * 5000}'},
        {"RateLimit": f'"api";r={"9" * 5000};t=1'},
        {"RateLimit": '"api";r=0;t=' + "9" * 400},
        {"RateLimit": '"api";r=0;t=1', "RateLimit-Policy": f'"fixed window";"api";q={"9" * 5000};w=1'},
        {"RateLimit": "r=zero"},
        {"RateLimit": '"api";r=0;t=-5'},
        {"Retry-After": "9" * 400},
        {"Retry-After": "soon"},
        {"Retry-After": "Fri, 31 Dec 9999 23:59:59 -2359"},
        {"Retry-After": "Mon, 01 Jan 0001 00:00:00 +2359"},
        {"Retry-After": "-1"},
        {"Link": "<<>>;;rel"},
    ],
)
def test_odd_words_on_waiting_are_waited_out_or_told_in_one_line(tmp_path, told):
    with stocked(script={0: "503"}) as fake:
        fake.told = told
        try:
            gather("tracked", tmp_path, fake)
        except fetch.FetchError as error:
            assert str(error).isprintable()
            assert "asks to wait" in str(error)


def test_a_contract_is_named_where_a_source_breaks_it(tmp_path):
    with stocked() as fake:
        fake.rankings[0]["date"] = "2025-01-32"
        with pytest.raises(fetch.FetchError, match=r"OpenRouter's rankings: column date: '2025-01-32' in row 1"):
            gather("openrouter", tmp_path, fake)
    assert issubclass(contracts.ContractError, ValueError)
