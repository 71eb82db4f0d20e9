"""The size of a model: from a curated list, from its weights, or from its name (paper, Section 2.2)."""

import re

import pandas as pd


def resolve(models: pd.Series, curated: pd.Series, safetensors: pd.Series | None = None) -> pd.DataFrame:
    """Total parameters in billions: from the curated table, else the safetensors total, else the model's name.

    models: ids. curated, safetensors: id → billions. Returns parameters_b and size_source (curated | safetensors |
    name | null), indexed like `models`; both are null where nothing tells.
    """
    table = models.map(curated).astype(float)
    weights = models.map(safetensors if safetensors is not None else {}).astype(float)
    name = models.map(from_name).astype(float)
    source = pd.Series(None, models.index, dtype=object)
    for told, word in ((name, "name"), (weights, "safetensors"), (table, "curated")):
        source = source.mask(told.notna(), word)
    return pd.DataFrame({"parameters_b": table.fillna(weights).fillna(name), "size_source": source}, models.index)


NOT_AFTER = r"(?<![A-Za-z0-9.])"  # so neither the 3 of "A3B" nor the 5 of "2.5B" starts a number
EXPERTS = re.compile(r"(?<![\d.])(\d+)x(\d+(?:\.\d+)?)b(?![a-z])", re.IGNORECASE)
ACTIVE_ONLY = re.compile(r"\d+B-\d+E(?![A-Za-z])")  # "17B-128E": active parameters and experts, no total
BILLIONS = re.compile(NOT_AFTER + r"((?<!_)\d+_\d+|\d+(?:\.\d+)?)b(?![a-z])", re.IGNORECASE)
MILLIONS = re.compile(NOT_AFTER + r"(\d{2,})m(?![a-z])", re.IGNORECASE)  # "1M" is a context length


def from_name(model: str) -> float | None:
    """Billions of total parameters that a model's name states: "Qwen3-30B-A3B" → 30, "SmolLM2-135M" → 0.135.

    Of several sizes the largest counts ("OLMoE-1B-7B" has 1B of its 7B active); "1_8b" is 1.8. "8x7B" counts as the
    product: experts share layers, so this is an upper bound (Mixtral 8x7B really has 46.7B) and becomes a finding.
    None if the name tells nothing, or active parameters only.
    """
    name = model.partition("/")[2]
    if experts := EXPERTS.search(name):
        return float(experts[1]) * float(experts[2])
    if ACTIVE_ONLY.search(name):
        return None
    if billions := BILLIONS.findall(name):
        return max(float(size.replace("_", ".")) for size in billions)
    if millions := MILLIONS.search(name):
        return float(millions[1]) / 1000
    return None
