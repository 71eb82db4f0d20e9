"""The picture that goes along when the report is shared."""

import io

import numpy as np
from matplotlib import image

from helpers.publish import card


def pixels(project):
    return image.imread(io.BytesIO((project.site / card.PICTURE).read_bytes()), format="png")


def test_it_has_the_size_that_is_asked_for_the_label_and_the_first_figure(published):
    shown = pixels(published)
    assert shown.shape[:2] == (630, 1200)
    assert (shown[..., :3] == 1).all(axis=2).mean() > 0.5  # white ground
    left, right = shown[:, :444], shown[:, 480:]
    assert np.isclose(left[..., :3], np.array([0xFB, 0xF1, 0xE2]) / 255, atol=0.01).all(axis=2).any()
    assert (right[..., :3] < 0.9).any()


def test_it_says_the_title_and_is_the_same_for_the_same_report(project, published):
    project.render()
    assert (project.site / card.PICTURE).read_bytes() == (published.site / card.PICTURE).read_bytes()
    project.edit("report/index.qmd", 'title: "A *small* report"', 'title: "Another report"')
    project.render()
    assert (pixels(project) != pixels(published)).any()


def test_a_report_without_a_figure_has_one_too(project):
    for name in ("findings", "method", "appendix"):
        path = project.root / f"report/{name}.qmd"
        lines = path.read_text("utf-8").splitlines()
        path.write_text("\n".join(line for line in lines if "fig-" not in line) + "\n", encoding="utf-8")
    project.render()
    assert pixels(project).shape[:2] == (630, 1200)
