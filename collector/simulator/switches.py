"""The oddities that the simulated cloud can be told to have."""

from __future__ import annotations

from typing import Final

SWITCHES: Final = {
    "string_numbers": "getStationRealKpi sends its values as texts; stations sends latitude and longitude as texts",
    "mixed_numbers": "as string_numbers, in every second row of getStationRealKpi",
    "html_503": "every 29th call is answered by a web page with HTTP 503",
    "gateway_403": "every 23rd call is answered by the gateway with HTTP 403, without an envelope",
    "empty_login": "a refused login is answered by HTTP 200 with an empty body",
    "failcode_305_bare": "305 comes without success and data",
    "no_data_47": "getDevRealKpi for type 47 answers success with data null",
    "missing_rows": "real-time rows of some devices are missing by day, too",
    "na_values": 'some values of real-time rows are the text "N/A"',
    "meter_w": "type 17 sends its powers in W (default); without it in kW, as the manual says",
    "sentinel_meter": "meters report about -66.55 MW now and then",
    "late_hours": "the hour that has just ended is missing for 20 to 40 minutes (default)",
    "stale_dawn": "yield today keeps yesterday's total until the inverter wakes (default)",
    "night_gaps": "some inverters have no real-time row at night (default)",
    "history_holes": "5-minute history lacks some rows for ever; `Cloud.holes` lists them (default)",
    "dst_off_stamps": "days begin by standard time all year",
    "unlisted_keys": "keys that the manual does not list are sent, too",
    "denied_plant": "the second plant (or the only one) is answered with 20056, and every batch that names it",
    "denied_rows": "rows of denied plants are left out in place of failing their batch",
    "denied_interface:NAME": "interface NAME is answered with 401",
    "legacy_list": "an old server: `stations` does not exist (HTTP 404)",
    "fixed_token": "a token lives 30 minutes from the login on, used or not",
    "idle_drop": "a session that is idle for 5 minutes is ended",
    "alarm_span_31": "getAlarmList refuses periods of more than 31 days with 20027",
    "spent_20618": "a daily allowance that is used up is answered with 20618 in place of 407",
}
DEFAULTS: Final = frozenset({"meter_w", "late_hours", "stale_dawn", "night_gaps", "history_holes"})
DENIED_INTERFACE: Final = "denied_interface:"


def checked(switches: frozenset[str]) -> frozenset[str]:
    """Return the switches.

    Raises:
        ValueError: One of them does not exist.
    """
    unknown = {name for name in switches if name not in SWITCHES and not name.startswith(DENIED_INTERFACE)}
    if unknown:
        raise ValueError(f"no such switch: {', '.join(sorted(unknown))}")
    return switches
