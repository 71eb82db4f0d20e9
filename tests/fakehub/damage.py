"""What befalls the archive while nobody looks: records cut short, stray files, a day that was held and is no more."""

from pathlib import Path

JUNK = (b"", b'{"started": "2026-', bytes(200), b"[1, 2]", b"\xff\xfe\x00", b'{"by": 7}')


def plant(folder: Path, draw) -> Path | None:
    """Now and then, before a run: a day held long ago that is damaged; where it is."""
    if draw.random() > 0.4:
        return None
    place = folder / "date=2026-01-05"
    place.mkdir(parents=True)
    (place / draw.choice(["models.parquet", "manifest.json"])).write_bytes(draw.choice(JUNK))
    return place


def befall(folder: Path, draw) -> int:
    """Now and then, while no collector runs: damage to what is unfinished; how often."""
    if draw.random() > 0.4:
        return 0
    places = [place for place in (folder / "unfinished").glob("*") if place.is_dir()]
    pages = [page for place in places for page in place.glob("pages/*/[0-9]*.page")]
    kind = draw.choice(["record", "page", "stray", "report"])
    if kind == "record" and places:
        (draw.choice(places) / "collection.json").write_bytes(draw.choice(JUNK))
    elif kind == "page" and pages:
        page = draw.choice(pages)
        page.write_bytes(page.read_bytes()[: draw.randrange(40)])
    elif kind == "report":
        place = folder / "aside" / "2026-01-06.1"
        place.mkdir(parents=True, exist_ok=True)
        (place / "report.json").write_bytes(draw.choice(JUNK))
    else:
        (folder / "unfinished").mkdir(parents=True, exist_ok=True)
        (folder / "unfinished" / draw.choice(["notes.txt", "2026-13-45", "2026-01-07"])).write_bytes(b"x")
    return 1
