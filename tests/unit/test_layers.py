"""The rooms of helpers stand one on another: no import upwards, no circle, also not inside functions."""

import ast
from graphlib import CycleError, TopologicalSorter

import pytest

from helpers import paths

ORDER = (
    ("paths",), ("files",), ("digests",), ("lock",), ("versions",), ("progress",), ("registry",), ("tables",),
    ("sources",), ("archive", "edition"), ("measures",), ("reconstruction",), ("findings",), ("text",), ("figures",),
    ("publish",), ("build",), ("commands",), ("cli",),
)  # fmt: skip
"""Rooms from low to high; a module imports from its own room and from lower ones. Two names: two rooms side by side."""
LEVEL = {room: level for level, rooms in enumerate(ORDER) for room in rooms}


def modules():
    """Name ("helpers.text.bind") → file; a package is named without __init__."""
    found = {}
    for path in sorted((paths.ROOT / "helpers").rglob("*.py")):
        parts = path.relative_to(paths.ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported(tree, known, package):
    """(line, module) of each import of ours: the module that a name is, else the one that it comes from."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            origin = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                name = f"{origin}.{alias.name}"
                if name in known or origin in known:
                    yield node.lineno, name if name in known else origin


def edges(known):
    """(file, line, importing module, imported module) of each import between modules of ours."""
    for module, path in known.items():
        package = module if path.name == "__init__.py" else module.rpartition(".")[0]
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for line, target in imported(tree, known, package):
            if module != target != "helpers":
                yield paths.shown(path), line, module, target


def room(module):
    return module.split(".")[1]


def offences(found):
    """Each import from a higher room, or from the one beside it below, in words."""
    return [
        f"{path}:{line}: {room(module)} imports {target}, which is above it"
        for path, line, module, target in found
        if module != "helpers" and LEVEL[room(target)] > LEVEL[room(module)]
    ]


def circle(found):
    """The modules of a circle of imports, [] where there is none."""
    graph = {}
    for _, _, module, target in found:
        graph.setdefault(module, set()).add(target)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def rooms_in_a_circle(found):
    """The same between rooms, which may import each other's modules in one direction only."""
    return circle([(path, line, room(a), room(b)) for path, line, a, b in found if room(a) != room(b)])


def test_every_room_has_its_place():
    rooms = {room(module) for module in modules() if module != "helpers"}
    assert rooms == set(LEVEL)


def test_no_module_imports_from_a_higher_room():
    found = offences(edges(modules()))
    assert not found, "\n".join(found)


def test_no_modules_and_no_rooms_import_each_other_in_a_circle():
    found = list(edges(modules()))
    assert not circle(found), " imports ".join(reversed(circle(found)))
    assert not rooms_in_a_circle(found), " imports ".join(reversed(rooms_in_a_circle(found)))


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("from helpers.text import bind", [(1, "helpers.text.bind")]),
        ("from helpers.text.bind import main", [(1, "helpers.text.bind")]),
        ("import helpers.text.bind", [(1, "helpers.text.bind")]),
        ("def late():\n    from helpers.text import bind", [(2, "helpers.text.bind")]),
        ("from . import quoting", [(1, "helpers.text.quoting")]),
        ("from .quoting import slug", [(1, "helpers.text.quoting")]),
        ("from ..text.bind import main", [(1, "helpers.text.bind")]),
        ("import pandas", []),
    ],
)
def test_imports_of_every_form_are_seen(source, wanted):
    known = {"helpers", "helpers.text", "helpers.text.bind", "helpers.text.quoting"}
    assert list(imported(ast.parse(source), known, "helpers.text")) == wanted


def test_an_import_upwards_is_told_with_file_and_line():
    found = [("helpers/measures/ram.py", 7, "helpers.measures.ram", "helpers.text.bind")]
    assert offences(found) == ["helpers/measures/ram.py:7: measures imports helpers.text.bind, which is above it"]


def test_a_circle_of_modules_or_rooms_is_found():
    modules_only = [("a.py", 1, "helpers.text.a", "helpers.text.b"), ("b.py", 1, "helpers.text.b", "helpers.text.a")]
    assert set(circle(modules_only)) == {"helpers.text.a", "helpers.text.b"}
    assert rooms_in_a_circle(modules_only) == []
    beside = [
        ("a.py", 1, "helpers.archive.a", "helpers.edition"),
        ("edition.py", 1, "helpers.edition", "helpers.archive.b"),
    ]
    assert circle(beside) == []
    assert set(rooms_in_a_circle(beside)) == {"archive", "edition"}
