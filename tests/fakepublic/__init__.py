"""Public editions: archives collected from the fake servers, much or little, with names that attack, and built."""

import datetime
import json
import shutil
import sys
from dataclasses import dataclass

import pandas as pd
import pytest

from helpers.archive import weekly_dump
from helpers.commands import collect
from helpers.sources import fetch_arena, fetch_artificial_analysis, fetch_openrouter, fetch_tracked_models
from helpers.sources.hub_scope import Scope
from helpers.text import names
from tests.conftest import Project, copy_of_repository
from tests.fakehub import FakeHub
from tests.fakehub.holdings import catalogue
from tests.fakesources import FakeSources, holdings
from tests.fakesources.runs import HASTY, KEYS, tables

NOW = datetime.datetime.now(datetime.UTC)
WEEKS = 17
NAMED = (
    "Qwen/Qwen3-0.6B", "Qwen/Qwen3-1.7B", "Qwen/Qwen3-4B", "Qwen/Qwen3-8B", "Qwen/Qwen3.5-4B",
    "Qwen/Qwen2.5-1.5B-Instruct", "meta-llama/Llama-3.1-8B-Instruct", "meta-llama/Llama-3.1-405B",
    "deepseek-ai/DeepSeek-R1-671B", "deepseek-ai/DeepSeek-OCR", "mistralai/Mistral-7B-v0.1", "openai/gpt-oss-120b",
    "openai/gpt-oss-20b", "nvidia/Nemotron-70B", "allenai/Olmo-32B", "ibm-granite/granite-8B", "arcee-ai/Arcee-4B",
    "ai21labs/Jamba-50B", "google/gemma-3-27B", "HuggingFaceTB/SmolLM-135M", "zai-org/GLM-355B",
    "moonshotai/Kimi-1000B", "MiniMaxAI/MiniMax-230B",
)  # fmt: skip
"""Tracked models."""
FEW = tuple(name for name in NAMED if name.startswith(("Qwen/", "mistralai/")))
REGIONS = {"Qwen": "china", "deepseek-ai": "china", "zai-org": "china", "moonshotai": "china", "MiniMaxAI": "china"}
REGIONS |= {"mistralai": "eu", "HuggingFaceTB": "eu"}

MAKER = '=cmd|<script>alert(1)<b>{{< var no.such >}}<span class="unknown">'
"""Maker of the model with most tokens on OpenRouter: the name stands in a sentence and in alt text."""
IMPOSTOR = "深DeepSeek"
"""A maker on OpenRouter that reads like another, of whom there are no tokens: addresses have no such letter."""
ATTACKS = (
    "<script>alert('script')</script>",
    "<img src=x onerror=alert('img')>",
    '"><svg onload=alert(1)>',
    "../../../etc/passwd",
    "two\nlines\r\n= a heading\x1b[2J",
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "\t=HYPERLINK(1)",
    "{{< var month.last >}}",
    "$x^2$ and $unclosed",
    "[click](javascript:alert('link'))",
    '#eval("1+1") #panic() <label>',
    "*bold* _slanted_ `code` ~~struck~~ ^up^",
    "?@fig-nowhere ?var:gone (**nobody?**)",
    "\u202egnp.exe\u2028\x7f\ue0000\ue001",
    "# heading",
    "1. item | cell | ::: {.callout-note}",
    "x" * 480,
    "</td></table></div><style>body {display: none}</style>",
    "nan",
    '[x]{if="china-leads"} [x]{unless="china-leads"} [y]{.misfit}',
    "::: passage",
    "[y]{.unknown}",
    '{each="organisations.last"} [{organisation}]{each="base-leaders||"} {name}',
    '<span class="unknown">y</span>',
    "y]{.passage} [z]{.otherwise}",
    "unknown",
    "{organisation}",
    '"quoted" \\"{token_leader} ```{=html} :::',
    "https://evil.example/x.png ![p](https://evil.example/x.png)",
    'C:\\x "quoted" \\"{model} [y]{.unknown} [x]{unless="china-leads"}] :::',
    '=cmd|"/C calc"!A0 {{< embed x.ipynb#fig-x >}} #link("https://evil.example")',
)
"""Names of Arena's models. Each takes the lead from the one before, and the last two stand in a sentence."""


def tabulated(name):
    """What a table of a notebook shows of a name: pandas writes the ends of lines out, and cuts."""
    seen = name.translate({ord(sign): word for sign, word in (("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"))})
    return names.visible(names.legible(seen if len(seen) <= 50 else seen[:46]))


def boards(models=ATTACKS, organisations=("Qwen", "Meta")):
    """Arena's boards, a week apart: on each the next of the names comes first, its makers in turn."""
    rows = [
        {
            "model_name": name, "organization": organisations[number % len(organisations)], "license": "MIT",
            "rating": 1200.0 + number, "rating_lower": None, "rating_upper": None, "variance": 2.5, "vote_count": 1e3,
            "rank": 1, "category": "overall",
            "leaderboard_publish_date": str(NOW.date() - datetime.timedelta(weeks=len(models) - board)),
        }
        for board in range(len(models)) for number, name in enumerate(models[: board + 1])
    ]  # fmt: skip
    return pd.DataFrame(rows)


def index(creator, models):
    """Artificial Analysis' models of one maker."""
    return [
        {
            "id": str(number), "name": name, "slug": f"slug-{number}",
            "release_date": str(NOW.date() - datetime.timedelta(days=90 - 30 * number)),
            "model_creator": {"id": "1", "name": creator},
            "evaluations": {"artificial_analysis_intelligence_index": 40.0 + number},
        }
        for number, name in enumerate(models)
    ]  # fmt: skip


def created(number):
    """Every second model is born while it is watched."""
    return NOW - datetime.timedelta(days=(20 + 3 * number) if number % 2 else 500)


def count(number, day):
    """All-time downloads on a day: each model grows evenly."""
    return 10_000 * (len(NAMED) - number) * max((day - created(number)).days, 0)


def lists(named):
    """The lists of tracked models."""
    spaces = sorted({name.partition("/")[0] for name in named})
    rows = [f"{name.partition('/')[0]},{name.partition('/')[2]},{name}" for name in named]
    regions = [f"{space},{REGIONS.get(space, 'us')}," for space in spaces]
    return holdings.lists() | {
        "models.csv": "\n".join(["org,model,modelId", *rows, ""]).encode(),
        "model_parameters.csv": b"model_id,total_params_b\ndeepseek-ai/DeepSeek-OCR,3\n",
        "organization_regions.csv": "\n".join(["hf_org,region,notes", *regions, ""]).encode(),
    }


def dump(day, named, missing):
    """One week's dump of the Hub. The last row tells when it was made."""
    rows = [
        (name, created(n), count(n, day)) for n, name in enumerate(named) if created(n) < day and name not in missing
    ]
    table = pd.DataFrame([*rows, ("acme/new", day, 0)], columns=["id", "createdAt", "downloadsAllTime"])
    return holdings.parquet(table)


def hub_rows(named, missing=()):
    """The Hub of today: the tracked models, derivatives of them, and many others with hostile names among them."""
    others = catalogue(300, seed=5, hostile=16, now=NOW - datetime.timedelta(minutes=5))
    tracked = [
        others[0] | {"_id": f"f{n:023x}", "id": name, "downloadsAllTime": count(n, NOW), "tags": [],
                     "createdAt": created(n).strftime("%Y-%m-%dT%H:%M:%S.000Z"), "baseModels": None}
        for n, name in enumerate(named) if name not in missing
    ]  # fmt: skip
    bases = ["Qwen/Qwen3-8B", "meta-llama/Llama-3.1-8B-Instruct", "mistralai/Mistral-7B-v0.1"]
    derived = [
        row | {"_id": f"e{n:023x}", "id": f"acme/fine-{n}", "tags": [f"base_model:finetune:{bases[n % 3]}"]}
        for n, row in enumerate(others[-120:-20])
    ]
    return [*others, *tracked, *derived]


def tokens(fake):
    """OpenRouter: three known models and two that attack, of which the last has most of the tokens."""
    used = (
        f"{IMPOSTOR}/x-7B",
        "Qwen/Qwen3-8B",
        "meta-llama/Llama-3.1-8B-Instruct",
        "mistralai/Mistral-7B-v0.1",
        f"{MAKER}/x-7B",
    )
    fake.models = [
        {
            "id": name.casefold(),
            "canonical_slug": name.casefold(),
            "hugging_face_id": name,
            "name": MAKER,
            "architecture": {"output_modalities": ["text"]},
        }
        for name in used
    ]
    yesterday = NOW.date() - datetime.timedelta(days=1)
    fake.rankings = [
        {"date": str(day.date()), "model_permaslug": name.casefold(), "total_tokens": str(10**12 * (n + 1))}
        for day in pd.date_range("2025-01-01", yesterday) for n, name in enumerate(used)
    ]  # fmt: skip


def collected(
    archive, named=NAMED, weeks=WEEKS, namespaces=None, inference=True, arena=None, intelligence=(), missing=()
):
    """What `atom collect` fetches into `archive`.

    named: the tracked models; missing: those of them that the Hub lacks. namespaces: those that the Hub is asked
    for, None = the whole Hub. inference: whether OpenRouter is asked. arena: boards, None = not fetched. intelligence:
    models of Artificial Analysis, () = not fetched.
    """
    with FakeSources() as fake:
        fake.raw, fake.today, fake.index = lists(named), NOW.date(), list(intelligence)
        for week in range(weeks, 0, -1):
            day = NOW - datetime.timedelta(weeks=week)
            fake.hold(holdings.WEEKLY, f"models/{day.date()}/models.parquet", dump(day, named, missing))
        fetch_tracked_models.fetch_all(archive / "registry", api=fake.api, raw=fake.plain, patience=HASTY)
        weekly_dump.fetch_all(archive / "snapshots", pd.Series(named), endpoint=fake.hub, patience=HASTY)
        if inference:
            tokens(fake)
            fetch_openrouter.fetch_all(archive / "openrouter", fake.openrouter, HASTY)
        if arena is not None:
            for variant in fetch_arena.VARIANTS:
                fake.hold(holdings.ARENA, f"{variant}/full-00000-of-00001.parquet", holdings.parquet(arena))
            fetch_arena.fetch_all(archive / "arena", endpoint=fake.hub, patience=HASTY)
        if intelligence:
            fetch_artificial_analysis.fetch_all(archive / "artificial_analysis", fake.aa, HASTY)
    with FakeHub(rows=hub_rows(named, missing)) as hub:
        collect.hub(archive / "snapshots", namespaces and Scope.of("author", namespaces), hub.endpoint)


@dataclass(frozen=True)
class Public(Project):
    """A copy that is given keys."""

    @property
    def environment(self):
        return super().environment | KEYS


@dataclass(frozen=True, kw_only=True)
class Asking(Public):
    """A copy whose `atom` asks servers on the loopback, and has no keys."""

    fakes: dict

    @property
    def command(self):
        return [sys.executable, "-m", "tests.fakepublic.atom"]

    @property
    def environment(self):
        keyless = dict.fromkeys(KEYS, "")
        return super().environment | keyless | {"FAKES": json.dumps(self.fakes)}


def from_nothing(folder):
    """`atom public` in `folder`, from an empty archive, of sources that hold a day's data and no past; then again.
    Gives the project, and for each time what was said and the archive's contents."""
    with FakeSources() as fake, FakeHub(rows=hub_rows(NAMED)) as hub:
        fake.raw, fake.epoch = lists(NAMED), holdings.epoch()
        for variant in fetch_arena.VARIANTS:
            fake.hold(holdings.ARENA, f"{variant}/full-00000-of-00001.parquet", holdings.parquet(boards()))
        fake.hold(holdings.WEEKLY, "models/README.md", b"no weeks yet")
        fakes = {
            "hub": hub.endpoint,
            "helpers.sources.fetch_tracked_models": {"api": fake.api, "raw": fake.plain},
            "helpers.sources.fetch_openrouter": {"endpoint": fake.openrouter},
            "helpers.sources.fetch_artificial_analysis": {"endpoint": fake.aa},
            "helpers.sources.fetch_arena": {"endpoint": fake.hub},
            "helpers.sources.fetch_epoch": {"endpoint": f"{fake.hub}/data"},
            "helpers.archive.weekly_dump": {"endpoint": fake.hub},
        }
        project = Asking(copy_of_repository(folder / "copy").root, folder / "archive", fakes=fakes)
        return project, [(project.atom("public", "--engine", "pandoc"), tables(folder / "archive")) for _ in "12"]


SETTING = "least_n=1"
BUILD = ("build", "--edition", "public", "--engine", "pandoc", "--set", SETTING)


def built(folder):
    """The project that was built in `folder`."""
    return Public(folder / "copy", folder / "archive")


def filled(folder, begun, **holds):
    """A project in `folder`, not built yet, of an archive that `collected` such. begun: a copy of the repository to
    build on."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in KEYS.items():
            patch.setenv(name, value)
        collected(folder / "archive", **holds)
    shutil.copytree(begun, folder / "copy")
    return built(folder)


def build(folder, begun, **holds):
    """The same, built."""
    finished = filled(folder, begun, **holds).atom(*BUILD)
    assert finished.returncode == 0, finished.stdout
