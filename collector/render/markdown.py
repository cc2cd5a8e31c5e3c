"""Markdown of rendered pages: tables whose cells cannot break them, and pages that say where they come from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MANUAL: Final = (
    "Sections are those of the FusionSolar Northbound Interface Reference V6, issue 01 of 2023-01-19."
)
_RENDERED: Final = (
    "<!-- Rendered from the catalogue by `python -m collector.render.reference`. Do not edit. -->"
)


def _cell(text: object) -> str:
    return str(text).replace("|", "\\|").replace("\n", " ")


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table; bars and line breaks in cells are made harmless."""
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines.extend(f"| {' | '.join(_cell(cell) for cell in row)} |" for row in rows)
    return "\n".join(lines)


def page(title: str, *parts: str) -> str:
    """A page of parts, with its title and the note that it is rendered."""
    return "\n\n".join([f"# {title}", _RENDERED, *parts]) + "\n"
