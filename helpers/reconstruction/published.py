"""The figures that the paper prints, by their ids in data/published, and our assumptions where it prints none."""

from pathlib import Path

import pandas as pd

from helpers import paths

ASSUMPTIONS = paths.ROOT / "data" / "reconstruction"


class ReconstructionError(ValueError):
    """An id, a row or a file that the reconstruction cannot use; the message names it and the remedy."""


class Published:
    """claims.csv by id, and the tables beside it.

    claims: every figure, indexed by id, all columns text. ram_table: Table 1: model, milestone_days, score, downloads …
    top_models: Appendix B: bucket, rank, model, downloads …
    """

    def __init__(self, folder: Path = paths.PUBLISHED):
        self.folder = folder
        self.claims = _read(folder / "claims.csv").set_index("id")
        self.ram_table = pd.read_csv(folder / "ram_table.csv")
        self.top_models = pd.read_csv(folder / "top_models.csv")
        if repeated := sorted(set(self.claims.index[self.claims.index.duplicated()])):
            raise ReconstructionError(f"{self._where(repeated[0])}: there more than once; keep one row")

    def value(self, claim: str) -> float:
        """The number that a claim prints. Raises ReconstructionError for an unknown id and for what is no number."""
        found = self._row(claim)["value"]
        try:
            return float(found)
        except ValueError:
            raise ReconstructionError(
                f"{self._where(claim)}: value {found!r} is no number; use a claim that prints one"
            ) from None

    def date(self, claim: str) -> pd.Timestamp:
        """The date that a claim prints; of a claim in another unit, the date it is about.

        Raises ReconstructionError for an unknown id and for a claim without a date.
        """
        row = self._row(claim)
        found = row["value"] if row["unit"] == "date" else row["date"]
        date = pd.to_datetime(found, format="%Y-%m-%d", errors="coerce")
        if pd.isna(date):
            raise ReconstructionError(f"{self._where(claim)}: {found!r} is no date; use a claim that has one")
        return date

    def assumed(self, name: str, folder: Path = ASSUMPTIONS) -> pd.DataFrame:
        """The rows of data/reconstruction/<name>.csv, `value` a number in each: its own, or that of the claim it names.

        Columns are text, but for value, and as in the file; claim stays, empty where the value is our assumption.
        Raises ReconstructionError naming file and row for a row with both, with neither, or with an unknown claim.
        """
        path = folder / f"{name}.csv"
        rows = _read(path)
        values = [
            self._resolve(row, f"{paths.shown(path)}, row {n}") for n, row in enumerate(rows.to_dict("records"), 1)
        ]
        return rows.assign(value=pd.Series(values, rows.index, dtype=float))

    def _resolve(self, row: dict[str, str], where: str) -> float:
        if bool(row["value"]) == bool(row["claim"]):
            found = f"value {row['value']!r} and claim {row['claim']!r}"
            raise ReconstructionError(f"{where}: {found}; give one of them")
        try:
            return float(row["value"]) if row["value"] else self.value(row["claim"])
        except ValueError as error:  # a ReconstructionError is one
            raise ReconstructionError(f"{where}: {error}") from None

    def _row(self, claim: str) -> pd.Series:
        if claim not in self.claims.index:
            raise ReconstructionError(f"{self._where(claim)}: no such id; use one of that file's or add the row")
        return self.claims.loc[claim]

    def _where(self, claim: str) -> str:
        return f"{paths.shown(self.folder / 'claims.csv')}, id {claim!r}"


def _read(path: Path) -> pd.DataFrame:
    """A CSV as text; nothing in it is null."""
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
