"""Waits between two tries, without sitting them out."""

import time

LONGEST = 0.001
"""Seconds that one takes in tests."""


class Naps(list):
    """In the place of the `time` that tenacity sleeps by: the seconds of each wait that was meant."""

    def sleep(self, seconds: float) -> None:
        self.append(seconds)
        time.sleep(min(seconds, LONGEST))
