"""Arena's leaderboards (lmarena-ai/leaderboard-dataset, CC BY 4.0), style-controlled (paper, Section 2.1 "Arena")."""

from pathlib import Path

import pandas as pd

from helpers.registry import licences, makers
from helpers.tables import contracts

CATEGORY = "overall"


def read(path: Path) -> pd.DataFrame:
    """All published boards, every category, as published. Raises ContractError."""
    return contracts.read_file(path, "raw/arena/text_style_control")


def scores(boards: pd.DataFrame, labels: pd.DataFrame) -> pd.DataFrame:
    """The overall score of each model on each board: date, model, organisation, region, status, score (as published).

    boards: as read. labels: namespace, organisation, region. status comes from the licence (registry.licences); one
    that is blank or not recognised tells nothing. Some boards since June 2026 list a model several times: the row with
    the most votes stands, of equals the one with the smallest variance.
    """
    overall = boards[boards["category"] == CATEGORY]
    best_known = overall.sort_values(
        ["leaderboard_publish_date", "model_name", "vote_count", "variance", "rating"],
        ascending=[True, True, False, True, False],
    ).drop_duplicates(["leaderboard_publish_date", "model_name"])
    organisation = best_known["organization"].where(best_known["organization"].fillna("").str.strip() != "")
    return pd.DataFrame(
        {
            "date": best_known["leaderboard_publish_date"],
            "model": best_known["model_name"],
            **makers.resolve(organisation, labels),
            "status": licences.status(best_known["license"]),
            "score": best_known["rating"],
        }
    ).reset_index(drop=True)
