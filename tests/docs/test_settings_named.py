"""Every setting that a document names exists."""

from __future__ import annotations

import re

import pytest
import yaml
from doc_pages import PAGES, ROOT, blocks, code_lines, inline, name, text

# Rendered from the settings; another test fails while it is stale.
KNOWN = set(
    re.findall(r"^\| `([a-z_]+(?:\.[A-Za-z_]+)*)` \|", text(ROOT / "docs" / "configure.md"), re.MULTILINE)
)
SECTIONS = {key.partition(".")[0] for key in KNOWN if "." in key}
PARENTS = {key.rsplit(".", n)[0] for key in KNOWN for n in range(1, key.count(".") + 1)}
# Not settings of the collector: where its file is, and what setup and the tests are told.
APART = re.compile(r"SOLAR_(CONFIG|STATE_DIR|SETUP_[A-Z_]+|TEST_[A-Z0-9_]+)$")
NAMES = {"accounts": "NAME", "plants": "ID", "limits": "INTERFACE"}


def generic(path: list[str]) -> str:
    """A setting's path with the names that a user chooses replaced as in the table."""
    found: list[str] = []
    for part in path:
        before = found[-1] if found else ""
        found.append(NAMES[before] if before in NAMES and len(found) in {1, 3} else part)
    return ".".join(found)


def exists(path: list[str]) -> bool:
    """Whether there is such a setting, or a section of that name."""
    key = generic(path)
    return key in KNOWN or key in PARENTS or key in SECTIONS or generic(path[:-1]).endswith(".units")


def paths(content: object, before: tuple[str, ...] = ()) -> list[list[str]]:
    """The paths of a mapping down to its values; what stands below units are the user's own keys."""
    if not isinstance(content, dict) or not content or (before and before[-1] == "units"):
        return [list(before)]
    return [path for key, value in content.items() for path in paths(value, (*before, str(key)))]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_settings_in_words_exist(page):
    """A name with dots that begins like a section is a setting."""
    shape = re.compile(rf"({'|'.join(sorted(SECTIONS))})(\.[A-Za-z_]+)+")
    named = [code.partition(":")[0] for code in inline(text(page))]
    faults = [code for code in named if shape.fullmatch(code) and not exists(code.split("."))]
    assert faults == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_variables_exist(page):
    """A variable SOLAR_… sets something that there is."""
    shown = {
        one for line in code_lines(text(page)) for one in re.findall(r"\bSOLAR_[A-Z0-9_]*[A-Z0-9]", line)
    }
    faults = [
        one
        for one in shown
        if not APART.match(one) and not exists(one.removeprefix("SOLAR_").lower().split("__"))
    ]
    assert faults == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_examples_of_configuration_exist(page):
    """Every key of an example in YAML is a setting."""
    faults = []
    for block in blocks(text(page)):
        for piece in block.split("\n\n"):
            try:
                content = yaml.safe_load(piece)
            except yaml.YAMLError:
                continue
            if isinstance(content, dict) and set(content) <= SECTIONS | KNOWN:
                faults += [path for path in paths(content) if not exists(path)]
    assert faults == []


@pytest.mark.parametrize(
    ("path", "there"),
    [
        ("accounts.home.password_file", True),
        ("accounts.NAME.limits.getDevRealKpi.calls", True),
        ("accounts.home.units.17", True),
        ("plants.ID.group", True),
        ("sink", True),
        ("accounts.home.pasword", False),
        ("sink.buckets", False),
        ("accounts.home.limits.getDevRealKpi.call", False),
    ],
)
def test_the_test_can_fail(path, there):
    """A name that is no setting is found."""
    assert exists(path.split(".")) is there
