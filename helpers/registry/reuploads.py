"""Which repositories are re-uploads for local inference (paper, Section 2.1).

The paper names GGUF and MLX as examples of such formats; the edition lists them.
"""

import re
import string
from collections.abc import Iterable

import pandas as pd

WORD = re.compile(r"[a-z0-9]+")
SMALL = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
WEIGHT_TAGS = {"safetensors", "pytorch"}
STORED_AS_SAFETENSORS = {"mlx", "exl2", "exl3", "awq", "gptq"}
"""Formats that live in safetensors files themselves. The others (GGUF, ONNX …) are files of their own."""


def format_of(model: str, tags: Iterable[str], library: str, formats: list[str]) -> str | None:
    """The first of `formats` that a repository holds, by its library, a word of its name or a tag; None if it has none.

    model: id. tags: the Hub's. library: "" where it names none. Capitals A to Z are of no account. Many an original
    also carries a GGUF or ONNX file and its tag: where ordinary weights are tagged too, the tag tells a re-upload only
    for formats that are themselves stored as safetensors.
    """
    words = {small(library), *WORD.findall(small(model.partition("/")[2]))}
    tagged = {small(tag) for tag in tags}
    if tagged & WEIGHT_TAGS:
        tagged &= STORED_AS_SAFETENSORS
    told = words | tagged
    return next((name for name in formats if small(name) in told), None)


def small(text: str) -> str:
    """The text with small letters for A to Z; other letters that look alike, or fold to these, are others."""
    return text.lower() if text.isascii() else text.translate(SMALL)


def words(formats: list[str]) -> pd.DataFrame:
    """What tells a format, for a query: word, format, rank (among `formats`), within, weights.

    weights: a tag of ordinary weights, which is no format, rank null. within: a format that is stored as safetensors.
    """
    told = {small(name): name for name in reversed(formats)}
    plain = sorted(WEIGHT_TAGS - told.keys())
    table = pd.DataFrame({"word": [*told, *plain], "format": [*told.values(), *[None] * len(plain)]}, dtype="str")
    rank = table["format"].map({name: rank for rank, name in enumerate(formats)}).astype("Int64")
    within, weights = (table["word"].isin(of) for of in (STORED_AS_SAFETENSORS, WEIGHT_TAGS))
    return table.assign(rank=rank, within=within, weights=weights)
