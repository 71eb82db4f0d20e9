"""The appendix of choices: nothing is left out of it, and what it names is there."""

import ast

import pandas as pd
import pytest

from helpers import paths
from helpers.edition import Edition
from helpers.measures import deviations, multiverse_summaries

TABLE = pd.read_csv(paths.REGISTRY / "deviations.csv", dtype=str)
MULTIVERSE = pd.read_csv(paths.REGISTRY / "multiverse.csv", dtype=str)
CHOICES = pd.read_csv(paths.REGISTRY / "choices.csv", dtype=str)


def words(column):
    return {word for cell in TABLE[column].dropna() for word in cell.split()}


def test_every_parameter_of_an_edition_is_told_and_no_other():
    told, there = words("parameters"), set(Edition.model_fields)
    assert not there - told, "add a row to data/registry/deviations.csv"
    assert not told - there


@pytest.mark.parametrize("where", TABLE["where"])
def test_the_place_in_the_code_is_there(where):
    path, name = where.split(":")
    tree = ast.parse((paths.ROOT / path).read_text(encoding="utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}


def test_every_choice_that_is_tried_belongs_to_a_row_and_is_tried():
    options = MULTIVERSE[MULTIVERSE["part"].isin(["downloads", "derivatives"])]
    other = options[options.duplicated("axis")]  # the first option is the edition's
    tried = {*(other["axis"] + "/" + other["option"])}
    tried |= {
        *CHOICES.loc[CHOICES["kind"].isin(["lifetime", "falls", "outliers", "guard", "end", "entry", "edge"]), "key"]
    }
    assert words("tried") == tried


def test_topics_are_named_once_and_each_has_our_rule():
    assert not TABLE["topic"].duplicated().any()
    assert TABLE["ours"].notna().all()


def test_what_a_choice_does_is_joined_to_its_row():
    labels = multiverse_summaries.keys(MULTIVERSE)
    table = pd.DataFrame(
        [("edition", "lead", False), ("filter/none", "lead", True), ("filter/none", "bucket", True),
         ("filter/clip", "bucket", True), ("entry/out", "lead", False)],
        columns=["choice", "headline", "flips"],
    )  # fmt: skip
    rows = pd.DataFrame(
        [("one", "filter/clip filter/none not-held", "x"), ("two", "entry/out", None), ("three", None, "z")],
        columns=["topic", "tried", "paper"],
    ).assign(ours="", where="", parameters="")
    found = deviations.told(rows, table, labels).set_index("topic")
    assert found["otherwise"].tolist()[:2] == [
        "No outliers removed; Clipped at that fence", "Lifetime counts at entry out",
    ]  # fmt: skip
    assert found.loc["one", "changes"] == "China leads the USA; Largest bucket"
    assert pd.isna(found.loc["two", "changes"])
    assert found.loc["three", ["otherwise", "changes"]].isna().all()
