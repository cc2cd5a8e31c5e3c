"""What documents tell of the code is so, and nothing stands in them that does not belong there."""

from __future__ import annotations

import re

import pytest
from doc_pages import PAGES, ROOT, blocks, name, text

from collector.catalogue.fusionsolar import INTERFACES
from collector.errors import ConfigurationError
from collector.render.collected import BEGIN, END, collected, filled, not_collected, write
from collector.simulator.limits import Window
from collector.simulator.places import PLACES
from collector.simulator.switches import SWITCHES

SIMULATOR = ROOT / "docs" / "simulator.md"

# .ci/run holds every file to it; here it is said which document breaks it.
NO_REGISTRY = re.findall(r"^ +local pattern='(.+)'$", text(ROOT / ".ci" / "run"), re.MULTILINE)[0]

UNWANTED = {
    "a registry's host": NO_REGISTRY,
    "a path of some machine": r"(?<![\w.])/(work|root|home|Users)/\w|/tmp/\w",
    "another project by comparison": r"(?i)\b(unlike|better than|alternative to|in contrast to|competit\w+|other (projects?|tools?|collectors?))\b",
    "a key or token": r"\b(?=[\w-]*\d)(?=[\w-]*[a-z])(?=[\w-]*[A-Z])[A-Za-z0-9_-]{40,}={0,2}\b|BEGIN [A-Z ]*PRIVATE KEY",
    "an emoji": r"[\U0001F300-\U0001FAFF\u2600-\u27BF]",
}


@pytest.mark.parametrize("page", PAGES, ids=name)
@pytest.mark.parametrize("what", UNWANTED)
def test_nothing_unwanted(page, what):
    """Documents name no registry, no machine's paths, no other project by comparison, and hold no secret."""
    assert [found.group() for found in re.finditer(UNWANTED[what], text(page))] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_passwords_shown_are_none(page):
    """A password in an example is the simulator's, or a place for one."""
    shown = [value for block in blocks(text(page)) for value in re.findall(r"\bpassword: *([^\s#]+)", block)]
    assert set(shown) <= {"demo", '""', "…"}


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("a registry's host", "pip install --index" + "-url=https://somewhere.example.org"),
        ("a path of some machine", "look into /home/you/data"),
        ("another project by comparison", "Unlike others it waits"),
        ("a key or token", "token: aB3" + "dE4fG5" * 8),
        ("an emoji", "done \U0001f389"),
    ],
)
def test_the_unwanted_is_found(what, words):
    """Each pattern finds what it is for."""
    assert re.search(UNWANTED[what], words)


def test_readme_tells_what_is_collected():
    """README's table is what the catalogue renders today: else run `python -m collector.render.collected`."""
    readme = text(ROOT / "README.md")
    assert filled(readme) == readme


def test_every_interface_is_in_the_table():
    """Every interface that brings readings is named; only login and logout are not."""
    assert not_collected() == ["login", "logout"]
    assert all(f"`{one}`" in collected() for one in INTERFACES if one not in not_collected())


def test_a_stale_readme_is_mended(tmp_path):
    """Writing puts the table between its marks, leaves the rest alone, and changes nothing the second time."""
    page = tmp_path / "README.md"
    page.write_text(f"before\n{BEGIN}\nstale\n{END}\nafter\n", encoding="utf-8")
    assert write(page) is True
    assert page.read_text(encoding="utf-8") == f"before\n{BEGIN}\n\n{collected()}\n\n{END}\nafter\n"
    assert write(page) is False


def test_a_readme_without_a_place_is_told():
    """A README from which the marks are gone is an error, not a silent miss."""
    with pytest.raises(ConfigurationError, match="has no place"):
        filled("nothing here")


def test_switches_are_listed():
    """docs/simulator.md lists every switch, with its words, in order."""
    rows = re.findall(r"^\| `([a-z0-9_:A-Z]+)` \| (.+) \|$", text(SIMULATOR), re.MULTILINE)
    listed = {key: words for key, words in rows if key in SWITCHES}
    assert listed == SWITCHES
    assert list(listed) == list(SWITCHES)


def test_the_journal_is_described():
    """docs/simulator.md names every key of a journal's line."""
    from dataclasses import fields

    from collector.simulator.journal import Entry

    section = text(SIMULATOR).split("## Journal")[1].split("##")[0]
    assert re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE) == [one.name for one in fields(Entry)]


def test_every_room_is_in_the_architecture():
    """docs/architecture.md names every module and package of the collector."""
    table = text(ROOT / "docs" / "architecture.md").split("## The rooms")[1].split("\n\n")[1]
    rooms = {one.stem for one in (ROOT / "collector").iterdir() if not one.name.startswith("_")}
    assert {
        one.rstrip("/") for one in re.findall(r"`([a-z]+/?)`", re.sub(r"(?m)\|[^|]*\|[^|]*\|$", "", table))
    } == rooms


def test_the_simulated_world_is_as_told():
    """Numbers that docs/simulator.md gives of the fleet are the simulator's."""
    words = text(SIMULATOR)
    assert (len(PLACES), len({place.zone for place in PLACES})) == (10, 9)
    assert "ten places in nine time zones" in words
    assert all(f"`{window}`" in words for window in Window)
