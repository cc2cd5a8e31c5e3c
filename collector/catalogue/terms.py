"""The terms in which a vendor is described. One literal per interface, one row per field, one row per code."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Role(StrEnum):
    """What an interface is for."""

    LOGIN = "login"
    LOGOUT = "logout"
    PLANTS = "plants"
    DEVICES = "devices"
    LIVE = "live"
    HISTORY = "history"
    CALENDAR = "calendar"
    ALARMS = "alarms"


class Subject(StrEnum):
    """Whom a call names."""

    NONE = "none"
    PLANT = "plant"
    DEVICE = "device"


class Span(StrEnum):
    """Which period one call answers for."""

    NONE = "none"
    NOW = "now"
    DATE = "date"
    MONTH = "month"
    YEAR = "year"
    LIFE = "life"
    RANGE = "range"


class TimeRule(StrEnum):
    """How a row gets its time."""

    NONE = "none"
    ANSWER_CLOCK = "answer clock, floored to the 5-minute grid"
    COLLECT_TIME = "the row's own stamp"
    HOUR_START = "true UTC start of the hour"
    LOCAL_DATE = "00:00Z of the plant-local date"
    RAISE_TIME = "moment the alarm was raised"


class Kind(StrEnum):
    """What a number is."""

    GAUGE = "gauge"
    COUNTER = "counter"
    STATE = "state"
    TEXT = "text"


class Decision(StrEnum):
    """What the collector does about an error code."""

    LOG_IN = "log in"
    WAIT = "wait"
    STOP_INTERFACE = "stop this interface until its window frees"
    NEVER_AGAIN = "never again"
    SPLIT_BATCH = "split the batch"
    REFRESH_INVENTORY = "refresh the inventory"
    NO_DATA = "no data"
    OUT_OF_REACH = "out of reach"
    FIX_REQUEST = "fix the request"
    TELL_USER = "tell the user"


@dataclass(frozen=True, slots=True)
class Budget:
    """A documented formula: calls per window = fixed + plants + devices, or the larger of the last two.

    Attributes:
        window_s: Length of the window. [s]
        fixed: Calls that do not depend on size.
        plants_per: Adds ``plants_times * ceil(plants / plants_per)``; 0: plants play no part.
        plants_times: See `plants_per`.
        devices_per: Adds ``Σ over device types of ceil(devices of the type / devices_per)``; 0: no part.
        all_types: Sum over every device type; otherwise over those that have KPI data.
        larger_of: Take the larger of the plants' and the devices' part in place of their sum.
    """

    window_s: int
    fixed: int = 0
    plants_per: int = 0
    plants_times: int = 1
    devices_per: int = 0
    all_types: bool = False
    larger_of: bool = False


@dataclass(frozen=True, slots=True)
class Interface:
    """One vendor interface.

    Attributes:
        name: The manual's name, unique within the vendor.
        path: URL path.
        role: What it is for.
        subject: Whom a call names.
        batch_size: Most members in one call; 0 where none are named.
        batch_key: Request key that lists the members, comma-separated; "" where none.
        row_key: Response key that names the member of a row; "" where rows name none.
        span: Which period one call answers for.
        max_span_ms: Longest explicit range; 0 where the span is no range. [ms]
        budget: Documented formula.
        min_gap_s: From the answer of one call to the sending of the next. [s]
        time_rule: How a row gets its time.
        measurement: Where rows go when the device type does not decide it; "" where it does or no rows come.
        device_types: Device types that it serves; empty where it serves none or all.
        page_sizes: Page sizes that it knows; empty where it does not page.
        legacy: An older interface with a successor.
        restricted: Called only where the account's ``interfaces`` names it.
        section: Section of the manual.
    """

    name: str
    path: str
    role: Role
    subject: Subject
    budget: Budget
    section: str
    batch_size: int = 0
    batch_key: str = ""
    row_key: str = ""
    span: Span = Span.NONE
    max_span_ms: int = 0
    min_gap_s: int = 0
    time_rule: TimeRule = TimeRule.NONE
    measurement: str = ""
    device_types: tuple[int, ...] = ()
    page_sizes: tuple[int, ...] = ()
    legacy: bool = False
    restricted: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """One indicator: a vendor key, and the field it becomes.

    Attributes:
        key: Vendor key. ``{n}`` stands for a number from 1 to `numbers`: ``pv{n}_u``.
        name: Stored field name, with its unit suffix; states have none.
        unit: Unit sent, as it arrives ("" for none).
        stored: Unit stored ("" for none).
        kind: gauge, counter, state or text.
        measurement: Where it is stored.
        section: Sections of the manual, parted by a blank, or "observed".
        types: Device types that send it; empty for plants.
        factor: stored = sent * factor.
        numbers: Type to highest ``{n}``, for numbered keys.
        tag: Tag that carries the number (``string``, ``mppt``); "" where not numbered.
        listed: The value is a list whose n-th item, from 1, is number n; `key` then has no ``{n}``.
        sign: Setting that turns it: "grid" (``invert_grid``) or "battery" (``invert_battery``); "" for none.
        mirror: Where that setting is on, the value keeps its sign and is stored under this name (export and import change
            places); "": the value changes its sign and keeps its name.
        title: The indicator in words.
        note: What to know when reading it, or "".
    """

    key: str
    name: str
    unit: str
    stored: str
    kind: Kind
    measurement: str
    section: str
    types: tuple[int, ...] = ()
    factor: float = 1.0
    numbers: Mapping[int, int] = field(default_factory=dict)
    tag: str = ""
    title: str = ""
    note: str = ""
    listed: bool = False
    sign: str = ""
    mirror: str = ""


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """One error code: what the vendor says, and what the collector decides.

    Attributes:
        code: The code as text, e.g. ``20056``.
        meaning: In plain words.
        decision: What the collector does.
        mend: What a person can do; "" where nothing.
        section: Section of the manual, or "observed".
    """

    code: str
    meaning: str
    decision: Decision
    mend: str = ""
    section: str = "10"


@dataclass(frozen=True, slots=True)
class Envelope:
    """Keys that wrap the rows of an answer.

    Attributes:
        data: List of rows.
        params: Echo of the request, which also holds `now`.
        now: The cloud's clock, inside `params`; "" where it tells none. [ms since epoch, UTC]
        items: Map of indicators inside a row, or a list of such maps.
        stamp: The row's stamp, beside `items` or inside each of its maps.
        stamp_ms: [ms] = sent × stamp_ms.
    """

    data: str
    params: str
    now: str
    items: str
    stamp: str
    stamp_ms: int = 1


@dataclass(frozen=True, slots=True)
class AlarmKeys:
    """Keys of an alarm row.

    Attributes:
        plant: Plant code.
        alarm_id: Kind of alarm.
        cause_id: Which of its causes.
        severity: A key of `severities`.
        raised: [ms since epoch, UTC]
        name: In words.
        cause: In words.
        repair: In words.
        serial: Serial number of the device.
        severities: Number to critical, major, minor or warning.
    """

    plant: str
    alarm_id: str
    cause_id: str
    severity: str
    raised: str
    name: str
    cause: str
    repair: str
    serial: str
    severities: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Sentinels:
    """Numbers that stand where a reading of one field belongs and are none.

    Attributes:
        numbers: Exact numbers, as sent.
        bands: Ranges (low, high), both included, in the unit stored and before any sign is turned.
    """

    numbers: frozenset[float] = frozenset()
    bands: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """What the normaliser needs to know of one vendor; two are equal only where they are the same object.

    Attributes:
        vendor: Vendor tag.
        fields_for: Interface name and device type (None for plants) to the fields of its rows.
        device_measurement: Device type to where its readings go; "" where it has none.
        device_type: Device type to its tag; ``other`` where unknown.
        envelope: Interface name to the keys that wrap its rows.
        alarms: Keys of alarm rows.
        not_a_value: Texts that mean "no value", in lower case without blanks around them.
        sentinels: Field to the numbers that are no readings in it.
    """

    vendor: str
    fields_for: Callable[[str, int | None], tuple[Field, ...]]
    device_measurement: Callable[[int], str]
    device_type: Callable[[int], str]
    envelope: Callable[[str], Envelope]
    alarms: AlarmKeys
    not_a_value: frozenset[str]
    sentinels: Callable[[Field], Sentinels]
