"""What was chosen, by the paper and by us, and what choosing otherwise does: the appendix of choices.

The choices are a table, data/registry/deviations.csv: topic, paper (its rule in our words), ours, where (a file of the
repository and a name in it), parameters (of the edition), tried (keys of choices that are made otherwise in
07_sensitivity and 09_multiverse); the last two are lists with spaces between.
"""

from collections.abc import Mapping

import pandas as pd


def told(deviations: pd.DataFrame, tried: pd.DataFrame, labels: Mapping[str, str]) -> pd.DataFrame:
    """The appendix: topic, paper, ours, where, parameters, otherwise, changes; what is empty is null.

    tried: choice, headline, flips (whether the headline then reads otherwise). labels: of the keys of both. otherwise:
    labels of the choices that are made otherwise and that this edition has data for. changes: labels of the headlines
    whose reading any of them changes, each once.
    """
    changed = {choice: rows.loc[rows["flips"], "headline"] for choice, rows in tried.groupby("choice", sort=False)}
    rows = []
    for row in deviations.to_dict("records"):
        keys = [] if pd.isna(row["tried"]) else row["tried"].split()
        made = [choice for choice in changed if choice in keys]
        otherwise = "; ".join(labels[choice] for choice in made)
        changes = "; ".join(dict.fromkeys(labels[headline] for choice in made for headline in changed[choice]))
        rows.append(row | {"otherwise": otherwise or None, "changes": changes or None})
    return pd.DataFrame(rows)[["topic", "paper", "ours", "where", "parameters", "otherwise", "changes"]]
