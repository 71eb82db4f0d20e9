"""Repositories that derive from models, and such as only look like it: ids, tags, libraries, counts, as on the Hub."""

import itertools
from typing import NamedTuple

import numpy as np
import pandas as pd

from helpers.measures import derivatives as rules

ELSEWHERE = [
    "black-forest-labs/FLUX.1-dev", "google-bert/bert-base-uncased", "openai/clip-vit-base-patch32",
    "sentence-transformers/all-MiniLM-L6-v2", "stabilityai/stable-diffusion-xl-base-1.0",
]  # fmt: skip
"""Bases that no list of language models holds."""
RELATIONS = ["finetune"] * 9 + ["adapter"] * 8 + ["merge", "quantized", None]
"""How derivatives derive, the usual ones more often; None = the card does not say."""
ENDINGS = {
    "finetune": ["sft", "dpo", "chat-tuned", "finetuned"], "adapter": ["lora", "qlora", "adapter"],
    "merge": ["merged", "slerp"], "quantized": ["fp8", "bnb-4bit", "w8a8"], None: ["v2", "custom"],
}  # fmt: skip
REUPLOADS = [
    ("name", "GGUF"), ("name", "AWQ"), ("name", "4bit-mlx"), ("name", "GPTQ-Int4"), ("name", "4.0bpw-exl2"),
    ("tag", "gguf"), ("tag", "mlx"), ("tag", "awq"), ("tag", "onnx"), ("library", "gguf"), ("library", "mlx"),
]  # fmt: skip
"""What tells a re-upload for local inference, and the word it tells it by."""
IN_SAFETENSORS = {"mlx", "awq"}
"""Formats whose repositories are tagged as ordinary weights as well."""
BOTH, SAME, FOREIGN, BESIDE = JOINED = (
    "parent of another organisation",
    "second parent of the organisation",
    "second parent untracked",
    "original with a GGUF beside",
)
"""Kinds of derivatives that count, but not simply."""


NO_BASE, UNTRACKED = "no-base", "untracked-base"
"""Kinds of repositories, and of bases, of which the rules say nothing: no base, or none that is tracked."""


class Draw(NamedTuple):
    """A repository to be: what kind, when made, and its parents, each with the reason why it does not count."""

    kind: str
    created: int  # seconds of the epoch
    parents: dict[str, str | None]


def joined(counted: list[Draw], bases: pd.DataFrame, extras: pd.Series, rng: np.random.Generator) -> list[Draw]:
    """The same derivatives, some with further parents: the count of each organisation stays what it was.

    extras: kind → share. Two derivatives become one merge that counts for both makers; others get a second parent
    of the same maker, which is not counted again, or one that is not tracked.
    """
    maker = dict(zip(bases["model"], bases["organisation"], strict=True))
    pairs, same, foreign, beside, rest = _cut(counted, [round(len(counted) * extras[kind]) for kind in JOINED])
    made = []
    for one, other in zip(pairs[::2], pairs[1::2], strict=False):
        if maker[next(iter(one.parents))] == maker[next(iter(other.parents))]:
            made += [one, other]
        else:
            both = one.parents | other.parents
            made.append(Draw(BOTH, max(one.created, other.created), both))
    made += pairs[len(pairs) // 2 * 2 :]
    families = bases.groupby("organisation")["model"].agg(list)
    for draw in same:
        base = next(iter(draw.parents))
        family = families[maker[base]]
        first, *again = sorted({base, family[int(rng.integers(0, len(family)))]})
        parents: dict[str, str | None] = {first: None}
        parents |= dict.fromkeys(again, rules.REPEATED)
        made.append(draw._replace(kind=SAME if again else draw.kind, parents=parents))
    for draw in foreign:
        further: dict[str, str | None] = {ELSEWHERE[int(rng.integers(0, len(ELSEWHERE)))]: UNTRACKED}
        made.append(draw._replace(kind=FOREIGN, parents=draw.parents | further))
    return [*made, *(draw._replace(kind=BESIDE) for draw in beside), *rest]


def _cut(draws: list[Draw], sizes: list[int]) -> list[list[Draw]]:
    """Consecutive pieces of these sizes, and the rest."""
    edges = [0, *np.cumsum(sizes).tolist(), len(draws)]
    return [draws[start:end] for start, end in itertools.pairwise(edges)]


def decoys(
    counted: int, extras: pd.Series, tracked: list[str], clock: tuple[int, int], rng: np.random.Generator
) -> list[Draw]:
    """Repositories that do not count, one kind for each reason, as shares of the `counted` that do.

    tracked: bases to name, all alike likely. clock: first second and end of the time in which they are made.
    """
    made = []
    for reason in (
        NO_BASE,
        rules.OWN_BASE,
        UNTRACKED,
        rules.REUPLOAD,
        rules.UNKNOWN_DOWNLOADS,
        rules.TOO_FEW,
    ):
        number = round(counted * extras[reason])
        named, moments = rng.integers(0, len(tracked), number).tolist(), rng.integers(*clock, number).tolist()
        for n, created in zip(named, moments, strict=True):
            base = _untracked(tracked[n], n) if reason == UNTRACKED else tracked[n]
            parents: dict[str, str | None] = {} if reason in (NO_BASE, rules.OWN_BASE) else {base: reason}
            made.append(Draw(reason, created, parents))
    return made


def _untracked(base: str, n: int) -> str:
    """A foreign model, the base in other letters (ids match to the letter), or somebody's derivative of it."""
    return [ELSEWHERE[n % len(ELSEWHERE)], base.swapcase(), f"tuner-0000/{base.partition('/')[2]}-sft"][n % 3]


# The listing --------------------------------------------------------------------------------------------------


def listing(draws: list[Draw], threshold: int, rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The repositories as the Hub lists them, by id, and the rows planted: model, base, kind, reason.

    threshold: downloads that a derivative must exceed; those with one more are among them.
    """
    dice = rng.integers(0, 2**31, (len(draws), 4)).tolist()
    rows, planted = [], []
    for n, (draw, throw) in enumerate(zip(draws, dice, strict=True)):
        row = _repository(n, draw, threshold, throw)
        rows.append(row)
        parents = {row[0]: rules.OWN_BASE} if draw.kind == rules.OWN_BASE else draw.parents
        parents = parents or {None: NO_BASE}
        planted += [(row[0], base, draw.kind, reason) for base, reason in parents.items()]
    columns = ["model", "created_at", "downloads_all_time", "tags", "library_name", "pipeline_tag"]
    table = pd.DataFrame(rows, columns=columns).sort_values("model", ignore_index=True)
    table["created_at"] = pd.to_datetime(table["created_at"], unit="s", utc=True).astype("datetime64[us, UTC]")
    table["downloads_all_time"] = table["downloads_all_time"].astype("Int64")
    truth = pd.DataFrame(planted, columns=["model", "base", "kind", "reason"], dtype="str")
    return table, truth.sort_values(["model", "base"], ignore_index=True)


def _repository(n: int, draw: Draw, threshold: int, throw: list[int]) -> tuple:
    """One row of raw/derivatives, the n-th drawn. throw: four numbers by which all that is free is decided."""
    relation = _relation(draw, throw[0])
    way, word = REUPLOADS[throw[1] % len(REUPLOADS)] if draw.kind == rules.REUPLOAD else (None, "")
    root = next(iter(draw.parents), "own/language-model").partition("/")[2]
    ending = ENDINGS[relation][throw[1] % len(ENDINGS[relation])]
    if draw.kind == "spam":
        model = f"bulk-{n % 7:02}/Qwen-{root}-{draw.created}-{n}"
    else:
        model = f"tuner-{throw[2] % 6000:04}/{root}-{word if way == 'name' else ending}-{n}"
    library: str | None = "peft" if relation == "adapter" else "transformers"
    if way:
        library = word if way == "library" else None
    return (
        model,
        draw.created,
        _downloads(draw.kind, threshold, throw[3]),
        _tags(model, draw, relation, library, word if way == "tag" else None),
        library,
        "text-generation" if throw[2] % 10 else None,
    )


def _relation(draw: Draw, throw: int) -> str | None:
    """How a repository says that it derives; None where it does not say."""
    if draw.kind == "spam":
        return "adapter"
    if draw.kind == rules.REUPLOAD:
        return "quantized" if throw % 4 else None
    return "merge" if len(draw.parents) > 1 else RELATIONS[throw % len(RELATIONS)]


def _tags(model: str, draw: Draw, relation: str | None, library: str | None, tagged: str | None) -> list[str]:
    bases = [model] if draw.kind == rules.OWN_BASE else list(draw.parents)
    # A re-upload in a format of its own has no ordinary weights.
    weights = draw.kind != rules.REUPLOAD or tagged in IN_SAFETENSORS
    forms = [tagged, "safetensors" if weights else None, "gguf" if draw.kind == BESIDE else None]
    lineage = [f"base_model:{base}" for base in bases]
    lineage += [f"base_model:{relation}:{base}" for base in bases if relation]
    return [tag for tag in (library, *forms, *lineage, "region:us") if tag]


def _downloads(kind: str, threshold: int, throw: int) -> int | None:
    """Few repositories are much used; what has another reason not to count may have any number, or none."""
    if kind == rules.UNKNOWN_DOWNLOADS:
        return None
    if kind == rules.TOO_FEW:
        return throw % (threshold + 1)
    many = throw // 16 % 2 ** (throw % 13)
    excluded = kind in (NO_BASE, rules.OWN_BASE, UNTRACKED, rules.REUPLOAD)
    return (None if throw % 100 == 0 else many) if excluded else threshold + 1 + many
