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


def value(raw, unit, formatted=None):
    return {"raw": raw, "formatted": formatted or str(raw), "unit": unit}


VALUES = {
    "china_cumulative": value(1_000_000_000, "downloads", "1.00B"),
    "china_share": value(0.5, "share", "50%"),
    "china_usa_crossover": value("2025-07-22", "date"),
    "qwen_meta_crossover": value("2025-12-01", "month"),
    "lifetime_china_usa_crossover": value("at no time", "text"),
    "qwen_rank_cumulative": value(1, "rank"),
    "meta_rank_cumulative": value(2, "rank"),
    "qwen_rank_entrants": value(3, "rank"),
    "token_leader": value("DeepSeek", "text"),
    "ram_glm": value(None, "score", "unknown"),
    "steady": value(3, "count"),
}
TABLE = pd.DataFrame(
    {"month": ["2026-01-01"] * 2 + ["2026-02-01"] * 2, "region": ["us", "china"] * 2, "downloads": [1.0, 2.0, 3.0, 4.0]}
)


def keep(build, name, title):
    edition = {"name": name, "title": title, "data": "public"}
    (build / "provenance.json").write_text(json.dumps({"edition": edition}), encoding="utf-8")
    site.keep(build)


def kept(values=VALUES, figures=None, **parameters):
    given = {"name": "one", "data": "public", "seed": 1} | parameters
    return diff.Kept(given, copy.deepcopy(values), {"fig-downloads": TABLE} if figures is None else figures)


def changed(**raws):
    values = copy.deepcopy(VALUES)
    for name, raw in raws.items():
        values[name]["raw"] = raw
        values[name]["formatted"] = str(raw)
    return values


def figure(after, before=TABLE):
    found = diff.figures({"fig-a": before}, {"fig-a": after})
    return found.iloc[0] if len(found) else None


@pytest.fixture
def built(tmp_path):
    """Two editions as the publish step leaves them; a value, the title and the figure hold a hostile name."""
    for name, model in (("one", "Qwen/Qwen3-8B"), ("two", ATTACK)):
        recorded = VALUES | {"token_leader": value(model, "text")}
        (tmp_path / "values.json").write_text(json.dumps(recorded), encoding="utf-8")
        folder = tmp_path / "site" / "figures"
        folder.mkdir(parents=True, exist_ok=True)
        table = pd.DataFrame({"model": ["a", ATTACK], "score": [1.0, 2.0 if name == "one" else 3.0]})
        table.to_csv(folder / "fig-models.csv", index=False)
        TABLE.assign(region=model).to_csv(folder / "ledger.csv", index=False)
        keep(tmp_path, name, f"{model} & co")
    return tmp_path


def test_an_edition_and_itself_do_not_differ():
    found = diff.compare(kept(), kept())
    assert found.parameters.empty and found.values.empty and found.figures.empty
    assert (found.order, found.same) == ([], len(VALUES))
    assert diff_page.tables(found) == {}


@pytest.mark.parametrize(
    ("name", "raw", "kind", "change"),
    [
        ("china_cumulative", 1_250_000_000, "value", 250_000_000),
        ("china_share", 0.25, "value", -0.25),
        ("china_usa_crossover", "2025-09-02", "crossover", 42),
        ("qwen_meta_crossover", "2026-02-01", "crossover", 2),
        ("lifetime_china_usa_crossover", "on 2 September 2025", "crossover", math.nan),
        ("token_leader", "Qwen", "rank", math.nan),
        ("ram_glm", 1.5, "value", math.nan),
        ("china_usa_crossover", None, "crossover", math.nan),
        ("china_share", 0, "value", -0.5),
    ],
)
def test_a_change_is_told_in_the_values_unit_and_unknown_stays_unknown(name, raw, kind, change):
    (row,) = diff.values(VALUES, changed(**{name: raw})).to_dict("records")
    assert (row["name"], row["kind"], row["state"], row["after"]) == (name, kind, "changed", str(raw))
    assert row["change"] == change or (math.isnan(row["change"]) and math.isnan(change))


def test_new_and_gone_values_other_units_and_mere_rounding():
    after = changed(china_share=0.5 * (1 + 1e-13)) | {"more": value(1, "count")}
    del after["steady"]
    after["ram_glm"]["unit"] = "multiple"
    found = diff.values(VALUES, after).set_index("name")
    assert found["state"].to_dict() == {"more": "new", "ram_glm": "changed", "steady": "gone"}
    assert found.loc["ram_glm", "unit"] == "score → multiple"
    assert found["change"].isna().all()


def test_the_largest_relative_change_comes_first():
    found = diff.values(VALUES, changed(china_cumulative=1_100_000_000, china_share=0.1))
    assert list(found["name"]) == ["china_share", "china_cumulative"]


def test_who_overtook_whom_within_one_measure():
    after = changed(qwen_rank_cumulative=2, meta_rank_cumulative=1, qwen_rank_entrants=1)
    assert diff.order(VALUES, after) == ["meta is now ahead of qwen (cumulative)"]
    assert diff.order(VALUES, changed(qwen_rank_cumulative=None, meta_rank_cumulative=1)) == []
    assert diff.order(VALUES, changed(qwen_rank_cumulative=2)) == []  # a tie is no overtaking


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
    assert sorted(page.loads) == sorted(
        ["assets/fonts.css", "assets/report.css", "assets/report.js", "assets/theme.js", "data:,"]
    )
    assert all((page_path.parent / load).is_file() for load in page.loads if load != "data:,")
    assert not any("evil" in link for link in page.links)
    shown = stream.getvalue()
    assert "[red]" in shown and "\x1b[2J" not in shown and "\u202e" not in shown


def test_a_long_table_is_cut_on_the_terminal_only():
    many = {f"value_{number:03}": value(number, "count") for number in range(80)}
    found = diff.compare(kept(many), kept({name: value(v["raw"] + 1, "count") for name, v in many.items()}))
    stream = io.StringIO()
    Console(file=stream, width=120).print(*diff_page.terminal(found))
    assert "… and 50 more" in stream.getvalue()
    assert len(diff_page.tables(found)["Values"]) == 80
