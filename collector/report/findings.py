"""What `check` found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """Whether what was tried works; a note is worth reading but keeps nothing from working."""

    GOOD = "good"
    NOTE = "note"
    LATER = "later"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was tried.

    Attributes:
        account: Account name, "" for what concerns all.
        subject: What was tried.
        verdict: Whether it works; ``later`` where trying is not allowed yet.
        words: What was found and, where it is wrong, what to do.
    """

    account: str
    subject: str
    verdict: Verdict
    words: str

    def document(self) -> dict[str, str]:
        """Return it as JSON shows it."""
        return {
            "account": self.account,
            "subject": self.subject,
            "verdict": self.verdict.value,
            "words": self.words,
        }
