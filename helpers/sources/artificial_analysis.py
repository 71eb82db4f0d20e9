"""Artificial Analysis' Intelligence Index (paper, Section 2.1 "Artificial Analysis").

Their terms forbid passing the records on: files fetched with one's own key stay in that reader's build folder.
The free tier tells neither licence nor country; whether a model is open is then told by its name (registry.matching).
Source line to show with it: "Source: Artificial Analysis (artificialanalysis.ai)".
"""

import json
import re
from pathlib import Path

import pandas as pd

from helpers import paths
from helpers.registry import makers, matching
from helpers.tables import contracts
from helpers.tables.contracts import columns

HUB = r"https://huggingface\.co/([^/\s]+/[^/\s]+).*"
ADDRESS = "address"
"""How a model was matched, where not by its name: the source gives its address."""


def newest(folder: Path) -> Path:
    """The latest <date>.json of a day that can have been. Raises FileNotFoundError where there is none."""
    days = sorted(path for path in folder.glob("????-??-??.json") if columns.named(path.stem))
    if not days:
        raise FileNotFoundError(f"{paths.shown(folder)} holds no YYYY-MM-DD.json; `atom build` makes one")
    return days[-1]


def read(path: Path) -> pd.DataFrame:
    """One day's models: id, name, slug, release_date, creator, intelligence_index, index_version, open_weights,
    hugging_face_id; the last two null on the free tier.

    path: one page's envelope or a list of all pages'. Raises ContractError for broken or truncated JSON, missing
    fields, and pages of different index versions.
    """
    where = paths.shown(path)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        pages = content if isinstance(content, list) else [content]
        rows = [_row(model, _version(page)) for page in pages for model in page["data"]]
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise contracts.ContractError(f"{where}: {error}; fetch it again") from None
    except (KeyError, TypeError, AttributeError) as error:
        raise contracts.ContractError(f"{where}: not the free route's envelope ({error!r}); fetch it again") from None
    if not rows:
        raise contracts.ContractError(f"{where}: holds no models; fetch it again")
    if len(versions := {row["index_version"] for row in rows}) > 1:
        raise contracts.ContractError(
            f"{where}: pages of index versions {', '.join(sorted(versions))}, not comparable; fetch them again"
        )
    return contracts.check(pd.DataFrame(rows), "raw/artificial_analysis", where)


def _version(page: dict) -> str:
    return str(
        page["intelligence_index_version"]
        if "intelligence_index_version" in page
        else page["meta"]["intelligence_index_version"]
    )


def _row(model: dict, version: str) -> dict:
    address = re.fullmatch(HUB, model.get("huggingface_url") or "")
    return {
        **{key: model[key] for key in ("id", "name", "slug", "release_date")},
        "creator": (model["model_creator"] or {}).get("name"),
        "intelligence_index": (model["evaluations"] or {}).get("artificial_analysis_intelligence_index"),
        "index_version": version,
        "open_weights": (model.get("licensing") or {}).get("is_open_weights"),
        "hugging_face_id": address[1] if address else None,
    }


def scores(models: pd.DataFrame, tracked: pd.Series, labels: pd.DataFrame) -> pd.DataFrame:
    """The index of each model by its release: date, model, hugging_face_id, match, organisation, region, status, score,
    index_version.

    models: as read. tracked: Hub ids of open models. labels: namespace, organisation, region. The id is the one of the
    source's address, written as on our list, unless its size is not that of the name; else the one that the name means
    (registry.matching). match tells which. status is the source's own word where it gives one; else open where there
    is an id, unknown where there is none: a name that is not ours may be that of an open model which is not tracked. A
    model measured at several reasoning efforts has a row for each; its best is what a frontier takes.
    """
    spaces, by_name = tracked.str.partition("/")[0], makers.resolve(models["creator"], labels)
    ids = pd.DataFrame({"model": tracked, "organisation": makers.resolve(spaces, labels)["organisation"]})
    named, address = matching.match(models["name"], by_name["organisation"], ids), _addresses(models, tracked)
    hub = address.fillna(named["model"])
    told = models["open_weights"].map({True: "open", False: "closed"}).astype(object)
    by_hub = makers.resolve(hub.str.partition("/")[0].where(hub.notna()), labels)
    maker = by_hub.where(by_hub["region"] != "unknown", by_name)
    shared = models["name"].duplicated(keep=False)
    return pd.DataFrame(
        {
            "date": models["release_date"],
            "model": models["name"].where(~shared, models["slug"]),
            "hugging_face_id": hub,
            "match": named["match"].mask(address.notna(), ADDRESS),
            **maker,
            "status": told.fillna(hub.notna().map({True: "open", False: "unknown"})),
            "score": models["intelligence_index"],
            "index_version": models["index_version"],
        }
    ).reset_index(drop=True)


def _addresses(models: pd.DataFrame, tracked: pd.Series) -> pd.Series:
    """The ids of the source's addresses, written as on our list; null where there is none, or one of another size."""
    written = dict(zip(tracked.str.casefold(), tracked, strict=True))
    pairs = zip(models["name"], models["hugging_face_id"].astype(object).fillna(""), strict=True)
    told = [None if not at or matching.contradicts(name, at) else written.get(at.casefold(), at) for name, at in pairs]
    return pd.Series(told, models.index, dtype=object)
