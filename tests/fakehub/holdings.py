"""Models as the Hub would hold them, the same for the same seed."""

import datetime
import random

FIRST = datetime.datetime(2022, 3, 2, 23, 29, 4, tzinfo=datetime.UTC)
SPACES = ["Qwen", "acme", "meta-llama", "deepseek-ai", "b_1", "org.x"]
HOSTILE = [
    "<script>alert(1)</script>/x", "acme/<img src=x onerror=alert(1)>", "../../etc/passwd", "acme/../../x", "a/b\nc/d",
    "=cmd|' /C calc'!A0/x", "acme/" + "x" * 10_000, "/", "", "acme//x", "acme/x\u0000y", "gpt2", "acme/\u202egnp.exe",
    "\ud800/x", "acme/x y", "C:\\x/y",
]  # fmt: skip
"""Names that are no Hub ids, and would do harm where a name is taken for markup, a path, a line or a formula."""


def catalogue(models, seed=0, hostile=0, now=None):
    """`models` records with all that the list route can tell, oldest first, and `hostile` more whose names attack."""
    draw = random.Random(seed)
    now = now or datetime.datetime.now(datetime.UTC)
    step = (now - FIRST) / max(models + hostile - 1, 1)
    names = [f"{draw.choice(SPACES)}/model-{number}" for number in range(models)]
    attacks = [HOSTILE[number % len(HOSTILE)] for number in range(hostile)]
    for name in attacks:
        names.insert(draw.randrange(1, len(names)), name)
    return [record(name, number, FIRST + number * step, draw) for number, name in enumerate(names)]


def record(name, number, created, draw):
    """One model. A quarter name a parent in their tags, half of these two; a tenth tell only what they must."""
    rich = number % 10 != 9
    parent = f"{draw.choice(SPACES)}/base-{draw.randrange(50)}"
    parents = [parent] if number % 4 == 0 else []
    parents += [f"{SPACES[number % 5]}/base-{number % 50}"] if number % 8 == 0 else []
    total = draw.randrange(10**6, 10**12)
    return {
        "_id": f"{number:024x}",
        "id": name,
        "createdAt": written(created),
        "lastModified": written(created + datetime.timedelta(days=draw.random() * 9)) if rich else None,
        "downloadsAllTime": draw.randrange(10**9),
        "downloads": draw.randrange(10**6) if rich else None,
        "likes": draw.randrange(10**4),
        "trendingScore": draw.randrange(100),
        "private": False,
        "gated": draw.choice([False, False, "auto", "manual"]),
        "tags": ["transformers", "safetensors", "text-generation", "en", "license:apache-2.0", "region:us"]
        + [tag for told in dict.fromkeys(parents) for tag in (f"base_model:{told}", f"base_model:finetune:{told}")],
        "library_name": draw.choice(["transformers", "diffusers", "mlx"]) if rich else None,
        "pipeline_tag": "text-generation" if rich else None,
        "safetensors": {"parameters": {"BF16": total}, "total": total} if rich else None,
    }


def written(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"
