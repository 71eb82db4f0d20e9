"""What kind of data an edition rests on, and what of it is held."""

from helpers.findings.telling import Tell


def reconstructed(tell: Tell) -> bool:
    """The edition's inputs are reconstructed from the paper's published figures."""
    return tell("settings.data") == "reconstructed"


def public(tell: Tell) -> bool:
    """The edition's inputs are data that anyone can fetch."""
    return tell("settings.data") == "public"


def full(tell: Tell) -> bool:
    """The edition's inputs are an author's own archive."""
    return tell("settings.data") == "full"


def falls_restated(tell: Tell) -> bool:
    """Where the Hub takes a count back in part, the later count holds."""
    return tell("settings.falls") == "restated"


def history_held(tell: Tell) -> bool:
    """The edition holds daily histories of downloads."""
    return tell("held.history.held")


def one_snapshot(tell: Tell) -> bool:
    """The edition holds one snapshot of lifetime counts."""
    return tell("snapshots.held") == 1


def some_lie_far_between(tell: Tell) -> bool:
    """Some tracked models were counted before and after the last label, but too far apart to count as read then."""
    return tell("coverage.all.models_between") > 0


def derivatives_held(tell: Tell) -> bool:
    """The edition holds a listing of derivatives."""
    return tell("held.derivatives.held")


def tokens_held(tell: Tell) -> bool:
    """The edition holds monthly token counts."""
    return tell("held.tokens.held")


def daily_tokens_held(tell: Tell) -> bool:
    """The edition holds days of OpenRouter's rankings."""
    return tell("token-spans.daily.held") > 0


def arena_held(tell: Tell) -> bool:
    """The edition holds Arena boards."""
    return tell("held.arena.held")


def artificial_analysis_held(tell: Tell) -> bool:
    """The edition holds the Intelligence Index of Artificial Analysis."""
    return tell("held.artificial-analysis.held")


def epoch_held(tell: Tell) -> bool:
    """The edition holds Epoch's Capabilities Index."""
    return tell("held.epoch.held")


def code_changed(tell: Tell) -> bool:
    """Files differed from the commit that the report was built from."""
    return tell("build.changed") == "yes"


def outliers_filtered(tell: Tell) -> bool:
    """The edition takes outliers out of daily histories."""
    return history_held(tell) and tell("settings.outliers_filtered")


def whole_hub_listed(tell: Tell) -> bool:
    """The listing of derivatives is of the whole Hub."""
    return tell("derivative-listing.whole_hub")


def whole_hub_held(tell: Tell) -> bool:
    """The edition holds a listing of the whole Hub."""
    return tell("held.whole-hub.held")


def arena_boards_daily(tell: Tell) -> bool:
    """Of the Arena boards no two in a row are more than a day apart."""
    return tell("arena-boards.longest_gap_days") <= 1


def arena_shifted(tell: Tell) -> bool:
    """Arena scores published before the recalibration are moved."""
    return tell("settings.arena_shift") != 0


def arena_shift_agrees(tell: Tell) -> bool:
    """The shift of Arena's scores is the drift of the models on both boards around its day, within its noise."""
    return tell("arena-shift.agrees")


def arena_of_one_kind(tell: Tell) -> bool:
    """From no board of the Arena to the next do the models on both move together by more than noise."""
    return tell("arena-boards.breaks") == 0


def derivative_months_missing(tell: Tell) -> bool:
    """In some month of its span the listing has no derivative that counts."""
    return tell("derivative-listing.missing") > 0


def token_months_missing(tell: Tell) -> bool:
    """The monthly lists of tokens lack months of their span."""
    return tell("token-spans.monthly.missing") > 0


def token_days_missing(tell: Tell) -> bool:
    """The daily lists of tokens lack days of their span."""
    return tell("token-spans.daily.missing") > 0
