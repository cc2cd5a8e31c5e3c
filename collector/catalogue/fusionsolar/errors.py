"""Every error code: its meaning, what the collector does, and what a person can do.

The first 153 are those of section 10; solutions follow section 11 and what operators reported. Five more have been seen on the
clouds and are not in the manual. Codes about creating plants and about control are kept although the collector never makes such
a call, so that no code is without a meaning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from collector.catalogue.terms import Decision, ErrorCode

if TYPE_CHECKING:
    from collections.abc import Mapping

_REPORT = "This is a defect of the collector: please report it with the interface and the code."
_NEVER_MADE = "The collector makes no such call; another program may use the same account."
_GRANT = (
    "In FusionSolar, as company administrator, open System > Business Configuration > Northbound Management, edit the API user, "
    "tick this interface in the list (under the basic APIs) and the plants concerned, and save."
)
_OWNER = (
    'The plant\'s owner (not the installer) opens the plant > Basic info > Set permissions and ticks "Access to API"; '
    "otherwise have the API user associated with that owner again."
)
_ONE_PROGRAM = "See that no other program uses this API user."


def _own(code: int, meaning: str) -> ErrorCode:
    """A code that can only follow from a wrong request of the collector."""
    return ErrorCode(str(code), meaning, Decision.FIX_REQUEST, _REPORT)


def _control(code: int, meaning: str) -> ErrorCode:
    """A code of calls that control devices, which the collector never makes."""
    return ErrorCode(str(code), meaning, Decision.FIX_REQUEST, _NEVER_MADE)


_create = _control  # codes of plant creation are as far from the collector

_SECTION_10: Final = (
    ErrorCode(
        "20001",
        "The cloud does not know this API user.",
        Decision.TELL_USER,
        "Check the user name and that base_url is the cloud on which the API user was created.",
    ),
    ErrorCode(
        "20002",
        "The API user has been disabled.",
        Decision.TELL_USER,
        "Ask the company administrator to enable it under Northbound Management.",
    ),
    ErrorCode(
        "20003",
        "The API user's deadline has passed.",
        Decision.TELL_USER,
        "Ask the company administrator to set a later deadline for it under Northbound Management.",
    ),
    ErrorCode(
        "20004", "The cloud's server has a fault.", Decision.WAIT, "Nothing: the collector asks again later."
    ),
    _own(20005, "No device id was sent."),
    ErrorCode(
        "20006",
        "Some devices of the call are of another type than the one named.",
        Decision.REFRESH_INVENTORY,
        "Nothing: the device list is read again.",
    ),
    ErrorCode(
        "20007",
        "The cloud does not have a plant of the call.",
        Decision.REFRESH_INVENTORY,
        "Nothing: the plant list is read again. If a plant was removed on purpose, it leaves the inventory by itself.",
    ),
    ErrorCode(
        "20008",
        "The cloud does not have a device of the call.",
        Decision.REFRESH_INVENTORY,
        "Nothing: the device list is read again. If a device was exchanged, the old one leaves the inventory by itself.",
    ),
    ErrorCode(
        "20009",
        "The cloud has no counters configured for the values asked for.",
        Decision.TELL_USER,
        "Ask the company administrator or the vendor's support to configure the report counters of this plant or device.",
    ),
    _own(20010, "The list of plants was empty."),
    _own(20011, "The list of devices was empty."),
    _own(20012, "The time asked for was missing."),
    ErrorCode(
        "20013",
        "The device type is wrong, or the interface does not serve some of the devices.",
        Decision.REFRESH_INVENTORY,
        "Nothing: the device list is read again.",
    ),
    _own(20014, "More than 100 plants were named in one call."),
    _own(20015, "More than 100 plants were named in one call."),
    _own(20016, "More than 100 devices were named in one call."),
    _own(20017, "More than 100 devices were named in one call."),
    _control(20018, "More than 10 devices were to be switched in one call."),
    _control(20019, "The switch command was neither on (1) nor off (2)."),
    _control(20020, "There is no upgrade package for the device's version."),
    _control(20021, "The upgrade file does not exist."),
    _control(20022, "There are no upgrade records of the devices."),
    ErrorCode(
        "305",
        "The session is not, or no longer, valid.",
        Decision.LOG_IN,
        "Nothing, if it is rare. Often: another program logs in with the same API user, and each login ends the other's session.",
    ),
    ErrorCode("401", "The API user may not use this interface.", Decision.NEVER_AGAIN, _GRANT),
    ErrorCode(
        "407",
        "This interface was called more often than it allows.",
        Decision.WAIT,
        "Nothing, if it is rare: the collector keeps a larger distance. " + _ONE_PROGRAM,
    ),
    _own(20023, "The start of the period is later than its end."),
    _own(20024, "The language was missing."),
    ErrorCode(
        "20025",
        "The cloud does not know the language asked for.",
        Decision.FIX_REQUEST,
        "Set the account's language to one of the ten that docs/schema.md lists.",
    ),
    ErrorCode(
        "20026",
        "The cloud gives data of the latest 365 days only.",
        Decision.OUT_OF_REACH,
        "Nothing: older periods are marked as gone.",
    ),
    _own(20027, "The period is longer than 31 days."),
    ErrorCode(
        "20028",
        "The cloud has no data of this user.",
        Decision.TELL_USER,
        "Check the user name and base_url; the API user may have been deleted and must then be created anew.",
    ),
    _control(20030, "The task for an I-V curve diagnosis could not be created."),
    _control(20034, "The task does not exist."),
    _control(20035, "The device's MPPTs cannot feed current back."),
    _control(20036, "The time for feeding current back into the MPPT is too long."),
    _control(20037, "The current to feed back into the MPPT is not above 0 and at most 15."),
    _control(20038, "The list of authorisation codes is missing or longer than 1000."),
    _control(20039, "The depth of discharge is not within 0 to 100."),
    _control(20040, "The charge or discharge switch has an invalid value."),
    _control(20041, "The control type of a forced charge or discharge is missing."),
    _control(20042, "The target state of charge is missing or invalid."),
    _control(20043, "The duration of the charge or discharge is missing or invalid."),
    _control(20044, "The id of the charge or discharge task is missing."),
    ErrorCode("20045", "At least one plant of the call is not authorised.", Decision.SPLIT_BATCH, _OWNER),
    ErrorCode("20046", "At least one plant of the call is not authorised.", Decision.SPLIT_BATCH, _OWNER),
    _control(20047, "The power of the forced charge or discharge is invalid."),
    _control(20048, "The id of the charge or discharge task exists already."),
    _control(20049, "The charge or discharge task could not be sent to the device."),
    _control(20050, "The parameter that asks for a charge or discharge task is missing."),
    _control(20051, "The depth of discharge of the battery could not be set."),
    _own(20055, "Neither plants nor devices were named."),
    _control(
        20116,
        "The inverter command named no plant or more than 100, or plants with no inverter or more than 200 together.",
    ),
    ErrorCode("20200", "The cloud is busy.", Decision.WAIT, "Nothing: the collector asks again later."),
    ErrorCode(
        "20400",
        "The login was refused: wrong user name or password, user locked, password expired, or too many sessions.",
        Decision.TELL_USER,
        "Check the user name and password. Five wrong passwords within 10 minutes lock the user for 30 minutes. If both are "
        "right, look under Northbound Management whether the user is locked or its password has expired, and end other programs "
        "that use it.",
    ),
    ErrorCode(
        "20402",
        "The login was refused: as many sessions are open as are allowed.",
        Decision.TELL_USER,
        "End other programs that use this API user; an unused session ends by itself within half an hour.",
    ),
    ErrorCode(
        "20403",
        "The login of this API user is restricted.",
        Decision.TELL_USER,
        "Ask the company administrator to look at the user's state and allowed addresses under Northbound Management.",
    ),
    _own(20604, "The start of the period is not earlier than its end."),
    _own(20605, "A time of the call is negative."),
    _own(20606, "Only a start was sent, and it is not in the past."),
    _control(20607, "The list of tasks is empty: tasks must be named in the request."),
    _own(20608, "The call names a plant twice: each may be named once."),
    _control(
        20609,
        "The plant's communication is not set up properly: it needs one communication device, and only one.",
    ),
    _control(20610, "The plant does not support the default configuration."),
    _own(20611, "A value of the request is out of its range."),
    _own(20612, "A value of the request is empty."),
    _control(20613, "The default settings reached none of the plants; each plant's own code says why."),
    ErrorCode(
        "20614",
        "The cloud's network communication has a fault.",
        Decision.WAIT,
        "Nothing at first: the collector asks again later. If it lasts, check the plant's network connection.",
    ),
    _control(20615, "The plant is doing the same task already; it may be tried again after three minutes."),
    _control(20616, "The task id is missing."),
    _control(
        20617,
        "There is no result of the default settings: the request id and the plants do not belong together.",
    ),
    ErrorCode(
        "20618",
        "This interface's calls of the day are used up.",
        Decision.STOP_INTERFACE,
        "Nothing: the interface rests until its window frees. " + _ONE_PROGRAM,
    ),
    _control(20619, "More than 100 task ids were named."),
    _control(20620, "The task id does not exist."),
    _create(21000, "Basic information for the new plant is missing."),
    _create(21001, "The new plant's name is missing or malformed."),
    _create(21002, "The new plant's type is missing or wrong."),
    _create(21003, "The new plant's grid connection time is not a positive number."),
    _create(21004, "The contact's name is malformed."),
    _create(21005, "The contact's address is malformed."),
    _create(21006, "Commercial and utility plants cannot consist of chargers only."),
    _create(21007, "A plant of chargers only takes no grid connection time."),
    _create(21008, "A plant of chargers only takes no string capacity."),
    _create(21009, "A plant of chargers only takes no electricity price."),
    _create(21010, "The flag for a plant of chargers only is neither 0 nor 1."),
    _create(21011, "A plant of this name exists already."),
    _create(22000, "Nothing was found about the devices to connect."),
    _create(22001, "The device's registration code is missing."),
    _create(22002, "The device is not authorised."),
    _create(22003, "The device's registration code is wrong."),
    _create(22004, "Five wrong registration codes in a row: locked for 5 minutes."),
    _create(22005, "A plant of chargers only has other devices connected."),
    _create(22006, "The device's serial number is missing."),
    _create(22007, "The device belongs to another plant already."),
    _create(22008, "The parameters of the devices to connect are missing."),
    _create(23000, "String capacity is missing both for the plant and for its inputs."),
    _create(23001, "The plant's string capacity is malformed."),
    _create(23002, "The inverter's serial number does not exist."),
    _create(23003, "The number of inverter serial numbers is wrong."),
    _create(23005, "The string capacity of an inverter input is wrong."),
    _create(23006, "An inverter's serial number or its string capacity is missing."),
    _create(23007, "The number of string capacities for the inverter is wrong."),
    _create(24000, "The electricity price is not a positive number."),
    _create(24001, "The price's dates do not cover a whole year once."),
    _create(24002, "The price's hours do not cover a whole day once."),
    _create(24003, "The range of dates is invalid."),
    _create(24004, "The range of hours is invalid."),
    _create(24005, "The company has no electricity price."),
    _create(24006, "The flag for the company's price is neither 0 nor 1."),
    _create(25000, "Additional information for the new plant is missing."),
    _create(25001, "The area code is missing or malformed."),
    _create(25002, "The plant's address is missing."),
    _create(25003, "Longitude or latitude is missing or malformed."),
    _create(25004, "The time of safe running is not a positive number."),
    _create(25005, "The time zone is missing or malformed."),
    _create(25006, "The flag for load is neither 0 nor 1."),
    _create(25007, "The plant's introduction is longer than 128 characters."),
    _create(26000, "The plants could not be created."),
    _create(26001, "More than 1000 plants were to be created in a day."),
    _create(26002, "The company that authorised the API user does not exist."),
    _own(30001, "The list of device serial numbers is missing."),
    _own(30002, "More than 50 serial numbers were named in one call."),
    _own(30003, "The account is missing in the request."),
    _own(30004, "The page number is missing."),
    _own(30005, "The page size is missing."),
    _own(30006, "The page size is none of 10, 20, 30, 50 and 100."),
    _own(30007, "Start and end must be sent both, or neither."),
    ErrorCode(
        "30008",
        "An internal call of the cloud failed.",
        Decision.WAIT,
        "Nothing: the collector asks again later.",
    ),
    _control(30009, "The task's name is missing."),
    _control(30010, "The list of devices for the task is missing."),
    _control(30011, "The cleaning state is missing or invalid."),
    _control(30012, "The environmental parameters are missing or invalid."),
    _control(
        30013, "Environmental parameters were announced, but irradiance or module temperature is missing."
    ),
    _control(30014, "The number of scan points is not 128."),
    _control(30015, "The task id is missing."),
    _control(30016, "The device name is missing."),
    _control(30017, "More than 100 devices were named, or some that the user may not use."),
    _control(30018, "The task's name is invalid."),
    _control(30019, "The module's back temperature is not within 0 to 100 °C."),
    _control(30020, "The irradiance on the module is not within 600 to 1500 W/m²."),
    _own(30021, "The page number is below 0."),
    _own(30022, "The time stamp is missing."),
    _control(30023, "The command's type is invalid."),
    _control(30024, "The duration of the supply is invalid."),
    _control(30025, "The list of MPPTs is missing."),
    _control(30026, "An inverter's MPPTs are missing."),
    _control(30027, "More than 3 MPPTs of one inverter, or more than 32 in all, were named."),
    _control(30028, "The current to feed back is invalid."),
    ErrorCode(
        "30029",
        "The authentication failed.",
        Decision.TELL_USER,
        "Check the user name and password, and that base_url is the cloud on which the API user was created.",
    ),
    _own(30030, "A parameter of the request is wrong."),
    _own(30031, "More than 10 devices were named in one call."),
    _own(30032, "The period is invalid or longer than three days."),
    _control(30033, "The task is still running."),
    ErrorCode("30034", "There is nothing to return.", Decision.NO_DATA, "Nothing."),
)

_OBSERVED: Final = (
    ErrorCode(
        "306",
        "The session has expired.",
        Decision.LOG_IN,
        "Nothing: the collector logs in again.",
        section="observed",
    ),
    ErrorCode(
        "307",
        "The session has expired.",
        Decision.LOG_IN,
        "Nothing: the collector logs in again.",
        section="observed",
    ),
    ErrorCode(
        "403",
        "The whole cloud is loaded and refuses calls.",
        Decision.WAIT,
        "Nothing: the collector waits at least a minute, longer if it lasts.",
        section="observed",
    ),
    ErrorCode(
        "429",
        "The whole cloud is loaded and refuses calls.",
        Decision.WAIT,
        "Nothing: the collector waits at least a minute, longer if it lasts.",
        section="observed",
    ),
    ErrorCode(
        "20056",
        "The owner of at least one plant of the call has not granted, or has withdrawn, access by API.",
        Decision.SPLIT_BATCH,
        _OWNER,
        section="observed",
    ),
)

SECTION_10_CODES: Final = tuple(row.code for row in _SECTION_10)

ERROR_CODES: Final[Mapping[str, ErrorCode]] = {row.code: row for row in (*_SECTION_10, *_OBSERVED)}

# Refused logins: never repeated within 30 minutes, and counted towards the cloud's lock.
LOGIN_REFUSALS: Final = frozenset({"20001", "20002", "20003", "20028", "20400", "20402", "20403", "30029"})

# Refusals that count for every interface of the account, as HTTP status or as failCode.
WHOLE_SYSTEM: Final = frozenset({"403", "429"})


def decision(code: str) -> ErrorCode:
    """What a code means and what to do about it; a code that nobody knows is told to the user as it is."""
    known = ERROR_CODES.get(code)
    if known is not None:
        return known
    return ErrorCode(
        code,
        f"The cloud refused with code {code}, which is not documented.",
        Decision.TELL_USER,
        "Please report it with the interface and the code; the collector tries again later.",
        section="unknown",
    )
