"""Local-inference formats: told by library, name and tag, and by the tag only where no original is likely."""

import pytest

from helpers.registry import reuploads


@pytest.mark.parametrize(
    ("model", "tags", "library", "held"),
    [
        ("a/x", [], "gguf", "gguf"),
        ("a/x", [], "GGUF", "gguf"),  # capitals in a library's name
        ("a/x", [], "gguf-my-repo", None),
        ("a/x.i1-Q4_K_M.gguf", [], "", "gguf"),
        ("gguf/x", [], "", None),  # a namespace says nothing about a repository
        ("a/gguffy", [], "", None),
        ("a/x", ["GGUF"], "transformers", "gguf"),
        ("a/x", ["gguf", "PyTorch"], "transformers", None),
        ("a/x", ["gguf", "safetensors"], "transformers", None),
        ("a/x", ["mlx", "safetensors"], "transformers", "MLX"),
        ("a/x-GGUF-MLX", [], "", "MLX"),
        ("a/x-mLX", [], "", "MLX"),
        ("a/x-ɡɡuf", ["Kgguf"], "gguｆ", None),  # letters that only look alike
    ],
)  # fmt: skip
def test_the_first_listed_format_that_a_repository_holds(model, tags, library, held):
    assert reuploads.format_of(model, tags, library, ["MLX", "gguf"]) == held
