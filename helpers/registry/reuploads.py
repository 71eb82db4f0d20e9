"""Which repositories are re-uploads for local inference (paper, Section 2.1).

The paper names GGUF and MLX as examples of such formats; the edition lists them.
"""

import re
from collections.abc import Iterable

WORD = re.compile(r"[a-z0-9]+")
WEIGHT_TAGS = {"safetensors", "pytorch"}
STORED_AS_SAFETENSORS = {"mlx", "exl2", "exl3", "awq", "gptq"}
"""Formats that live in safetensors files themselves. The others (GGUF, ONNX …) are files of their own."""


def format_of(model: str, tags: Iterable[str], library: str, formats: list[str]) -> str | None:
    """The first of `formats` that a repository holds, by its library, a word of its name or a tag; None if it has none.

    model: id. tags: the Hub's. library: "" where it names none. Capitals are of no account. Many an original also
    carries a GGUF or ONNX file and its tag: where ordinary weights are tagged too, the tag tells a re-upload only for
    formats that are themselves stored as safetensors.
    """
    words = {library.casefold(), *WORD.findall(model.partition("/")[2].casefold())}
    tagged = {tag.casefold() for tag in tags}
    if tagged & WEIGHT_TAGS:
        tagged &= STORED_AS_SAFETENSORS
    told = words | tagged
    return next((name for name in formats if name.casefold() in told), None)


def beside(tags: Iterable[str], formats: list[str]) -> str | None:
    """The first of `formats` that a repository holds beside ordinary weights, by its tags; None if it has none.

    Asked of repositories that are no re-uploads by `format_of`: a stricter rule would leave these out as well.
    """
    tagged = {tag.casefold() for tag in tags}
    return next((name for name in formats if name.casefold() in tagged), None)
