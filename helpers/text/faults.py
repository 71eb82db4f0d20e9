"""What is wrong with sources or pages: where, what, and what to do about it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong. where: a page, or a file with its line ("report/regional.qmd:12")."""

    where: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}; {self.remedy}"


class PublishError(Exception):
    """Sources that cannot be published, or pages that must not be; the message lists every finding."""

    def __init__(self, faults: list[Fault]):
        self.faults = faults
        super().__init__("\n".join(map(str, faults)))


def refuse(where: str, what: str, remedy: str) -> PublishError:
    """The error for a single finding."""
    return PublishError([Fault(where, what, remedy)])
