"""The whole Hub, against the pandas path that was: seconds, memory and ratios, in one run.

    python benchmarks/hub.py                       all parts
    python benchmarks/hub.py reading classifying   some of them: reading, classifying, merging, building, spark

A made-up day of 3 million repositories, as the collector writes one: sorted ids, row groups of 20,000, tags, names and
formats as hostile as real ones. Sixty days are links to one file, and so are 365. Each measure runs in a process of its
own, so that its peak memory is its own; both paths must give the same tables. The yardsticks are `plain_read` below and
the rules of tests/unit/derivative_rules.py. Beside the seconds of the clock stand the processor's: where others use the
machine, too, those say more, though not how far a path spreads over cores. Merging begins with the records of a page,
as the Hub's answer is read; how they are fetched is benchmarks/collect.py.
"""

import argparse
import contextlib
import ctypes
import datetime
import multiprocessing
import os
import re
import resource
import shutil
import subprocess
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

from helpers import digests, edition, files, paths
from helpers.archive import listings, pages, sound, store
from helpers.measures import derivatives
from helpers.registry import renames
from helpers.sources import hub_records
from helpers.sources.hub_ends import Page
from helpers.sources.hub_scope import WHOLE
from helpers.tables import contracts

sys.path.insert(0, str(paths.ROOT))
from tests.fakehub import holdings
from tests.unit import derivative_rules

ROWS, TRACKED, DAYS, YEAR = 3_000_000, 1_617, 60, 365
POOL, PAGE = 60_000, 1_000
READ_GOAL, READ_GB = 7, 0.4
CLASSIFY_GOAL, CLASSIFY_GB = 6, 2
YEAR_SECONDS, MERGE_GB, FLAT, LINEAR, BUILD = 10, 0.3, 1.25, 1.25, 1.5
DRIVER = "6g"
"""What Spark's own process may hold: what it hands over goes through it, and of 1 GB, as is its default, it dies."""
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


def link(folder: Path, file: Path, days: int, scope: str | list[str] = "") -> Path:
    """A store of so many days, each a link to one file; with scope a copy, since a build hashes each file once, and its
    record, as the collector leaves both."""
    rows = pyarrow.parquet.read_metadata(file).num_rows
    for number in range(days):
        day = FIRST + datetime.timedelta(days=number)
        place = store.file(folder, day)
        place.parent.mkdir(parents=True)
        (shutil.copyfile if scope else os.link)(file, place)
        if scope:
            told = dict.fromkeys(("started", "finished"), f"{day}T12:00:00+00:00") | {"scope": scope, "rows": rows}
            files.write_json(place.with_name(store.MANIFEST), sound.sealed(told | digests.to_record(place)))
    return folder


def archive(folder: Path, day: Path, whole: bool) -> Path:
    """An archive of 60 days of the whole Hub, or of the tracked models in them alone, and their list."""
    held, scope = day, WHOLE if whole else ["tracked"]
    if not whole:
        held = folder / "day.parquet"
        folder.mkdir()
        rows = pyarrow.parquet.read_table(day)
        of = pyarrow.compute.is_in(rows["model"], pyarrow.array(tracked()["model"].astype("str")))
        pyarrow.parquet.write_table(rows.filter(of), held, compression="zstd", write_page_checksum=True)
    link(folder / "snapshots", held, DAYS, scope)
    models = tracked()["model"]
    labels = pd.read_csv(paths.REGISTRY / "organisations.csv").drop_duplicates("namespace")
    tables = {
        "models": models.str.extract("(?P<org>.*)/(?P<model>.*)").assign(modelId=models),
        "model_parameters": pd.DataFrame({"model_id": models, "total_params_b": np.arange(TRACKED) % 400 + 1}),
        "organization_regions": labels[["namespace", "region"]].rename(columns={"namespace": "hf_org"}),
        "release_date_corrections": pd.DataFrame(columns=["model_id", "actual_release_date"]),
    }
    (folder / "registry").mkdir()
    for name, table in tables.items():
        table.to_csv(folder / "registry" / f"{name}.csv", index=False)
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
    times = pd.to_datetime(pd.Series([store.read_at(folder, date) for date in held]), utc=True)
    days = pd.DataFrame({"date": pd.to_datetime(held), "read_at": times})
    days = days.loc[np.repeat(days.index, [len(part) for part in parts])]
    whole = pd.concat([pyarrow.concat_tables(parts).to_pandas(), days.reset_index(drop=True)], axis=1)
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


def keep(folder: Path, records: int) -> pd.DataFrame:
    """The pages of a listing, as they are read, to the disk: one row, how many records."""
    folder.mkdir()
    like = holdings.catalogue(PAGE)
    for number in range(records // PAGE):
        rows = [record | {"id": f"{record['id']}-{number * 7919 % records}"} for record in like]
        pages.write(folder, number, Page(rows, f"page {number}", f"page {number + 1}"), FIRST)
    return pd.DataFrame({"records": [records // PAGE * PAGE]})


def merge(folder: Path) -> pd.DataFrame:
    """The day that these pages make: one row, how many models."""
    parts = (folder / name for name in (store.FILE, "refused.jsonl", "room"))
    return pd.DataFrame({"models": [pages.merge([pages.listed(folder)], *parts).rows]})


# Measuring ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Measure:
    """Seconds, those of the processor, and the peak of memory."""

    seconds: float
    own: float
    peak_gb: float


def measured(work: Callable[..., pd.DataFrame], places: tuple[object, ...], kept: Path) -> tuple[Measure, int]:
    """What `work` takes here, and how many rows it makes; they are kept for comparison."""
    start, own = time.perf_counter(), time.process_time()
    made = work(*places)
    took = time.perf_counter() - start, time.process_time() - own
    made.to_parquet(kept)
    return Measure(*took, peak()), len(made)


def peak() -> float:
    """GB held at most since this program began; what getrusage tells on Linux begins with the parent's."""
    if sys.platform == "linux":
        (told,) = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="utf-8"))
        return int(told) / 1024**2
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**3


def built(environment: dict[str, str]) -> Measure:
    """What building the public edition takes, kernels and all; the peak of memory is that of the largest process."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(36, 1)  # PR_SET_CHILD_SUBREAPER: processes whose parents end become ours, to be counted
    start = time.perf_counter()
    asked = [sys.executable, "-m", "helpers.cli", "build", "--edition", "public", "--engine", "pandoc"]
    subprocess.run(asked, env=environment, cwd=paths.ROOT, check=True, stdout=subprocess.DEVNULL)
    took = time.perf_counter() - start
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()
    told = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Measure(took, told.ru_utime + told.ru_stime, told.ru_maxrss / 1024**2)


def apart(work: Callable[..., Any], *arguments: object) -> Any:
    """What `work` gives in a fresh process."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, arguments)


class Bench:
    """The made-up days, and what was measured: words → Measure. missed: goals that were."""

    def __init__(self, folder: Path, rows: int) -> None:
        self.folder, self.rows, self.file, self.missed = folder, rows, folder / "day" / store.FILE, False
        self.measures: dict[str, Measure] = {}

    def day(self) -> Path:
        """A day's file, made when it is first asked for."""
        if not self.file.exists():
            apart(write, self.file, self.rows)
            print(f"a day of {self.rows:,} repositories: {self.file.stat().st_size / 1e6:,.0f} MB", flush=True)
        return self.file

    def run(self, words: str, work: Callable[..., pd.DataFrame], *places: object) -> pd.DataFrame:
        """Measure `work` in a process of its own, print it, and give what it makes."""
        kept = self.folder / "made.parquet"
        took, rows = apart(measured, work, places, kept)
        self.measures[words] = took
        print(f"{words:<34}{took.seconds:9.1f}{took.own:11.1f}{took.peak_gb:9.2f}{rows:12,}", flush=True)
        return pd.read_parquet(kept)

    def goal(self, words: str, found: float, most: float) -> None:
        """Print whether something is at most what it is to be."""
        self.missed |= found > most
        print(f"  {words}: {found:.2f}, goal ≤ {most:g}{' MISSED' * (found > most)}", flush=True)

    def faster(self, before: str, now: str, least: float) -> None:
        """Print how much faster one path is than another, by the clock, which the goal is of, and the processor."""
        clock, own = (getattr(self.measures[before], of) / getattr(self.measures[now], of) for of in ("seconds", "own"))
        self.missed |= clock < least
        print(f"  {clock:.1f} times as fast, goal ≥ {least}{' MISSED' * (clock < least)}; of the processor {own:.1f}")


def reading(bench: Bench) -> None:
    """The tracked models' counts of 60 days on both paths, and of 365."""
    few, many = (link(bench.folder / f"{days} days", bench.day(), days) for days in (DAYS, YEAR))
    before, now = (
        bench.run(*asked, few) for asked in ((f"{DAYS} days, as it was", plain_read), (f"{DAYS} days", read))
    )
    pd.testing.assert_frame_equal(before, now)
    bench.run(f"{YEAR} days", read, many)
    short, long = (bench.measures[f"{days} days"] for days in (DAYS, YEAR))
    bench.faster(f"{DAYS} days, as it was", f"{DAYS} days", READ_GOAL)
    bench.goal(f"GB of {DAYS} days", short.peak_gb, READ_GB)
    bench.goal(f"seconds of {YEAR} days", long.seconds, YEAR_SECONDS)
    bench.goal("processor time a day, of many days over few", long.own / YEAR / (short.own / DAYS), LINEAR)


def classifying(bench: Bench) -> None:
    """A day classified on both paths, the check of its contract with it."""
    before = bench.run("classified, as it was", plain_classify, bench.day())
    pd.testing.assert_frame_equal(before, bench.run("classified", classify, bench.day()))
    bench.faster("classified, as it was", "classified", CLASSIFY_GOAL)
    bench.goal("GB", bench.measures["classified"].peak_gb, CLASSIFY_GB)


def merging(bench: Bench) -> None:
    """Pages of a listing kept and merged into a day, at a sixth of the size and at all of it."""
    sizes = (bench.rows // 6, bench.rows)
    for rows in sizes:
        place = bench.folder / f"{rows} records"
        bench.run(f"kept, {rows:,} records", keep, place, rows)
        bench.run(f"merged, {rows:,} records", merge, place)
    for word in ("kept", "merged"):
        few, many = (bench.measures[f"{word}, {rows:,} records"] for rows in sizes)
        bench.goal(f"{word}: GB", many.peak_gb, MERGE_GB)
        bench.goal(f"{word}: GB at {sizes[1]:,} over those at {sizes[0]:,}", many.peak_gb / few.peak_gb, FLAT)
        bench.goal(f"{word}: processor time a record, the same", many.own / few.own * sizes[0] / sizes[1], LINEAR)


def building(bench: Bench) -> None:
    """The public edition from 60 days with the tracked models alone, and from the same days of the whole Hub: as they
    were collected, and as they come from elsewhere, when a build reads every byte."""
    few, many = (archive(bench.folder / word, bench.day(), word == "whole") for word in ("tracked", "whole"))
    alone = edition_of(bench, "edition, tracked models alone", few)
    whole = edition_of(bench, "edition, the whole Hub", many)
    for day in store.days(many / "snapshots"):
        store.file(many / "snapshots", day).touch()
    edition_of(bench, "the same, come from elsewhere", many)
    bench.goal("processor time, of the whole Hub over tracked models alone", whole.own / alone.own, BUILD)
    bench.goal("time by the clock, the same", whole.seconds / alone.seconds, BUILD)


def edition_of(bench: Bench, words: str, held: Path) -> Measure:
    """What the first edition from an archive takes, printed."""
    where = {"ATOM_ARCHIVE": str(held), "ATOM_BUILD": str(bench.folder / f"{words}, built")}
    took = apart(built, os.environ | where)
    print(f"{words:<34}{took.seconds:9.1f}{took.own:11.1f}{took.peak_gb:9.2f}", flush=True)
    return took


def on_spark(bench: Bench) -> None:
    """A day classified on local Spark: the same table; its time is printed, and has no goal."""
    here = bench.run("classified", classify, bench.day())
    os.environ |= {"ATOM_SPARK": "local[2]", "SPARK_DRIVER_MEMORY": DRIVER}
    there = bench.run("classified on Spark", classify, bench.day())
    del os.environ["ATOM_SPARK"], os.environ["SPARK_DRIVER_MEMORY"]
    pd.testing.assert_frame_equal(here, there)


PARTS = {"reading": reading, "classifying": classifying, "merging": merging, "building": building, "spark": on_spark}


def main() -> None:
    """Print what is measured; exit 1 if a goal is missed. Tables that differ are an error."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], default=[])
    parser.add_argument("--rows", type=int, default=ROWS)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(Path(name), asked.rows)
        print(f"{'':<34}{'seconds':>9}{'processor':>11}{'peak GB':>9}{'rows':>12}")
        for part in asked.parts or PARTS:
            PARTS[part](bench)
    if bench.missed:
        raise SystemExit("a goal is missed")


if __name__ == "__main__":
    main()
