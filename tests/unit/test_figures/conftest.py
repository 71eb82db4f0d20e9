"""Every test draws in the report's theme and leaves no figure and no setting behind."""

import matplotlib as mpl
import pytest
from matplotlib import pyplot as plt

from helpers import figures


@pytest.fixture(autouse=True)
def theme():
    with mpl.rc_context():
        figures.use_theme()
        yield
    plt.close("all")
