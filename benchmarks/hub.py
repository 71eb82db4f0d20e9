"""The whole Hub, against the pandas path that was: `python benchmarks/hub.py`, in one run and as ratios.

A made-up day of 3 million repositories, as the collector writes one: sorted ids, row groups of 20,000, tags, names and
formats as hostile as real ones. Sixty days are links to one file, and so are 365. Each measure runs in a process of its
own, so that its peak memory is its own; both paths must give the same tables. The yardsticks are `plain_read` below and
the rules of tests/unit/derivative_rules.py.
"""

import datetime
import multiprocessing
import os
import re
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow
import pyarrow.compute
import pyarrow.parquet

from helpers import edition, paths
from helpers.archive import listings, pages, store
from helpers.measures import derivatives
from helpers.registry import renames
from helpers.sources import hub_records
from helpers.tables import contracts

sys.path.insert(0, str(paths.ROOT))
from tests.unit import derivative_rules

ROWS, TRACKED, DAYS, YEAR = 3_000_000, 1_617, 60, 365
POOL = 60_000
READ_GOAL, READ_GB = 7, 0.4
CLASSIFY_GOAL, CLASSIFY_GB = 6, 2
RULES = edition.load()
FIRST = datetime.date(2025, 7, 3)

WORDS = ["qwen", "llama", "lora", "GGUF", "gguf", "mlx", "AWQ", "gptq", "4bit", "fp8", "exl2", "ggufs", "Gguf", "ONNX",
         "v2", "instruct", "ſafe", "mlX", "İ", "q4_k_m", "i1"]  # fmt: skip
TAGS = ["transformers", "safetensors", "SafeTensors", "ſafetensors", "pytorch", "PyTorch", "gguf", "GGUF", "onnx",
        "mlx", "MLX", "awq", "ﬁt", "İ", "exl2", "openvino", "region:us", "text-generation", "en", "license:mit",
        "endpoints", "arxiv:2401.00001", "coreml", "gptq", "", "base_model", "base_model:", "base_model::",
        "base_model:x"]  # fmt: skip
COMMON = ["transformers", "safetensors", "region:us", "text-generation", "en", "license:apache-2.0", "endpoints"]
LIBRARIES = ["transformers", "GGUF", "gguf", "mlx", "MLX", "peft", "diffusers", "ſafetensors", "onnx", "", None, None]
KINDS = ["finetune:", "adapter:", "merge:", "quantized:", "distilled:", "a:b:", ":", "", "", "finetune:finetune:"]


# A made-up Hub ------------------------------------------------------------------------------------------------


def tracked() -> pd.DataFrame:
    """model, organisation of made-up tracked models under the namespaces that the registry knows."""
    labels = pd.read_csv(paths.REGISTRY / "organisations.csv").drop_duplicates("namespace")
    rows = labels.iloc[np.arange(TRACKED) % len(labels)]
    models = rows["namespace"] + "/model-" + pd.Series(range(TRACKED), rows.index).astype(str)
    return pd.DataFrame({"model": models, "organisation": rows["organisation"]}).reset_index(drop=True)


def write(path: Path, rows: int) -> None:
    """A day of `rows` repositories, tracked ones among them."""
    chance = np.random.default_rng(RULES.seed)
    words = np.array(WORDS, dtype=object)
    number = np.arange(rows - TRACKED)
    names = words[chance.integers(0, len(words), len(number))] + np.where(number % 3, "-", "_")
    names = names + words[chance.integers(0, len(words), len(number))] + number.astype(str)
    spaces = "user" + pd.Series(chance.zipf(1.3, len(number)) % 400_000).astype(str)
    ids = pyarrow.array([*tracked()["model"], *(spaces + "/" + names)], pyarrow.string())
    made = chance.integers(1_646_000_000, 1_775_000_000, rows) * 1_000_000 + chance.integers(0, 1_000_000, rows)
    counts = np.floor(10 ** chance.exponential(0.8, rows) - 1).astype("int64")
    table = pyarrow.table(
        {
            "model": ids,
            "downloads_all_time": counts,
            "created_at": pyarrow.array(made, pyarrow.timestamp("us", "UTC")),
            "downloads": counts // 9,
            "likes": counts // 99,
            "tags": tags(chance).take(pyarrow.array(chance.integers(0, POOL, rows))),
            "library_name": drawn(chance, LIBRARIES, rows),
            "pipeline_tag": drawn(chance, ["text-generation", "text-to-image", None], rows),
            "safetensors_total": pyarrow.array(counts * 7, mask=number_of_nulls(chance, rows)),
            "gated": drawn(chance, ["false", "auto"], rows),
            "last_modified": pyarrow.array(made, pyarrow.timestamp("us", "UTC")),
        }
    ).sort_by("model")
    path.parent.mkdir(parents=True)
    how: dict[str, Any] = {"compression": "zstd", "write_page_checksum": True}
    with pyarrow.parquet.ParquetWriter(path, hub_records.COLUMNS, **how) as writer:
        writer.write_table(table.cast(hub_records.COLUMNS), row_group_size=pages.BUCKET_ROWS)


def drawn(chance: np.random.Generator, values: list[str | None], rows: int) -> pyarrow.Array:
    """Values by chance."""
    return pyarrow.array(values, pyarrow.string()).take(pyarrow.array(chance.integers(0, len(values), rows)))


def number_of_nulls(chance: np.random.Generator, rows: int) -> np.ndarray:
    """Where the Hub tells nothing."""
    return chance.random(rows) < 0.4


def tags(chance: np.random.Generator) -> pyarrow.Array:
    """Lists of tags: common ones, hostile ones, and bases tracked, renamed, unknown and malformed."""
    ids = tracked()["model"].tolist()
    bases = [*ids, *(f"user{number}/base" for number in range(500)), "THUDM/x", "zai-org/x", "NOUS", "a/b/c", "x" * 600]
    lists = []
    for _ in range(POOL):
        told = [COMMON[at] for at in chance.integers(0, len(COMMON), 5)]
        told += [TAGS[at] for at in chance.integers(0, len(TAGS), chance.integers(0, 4))]
        for base in chance.integers(0, len(bases), int(chance.choice([0, 0, 0, 1, 1, 1, 1, 2]))):
            kinds = chance.integers(0, len(KINDS), chance.integers(1, 3))
            told += [f"base_model:{KINDS[at]}{bases[base]}" for at in kinds]
        lists.append([told[at] for at in chance.permutation(len(told))])
    return pyarrow.array(lists, pyarrow.list_(pyarrow.string()))


def link(folder: Path, file: Path, days: int) -> Path:
    """A store of so many days, each a link to one file."""
    for number in range(days):
        place = store.file(folder, FIRST + datetime.timedelta(days=number))
        place.parent.mkdir(parents=True)
        os.link(file, place)
    return folder


# The yardstick ------------------------------------------------------------------------------------------------


def plain_read(folder: Path) -> pd.DataFrame:
    """The tracked models' rows of all days, file by file with PyArrow, checked at once."""
    known = renames.known_as(tracked()["model"])
    wanted = pyarrow.array(known.astype("str"), pyarrow.string())
    held = store.days(folder)
    parts = []
    for date in held:
        part = contracts.load(store.file(folder, date), [*store.COLUMNS, store.MAY_LACK])
        parts.append(part.filter(pyarrow.compute.is_in(part["model"], value_set=wanted)))
    dates = pd.Series(pd.to_datetime(held)).repeat([len(part) for part in parts])
    whole = pyarrow.concat_tables(parts).to_pandas().assign(date=dates.to_numpy())
    return renames.joined(contracts.check(whole, store.NAME, str(folder)))


def read(folder: Path) -> pd.DataFrame:
    """The same as the notebooks read it."""
    return store.read(folder, tracked()["model"])


def plain_classify(path: Path) -> pd.DataFrame:
    """A day read whole as a frame and judged repository by repository."""
    return derivative_rules.classify(listings.read(path), tracked(), RULES.derivative_threshold, RULES.excluded_formats)


def classify(path: Path) -> pd.DataFrame:
    """The same as notebook 02_clean has it."""
    listing = listings.sound(path)
    return derivatives.classify(listing, tracked(), RULES.derivative_threshold, RULES.excluded_formats)


# Measuring ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Measure:
    """Seconds, those of the processor, and the peak of memory."""

    seconds: float
    own: float
    peak_gb: float


def measured(work: Callable[[Path], pd.DataFrame], place: Path, kept: Path) -> tuple[Measure, int]:
    """What `work` takes here, and how many rows it makes; they are kept for comparison."""
    start, own = time.perf_counter(), time.process_time()
    made = work(place)
    took = time.perf_counter() - start, time.process_time() - own
    made.to_parquet(kept)
    return Measure(*took, peak()), len(made)


def peak() -> float:
    """GB held at most since this program began; what getrusage tells on Linux begins with the parent's."""
    if sys.platform == "linux":
        (told,) = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="utf-8"))
        return int(told) / 1024**2
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**3


def apart(work: Callable[..., Any], *arguments: object) -> Any:
    """What `work` gives in a fresh process."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, arguments)


def main() -> None:
    """Print seconds, memory and ratios; exit 1 if tables differ or a goal is missed."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "day" / store.FILE
        apart(write, file, ROWS)
        print(f"a day of {ROWS:,} repositories: {file.stat().st_size / 1e6:,.0f} MB")
        few, many = (link(folder / f"{days} days", file, days) for days in (DAYS, YEAR))
        print(f"{'':<32}{'seconds':>9}{'processor':>11}{'peak GB':>9}{'rows':>12}")
        runs = [
            (f"{DAYS} days, as it was", plain_read, few), (f"{DAYS} days", read, few), (f"{YEAR} days", read, many),
            ("classified, as it was", plain_classify, file), ("classified", classify, file),
        ]  # fmt: skip
        measures = []
        for number, (words, work, place) in enumerate(runs):
            took, rows = apart(measured, work, place, folder / f"{number}.parquet")
            measures.append(took)
            print(f"{words:<32}{took.seconds:9.1f}{took.own:11.1f}{took.peak_gb:9.2f}{rows:12,}", flush=True)
        for one, other in ((0, 1), (3, 4)):
            tables = (pd.read_parquet(folder / f"{number}.parquet") for number in (one, other))
            pd.testing.assert_frame_equal(*tables)
        print("the tables of both are the same")
    goals = (
        ("reading", measures[0], measures[1], READ_GOAL, READ_GB),
        ("classifying", measures[3], measures[4], CLASSIFY_GOAL, CLASSIFY_GB),
    )
    missed = False
    for words, before, now, goal, most in goals:
        speed = before.seconds / now.seconds
        missed |= speed < goal or now.peak_gb > most
        print(f"{words}: {speed:.1f} times as fast, goal ≥ {goal}; {now.peak_gb:.2f} GB, goal ≤ {most}")
    if missed:
        raise SystemExit("a goal is missed")


if __name__ == "__main__":
    main()
