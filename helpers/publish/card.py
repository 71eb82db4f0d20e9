"""The picture that goes along when the report is shared: title, edition, data label, and its first figure."""

from pathlib import Path

from helpers.publish.report import Report

PICTURE = "assets/card.png"
"""Where it lies in the site: 1200 × 630 pixels, as those who show such pictures ask for."""
SOURCE = "report/theme/card.typ"


def write(report: Report, told: dict[str, str], site: Path) -> None:
    """Set the picture as report/theme/card.typ says, with the vector drawing of the first figure that has one.

    told: title, edition and label.
    """
    import typst

    drawn = next((e.picture for e in report.exhibits.values() if e.picture[1]), None)
    folder = site.parent / "card"
    folder.mkdir()
    (folder / "card.typ").write_bytes((report.root / SOURCE).read_bytes())
    given = {name: told[name] for name in ("title", "edition", "label")}
    if drawn:
        given["picture"] = f"figure{drawn[0]}"
        (folder / given["picture"]).write_bytes(drawn[1])
    picture = typst.compile(
        str(folder / "card.typ"),
        root=str(folder),
        font_paths=[str(report.root / "report/theme/fonts")],
        ignore_system_fonts=True,
        format="png",
        ppi=72.0,
        sys_inputs=given,
    )
    (site / PICTURE).write_bytes(picture)
