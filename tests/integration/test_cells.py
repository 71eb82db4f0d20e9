"""The notebooks in a plain runner: each output is the committed one, and each file the one that a build leaves."""

import os
import subprocess
import sys

from helpers import files, paths
from helpers.build import steps


def test_every_cell_shows_what_is_committed_and_leaves_what_a_build_leaves(built, tmp_path):
    place = tmp_path / "build"
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("ATOM_", "PYTEST_", "PYTHONDONTWRITE"))
    }
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval", "--nbval-current-env", "notebooks"],
        cwd=paths.ROOT, env=environment | {"ATOM_BUILD": str(place)}, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout
    places = [name for step in steps.STEPS if step.notebook for name in step.writes if not name.startswith("executed/")]
    assert left(place, places) == left(built.root / "build", places)


def left(build, places):
    """Every file of these folders → its hash."""
    return {path.relative_to(build): files.digest(path)
            for name in places for path in (build / name).rglob("*") if path.is_file()}  # fmt: skip
