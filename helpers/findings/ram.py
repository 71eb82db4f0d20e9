"""Facts about RAM scores and reference sets."""

from helpers.findings.telling import Tell


def cases_scored(tell: Tell) -> bool:
    """Some model of the paper's Table 1 has a score."""
    return tell("case-counts.all.scored") > 0


def outliers_apart(tell: Tell) -> bool:
    """Every score of GPT-OSS 120B and Nemotron Super 120B is above every score of the others of their bucket."""
    return tell("score-groups.outliers.score_lowest") > tell("score-groups.rivals.score_highest")


def deepseek_v3_2_below_median(tell: Tell) -> bool:
    """Every score of DeepSeek V3.2 lies below 1."""
    return tell("score-range.deepseek-v3-2.score_highest") < 1


def glm_4_7_below_median(tell: Tell) -> bool:
    """Every score of GLM 4.7 lies below 1."""
    return tell("score-range.glm-4-7.score_highest") < 1


def laggards_below_median(tell: Tell) -> bool:
    """Every score of DeepSeek V3.2 and of GLM 4.7 lies below 1."""
    return deepseek_v3_2_below_median(tell) and glm_4_7_below_median(tell)


def kimi_k2_thinking_near_median(tell: Tell) -> bool:
    """Every score of Kimi K2 Thinking lies between a half and 2."""
    return tell("score-range.kimi-k2-thinking.score_lowest") >= 0.5 and (
        tell("score-range.kimi-k2-thinking.score_highest") <= 2
    )


def deepseek_ocr_above_qwen_4b(tell: Tell) -> bool:
    """DeepSeek OCR has a higher score than Qwen3.5-4B after a week."""
    return tell("scores.deepseek-ocr.7d.score") > tell("scores.qwen-3-5-4b.7d.score")


def qwen_122b_rises(tell: Tell) -> bool:
    """Qwen3.5-122B-A10B has a higher score after a month than after a week."""
    return tell("scores.qwen-3-5-122b.30d.score") > tell("scores.qwen-3-5-122b.7d.score")


def minimax_fades(tell: Tell) -> bool:
    """MiniMax M2.1 has a lower score after three months than after a week."""
    return tell("scores.minimax-m2-1.90d.score") < tell("scores.minimax-m2-1.7d.score")


def kimi_k2_5_rises(tell: Tell) -> bool:
    """Kimi K2.5 has a higher score after two months than after a week."""
    return tell("scores.kimi-k2-5.60d.score") > tell("scores.kimi-k2-5.7d.score")


def gpt_oss_lasts(tell: Tell) -> bool:
    """GPT-OSS 120B is ten times above the median of its size half a year after its release."""
    return tell("scores.gpt-oss-120b.180d.score") > 10


def medians_rise(tell: Tell) -> bool:
    """No median of a reference set, of those with enough models for an interval, is below the one before."""
    return tell("medians.falls") == 0


def medians_alike(tell: Tell) -> bool:
    """At every milestone of the first half-year the buckets' medians lie closer together than over whole lives."""
    return tell("spread.widest") < tell("spread.lifetime")


def intervals_known(tell: Tell) -> bool:
    """Some score has an interval."""
    return tell("certainty.intervals") > 0


def top_models_at_snapshot(tell: Tell) -> bool:
    """The list of most-downloaded models is of the day of the snapshot."""
    return tell("ram-settings.top_models_date") == tell("ram-settings.snapshot_date")
