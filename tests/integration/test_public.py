"""The public edition, from sources on the loopback to the pages, with one source missing and names that attack."""

import csv
import datetime
import re
from dataclasses import dataclass
from html.parser import HTMLParser

import pandas as pd
import pytest

from helpers import collect, edition
from helpers.sources import fetch_openrouter, fetch_tracked_models, weekly_dump
from tests.conftest import Project, copy_of_repository
from tests.fakehub import FakeHub
from tests.fakehub.holdings import catalogue
from tests.fakesources import FakeSources, holdings
from tests.fakesources.runs import HASTY, KEYS

NOW = datetime.datetime.now(datetime.UTC)
WEEKS = 17
ATTACK = "=cmd|<script>alert(1)<b>/x<img-src=x:onerror=alert(2)>-7B"
"""Weights of the most used model on OpenRouter: its maker leads there, so that its name stands in a sentence."""
NAMED = [
    "Qwen/Qwen3-0.6B", "Qwen/Qwen3-1.7B", "Qwen/Qwen3-4B", "Qwen/Qwen3-8B", "Qwen/Qwen3.5-4B",
    "Qwen/Qwen2.5-1.5B-Instruct", "meta-llama/Llama-3.1-8B-Instruct", "meta-llama/Llama-3.1-405B",
    "deepseek-ai/DeepSeek-R1-671B", "deepseek-ai/DeepSeek-OCR", "mistralai/Mistral-7B-v0.1", "openai/gpt-oss-120b",
    "openai/gpt-oss-20b", "nvidia/Nemotron-70B", "allenai/Olmo-32B", "ibm-granite/granite-8B", "arcee-ai/Arcee-4B",
    "ai21labs/Jamba-50B", "google/gemma-3-27B", "HuggingFaceTB/SmolLM-135M", "zai-org/GLM-355B",
    "moonshotai/Kimi-1000B", "MiniMaxAI/MiniMax-230B",
]  # fmt: skip
REGIONS = {"Qwen": "china", "deepseek-ai": "china", "zai-org": "china", "moonshotai": "china", "MiniMaxAI": "china"}
REGIONS |= {"mistralai": "eu", "HuggingFaceTB": "eu"}


def lists():
    """The lists of tracked models."""
    spaces = sorted({name.partition("/")[0] for name in NAMED})
    rows = [f"{name.partition('/')[0]},{name.partition('/')[2]},{name}" for name in NAMED]
    regions = [f"{space},{REGIONS.get(space, 'us')}," for space in spaces]
    return holdings.lists() | {
        "models.csv": "\n".join(["org,model,modelId", *rows, ""]).encode(),
        "model_parameters.csv": b"model_id,total_params_b\ndeepseek-ai/DeepSeek-OCR,3\n",
        "organization_regions.csv": "\n".join(["hf_org,region,notes", *regions, ""]).encode(),
    }


def created(number):
    """Every second model is born while it is watched."""
    return NOW - datetime.timedelta(days=(20 + 3 * number) if number % 2 else 500)


def count(number, day):
    """All-time downloads on a day: each model grows evenly."""
    return 10_000 * (len(NAMED) - number) * max((day - created(number)).days, 0)


def dump(day):
    """One week's dump of the Hub. The last row tells when it was made."""
    rows = [(name, created(n), count(n, day)) for n, name in enumerate(NAMED) if created(n) < day]
    table = pd.DataFrame([*rows, ("acme/new", day, 0)], columns=["id", "createdAt", "downloadsAllTime"])
    return holdings.parquet(table)


def hub_rows():
    """The Hub of today: the tracked models, derivatives of them, and many others with hostile names among them."""
    others = catalogue(300, seed=5, hostile=16, now=NOW - datetime.timedelta(minutes=5))
    tracked = [
        others[0] | {"_id": f"f{n:023x}", "id": name, "downloadsAllTime": count(n, NOW), "tags": [],
                     "createdAt": created(n).strftime("%Y-%m-%dT%H:%M:%S.000Z"), "baseModels": None}
        for n, name in enumerate(NAMED)
    ]  # fmt: skip
    bases = ["Qwen/Qwen3-8B", "meta-llama/Llama-3.1-8B-Instruct", "mistralai/Mistral-7B-v0.1"]
    derived = [
        row | {"_id": f"e{n:023x}", "id": f"acme/fine-{n}", "tags": [f"base_model:finetune:{bases[n % 3]}"]}
        for n, row in enumerate(others[-120:-20])
    ]
    return [*others, *tracked, *derived]


def collected(archive):
    """Everything but Arena and the Intelligence Index, as `atom collect` fetches it."""
    with FakeSources() as fake:
        fake.raw, fake.today = lists(), NOW.date()
        used = ("Qwen/Qwen3-8B", "meta-llama/Llama-3.1-8B-Instruct", "mistralai/Mistral-7B-v0.1", ATTACK)
        fake.models = [
            {"id": name.casefold(), "canonical_slug": name.casefold(), "hugging_face_id": name, "name": ATTACK}
            for name in used
        ]
        yesterday = NOW.date() - datetime.timedelta(days=1)
        fake.rankings = [
            {"date": str(day.date()), "model_permaslug": name.casefold(), "total_tokens": str(10**12 * (n + 1))}
            for day in pd.date_range("2025-01-01", yesterday) for n, name in enumerate(used)
        ]  # fmt: skip
        for week in range(WEEKS, 0, -1):
            day = NOW - datetime.timedelta(weeks=week)
            fake.hold(holdings.WEEKLY, f"models/{day.date()}/models.parquet", dump(day))
        fetch_tracked_models.fetch_all(archive / "registry", api=fake.api, raw=fake.plain, patience=HASTY)
        weekly_dump.fetch_all(archive / "snapshots", pd.Series(NAMED), endpoint=fake.hub, patience=HASTY)
        fetch_openrouter.fetch_all(archive / "openrouter", fake.openrouter, HASTY)
    with FakeHub(rows=hub_rows()) as hub:
        collect.hub(archive / "snapshots", None, hub.endpoint)


@dataclass(frozen=True)
class Public(Project):
    """A copy that builds from an archive beside it."""

    @property
    def environment(self):
        return super().environment | {"ATOM_ARCHIVE": str(self.root.with_name("archive"))} | KEYS


@pytest.fixture(scope="module")
def public(tmp_path_factory):
    folder = tmp_path_factory.mktemp("public")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in KEYS.items():
            patch.setenv(name, value)
        collected(folder / "archive")
    project = Public(copy_of_repository(folder / "copy").root)
    finished = project.atom("build", "--edition", "public", "--engine", "pandoc")
    assert finished.returncode == 0, finished.stdout
    return project


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


def article(project):
    return Page(project.site / "report" / "index.html").text


def test_every_page_says_what_kind_of_data_it_rests_on(public):
    pages = [path for path in public.site.rglob("*.html") if "http-equiv" not in path.read_text(encoding="utf-8")[:400]]
    assert len(pages) >= 7
    for path in pages:
        text = Page(path).text
        assert edition.DATA_LABELS["public"] in text, path
        assert edition.DATA_LABELS["reconstructed"] not in text, path
    assert "econstruct" not in article(public)


def test_a_missing_source_is_told_in_a_sentence_and_draws_nothing(public):
    text = article(public)
    assert text.count("This edition holds no Arena boards.") == 2  # in the section, and where its data are described
    assert "Not run: this edition holds no" in Page(public.site / "build/notebooks/03_regional-preview.html").text
    drawn = {path.stem for path in public.site.rglob("*.svg")}
    assert not drawn & {"fig-arena", "fig-intelligence", "fig-outliers"}
    assert drawn >= {"fig-downloads", "fig-families", "fig-tokens", "fig-derivatives"}
    assert "unknown" not in text.partition("Conclusion")[0].partition("What it finds")[2].partition("Methodology")[0]


def test_two_months_at_least_are_told_apart(public):
    data = pd.read_csv(next(public.site.rglob("fig-downloads.csv")))
    assert data["month"].nunique() >= 2
    assert data.groupby("region")["downloads_cumulative"].is_monotonic_increasing.all()


def test_keys_are_in_nothing_that_was_collected_or_built(public):
    written = [path for path in public.root.parent.rglob("*") if path.is_file() and "tests" not in path.parts]
    assert len(written) > 100
    for secret in holdings.SECRETS:
        assert not [path for path in written if secret.encode() in path.read_bytes()]


def test_names_that_attack_are_text_in_pages_and_harmless_in_tables(public):
    pages = [Page(path) for path in public.site.rglob("*.html")]
    assert [page.runs for page in pages if page.runs] == []
    assert ATTACK.partition("/")[0] in article(public)
    for path in public.site.rglob("*.csv"):
        with path.open(encoding="utf-8", newline="") as stream:
            cells = [cell for row in csv.reader(stream) for cell in row]
        bad = [cell for cell in cells if cell[:1] in tuple("=+-@\t\r") and not re.fullmatch(r"-[\d.e+-]+", cell)]
        assert not [cell for cell in bad if cell], path
