"""What the documents say of this project is so: their commands, targets, paths and links exist."""

import re

import pytest
import typer

from helpers import cli, paths
from helpers.text import captions

DOCUMENTS = sorted(
    [*paths.ROOT.glob("*.md"), *(paths.ROOT / "docs").glob("*.md"), paths.ROOT / "data" / "README.md"],
)
ATOM = re.compile(r"(?<![\w./-])atom ((?:[a-z][a-z-]*)(?: [a-z][a-z-]*)*)")
MAKE = re.compile(r"(?:`|^ {4}|and `)make ([a-z]+)", re.MULTILINE)
OPTION = re.compile(r"`atom [^`]*?(--[a-z]+)")
PLACE = re.compile(r"`((?:helpers|report|notebooks|data|tests|benchmarks|docs)/[\w./-]*)`")
LINK = re.compile(r"\]\(([^)#]+)[^)]*\)")
documents = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(paths.ROOT).as_posix())


def commands(group, *before):
    """The names of all commands, of groups, too: ("collect", "hub")."""
    for name, command in group.commands.items():
        yield (*before, name)
        if hasattr(command, "commands"):
            yield from commands(command, *before, name)


ALL = set(commands(typer.main.get_command(cli.app)))


@documents
def test_every_command_exists(document):
    for match in ATOM.finditer(document.read_text(encoding="utf-8")):
        words = tuple(match[1].split())
        depth = max((n for n in range(1, len(words) + 1) if words[:n] in ALL), default=0)
        assert depth, match[0]
        below = {name[depth] for name in ALL if name[:depth] == words[:depth] and len(name) > depth}
        assert not below or len(words) == depth, f"{match[0]}: {words[depth:]} is none of {sorted(below)}"


@documents
def test_every_target_of_make_exists(document):
    makefile = (paths.ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].split())
    assert set(MAKE.findall(document.read_text(encoding="utf-8"))) <= targets


@documents
def test_every_place_exists(document):
    for place in PLACE.findall(document.read_text(encoding="utf-8")):
        assert "NAME" in place or (paths.ROOT / place).exists(), place


@documents
def test_every_link_leads_somewhere(document):
    for target in LINK.findall(document.read_text(encoding="utf-8")):
        assert "://" in target or (document.parent / target).exists(), target


@documents
def test_every_option_is_one_of_a_command(document):
    known = {
        option for command in _leaves(typer.main.get_command(cli.app)) for p in command.params for option in p.opts
    }
    assert set(OPTION.findall(document.read_text(encoding="utf-8"))) <= known


def _leaves(group):
    for command in group.commands.values():
        yield from _leaves(command) if hasattr(command, "commands") else [command]


@pytest.mark.parametrize("notebook", sorted(paths.NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_alternative_texts_say_something_where_no_number_of_them_is_known(notebook):
    """A sentence that asks for what is not known is left out, and a figure without any words stops a build."""
    told = {text.where: text.text for text in captions.of(notebook) if text.option == "fig-alt"}
    asking = {where: captions.SENTENCE.split(" ".join(text.split())) for where, text in told.items()}
    assert [where for where, sentences in asking.items() if all("{" in one for one in sentences)] == []
