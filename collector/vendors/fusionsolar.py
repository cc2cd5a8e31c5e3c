"""Huawei FusionSolar, SmartPVMS northbound V6: requests out of calls, outcomes out of answers."""

from __future__ import annotations

import json
import math
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any

import msgspec

from collector.catalogue import fusionsolar as catalogue
from collector.catalogue.fusionsolar import envelope as env
from collector.catalogue.fusionsolar import inventory as inv
from collector.catalogue.terms import Decision, Interface, Role, Span
from collector.errors import AnswerUnreadable, VendorUnreachable
from collector.model import Answer, Call, Device, Plant, Request
from collector.vendors import DeviceList, LoggedIn, Outcome, PlantPage, Rows
from collector.vendors.fusionsolar_errors import raise_for, raise_for_status
from collector.zones import zone_of_stamp

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_HEADERS = {"Content-Type": "application/json", "Accept": "application/json"}


class Envelope(msgspec.Struct):
    """What every answer is wrapped in; rows stay unparsed."""

    data: msgspec.Raw = msgspec.Raw(b"null")
    failCode: Any = None  # noqa: N815  the vendor's key
    success: Any = None
    message: Any = None
    params: Any = None


# Keys of a gateway's own answer; it has neither success nor failCode (observed).
_GATEWAY_MARKS = tuple(f'"{key}"'.encode() for key in (env.GATEWAY_CODE, env.GATEWAY_TEXT, env.GATEWAY_ID))
_DECODER = msgspec.json.Decoder(Envelope)


class FusionSolar:
    """One northbound account.

    Args:
        account: Name of the account in the settings.
        username: Northbound user.
        password: Its password ("systemCode" in the manual).
        language: Language of alarm texts, one of the ten of manual 9.1.7.
        id_prefix: Put before every stored plant and device id.
    """

    name: str = "fusionsolar"
    interfaces: Mapping[str, Interface] = catalogue.INTERFACES
    kpi_types: Collection[int] = catalogue.KPI_TYPES
    login: str = "login"
    plant_lists: tuple[str, ...] = ("stations", "getStationList")
    private_keys: Collection[str] = inv.PERSONAL_KEYS | inv.SECRET_KEYS

    def __init__(
        self, account: str, username: str, password: str, *, language: str = "en_US", id_prefix: str = ""
    ) -> None:
        self._account = account
        self._username = username
        self._password = password
        self._language = language
        self._prefix = id_prefix

    def __repr__(self) -> str:
        return f"FusionSolar({self._account!r})"

    def build(self, call: Call, token: str) -> Request:
        """Return the request for a call. Sends the token in the header only: a second way makes some clouds refuse (observed)."""
        interface = self.interfaces[call.interface]
        body = self._body(interface, call)
        headers = dict(_HEADERS)
        if token:
            headers[env.TOKEN_HEADER] = token
        return Request(interface.path, json.dumps(body, separators=(",", ":")).encode(), headers)

    def _body(self, interface: Interface, call: Call) -> dict[str, Any]:
        if interface.role is Role.LOGIN:
            return {env.USER_NAME: self._username, env.PASSWORD: self._password}
        body: dict[str, Any] = {}
        if interface.role is Role.PLANTS and call.page:
            body[env.PAGE_NO] = call.page
            if len(interface.page_sizes) > 1:
                body[env.PAGE_SIZE] = max(interface.page_sizes)
        if call.batch.members:
            body[interface.batch_key] = ",".join(call.batch.members)
        if call.batch.type_id is not None and interface.batch_key != env.SERIALS:
            body[env.DEVICE_TYPE] = call.batch.type_id
        if interface.span in (Span.DATE, Span.MONTH, Span.YEAR, Span.LIFE):
            body[env.COLLECT_TIME] = call.begin_ms
        elif interface.role is Role.ALARMS:
            body |= {env.BEGIN_TIME: call.begin_ms, env.END_TIME: call.end_ms, env.LANGUAGE: self._language}
        elif interface.span is Span.RANGE:
            body |= {env.START_TIME: call.begin_ms, env.END_TIME: call.end_ms}
        return body

    def read(self, call: Call, answer: Answer) -> Outcome:
        """Return what an answer says; see `Vendor.read`."""
        interface = self.interfaces[call.interface]
        login = interface.role is Role.LOGIN
        raise_for_status(answer, login=login)
        envelope = self._open(answer, login=login)
        code = _code(envelope.failCode)
        if envelope.success is False or code != env.SUCCESS_CODE:
            if catalogue.decision(code).decision is Decision.NO_DATA:
                return Rows(empty=True)
            raise_for(code, envelope.message, bytes(envelope.data), login=login)
        if login:
            return LoggedIn(_token(answer))
        if interface.role is Role.PLANTS:
            return self._plants(interface, call, envelope, answer.body)
        if interface.role is Role.DEVICES:
            return self._devices(envelope, answer.body)
        return Rows(empty=bytes(envelope.data) in (b"null", b"[]"))

    def _open(self, answer: Answer, *, login: bool) -> Envelope:
        body = answer.body.removeprefix(b"\xef\xbb\xbf")
        try:
            envelope = _DECODER.decode(body)
        except (msgspec.DecodeError, RecursionError):
            envelope = self._open_loosely(answer, body, login=login)
        if envelope.success is None and envelope.failCode is None:
            if any(key in body for key in _GATEWAY_MARKS):
                raise VendorUnreachable("the vendor's gateway answered in place of the interface")
            raise AnswerUnreadable("the answer says neither success nor a code", answer.body)
        return envelope

    def _open_loosely(self, answer: Answer, body: bytes, *, login: bool) -> Envelope:
        """Read what msgspec refuses (NaN, 1e999) with the standard library."""
        try:
            loose = json.loads(body)
        except (ValueError, RecursionError) as fault:
            raise_for_status(answer, login=login, not_json=True)
            raise AnswerUnreadable("the answer is not JSON", answer.body) from fault
        if not isinstance(loose, dict):
            raise AnswerUnreadable("the answer is no JSON object", answer.body)
        data = loose.get(env.DATA)
        return Envelope(
            msgspec.Raw(b"null" if data is None else json.dumps(data).encode()),
            loose.get(env.FAIL_CODE),
            loose.get(env.SUCCESS),
            loose.get(env.MESSAGE),
            loose.get(env.PARAMS),
        )

    def _plants(self, interface: Interface, call: Call, envelope: Envelope, body: bytes) -> PlantPage:
        keys = inv.PLANT_KEYS[interface.name]
        data = json.loads(bytes(envelope.data))
        pages = 1
        if isinstance(data, dict):
            pages = max(1, int(_number(data.get(env.PAGE_COUNT)) or 1))
            data = data.get(env.PAGE_LIST)
        plants = tuple(
            Plant(
                account=self._account,
                vendor=self.name,
                plant_id=f"{self._prefix}{code}",
                code=code,
                name=_text(row.get(keys.name)),
                capacity_kwp=_scaled(row.get(keys.capacity), keys.capacity_factor),
                latitude=_number(row.get(keys.latitude)),
                longitude=_number(row.get(keys.longitude)),
                connected=_text(row.get(keys.connected)),
                zone=zone_of_stamp(_text(row.get(keys.connected))),
            )
            for row in _maps(data, body)
            if (code := _text(row.get(keys.code)))
        )
        return PlantPage(plants, max(1, call.page), pages, _server_ms(envelope))

    def _devices(self, envelope: Envelope, body: bytes) -> DeviceList:
        devices = []
        for row in _maps(json.loads(bytes(envelope.data)), body):
            number = _number(row.get(inv.DEVICE_TYPE_ID))
            code = _id(row.get(inv.DEVICE_ID))
            if not code or number is None:
                continue
            plant = _text(row.get(inv.DEVICE_PLANT))
            devices.append(
                Device(
                    account=self._account,
                    vendor=self.name,
                    plant_id=f"{self._prefix}{plant}",
                    plant_code=plant,
                    device_id=f"{self._prefix}{code}",
                    code=code,
                    type_id=int(number),
                    device_type=catalogue.device_type(int(number)),
                    name=_text(row.get(inv.DEVICE_NAME)),
                    sn=_text(row.get(inv.DEVICE_SERIAL)),
                    model=next((t for key in inv.DEVICE_MODEL_KEYS if (t := _text(row.get(key)))), ""),
                    software=_text(row.get(inv.DEVICE_SOFTWARE)),
                ),
            )
        return DeviceList(tuple(devices), _server_ms(envelope))


def _token(answer: Answer) -> str:
    """Return the token from the header, else from the cookie.

    Source: manual 9.1.1; the cookie alone is observed.
    """
    token = answer.headers.get(env.TOKEN_HEADER, "")
    if token:
        return token
    for cookie in answer.headers.get("set-cookie", "").split("\n"):
        try:
            morsel = SimpleCookie(cookie).get(env.TOKEN_COOKIE)
        except CookieError:
            continue
        if morsel is not None and morsel.value:
            return morsel.value
    raise AnswerUnreadable("the login was accepted but no token came with it")


def _maps(rows: Any, body: bytes) -> list[dict[str, Any]]:
    """Return the rows of a list; none where the vendor sent null.

    Raises:
        AnswerUnreadable: They are no list of maps.
    """
    if rows is None:
        return []
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise AnswerUnreadable("no list of maps where one belongs", body)
    return rows


def _code(value: Any) -> str:
    """Return a failCode as text: clouds send it as a number, clients have met it as a string; absent means success."""
    text = _id(value)
    return text or env.SUCCESS_CODE


def _id(value: Any) -> str:
    """Return an id as decimal text, whether it came as an integer, a float or a string; "" where there is none."""
    text = _text(value)
    try:
        return str(int(text))
    except ValueError:
        pass
    number = _number(value)
    return text if number is None else str(int(number)) if number.is_integer() else ""


def _text(value: Any) -> str:
    text = "" if value is None else str(value).strip()
    return "" if text.lower() in env.NOT_A_VALUE else text


def _number(value: Any) -> float | None:
    """Return the number, or None where there is none: absent, empty, endless and unreadable ones are alike."""
    try:
        number = float(_text(value))
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _scaled(value: Any, factor: float) -> float | None:
    number = _number(value)
    return None if number is None else round(number * factor, 6)


def _server_ms(envelope: Envelope) -> int:
    number = _number(envelope.params.get(env.CURRENT_TIME)) if isinstance(envelope.params, dict) else None
    return int(number) if number else 0
