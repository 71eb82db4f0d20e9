"""Comparing two built editions: each kind of difference, and hostile names as text only."""

import copy
import io
import json
import math

import pandas as pd
import pytest
from rich.console import Console

from helpers.build import steps
from helpers.commands import diff, diff_page
from helpers.publish import site
from helpers.publish.page import Page

ATTACK = "=cmd|<script>alert(1)</script><img src=x onerror=alert(2)>[red]\x1b[2J&\u202ehttps://evil.example/x"


def value(raw, unit, formatted=None, **row):
    return {"raw": raw, "formatted": formatted or str(raw), "unit": unit, "row": row}


def rank(raw, who):
    return value(raw, "rank", organisation=who, month="2026-03")


CHINA, SHARE = "regions.china.last.downloads_cumulative", "regions.china.last.downloads_share"
VALUES = {
    CHINA: value(1_000_000_000, "downloads", "1.00B", region="china", month="2026-03"),
    SHARE: value(0.5, "0 to 1", "50%", region="china", month="2026-03"),
    "lead.since": value("2025-07-22", "UTC day"),
    "crossing.qwen-meta.month": value("2025-12-01", "first of month", pair="qwen-meta"),
    "families.qwen.last.rank": rank(1, "qwen"),
    "families.meta.last.rank": rank(2, "meta"),
    "entrants.qwen.last.rank": rank(3, "qwen"),
    "tokens.first.organisation": value("DeepSeek", "text", rank="1"),
    "ram.glm.30d.score": value(None, "score", "unknown", model="glm", milestone_days="30d"),
    "coverage.models": value(3, "models"),
}
FINDINGS = pd.DataFrame(
    [("china-leads", "true", "China leads."), ("era-ended", "unknown", "An era ended.")],
    columns=["finding", "truth", "statement"],
)
TABLE = pd.DataFrame(
    {"month": ["2026-01-01"] * 2 + ["2026-02-01"] * 2, "region": ["us", "china"] * 2, "downloads": [1.0, 2.0, 3.0, 4.0]}
)


def keep(build, name, title):
    edition = {"name": name, "title": title, "data": "public"}
    (build / "provenance.json").write_text(json.dumps({"edition": edition}), encoding="utf-8")
    site.keep(build)


def kept(values=VALUES, figures=None, **parameters):
    given = {"name": "one", "data": "public", "seed": 1} | parameters
    return diff.Kept(given, copy.deepcopy(values), FINDINGS, {"fig-downloads": TABLE} if figures is None else figures)


def changed(raws):
    values = copy.deepcopy(VALUES)
    for address, raw in raws.items():
        values[address] |= {"raw": raw, "formatted": str(raw)}
    return values


def figure(after, before=TABLE):
    found = diff.figures({"fig-a": before}, {"fig-a": after})
    return found.iloc[0] if len(found) else None


@pytest.fixture
def built(tmp_path):
    """Two editions as the publish step leaves them; a value, the title and the figure hold a hostile name."""
    for name, model in (("one", "Qwen/Qwen3-8B"), ("two", ATTACK)):
        said = VALUES | {"tokens.first.organisation": value(model, "text", rank="1")}
        (tmp_path / "values.json").write_text(json.dumps(said), encoding="utf-8")
        FINDINGS.assign(truth=["true", "false" if name == "one" else "true"], used=model).to_csv(
            tmp_path / "findings.csv", index=False
        )
        folder = tmp_path / "site" / "figures"
        folder.mkdir(parents=True, exist_ok=True)
        table = pd.DataFrame({"model": ["a", ATTACK], "score": [1.0, 2.0 if name == "one" else 3.0]})
        table.to_csv(folder / "fig-models.csv", index=False)
        TABLE.assign(region=model).to_csv(folder / "ledger.csv", index=False)
        keep(tmp_path, name, f"{model} & co")
    return tmp_path


def test_an_edition_and_itself_do_not_differ():
    found = diff.compare(kept(), kept())
    assert found.parameters.empty and found.values.empty and found.findings.empty and found.figures.empty
    assert (found.order, found.same) == ([], len(VALUES))
    assert diff_page.tables(found) == {}


@pytest.mark.parametrize(
    ("address", "raw", "kind", "change"),
    [
        (CHINA, 1_250_000_000, "value", 250_000_000),
        (SHARE, 0.25, "value", -0.25),
        ("lead.since", "2025-09-02", "date", 42),
        ("crossing.qwen-meta.month", "2026-02-01", "date", 2),
        ("tokens.first.organisation", "Qwen", "value", math.nan),
        ("families.meta.last.rank", 5, "rank", 3),
        ("ram.glm.30d.score", 1.5, "value", math.nan),
        ("lead.since", None, "date", math.nan),
        (SHARE, 0, "value", -0.5),
    ],
)
def test_a_change_is_told_in_the_numbers_unit_and_unknown_stays_unknown(address, raw, kind, change):
    (row,) = diff.values(VALUES, changed({address: raw})).to_dict("records")
    assert (row["address"], row["kind"], row["state"], row["after"]) == (address, kind, "changed", str(raw))
    assert row["change"] == change or (math.isnan(row["change"]) and math.isnan(change))


@pytest.mark.parametrize(
    ("unit", "change", "words"),
    [
        ("0 to 1", -0.25, "-25.00 percentage points"),
        ("UTC day", 42.0, "+42 days"),
        ("first of month", 2.0, "+2 months"),
        ("downloads", 250e6, "+250,000,000"),
        ("multiple", 0.1234, "+0.123"),
        ("text", math.nan, "changed"),
    ],
)
def test_a_change_reads_in_its_unit(unit, change, words):
    assert diff_page._change("changed", change, unit) == words


def test_new_and_gone_numbers_other_units_and_mere_rounding():
    after = changed({SHARE: 0.5 * (1 + 1e-13)}) | {"more.rows": value(1, "rows")}
    del after["coverage.models"]
    after["ram.glm.30d.score"]["unit"] = "multiple"
    found = diff.values(VALUES, after).set_index("address")
    states = {"more.rows": "new", "ram.glm.30d.score": "changed", "coverage.models": "gone"}
    assert found["state"].to_dict() == states
    assert found.loc["ram.glm.30d.score", "unit"] == "score → multiple"
    assert found["change"].isna().all()


def test_the_largest_relative_change_comes_first():
    found = diff.values(VALUES, changed({CHINA: 1_100_000_000, SHARE: 0.1}))
    assert list(found["address"]) == [SHARE, CHINA]


def test_who_overtook_whom_within_one_column_and_month():
    qwen, meta, entrants = "families.qwen.last.rank", "families.meta.last.rank", "entrants.qwen.last.rank"
    assert diff.order(VALUES, changed({qwen: 2, meta: 1, entrants: 1})) == [
        "meta is now ahead of qwen (families.last.rank)"
    ]
    # a record names the parts of its row in an order of its own
    turned = [{name: told | {"row": dict(reversed(told["row"].items()))} for name, told in one.items()}
              for one in (VALUES, changed({qwen: 2, meta: 1, entrants: 1}))]  # fmt: skip
    assert diff.order(*turned) == ["meta is now ahead of qwen (families.last.rank)"]
    assert diff.order(VALUES, changed({qwen: None, meta: 1})) == []
    assert diff.order(VALUES, changed({qwen: 2})) == []  # a tie is no overtaking


def test_findings_whose_truth_changed():
    after = FINDINGS.assign(truth=["false", "unknown"], statement=["China is ahead.", "An era ended."])
    more = pd.concat([after, pd.DataFrame([("new-one", "true", "New.")], columns=after.columns)])
    found = diff.findings(FINDINGS, more)
    assert found.to_numpy().tolist() == [
        ["china-leads", "true", "false", "China is ahead."],
        ["new-one", None, "true", "New."],
    ]
    assert diff.findings(FINDINGS, FINDINGS).empty


def test_a_cell_that_is_said_in_two_formats_is_compared_once():
    said = {f"{CHINA}{variant}": VALUES[CHINA] for variant in ("", "-billions", "-tenths")} | {"lead.since-month": 1}
    assert list(diff._places(said)) == [CHINA, "lead.since"]


def test_a_figures_rows_added_gone_changed_and_the_largest_change():
    after = TABLE.drop(index=0).assign(downloads=[2.0, 30.0, 5.0])
    after.loc[9] = ["2026-03-01", "us", 7.0]
    row = figure(after)
    assert (row["rows_added"], row["rows_gone"], row["rows_changed"]) == (1, 1, 2)
    assert row["largest"] == "2026-02-01, us: downloads 3 → 30"
    assert figure(TABLE.sample(frac=1, random_state=1)) is None  # order of rows is no difference


def test_a_figures_unknown_cells_other_kinds_columns_and_repeated_rows():
    unknown = TABLE.assign(downloads=[None, 2.0, 3.0, 4.0])
    assert figure(unknown)["rows_changed"] == 1
    assert figure(unknown)["largest"] == ""
    assert figure(unknown, unknown) is None
    assert figure(TABLE.assign(downloads=["n/a", "2.0", "3.0", "4.0"]))["rows_changed"] == 1
    assert figure(TABLE.assign(downloads=[1, 2, 3, 4])) is None
    assert (
        figure(TABLE.assign(more=1).rename(columns={"downloads": "tokens"}))["columns"] == "+tokens, +more, −downloads"
    )
    twice = pd.concat([TABLE, TABLE])
    row = figure(twice)
    assert (row["rows_added"], row["rows_gone"], row["rows_changed"]) == (4, 0, 0)


def test_figures_that_only_one_edition_has():
    found = diff.figures({"fig-a": TABLE}, {"fig-b": TABLE.head(1)}).set_index("figure")
    assert found["state"].to_dict() == {"fig-a": "gone", "fig-b": "new"}
    assert (found.loc["fig-a", "rows_gone"], found.loc["fig-b", "rows_added"]) == (4, 1)


def test_a_build_keeps_its_edition_whole_and_replaces_only_its_own(built):
    assert sorted(path.name for path in (built / "editions").iterdir()) == ["one", "two"]
    assert [path.name for path in (built / "editions/one/figures").iterdir()] == ["fig-models.csv"]
    (built / "site/figures/fig-models.csv").rename(built / "site/figures/fig-other.csv")
    keep(built, "one", "")
    assert list(diff.read("one", built).figures) == ["fig-other"]
    assert list(diff.read("two", built).figures) == ["fig-models"]
    assert not (built / ".work" / "keep").exists()


def test_pages_without_provenance_are_no_edition(tmp_path):
    site.keep(tmp_path)
    assert not (tmp_path / "editions").exists()


def test_what_a_build_keeps_is_an_output_of_the_publish_step():
    assert "editions" in next(step for step in steps.STEPS if step.name == "publish").writes


def test_an_edition_that_was_not_built_names_the_command(built):
    with pytest.raises(diff.DiffError, match=r"built are one, two.*`atom build --edition public`"):
        diff.read("public", built)
    with pytest.raises(diff.DiffError, match=r"no edition 'three'; known editions: .*paper-2026-03"):
        diff.read("three", built)


def test_a_model_called_na_is_no_unknown(tmp_path):
    path = tmp_path / "fig-a.csv"
    path.write_text("model,score\nNA,1\nnull,\n", encoding="utf-8")
    table = diff._table(path)
    assert list(table["model"]) == ["NA", "null"]
    assert list(table["score"].isna()) == [False, True]


def test_hostile_names_are_text_on_page_and_terminal_and_nothing_is_loaded_from_elsewhere(built):
    stream = io.StringIO()
    Console(file=stream, width=300, force_terminal=True, color_system=None).print(diff_page.run("one", "two", built))
    page_path = built / "diff" / "one-two.html"
    page = Page.of(page_path.read_text(encoding="utf-8"))
    visible = ATTACK.replace("\x1b", "·").replace("\u202e", "·")
    assert visible in page.text  # parsed back, the whole name is text
    assert page.text.count("alert(1)") == 3  # the parameter, the value, the figure
    assert "An era ended." in page.text and "China leads." not in page.text
    assert sorted(page.loads) == sorted(
        [f"assets/{name}" for name in ("favicon.svg", "fonts.css", "report.css", "report.js", "search.js", "theme.js")]
    )
    assert all((page_path.parent / load).is_file() for load in page.loads)
    assert not any("evil" in link for link in page.links)
    shown = stream.getvalue()
    assert "[red]" in shown and "\x1b[2J" not in shown and "\u202e" not in shown


def test_a_long_table_is_cut_on_the_terminal_only():
    many = {f"table.n{number:03}.count": value(number, "count") for number in range(80)}
    found = diff.compare(kept(many), kept({address: value(v["raw"] + 1, "count") for address, v in many.items()}))
    stream = io.StringIO()
    Console(file=stream, width=120).print(*diff_page.terminal(found))
    assert "… and 50 more" in stream.getvalue()
    assert len(diff_page.tables(found)["Numbers"]) == 80
