"""Every command that a document shows exists, with these options."""

from __future__ import annotations

import importlib.util
import re
import shlex

import pytest
import typer
import yaml
from doc_pages import PAGES, ROOT, code_lines, name, text

from collector.cli import app

OWN = ("./run", "solar-collector", ".venv/bin/solar-collector")
OF_THE_SCRIPT = ("test", "--install-only")
_FORMS = ("…", "COMMAND", "ANYTHING")


def words_of(line: str) -> list[str]:
    """The words of a command, up to a pipe."""
    try:
        words = shlex.split(line)
    except ValueError:
        return line.split()
    ends = [at for at, word in enumerate(words) if word in {"|", "&&", ";", ">"}]
    return words[: min(ends, default=len(words))]


def wrong(words: list[str]) -> str:
    """What of a command of ours does not exist, or ""."""
    command = typer.main.get_command(app)
    path = []
    while words and hasattr(command, "commands") and not words[0].startswith("-"):
        if words[0] not in command.commands:
            return f"{' '.join([*path, words[0]])} is no command"
        command = command.commands[words[0]]
        path.append(words.pop(0))
    known = {option for one in command.params for option in one.opts + one.secondary_opts} | {"--help"}
    strange = [word for word in words if re.match(r"--?[a-z]", word) and word.split("=")[0] not in known]
    return f"{' '.join(path)} has no {', '.join(strange)}" if strange else ""


def commands(page_text: str) -> list[list[str]]:
    """The commands of ours on a page, each without its first word."""
    found = []
    for line in code_lines(page_text):
        words = words_of(line)
        if len(words) > 1 and words[0] in OWN and words[1] not in _FORMS:
            found.append([word for word in words[1:] if word not in _FORMS])
    return found


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_commands_exist(page):
    """What is shown behind ./run or solar-collector is a command with these options, or known to ./run itself."""
    script = text(ROOT / "run")
    assert all(f"{word})" in script for word in OF_THE_SCRIPT)
    shown = [words for words in commands(text(page)) if words[0] not in OF_THE_SCRIPT]
    assert [fault for words in shown if (fault := wrong(list(words)))] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_containers_exist(page):
    """What is shown behind docker compose names services and profiles that there are; what setup is told, it knows."""
    compose = yaml.safe_load(text(ROOT / "docker-compose.yml"))
    profiles = {profile for one in compose["services"].values() for profile in one.get("profiles", ())}
    for line in code_lines(text(page)):
        words = words_of(line)
        if words[:2] != ["docker", "compose"]:
            continue
        rest = words[2:]
        while rest and rest[0].startswith("-"):
            option = rest.pop(0)
            value = rest.pop(0) if option in {"--profile", "-f", "--env-file"} else ""
            assert option != "--profile" or value in profiles, line
        if not rest:
            continue
        verb, *rest = rest
        own = "--entrypoint" not in rest
        while "--entrypoint" in rest:
            at = rest.index("--entrypoint")
            del rest[at : at + 2]
        rest = [word for word in rest if not word.startswith("-") and word not in _FORMS]
        if verb in {"run", "exec"}:
            service, *told = rest
            assert service in compose["services"], line
            if verb == "run" and told and own:
                entry = compose["services"][service].get("entrypoint", ["solar-collector"])
                assert not wrong([*entry[1:], *told]), line
            elif told and told[0] == "solar-collector":
                assert not wrong(told[1:]), line
        elif verb in {"up", "logs", "restart", "stop", "start", "pull", "build", "ps"}:
            assert all(word in compose["services"] for word in rest), line


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_modules_exist(page):
    """What is shown behind python -m of the collector is a module."""
    shown = re.findall(r"python3? -m (collector[\w.]*)", text(page))
    assert all(importlib.util.find_spec(module) is not None for module in shown)


def test_the_readme_shows_the_way():
    """The test above has something to look at: README shows the commands of a beginning."""
    shown = {words[0] for words in commands(text(ROOT / "README.md"))}
    assert {"demo", "check", "run", "status", "export", "plan"} <= shown


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (["demo", "--once", "--days=2"], ""),
        (["demo", "--twice"], "demo has no --twice"),
        (["quarantine", "replay", "--all"], ""),
        (["quarantine", "forget"], "quarantine forget is no command"),
        (["nonsense"], "nonsense is no command"),
    ],
)
def test_the_test_can_fail(words, fault):
    """A command or option that does not exist is found."""
    assert wrong(words) == fault
