"""What a drill found."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Finding:
    """One promise, kept or broken.

    Attributes:
        good: Whether it was kept.
        words: What was looked at, with the figures.
    """

    good: bool
    words: str


@dataclass(slots=True)
class Report:
    """The findings of one drill.

    Attributes:
        title: Name of the drill, with what it was asked for.
        findings: In the order in which they were made.
        notes: What a reader should know beside them.
    """

    title: str
    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def check(self, good: bool, words: str) -> bool:
        """Note a promise; returns whether it was kept."""
        self.findings.append(Finding(bool(good), words))
        return bool(good)

    def note(self, words: str) -> None:
        """Note something that is neither good nor bad."""
        self.notes.append(words)

    @property
    def broken(self) -> list[str]:
        """The promises that were not kept."""
        return [finding.words for finding in self.findings if not finding.good]

    def lines(self) -> list[str]:
        """Return the report as a person reads it."""
        told = [f"  {'ok    ' if finding.good else 'BROKEN'}  {finding.words}" for finding in self.findings]
        verdict = f"{len(self.broken)} of {len(self.findings)} broken" if self.broken else "all kept"
        return [self.title, *(f"  note    {words}" for words in self.notes), *told, f"  {verdict}"]
