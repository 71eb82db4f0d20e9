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


def exhibit(label: str, content: str, more: str = "") -> str:
    return f'<div id="{label}"><figure><div>{content}</div><figcaption>Caption</figcaption>{more}</figure></div>'


def write(name: str, body: str) -> None:
    path = site / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'<!DOCTYPE html><html lang="en"><body class="x">{body}</body></html>', encoding="utf-8")


preview = "../build/notebooks/02_figures-preview.html"
picture = '<img src="index_files/figure-html/a.svg" alt="It rises.">'
(site / "report/index_files/figure-html").mkdir(parents=True)
(site / "report/index_files/figure-html/a.svg").write_text("<svg/>", encoding="utf-8")
links = '<p><a href="../figures/fig-{0}.csv">Data (CSV)</a></p>'
write(
    "report/index.html",
    exhibit("fig-growth", picture, f'<a href="{preview}#cell-fig-growth">Source: Drawing figures</a>')
    + links.format("growth")
    + exhibit("fig-share", picture)
    + links.format("share")
    + exhibit("tbl-models", "<table></table>")
    + ("<p>?@fig-none</p>" if MODE == "unresolved" else ""),
)
write(
    "build/notebooks/02_figures-preview.html",
    '<div class="cell"><div id="fig-share"><img src="x.svg" alt="x"></div></div>',
)
(site / "build/notebooks/x.svg").write_text("<svg/>", encoding="utf-8")
(site / "report/atom-report.pdf").write_bytes(b"%PDF-1.7")
write("index.html", '<a href="report/index.html">Redirect</a>')
print("WARN: Unable to resolve crossref" if MODE == "warns" else "Output created: index.html")
