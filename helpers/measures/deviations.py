"""What was chosen, by the paper and by us, and what choosing otherwise does: the appendix of choices.

The choices are a table, data/registry/deviations.csv: topic, paper (its rule in our words), ours, where (a file of the
repository and a name in it), parameters (of the edition), tried (keys of choices that are made otherwise in
07_sensitivity); the last two are lists with spaces between.
"""

from collections.abc import Iterable, Mapping

import pandas as pd


def effects(tried: Iterable[tuple[pd.DataFrame, Mapping[str, str]]]) -> pd.DataFrame:
    """What each choice does: choice (the index), label, changes (labels of the headlines whose reading it changes).

    tried: tables with choice, headline, flips, each with the labels of its keys.
    """
    found = []
    for table, labels in tried:
        for choice, rows in table.groupby("choice", sort=False):
            changed = [labels[headline] for headline in rows.loc[rows["flips"], "headline"]]
            found.append({"choice": choice, "label": labels[choice], "changes": changed})
    return pd.DataFrame(found).drop_duplicates("choice").set_index("choice")


def told(deviations: pd.DataFrame, effects: pd.DataFrame) -> pd.DataFrame:
    """The appendix: topic, paper, ours, where, parameters, otherwise, changes; what is empty is null.

    otherwise: labels of the choices that are made otherwise and that this edition has data for. changes: labels of the
    headlines whose reading any of them changes, each once.
    """
    rows = []
    for row in deviations.to_dict("records"):
        keys = [] if pd.isna(row["tried"]) else row["tried"].split()
        made = effects.loc[effects.index.intersection(keys, sort=False)]
        changes = dict.fromkeys(label for labels in made["changes"] for label in labels)
        row |= {"otherwise": "; ".join(made["label"]) or None, "changes": "; ".join(changes) or None}
        rows.append(row)
    return pd.DataFrame(rows)[["topic", "paper", "ours", "where", "parameters", "otherwise", "changes"]]
