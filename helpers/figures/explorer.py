"""The data of the page on which any tracked model can be looked up: a script, for pages on disk cannot fetch data."""

import json
from typing import Any

import pandas as pd

from helpers import files, paths

FACTS = ["organisation", "region", "bucket", "parameters_b", "released", "rank", "ranked"]
SCORED = ["milestone_days", "state", "date", "downloads", "score", "interval_low", "interval_high", "n"]
BANDS = ["bucket", "milestone_days", "n", "median", "q25", "q75"]


def write(
    models: pd.DataFrame,
    monthly: pd.DataFrame,
    organisations: pd.DataFrame,
    scores: pd.DataFrame,
    reference: pd.DataFrame,
    folder: str,
) -> pd.DataFrame:
    """Write <folder>/explore/models.js in the build and return the models.

    models, scores: from `measures.explored`. monthly: clean/monthly. organisations: from `adoption.totals` by
    organisation. reference: medians of the reference sets (see `ram.reference`).
    """
    months = sorted(monthly["month"].unique())
    told = {
        "months": [f"{month:%Y-%m-%d}" for month in months],
        "facts": FACTS,
        "scored": SCORED,
        "bands": BANDS,
        "models": {model: facts for model, *facts in _rows(models, ["model", *FACTS])},
        "downloads": _series(monthly, "model", months),
        "organisations": _series(organisations, "organisation", months),
        "scores": _by_model(scores[scores["state"] != "not-reached"]),
        "reference": _rows(reference, BANDS),
    }
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"), allow_nan=False).replace("</", "<\\/")
    files.write_text(paths.output(folder) / "explore" / "models.js", f"atomModels({text});\n")
    return models


def _series(table: pd.DataFrame, by: str, months: list[pd.Timestamp]) -> dict[str, list[Any]]:
    """Of each group the number of its first month, and from there on its cumulative and its new downloads."""
    first = table.groupby(by)["month"].min().map(months.index)
    wide = (table.pivot(index=by, columns="month", values=name) for name in ("downloads_cumulative", "downloads"))
    rows = (one.reindex(columns=months).to_numpy().tolist() for one in wide)
    return {
        name: [start, _numbers(total[start:]), _numbers(new[start:])]
        for (name, start), total, new in zip(first.items(), *rows, strict=True)
    }


def _by_model(scores: pd.DataFrame) -> dict[str, list[list[Any]]]:
    found: dict[str, list[list[Any]]] = {model: [] for model in sorted(scores["model"].unique())}
    for model, *row in _rows(scores, ["model", *SCORED]):
        found[model].append(row)
    return found


def _rows(table: pd.DataFrame, columns: list[str]) -> list[list[Any]]:
    return [list(row) for row in zip(*(_values(table[column]) for column in columns), strict=True)]


def _values(column: pd.Series) -> list[Any]:
    """Cells as JSON holds them: days as ISO dates, null for what is not known, numbers to six figures."""
    if pd.api.types.is_datetime64_any_dtype(column):
        column = column.dt.strftime("%Y-%m-%d")
    if pd.api.types.is_numeric_dtype(column):
        return _numbers(column.tolist())
    return [None if pd.isna(value) else str(value) for value in column]


def _numbers(values: list[float]) -> list[float | int | None]:
    return [None if pd.isna(one) else int(one) if float(one).is_integer() else float(f"{one:.6g}") for one in values]
