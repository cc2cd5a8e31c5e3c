"""Links lead somewhere, and every document can be found."""

from __future__ import annotations

import pytest
from doc_pages import PAGES, ROOT, anchors, links, name, text


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_resolve(page):
    """A link within the project names a file that is there, and a heading that it has."""
    broken = []
    for _, _, target in links(text(page)):
        path, _, anchor = target.partition("#")
        if "://" in path or path.startswith("mailto:"):
            continue
        file = (page.parent / path).resolve() if path else page
        there = file.is_relative_to(ROOT) and file.exists()
        if not there or (anchor and anchor not in anchors(text(file))):
            broken.append(target)
    assert not broken


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_pictures_say_what_they_show(page):
    """A picture has words for those who do not see it."""
    assert all(words for picture, words, _ in links(text(page)) if picture)


def test_every_document_is_in_the_index():
    """docs/README.md leads to every page of docs/."""
    index = ROOT / "docs" / "README.md"
    linked = {(index.parent / target).resolve() for _, _, target in links(text(index))}
    missing = [name(page) for page in PAGES if page.is_relative_to(index.parent) and page not in linked]
    assert set(missing) == {"docs/README.md"}


def test_pictures_drawn_fetch_nothing():
    """An SVG names no address but that of its own language."""
    for drawn in (ROOT / "docs" / "images").glob("*.svg"):
        assert "http" not in drawn.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
