"""Whose model it is, where a source has names of its own for the makers (paper, Section 2.2)."""

import pandas as pd

ALIASES = {
    # the name in Arena, Artificial Analysis or OpenRouter → label in data/registry/organisations.csv
    "AI21 Labs": "AI21",
    "Alibaba": "Qwen",
    "Allen Institute for AI": "Ai2",
    "AllenAI/UW": "Ai2",
    "Ant Group": "Inclusion AI",
    "Arcee AI": "Arcee",
    "ByteDance Seed": "ByteDance",
    "DeepSeek AI": "DeepSeek",
    "Kimi": "Moonshot AI",
    "LG AI Research": "LGAI-EXAONE",
    "Liquid": "LiquidAI",
    "LongCat": "meituan-longcat",
    "Meituan": "meituan-longcat",
    "Microsoft Azure": "Microsoft",
    "Mistral AI": "Mistral",
    "Moonshot": "Moonshot AI",
    "Reka": "RekaAI",
    "Reka AI": "RekaAI",
    "Sarvam": "sarvamai",
    "StepFun": "stepfun-ai",
    "Swiss AI Initiative": "swiss-ai",
    "TII UAE": "TII",
    "Tsinghua": "Zhipu AI",
    "Upstage AI": "upstage",
    "xAI": "xai-org",
    "Z.ai": "Zhipu AI",
    "Zhipu": "Zhipu AI",
}
"""Names that differ from label and namespace by more than case, spaces and signs. Makers that we hold no label for
(Anthropic, Amazon, Perplexity …) are left out on purpose: their region stays unknown."""


def resolve(names: pd.Series, labels: pd.DataFrame) -> pd.DataFrame:
    """The organisation and region behind each maker's name, namespace or label; case, spaces and signs do not matter.

    labels: namespace, organisation, region. Returns organisation, region, indexed like `names`. A name that is not
    known keeps itself as the label and has region "unknown"; a null name gives "Unknown", "unknown".
    """
    # Later ones win: an exact label before an alias, a namespace before a label.
    known = {_key(alias): label for alias, label in ALIASES.items()}
    known |= {_key(label): label for label in labels["organisation"]}
    known |= {_key(space): label for space, label in zip(labels["namespace"], labels["organisation"], strict=True)}
    regions = labels.drop_duplicates("organisation").set_index("organisation")["region"]
    keys = names.astype(object).map(_key, na_action="ignore")
    organisation = keys.map(known).astype(object).fillna(names).fillna("Unknown")
    return pd.DataFrame({"organisation": organisation, "region": organisation.map(regions).fillna("unknown")})


def _key(name: str) -> str:
    return "".join(filter(str.isalnum, name)).casefold()
