"""Facts about regions: downloads, derivatives, tokens, and the best open models (paper, Sections 3 and 4)."""

from helpers.findings.telling import Tell, known_to_the_day, of_the_last_month
from helpers.registry import REGIONS

# Downloads ----------------------------------------------------------------------------------------------------


def china_leads(tell: Tell) -> bool:
    """China has more cumulative downloads than the USA at the last label."""
    return tell("gap.last.gap") > 0


def lead_stays_without_any_one(tell: Tell) -> bool:
    """The lead in cumulative downloads between China and the USA stays whichever single repository is left out."""
    return tell("gap.last.gap") != 0 and tell("lead-contributors.cumulative.stays")


def lead_changed_once(tell: Tell) -> bool:
    """The lead in cumulative downloads has changed once between China and the USA."""
    return tell("lead.turns") == 1


def china_passed_last(tell: Tell) -> bool:
    """The lead in cumulative downloads last changed when China passed the USA."""
    return tell("lead.turns") > 0 and tell("lead.leader") == "china"


def lead_never_changed(tell: Tell) -> bool:
    """On the days on which enough of both was read, the lead never changed between China and the USA."""
    return tell("lead.turns") == 0


def crossing_known_to_the_day(tell: Tell) -> bool:
    """China and the USA were counted on the day on which China passed the USA, and on the day before."""
    return known_to_the_day(tell, "lead")


def growth_uneven(tell: Tell) -> bool:
    """The highest of the regions' yearly multiples is more than one and a half times the lowest."""
    multiples = [tell(f"regions.{region}.last.multiple") for region in REGIONS]
    return max(multiples) > 1.5 * min(multiples)


def downloads_elsewhere(tell: Tell) -> bool:
    """Some downloads are those of organisations in no region compared."""
    return tell("elsewhere.downloads_cumulative") > 0


def one_family_carries_china(tell: Tell) -> bool:
    """More than half of China's cumulative downloads are those of one organisation."""
    return tell("leading-makers.china.downloads_cumulative_share") > 0.5


def qwen_leads_china(tell: Tell) -> bool:
    """Of China's organisations Qwen has the most cumulative downloads."""
    return tell("leading-makers.china.organisation") == "Qwen"


def _has_era(tell: Tell, region: str) -> bool:
    """Whether a region has an era; not known where the regions can be compared in no month."""
    return tell("compared.months") > 0 and tell(f"eras.{region}.months") > 0


def eu_had_most_new_downloads(tell: Tell) -> bool:
    """For three months or more on end the EU had more than half of the new downloads."""
    return _has_era(tell, "eu")


def usa_had_most_new_downloads(tell: Tell) -> bool:
    """For three months or more on end the USA had more than half of the new downloads."""
    return _has_era(tell, "us")


def china_had_most_new_downloads(tell: Tell) -> bool:
    """For three months or more on end China had more than half of the new downloads."""
    return _has_era(tell, "china")


def eras_in_turn(tell: Tell) -> bool:
    """The longest runs of more than half of the new downloads begin with the EU's, then the USA's, then China's."""
    return tell("eras.eu.start") < tell("eras.us.start") < tell("eras.china.start")


def small_models_carry_most(tell: Tell) -> bool:
    """The three smallest buckets have more than half of the downloads of the regions compared."""
    return tell("buckets.7-9b.up_to_share") > 0.5


# Derivatives and tokens -----------------------------------------------------------------------------------------


def eu_had_most_new_derivatives(tell: Tell) -> bool:
    """In a month of the EU's era its models were the base of more than half of the new derivatives."""
    return tell("era-derivatives.eu.derivatives_share") > 0.5


def usa_had_most_new_derivatives(tell: Tell) -> bool:
    """In a month of the USA's era its models were the base of more than half of the new derivatives."""
    return tell("era-derivatives.us.derivatives_share") > 0.5


def china_had_most_new_derivatives(tell: Tell) -> bool:
    """In a month of China's era its models were the base of more than half of the new derivatives."""
    return tell("era-derivatives.china.derivatives_share") > 0.5


def derivatives_follow_downloads(tell: Tell) -> bool:
    """In the last month the region with the most new derivatives has the most new downloads, too."""
    of_the_last_month(tell, "derivatives.china.last")
    ranks = [(tell(f"derivatives.{region}.last.rank"), tell(f"regions.{region}.last.rank")) for region in REGIONS]
    return (1, 1) in ranks


def eu_derivatives_came_down(tell: Tell) -> bool:
    """The EU's share of the new derivatives is lower in the last month than at its highest."""
    return tell("derivatives.eu.last.derivatives_share") < tell("derivative-peaks.eu.derivatives_share")


def china_leads_tokens(tell: Tell) -> bool:
    """In the last month China has the largest share of the open models' tokens."""
    return tell("tokens.china.last.rank") == 1


def china_led_tokens_in_summer(tell: Tell) -> bool:
    """China had the largest share of the open models' tokens in each month of the summer that the paper names."""
    return tell("token-periods.summer.china.months_behind") == 0


def tokens_over_seven_tenths(tell: Tell) -> bool:
    """China had more than 70 % of the open models' tokens in January 2026, the month read for the paper's 70 %."""
    return tell("token-periods.rise.china.tokens_share") > 0.7


def tokens_outrun_derivatives(tell: Tell) -> bool:
    """China's share of tokens has risen faster than its share of new derivatives, and ends higher."""
    faster = tell("token-paces.china.per_month") > tell("derivative-paces.china.per_month")
    return faster and tell("tokens.china.last.tokens_share") > tell("derivatives.china.last.derivatives_share")


def signals_agree(tell: Tell) -> bool:
    """Downloads, derivatives and tokens of the last month agree on whether China is ahead."""
    of_the_last_month(tell, "derivatives.china.last", "tokens.china.last")
    ahead = {tell("derivatives.china.last.rank") == 1, tell("tokens.china.last.rank") == 1, tell("gap.last.gap") > 0}
    return len(ahead) == 1


# Performance --------------------------------------------------------------------------------------------------


def china_ahead_in_arena(tell: Tell) -> bool:
    """At the end China's best open model has a higher score in Arena than that of the USA."""
    return tell("arena-lead.leader") == "china"


def arena_level(tell: Tell) -> bool:
    """At the end the best open models of China and the USA lie less than half a point apart in Arena."""
    return tell("arena-lead.margin") < 0.5


def arena_one_point_apart(tell: Tell) -> bool:
    """At the end the best open models of China and the USA lie one point apart in Arena, rounded."""
    return round(tell("arena-lead.margin")) == 1


def china_keeps_arena_lead(tell: Tell) -> bool:
    """China leads the USA in Arena ever since it last passed it."""
    return tell("arena-lead.passed") == tell("arena-lead.turned")


def china_keeps_index_lead(tell: Tell) -> bool:
    """China leads the USA in the Intelligence Index ever since it last passed it."""
    return tell("index-lead.passed") == tell("index-lead.turned")


def china_keeps_epoch_lead(tell: Tell) -> bool:
    """China leads the USA in Epoch's Capabilities Index ever since it last passed it."""
    return tell("epoch-lead.passed") == tell("epoch-lead.turned")


def china_rises_faster(tell: Tell) -> bool:
    """By the trends China's records in the Intelligence Index rise faster than those of the USA."""
    return tell("trends.china.points_per_year") > tell("trends.us.points_per_year")


def small_leads_large_adoption(tell: Tell) -> bool:
    """China is ahead of the USA in Arena and in downloads, and in downloads by the larger factor."""
    scores, downloads = tell("arena-tops.china.score"), tell("regions.china.last.downloads_cumulative")
    return 1 < scores / tell("arena-tops.us.score") < downloads / tell("regions.us.last.downloads_cumulative")


def china_took_every_lead(tell: Tell) -> bool:
    """China took the lead in downloads, in Arena and in the Intelligence Index, and still has all three."""
    kept = [tell(f"{lead}.passed") == tell(f"{lead}.turned") for lead in ("lead", "arena-lead", "index-lead")]
    return all(kept)


def performance_came_first(tell: Tell) -> bool:
    """China passed the USA by both yardsticks of performance before it did in downloads."""
    return max(tell("arena-lead.passed"), tell("index-lead.passed")) < tell("lead.passed")
