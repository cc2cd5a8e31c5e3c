"""The documents, and what stands in them: prose, code, links."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "requirements").glob("*.md")])

_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")


def name(page: Path) -> str:
    """A page's path within the project, for the tests' names."""
    return page.relative_to(ROOT).as_posix()


def text(page: Path) -> str:
    """What a page says."""
    return page.read_text(encoding="utf-8")


def blocks(page_text: str) -> list[str]:
    """The blocks of code, fenced or indented, without their indentation."""
    found = [block.partition("\n")[2].rpartition("\n")[0] for block in _FENCE.findall(page_text)]
    kept: list[str] = []
    after_blank = True
    for line in [*_FENCE.sub("", page_text).splitlines(), "end"]:
        if line.startswith("    ") and (kept or after_blank):
            kept.append(line[4:])
        elif kept and not line.strip():
            kept.append("")
        elif kept:
            found.append("\n".join(kept).strip("\n"))
            kept = []
        after_blank = not line.strip()
    return found


def inline(page_text: str) -> list[str]:
    """What stands between backticks in running text."""
    return _INLINE.findall(_FENCE.sub("", page_text))


def code_lines(page_text: str) -> list[str]:
    """Every line of code, in blocks and in running text, without comments behind two blanks."""
    lines = [line for block in blocks(page_text) for line in block.splitlines()]
    return [re.sub(r"\s+#\s.*$", "", line).strip() for line in [*lines, *inline(page_text)]]


def links(page_text: str) -> list[tuple[bool, str, str]]:
    """Every link: whether it is a picture, its words, its target."""
    return [(bool(bang), words, target) for bang, words, target in _LINK.findall(_FENCE.sub("", page_text))]


def anchors(page_text: str) -> set[str]:
    """What the headings of a page can be linked by."""
    heads = re.findall(r"^#+ +(.+)$", _FENCE.sub("", page_text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}
