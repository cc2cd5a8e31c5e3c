"""How single columns look: words, units, colours, cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

Json = dict[str, Any]


def column(
    name: str,
    title: str = "",
    unit: str = "",
    *,
    colour: str = "",
    hidden: bool = False,
    width: int = 0,
    decimals: int | None = None,
    **more: Any,
) -> Json:
    """An override of one column: its words, unit and colour; `more` are further properties, with ``__`` for dots."""
    properties: list[Json] = []
    if title:
        properties.append({"id": "displayName", "value": title})
    if unit:
        properties.append({"id": "unit", "value": unit})
    if colour:
        properties.append({"id": "color", "value": fixed(colour)})
    if hidden:
        properties.append({"id": "custom.hidden", "value": True})
    if width:
        properties.append({"id": "custom.width", "value": width})
    if decimals is not None:
        properties.append({"id": "decimals", "value": decimals})
    properties.extend({"id": key.replace("__", "."), "value": value} for key, value in more.items())
    return {"matcher": {"id": "byName", "options": name}, "properties": properties}


def frame(ref: str, **more: Any) -> Json:
    """An override of all columns of one query."""
    properties = [{"id": key.replace("__", "."), "value": value} for key, value in more.items()]
    return {"matcher": {"id": "byFrameRefID", "options": ref}, "properties": properties}


def fixed(colour: str) -> Json:
    """One colour, whatever the value."""
    return {"mode": "fixed", "fixedColor": colour}


def by_value() -> Json:
    """Coloured by thresholds."""
    return {"mode": "thresholds"}


def thresholds(base: str, *steps: tuple[float, str]) -> Json:
    """Colours from a value on; `base` below the first."""
    rest = [{"color": colour, "value": value} for value, colour in steps]
    return {"mode": "absolute", "steps": [{"color": base, "value": None}, *rest]}


def cell(kind: str, **more: Any) -> Json:
    """How a table draws a cell: color-background, color-text or gauge."""
    return {"type": kind, **more}


BACKGROUND: Final[Json] = cell("color-background", mode="basic")

GAUGE: Final[Json] = cell("gauge", mode="basic", valueDisplayMode="text")

COLOURED: Final[Json] = cell("color-text")


def mapping(values: Mapping[str, tuple[str, str]]) -> Json:
    """Words and colours of single values."""
    options = {
        value: {"text": text, "color": colour, "index": number}
        for number, (value, (text, colour)) in enumerate(values.items())
    }
    return {"type": "value", "options": options}


def span(first: float, last: float, text: str, colour: str) -> Json:
    """Words and colour of a range of values."""
    return {
        "type": "range",
        "options": {"from": first, "to": last, "result": {"text": text, "color": colour}},
    }


def nothing(text: str, colour: str) -> Json:
    """Words and colour of a missing value."""
    return {"type": "special", "options": {"match": "null", "result": {"text": text, "color": colour}}}
