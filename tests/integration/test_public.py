"""Public editions, from sources on the loopback to the pages: a source missing, names that attack, little data."""

import csv
import datetime
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser

import nbformat
import pandas as pd
import pytest

from helpers import edition
from helpers.text import names
from tests import fakepublic
from tests.conftest import wait_for
from tests.fakesources import holdings

REPORT = "report/index.html"
NOTEBOOK = "build/notebooks/03_regional-preview.html"
MAKERS = "build/notebooks/04_organizational-preview.html"
SHOWN = [names.short(name) for name in (*fakepublic.ATTACKS[-2:], fakepublic.MAKER)]
"""Names that stand in sentences: the two best models of Arena, and who leads on OpenRouter."""


@pytest.fixture(scope="module")
def thin(once, begun):
    """Two organisations, one month label, one region on Arena and in the Index, no tokens, no listing of the Hub."""
    weeks = fakepublic.NOW.day // 7 + 1
    arena = fakepublic.boards(fakepublic.ATTACKS[:3], ["Mistral"])
    index = fakepublic.index("Mistral", ["Mistral 7B v0.1"])
    holds = {"weeks": weeks, "namespaces": ["Qwen", "mistralai"], "inference": False, "arena": arena}
    filled = once(
        "thin", lambda folder: fakepublic.build(folder, begun, named=fakepublic.FEW, intelligence=index, **holds)
    )
    return fakepublic.built(filled)


def between(text, start, end):
    """The part of a page between two headings; a heading that is not there is an error, and no empty part."""
    return text[text.index(start) : text.index(end, text.index(start))]


def test_from_nothing_to_the_pages_of_one_day_in_one_command(tmp_path):
    project, ((finished, held), (again, still)) = fakepublic.from_nothing(tmp_path)
    assert finished.returncode == 0, finished.stdout
    assert "Traceback" not in finished.stdout
    told = dict(line.split(": ", 1) for line in finished.stdout.splitlines()[-7:])
    assert [source for source, how in told.items() if how.startswith("had, in ")] == [
        "tracked-models", "arena", "epoch", "hub",
    ]  # fmt: skip
    for source, why in (
        ("openrouter", "not to be had: OPENROUTER_API_KEY is not set"),
        ("artificial-analysis", "not to be had: AA_API_KEY is not set"),
        ("weekly", "not to be had: Hub weekly snapshots: "),
    ):
        assert told[source].startswith(why)
    text = words(project)
    assert "There is one snapshot, that of" in text
    assert "This edition holds no token counts" in text
    ended = (fakepublic.NOW + datetime.timedelta(days=1)).day == 1  # then the one snapshot is a month's end
    assert ended or "no month has ended" in text
    assert again.returncode == 0, again.stdout
    assert "is held; nothing to do" in again.stdout
    assert held
    assert still == held
    steps = project.events(again.stdout)
    fetched = {"01_collect", "02_clean", "02_signals"}  # at new times
    assert {step for step, how in steps.items() if how == "done"} <= fetched
    assert steps["publish"] == "cached"


class Page(HTMLParser):
    """The words of a page, and what in it could run."""

    def __init__(self, path):
        super().__init__()
        self.words, self.runs, self.inside = [], [], ""
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        self.inside = tag
        places = ("src", "href", "srcdoc", "style")  # an attack in alt is text
        self.runs += [
            tag for name, value in attributes if name.startswith("on") or (name in places and "alert(" in (value or ""))
        ]

    def handle_data(self, data):
        if self.inside in ("script", "style"):
            self.runs += [data] if "alert(" in data else []
        else:
            self.words.append(data)

    def handle_endtag(self, _):
        self.inside = ""

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


@pytest.fixture(scope="module")
def sparse(tmp_path_factory, undrawn):
    """The whole list tracked, and every second model of it nowhere to be read: the project, and its text alone."""
    holds = {"missing": fakepublic.NAMED[::2], "inference": False}
    project = fakepublic.filled(tmp_path_factory.mktemp("sparse"), undrawn, **holds)
    return project, project.tell(fakepublic.SETTING)


def words(project, name=REPORT):
    return Page(project.site / name).text


def values(project):
    return json.loads((project.root / "build" / "values.json").read_text(encoding="utf-8"))


def drawn(folder):
    return {path.stem for path in folder.rglob("fig-*.svg")}


def test_every_page_says_what_kind_of_data_it_rests_on(public):
    pages = [path for path in public.site.rglob("*.html") if "http-equiv" not in path.read_text(encoding="utf-8")[:400]]
    assert len(pages) >= 7
    for path in pages:
        text = Page(path).text
        assert edition.LABELS["public"] in text, path
        assert edition.LABELS["reconstructed"] not in text, path
    told = words(public).partition("Deviations and choices What the paper says")[0]  # choices are of all editions
    assert len(told) > 10_000
    assert "econstruct" not in told
    listed = words(public, "findings/index.html")
    assert "reconstructed false" in listed  # the other kinds of data stand in the table of all findings


def test_what_part_of_the_whole_hub_is_tracked_is_said(public):
    told = {name: values(public)[f"whole-hub.{name}"]["raw"] for name in ("models", "models_listed", "downloads_share")}
    assert told["models"] == told["models_listed"] == len(fakepublic.NAMED)
    assert 0 < told["downloads_share"] < 1
    assert f"{len(fakepublic.NAMED)} of {len(fakepublic.NAMED)} are listed" in words(public)
    assert "says that it is of the whole Hub, but" not in words(public)


def test_without_a_listing_of_the_whole_hub_nothing_is_said_of_it(thin):
    assert values(thin)["whole-hub.downloads_share"]["raw"] is None
    assert "the Hub listed" not in words(thin)
    assert "says that it is of the whole Hub, but" not in words(thin)


def test_a_missing_source_is_told_in_a_sentence_and_draws_nothing(public):
    assert words(public).count("This edition holds no Intelligence Index") == 2  # in its section, and among the data
    assert "Not run: this edition holds no" in words(public, NOTEBOOK)
    assert not drawn(public.site) & {"fig-intelligence", "fig-outliers"}
    assert drawn(public.site) >= {"fig-downloads", "fig-families", "fig-tokens", "fig-derivatives", "fig-arena"}
    introduction = between(words(public), "What it finds", "Methodology")
    assert "unknown" not in introduction


@pytest.fixture(params=["public", "thin"])
def edition_of_little(request):
    return request.getfixturevalue(request.param)


def test_no_sentence_of_the_article_is_filled_with_what_is_not_known(edition_of_little):
    """No value that is not known, no zero for a small number, no plural of one, no change to the same number."""
    said = between(words(edition_of_little), "What it finds", "The whole ledger")
    for name in (*SHOWN, *map(names.short, fakepublic.ATTACKS)):
        said = said.replace(name, "")  # some speak of the unknown themselves
    empty = r"\bunknown\b|\bna[nt]\b|(?<![\d.])0(?:\.0)?[KMB]\b|\b1 (?:points|models|months|days)\b|\bone of one\b"
    assert [said[max(m.start() - 60, 0) : m.end() + 40] for m in re.finditer(empty, said, re.IGNORECASE)] == []
    assert not re.search(r"(\d[\d.]*(?:×|%|M)) to \1", said)
    assert "June 2024" not in said  # nothing is held of that month, so that nothing is to be said of its spam
    assert "leave outliers out" not in said  # none are removed where there are no histories


def test_two_months_at_least_are_told_apart(public):
    data = pd.read_csv(next(public.site.rglob("fig-downloads.csv")))
    assert data["month"].nunique() >= 2
    assert data.groupby("region")["downloads_cumulative"].is_monotonic_increasing.all()


def test_keys_are_in_nothing_that_was_collected_or_built(public):
    written = [path for path in public.root.parent.rglob("*") if path.is_file() and "tests" not in path.parts]
    assert len(written) > 100
    for secret in holdings.SECRETS:
        assert not [path for path in written if secret.encode() in path.read_bytes()]


def test_names_that_attack_are_the_text_of_sentences_and_tables(public):
    for name in SHOWN:
        assert name.replace("'", "’") in words(public)
    assert f"{SHOWN[1]} , is 1 point ahead of that of the USA, {SHOWN[0]} ." in words(public)
    assert f"{SHOWN[2]} has the largest share of the tokens within the top ten" in words(public)
    table = words(public, NOTEBOOK)
    for name in fakepublic.ATTACKS:
        assert fakepublic.tabulated(name) in table, name
    assert fakepublic.tabulated(fakepublic.MAKER) in words(public, MAKERS)


def test_a_name_that_reads_like_another_does_not_take_its_place(public):
    assert fakepublic.IMPOSTOR in words(public, MAKERS)
    assert not re.search(r"DeepSeek had [\d.]+%|Where models are served, V3 and R1", words(public))
    assert values(public)["served-peaks.deepseek.tokens_share"]["raw"] is None


def test_nothing_in_a_page_could_run(public):
    pages = {path: Page(path) for path in public.site.rglob("*.html")}
    assert {str(path): page.runs for path, page in pages.items() if page.runs} == {}
    for path in public.site.rglob("*.svg"):
        assert not re.search(r"<script|\son\w+=|<foreignObject|alert\(", path.read_text(encoding="utf-8")), path


def test_cells_of_tables_to_download_are_no_formulas_and_one_line_each(public):
    tables = [*public.site.rglob("*.csv")]
    assert {path.name for path in tables} >= {"fig-arena.csv", "ledger.csv"}
    for path in tables:
        with path.open(encoding="utf-8", newline="") as stream:
            cells = [cell for row in csv.reader(stream) for cell in row]
        bad = [cell for cell in cells if cell[:1] in tuple("=+-@\t\r") and not re.fullmatch(r"-[\d.e+-]+", cell)]
        assert not [cell for cell in bad if cell], path
        assert all(cell == names.visible(cell) for cell in cells), path
    held = pd.read_csv(public.site / "figures" / "fig-arena.csv", keep_default_na=False)["model"]
    assert set(held.str.removeprefix("'")) >= {names.visible(name) for name in fakepublic.ATTACKS}


def test_a_published_notebook_holds_the_code_of_its_author_and_no_other(public):
    for path in (public.site / "build" / "notebooks").glob("*.ipynb"):
        ours = nbformat.read(public.root / "notebooks" / path.name, as_version=4)
        known = {line for cell in ours.cells for line in cell.source.splitlines()}
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "code" and "injected-parameters" not in cell.metadata.get("tags", []):
                added = [line for line in cell.source.splitlines() if line not in known and not line.startswith("#|")]
                assert added == [], path.name


def test_names_that_attack_are_text_in_the_pdf(public):
    if not (program := shutil.which("pdftotext")):
        pytest.skip("no pdftotext on the PATH; get it with `apt-get install poppler-utils`")
    pdf = public.site / "report" / "atom-report.pdf"
    told = subprocess.run([program, "-raw", pdf, "-"], capture_output=True, text=True, check=True).stdout
    pressed = "".join(told.split())
    for name in SHOWN:
        assert "".join(name.split()) in pressed, name
    assert b"/JavaScript" not in pdf.read_bytes()
    assert b"evil.example" not in pdf.read_bytes()  # a link's address would stand there in clear


def test_two_organisations_and_one_month_make_a_report_that_says_what_it_lacks(thin):
    text = words(thin)
    for sentence in (
        "Whether China has passed the USA cannot be told",
        "of no whole month does this edition know the new downloads of enough of the tracked models of both",
        "The new downloads of the smaller American organisations of the original study are not told",
        "This edition holds no listing of derivatives",
        "This edition holds no token counts",
        "China at ",
    ):
        assert sentence in text
    assert not drawn(thin.site) & {"fig-entrants", "fig-challengers", "fig-tokens", "fig-derivatives"}
    assert drawn(thin.site) >= {"fig-downloads", "fig-families", "fig-arena", "fig-intelligence"}


def test_who_was_ahead_on_every_day_held_is_not_said_to_have_passed_anyone(public):
    assert "China was ahead of the USA on every day on which enough of both was read." in words(public)
    assert re.search(
        r"Qwen is ahead of Meta’s Llama, .{,160} times as many\. It was so on every day on which enough of both",
        words(public),
    )
    assert not re.search(r"drew level|went past|does not pass", words(public).partition("Reproduction")[0])


def test_an_archive_of_one_month_label_draws_no_month_that_it_does_not_hold(thin):
    labels = pd.read_csv(thin.site / "figures" / "fig-downloads.csv")["month"].unique()
    if len(labels) > 1:
        pytest.skip("today is the last day of a month, whose label is held already")
    assert not drawn(thin.site) & {"fig-qwen-against-eight", "fig-qwen3-small"}


TOLD = r"\d[\d.]*[KMB] (?:cumulative |new )?downloads|at \d[\d.]*[KMB]|\d%|times as many|went past|drew level|leads in"
"""What sentences say that tell a total, a share, a rank or a crossing."""


WHOLE = {"nvidia", "ibm", "ai21", "hugging-face", "moonshot-ai"}
"""Organisations all of whose models, one each, are read in `sparse`: their own totals are known, no more."""


def test_an_archive_without_every_second_model_says_so_and_tells_no_total_share_rank_or_crossing(sparse):
    project, text = sparse
    found = values(project)
    tracked, read = (found[f"coverage.all.{column}"]["raw"] for column in ("models", "models_known"))
    label = fakepublic.NOW.date().replace(day=1)  # of the models that the Hub lacks no release is known
    out = [number % 2 == 0 or fakepublic.created(number).date() < label for number in range(len(fakepublic.NAMED))]
    assert (tracked, read) == (sum(out), sum(out[1::2]))
    assert f"Of the {tracked} models tracked by" in text
    assert "Who leads is not told." in text
    assert re.findall(TOLD, between(text, "What it finds", "\nAdoption by organisation\n")) == []
    figures = drawn(project.root / "build")
    assert "fig-planted" in figures  # which needs no data
    assert not figures & {"fig-downloads", "fig-buckets", "fig-families", "fig-derivatives", "fig-shares-by-size"}
    measured = {"regions", "organisations", "gap", "lead", "crossings", "ratios", "buckets", "size-shares", "entrants"}
    measured |= {"sensitivity", "robustness"}
    counts = {"models", "models_read", "models_known", "organisation", "region", "name", "month", "bucket", "known_as"}
    counts |= {"flips", "never"}
    totals = {"downloads", "downloads_cumulative", "downloads_since"}
    wrong = [
        address for address, cell in found.items()
        if cell["table"] in measured and cell["column"] not in counts and cell["raw"] is not None
        and not (address.split(".")[1] in WHOLE and cell["column"] in totals)
    ]  # fmt: skip
    assert set(wrong) <= {"entrants.all.last.downloads_since"}  # of the organisations listed there, which are told


def test_one_region_alone_is_in_front_of_nobody(thin):
    found = values(thin)
    for address in (
        "arena-lead.passed-month",
        "arena-lead.margin-whole",
        "arena-tops.china.model",
        "index-lead.passed-month",
        "trends.china.points_per_year",
    ):
        assert found[address]["raw"] is None, address
    truths = pd.read_csv(thin.root / "build" / "findings.csv").set_index("finding")["truth"]
    alone = ["china-keeps-arena-lead", "china-ahead-in-arena", "china-keeps-index-lead", "china-rises-faster"]
    assert set(truths[alone]) == {"unknown"}
    assert "The best open models end with these scores: Other at 1,202 ." in words(thin)
    assert "The best Chinese open model passed" not in words(thin)


def test_the_intelligence_index_is_a_picture_and_no_table(thin):
    assert "fig-intelligence" in drawn(thin.site)
    report = (thin.site / REPORT).read_text(encoding="utf-8")
    assert "fig-intelligence.svg" in report
    assert "fig-intelligence.csv" not in report
    assert 'href="https://artificialanalysis.ai"' in report
    assert "which does not endorse this report" in words(thin)
    assert not list((thin.root / "build").rglob("fig-intelligence.csv"))
    for path in [*thin.site.rglob("*.html"), *thin.site.rglob("*.ipynb"), *thin.site.rglob("*.json")]:
        assert "Mistral 7B v0.1" not in path.read_text(encoding="utf-8"), f"{path} names a single model of the index"


def test_a_build_from_nothing_that_was_killed_on_the_way_gives_the_same_bytes(public):
    """Of the default edition's tables and figures test_cells sees to that."""
    build = public.root / "build"
    made = [*build.glob("*/*"), *build.glob("*/*/*"), build / "values.json", build / "findings.csv"]
    made = [path for path in made if path.suffix in {".parquet", ".ipynb", ".json", ".csv", ".svg"}]
    made = [path for path in made if path.parent.name != "receipts" and path.name != "provenance.json"]  # of times
    kept = {path.relative_to(build): path.read_bytes() for path in made}
    assert {path.parts[0] for path in kept} >= {"clean", "executed", "quoted", "regional", "ram"}
    pages = public.site_hashes()
    shutil.rmtree(build)
    first = public.begin(*fakepublic.BUILD)
    wait_for(build / "receipts" / "02_clean.json", 300)
    first.kill()
    assert first.wait(timeout=20) != 0
    finished = public.atom(*fakepublic.BUILD)
    assert finished.returncode == 0, finished.stdout
    steps = public.events(finished.stdout)
    assert (steps["01_collect"], steps["02_clean"], steps["publish"]) == ("cached", "cached", "done")
    for name, content in kept.items():
        assert name.parts[0] == "site" or (build / name).read_bytes() == content, name
    different = {name for name, digest in public.site_hashes().items() if pages.get(name) != digest}
    assert different <= {"data/provenance.json"}
