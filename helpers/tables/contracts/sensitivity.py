"""Contracts of the headlines under other choices (Sections 2, 3 and 5); the keys are those of data/registry."""

import pandera.pandas as pa

from helpers.tables.contracts import columns

AXES = ("filter", "entry", "basis", "coverage", "window", "largest", "reuploads")
"""The axes of choices on downloads in data/registry/multiverse.csv."""

TABLES = {
    "sensitivity/choices": pa.DataFrameSchema(
        {
            "choice": columns.text("key of the choice made otherwise, in data/registry/choices.csv"),
            "headline": columns.text("key of the headline"),
            "flips": pa.Column("bool", description="whether its reading is then another than this edition's"),
        },
        unique=["choice", "headline"],
        strict=True,
        description="The headlines with one choice at a time made otherwise.",
    ),
    "sensitivity/universes": pa.DataFrameSchema(
        {
            **{axis: columns.text("key of the option, in data/registry/multiverse.csv") for axis in AXES},
            "headline": columns.text("key of the headline"),
            "value": columns.number("share or multiple; null where it has none or is not known", "", nullable=True),
            "date": columns.date("day of the crossing; null where there is none or it is not known", nullable=True),
            "reading": columns.text("what a sentence would say; null where it is not known", nullable=True),
        },
        unique=[*AXES, "headline"],
        strict=True,
        description="The headlines on downloads in every combination of choices.",
    ),
}
"""Name of a table → its contract."""
