"""The status page: what `status` says, for a browser. No script, nothing fetched from elsewhere."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_STYLE = """
:root { color-scheme: light dark; --line: #8886; --good: #009e73; --bad: #c4162a; }
body { font: 15px/1.45 system-ui, sans-serif; max-width: 60rem; margin: 1.5rem auto; padding: 0 1rem; }
h1 { font-size: 1.3rem; } h2 { font-size: 1.05rem; margin-top: 1.8rem; }
table { border-collapse: collapse; width: 100%; display: block; overflow-x: auto; }
th, td { text-align: left; padding: .25rem .7rem .25rem 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
td.n, th.n { text-align: right; } .good { color: var(--good); } .bad { color: var(--bad); }
"""


def page(document: Mapping[str, Any]) -> str:
    """Return the page of a status document."""
    good = document["good"]
    verdict = '<p class="good">Everything works.</p>' if good else _faults(document)
    spool = document["spool"]
    waiting = (
        f"{spool['lines']} lines wait for the database, {document['quarantine']['lines']} are in quarantine."
    )
    accounts = "".join(_account(a) for a in document["accounts"])
    return (
        "<!doctype html><html lang=en><meta charset=utf-8>"
        '<meta name=viewport content="width=device-width,initial-scale=1"><meta http-equiv=refresh content=60>'
        f"<title>solar-collector</title><style>{_STYLE}</style><h1>solar-collector</h1>"
        f"<p>{escape(document['at'])}</p>{verdict}<p>{escape(waiting)}</p>{accounts}</html>"
    )


def _faults(document: Mapping[str, Any]) -> str:
    items = "".join(f"<li>{escape(' '.join(_words(f)))}</li>" for f in document["faults"])
    return f'<div class="bad"><p>Something needs a look:</p><ul>{items or "<li>run is not alive</li>"}</ul></div>'


def _words(fault: Mapping[str, Any]) -> list[str]:
    return [str(fault[key]) for key in ("account", "subject", "words") if fault.get(key)]


def _account(account: Mapping[str, Any]) -> str:
    plants = [
        (
            p["name"] or p["plant_id"],
            _number(p["capacity_kwp"], " kWp"),
            p["zone"],
            _age(p["newest_age_s"]),
            p["alarms"],
            p["access"],
        )
        for p in account["plants"]
    ]
    calls = [
        (
            i["interface"],
            f"{i['used']} of {i['calls']}",
            _age(i["window_s"]),
            i["refused"],
            i["next_at"] or "idle",
        )
        for i in account["interfaces"]
    ]
    return (
        f"<h2>{escape(account['account'])} <small>{escape(account['login']['state'])}</small></h2>"
        + _table(("Plant", "Capacity", "Zone", "Newest reading", "Alarms", "Access"), plants)
        + "<h2>Calls</h2>"
        + _table(("Interface", "Used", "in", "Refused", "Next allowed"), calls)
    )


def _table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    head = "".join(f"<th>{escape(h)}</th>" for h in headings)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _number(value: float | None, unit: str) -> str:
    return "" if value is None else f"{value:g}{unit}"


def _age(seconds: float | None) -> str:
    if seconds is None:
        return "never"
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
