"""The check finds each fault that an engine can leave in its pages."""

import shutil

import pytest

from helpers.publish import check

LABEL = "Reconstructed from the paper's published figures; not a measurement."
PREVIEWS = ["build/notebooks/01_tables-preview.html", "build/notebooks/02_figures-preview.html"]
TYPST = f"#show: article.with(data-label: [{LABEL}])\n"


@pytest.fixture
def site(published, tmp_path):
    return shutil.copytree(published.site, tmp_path / "site")


def told(site, typst=TYPST, log="", data=""):
    found = check.of_document(site, LABEL, typst, log, data) + check.of_pages(site, LABEL, PREVIEWS, data)
    return "\n".join(map(str, found))


def test_a_sound_site_passes(site):
    assert told(site) == ""


@pytest.mark.parametrize(
    ("planted", "words"),
    [
        ("<p>see ?@fig-x</p>", "shows an unresolved reference, '?@fig-x'"),
        ("<p>?var:total</p>", "shows an unresolved value, '?var:total'"),
        ("<p>?meta:date ?env:HOME</p>", "'?env:HOME'"),
        ("<p>{{&lt; embed a.ipynb#fig-x >}}</p>", "a shortcode that was not carried out"),
        ("<p>(**mill?**)</p>", "shows an unknown citation"),
        ('<img src="none.png" alt="x">', "shows none.png, which does not exist"),
        ('<a href="nowhere.html">x</a>', "links to nowhere.html, which does not exist"),
        ('<a href="#nothing">x</a>', "links to #nothing, but nothing there has that label"),
        ('<a href="../build/notebooks/01_tables-preview.html#cell-9">x</a>', "#cell-9, but nothing there"),
        ('<script src="https://cdn.example/x.js"></script>', "loads https://cdn.example/x.js from elsewhere"),
        ('<link rel="preconnect" href="//cdn.example">', "loads //cdn.example from elsewhere"),
        ('<img srcset="https://cdn.example/x.png 2x" alt="x">', "loads https://cdn.example/x.png"),
        ('<p style="background: url(https://cdn.example/x.png)">x</p>', "its style loads https://cdn.example/x.png"),
        (
            "<style>@import 'https://cdn.example/x.css'; p {color: red}</style>",
            "its style loads https://cdn.example/x.css",
        ),
        ("<style>p {background: url(none.png)}</style>", "its style names none.png, which does not exist"),
    ],
)
@pytest.mark.parametrize("name", ["report/index.html", "build/notebooks/02_figures-preview.html"])
def test_a_planted_fault_is_found(site, name, planted, words):
    page = site / name
    planted = planted if name.startswith("report") else planted.replace('"index_files/', '"../../report/index_files/')
    planted = planted.replace("../build/notebooks/", "../../build/notebooks/") if name.startswith("build") else planted
    page.write_text(page.read_text(encoding="utf-8").replace("</main>", f"{planted}</main>"), encoding="utf-8")
    findings = told(site)
    assert words in findings
    assert findings.startswith(f"{name}: ")


def test_code_may_hold_what_would_be_a_fault_in_prose(site):
    page = site / PREVIEWS[0]
    harmless = "<pre><code>{{&lt; var x >}} ?@fig-x (**a?**)</code></pre><a href='https://example.org/x'>x</a>"
    page.write_text(page.read_text(encoding="utf-8").replace("</main>", f"{harmless}</main>"), encoding="utf-8")
    assert told(site) == ""


def test_a_page_without_the_data_label_is_found(site):
    page = site / "report/index.html"
    page.write_text(page.read_text(encoding="utf-8").replace("not a measurement", "a measurement"), encoding="utf-8")
    assert "report/index.html: does not show the data label" in told(site)


@pytest.mark.parametrize("name", ["report/atom-report.pdf", PREVIEWS[0]])
def test_a_page_that_was_not_written_is_found(site, name):
    (site / name).unlink()
    assert f"{name}: was not written" in told(site)


def test_an_empty_pdf_is_found(site):
    (site / "report/atom-report.pdf").write_bytes(b"")
    assert "atom-report.pdf: was not written" in told(site)


@pytest.mark.parametrize(
    "rule",
    [
        "p {background: url('https://cdn.example/x')}",
        '@import "https://cdn.example/x";',
        '@import"https://cdn.example/x";p{color:red}',
        "@import url(https://cdn.example/x);",
        '@import url("https://cdn.example/x");',
    ],
)
def test_a_stylesheet_that_reaches_out_is_found(site, rule):
    (site / "assets/report.css").write_text(rule, encoding="utf-8")
    assert "assets/report.css: its style loads https://cdn.example/x" in told(site)


@pytest.mark.parametrize("text", [r"see ?\@fig-x", "?var:total", "{{< embed x >}}"])
def test_markers_in_the_pdfs_source_are_found(site, text):
    assert "the PDF: shows" in told(site, TYPST + text)
    assert told(site, f"{TYPST}`{text}`\n// {text}\n") == ""


def test_a_pdf_without_the_data_label_is_found(site):
    assert "the PDF: does not show the data label" in told(site, "= Title")


@pytest.mark.parametrize(
    "line",
    ["WARN: Unable to resolve link target", "[WARNING] Citeproc: x", "ERROR: y", "Compiling...warning: unknown font"],
)
def test_warnings_in_the_log_are_found(site, line):
    assert f"the engine's log: {line}" in told(site, log=f"pandoc\n{line}\nOutput created: x")
    assert told(site, log="pandoc\nOutput created: build/site/index.html") == ""


@pytest.mark.parametrize("name", ["{{< var x >}}", "?@fig-x", "?var:total", "(**nobody?**)"])
def test_a_name_that_looks_like_a_fault_is_none_where_the_data_hold_it(site, name):
    page = site / "report/index.html"
    shown = name.replace("<", "&lt;")
    page.write_text(page.read_text(encoding="utf-8").replace("</main>", f"<p>{shown}</p></main>"), encoding="utf-8")
    assert "shows" in told(site, TYPST + name)
    assert told(site, TYPST + name, data=f"a model called {name}") == ""
