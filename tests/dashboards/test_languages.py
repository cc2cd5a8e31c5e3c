"""Flux texts through the language's own parser and type checker; boards through Grafana's own types."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from ask import Flux
from fortnight import Fortnight
from grafana_types import typescript
from view import View

from collector.render.dashboards.files import render

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def node():
    """(node, the folder with the packages of package.json); CI installs both."""
    default = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "solar-collector" / "node"
    home = Path(os.environ.get("SOLAR_TEST_NODE_HOME", default))
    binary = shutil.which("node")
    wanted = json.loads((HERE / "package.json").read_text())["dependencies"]
    missing = [name for name in wanted if not (home / "node_modules" / name).is_dir()]
    if binary is None or missing:
        reason = (
            f"node and {', '.join(wanted)} are needed in {home}: npm install --prefix {home} …, see .ci/run"
        )
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return binary, home


def valid(node, texts):
    """Whether Flux's own checker accepts each text."""
    binary, home = node
    told = subprocess.run(
        [binary, str(HERE / "check_flux.cjs"), str(home)],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return json.loads(told.stdout)


def test_flux_is_valid(node):
    """Every Flux text of boards, as Grafana sends it, is well formed and well typed."""
    view = View(Fortnight(1_800_000_000, empty=True))
    sent = Flux("", "", "solar", "")
    texts = []
    for name, text in render().items():
        if name.startswith("dashboards/flux/"):
            board = json.loads(text)
            asked = [target["query"] for panel in board["panels"] for target in panel.get("targets", [])]
            asked += [one["query"] for one in board["templating"]["list"] if one["type"] == "query"]
            asked += [one["target"]["query"] for one in board["annotations"]["list"] if "target" in one]
            texts += [sent.text(one, **view.of()) for one in asked]
    assert len(texts) > 150
    wrong = [text for text, good in zip(texts, valid(node, texts), strict=True) if not good]
    assert not wrong, wrong[0]


def test_flux_checker_finds_faults(node):
    """The checker refuses an unknown function, an unknown argument, a text times a number, and a variable left over."""
    begin = 'from(bucket: "solar") |> range(start: -1d)'
    faults = [
        f"{begin} |> sums()",
        'from(bucket: "solar") |> range(begin: -1d)',
        f'{begin} |> map(fn: (r) => ({{r with x: "a" * 2.0}}))',
        "from(bucket: v.defaultBucket) |> range(start: -1d)",
    ]
    assert valid(node, [begin, *faults]) == [True, False, False, False, False]


def check_types(node, boards, folder):
    """What the compiler says."""
    binary, home = node
    (folder / "boards.ts").write_text(typescript(boards), encoding="utf-8")
    (folder / "node_modules").symlink_to(home / "node_modules")
    compiler = home / "node_modules" / "typescript" / "bin" / "tsc"
    told = subprocess.run(
        [
            binary,
            str(compiler),
            "--noEmit",
            "--strict",
            "--skipLibCheck",
            "--moduleResolution",
            "node",
            "boards.ts",
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )
    return told.returncode, told.stdout[:2000]


def boards():
    """The first set; the other has the same panels."""
    return [json.loads(text) for name, text in render().items() if name.startswith("dashboards/influxql/")]


def test_boards_are_typed(node, tmp_path):
    """Dashboards, options and custom fields hold only what Grafana 10.4's own types know."""
    assert check_types(node, boards(), tmp_path) == (0, "")


def test_type_checker_finds_faults(node, tmp_path):
    """A misspelt option of one panel is found."""
    (fleet,) = [board for board in boards() if board["uid"] == "solar-fleet"]
    panel = next(panel for panel in fleet["panels"] if panel["type"] == "barchart")
    panel["options"]["barWidht"] = 0.8
    code, text = check_types(node, [fleet], tmp_path)
    assert code != 0
    assert "barWidht" in text
