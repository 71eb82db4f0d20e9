"""A small graph of cheap steps through the real builder, and seeded runs of it that are killed, doubled and edited.

Its notebooks are executed without a kernel; lock, workers, fingerprints, staging and receipts are the product's.
"""

import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import nbformat

from helpers import files, paths
from helpers.build.cells import NotebookError, read
from helpers.build.steps import Step

STEPS = (
    Step("01_a", "", reads=("/data/one.txt", "/data/more"), writes=("a", "executed/01_a.ipynb"), parameters=("seed",)),
    Step("02_b", "", reads=("a", "/data/two.txt"), writes=("b", "executed/02_b.ipynb")),
    Step("03_c", "", reads=("a", "/data/one.txt"), writes=("c", "executed/03_c.ipynb")),
    Step("04_d", "", reads=("b", "c"), writes=("d", "executed/04_d.ipynb")),
    Step("last", "", reads=("d", "executed", "/data/two.txt"), writes=("site",), module="tests.rebuilds"),
)
CODE = """
import hashlib, time
held = [(p.as_posix()[len(base):], p.read_text()) for base, p in found(reads)]
time.sleep({pause})
held += [(p.as_posix()[len(base):], p.read_text()) for base, p in found(reads)]
said = hashlib.sha256(repr((held, {version}, given)).encode()).hexdigest()
if "boom" in repr(held):
    raise ValueError("boom is in what it reads")
for number in range(1 + int(said[0], 16) % 4):  # how many files there are follows from what was read
    write(f"{{letter}}/{{number}}.txt", said)
"""
WORDS = ("1", "2", "3", "4", "boom")
KINDS = ("kill", "kill", "second", "edit", "edit", "back", "damage", "wait")
LONGEST = float(os.environ.get("ATOM_PACE", "2"))
"""Seconds between what happens to a build: about as long as one takes."""


def execute(notebook: Path, given: dict, staging: Path, *_: Path) -> None:
    """In place of a kernel: run the cells here."""
    root, step = notebook.parents[1], next(step for step in STEPS if step.name == notebook.stem)
    space = {
        "found": lambda reads: found(root, reads),
        "write": lambda name, text: files.write_text(staging / name, text),
    }
    space |= {"reads": step.reads, "given": given, "letter": step.writes[0]}
    for cell in read(notebook):
        try:
            exec(cell["source"], space)
        except Exception as error:
            raise NotebookError(f"{notebook.name}: {error}") from None
    files.write_text(staging / "executed" / notebook.name, json.dumps(space["said"]))


def found(root: Path, reads):
    """Base and path of each file that a step reads."""
    for place in reads:
        base = root if place.startswith("/") else root / "build"
        path = base / place.lstrip("/")
        yield from ((f"{base}/", p) for p in ([path] if path.is_file() else sorted(path.rglob("*"))) if p.is_file())


def run() -> None:
    """The last step, as publishing does it: rendered aside, then put in place."""
    from helpers.publish import site

    work = paths.BUILD / ".work" / "publish"
    shutil.rmtree(work, ignore_errors=True)
    text = "".join(f"{p.as_posix()[len(base) :]} {p.read_text()}\n" for base, p in found(paths.ROOT, STEPS[-1].reads))
    if "boom" in text:
        raise NotebookError("last: boom is in what it reads")
    files.write_text(work / "site" / "index.html", text)
    site._put_in_place(work / "site", paths.BUILD / "site", work / "former")


def build(root: str, seed: int) -> None:
    """`atom build` of the small graph in `root`; errors of ours are one line."""
    from helpers.build import graph, worker
    from helpers.commands import guard

    paths.ROOT, paths.NOTEBOOKS = Path(root), Path(root) / "notebooks"
    graph._execute, preload = execute, worker.preload
    worker.preload = lambda *_: preload("tests.rebuilds")
    try:
        with guard.hold():
            graph.build({"seed": seed}, 2, lambda *_: None, STEPS)
    except Exception as error:
        raise SystemExit(f"error: {guard.words(error)}") from None


class Checkout:
    """A checkout of the small graph. left: how its builds ended."""

    def __init__(self, root: Path, draw: random.Random) -> None:
        self.root, self.draw, self.seed = root, draw, draw.randrange(3)
        self.ended: Counter[str] = Counter()
        for name in ("data/one.txt", "data/two.txt", "data/more/x.txt", "data/more/y.txt"):
            files.write_text(root / name, draw.choice(WORDS[:4]))
        files.write_text(root / "requirements.lock", "")
        for step in STEPS[:-1]:
            self.notebook(step.name, 1)

    def notebook(self, name: str, version: int) -> None:
        """Write a notebook; version: what its results depend on."""
        code = CODE.format(version=version, pause=round(self.draw.uniform(0, 0.2), 3))
        cells = [nbformat.v4.new_code_cell(code, id="a")]
        files.write_text(
            self.root / "notebooks" / f"{name}.ipynb", nbformat.writes(nbformat.v4.new_notebook(cells=cells))
        )

    def start(self) -> subprocess.Popen:
        """A build in a process of its own."""
        command = f"from tests import rebuilds; rebuilds.build({str(self.root)!r}, {self.seed})"
        own = {"ATOM_BUILD": str(self.root / "build"), "PYTHONPATH": str(REPOSITORY)}
        return subprocess.Popen(
            [sys.executable, "-c", command], cwd=self.root, env=os.environ | own, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def finish(self, process: subprocess.Popen) -> tuple[int, str]:
        """Wait for a build; its exit code and words."""
        said = process.communicate(timeout=600)[0]
        assert process.returncode in (0, 1, -9), f"{process.returncode}: {said}"
        assert "Traceback" not in said, said
        if process.returncode == 1:
            known = ("boom is in what it reads", "build again", "cannot be read")
            assert any(words in said for words in known), said
        self.ended[{0: "built", 1: "refused", -9: "killed"}[process.returncode]] += 1
        return process.returncode, said

    def edit(self) -> None:
        """Write an input, a notebook or a parameter anew, add a file or take one away."""
        place = self.root / "data" / self.draw.choice(["one.txt", "two.txt", "more/x.txt", "more/z.txt"])
        kind = self.draw.randrange(5)
        if kind == 0:
            self.notebook(self.draw.choice(STEPS[:-1]).name, self.draw.randrange(1, 4))
        elif kind == 1:
            self.seed = self.draw.randrange(3)
        elif kind == 2 and place.name == "z.txt":
            place.unlink(missing_ok=True)
        else:
            files.write_text(place, self.draw.choices(WORDS, (4, 4, 4, 4, 1))[0])

    def back(self, seconds: float) -> None:
        """Write another thing and soon take it back, so that nothing seems to have happened."""
        place = self.root / "data" / self.draw.choice(["one.txt", "two.txt"])
        before = place.read_text(encoding="utf-8")
        files.write_text(place, "taken back")
        time.sleep(seconds)
        files.write_text(place, before)

    def damage(self) -> None:
        """Spoil a file that a build left, or put a folder in its place."""
        left = [path for path in (self.root / "build").rglob("*") if path.is_file() and path.name != ".lock"]
        if left:
            path = self.draw.choice(sorted(left))
            path.unlink()
            self.draw.choice([lambda: path.write_bytes(b"\xff{"), lambda: path.write_text("{}"), path.mkdir, int])()


REPOSITORY = Path(__file__).resolve().parents[1]


TOLD = (*dict.fromkeys(KINDS), "built", "refused", "killed", "sites compared", "errors compared")
"""What a run counts: what happened to builds, how they ended, and what was compared with a clean build."""


def soak(place: Path, seed: int) -> dict[str, int]:
    """One seeded run; gives what happened. Raises AssertionError unless it ends in what a clean build gives."""
    draw, folder = random.Random(seed), place / str(seed)
    checkout = Checkout(folder / "lived in", draw)
    happened: Counter[str] = Counter()
    for _ in range(draw.randrange(2, 5)):
        builds, kinds = [checkout.start()], draw.choices(KINDS, k=draw.randrange(1, 4))
        for kind in kinds:
            time.sleep(draw.uniform(0, LONGEST))
            happened[kind] += 1
            if kind == "kill":
                builds[0].kill()
            elif kind == "second":
                builds.append(checkout.start())
            elif kind == "edit":
                checkout.edit()
            elif kind == "back":
                checkout.back(draw.uniform(0, 0.3))
        for process in builds:
            checkout.finish(process)
        if "damage" in kinds:
            checkout.damage()
    last = checkout.finish(checkout.start())
    shutil.copytree(checkout.root, folder / "clean", ignore=shutil.ignore_patterns("build"))
    clean = Checkout.__new__(Checkout)
    clean.root, clean.seed, clean.ended = folder / "clean", checkout.seed, Counter()
    wanted = clean.finish(clean.start())
    assert last[0] == wanted[0], f"seed {seed}: {last} for {wanted}"
    if last[0] == 0:
        assert pages(checkout.root) == pages(clean.root), f"seed {seed}: not the site of a clean build"
    happened["sites compared"] += last[0] == 0
    happened["errors compared"] += last[0] == 1
    happened += checkout.ended
    return {name: happened[name] for name in TOLD}


def pages(root: Path) -> dict:
    """What a build left, receipts and times apart."""
    build = root / "build"
    kept = ("a", "b", "c", "d", "site", "executed")
    return {p.relative_to(build): p.read_bytes() for name in kept for p in (build / name).rglob("*") if p.is_file()}
