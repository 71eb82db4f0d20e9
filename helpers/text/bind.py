"""The step between notebooks and publishers: every address that text asks for gets its value, every finding its truth.

It writes article.json and labels.json (the text with all of it in place, and what it calls its figures), edition.yml
(metadata, findings, lists), values.json (every number said, with its origin), findings.csv, notebooks/ (the executed
notebooks with their captions filled in), tables.html (the tables that they show), and for Quarto `_variables.yml`
(values as Markdown, nested by the parts of their addresses).
"""

import csv
import datetime
import html
import io
import json
import re
from pathlib import Path
from typing import Any

import yaml

from helpers import edition, files, findings, paths, versions
from helpers.text import addresses, article, captions, claims, ledger, names, nodes, record, sources
from helpers.text.addresses import AddressError, Book, Cell
from helpers.text.asked import Asked, Listing
from helpers.text.faults import Fault, PublishError

EVENTS = paths.ROOT / "data" / "events.csv"
"""When things happened that no data of ours tell, in the paper's words: event, words, source."""
TRUTHS = {True: "true", False: "false", None: "unknown"}


def run(
    name: str, title: str, data: str, first_month: str, splice_month: str, last_month: str, snapshot_date: str
) -> None:
    """Bind the report's text to what the notebooks quoted.

    Raises PublishError listing every address and finding that does not exist, each unknown value outside a passage, and
    each sentence that states what does not hold, with file and line.
    """
    book = read(name, title, data, first_month, splice_month, last_month, snapshot_date)
    truths = findings.evaluate(book.tell)
    executed = sorted((paths.BUILD / "executed").glob("*.ipynb"))
    found = {label: findings.Finding(label, drawn, "") for path in executed for label, drawn in _drawn(path).items()}
    report = sources.read(paths.ROOT)
    asking = [caption for path in executed for caption in captions.of(path)]
    asked = Asked()
    asked.scan([*report.lines, *(caption.line for caption in asking)])
    write_findings(truths, asked.conditions)
    faults, cells, lists = _looked_up(asked, book, truths | found, [*report.faults, *captions.faults(asking)])
    if faults:
        raise PublishError(faults)
    answered = ledger.answered(claims.read(), book) if data == "reconstructed" else None
    written = {address: _markdown(cell, answered) for address, cell in cells.items()}
    told_lists = {
        listing.name: [
            {column: _markdown(cell, answered, asked.lists[listing][0]) for column, cell in row.items()} for row in rows
        ]
        for listing, rows in lists.items()
    }
    told_lists["findings"] = [  # for rows of a table
        {"finding": f"`{f.name}`", "truth": TRUTHS[f.truth], "statement": names.markdown(f.statement)}
        for f in truths.values()
    ]
    about = _metadata(book, data, truths | found, told_lists)
    lines = [line for number, caption in enumerate(asking) for line in caption.lines(number)]
    whole = sources.metadata(paths.ROOT, about)
    read_ = article.read(report, written, whole, lines)
    if faults := [*_misfits(read_.blocks, truths)]:
        raise PublishError(faults)
    told = captions.filled(asking, [block for block in read_.blocks if _is_caption(block)])
    text = article.Article(report, [block for block in read_.blocks if not _is_caption(block)], read_.embeds)
    article.write(text, paths.BUILD)
    told_numbers = record.numbers(book, cells, lists, asked, answered, whole, sources.site_url(paths.ROOT))
    files.write_json(paths.BUILD / "values.json", told_numbers)
    files.write_text(paths.BUILD / "_variables.yml", _yaml(_nested(written)))
    files.write_text(paths.BUILD / "edition.yml", _yaml(about))
    files.write_text(paths.BUILD / captions.TABLES, "".join(map(captions.tables, executed)))
    files.clear(paths.BUILD / "notebooks")
    for path in executed:
        captions.write(path, paths.BUILD / "notebooks" / path.name, told)


def read(
    name: str, title: str, data: str, first_month: str, splice_month: str, last_month: str, snapshot_date: str
) -> Book:
    """Every quoted table of the build, and what the edition itself says: its dates, its kind of data, this build."""
    book = addresses.read(paths.BUILD / "quoted", splice_month[:7])
    first, splice, last, snapshot = map(
        datetime.date.fromisoformat, (first_month, splice_month, last_month, snapshot_date)
    )
    day = datetime.timedelta(days=1)
    facts: dict[str, dict[str, Any]] = {
        "edition": {
            "name": name, "title": title, "data_label": edition.LABELS[data], "data_through": last - day,
            "snapshot_date": snapshot,
        },
        "month": {
            "first": first, "splice": splice, "last": last, "year_ago": addresses.month_before(last, 12),
            "splice_through": splice - day,
        },
        "calendar": {"last": addresses.month_before(last, 1), "two_months_ago": addresses.month_before(last, 3)},
        "build": versions.facts(),
    }  # fmt: skip
    book.tables |= {table: addresses.single(table, told) for table, told in facts.items()}
    book.tables["events"] = addresses.Quoted("events", None, None, ["event"], ["words"], {}, "edition", *_events())
    return book


def _events() -> tuple[list[list[str]], list[list[str]]]:
    with EVENTS.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return [[row["event"]] for row in rows], [[row["words"]] for row in rows]


def _drawn(notebook: Path) -> dict[str, bool]:
    """Label of each figure or table cell of an executed notebook → whether it shows anything."""
    found = {}
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        if label := re.search(r"^#\|\s*label:\s*([\w-]+)", "".join(cell["source"]), re.MULTILINE):
            shown = any(
                {"image/svg+xml", "image/png", "text/html"} & set(o.get("data", {})) for o in cell.get("outputs", [])
            )
            found[label[1]] = shown
        for tag in cell["metadata"].get("tags", []):
            if article.EXHIBIT.fullmatch(tag):
                found[tag] = False  # a sentence stands in the place of a cell that could not run
    return {label: shown for label, shown in found.items() if article.EXHIBIT.fullmatch(label)}


def _looked_up(
    asked: Asked, book: Book, known: dict[str, findings.Finding], faults: list[Fault]
) -> tuple[list[Fault], dict[str, Cell], dict[Listing, list[dict[str, Cell]]]]:
    """What is wrong with what text asks for, the cells asked for, and the lists."""
    found, cells, lists = list(faults), {}, {}
    for address, where in asked.addresses.items():
        try:
            cells[address] = book.cell(address)
        except AddressError as error:
            found.append(Fault(where[0], str(error), "`atom values` lists addresses"))
    for listing, where in asked.lists.items():
        try:
            said = sorted(asked.columns[listing])
            lists[listing] = book.rows(listing.address, said, listing.sort, listing.without)
        except AddressError as error:
            found.append(Fault(where[0], str(error), "`atom values` lists addresses"))
    for condition, where in asked.conditions.items():
        if condition not in known:
            near = addresses.near(condition, known)
            found.append(Fault(where[0], f"there is no finding `{condition}`{near}", "write it in helpers/findings"))
    return found, cells, lists


def _markdown(cell: Cell, answered: ledger.Answered | None, where: str = "") -> str:
    """A value as the publishers read it: a span that knows its origin, plain words for what the edition itself says.

    where: what asks for it, which an unknown cell of a list carries along.
    """
    if not cell.known:
        return f'[unknown]{{.unknown address="{cell.address}" at="{where}"}}' if where else "[unknown]{.unknown}"
    text = names.markdown(names.visible(cell.shown))
    if cell.notebook is None:
        return text
    classes = " ".join(["value", *["assumed"] * record.assumed(cell, answered)])
    row = ", ".join(f"{column} {key}" for column, key in cell.row.items())
    title = " · ".join(filter(None, (cell.table, row, cell.column, cell.unit, cell.notebook)))
    # not […]{…}: pandoc reads brackets in brackets again and again
    return f'<span class="{classes}" from="{cell.notebook}#cell-{cell.cell}" title="{html.escape(title)}">{text}</span>'


def _metadata(book: Book, data: str, truths: dict[str, findings.Finding], lists: dict[str, Any]) -> dict[str, Any]:
    told = dict(zip(book.tables["edition"].columns, book.tables["edition"].rows[0], strict=True))
    label = edition.LABELS[data]
    return {
        "edition": told["name"],
        "subtitle": told["title"],
        "date": told["snapshot_date"],
        "data-through": told["data_through"],
        "data-kind": data,
        "data-label": label,
        "findings": {name: "unknown" if f.truth is None else f.truth for name, f in sorted(truths.items())},
        "lists": lists,
        "website": {"page-footer": {"center": label}},
    }


def _misfits(blocks: list[nodes.Node], truths: dict[str, findings.Finding]) -> list[Fault]:
    """Unknown values that no passage withholds, and statements that do not hold."""
    found = []
    for block in nodes.elements(blocks):
        if block["t"] not in ("Span", "Div"):
            continue
        (_, classes, pairs), _ = block["c"]
        given = dict(pairs)
        if "unknown" in classes:
            what = f"`{given.get('address', 'a list')}` is not known in this edition, and no passage withholds it"
            found.append(Fault(given.get("at", "the report"), what, "put it into a `::: passage`"))
        if "misfit" in classes:
            name = given.get("finding", "")
            statement = truths[name].statement if name in truths else name
            what = f"the text says “{given.get('words', '')}”, but it is not so that: {statement}"
            found.append(Fault(given.get("at", "the report"), what, f'write it anew, or add […]{{unless="{name}"}}'))
    return found


def _is_caption(block: nodes.Node) -> bool:
    return block["t"] == "Div" and block["c"][0][0].startswith("caption-")


def write_findings(truths: dict[str, findings.Finding], asked: dict[str, list[str]]) -> None:
    """Write findings.csv: finding, truth, statement, used. asked: finding → the lines and cells that hang on it."""
    rows = [(f.name, TRUTHS[f.truth], f.statement, "; ".join(asked.get(f.name, []))) for f in truths.values()]
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows([("finding", "truth", "statement", "used"), *rows])
    files.write_text(paths.BUILD / "findings.csv", stream.getvalue())


def _nested(flat: dict[str, str]) -> dict[str, Any]:
    """Addresses as nested mappings, as Quarto reads them."""
    nested: dict[str, Any] = {}
    for address, text in sorted(flat.items()):
        *parts, last = address.split(".")
        inner = nested
        for part in parts:
            inner = inner.setdefault(part, {})
        inner[last] = text
    return nested


def _yaml(content: dict) -> str:
    return "# Written by the build; changes here are lost.\n" + yaml.dump(
        content, Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper), allow_unicode=True, sort_keys=False, width=100000
    )
