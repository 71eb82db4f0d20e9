"""What the Hub refuses: which refusals pass by themselves, which can be done without, and what to do about the rest."""

from typing import NoReturn

import httpx2

from helpers.sources import asking, hub_asked
from helpers.sources.asking import Faulty, Patience

REFUSAL_BYTES = 2**20
"""More than a refusal says."""
REMEDIES = {
    401: "the token is not accepted: `hf auth login` sets a new one; without any token the list can be read, slower",
    403: "access is denied: use a token that may read, or try from another network",
    404: "there is no such list: check the address in HF_ENDPOINT",
}


class HubError(RuntimeError):
    """The Hub cannot be read; the message says what to do."""


class CursorRefused(HubError):
    """The Hub does not accept the address of a page any more; the listing has to begin again."""


class EndsEarly(HubError):
    """A page tells of no next one, and it cannot be made sure that its listing ends there."""


class NotTaken(HubError):
    """The Hub refuses something that is asked for, of what can be done without or asked for in smaller parts."""

    def __init__(self, names: set[str], words: str):
        super().__init__(words)
        self.names = names


def refuse(answer: httpx2.Response, endpoint: str, patience: Patience) -> NoReturn:
    """Raise what an answer means that is no page: Faulty for what may pass, HubError for what does not."""
    status = answer.status_code
    if status >= 500 or status in asking.PASSING:
        asked = asking.asked_to_wait(answer.headers)
        if asked is not None and asked > patience.asked:
            raise HubError(f"{endpoint}: HTTP {status}, asks to wait {asked:,.0f} s; run again after that")
        raise Faulty(f"HTTP {status}", asked)
    if status in REMEDIES:
        raise HubError(f"{endpoint}: HTTP {status}: {REMEDIES[status]}")
    body = bytearray()
    asking.receive(answer, body.extend, REFUSAL_BYTES, patience)
    text = hub_asked.said(bytes(body)) or answer.headers.get("x-error-message", "")
    said = " ".join(text.split())[:200]
    if "cursor" in answer.request.url.params and 400 <= status < 500:
        raise CursorRefused(f"{endpoint}: HTTP {status} for a cursor {said!r}")
    words = f"{endpoint}: HTTP {status} {said!r}"
    if status == 400 and (names := hub_asked.refused(text, str(answer.request.url))):
        raise NotTaken(names, words)
    raise HubError(f"{words}: not what the list of models answers; check HF_ENDPOINT")
