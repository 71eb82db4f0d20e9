"""Copies of the project, each built once for all workers, that integration and browser tests share; real data."""

import compileall
import gc
import json
import os
import py_compile
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import filelock
import hypothesis
import nbformat
import pytest

from helpers import paths
from helpers.build import fingerprint
from helpers.text import nodes

hypothesis.settings.register_profile("patient", hypothesis.settings(), deadline=None)  # a machine may be busy
hypothesis.settings.load_profile("patient")

SHARED = paths.ROOT.parent / "shared" / "data"
"""Real public data, where they lie beside the repository; what needs them is skipped in sight elsewhere."""


TOLD = """
import sys
from helpers import edition
from helpers.build import graph, steps
parts = tuple(step for step in steps.STEPS if step.notebook or step.name == "text")
graph.build(edition.load("public", sys.argv[1:]).parameters(), 2, print, parts)
"""


@dataclass(frozen=True)
class Project:
    """A copy of the repository in a folder of its own, as a fresh clone would be. archive: what public editions of it
    are built from, if not what lies there."""

    root: Path
    archive: Path | None = None

    @property
    def site(self) -> Path:
        return self.root / "build" / "site"

    @property
    def command(self) -> list[str]:
        return [sys.executable, "-m", "helpers.cli"]

    @property
    def environment(self) -> dict[str, str]:
        ours = {k: v for k, v in os.environ.items() if not k.startswith("ATOM_")}
        place = {"ATOM_ARCHIVE": str(self.archive)} if self.archive else {}
        return ours | place | {"PYTHONPATH": str(self.root), "PYTHONDONTWRITEBYTECODE": "1"}

    def atom(self, *arguments: str) -> subprocess.CompletedProcess:
        """Run `atom` in this copy; output and errors come back as one text in stdout."""
        return self._run(*self.command, *arguments)

    def tell(self, *settings: str) -> str:
        """Build the public edition up to its text, without pages; gives the text in plain words, a line a block."""
        finished = self._run(sys.executable, "-c", TOLD, *settings)
        assert finished.returncode == 0, finished.stdout
        article = json.loads((self.root / "build" / "article.json").read_text(encoding="utf-8"))
        return "\n".join(" ".join(nodes.text_of([block]).split()) for block in article["blocks"])

    def _run(self, *command: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            command, cwd=self.root, env=self.environment, timeout=900, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        )  # fmt: skip

    def begin(self, *arguments: str, **streams: int) -> subprocess.Popen:
        """`atom` that goes on in the background, and can be interrupted even where these tests cannot."""
        return subprocess.Popen(
            [*self.command, *arguments], cwd=self.root, env=self.environment, text=True, start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            **(dict.fromkeys(("stdout", "stderr"), subprocess.DEVNULL) | streams),
        )  # fmt: skip

    def events(self, output: str) -> dict[str, str]:
        """Step → last event, from the plain progress lines of a build."""
        lines = (line.split() for line in output.splitlines() if " s  " in line)
        return {words[2]: words[3].rstrip(":") for words in lines if len(words) > 3}

    def replace(self, name: str, old: str, new: str) -> None:
        path = self.root / name
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {name}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def add_cell(self, notebook: str, source: str) -> None:
        """Put a cell under the title, before all others, so that no more is run than it takes to come to it."""
        path = self.root / "notebooks" / f"{notebook}.ipynb"
        content = nbformat.read(path, as_version=4)
        content.cells.insert(1, nbformat.v4.new_code_cell(source))
        nbformat.write(content, path)

    def site_hashes(self) -> dict[str, str]:
        return {name.split("/build/site/")[-1]: digest for name, digest in fingerprint.of_tree(self.site).items()}


def wait_for(path: Path, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < end, f"{path} never came"
        time.sleep(0.05)


def copy_of_repository(target: Path) -> Project:
    """What a clone would hold: every file that git tracks or would, none that it ignores."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=paths.ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        if (paths.ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(paths.ROOT / name, target / name)
    # compiled once for all commands that are run there; known by content, so that no edit within a second is missed
    compileall.compile_dir(target / "helpers", quiet=2, invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH)
    return Project(target)


@pytest.fixture(scope="session", autouse=True)
def unsynced() -> Iterator[None]:
    """No test cuts the power: what was written is there after any kill, whether the disk has it or not. That files are
    synced, and in which order, is looked at where it is asked (tests/unit/test_sound.py)."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        yield


@pytest.fixture
def show(capsys):
    """Print past pytest's capture: what real records or seeded runs come to is to be seen."""

    def _show(text: str) -> None:
        with capsys.disabled():
            print(text)

    return _show


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole builds and servers full of faults first: workers that are done early take over from the end."""
    items.sort(key=lambda item: "unit" in item.path.relative_to(paths.ROOT).parts)


def pytest_collection_finish() -> None:
    """What is loaded and collected stays to the end: it need not be gone through for garbage again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def once(tmp_path_factory, request) -> Callable[[str, Callable[[Path], object]], Path]:
    """A folder that is filled once, by the worker that comes first to it; every worker has a copy of its own."""
    alone = not hasattr(request.config, "workerinput")

    def _once(name: str, fill: Callable[[Path], object]) -> Path:
        mine = tmp_path_factory.mktemp(name)
        if alone:
            fill(mine)
            return mine
        first = tmp_path_factory.getbasetemp().parent / name  # beside the folders of all workers
        with filelock.FileLock(f"{first}.lock"):
            if not (whole := first.with_suffix(".whole")).exists():
                fill(first)
                whole.touch()
        return shutil.copytree(first, mine, symlinks=True, dirs_exist_ok=True)

    return _once


def build(folder: Path) -> None:
    """The default edition, built in a copy of the repository."""
    finished = copy_of_repository(folder).atom("build")
    assert finished.returncode == 0, finished.stdout


@pytest.fixture(scope="session")
def built(once) -> Project:
    """A built copy of the repository. Tests that change it must put it back."""
    return Project(once("built", build))


FIRST = """
from helpers import edition
from helpers.build import graph, steps
first = tuple(step for step in steps.STEPS if step.notebook and not step.archived and not steps.upstream(step))
graph.build(edition.load().parameters(), 2, print, first)
"""


def start(project: Project) -> None:
    """Build what notebooks leave that read nothing: the same for every archive."""
    subprocess.run([sys.executable, "-c", FIRST], cwd=project.root, env=project.environment, check=True)


@pytest.fixture(scope="session")
def begun(once) -> Path:
    """A copy of the repository that has built what hangs on no archive, to be copied and built on."""
    return once("begun", lambda folder: start(copy_of_repository(folder)))


UNDRAWN = """

def finish(figure, *_):
    return figure


def export(figure, name, data, folder, *, table=True):
    files.write_text(folder / f"{name}.svg", "<svg/>")
    if table:
        publish(data, folder / f"{name}.csv")
"""


def undraw(project: Project) -> Project:
    """Figures of the copy are empty pictures from here on, with the tables under them."""
    with (project.root / "helpers/figures/export.py").open("a", encoding="utf-8") as module:
        module.write(UNDRAWN)
    return project


@pytest.fixture(scope="session")
def undrawn(once) -> Path:
    """The same for an edition that is asked for its text or numbers alone."""
    return once("undrawn", lambda folder: start(undraw(copy_of_repository(folder))))


@pytest.fixture(scope="session")
def public(once, begun) -> Project:
    """A built public edition whose sources hold names that attack; Artificial Analysis is missing."""
    from tests import fakepublic

    return fakepublic.built(once("public", lambda folder: fakepublic.build(folder, begun, arena=fakepublic.boards())))
