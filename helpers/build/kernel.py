"""Kernels that are forked from a process with the notebooks' libraries loaded, and so are ready at once.

They talk over files, not over network ports, which others on the machine could reach.
"""

import contextlib
import gc
import importlib
import multiprocessing
import os
import re
import time
from multiprocessing.connection import Connection
from pathlib import Path
from queue import Empty
from typing import Any

os.environ.pop("MPLBACKEND", None)  # matplotlib cannot be imported with the name of one that is not here
import matplotlib
import pandas
from ipykernel.kernelapp import IPKernelApp
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner
from traitlets import default

LOADED = ("helpers.figures", "helpers.tables", "pandera.backends.pandas.builtin_checks", "ipykernel.debugger")
"""What kernels find loaded, with all that these import in turn."""

os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")  # or the debugger, which nobody uses here, warns
for name in LOADED:
    with contextlib.suppress(Exception):  # the notebook that imports what is broken says so, with its place
        importlib.import_module(name)
gc.freeze()  # what is loaded stays: no kernel goes through it again to look for garbage

INHERITED = re.compile(
    "PATH|HOME|USER|LANG|LANGUAGE|LC_.*|TZ|TMPDIR|VIRTUAL_ENV|LD_LIBRARY_PATH|PYTHONPATH|PYTHONHASHSEED|PYDEVD_.*"
    "|ATOM_.*|IPYTHONDIR|JUPYTER_RUNTIME_DIR|JPY_.*|MPLCONFIGDIR|XDG_.*|(OMP|MKL|OPENBLAS)_.*"
)
"""Of the environment what a notebook may see: what it prints is published, and keys and tokens have any name."""

_context = multiprocessing.get_context("fork")
_spares: list["Spare"] = []


class Spare:
    """A process that is forked now and becomes a kernel when it is told which.

    Fork while this process has neither an event loop nor busy threads: a kernel would inherit what they hold. It has
    the face of a subprocess.Popen, as LocalProvisioner expects.
    """

    stdin = stdout = stderr = None

    def __init__(self) -> None:
        self._orders, theirs = _context.Pipe()
        self._process = _context.Process(target=_serve, args=(theirs, self._orders), daemon=True)
        self._process.start()
        self.pid = self._process.pid or 0  # known, once started
        theirs.close()

    def become(self, *orders: Any) -> None:
        """Send the kernel's arguments, environment and folder."""
        self._orders.send(orders)

    def poll(self) -> int | None:
        """Exit code, negative for a signal; None while the kernel runs."""
        return self._process.exitcode

    def wait(self) -> int | None:
        """Wait for the end; the exit code."""
        self._process.join()
        return self.poll()

    def send_signal(self, number: int) -> None:
        """Send the kernel a signal; one that has ended needs none."""
        if self.poll() is None:
            os.kill(self.pid, number)


def inherited(environment: dict[str, str]) -> dict[str, str]:
    """The part of an environment that kernels get."""
    return {name: value for name, value in environment.items() if INHERITED.fullmatch(name)}


def fork() -> None:
    """Fork the process that the next kernel started here will be."""
    _spares.append(Spare())


class _Client(AsyncKernelClient):
    """Goes on as soon as a kernel says that it is ready; jupyter_client's own waits for silence first."""

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait for what the kernel says of itself and until it is idle. Raises RuntimeError if it dies before that."""
        end = time.monotonic() + (timeout or float("inf"))
        while True:
            self.kernel_info()
            try:
                self._handle_kernel_info_reply(await self.get_shell_msg(timeout=1))
                while (await self.get_iopub_msg(timeout=0.2))["content"].get("execution_state") != "idle":
                    pass
                return
            except Empty:  # it starts, or its words went where nobody listened yet: ask again
                if time.monotonic() > end or not await self.is_alive():
                    raise RuntimeError("the kernel died, or did not answer in time, at its start") from None


class Manager(AsyncKernelManager):
    """Turns the spare process into a kernel that listens in the runtime folder."""

    @property
    def kernel_spec(self) -> KernelSpec:
        """Ours: one that somebody has installed under its name starts another Python, or is not there."""
        return KernelSpec(argv=["python", "-f", "{connection_file}"], display_name="Python 3", language="python")

    @default("client_factory")
    def _clients(self) -> type[AsyncKernelClient]:
        return _Client

    @default("transport")
    def _transport(self) -> str:
        return "ipc"

    @default("ip")
    def _sockets(self) -> str:
        """Where the sockets lie. jupyter_client's own choice is one place for all kernels of a folder, who then hear
        one another."""
        return str(Path(os.environ["JUPYTER_RUNTIME_DIR"]) / "kernel")

    async def _async_pre_start_kernel(self, **settings: Any) -> Any:
        self.provisioner = _Provisioner(kernel_spec=self.kernel_spec, parent=self)
        return await super()._async_pre_start_kernel(**settings)

    async def _async_wait(self, pollinterval: float = 0.005) -> None:
        await super()._async_wait(pollinterval)  # until a killed kernel has ended; jupyter_client looks every 0.1 s


class _Provisioner(LocalProvisioner):
    """Takes the spare process where jupyter_client would start a program."""

    process: Any

    async def launch_kernel(self, cmd: list[str], **settings: Any) -> KernelConnectionInfo:
        self.process = _spares.pop()
        self.pid = self.process.pid
        self.process.become(cmd[1:], inherited(settings["env"]), settings.get("cwd"))
        return self.connection_info


def _serve(orders: Connection, other: Connection) -> None:
    """Wait for orders, then be a kernel until killed; ipykernel itself ends when its parent has."""
    other.close()  # a copy that came with the fork; while it is open, the end of the real one would go unnoticed
    os.setsid()  # Ctrl-C on the terminal is for the build, not for a cell
    try:
        arguments, environment, folder = orders.recv()
    except EOFError:  # no kernel was wanted
        return
    os.environ.clear()
    os.environ.update(environment)
    if folder:
        os.chdir(folder)
    # What these two choose at their import where they are imported in a kernel.
    matplotlib.rcParams["backend"] = "module://matplotlib_inline.backend_inline"
    pandas.set_option("display.max_columns", 20)
    IPKernelApp.launch_instance([f"--IPKernelApp.parent_handle={os.getppid()}", *arguments])
