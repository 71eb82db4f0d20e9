"""How many small faults the unit tests notice: seeded, one at a time, in a copy of the repository.

    python benchmarks/planted_faults.py [--count 100] [--seed 1]

A fault is a change of one place of a module: a comparison or an operator turned, a number one off, two words swapped, a
row of a filter or a sort left out, the first taken for the last. Each is tried by the unit tests of the module, file
by file until one fails. Printed with file, line and change, and with the test that failed of it: look at each that
went unnoticed, and add a test, or say why none can see.
"""

import argparse
import ast
import functools
import itertools
import multiprocessing
import os
import random
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import hypothesis
import matplotlib.pyplot as plt
import pandera.pandas as pandera
import pytest
import seaborn

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.conftest import copy_of_repository

ROOT = Path(__file__).resolve().parents[1]
HASTE = hypothesis.settings(derandomize=True, database=None, deadline=None, phases=[hypothesis.Phase.generate])
"""The same examples each time, and no search for the smallest that fails."""
LOADED = (pandera, plt, seaborn)
"""Once, for all forks."""
LONGEST = 600
"""Seconds for a file of tests: of a fault they may go on for ever."""
FORK, SECONDS = multiprocessing.get_context("fork"), itertools.count(1)
MODULES = (
    "figures/*.py", "registry/*.py", "measures/*.py", "archive/gather.py", "archive/listings.py",
    "build/fingerprint.py",
)  # fmt: skip
TURNED = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip
SWAPPED = {
    "head": "tail", "tail": "head", "min": "max", "max": "min", "first": "last", "last": "first", "cumsum": "cumprod",
    "cummax": "cummin", "idxmax": "idxmin", "idxmin": "idxmax", "ffill": "bfill", "bfill": "ffill", "any": "all",
    "all": "any", "sum": "mean", "mean": "sum", "median": "max", "notna": "isna", "isna": "notna",
}  # fmt: skip
LEFT_OUT = {"dropna", "sort_values", "drop_duplicates", "fillna", "casefold", "lower", "clip", "normalize"}


@dataclass(frozen=True)
class Fault:
    """A piece of a module's text, and what is put in its place."""

    module: Path
    line: int
    start: int
    end: int
    old: str
    new: str


def faults(module: Path) -> Iterator[Fault]:
    """Every fault that a module can be given. Types, docstrings and messages are left alone."""
    text = _text(module)
    starts = [0]
    for line in text.encode().splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for node, new in _changes(ast.parse(text)):
        start, end = (starts[row - 1] + at for row, at in
                      ((node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset)))  # fmt: skip
        old = text.encode()[start:end].decode()
        yield Fault(module, node.lineno, start, end, old, new)


def _changes(node: ast.AST, above: ast.AST | None = None) -> Iterator[tuple[ast.expr, str]]:
    """Expressions below a node, each with the text of a wrong one."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list") or isinstance(
            node, ast.Raise | ast.Import | ast.JoinedStr
        ):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
                continue  # a docstring
            if isinstance(child, ast.Assign) and ast.unparse(child.targets[0]) == "__all__":
                continue
            if isinstance(child, ast.keyword) and child.arg in ("ignore_index", "strict"):
                continue  # labels of rows that nobody sees; that two lists are as long, which is no result
            if isinstance(child, ast.expr | ast.keyword) and _as_a_set(node, child, above):
                yield from itertools.chain.from_iterable(map(_changes, ast.iter_child_nodes(child)))
                continue
            if isinstance(child, ast.expr):
                yield from ((child, f"({new})") for new in _wrong(child))
            if isinstance(child, ast.AST):
                yield from _changes(child, node)


def _as_a_set(node: ast.AST, names: ast.expr | ast.keyword, above: ast.AST | None) -> bool:
    """Whether names stand where their order tells nothing: columns that are picked, left out, or compared by where rows
    stay in the order of the left table, and what something may be one of."""
    match node, names:
        case ast.Subscript(), ast.List():
            return True
        case ast.Tuple(), ast.List():  # .loc[rows, columns]
            return isinstance(above, ast.Subscript)
        case ast.Compare(_, [ast.In() | ast.NotIn()]), ast.List() | ast.Tuple():
            return True
        case ast.Call(ast.Attribute(_, "isin" | "drop_duplicates" | "duplicated")), ast.List():
            return True
        case ast.Call(ast.Attribute(_, "startswith" | "endswith")), ast.Tuple():
            return True
        case ast.Call(ast.Attribute(_, "select_dtypes")), ast.keyword(_, ast.List()):
            return True
        case ast.Call(ast.Attribute(_, "dropna" | "drop_duplicates" | "duplicated")), ast.keyword("subset", ast.List()):
            return True
        case ast.Call(ast.Attribute(_, "drop")), ast.keyword("columns", ast.List()):
            return True
        case ast.Call(ast.Attribute(_, "read_csv")), ast.keyword("parse_dates", ast.List()):
            return True
        case ast.Call(ast.Attribute(_, "merge"), _, options), ast.keyword("on", ast.List()):
            return {ast.unparse(option.value) for option in options if option.arg == "how"} <= {"'left'", "'inner'"}
    return False


def _wrong(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Compare(left, [sign], [right]) if type(sign) in TURNED:
            yield ast.unparse(ast.Compare(left, [TURNED[type(sign)]()], [right]))
        case ast.BinOp(left, sign, right) if type(sign) in TURNED:
            yield ast.unparse(ast.BinOp(left, TURNED[type(sign)](), right))
        case ast.BoolOp(sign, values):
            yield ast.unparse(ast.BoolOp(TURNED[type(sign)](), values))
        case ast.UnaryOp(ast.Not() | ast.Invert(), operand):
            yield ast.unparse(operand)
        case ast.Constant(bool() as truth):
            yield repr(not truth)
        case ast.Constant(int() | float() as number):
            yield repr(number + 1)
        case ast.Subscript(table, ast.Compare()):
            yield ast.unparse(table)
        case ast.Call(ast.Attribute(table, name), _, _) if name in LEFT_OUT:
            yield ast.unparse(table)
        case ast.Call(ast.Attribute(table, name), arguments, options) if name in SWAPPED:
            yield ast.unparse(ast.Call(ast.Attribute(table, SWAPPED[name]), arguments, options))
        case ast.Tuple([ast.Constant(str() as one), ast.Constant(str() as other), *rest]) if one != other:
            yield ast.unparse(ast.Tuple([ast.Constant(other), ast.Constant(one), *rest], ast.Load()))
        case ast.List([ast.Constant(str() as one), ast.Constant(str() as other), *rest]) if one != other:
            yield ast.unparse(ast.List([ast.Constant(other), ast.Constant(one), *rest], ast.Load()))
        case ast.Dict([ast.Constant(), ast.Constant(), *_] as keys, [one, other, *rest]):
            if ast.unparse(one) != ast.unparse(other):
                yield ast.unparse(ast.Dict(keys, [other, one, *rest]))


def tests_of(root: Path, module: Path) -> list[str]:
    """The unit tests that could notice, the nearest first: of its name; importers of it; of its room, if it draws;
    importers of its package, where that is used as one; importers of modules that import it."""
    name, package = _name(root, module), _name(root, module.parent)
    users = {_name(root, path) for path in (root / "helpers").rglob("*.py") if name in _imported(path)}
    drawn = module.parent.name == "figures"
    found = {}
    for path in (root / "tests/unit").rglob("test_*.py"):
        imported = _imported(path)
        near = (
            module.stem in path.stem, name in imported, drawn and "test_figures" in path.parts,
            package in users and package in imported, users & imported,
        )  # fmt: skip
        if any(near):
            found[path] = (next(place for place, meant in enumerate(near) if meant), -_text(path).count(module.stem))
    return [str(path.relative_to(root)) for path in sorted(found, key=lambda path: (*found[path], path))]


def _name(root: Path, place: Path) -> str:
    return ".".join(place.relative_to(root).with_suffix("").parts).removesuffix(".__init__")


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@functools.cache
def _imported(path: Path) -> set[str]:
    """Modules, and names of modules, that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(_text(path))):
        if isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{one.name}" for one in node.names} | {str(node.module)}
        elif isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
    return found


@dataclass
class First:
    """A plugin of pytest that keeps which test failed first."""

    failed: str = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed = self.failed or report.nodeid


def failure(root: Path, test: str) -> str | None:
    """The first test of a file that fails, or the file, if it cannot be read or takes too long; None if all pass.

    They run in a fork, where the libraries that they import, and nothing of ours, are loaded already.
    """
    told, telling = FORK.Pipe(duplex=False)
    child = FORK.Process(target=_run, args=(root, test, telling))
    child.start()
    telling.close()
    try:
        return told.recv() if told.poll(LONGEST) else test
    except EOFError:
        return test
    finally:
        child.kill()
        child.join()


def _run(root: Path, test: str, telling: Connection) -> None:
    os.chdir(root)
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    for name in [name for name in sys.modules if name.partition(".")[0] in ("helpers", "tests", "benchmarks")]:
        del sys.modules[name]
    sys.path[:] = [str(root), *(place for place in sys.path if Path(place).resolve() != ROOT)]
    first = First()
    hypothesis.settings.register_profile("faults", HASTE)
    hypothesis.settings.load_profile("faults")
    code = pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", test], [first])
    passed = code in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)  # a file may be passed over as a whole
    telling.send(None if passed else first.failed or test)


@functools.cache
def sound(root: Path, test: str) -> bool:
    """Whether a test passes without any fault: else it has noticed none."""
    return failure(root, test) is None


def noticed(root: Path, fault: Fault) -> str | None:
    """The unit test that fails of a fault, or is not done in good time."""
    whole = fault.module.read_bytes()
    for file in tests_of(root, fault.module):
        _write(fault.module, whole[: fault.start] + fault.new.encode() + whole[fault.end :])
        try:
            found = failure(root, file)
        finally:
            _write(fault.module, whole)
        if found and not sound(root, found):
            raise SystemExit(f"fails without any fault: {found}")
        if found:
            return found
    return None


def _write(module: Path, content: bytes) -> None:
    """Write a module with a time of its own: compiled code is known by the second and the size of its source."""
    module.write_bytes(content)
    os.utime(module, (now := next(SECONDS), now))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        root = copy_of_repository(Path(place)).root
        modules = [path for pattern in MODULES for path in sorted((root / "helpers").glob(pattern))]
        possible = [found for path in modules if tests_of(root, path) and (found := list(faults(path)))]
        draw, seen = random.Random(asked.seed), 0
        draw.shuffle(possible)
        for found in possible:
            draw.shuffle(found)
        turns = (fault for turn in itertools.zip_longest(*possible) for fault in turn if fault)
        for fault in itertools.islice(turns, asked.count):  # each module in turn, so that long ones do not take all
            found = noticed(root, fault)
            seen += found is not None
            where = f"{fault.module.relative_to(root)}:{fault.line}"
            print(f"{found or 'UNNOTICED'}  {where}: {fault.old!r} → {fault.new!r}", flush=True)
        print(f"{seen} of {asked.count} planted faults noticed (seed {asked.seed})")


if __name__ == "__main__":
    main()
