"""No test sits a wait out that a source asks for, or that patience takes between two tries."""

import pytest

from tests.naps import Naps


@pytest.fixture(autouse=True)
def naps(monkeypatch) -> Naps:
    """The waits of this process, in seconds."""
    taken = Naps()
    monkeypatch.setattr("tenacity.nap.time", taken)
    return taken
