"""Variables of a board: data source, account, group, plant, and what is hidden behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from collector.render.dashboards.language import INFLUXQL

if TYPE_CHECKING:
    from collector.render.dashboards.language import Language

Json = dict[str, Any]

SOURCE: Final[Json] = {"type": "influxdb", "uid": "${datasource}"}
_ALL: Final = {"text": ["All"], "value": ["$__all"]}
# Names may hold a bar, ids never: the greedy text goes up to the last one.
_LABEL: Final = r"/^(?<text>.*)\|(?<value>[^|]+)$/"
_PLANTS: Final = "plant_id =~ /^${plant:regex}$/"
_ACCOUNTS: Final = "account =~ /^${account:regex}$/"
# A label is no group, so it matches the pattern of All only: thus All has plants without a group too.
_GROUPS: Final = "/^${group:regex}$/"


def _influxql(
    field: str,
    *fields: str,
    where: str = "",
    outer: str = "",
    by: str = "plant_id",
    of: str = "pv_plant_info",
) -> str:
    """The newest text of a field, per plant or device; quoted, for ``group`` and ``name`` are words of the language."""
    inner = ", ".join(f'last("{one}") AS "{one}"' for one in (field, *fields))
    inside = f" WHERE {where}" if where else ""
    outside = f" WHERE {outer}" if outer else ""
    return f'SELECT "{field}" FROM (SELECT {inner} FROM {of}{inside} GROUP BY {by}){outside}'  # noqa: S608  fixed names


def _flux(
    field: str,
    *fields: str,
    where: str = "",
    outer: str = "",
    by: str = "plant_id",
    of: str = "pv_plant_info",
) -> str:
    wanted = " or ".join(f'r._field == "{one}"' for one in (field, *fields))
    also = f" and {where}" if where else ""
    rows = (
        f'from(bucket: v.defaultBucket) |> range(start: 0) |> filter(fn: (r) => r._measurement == "{of}" and ({wanted}){also})'
        ' |> last() |> drop(columns: ["_time"])'
        f' |> pivot(rowKey: ["{by}"], columnKey: ["_field"], valueColumn: "_value") |> group()'
    )
    if outer:
        rows += f" |> filter(fn: (r) => {outer})"
    return f'{rows} |> keep(columns: ["{field}"]) |> rename(columns: {{{field}: "_value"}}) |> distinct()'


def _query(language: Language, name: str, label: str, influxql: str, flux: str, **more: Any) -> Json:
    return {
        "type": "query",
        "name": name,
        "label": label,
        "datasource": SOURCE,
        "query": influxql if language is INFLUXQL else flux,
        "definition": influxql if language is INFLUXQL else flux,
        "refresh": 2,
        "sort": 1,
        "hide": 0,
        "multi": False,
        "includeAll": False,
        "options": [],
        **more,
    }


def datasource(language: Language) -> Json:
    """Which InfluxDB; only data sources of the set's own language can be chosen."""
    return {
        "type": "datasource",
        "name": "datasource",
        "label": "Data source",
        "query": "influxdb",
        "regex": language.source_filter,
        "current": {"text": language.source, "value": language.source_uid},
        "hide": 0,
        "multi": False,
        "includeAll": False,
        "options": [],
        "refresh": 1,
    }


def account(language: Language, *, hide: int = 0) -> Json:
    """Accounts that read plants."""
    return _query(
        language,
        "account",
        "Account",
        _influxql("account"),
        _flux("account"),
        multi=True,
        includeAll=True,
        allValue=".*",
        current=_ALL,
        hide=hide,
    )


def group(language: Language) -> Json:
    """Groups of plants of the chosen accounts; plants without one belong to All."""
    return _query(
        language,
        "group",
        "Group",
        _influxql("group", "account", outer=_ACCOUNTS),
        _flux("group", "account", outer=f"exists r.group and r.{_ACCOUNTS}"),
        multi=True,
        includeAll=True,
        allValue=".*",
        current=_ALL,
    )


def metered(language: Language) -> Json:
    """Plants that have a battery or a meter; the first plant of a board of theirs should have something to show."""
    kinds = "device_type =~ /^(battery|meter)$/"
    flux = (
        'from(bucket: v.defaultBucket) |> range(start: 0) |> filter(fn: (r) => r._measurement == "pv_device_info" and '
        f'r.{kinds}) |> keep(columns: ["plant_id"]) |> group() |> distinct(column: "plant_id")'
    )
    return _query(
        language,
        "metered",
        "With battery or meter",
        f"SHOW TAG VALUES FROM pv_device_info WITH KEY = plant_id WHERE {kinds}",
        flux,
        multi=True,
        includeAll=True,
        current=_ALL,
        hide=2,
    )


def plant(language: Language, *, single: bool = False, among: str = "") -> Json:
    """Plants of the chosen accounts and groups, and with `among` of that variable.

    All means the plants of the list, one by one: a pattern that matches everything would pass over the account and the group.
    """
    which = f"plant_id =~ /^${{{among}:regex}}$/" if among else ""
    influxql = _influxql(
        "label",
        "group",
        "account",
        where=which,
        outer=f'{_ACCOUNTS} AND ("group" =~ {_GROUPS} OR "label" =~ {_GROUPS})',
    )
    flux = _flux(
        "label",
        "group",
        "account",
        where=f"r.{which}" if which else "",
        outer=f"r.{_ACCOUNTS} and ((exists r.group and r.group =~ {_GROUPS}) or r.label =~ {_GROUPS})",
    )
    more: Json = {} if single else {"multi": True, "includeAll": True, "current": _ALL}
    return _query(language, "plant", "Plant", influxql, flux, regex=_LABEL, **more)


def inverter(language: Language) -> Json:
    """Inverters of the chosen plant."""
    return _query(
        language,
        "inverter",
        "Inverter",
        _influxql(
            "label", where=f"{_PLANTS} AND device_type = 'inverter'", by="device_id", of="pv_device_info"
        ),
        _flux(
            "label", where=f'r.{_PLANTS} and r.device_type == "inverter"', by="device_id", of="pv_device_info"
        ),
        regex=_LABEL,
    )


def zone(language: Language) -> Json:
    """The zone of the chosen plants; of several the first by name."""
    return _query(
        language, "tz", "Time zone", _influxql("tz", where=_PLANTS), _flux("tz", where=f"r.{_PLANTS}"), hide=2
    )


def currency(language: Language) -> Json:
    """Currencies of the chosen plants, for titles."""
    return _query(
        language,
        "currency",
        "Currency",
        _influxql("currency", where=_PLANTS),
        _flux("currency", where=f"r.{_PLANTS}"),
        hide=2,
        multi=True,
        includeAll=True,
        current=_ALL,
    )


def constant(name: str, value: str) -> Json:
    """A hidden value that all queries share."""
    return {
        "type": "constant",
        "name": name,
        "query": value,
        "hide": 2,
        "current": {"text": value, "value": value},
        "options": [],
        "skipUrlSync": True,
    }


def choice(name: str, label: str, values: dict[str, str], first: str) -> Json:
    """A fixed list: text → value."""
    options = [{"text": text, "value": value, "selected": value == first} for text, value in values.items()]
    text = next(text for text, value in values.items() if value == first)
    return {
        "type": "custom",
        "name": name,
        "label": label,
        "query": ",".join(f"{text} : {value}" for text, value in values.items()),
        "current": {"text": text, "value": first},
        "options": options,
        "multi": False,
        "includeAll": False,
        "hide": 0,
    }
