"""An edition: the typed, checked parameters of one build of the report (paper, Sections 2 and 6)."""

import datetime
import difflib
import itertools
import re
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from helpers import paths

DEFAULT = "paper-2026-03"

KINDS: dict[str, dict[str, str]] = yaml.safe_load((paths.REPORT / "data-kinds.yml").read_text(encoding="utf-8"))
"""Kind of data → label and source, the words that readers see."""
LABELS = {kind: words["label"] for kind, words in KINDS.items()}
"""Kind of data → what every page, figure and table says about it."""

Day = Annotated[datetime.date, Field(ge=datetime.date(2018, 1, 1), le=datetime.date(2099, 12, 31), strict=False)]
Number = Annotated[float, Field(ge=-1e9, le=1e9)]
Positive = Annotated[Number, Field(gt=0)]
Count = Annotated[int, Field(ge=0, le=10**12)]
Whole = Annotated[int, Field(gt=0, le=100_000)]
Text = Annotated[str, Field(min_length=1, max_length=200)]
Part = Annotated[Number, Field(ge=0, le=1)]
LONGEST, DEEPEST = 100_000, 10
"""Characters of an edition's file or of a value in its place, and lists within lists."""


class EditionError(ValueError):
    """An edition that cannot be used; the message names the file, the key and the remedy."""


class Coverage(BaseModel):
    """What a statement about downloads needs, and days that counts may be apart; see helpers.measures.coverage."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    models: Part
    total: Part
    share: Part
    rank: Part
    crossing: Part
    gap_days: Whole


class OutlierRule(BaseModel):
    """What tells an outlier beside the multiplier and the window; see helpers.measures.outliers."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tail: Annotated[Number, Field(gt=0, lt=0.5)]
    range_of_q3: Annotated[Number, Field(ge=0)]
    range_least: Count
    shortest_days: Whole
    same_weekdays: Count
    return_days: Count
    return_fence: Part


class Edition(BaseModel):
    """Every parameter of an edition. Dates are UTC days; a month is its first day."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    name: Text
    title: Text
    data: Literal["reconstructed", "public", "full"]
    seed: Count
    first_month: Day
    history_end: Day
    splice_month: Day
    last_month: Day
    snapshot_date: Day
    top_models_date: Day
    tracked_lists: Annotated[list[Literal["models", "extra_models"]], Field(min_length=1)]
    history_namespaces: list[Text]
    iqr_multiplier: Positive | None
    iqr_window_days: Whole
    outlier_rule: OutlierRule
    falls: Literal["restated", "on_top"]
    derivative_threshold: Count
    excluded_formats: list[Text]
    token_days: Whole
    arena_shift: Number
    arena_shift_before: Day
    aa_trend_start: Day
    bucket_edges: Annotated[list[Positive], Field(min_length=1)]
    milestones: Annotated[list[Whole], Field(min_length=1)]
    reference_set_size: Whole
    needed_coverage: Coverage
    least_n: Whole
    match_rate: Part

    @model_validator(mode="after")
    def _consistent(self) -> "Edition":
        for key in ("first_month", "splice_month", "last_month"):
            if getattr(self, key).day != 1:
                raise ValueError(f"'{key}' is {getattr(self, key)}; a month is named by its first day")
        order = ("first_month", "history_end", "splice_month", "last_month")
        for early, late in itertools.pairwise(order):
            if getattr(self, early) > getattr(self, late):
                raise ValueError(f"'{early}' ({getattr(self, early)}) lies after '{late}' ({getattr(self, late)})")
        if self.last_month > self.snapshot_date + datetime.timedelta(days=1):
            raise ValueError(
                f"'last_month' ({self.last_month}) means data through the day before it, but 'snapshot_date' is "
                f"{self.snapshot_date}"
            )
        if self.top_models_date > self.snapshot_date:
            raise ValueError(
                f"'top_models_date' is {self.top_models_date}, after 'snapshot_date' ({self.snapshot_date}); choose "
                "that day or an earlier one"
            )
        for key in ("bucket_edges", "milestones"):
            if getattr(self, key) != sorted(set(getattr(self, key))):
                raise ValueError(f"'{key}' is {getattr(self, key)}; it must rise without repeats")
        return self

    @property
    def data_label(self) -> str:
        """One sentence on the kind of data, shown on every page."""
        return LABELS[self.data]

    def parameters(self) -> dict[str, Any]:
        """The parameters as notebooks receive them: plain values, dates as ISO text."""
        return self.model_dump(mode="json")


class _Loader(yaml.SafeLoader):
    """YAML with dates left as text, so that an impossible one is reported with its key, and no repeated keys."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        repeated = {str(key) for key in keys if keys.count(key) > 1}
        if repeated:
            raise EditionError(f"{', '.join(sorted(repeated))!r} is given more than once; keep one")
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


NAME = re.compile(r"\w[\w.-]{0,99}")
FLOW = (yaml.FlowSequenceStartToken, yaml.FlowMappingStartToken)
OPENS = (*FLOW, yaml.BlockSequenceStartToken, yaml.BlockMappingStartToken)
CLOSES = (yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken, yaml.BlockEndToken)


def _read(text: str, where: str) -> Any:
    """What a text of YAML says. Raises EditionError, and at once for what would take YAML long to read."""
    try:
        if len(text) > LONGEST:
            raise EditionError(f"holds {len(text):,} characters; at most {LONGEST:,} can be meant")
        depth = 0
        for token in yaml.scan(text, _Loader):
            depth += isinstance(token, OPENS) - isinstance(token, CLOSES)
            if depth > DEEPEST:
                raise EditionError(f"holds more than {DEEPEST} brackets within brackets; write a value or a list")
            if isinstance(token, yaml.AnchorToken | yaml.AliasToken):
                raise EditionError("uses anchors (& and *); write each value out")
        return yaml.load(text, _Loader)
    except (yaml.YAMLError, ValueError) as error:  # of ours, too
        raise EditionError(f"{where}: {error}") from None


def load(name: str = DEFAULT, overrides: list[str] | None = None, folder: Path = paths.EDITIONS) -> Edition:
    """Read the edition called `name`, with `overrides` such as "iqr_multiplier=3" in place of its values.

    Raises EditionError naming the file, the key and the remedy for an unknown edition, unknown or repeated
    keys, wrong types and impossible or misordered dates.
    """
    path = folder / f"{name}.yml"
    if not NAME.fullmatch(name) or not path.is_file():
        known = ", ".join(sorted(p.stem for p in folder.glob("*.yml") if p.is_file())) or "none"
        raise EditionError(f"no edition {name!r}: {paths.shown(path)} is no file; known editions: {known}")
    try:
        content = _read(path.read_text(encoding="utf-8"), paths.shown(path))
    except (OSError, UnicodeDecodeError) as error:
        raise EditionError(f"{paths.shown(path)}: cannot be read ({error}); mend it") from None
    if not isinstance(content, dict):
        raise EditionError(f"{paths.shown(path)}: holds no parameters; write one 'key: value' a line")
    if content.get("name", name) != name:
        raise EditionError(f"{paths.shown(path)}: 'name' is {content['name']!r}; it must be the file's name, {name!r}")
    for override in overrides or []:
        key, sign, text = override.partition("=")
        if not sign:
            raise EditionError(f"--set {override!r}: write key=value")
        if key == "name":
            raise EditionError("--set name: an edition's name is its file's; copy the file to make another edition")
        content[key] = _read(text, f"--set {key}")
    if paths.ADDRESS and content.get("data") != "reconstructed":
        from helpers.archive import address  # as below

        address.bring()
    content = _dated_by_archive(content, paths.shown(path))
    try:
        return Edition.model_validate(content)
    except ValidationError as error:
        where = paths.shown(path) + (" with --set " + " ".join(overrides) if overrides else "")
        raise EditionError("\n".join(f"{where}: {_explain(detail)}" for detail in error.errors())) from None


FROM_ARCHIVE = ("first_month", "history_end", "splice_month", "last_month", "snapshot_date", "top_models_date")
"""Dates that may be `archive`: then the archive's first and last snapshots decide, whenever the edition is built."""


def _dated_by_archive(content: dict[str, Any], where: str) -> dict[str, Any]:
    """The parameters with every date that is `archive` taken from it.

    The last label is that of the last month whose end the snapshots reach: one that is read before the end of its day
    tells of the day before. Before a month has ended between them, the only label is that of the month in which they
    begin: of what was until then they tell nothing, so that whatever is counted by months is unknown. Raises
    EditionError where the archive holds no snapshot.
    """
    asked = [key for key in FROM_ARCHIVE if content.get(key) == "archive"]
    if not asked:
        return content
    from helpers.archive import sound, store  # they need the table contracts, which take long to import

    folder = paths.ARCHIVE / "snapshots"
    days = sound.ends(folder)
    if not days:
        raise EditionError(
            f"{where}: {', '.join(asked)} are what the archive holds, but {paths.shown(paths.ARCHIVE)} holds no "
            "snapshot; run `atom collect hub`, or write dates"
        )
    first, last = days
    after = (store.through(folder, last) + datetime.timedelta(days=1)).replace(day=1)
    splice = (first.replace(day=1) + datetime.timedelta(days=32)).replace(day=1)
    month = first.replace(day=1)
    dates = (month, first, splice, after, last, last) if splice <= after else (month, month, month, month, last, last)
    return content | {key: str(date) for key, date in zip(FROM_ARCHIVE, dates, strict=True) if key in asked}


SHOWN = 200
"""Characters of a wrong value that a message repeats."""


def _explain(detail: ErrorDetails) -> str:
    """One pydantic finding in words: what key, what was found, what is wanted."""
    key = ".".join(map(str, detail["loc"]))
    kind = detail["type"]
    if kind == "extra_forbidden":
        groups: dict[str, type[BaseModel]] = {"needed_coverage": Coverage, "outlier_rule": OutlierRule}
        within = [f"{group}.{name}" for group, model in groups.items() for name in model.model_fields]
        fields = [*Edition.model_fields, *within]
        near = difflib.get_close_matches(key, fields, n=1)
        return f"'{key}' is no parameter of an edition" + (f"; did you mean '{near[0]}'?" if near else "; remove it")
    if kind == "missing":
        return f"'{key}' is missing; add it"
    found = repr(detail["input"])
    found = found if len(found) <= SHOWN else f"{found[:SHOWN]}…"
    if kind.startswith("date"):
        return f"'{key}' is {found.strip(chr(39))}, which is no date; write YYYY-MM-DD"
    if not key:
        return detail["msg"].removeprefix("Value error, ")
    return f"'{key}' is {found}; {detail['msg'][0].lower() + detail['msg'][1:]}"
