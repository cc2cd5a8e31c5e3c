"""The files of grafana/: rendered, compared, written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from collector.render.dashboards.board import render_board
from collector.render.dashboards.boards import BOARDS
from collector.render.dashboards.language import LANGUAGES
from collector.render.dashboards.provisioning import PROVISIONING

if TYPE_CHECKING:
    from pathlib import Path


def render() -> dict[str, str]:
    """Every file of grafana/, path → text."""
    files = {
        f"dashboards/{language.key}/{board.name}.json": json.dumps(
            render_board(board, language), indent=1, ensure_ascii=False
        )
        + "\n"
        for language in LANGUAGES
        for board in BOARDS
    }
    return {**files, **{f"provisioning/{path}": text() for path, text in PROVISIONING.items()}}


def write(root: Path) -> list[Path]:
    """Write what differs, remove what is no longer rendered; return what changed."""
    changed = []
    wanted = render()
    for name, text in wanted.items():
        path = root / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            changed.append(path)
    for pattern in ("dashboards/*/*.json", "provisioning/*/*.yaml"):
        for path in sorted(root.glob(pattern)):
            if path.relative_to(root).as_posix() not in wanted:
                path.unlink()
                changed.append(path)
    return changed
