"""Facts about organisations: the leaders, what is built on whom, newcomers (paper, Sections 1 and 5)."""

from helpers.findings.telling import Tell, known_to_the_day, of_the_last_month

NEW_QWEN = ("qwen2-5", "qwen3", "qwen3-5")
"""Families of Qwen that the text names."""


def _above(tell: Tell, one: str, other: str, column: str = "downloads_cumulative") -> bool:
    """Whether one organisation has more than another at the last label."""
    return tell(f"organisations.{one}.last.{column}") > tell(f"organisations.{other}.last.{column}")


# Leaders ------------------------------------------------------------------------------------------------------


def qwen_ahead_of_meta(tell: Tell) -> bool:
    """Qwen has more cumulative downloads than Meta at the last label."""
    return _above(tell, "qwen", "meta")


def meta_next_to_qwen(tell: Tell) -> bool:
    """Qwen has the most cumulative downloads at the last label, and Meta the next most."""
    return (tell("organisations.qwen.last.rank"), tell("organisations.meta.last.rank")) == (1, 2)


def deepseek_ahead_of_mistral(tell: Tell) -> bool:
    """DeepSeek has more cumulative downloads than Mistral at the last label."""
    return _above(tell, "deepseek", "mistral")


def qwen_crossing_known_to_the_day(tell: Tell) -> bool:
    """Qwen and Meta were counted on the day on which Qwen passed Meta, and on the day before."""
    return known_to_the_day(tell, "crossings.qwen-meta")


def qwen_lead_never_changed(tell: Tell) -> bool:
    """On the days on which enough of both was read, the lead never changed between Qwen and Meta."""
    return tell("crossings.qwen-meta.turns") == 0


def deepseek_crossing_known_to_the_day(tell: Tell) -> bool:
    """DeepSeek and Mistral were counted on the day on which DeepSeek passed Mistral, and on the day before."""
    return known_to_the_day(tell, "crossings.deepseek-mistral")


def openai_ahead_of_mistral(tell: Tell) -> bool:
    """OpenAI has more cumulative downloads than Mistral at the last label."""
    return _above(tell, "openai", "mistral")


def openai_over_mistral(tell: Tell) -> bool:
    """OpenAI has more new downloads than Mistral in the last month."""
    return _above(tell, "openai", "mistral", "downloads")


def openai_over_mistral_in_february_2026(tell: Tell) -> bool:
    """OpenAI had more new downloads than Mistral in February 2026."""
    return tell("organisations.openai.2026-03.downloads") > tell("organisations.mistral.2026-03.downloads")


def openai_youngest(tell: Tell) -> bool:
    """Of the five families compared OpenAI's first release is the latest."""
    others = [tell(f"catalogues.{name}.released") for name in ("qwen", "meta", "deepseek", "mistral")]
    return tell("catalogues.openai.released") > max(others)


def meta_had_most_downloads_in_early_2025(tell: Tell) -> bool:
    """Meta had the most cumulative downloads at every label from January to April 2025."""
    return all(tell(f"organisations.meta.2025-{month:02}.rank") == 1 for month in range(1, 5))


def mistral_best_month_lowest(tell: Tell) -> bool:
    """Mistral's best month has fewer new downloads than Meta's best and Qwen's best."""
    others = [tell(f"download-peaks.{name}.downloads") for name in ("meta", "qwen")]
    return tell("download-peaks.mistral.downloads") < min(others)


def qwen_and_meta_stay(tell: Tell) -> bool:
    """Whichever single repository is left out, the same of Qwen and Meta has more cumulative downloads."""
    return tell("organisation-leads.cumulative.qwen.meta.stays")


def deepseek_and_mistral_stay(tell: Tell) -> bool:
    """Whichever single repository is left out, the same of DeepSeek and Mistral has more cumulative downloads."""
    return tell("organisation-leads.cumulative.deepseek.mistral.stays")


def openai_and_mistral_stay(tell: Tell) -> bool:
    """Whichever single repository is left out, the same of OpenAI and Mistral has more new downloads at the end."""
    return tell("organisation-leads.new.openai.mistral.stays")


def one_family_carries_china_without_its_largest(tell: Tell) -> bool:
    """Without its largest repository, too, one organisation has more than half of China's cumulative downloads."""
    left, rest = (tell(f"organisation-contributors.cumulative.qwen.{end}") for end in ("low", "largest"))
    return left > 0.5 * (tell("regions.china.last.downloads_cumulative") - rest)


# Derivatives --------------------------------------------------------------------------------------------------


def derivatives_show_more(tell: Tell) -> bool:
    """Qwen's share of the last month's new derivatives is above its share of all cumulative downloads."""
    of_the_last_month(tell, "bases.qwen.last")
    return tell("bases.qwen.last.derivatives_share") > tell("organisations.qwen.last.downloads_cumulative_share")


def mistral_led_bases_first(tell: Tell) -> bool:
    """Of all organisations that ever had the largest share of a month's new derivatives, Mistral was the first."""
    return tell("base-leaders.mistral.place") == 1


def meta_led_bases_in_late_2024(tell: Tell) -> bool:
    """Meta had the most new derivatives of all organisations in every month of the second half of 2024."""
    return all(tell(f"bases.meta.2024-{month:02}.rank") == 1 for month in range(7, 13))


def google_trace_smaller(tell: Tell) -> bool:
    """Google's highest share of a month's new derivatives is below Meta's highest."""
    return tell("base-peaks.google.derivatives_share") < tell("base-peaks.meta.derivatives_share")


def qwen3_with_llama_4(tell: Tell) -> bool:
    """Qwen3 and Llama 4 came out in the same month."""
    return tell("releases.qwen3.released")[:7] == tell("releases.llama-4.released")[:7]


def qwen3_5_recent(tell: Tell) -> bool:
    """Qwen3.5 has been out for less than half a year at the last label."""
    year, month, day = map(int, tell("releases.qwen3-5.released").split("-"))
    months = year * 12 + month - 1 + 6
    return tell("month.last") < f"{months // 12:04}-{months % 12 + 1:02}-{day:02}"


def qwen_keeps_two_fifths(tell: Tell) -> bool:
    """Qwen has had 40 % of each month's new derivatives or more since the equilibrium of which the paper speaks."""
    return tell("base-spans.equilibrium.qwen.lowest_derivatives_share") >= 0.4


def meta_and_google_lead_the_rest(tell: Tell) -> bool:
    """Over the last twelve months nobody but Qwen had as high a mean share of new derivatives as Meta or Google."""
    spans = {name: f"base-spans.year.{name}" for name in ("qwen", "meta", "google")}
    means = {name: tell(f"{span}.mean_derivatives_share") for name, span in spans.items()}
    lower = min(("meta", "google"), key=lambda name: means[name])
    return tell(f"{spans[lower]}.as_high") == sum(mean >= means[lower] for mean in means.values())


# Tokens -------------------------------------------------------------------------------------------------------


def tokens_spread_wider(tell: Tell) -> bool:
    """In January 2026 DeepSeek's share of the tokens was smaller than Qwen's of the new derivatives."""
    return tell("served.deepseek.2026-01.tokens_share") < tell("bases.qwen.2026-01.derivatives_share")


def chinese_models_took_the_tokens(tell: Tell) -> bool:
    """In August 2025 Meta had less than a hundredth of the tokens, and China the largest share of all regions."""
    return tell("served.meta.2025-08.tokens_share") < 0.01 and tell("tokens.china.2025-08.rank") == 1


def deepseek_led_tokens_in_january_2026(tell: Tell) -> bool:
    """In January 2026 DeepSeek had the largest share of the tokens within the top ten."""
    return tell("served.deepseek.2026-01.rank") == 1


# One side against another -------------------------------------------------------------------------------------


def qwen_over_double_the_eight(tell: Tell) -> bool:
    """In the last month Qwen had more than twice the new downloads of the organisations set against it."""
    return tell("sides.qwen.last.multiple") > 2


def qwen_over_double_the_eight_without_its_largest(tell: Tell) -> bool:
    """Without Qwen's largest repository, too, it has more than twice the new downloads of those set against it."""
    of_the_last_month(tell, "sides.qwen.last")
    return tell("organisation-contributors.new.qwen.low") > 2 * tell("sides.eight.last.downloads")


def qwen_over_double_the_eight_in_february_2026(tell: Tell) -> bool:
    """In February 2026 Qwen had more than twice the new downloads of the organisations set against it."""
    return tell("sides.qwen.2026-02.multiple") > 2


def one_of_the_eight(tell: Tell) -> bool:
    """Of the eight organisations set against Qwen only one has new downloads that are known."""
    return tell("sides.eight.last.members") == 1


def one_of_the_six(tell: Tell) -> bool:
    """Of the six organisations set against small Qwen3 models only one has new downloads that are known."""
    return tell("sides.six.last.members") == 1


def new_qwen_series(tell: Tell) -> bool:
    """A Qwen series that the text names came out in the last month of the comparison of Qwen with eight others."""
    return any(tell(f"releases.{family}.released")[:7] == tell("sides.qwen.last.month")[:7] for family in NEW_QWEN)


def small_models_weigh_much(tell: Tell) -> bool:
    """In the last month the small Qwen3 models had more than nine tenths of the other side's new downloads."""
    return tell("sides.small.last.multiple") > 0.9


# By size ------------------------------------------------------------------------------------------------------


def qwen_and_deepseek_differ(tell: Tell) -> bool:
    """Qwen has more tracked models than DeepSeek, and less of its own downloads in the largest bucket."""
    more = tell("catalogues.qwen.models") > tell("catalogues.deepseek.models")
    return more and tell("size-shares.250b.qwen.own_share") < tell("size-shares.250b.deepseek.own_share")


def deepseek_over_qwen_among_the_largest(tell: Tell) -> bool:
    """DeepSeek has a larger share of the downloads in the largest bucket than Qwen."""
    share = "downloads_cumulative_share"
    return tell(f"size-shares.250b.deepseek.{share}") > tell(f"size-shares.250b.qwen.{share}")


def qwen_leads_all_but_the_largest(tell: Tell) -> bool:
    """Qwen has the most cumulative downloads in every size bucket but the largest, and not in that."""
    rest = tell("buckets-led.qwen.buckets") - tell("buckets-led.qwen.buckets_led")
    return rest == 1 and tell("size-shares.250b.qwen.rank") > 1


# New entrants -------------------------------------------------------------------------------------------------


def entrants_below_qwen(tell: Tell) -> bool:
    """The new downloads of the American entrants together are fewer than Qwen's cumulative downloads."""
    return tell("entrants.all.last.downloads_since") < tell("organisations.qwen.last.downloads_cumulative")


def deepseek_has_history(tell: Tell) -> bool:
    """For some of DeepSeek's models a daily history from before the snapshots is held."""
    return tell("catalogues.deepseek.with_history") > 0


def xiaomi_hardly_shows(tell: Tell) -> bool:
    """Xiaomi has less than one percent of all cumulative downloads at the last label."""
    return tell("organisations.xiaomi.last.downloads_cumulative_share") < 0.01
