"""Stands in for Quarto: notes how it was called, hands out what Quarto wrote once, and leaves behind what it leaves."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

VERSION, MODE, CALLS, RECORDED = (
    os.environ[f"FAKE_QUARTO_{name}"] for name in ("VERSION", "MODE", "CALLS", "RECORDED")
)

if sys.argv[1:] == ["--version"]:
    print(VERSION)
    sys.exit()

root = Path.cwd()
page, typst, log = (Path(path).read_text(encoding="utf-8") for path in RECORDED.split(os.pathsep))
subprocess.run([sys.executable, "helpers/publish/before_quarto.py"], check=True)
values = Path("_variables.yml").read_text(encoding="utf-8")
with Path(CALLS).open("a", encoding="utf-8") as stream:
    print(json.dumps({"arguments": sys.argv[1:], "values": values}), file=stream)
for folder in (".quarto", "site_libs/quarto-html", "report/index_files/figure-typst"):
    (root / folder).mkdir(parents=True, exist_ok=True)
(root / "site_libs/quarto-html/quarto.js").write_text("", encoding="utf-8")
ignore = root / ".gitignore"
if ignore.is_file():
    kept = ignore.read_text(encoding="utf-8")
    missing = [line for line in ("/.quarto/", "**/*.quarto_ipynb") if line not in kept.splitlines()]
    ignore.write_text(kept + "".join(f"{line}\n" for line in missing), encoding="utf-8")
label = "Reconstructed from the paper's published figures; not a measurement."
(root / "report/index.typ").write_text(f"#show: article.with(data-label: [{label}])\n{typst}", encoding="utf-8")
if MODE == "fails":
    print("\x1b[31mERROR\x1b[0m: Typst compilation failed")
    sys.exit(1)

site = root / "build/quarto"


def write(name: str, content: str) -> None:
    path = site / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")


write("report/index.html", page.replace("</main>", "<p>?@fig-none</p></main>" if MODE == "unresolved" else "</main>"))
for name in re.findall(r'src="(index_files/[^"]+)"', page):
    write(f"report/{name}", '<svg xmlns="http://www.w3.org/2000/svg" width="120" height="80"/>')
write("report/atom-report.pdf", "%PDF-1.7")
write("report/theme/fonts.css", "")
write("site_libs/quarto-html/quarto.js", "")
for name in ("index.html", "search.json", "build/notebooks/02_figures.out.ipynb"):
    write(name, "")
write("build/notebooks/02_figures-preview.html", "<html><body>Quarto's page of a notebook</body></html>")
print(log)
if MODE == "warns":
    print("WARN: Unable to resolve crossref @fig-none")
