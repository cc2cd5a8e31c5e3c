"""Keys of plant lists and of the device list, and the keys that name a person.

Source: manual 9.1.3, 9.1.5 and 9.4.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class PlantKeys:
    """Keys of one plant list; "" where the list does not have it.

    Attributes:
        code: Plant id.
        name: Display name.
        capacity: Installed string capacity.
        capacity_factor: What was sent times this is kWp: the newer list sends kWp, the older one MW.
        latitude: [degrees north]
        longitude: [degrees east]
        connected: Grid connection stamp with its offset.
    """

    code: str
    name: str
    capacity: str
    capacity_factor: float
    latitude: str = ""
    longitude: str = ""
    connected: str = ""


PLANT_KEYS: Final[Mapping[str, PlantKeys]] = {
    "stations": PlantKeys(
        code="plantCode",
        name="plantName",
        capacity="capacity",
        capacity_factor=1.0,
        latitude="latitude",
        longitude="longitude",
        connected="gridConnectionDate",
    ),
    # The example of 9.4.2 shows 146.5 where its table says MW; clouds have been seen to send MW (0.1465).
    "getStationList": PlantKeys(
        code="stationCode",
        name="stationName",
        capacity="capacity",
        capacity_factor=1000.0,
    ),
}

# Device list.
DEVICE_ID: Final = "id"
DEVICE_NAME: Final = "devName"
DEVICE_PLANT: Final = "stationCode"
DEVICE_SERIAL: Final = "esnCode"
DEVICE_TYPE_ID: Final = "devTypeId"
DEVICE_SOFTWARE: Final = "softwareVersion"
DEVICE_MODEL: Final = "invType"
DEVICE_MODEL_KEYS: Final = ("invType", "model")  # the second is observed for other devices than inverters
DEVICE_LATITUDE: Final = "latitude"
DEVICE_LONGITUDE: Final = "longitude"

# Other keys of the older plant list.
BUILD_STATE: Final = "buildState"
COMBINE_TYPE: Final = "combineType"
AID_TYPE: Final = "aidType"

# Removed before an answer is kept: who a person is, how to reach them, where they live.
PERSONAL_KEYS: Final = frozenset(
    {
        "contactPerson",
        "contactMethod",
        "stationLinkman",
        "linkmanPho",
        "plantAddress",
        "stationAddr",
    },
)

# Removed as well: what opens a session.
SECRET_KEYS: Final = frozenset({"systemCode", "xsrfToken", "xsrf-token", "XSRF-TOKEN"})
