"""Colours: apart for every kind of sight, readable as text, and told apart without colour."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import colors

from helpers.figures import palette

SIGHT = {
    "full": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
"""Kind of sight → what becomes of linear RGB (Machado, Oliveira and Fernandes 2009, severity 1)."""

TO_LMS = [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
          [0.0883024619, 0.2817188376, 0.6299787005]]  # fmt: skip
TO_OKLAB = [[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.8086757660]]  # fmt: skip

FIGURES = {
    "regions": ["china", "us", "eu", "other", "unknown"],
    "families": ["Qwen", "Meta", "DeepSeek", "Mistral", "OpenAI"],
    "derivatives": ["Qwen", "Meta", "DeepSeek", "Mistral", "OpenAI", "Google", "Microsoft", "Other"],
    "tokens": ["Qwen", "Meta", "DeepSeek", "Mistral", "OpenAI", "Google", "NVIDIA", "Zhipu AI", "Moonshot AI",
               "MiniMax", "Xiaomi", "Other"],
    "against Qwen": ["Meta", "DeepSeek", "Mistral", "OpenAI", "Google", "Microsoft", "NVIDIA", "Zhipu AI"],
    "against small Qwen3": ["DeepSeek", "Mistral", "OpenAI", "NVIDIA", "Zhipu AI", "Moonshot AI"],
    "US entrants": ["NVIDIA", "IBM", "Ai2", "Arcee", "AI21"],
    "others without a colour of their own": ["a", "b", "c", "d"],
    "sizes": [*palette.SIZES],
    "new organisations": ["Zhipu AI", "DeepSeek", "Hugging Face", "MiniMax", "Moonshot AI", "NVIDIA", "OpenAI"],
}  # fmt: skip
"""Who is drawn together in the report."""
APART = 8.0
SPARE = palette.styles(["a", "b", "c", "d"])
ALL = palette.REGIONS | palette.ORGANISATIONS | palette.SIZES | SPARE


def linear(colour: str) -> np.ndarray:
    """The colour in linear light."""
    rgb = np.array(colors.to_rgb(colour))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def distance(one: str, other: str, sight: str) -> float:
    """How far apart two colours seem: a hundred times their distance in OKLab (black to white: 100)."""
    seen = (np.clip(np.array(SIGHT[sight]) @ linear(colour), 0, 1) for colour in (one, other))
    a, b = (np.array(TO_OKLAB) @ np.cbrt(np.array(TO_LMS) @ rgb) for rgb in seen)
    return float(100 * np.linalg.norm(a - b))


def contrast(one: str, other: str) -> float:
    """Contrast as WCAG 2 defines it, 1 to 21."""
    dark, light = sorted(float(linear(colour) @ [0.2126, 0.7152, 0.0722]) for colour in (one, other))
    return (light + 0.05) / (dark + 0.05)


def test_the_measures_agree_with_known_values():
    assert distance("black", "white", "full") == pytest.approx(100, abs=0.1)
    assert contrast("black", "white") == pytest.approx(21)
    assert contrast("#767676", "white") == pytest.approx(4.54, abs=0.01)
    # the classic confusion: this red and this green part only in full colour vision
    assert distance("#C00000", "#5A7A00", "full") > 2 * distance("#C00000", "#5A7A00", "deuteranopia")


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("names", FIGURES.values(), ids=FIGURES)
def test_colours_that_share_a_figure_are_apart(names, sight):
    pairs = {(a, b): distance(ALL[a].colour, ALL[b].colour, sight) for a, b in itertools.combinations(names, 2)}
    closest = min(pairs, key=pairs.get)
    assert pairs[closest] >= APART, f"{closest} are {pairs[closest]:.1f} apart under {sight}"


@pytest.mark.parametrize("names", FIGURES.values(), ids=FIGURES)
def test_lines_that_share_a_figure_differ_without_colour(names):
    looks = [(ALL[name].dash, ALL[name].marker) for name in names]
    assert len(set(looks)) == len(looks)


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_ink_is_readable_on_white_and_leaves_dark_colours_alone(rgb):
    colour = colors.to_hex([part / 255 for part in rgb])
    ink = palette.ink(colour)
    assert contrast(ink, "white") >= 4.45  # rounded to 8 bits
    assert contrast(colour, "white") < 4.5 or ink == colour


def test_every_drawn_colour_is_seen_on_white():
    faint = {name: contrast(style.colour, "white") for name, style in ALL.items()}
    assert min(faint.values()) >= 2, min(faint, key=faint.get)


def test_the_order_is_always_the_same_and_other_comes_last():
    names = ["Other", "zeta", "Qwen", "Meta", "alpha", "us", "china"]
    expected = ["china", "us", "Qwen", "Meta", "alpha", "zeta", "Other"]
    assert list(palette.styles(names)) == list(palette.styles(reversed(names))) == expected


def test_sizes_in_names_are_in_order():
    names = ["Qwen3-14B", "Qwen3-0.6B", "Qwen3-4B-Instruct-2507", "Qwen3-4B"]
    assert list(palette.styles(names)) == ["Qwen3-0.6B", "Qwen3-4B", "Qwen3-4B-Instruct-2507", "Qwen3-14B"]


def test_tints_go_from_full_to_light():
    shades = palette.tints("#6823B5", 6)
    assert shades[0] == "#6823b5"
    assert [contrast(shade, "white") for shade in shades] == sorted(
        (contrast(s, "white") for s in shades), reverse=True
    )
    assert len(set(shades)) == 6
    assert contrast(shades[-1], "white") == pytest.approx(1.86, rel=0.02)  # seen, but far from the full one


def test_names_without_a_number_come_before_those_with_one():
    assert list(palette.styles(["Nova0.5", "Nova"])) == ["Nova", "Nova0.5"]


def test_a_label_is_no_longer_than_a_panel_has_room_for():
    ((_, style),) = palette.styles(["a" * 60]).items()
    assert len(style.label) == 32
