"""How many small faults the unit tests notice: seeded, one at a time, in a copy of the repository.

    python benchmarks/planted_faults.py [--count 100] [--seed 1]

A fault is a change of one place of a module: a comparison or an operator turned, a number one off, two words swapped, a
row of a filter or a sort left out, the first taken for the last. Each is tried by the unit tests that name the module.
Those that pass unnoticed are printed with file, line and change: look at each, and add a test, or say why none can see.
"""

import argparse
import ast
import functools
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.conftest import copy_of_repository

ROOT = Path(__file__).parents[1]
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
    text = module.read_text(encoding="utf-8")
    starts = [0]
    for line in text.encode().splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for node, new in _changes(ast.parse(text)):
        start, end = (starts[row - 1] + at for row, at in
                      ((node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset)))  # fmt: skip
        old = text.encode()[start:end].decode()
        yield Fault(module, node.lineno, start, end, old, new)


def _changes(node: ast.AST) -> Iterator[tuple[ast.expr, str]]:
    """Expressions below a node, each with the text of a wrong one."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list") or isinstance(
            node, ast.Raise | ast.Import | ast.JoinedStr
        ):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
                continue  # a docstring
            if isinstance(child, ast.expr):
                yield from ((child, f"({new})") for new in _wrong(child))
            if isinstance(child, ast.AST):
                yield from _changes(child)


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
            yield ast.unparse(ast.Dict(keys, [other, one, *rest]))


def tests_of(root: Path, module: Path) -> list[str]:
    """The unit tests that could notice: those of the module's room, and those that name it."""
    named = re.compile(rf"\b{module.stem}\b")
    if "figures" in module.parts:
        return ["tests/unit/test_figures"]
    found = [path for path in (root / "tests/unit").rglob("test_*.py") if named.search(path.read_text("utf-8"))]
    return sorted(str(path.relative_to(root)) for path in found)


def passes(root: Path, module: Path, seconds: float | None = None) -> bool:
    """Whether the unit tests of a module pass, in so many seconds."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    try:
        done = subprocess.run(
            [*command, *tests_of(root, module)], cwd=root, capture_output=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


@functools.cache
def usual(root: Path, module: Path) -> float:
    """The seconds that the unit tests of a module take without a fault, which they must pass to notice any."""
    start = time.monotonic()
    if not passes(root, module):
        raise SystemExit(f"{module.relative_to(root)}: its tests fail without any fault: {tests_of(root, module)}")
    return time.monotonic() - start


def noticed(root: Path, fault: Fault) -> bool:
    """Whether a unit test fails of a fault, or takes ten times as long as ever."""
    seconds = 60 + 10 * usual(root, fault.module)
    whole = fault.module.read_bytes()
    fault.module.write_bytes(whole[: fault.start] + fault.new.encode() + whole[fault.end :])
    try:
        return not passes(root, fault.module, seconds)
    finally:
        fault.module.write_bytes(whole)


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
        for number in range(asked.count):  # each module in turn, so that long ones do not take all
            fault = draw.choice(possible[number % len(possible)])
            found = noticed(root, fault)
            seen += found
            where = f"{fault.module.relative_to(root)}:{fault.line}"
            print(f"{'noticed ' if found else 'UNNOTICED'} {where}: {fault.old!r} → {fault.new!r}", flush=True)
        print(f"{seen} of {asked.count} planted faults noticed (seed {asked.seed})")


if __name__ == "__main__":
    main()
