"""Draws README's picture of the demo: ``python -m collector.demo.picture docs/images/demo.svg``.

What it shows is what `demo` printed. Choose the hour by the clock of the machine (Debian's ``faketime``): at noon more shines.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import tempfile
from io import StringIO
from pathlib import Path
from typing import Final

from rich.console import Console

from collector.demo.demo import DemoPlan
from collector.demo.show import show

COLUMNS: Final = 80
# No web font: a page may not fetch one for a picture, and the lengths of the texts are given.
_FORMAT: Final = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="What the demo prints: three plants, calls used of each limit, the spool">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
 font-size: {char_height}px; line-height: {line_height}px; }}
.{unique_id}-title {{ font-family: sans-serif; font-size: 18px; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal"><rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/></clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


async def picture(folder: Path, days: float = 1.0) -> str:
    """Play the demo in a new folder and return what it printed, as SVG."""
    # No terminal: of the bar, only its end is kept.
    console = Console(record=True, width=COLUMNS, highlight=False, file=StringIO())
    console.print("$ ./run demo --once", style="bold")
    await show(DemoPlan(folder, days), once=True, console=console)
    console.print()
    return console.export_svg(title="solar-collector demo", code_format=_FORMAT, unique_id="demo")


def main(target: Path) -> None:
    """Draw the picture into a file."""
    target = target.resolve()
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        drawn = asyncio.run(picture(Path("demo-state")))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(drawn, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
