"""A small project with everything that the report's sources may hold, as a rebuild leaves it for the publishers."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import nbformat
import pytest
import yaml
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from helpers import files, paths
from helpers.publish import pages, tables
from helpers.publish import site as publishing
from helpers.text import article, captions, faults, names, nodes, sources

HERE = Path(__file__).parent
LABEL = "Reconstructed from the paper's published figures; not a measurement."
SVG = (HERE / "drawing.svg").read_text(encoding="utf-8")
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
TABLE = """<div><style scoped>td {color: red}</style><table border="1" class="dataframe">
<thead><tr style="text-align: right;"><th>Model</th><th>Downloads</th></tr></thead>
<tbody><tr><td>Qwen/Qwen3-8B</td><td>72.8M</td></tr><tr><td>meta-llama/Llama-3.1-8B</td><td>–</td></tr>
<tr><td>all &lt;1B &amp; more</td><td>1.2B</td></tr></tbody>
</table></div>"""

MAKER = "2*0*4 & <1B's"


def value(text: str, row: str, assumed: bool = False) -> str:
    """A number as the build writes it, with its origin."""
    classes = "value assumed" if assumed else "value"
    origin = f'from="02_figures#cell-quote-regions" title="regions · {row} · downloads"'
    return f'<span class="{classes}" {origin}>{text}</span>'


CHINA, EU = value("1.15B", "region china"), value("163M", "region eu", assumed=True)
VALUES = {
    "edition": {"data_label": LABEL, "name": "it's\\_an\\_edition"},
    "month": {"last": "March 2026"},
    "regions": {region: {"last": {"downloads_cumulative": text}} for region, text in (("china", CHINA), ("eu", EU))},
    "makers": {"first": {"name": f"{names.markdown(MAKER)}"}},
    "tokens": {"last": "[unknown]{.unknown}"},
}
FINDINGS = {"china-leads": True, "arena-held": "unknown"}
LISTS = {
    "regions.last||": [
        {"region": region, "downloads_cumulative": text} for region, text in (("China", CHINA), ("the EU", EU))
    ]
}


@dataclass(frozen=True)
class Small:
    """The project; `site` is where its pages go. moved: its build folder, where it is not in the project."""

    root: Path
    moved: Path | None = None

    @property
    def build(self) -> Path:
        return self.moved or self.root / "build"

    @property
    def site(self) -> Path:
        return self.build / "site"

    def bind(self) -> None:
        """What the steps before the publishers do with the text and the notebooks."""
        report, about = sources.read(self.root), sources.metadata(self.root, sources.edition(self.build))
        if report.faults:
            raise faults.PublishError(report.faults)
        article.write(article.read(report, sources.variables(self.build), about), self.build)
        executed = sorted((self.build / "notebooks").glob("*.ipynb"))
        files.write_text(self.build / captions.TABLES, "".join(map(captions.tables, executed)))
        tables.keep(self.build)
        pages.write(self.root, self.build)

    def render(self, engine: str = "pandoc") -> publishing.Rendered:
        self.bind()
        return publishing.render(engine, self.root, self.build)

    def page(self, name: str = "report/index.html") -> str:
        return (self.site / name).read_text(encoding="utf-8")

    def edit(self, name: str, old: str, new: str) -> None:
        path = self.root / name
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {name}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def findings(self, engine: str = "pandoc") -> str:
        """What rendering is refused for."""
        with pytest.raises(faults.PublishError) as refused:
            self.render(engine)
        return str(refused.value)


def figure(label: str, caption: str) -> nbformat.NotebookNode:
    words = f"#| fig-cap: {json.dumps(caption, ensure_ascii=False)}\n"
    words += "#| fig-source: Hugging Face Hub\n"
    source = f'#| label: {label}\n{words}#| fig-alt: "It <rises> to \\"ten\\"."\ndraw("{label}")'
    shown = new_output("display_data", {"image/svg+xml": SVG, "image/png": PNG, "text/plain": "<Figure>"})
    return new_code_cell(source, outputs=[shown])


def write_notebooks(folder: Path) -> None:
    table = new_output("execute_result", {"text/html": TABLE, "text/plain": "…"}, execution_count=1)
    notebooks = {
        "01_tables": [
            new_markdown_cell("# Making tables\n\nWith $x^2$ and a [link](https://example.org)."),
            new_code_cell("seed = 1", metadata={"tags": ["parameters"]}),
            new_code_cell("print(rows)", outputs=[new_output("stream", text="\x1b[31m1,504\x1b[0m rows\n")]),
        ],
        "02_figures": [
            new_markdown_cell("# Drawing figures\n\n## Growth"),
            new_code_cell(
                '#| label: quote-regions\nquote("regions", regions, by=["region", "month"])', outputs=[table]
            ),
            figure("fig-growth", f"Downloads grow to {CHINA} [@mill1843], compare @tbl-models."),
            figure("fig-share", "Shares of China."),
            new_code_cell("#| label: tbl-models\n#| tbl-cap: The models.\ntable", outputs=[table]),
        ],
    }
    folder.mkdir(parents=True)
    for name, cells in notebooks.items():
        for number, cell in enumerate(cells):
            cell.id = f"cell-{number}"
        nbformat.write(new_notebook(cells=cells), folder / f"{name}.ipynb")


def make(root: Path) -> Small:
    shutil.copytree(HERE / "report", root / "report")
    for folder in ("theme", "filters", "root"):
        shutil.copytree(paths.REPORT / folder, root / "report" / folder)
    project = (paths.ROOT / "_quarto.yml").read_text(encoding="utf-8")
    (root / "helpers" / "publish").mkdir(parents=True)
    shutil.copy(paths.ROOT / "helpers" / "publish" / "before_quarto.py", root / "helpers" / "publish")
    (root / "_quarto.yml").write_text(project.replace("report/references.bib", "report/works.bib"), encoding="utf-8")
    small = Small(root)
    write_notebooks(small.build / "notebooks")
    (small.build / "_variables.yml").write_text(yaml.safe_dump(VALUES, allow_unicode=True), encoding="utf-8")
    about = {
        "edition": "first",
        "subtitle": "First edition",
        "date": "2026-04-02",
        "data-through": "2026-02-28",
        "data-kind": "reconstructed",
        "data-label": LABEL,
        "findings": FINDINGS,
        "lists": LISTS,
    }
    (small.build / "edition.yml").write_text(yaml.safe_dump(about, allow_unicode=True), encoding="utf-8")
    (small.build / "values.json").write_text(json.dumps({"regions.china": {"raw": 1}}), encoding="utf-8")
    (small.build / "findings.csv").write_text("finding,truth,statement,used\n", encoding="utf-8")
    figures = small.build / "regional" / "figures"
    figures.mkdir(parents=True)
    for kind in ("csv", "svg"):
        (figures / f"fig-growth.{kind}").write_text("month,downloads\n" if kind == "csv" else SVG, encoding="utf-8")
    codebook = [
        "column,unit,files,heading,meaning",
        "month,first of month,fig-growth fig-share regions,Month,label",
        "downloads,,fig-growth regions,,new in it",
        "share,0 to 1,fig-share,,part of all",
        "region,,regions,Region,where the maker sits",
    ]
    (root / "data").mkdir()
    (root / "data" / "codebook.csv").write_text("\n".join([*codebook, ""]), encoding="utf-8")
    shutil.copy(paths.ROOT / "data" / "terms.csv", root / "data")
    return small


@pytest.fixture(scope="session", autouse=True)
def asked_once() -> Iterator[None]:
    """Most tests here publish the same small project: what hangs on no file pandoc is asked once."""
    ask, known = nodes.pandoc, cache(nodes.pandoc)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            nodes, "pandoc",
            lambda text, *how, folder=None: known(text, *how) if folder is None and "--lua-filter" not in how
            else ask(text, *how, folder=folder),
        )  # fmt: skip
        yield


@pytest.fixture
def project(tmp_path) -> Small:
    """The small project, not rendered; a test may change it."""
    return make(tmp_path / "project")


@pytest.fixture(scope="session")
def published(tmp_path_factory) -> Small:
    """The small project, rendered by the embedded publisher; tests only look at it."""
    small = make(tmp_path_factory.mktemp("published") / "project")
    small.render()
    return small
