from __future__ import annotations

import json
from email.utils import format_datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from collector.catalogue.fusionsolar import INTERFACES, LOGIN_REFUSALS
from collector.errors import LoginRefused, VendorError
from collector.model import Answer, Batch, Call, Device, Plant
from collector.vendors import DeviceList, PlantPage, vendor_for
from collector.vendors.fusionsolar import FusionSolar

VENDOR = FusionSolar("home", "user", "secret")
READ = [i.name for i in INTERFACES.values() if i.name != "logout"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
KEYS = (
    "list",
    "pageCount",
    "plantCode",
    "plantName",
    "capacity",
    "latitude",
    "gridConnectionDate",
    "stationCode",
    "id",
    "devTypeId",
    "devName",
    "esnCode",
)
ROW = st.dictionaries(st.sampled_from(KEYS), JSON, max_size=8)
ENVELOPE = st.fixed_dictionaries(
    {},
    optional={
        "success": st.booleans() | JSON,
        "failCode": st.sampled_from([0, "0", 305, 407, 20056, None]) | JSON,
        "message": JSON,
        "data": st.lists(ROW, max_size=3) | ROW | JSON,
        "params": st.fixed_dictionaries({"currentTime": JSON}) | JSON,
    },
)


def _read(name: str, body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> object:
    call = Call("home", name, Batch(("P",)), page=1)
    try:
        return VENDOR.read(call, Answer(status, headers or {}, body, 1.0, 2.0))
    except VendorError as error:
        return error


@settings(max_examples=100, deadline=None)
@given(name=st.sampled_from(READ), envelope=ENVELOPE)
def test_whatever_json_comes_it_is_an_outcome_or_a_decision(name: str, envelope: dict[str, object]) -> None:
    """No shape of an answer, however odd, ends in anything but an outcome or an error that is a decision."""
    outcome = _read(name, json.dumps(envelope).encode())
    if isinstance(outcome, PlantPage):
        assert all(isinstance(p, Plant) and p.code and p.plant_id == p.code for p in outcome.plants)
        assert outcome.pages >= 1
    if isinstance(outcome, DeviceList):
        assert all(isinstance(d, Device) and d.code and d.device_id == d.code for d in outcome.devices)


@settings(max_examples=100, deadline=None)
@given(
    name=st.sampled_from(READ),
    body=st.binary(max_size=60),
    status=st.sampled_from([200, 204, 301, 400, 401, 403, 404, 429, 500, 503]),
    told=st.text(st.characters(codec="latin-1"), max_size=20)
    | st.floats().map(str)
    | st.datetimes().map(format_datetime),
)
def test_whatever_bytes_come_they_are_a_decision(name: str, body: bytes, status: int, told: str) -> None:
    """Bytes that are no answer become an error with a class, and a wait that ends."""
    outcome = _read(name, body, status, {"retry-after": told, "set-cookie": told})
    wait_s = getattr(outcome, "retry_after_s", 0.0)
    assert 0.0 <= wait_s <= 86_400.0


@settings(max_examples=60, deadline=None)
@given(number=st.integers(-(2**53), 2**53), form=st.sampled_from([int, float, str]))
def test_an_id_is_the_same_in_every_form(number: int, form: type) -> None:
    """A device is one identity whether its id came as an integer, a float or a string."""
    row = {"id": form(number), "devTypeId": 1, "stationCode": "P"}
    outcome = _read("getDevList", json.dumps({"success": True, "failCode": 0, "data": [row]}).encode())
    assert isinstance(outcome, DeviceList)
    assert [d.code for d in outcome.devices] == [str(number)]


def test_every_refusal_of_a_login_is_told_apart() -> None:
    """All codes that refuse a login become the class that is never repeated within half an hour."""
    for code in LOGIN_REFUSALS:
        body = json.dumps({"success": False, "failCode": int(code)}).encode()
        assert isinstance(_read("login", body), LoginRefused)


def test_the_vendor_is_found_by_its_name() -> None:
    """The settings' vendor becomes the class that talks to it."""
    vendor = vendor_for("fusionsolar", "home", "u", "p", language="en_US", id_prefix="")
    assert vendor.name == "fusionsolar"
    assert vendor.login in vendor.interfaces
    assert set(vendor.plant_lists) < set(vendor.interfaces)
