"""What the fake sources hold, in their vendors' forms, and the keys that open them."""

import io
import zipfile

import pandas as pd

OPENROUTER_KEY = "sk-or-v1-planted-secret-of-openrouter"
AA_KEY = "aa_planted-secret-of-artificial-analysis"
HF_TOKEN = "hf_plantedSecretOfTheHub"
SECRETS = (OPENROUTER_KEY, AA_KEY, HF_TOKEN)
ARENA = "lmarena-ai/leaderboard-dataset"
WEEKLY = "hfmlsoc/hub_weekly_snapshots"
HUGE = 2**53 + 1
"""Tokens that a float would change."""


def rankings(first, last, models=3):
    """Each day's rows: some models and the rest, the last day's first model with tokens that no float holds."""
    rows = []
    for day in pd.date_range(first, last):
        date = str(day.date())
        rows += [
            {"date": date, "model_permaslug": f"acme/m{number}-20250101", "total_tokens": str(HUGE - number)}
            for number in range(models)
        ]
        rows.append({"date": date, "model_permaslug": "other", "total_tokens": "9" * 20})
    return rows


def catalogue(models=5):
    return [
        {
            "id": f"acme/m{number}",
            "canonical_slug": f"acme/m{number}-20250101",
            "hugging_face_id": f"acme/M{number}" if number % 2 == 0 else "",
            "name": "=1+1<script>",
            "architecture": {"output_modalities": ["image"] if number == 3 else ["text"]},
        }
        for number in range(models)
    ]


def index(models=5):
    return [
        {
            "id": f"0000-{number}",
            "name": f"Model {number}",
            "slug": f"model-{number}",
            "release_date": "2026-01-01" if number else None,
            "model_creator": {"id": "1", "name": "Acme"},
            "evaluations": {"artificial_analysis_intelligence_index": 40.5 if number else None},
        }
        for number in range(models)
    ]


def board(days=3, models=4, first="2026-01-01"):
    """Boards as the data set writes them: bounds, rank and text dates among the columns; one licence blank."""
    return pd.DataFrame(
        [
            {
                "model_name": f"model-{number}",
                "organization": "acme",
                "license": ["Proprietary", "MIT", ""][number % 3],
                "rating": 1200.0 + number,
                "rating_lower": None,
                "rating_upper": None,
                "variance": 2.5,
                "vote_count": 1000.0,
                "rank": number + 1,
                "category": "overall",
                "leaderboard_publish_date": str((pd.Timestamp(first) + pd.Timedelta(days=day)).date()),
            }
            for day in range(days)
            for number in range(models)
        ]
    )


def epoch(models=8, name="epoch_capabilities_index.csv"):
    """Epoch's archive: its index among other files, some models without a score."""
    head = "Model version,Model name,Organization,Country,Model accessibility,Release date,ECI Score,Training compute\n"
    rows = [
        f'm-{n},M {n},"Acme, Inc",China,{"Open weights (unrestricted)" if n % 2 else "API access"},2026-01-0{n + 1},'
        f"{'' if n == 3 else 120.25 + n},\n"
        for n in range(models)
    ]
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in (("README.md", "x"), (f"data/{name}", head + "".join(rows)), ("data/mmlu.csv", "a\n1\n")):
            archive.writestr(zipfile.ZipInfo(path, (2026, 1, 1, 0, 0, 0)), text)
    return stream.getvalue()


def dump(made, models=2000, count=1000, texts=False, filler=400, drop=()):
    """A dump of the Hub made at a time: its newest model is of that minute.

    filler: bytes of cards for each model. drop: columns that it lacks, as dumps lacked downloadsAllTime once.
    """
    made = pd.Timestamp(made, tz="UTC")
    created = [made - pd.Timedelta(hours=models - number) for number in range(1, models + 1)]
    noise = pd.util.hash_array(pd.Series(range(models * filler // 16)).to_numpy()).tobytes().hex()
    table = pd.DataFrame(
        {
            "id": [f"acme/m{number}" for number in range(models)],
            "cardData": [noise[number * filler : (number + 1) * filler] for number in range(models)],
            "createdAt": [moment.strftime("%Y-%m-%dT%H:%M:%S.000Z") for moment in created] if texts else created,
            "downloads": [7 * number for number in range(models)],
            "downloadsAllTime": pd.array([None if n == 3 else count + n for n in range(models)], "Int64"),
        }
    )
    return parquet(table.drop(columns=list(drop)), row_group_size=max(1, models // 4))


def parquet(table, **options):
    stream = io.BytesIO()
    table.to_parquet(stream, index=False, **options)
    return stream.getvalue()


def lists():
    """The four lists of tracked models."""
    return {
        "models.csv": b"org,model,modelId\nacme,m1,acme/m1\nacme,m2-7B,acme/m2-7B\n",
        "model_parameters.csv": b"model_id,total_params_b,active_params_b,is_moe,notes\nacme/m1,8,,,\n",
        "organization_regions.csv": b"hf_org,region,notes\nacme,us,\n",
        "release_date_corrections.csv": b"# one\n# two\nmodel_id,hf_created_at,actual_release_date,notes\n"
        b"acme/m1,2025-01-01,2025-01-03,late\n",
    }


def tree():
    """The real repository's layout: three of the lists in a folder, a second list of models, other files."""
    flat = lists()
    return {
        "README.md": b"# Tracked models\n",
        "models.csv": flat.pop("models.csv"),
        "extra_models.csv": b"org,model,modelId\nacme,x,acme/x\nacme,m1,acme/m1\n",
        "policy/model_policy.yml": b"threshold: 100000\n",
        **{f"metadata/{name}": content for name, content in flat.items()},
    }
