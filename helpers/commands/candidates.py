"""`atom registry candidates`: large repositories of the whole Hub against which the policy of the list has nothing."""

from pathlib import Path

import pandas as pd

from helpers import paths
from helpers.archive import gather, listings, store
from helpers.edition import Edition
from helpers.measures import whole_hub
from helpers.registry import lists
from helpers.registry.tracking import POLICY
from helpers.sources.hub_scope import WHOLE

COLUMNS = ["model", "downloads_all_time", "created_at", "pipeline_tag"]


def run(chosen: Edition, archive: Path) -> str:
    """The candidates of the newest day of the whole Hub, the most downloaded first, and of what they are taken.

    chosen: says which lists are tracked and which formats are re-uploads. Raises CollectionError where the archive
    holds no such day, RegistryError without a list, ContractError for a day that breaks its contract.
    """
    held = archive / "snapshots"
    if (day := gather.newest(held, WHOLE)) is None:
        raise gather.CollectionError(
            f"{paths.shown(held)}: holds no day of the whole Hub that can be relied on; run `atom collect hub --all`"
        )
    models = lists.ids(archive / "registry", chosen.tracked_lists)
    rows = whole_hub.weighed(listings.sound(store.file(held, day)), models, POLICY)
    told = whole_hub.standing(rows, models, POLICY, chosen.needed_coverage.model_dump()).iloc[0]
    found = whole_hub.candidates(whole_hub.untracked(rows, models, POLICY, chosen.excluded_formats))
    of = f"{day}: {told['repositories']:,} repositories, {told['models_listed']:,} of {told['models']:,} tracked models"
    least = f"{len(found):,} candidates with {POLICY.least_downloads:,} lifetime downloads or more"
    return f"{of}; {least}" + (f"\n{_shown(found)}" if len(found) else "")


def _shown(found: pd.DataFrame) -> str:
    days = found["created_at"].dt.strftime("%Y-%m-%d")
    return found.assign(created_at=days, pipeline_tag=found["pipeline_tag"].fillna(""))[COLUMNS].to_string(index=False)
