"""Stands in for Quarto: notes how it was called and writes pages of the kind that Quarto writes."""

import json
import os
import sys
from pathlib import Path

VERSION, MODE, CALLS = (os.environ[f"FAKE_QUARTO_{name}"] for name in ("VERSION", "MODE", "CALLS"))
LABEL = "Reconstructed from the paper's published figures; not a measurement."

if sys.argv[1:] == ["--version"]:
    print(VERSION)
    sys.exit()

root = Path.cwd()
with Path(CALLS).open("a", encoding="utf-8") as stream:
    print(json.dumps({"arguments": sys.argv[1:], "cache": (root / ".quarto").exists()}), file=stream)
site = root / sys.argv[sys.argv.index("--output-dir") + 1]
(root / ".quarto").mkdir(exist_ok=True)
(root / "report/index_files").mkdir(exist_ok=True)
(root / "report/index.typ").write_text(f"#show: article.with(data-label: [{LABEL}])\n= Findings\n", encoding="utf-8")
if MODE == "fails":
    print("\x1b[31mERROR\x1b[0m: Typst compilation failed")
    sys.exit(1)


def exhibit(label: str, content: str) -> str:
    return f'<div id="{label}"><figure><div>{content}</div><figcaption>Caption</figcaption></figure></div>'


WIDGETS = """<script src="https://cdn.example/ajax/libs/jquery/3.5.1/jquery.min.js" integrity="sha512-b" \
crossorigin="anonymous" data-relocate-top="true"></script>
<script type="application/javascript" data-relocate-top="true">define('jquery', [],function() {return window.jQuery;})\
</script>
<script src="../site_libs/quarto-html/quarto.js" type="module"></script>
<script src="https://cdn.example/ajax/libs/require.js/2.3.6/require.min.js" integrity="sha512-c" \
crossorigin="anonymous"></script>
<script>window.document.title;</script>
"""
"""What Quarto puts into the head of each page with a table of a notebook's, among scripts that it needs."""


def write(name: str, body: str, head: str = "") -> None:
    path = site / name
    path.parent.mkdir(parents=True, exist_ok=True)
    page = f'<!DOCTYPE html><html lang="en"><head>{head}</head><body class="x">{body}</body></html>'
    path.write_text(page, encoding="utf-8")


preview = "../build/notebooks/02_figures-preview.html"
picture = '<img src="index_files/figure-html/a.svg" alt="It rises.">'
(site / "site_libs/quarto-html").mkdir(parents=True)
(site / "site_libs/quarto-html/quarto.js").write_text("", encoding="utf-8")
(site / "report/index_files/figure-html").mkdir(parents=True)
(site / "report/index_files/figure-html/a.svg").write_text("<svg/>", encoding="utf-8")
source = f'<a class="quarto-notebook-link" id="nblink-1" href="{preview}#cell-fig-growth">Source: Drawing figures</a>'
number = '<p><a href="{}#cell-quote-regions" class="value" title="regions · region china">1.15B</a></p>'
write(
    "report/index.html",
    number.format(preview)
    + f'<div class="quarto-embed-nb-cell">{exhibit("fig-growth", picture)}\n{source}</div>'
    + exhibit("fig-share", picture)
    + exhibit("tbl-models", "<table></table>")
    + ("<p>?@fig-none</p>" if MODE == "unresolved" else ""),
    WIDGETS,
)
write(
    "build/notebooks/02_figures-preview.html",
    number.format(preview)  # as it is where the filter does not know that this page lies deeper
    + '<div id="quote-regions" class="cell"><pre>quote(…)</pre></div>'
    + f'<div id="cell-fig-growth" class="cell">{exhibit("fig-growth", "<img src=x.svg alt=x>")}</div>'
    + '<div class="cell"><div id="fig-share"><img src="x.svg" alt="x"></div></div>'
    + '<div class="cell"><div id="tbl-models"><table></table></div></div>',
    WIDGETS.replace("../site_libs", "../../site_libs"),
)
(site / "build/notebooks/x.svg").write_text("<svg/>", encoding="utf-8")
(site / "report/atom-report.pdf").write_bytes(b"%PDF-1.7")
write("index.html", '<a href="report/index.html">Redirect</a>')
print("WARN: Unable to resolve crossref" if MODE == "warns" else "Output created: index.html")
