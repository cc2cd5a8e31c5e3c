"""States in words. Source: manual tables 9-1 to 9-3, 9.2.1 and 9.2.6.

Table 9-1 (live) holds every state of tables 9-2 and 9-3 (5-minute), which lack the newer ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

INVERTER_STATES: Final[Mapping[int, str]] = {
    0: "Standby: initialising",
    1: "Standby: measuring insulation resistance",
    2: "Standby: measuring irradiation",
    3: "Standby: measuring the grid",
    256: "Starting",
    512: "Running",
    513: "Running: power limited",
    514: "Running: self-derating",
    515: "Running off-grid",
    768: "Shut down: fault",
    769: "Shut down: command",
    770: "Shut down: OVGR",
    771: "Shut down: communication interrupted",
    772: "Shut down: power limited",
    773: "Shut down: manual start needed",
    774: "Shut down: DC switch open",
    775: "Shut down: rapid shutdown",
    776: "Shut down: too little input power",
    777: "Shut down: NS protection",
    778: "Shut down: rapid shutdown by command",
    1025: "Grid scheduling: cos φ-P curve",
    1026: "Grid scheduling: Q-U curve",
    1027: "Grid scheduling: PF-U curve",
    1028: "Grid scheduling: dry contact",
    1029: "Grid scheduling: Q-P curve",
    1280: "Ready for terminal test",
    1281: "Terminal test",
    1536: "Inspection",
    1792: "AFCI self-check",
    2048: "I-V scan",
    2304: "DC input check",
    2560: "Off-grid charging",
    40960: "Standby: no irradiation",
    40961: "Standby: no DC input",
    45056: "Communication interrupted (says the SmartLogger)",
    49152: "Loading (says the SmartLogger)",
}

# States that only table 9-1 has.
_LIVE_ONLY: Final = frozenset({515, 775, 776, 777, 778, 1027, 1028, 1029, 2560, 40961})

TABLE_9_1: Final = INVERTER_STATES
TABLE_9_2: Final[Mapping[int, str]] = {
    code: text for code, text in INVERTER_STATES.items() if code not in _LIVE_ONLY
}
TABLE_9_3: Final = TABLE_9_2

# States in which the inverter feeds the grid, with limits or without.
RUNNING_STATES: Final = frozenset({512, 513, 514})

STATE_TABLES: Final[Mapping[str, Mapping[int, str]]] = {
    "inverter_state": INVERTER_STATES,
    "run_state": {0: "Disconnected", 1: "Connected"},
    "health_state": {1: "Disconnected", 2: "Faulty", 3: "Healthy"},
    "battery_status": {0: "Offline", 1: "Standby", 2: "Running", 3: "Faulty", 4: "Hibernating"},
    "charge_mode": {0: "None", 1: "Forced", 2: "By tariff", 3: "Fixed", 4: "Automatic"},
    "meter_status": {0: "Offline", 1: "Normal"},
    "alarm_status": {0: "Alarm", 1: "No alarm"},
}
