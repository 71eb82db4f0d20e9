"""The figures that the paper prints, as claims that the ledger compares: of its text, of Table 1, of Appendix B."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pandas as pd

from helpers import paths
from helpers.text import formats
from helpers.text.quoting import slug

RESULT, SETTING = "result", "setting"
"""Kinds of claims: what the measures find, and what an edition or the list of models takes over from the paper."""

ORDER, TENS, OVER = "order", "tens", "over"
"""Precisions of a list of ids, all of which stand in the printed place, of a range in round tens ("10–20×"), in which
ours is read in tens as well, and of a number that ours must not be below ("over 3 billion")."""


class ClaimError(ValueError):
    """A row of claims.csv that cannot be compared; the message says which and the remedy."""


@cache
def words() -> dict[str, str]:
    """Verdicts, truths of conditions, usual reasons, measures of the paper's tables: by their keys in verdicts.csv."""
    table = pd.read_csv(paths.PUBLISHED / "verdicts.csv", dtype=str)
    return dict(zip(table["key"], table["words"], strict=True))


def read(folder: Path = paths.PUBLISHED) -> pd.DataFrame:
    """Every figure that the paper prints: those of its text (claims.csv), of Table 1, and of Appendix B; texts all.

    Returns id, section, measure, subject, date, value, unit, printed, precision, answer, note, kind, as in claims.csv.
    """
    text = pd.read_csv(folder / "claims.csv", dtype=str, keep_default_na=False)
    scores = pd.read_csv(folder / "ram_table.csv", dtype=str, keep_default_na=False)
    counts = pd.read_csv(folder / "top_models.csv", dtype=str, keep_default_na=False)
    rows = [*_of_scores(scores), *_of_counts(counts)]
    return pd.concat([text, pd.DataFrame(rows, columns=text.columns)], ignore_index=True)


def _of_scores(table: pd.DataFrame) -> Iterator[dict[str, str]]:
    """Two claims for each cell of Table 1: the score, and the downloads behind it."""
    for cell in table.itertuples():
        row = f"scores.{slug(cell.name.partition(' (')[0])}.{cell.milestone_days}d"
        about = {"section": "Table 1", "subject": cell.name, "date": "", "note": "", "kind": RESULT}
        for measure, value, unit, printed, name in (
            ("score", cell.score, "score", cell.printed_score, f"{row}.score"),
            ("downloads", cell.downloads, "downloads", cell.printed_downloads, f"{row}.downloads"),
        ):
            yield about | {
                "id": f"table-1-{cell.name}-{cell.milestone_days}d-{measure}",
                "measure": words()[f"table-1-{measure}"].format(days=cell.milestone_days),
                "value": value, "unit": unit, "printed": printed, "precision": _step(printed), "answer": name,
            }  # fmt: skip


def _of_counts(table: pd.DataFrame) -> Iterator[dict[str, str]]:
    """A claim for each lifetime count of Appendix B, and one for each bucket: which ten models, in which order."""
    about = {"section": "Table B", "date": "", "kind": RESULT}
    for row in table.itertuples():
        yield about | {
            "id": f"table-b-{row.model}", "measure": words()["table-b-count"], "subject": row.name,
            "value": row.downloads, "unit": "downloads", "printed": row.printed, "precision": _step(row.printed),
            "answer": f"lifetimes.{slug(row.model)}.downloads_that_day", "note": row.note,
        }  # fmt: skip
    for bucket, rows in table.groupby("bucket", sort=False):
        yield about | {
            "id": f"table-b-{bucket}", "measure": words()["table-b-order"], "subject": bucket,
            "value": ", ".join(rows["model"]), "unit": "text", "precision": ORDER,
            "printed": words()["printed-order"].format(count=len(rows)), "answer": f"top-lists.{slug(bucket)}.ordered",
            "note": "; ".join(filter(None, rows["note"])),
        }  # fmt: skip


def _step(printed: str) -> str:
    """The last printed digit's worth: "1.3M" → 100000, "6.30" → 0.01."""
    number = printed.rstrip("KMB")
    scale = {suffix: scale for scale, suffix in formats.SCALES}.get(printed[len(number) :], 1.0)
    return f"{scale * 10 ** -len(number.partition('.')[2]):g}"
