"""The script `run`, with a pretended Python that notes what it is asked to do."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TOOLS = (
    "sh",
    "cat",
    "dirname",
    "readlink",
    "sha256sum",
    "cut",
    "find",
    "rm",
    "mkdir",
    "flock",
    "cp",
    "chmod",
)
# A Python of which `-m venv` makes an environment with the same Python and a pretended solar-collector.
PYTHON = r"""#!/bin/sh
echo "python $*" >>"$NOTES"
case $* in
    *'version_info < (3, 11)'*) exit ${OLD:-0} ;;
    *ensurepip*) exit ${NO_VENV:-0} ;;
    --version) echo Python 3.11.2 ;;
    *'-m venv '*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" && cp "$0" "$3/bin/solar-collector" ;;
    *'pip install'*) exit ${NO_NETWORK:-0} ;;
esac
"""


@pytest.fixture
def script(tmp_path):
    """A copy of the script in a folder with a blank in its name, and a way to call it."""
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"not on PATH: {', '.join(missing)}")
    home, tools = tmp_path / "solar collector", tmp_path / "bin"
    (home / "requirements").mkdir(parents=True)
    tools.mkdir()
    for name in ("run", "pyproject.toml", "requirements/app.txt"):
        shutil.copy(ROOT / name, home / name)
    for tool in TOOLS:
        (tools / tool).symlink_to(shutil.which(tool))
    python = tools / "python3"
    python.write_text(PYTHON)
    python.chmod(0o755)

    class Script:
        folder = home
        path = home / "run"

        def __call__(self, *arguments: str, **environ: str) -> tuple[int, str, list[str]]:
            """Return exit code, what was said, and what Python was asked for."""
            notes = tmp_path / "notes"
            notes.write_text("")
            env = {"PATH": str(tools), "NOTES": str(notes)} | environ
            ended = subprocess.run(
                [self.path, *arguments], env=env, cwd="/", capture_output=True, text=True, check=False
            )
            return ended.returncode, ended.stderr, notes.read_text().splitlines()

    script = Script()
    script.python = python
    return script


def installed(asked: list[str]) -> bool:
    return any("pip install" in line and "--require-hashes" in line for line in asked)


def test_it_installs_once(script):
    """The first call installs and says so; the second starts at once and is silent."""
    code, said, asked = script("status", "two words")
    assert code == 0
    assert "one moment" in said
    assert installed(asked)
    assert asked[-1] == "python status two words"
    assert script("status") == (0, "", ["python -c import msgspec", "python status"])


def test_a_change_of_the_pins_installs_again(script):
    """What is installed follows requirements/app.txt."""
    script("--install-only")
    with (script.folder / "requirements/app.txt").open("a") as pins:
        pins.write("# changed\n")
    code, said, asked = script("--install-only")
    assert (code, installed(asked)) == (0, True)
    assert "has changed" in said
    assert script("--install-only")[1] == ""


def test_an_interrupted_installation_is_redone(script):
    """What was left half done is removed and made anew."""
    script("--install-only")
    (script.folder / ".venv/installing").touch()
    (script.folder / ".venv/bin/leftover").touch()
    code, said, asked = script("--install-only")
    assert (code, installed(asked)) == (0, True)
    assert "interrupted" in said
    assert not (script.folder / ".venv/bin/leftover").exists()


def test_without_a_network_it_says_so(script):
    """A failed installation ends with 2, and the next call tries again."""
    code, said, _ = script("run", NO_NETWORK="1")
    assert code == 2
    assert "A network is needed" in said
    code, said, asked = script("--install-only")
    assert (code, installed(asked)) == (0, True)
    assert "interrupted" not in said


def test_python_too_old_or_absent(script):
    """The reason and the mend are told, whatever is there."""
    code, said, _ = script(OLD="1")
    assert code == 2
    assert "needs Python 3.11 or newer; here is Python 3.11.2" in said
    assert "apt install python3 python3-venv" in said
    script.python.unlink()
    code, said, _ = script()
    assert code == 2
    assert "here is none" in said


def test_venv_missing(script):
    """Debian's Python without venv: the package to install is named."""
    code, said, _ = script(NO_VENV="1")
    assert code == 2
    assert "sudo apt install python3-venv" in said


def test_the_tests_are_asked_of_pytest(script):
    """`run test` calls pytest with two workers and the slowest tests, and hands arguments on."""
    script("--install-only")
    assert (
        script("test", "tests/a b.py", "-x")[2][-1] == "python -m pytest -n 2 --durations=20 tests/a b.py -x"
    )


def test_through_a_link(script, tmp_path):
    """A link to the script runs the same folder."""
    script("--install-only")
    link = tmp_path / "solar"
    link.symlink_to(os.path.relpath(script.path, tmp_path))
    script.path = link
    assert script("version") == (0, "", ["python -c import msgspec", "python version"])


def test_the_committed_script_is_executable():
    """A clone can start it."""
    for name in ("run", ".ci/run"):
        assert os.access(ROOT / name, os.X_OK)
