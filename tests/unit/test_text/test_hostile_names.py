"""Names that attack the text's own syntax: none withholds a passage, pulls in a value, breaks a list or takes a row."""

import json
import re

import pandas as pd
import pytest

from helpers import paths
from helpers.text import article, names, nodes, quoting
from tests.fakepublic import ATTACKS, IMPOSTOR, MAKER
from tests.unit.test_text.conftest import quoted
from tests.unit.test_text.test_bind import Project

NAMES = [*ATTACKS, MAKER, IMPOSTOR]
TEXT = """\
[Best is {{< var makers.KEY.organisation >}},
as [all know]{if="china-leads"}[none knows]{unless="china-leads"}.]{.passage}
[Nobody is best.]{.otherwise}

::: passage
Second is {{< var makers.KEY.organisation >}}
and nobody else.
:::

::: otherwise
Nobody is second.
:::

- {{< var makers.KEY.organisation >}}
- [{{< var makers.KEY.organisation >}}]{if="china-leads"}[Nobody]{unless="china-leads"}

So they stand in a table, too.

| Maker | Downloads |
|:------|:----------|
| {{< var makers.KEY.organisation >}} | {{< var makers.KEY.downloads >}} |

"""
EVERYONE = 'All: [{organisation} ({downloads})]{each="makers" sort="downloads"}.'
SINGLE = re.compile("['‘’]")
"""Typesetting chooses among these."""


class Attacked(Project):
    """A report whose only table has every name that attacks as a maker."""

    def __init__(self, root, monkeypatch):
        super().__init__(root, monkeypatch)
        self.keys = dict(zip(NAMES, quoting.keys("organisation", NAMES), strict=True))
        rows = [[name, 1000.0 + len(NAMES) - place] for place, name in enumerate(NAMES)]
        table = quoted(
            "makers", ["organisation"], ["organisation", "downloads"], rows, [[k] for k in self.keys.values()]
        )
        place = root / "build" / "quoted" / "04_organizational" / "makers.json"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(json.dumps({k: getattr(table, k) for k in table.__dataclass_fields__}), encoding="utf-8")

    def blocks(self, text):
        """As the publishers are given the report, its filter done."""
        self.run(text)
        return article.load(self.root, self.root / "build").blocks


@pytest.fixture
def attacked(tmp_path, monkeypatch):
    return Attacked(tmp_path, monkeypatch)


def words(blocks):
    return SINGLE.sub("'", nodes.text_of(blocks))


def seen(name):
    return SINGLE.sub("'", names.short(name))


def test_a_name_is_words_of_its_sentence_and_nothing_else(attacked):
    *blocks, everyone = attacked.blocks("".join(TEXT.replace("KEY", key) for key in attacked.keys.values()) + EVERYONE)
    assert [block["t"] for block in blocks] == ["Para", "Para", "BulletList", "Para", "Table"] * len(NAMES)
    for name, (best, second, items, _, table) in zip(NAMES, zip(*[iter(blocks)] * 5, strict=True), strict=True):
        assert words(best).strip() == f"Best is {seen(name)}, as all know."
        assert words(second).strip() == f"Second is {seen(name)} and nobody else."
        assert [words(item).strip() for item in items["c"]] == [seen(name)] * 2
        assert words(table).strip() == f"MakerDownloads{seen(name)}1K"
    told = [f"{seen(name)} (1K)" for name in NAMES]
    assert words(everyone) == f"All: {', '.join(told[:-1])} and {told[-1]}."
    kinds = {node["t"] for block in [*blocks, everyone] if block["t"] != "Table" for node in nodes.elements(block)}
    assert kinds <= {"Para", "Plain", "BulletList", "Str", "Space", "SoftBreak", "Span", "Quoted", "SingleQuote"}


def test_a_name_is_words_of_captions_and_alt_texts_and_nothing_else(attacked):
    best = " ".join(f"Best: {{{{< var makers.{key}.organisation >}}}}." for key in attacked.keys.values())
    attacked.notebook(f"#| label: fig-x\n#| fig-cap: '{best}'\n#| fig-alt: '{best}'\ndraw(x)")
    attacked.run("Text.")
    head = "".join(attacked.read("notebooks/03_regional.ipynb")["cells"][0]["source"]).splitlines()
    told = dict(line.removeprefix("#| ").split(": ", 1) for line in head if line.startswith("#| fig-"))
    caption = nodes.parse(json.loads(told["fig-cap"]), "markdown", article.FILTER, {"findings": {}, "lists": {}})
    wanted = " ".join(f"Best: {seen(name)}." for name in NAMES)
    assert words(caption) == wanted
    assert SINGLE.sub("'", json.loads(told["fig-alt"])) == wanted


def test_a_name_that_reads_like_another_in_addresses_takes_nobodys_place():
    known = ["DeepSeek", "a", "Others"]
    *others, impostor = quoting.keys("organisation", [*known, IMPOSTOR])
    assert others == ["deepseek", "a", "others"]
    assert re.fullmatch("deepseek-[0-9a-f]{6}", impostor)
    assert quoting.keys("organisation", [IMPOSTOR, IMPOSTOR]) == [impostor] * 2
    assert len(set(quoting.keys("model", ["a/b-c", "a-b/c"]))) == 2
    assert quoting.keys("side", ["qwen"]) == ["qwen"]


def test_names_that_read_alike_are_quoted_side_by_side(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "BUILD", tmp_path)
    quote = quoting.quoter("04_organizational")
    table = pd.DataFrame({"organisation": ["智谱", "零一", "DeepSeek", IMPOSTOR], "downloads": [1.0, 2.0, 3.0, 4.0]})
    quote("makers", table, by="organisation")
    told = json.loads((tmp_path / "quoted" / "04_organizational" / "makers.json").read_text(encoding="utf-8"))
    assert told["keys"][2] == ["deepseek"]
    assert len({key for (key,) in told["keys"]}) == 4


def test_a_list_puts_on_record_what_it_says_and_no_more(attacked):
    attacked.run('All:\n[{organisation},\nno more]{each="makers"}.')
    record = attacked.read("values.json")
    assert {value["column"] for value in record.values()} == {"organisation"}
    assert {column for row in attacked.read("edition.yml")["lists"]["makers||"] for column in row} == {"organisation"}
