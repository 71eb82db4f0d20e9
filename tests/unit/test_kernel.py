"""Forked kernels: they start with the libraries loaded, as fresh as others, and never outlive who asked for them."""

import json
import os
import signal
import subprocess
import sys
import time

import nbformat
import pytest

from helpers.build import kernel

FIRST = "import sys; print([name in sys.modules for name in ('pandas', 'pyarrow', 'pandera', 'helpers.figures')])"


RUN = """
import papermill
from helpers.build import kernel
kernel.fork()
papermill.execute_notebook(
    "a.ipynb", "b.ipynb", kernel_name="python3", language="python", progress_bar=False,
    kernel_manager_class=kernel.Manager, shutdown_kernel="immediate",
)
"""


def execute(folder, *cells):
    """Run `cells` as a notebook in `folder`, from a process of its own; the outputs of each."""
    parameters = nbformat.v4.new_code_cell("", metadata={"tags": ["parameters"]})
    code = [nbformat.v4.new_code_cell(cell) for cell in cells]
    nbformat.write(nbformat.v4.new_notebook(cells=[parameters, *code]), folder / "a.ipynb")
    own = {"JUPYTER_RUNTIME_DIR": str(folder), "IPYTHONDIR": str(folder), "ATOM_PLANTED": "here"}
    subprocess.run([sys.executable, "-c", RUN], cwd=folder, env=os.environ | own, check=True)
    return [cell.outputs for cell in nbformat.read(folder / "b.ipynb", as_version=4).cells][1:]


def test_a_forked_kernel_is_a_kernel_like_others(tmp_path):
    loaded, facts, figure, result = execute(
        tmp_path,
        FIRST,
        "import os; print(os.environ['ATOM_PLANTED'], __name__, os.getpid() == os.getsid(0), os.getcwd())",
        "import matplotlib.pyplot as plt; _ = plt.figure(figsize=(1, 1)); plt.plot([1, 2]);",
        "import pandas; pandas.get_option('display.max_columns'), 1 + 1",
    )
    assert loaded[0].text == "[True, True, True, True]\n"
    assert facts[0].text == f"here __main__ True {tmp_path}\n"
    assert "image/png" in figure[-1].data
    assert result[0].data["text/plain"] == "(20, 2)"


def test_another_environment_matters_not_and_no_key_in_it_is_printed(tmp_path, monkeypatch):
    names = ("HF_TOKEN", "OPENROUTER_API_KEY", "GITHUB_TOKEN", "ACTIONS_RUNTIME_TOKEN", "AWS_SESSION", "DATABASE_URL")
    for name in (*names, "PGPASSWORD", "https_proxy"):
        monkeypatch.setenv(name, "planted-secret")
    other = {"argv": ["/gone", "--file={connection_file}"], "display_name": "", "language": "python"}
    (tmp_path / "kernels" / "python3").mkdir(parents=True)
    (tmp_path / "kernels" / "python3" / "kernel.json").write_text(json.dumps(other), encoding="utf-8")
    for name, value in {"MPLBACKEND": "nonsense", "JUPYTER_PATH": str(tmp_path), "HOME": "/gone"}.items():
        monkeypatch.setenv(name, value)
    by_python, by_shell, figure = execute(
        tmp_path, "import os; print(sorted(os.environ.items()))", "!env", "import matplotlib.pyplot as p; p.plot([1]);"
    )
    for shown in (by_python, by_shell):
        assert "PATH" in shown[0].text
        assert "planted-secret" not in shown[0].text
    assert "image/png" in figure[-1].data


@pytest.mark.parametrize("used", [False, True])
def test_a_kernel_ends_with_the_process_that_forked_it(tmp_path, used):
    """Whether it became a kernel or not; killed outright, its parent cannot say goodbye."""
    orders = "" if not used else f"spare.become(['-f', {str(tmp_path / 'k.json')!r}], dict(os.environ), None)"
    script = f"import os\nfrom helpers.build import kernel\nspare = kernel.Spare()\n{orders}\nprint(spare.pid)\ninput()"
    parent = subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    pid = int(parent.stdout.readline())
    while used and not (tmp_path / "k.json").exists():
        time.sleep(0.05)
    parent.send_signal(signal.SIGKILL)
    parent.communicate()
    assert _ends(pid, seconds=10)


def _ends(pid, seconds):
    for _ in range(seconds * 20):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    return False


def test_a_kernel_that_has_ended_takes_a_signal_as_a_program_does():
    """jupyter_client signals kernels without asking whether they still run."""
    spare = kernel.Spare()
    spare.send_signal(signal.SIGKILL)
    assert spare.wait() == -signal.SIGKILL
    spare.send_signal(signal.SIGKILL)


def test_a_kernel_that_dies_at_its_start_is_not_waited_for(tmp_path):
    script = RUN.replace("kernel.fork()", "kernel.fork()\nkernel._spares[0].send_signal(9)\nkernel._spares[0].wait()")
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")]), tmp_path / "a.ipynb")
    start = time.monotonic()
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert time.monotonic() - start < 30
