"""Lists of models in the tracked-models format, read and told of what is doubtful in them (paper, Section 2.2)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from helpers import paths
from helpers.registry import REGION_LABELS, RegistryError, bucket, renames, sizes


@dataclass(frozen=True)
class Registry:
    """models: model, namespace, organisation, region, parameters_b, size_source, bucket, released.

    released is the corrected release date, null where none is listed: then the Hub's creation date stands.
    findings: kind, subject, found, remedy: what is doubtful in the lists, to be shown and counted, never dropped.
    """

    models: pd.DataFrame
    findings: pd.DataFrame


LISTS = ("models", "extra_models")
"""Lists of models, each <name>.csv. An archive may hold both; raw/registry has those that the edition tracks."""


def ids(folder: Path, tracked: Sequence[str] | None = None) -> pd.Series:
    """The ids on lists of models (raw/registry), as they stand there. Raises RegistryError.

    tracked: of LISTS; None = all that the folder holds.
    """
    if tracked is None:
        tracked = [name for name in LISTS if (folder / f"{name}.csv").is_file()] or LISTS[:1]
    if not tracked or set(tracked) - set(LISTS):
        found = ", ".join(map(str, tracked)) or "none"
        raise RegistryError(f"lists of tracked models: {found}; name one or more of {', '.join(LISTS)}")
    return pd.concat([column(folder / f"{name}.csv", "modelId") for name in tracked], ignore_index=True)


def membership(folder: Path) -> pd.DataFrame:
    """On which lists of raw/registry each tracked model stands, which is why it is tracked: model, lists."""
    held = [name for name in LISTS if (folder / f"{name}.csv").is_file()]
    rows = pd.concat([pd.DataFrame({"model": renames.current(ids(folder, [name])), "lists": name}) for name in held])
    return rows.drop_duplicates().groupby("model", as_index=False)["lists"].agg("; ".join)


def column(path: Path, name: str) -> pd.Series:
    """A column of ids or names of a list, as they stand there. Raises RegistryError."""
    return _csv(path, {name: _text if name == "hf_org" else _model})[name]


def read(
    folder: Path,
    bucket_edges: list[float],
    labels: Path = paths.REGISTRY / "organisations.csv",
    safetensors: pd.Series | None = None,
    tracked: Sequence[str] | None = None,
) -> Registry:
    """Read lists of models in the tracked-models format (shared layout of raw/registry).

    folder holds models.csv and perhaps extra_models.csv (org, model, modelId), model_parameters.csv (model_id,
    total_params_b, …), organization_regions.csv (hf_org, region, notes) and release_date_corrections.csv (model_id,
    actual_release_date, …; lines that start with # are remarks). labels: namespace, organisation, region.
    safetensors: id → billions of parameters, where the Hub was asked. tracked: of LISTS, those whose models are
    tracked; None = all that the folder holds. A model that was renamed is one, under its id now. A region comes from
    the folder; one that the labels tell otherwise is a finding. Raises RegistryError for a missing file or column and
    for a value that is no id, size, region or date.
    """
    listed = ids(folder, tracked)
    curated = _csv(folder / "model_parameters.csv", {"model_id": _model, "total_params_b": _size})
    regions = _csv(folder / "organization_regions.csv", {"hf_org": _text, "region": _region})
    corrections = _csv(folder / "release_date_corrections.csv", {"model_id": _model, "actual_release_date": _date})
    names = _csv(labels, {"namespace": _text, "organisation": _text, "region": _region})

    findings = [
        *_repeats("model", listed.to_frame().assign(value="")),
        *_repeats("size", curated),
        *_repeats("region", regions),
        *_repeats("release date", corrections),
    ]
    models = pd.DataFrame({"model": renames.current(listed).drop_duplicates().to_numpy()})
    curated, corrections = (one.assign(model_id=renames.current(one["model_id"])) for one in (curated, corrections))
    regions = regions.assign(hf_org=renames.current(regions["hf_org"]))
    if safetensors is not None:
        safetensors = safetensors.groupby(renames.current(safetensors.index.to_series())).first()
    models["namespace"] = models["model"].str.partition("/")[0]
    models["organisation"] = models["namespace"].map(_first(names[["namespace", "organisation"]]))
    models["region"] = models["namespace"].map(_first(regions))
    billions = _first(curated)
    models[["parameters_b", "size_source"]] = sizes.resolve(models["model"], billions, safetensors)
    models["bucket"] = bucket(models["parameters_b"], bucket_edges)
    models["released"] = pd.to_datetime(models["model"].map(_first(corrections).to_dict()))
    findings += _unresolved(models)
    findings += _region_conflicts(models, _first(names[["namespace", "region"]]))
    findings += _size_conflicts(models, bucket_edges)
    models["organisation"] = models["organisation"].fillna(models["namespace"])
    models["region"] = models["region"].fillna("unknown")
    return Registry(models, pd.DataFrame(findings, columns=["kind", "subject", "found", "remedy"]))


def makers(models: pd.DataFrame, labels: pd.DataFrame) -> pd.DataFrame:
    """Every namespace that is tracked or labelled: namespace, organisation, region, models (tracked), source.

    models: as read. labels: namespace, organisation, region, source. Organisation and region are the ones that count:
    those of the tracked models, else of the labels. source: on whose word, or why a region is unknown; null for a
    namespace without a label.
    """
    tracked = models.groupby("namespace").agg(
        organisation=("organisation", "first"), region=("region", "first"), models=("model", "size")
    )
    named = labels.set_index("namespace")
    every = named.index.union(tracked.index).rename("namespace")
    table = tracked[["organisation", "region"]].reindex(every).fillna(named[["organisation", "region"]])
    table = table.assign(
        models=tracked["models"].reindex(every).fillna(0).astype(int), source=named["source"].reindex(every)
    )
    return table.reset_index().sort_values("namespace", key=lambda names: names.str.casefold(), ignore_index=True)


# Reading ------------------------------------------------------------------------------------------------------

Parse = Callable[[pd.Series], pd.Series]


def _text(column: pd.Series) -> pd.Series:
    return column.where(column != "")


def _model(column: pd.Series) -> pd.Series:
    return column.where(column.str.fullmatch(r"[^/\s]+/[^/\s]+"))


def _size(column: pd.Series) -> pd.Series:
    billions = pd.to_numeric(column, errors="coerce")
    return billions.where((billions > 0) & np.isfinite(billions))


def _region(column: pd.Series) -> pd.Series:
    return column.where(column.isin(REGION_LABELS))


def _date(column: pd.Series) -> pd.Series:
    return pd.to_datetime(column, format="%Y-%m-%d", errors="coerce")


WANTED: dict[Parse, str] = {
    _text: "a text",
    _model: "a Hub id, namespace/name",
    _size: "billions of parameters, above 0",
    _region: "one of " + ", ".join(REGION_LABELS),
    _date: "a date, YYYY-MM-DD",
}


def _csv(path: Path, columns: dict[str, Parse]) -> pd.DataFrame:
    """The named columns of a file, parsed; the first value that does not parse is named in the RegistryError."""
    try:
        # "NA" may be a name: nothing but what a parser below refuses is missing.
        remarks = "#" if path.name == "release_date_corrections.csv" else None
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8", comment=remarks)
    except FileNotFoundError:
        raise RegistryError(f"{paths.shown(path)} is missing; run `atom collect tracked-models`") from None
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise RegistryError(f"{paths.shown(path)}: {error}; save it as comma-separated UTF-8") from None
    if missing := [column for column in columns if column not in table]:
        raise RegistryError(f"{paths.shown(path)}: column {', '.join(missing)} is missing; it has {', '.join(table)}")
    parsed = pd.DataFrame({column: parse(table[column]) for column, parse in columns.items()})
    for column, parse in columns.items():
        bad = table.index[parsed[column].isna()]
        if len(bad):
            raise RegistryError(
                f"{paths.shown(path)}, record {bad[0] + 1}, column {column}: {table[column][bad[0]][:80]!r}; "
                f"wanted {WANTED[parse]} ({len(bad)} such record{'s' * (len(bad) > 1)})"
            )
    return parsed


def _first(table: pd.DataFrame) -> pd.Series:
    """First column → second column; the first row where a key repeats (the repetition is a finding)."""
    key, value = table.columns
    return table.drop_duplicates(key).set_index(key)[value]


# Findings -----------------------------------------------------------------------------------------------------


def _repeats(kind: str, table: pd.DataFrame) -> list[tuple]:
    """Keys (first column) listed more than once, and whether their values (second column) agree."""
    key, value = table.columns
    repeated = table[table[key].duplicated(keep=False)].groupby(key, sort=False)[value].unique()
    agree = "listed more than once"
    return [
        (f"repeated {kind}", name, agree if len(values) == 1 else f"{' and '.join(map(str, values))}; the first counts",
         "keep one row")
        for name, values in repeated.items()
    ]  # fmt: skip


def _unresolved(models: pd.DataFrame) -> list[tuple]:
    """Namespaces without label or region and models without size."""
    spaces = models.drop_duplicates("namespace")
    kinds = [
        (spaces, "organisation", "namespace", "the namespace stands for it", "data/registry/organisations.csv"),
        (spaces, "region", "namespace", "unknown", "organization_regions.csv"),
        (models, "parameters_b", "model", "unknown, so in no bucket", "model_parameters.csv"),
    ]
    word = {"organisation": "label", "region": "region", "parameters_b": "size"}
    return [
        (f"no {word[column]}", subject, found, f"add it to {where}")
        for table, column, subjects, found, where in kinds
        for subject in table.loc[table[column].isna(), subjects]
    ]


def _region_conflicts(models: pd.DataFrame, labelled: pd.Series) -> list[tuple]:
    """Namespaces whose region in the list is not that of our labels, and organisations in two regions."""
    spaces = models.drop_duplicates("namespace").dropna(subset="region")
    ours = spaces["namespace"].map(labelled)
    differs = spaces[ours.notna() & (ours != spaces["region"])]
    split = spaces.groupby("organisation")["region"].unique()
    split = split[split.map(len) > 1]
    return [
        ("other region", n, f"{r} in organization_regions.csv, which counts; {labelled[n]} in organisations.csv",
         "agree on one")
        for n, r in differs[["namespace", "region"]].itertuples(index=False)
    ] + [
        ("two regions", name, " and ".join(sorted(regions)), "agree on one in organization_regions.csv")
        for name, regions in split.items()
    ]  # fmt: skip


def _size_conflicts(models: pd.DataFrame, edges: list[float]) -> list[tuple]:
    """Models whose name puts them in another bucket than their listed size, and sizes that are upper bounds."""
    stated = models["model"].map(sizes.from_name).astype(float)
    experts = models["model"].map(lambda model: bool(sizes.EXPERTS.search(model)))
    listed = models["size_source"] != "name"
    other = listed & ~experts & stated.notna() & (bucket(stated, edges) != models["bucket"])
    bounds = (models["size_source"] == "name") & experts
    return [
        ("other size", m, f"{size:g}B as listed, which counts; {name:g}B by its name", "check model_parameters.csv")
        for m, size, name in zip(models["model"][other], models["parameters_b"][other], stated[other], strict=True)
    ] + [
        ("size is an upper bound", m, f"{name:g}B, experts times size", "add it to model_parameters.csv")
        for m, name in zip(models["model"][bounds], stated[bounds], strict=True)
    ]
