"""The paper's figures as data: the tables agree with themselves, with the registry, and with the paper's text."""

import datetime
import re

import pandas as pd
import pytest

from helpers import edition, paths, registry
from helpers.text import claims, ledger
from helpers.text.quoting import slug

PAPER = paths.ROOT.parent / "shared" / "paper" / "atom-report.txt"
EDGES = edition.load().bucket_edges

SCALE = {"K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12, " billion": 1e9, "%": 0.01, "th": 1, "th percentile": 0.01}
WORDS = {
    "zero": 0, "one third": 1 / 3, "single most-used": 1, "NVIDIA leads": 1, "followed by": 2, "second": 2,
    "nearly doubling": 2, "as many monthly downloads": 1, "three": 3, "five": 5, "six": 6, "seven": 7,
    "almost a billion": 1e9, "order of magnitude": 10,
    "Meta Llama, Qwen, Mistral AI, DeepSeek, Google, and Microsoft": 6,
}  # fmt: skip
"""Numbers that the paper writes in words."""
HEADINGS = {
    "Abstract": "Abstract", "1": "1 Introduction", "2.1": "2.1 Data Sources", "2.2": "2.2 Model Categorization",
    "2.3": "2.3 Limitations", "3": "3 Model Adoption by Region", "4": "4 Model Performance By Region",
    "5": "5 Model Adoption by Organization", "5.1": "5.1 Ecosystem Leaders", "5.2": "5.2 New Entrants",
    "6.1": "6.1 Method", "6.2": "6.2 Using RAM", "7": "7 Conclusion", "A": "Appendix A", "B": "Appendix B Top",
    "C": "Appendix C Additional",
}  # fmt: skip


def table(name: str) -> pd.DataFrame:
    return pd.read_csv(paths.PUBLISHED / f"{name}.csv", dtype={"precision": str, "section": str, "value": str})


TOP, RAM, CLAIMS = table("top_models"), table("ram_table"), table("claims").fillna("")
STEPS = {claims.TENS: "10", claims.OVER: "1"}
NUMBERS = CLAIMS[~CLAIMS["precision"].isin([*ledger.PARTS, "text"])].replace({"precision": STEPS})


def rounding(printed: str) -> tuple[float, float]:
    """The interval that a printed number such as "1.3M" or "0.70" stands for."""
    number, suffix = re.fullmatch(r"(\d+(?:\.\d+)?)(K|M)?", printed).groups()
    step = 10 ** -len(number.partition(".")[2]) * SCALE.get(suffix, 1)
    value = float(number) * SCALE.get(suffix, 1)
    return value - step / 2, value + step / 2


def squeezed(text: str) -> str:
    """Text without what extraction from the page lost or added: multiplication signs and runs of space."""
    return re.sub(r"\s+", " ", text.replace("×", "").replace("’", "'")).strip()


@pytest.fixture(scope="module")
def sections() -> dict[str, str]:
    if not PAPER.exists():
        pytest.skip(f"the paper's text is not beside the repository ({PAPER.name})")
    text = PAPER.read_text(encoding="utf-8")
    starts = {key: re.search(f"^{re.escape(heading)}", text, re.MULTILINE).start() for key, heading in HEADINGS.items()}
    ends = [*sorted(starts.values()), len(text)]
    bodies = {key: text[start : ends[ends.index(start) + 1]] for key, start in starts.items()}
    return {key: squeezed(body.removeprefix(key)) for key, body in bodies.items()}


# Appendix B and Table 1 ---------------------------------------------------------------------------------------


def test_every_bucket_has_ten_models_that_descend():
    assert list(TOP["bucket"].unique()) == list(registry.BUCKETS)
    for _, rows in TOP.groupby("bucket"):
        assert list(rows["rank"]) == list(range(1, 11))
        assert rows["downloads"].is_monotonic_decreasing
    assert TOP["model"].is_unique


def test_the_models_whose_lifetime_counts_are_recorded_are_those_that_the_paper_lists():
    listed = pd.read_csv(paths.REGISTRY / "appendix_models.csv")["model"]
    assert list(listed) == list(TOP["model"])
    assert listed.map(slug).is_unique


@pytest.mark.parametrize("name", ["top_models", "ram_table"])
def test_models_are_in_the_registry_and_in_their_bucket(name):
    rows = table(name).drop_duplicates("model")
    sizes = pd.read_csv(paths.REGISTRY / "models.csv").set_index("model")["parameters_b"]
    assert set(rows["model"]) <= set(sizes.index)
    found = registry.bucket(rows["model"].map(sizes), EDGES)
    assert list(found) == list(rows["bucket"])


def test_numbers_are_what_is_printed():
    for frame, number, printed in ((TOP, "downloads", "printed"), (RAM, "downloads", "printed_downloads"),
                                   (RAM, "score", "printed_score")):  # fmt: skip
        for value, text in zip(frame[number], frame[printed].astype(str), strict=True):
            assert float(text.strip("KM")) * SCALE.get(text[-1], 1) == pytest.approx(value), (value, text)


def test_one_median_a_bucket_and_milestone_explains_all_scores_of_table_1():
    printed = pd.read_csv(paths.PUBLISHED / "ram_table.csv", dtype={"printed_score": str})
    for (bucket, days), rows in printed.groupby(["bucket", "milestone_days"]):
        bounds = [
            (rounding(d), rounding(s)) for d, s in zip(rows["printed_downloads"], rows["printed_score"], strict=True)
        ]
        low = max(downloads[0] / score[1] for downloads, score in bounds)
        high = min(downloads[1] / score[0] for downloads, score in bounds)
        assert low <= high, f"{bucket} at {days} days: no median fits ({low:,.0f} > {high:,.0f})"


def test_table_1_never_falls():
    for name, rows in RAM.groupby("name"):
        assert rows.sort_values("milestone_days")["downloads"].is_monotonic_increasing, name


def test_tables_are_in_the_paper(sections):
    for _, row in TOP.iterrows():
        assert f"{row['rank']}. {row['name']} ({row['printed']})" in sections["B"]
    for name, rows in pd.read_csv(paths.PUBLISHED / "ram_table.csv", dtype=str).groupby("name"):
        scores, downloads = (" | ".join(rows[column]) for column in ("printed_score", "printed_downloads"))
        assert re.search(
            rf"{re.escape(name)} \| {re.escape(scores)} \|[ |]*{re.escape(downloads)} \|", sections["C"]
        ), name


# Claims -------------------------------------------------------------------------------------------------------


def test_claims_are_well_formed():
    assert len(CLAIMS) > 150
    assert list(CLAIMS) == [
        "id", "section", "measure", "subject", "date", "value", "unit", "printed", "precision", "answer",
        "note", "kind",
    ]  # fmt: skip
    assert set(CLAIMS["kind"]) == {claims.RESULT, claims.SETTING}
    assert CLAIMS["id"].is_unique
    assert CLAIMS["id"].str.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*").all()
    assert CLAIMS["answer"].str.fullmatch(r"([a-z][a-z0-9-]*(\.[a-z0-9_-]+)+)?").all()
    assert CLAIMS["section"].isin(HEADINGS).all()
    for column in ("measure", "subject", "value", "unit", "printed", "precision"):
        assert (CLAIMS[column] != "").all(), column


def test_a_claim_that_nothing_answers_says_why():
    assert (CLAIMS.loc[CLAIMS["answer"] == "", "note"] != "").all()


def test_values_parse():
    for claim in CLAIMS.to_dict("records"):
        parses(claim)


def parses(claim: dict[str, str]) -> None:
    if claim["date"]:
        datetime.date.fromisoformat(claim["date"])
    if claim["precision"] in ledger.PARTS:
        assert claim["unit"] == "date"
        datetime.date.fromisoformat(claim["value"])
    elif claim["precision"] == "text":
        assert claim["unit"] in ("text", "condition")
        assert claim["unit"] == "text" or claim["value"] == "yes"
    else:
        assert claim["precision"] in (claims.TENS, claims.OVER) or float(claim["precision"]) > 0
        assert float(claim["value"]) >= 0
        assert claim["unit"] != "share" or float(claim["value"]) <= 1


def test_the_printed_text_agrees_with_the_value():
    for claim in NUMBERS.to_dict("records"):
        half = float(claim["precision"]) / 2
        assert spoken(claim) == pytest.approx(float(claim["value"]), abs=half), claim["id"]


def spoken(claim: dict[str, str]) -> float:
    """The number that a printed text states, in the claim's unit; of a range the end that the claim is about."""
    for words, number in sorted(WORDS.items(), key=lambda pair: -len(pair[0])):
        if words in claim["printed"] and not re.search(r"\d", claim["printed"]):
            return number
    numbers = re.findall(r"(?<![\w.])(\d+(?:\.\d+)?)( billion|th percentile|th\b|[KMBT%](?![a-z]))?", claim["printed"])
    last = "upper end" in claim["measure"] or "last" in claim["measure"]
    number, suffix = numbers[-1 if last else 0]
    if claim["unit"] == "share" and suffix == "th":
        suffix = "%"
    value = float(number) * SCALE.get(suffix, 1)
    return value / 1e9 if claim["unit"] == "parameters_b" else value


def test_the_printed_precision_is_that_of_the_digits():
    plain = NUMBERS[NUMBERS["printed"].str.fullmatch(r"\d+(\.\d+)?(K|M|B|%|×| billion)?")]
    for _, claim in plain.iterrows():
        number, suffix = re.fullmatch(r"(\d+(?:\.\d+)?)(.*)", claim["printed"]).groups()
        step = 10 ** -len(number.partition(".")[2]) * SCALE.get(suffix, 1)
        step = step / 1e9 if claim["unit"] == "parameters_b" else step
        assert float(claim["precision"]) == pytest.approx(step), claim["id"]
    assert len(plain) > 90


def test_claims_with_one_answer_and_unit_give_one_value():
    numbers = NUMBERS[NUMBERS["answer"] != ""]
    for answer, rows in numbers.groupby("answer"):
        values = rows["value"].astype(float)
        assert values.max() - values.min() <= rows["precision"].astype(float).max() / 2, answer


def test_every_claim_can_be_compared():
    for claim in CLAIMS[CLAIMS["answer"] != ""].to_dict("records"):
        number = claim["precision"] not in (*ledger.PARTS, "text")
        raw = float(claim["value"]) if number else claim["value"]
        value = {"raw": raw, "formatted": "", "unit": claim["unit"], "notebook": "", "cell": ""}
        compared = ledger.ledger(pd.DataFrame([claim]), {claim["answer"]: value})
        assert compared.loc[0, "verdict"] == ledger.MATCHES, claim["id"]


def test_claims_are_in_their_section_of_the_paper(sections):
    missing = [
        f"{claim['id']}: {claim['printed']!r} is not in {claim['section']}"
        for claim in CLAIMS.to_dict("records")
        if not re.search(rf"(?<![\w.]){re.escape(squeezed(claim['printed']))}(?![\w]|\.\d)", sections[claim["section"]])
    ]
    assert not missing, "\n".join(missing)


NAMES = {
    "2.5", "3.1", "3.5", "3.2", "4.7", "2.1", "5.1", "2.2",
    "5B", "0.6B", "1.5B", "1.7B", "3B", "4B", "7B", "8B", "10B", "35B", "120B", "122B", "250B", "397B", "400B",
}  # fmt: skip
"""Numbers that are part of a model's, a bucket's or a section's name."""
PRINTED_NUMBER = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?(?:[KMB%]| billion)|\d+\.\d+)(?![\w]|\.\d)")


def test_every_number_of_the_findings_has_a_claim(sections):
    for section in ("1", "3", "5.1", "5.2", "6.2"):
        printed = " ".join(CLAIMS.loc[CLAIMS["section"] == section, "printed"])
        known = set(PRINTED_NUMBER.findall(squeezed(printed)))
        missing = set(PRINTED_NUMBER.findall(sections[section])) - known - NAMES
        assert not missing, f"section {section}: {sorted(missing)}"
