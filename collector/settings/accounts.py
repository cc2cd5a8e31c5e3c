"""Accounts at the vendors' clouds, and what the user knows about single plants."""

from __future__ import annotations

import re
from pathlib import Path  # noqa: TC003  pydantic reads annotations
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, Field, SecretStr, StringConstraints, field_validator, model_validator

from collector.settings.addresses import vendor_address
from collector.settings.problems import Part, SettingProblem, suggestion
from collector.settings.secret import HoldsSecrets

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from collector.catalogue.terms import Interface

LANGUAGES = (
    "zh_CN",
    "en_US",
    "ja_JP",
    "it_IT",
    "nl_NL",
    "pt_BR",
    "de_DE",
    "fr_FR",
    "es_ES",
    "pl_PL",
)  # Source: manual 9.1.7
_NO_ZONES = frozenset(
    {"localtime", "Factory"}
)  # would follow the container, which knows nothing of the plant


def interfaces_of(vendor: str) -> Mapping[str, Interface]:  # noqa: ARG001  the second vendor decides by it
    """Return a vendor's interfaces by name."""
    from collector.catalogue.fusionsolar import INTERFACES

    return INTERFACES


def account_name(name: str) -> str:
    """Check an account's name.

    Raises:
        SettingProblem: It holds more than small letters, digits and underscores.
    """
    if not re.fullmatch(r"[a-z0-9_]+", name) or "__" in name:
        raise SettingProblem(
            "is no name for an account",
            "Use small letters, digits and single underscores, as in home or roof_2.",
        )
    return name


def zone_name(name: str | None) -> str | None:
    """Check an IANA time zone name.

    Raises:
        SettingProblem: There is no such zone.
    """
    if name is None:
        return None
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # a folder of the zone data is an OSError
        known = False
    else:
        known = name not in _NO_ZONES
    if not known:
        zones = available_timezones() - _NO_ZONES
        near = suggestion(name, zones)
        mend = near if near.startswith("Did") else "Use a name like Europe/Berlin."
        raise SettingProblem("is no IANA time zone name", mend)
    return name


AccountName = Annotated[str, AfterValidator(account_name)]
Zone = Annotated[str | None, AfterValidator(zone_name)]


class Limits(Part):
    """What the user knows better than the vendor's formula, for one interface."""

    calls: int | None = Field(default=None, ge=0, examples=[1])
    """Calls allowed in one window; 0 switches the interface off."""
    window_s: float | None = Field(default=None, gt=0, examples=[300])
    """Length of the window. [s]"""
    min_gap_s: float | None = Field(default=None, ge=0, examples=[60])
    """Least time from the answer of one call to the sending of the next. [s]"""
    pace: Literal["even", "burst"] | None = Field(default=None, examples=["even"])
    """`even` spreads the calls over the window; `burst` sends while the window allows."""


class Account(HoldsSecrets):
    """One user of a vendor's interface."""

    held: ClassVar[tuple[str, ...]] = ("password",)

    vendor: Literal["fusionsolar"] = Field(examples=["fusionsolar"])
    """The vendor's cloud."""
    base_url: str = Field(examples=["https://eu5.fusionsolar.huawei.com"])
    """The address at which this account's plants are kept, without a path."""
    username: Annotated[str, StringConstraints(min_length=1)] = Field(examples=["northbound_user"])
    """User name of the northbound account, not of the web portal."""
    password: SecretStr = Field(default=SecretStr(""), examples=["written here, or better in a file"])
    """Its password (the vendor calls it system code)."""
    password_file: Path | None = Field(default=None, examples=["/run/secrets/home_password"])
    """File that holds the password, in place of `password`."""
    ca_file: Path | None = Field(default=None, examples=["config/vendor.cer"])
    """Certificate to trust beside the machine's own, PEM or DER."""
    policy: Literal["dynamic", "legacy"] = "dynamic"
    """`legacy` for users created up to 2022-06-30, who keep one call a minute for each interface."""
    pace: Literal["even", "burst"] = "even"
    """How calls are spread over a window, for interfaces without a pace of their own."""
    limits: dict[str, Limits] = Field(
        default_factory=dict,
        examples=[{"getDevRealKpi": {"calls": 1, "window_s": 600, "min_gap_s": 60, "pace": "even"}}],
    )
    """Limits that replace the documented ones, by interface name."""
    timezone: Zone = Field(default=None, examples=["Europe/Berlin"])
    """IANA zone of the plants; without it, the zone is read from the vendor's stamps."""
    language: Literal[
        "zh_CN", "en_US", "ja_JP", "it_IT", "nl_NL", "pt_BR", "de_DE", "fr_FR", "es_ES", "pl_PL"
    ] = "en_US"
    """Language in which the vendor words its alarms."""
    interfaces: list[str] = Field(default_factory=list, examples=[["getStationRealKpi", "getDevRealKpi"]])
    """Interfaces to use, by name; empty: all but the restricted ones."""
    id_prefix: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:-]{0,32}$")] = Field(
        default="", examples=["acme:"]
    )
    """Put before the account's plant and device ids, for ever; only where two hosts use the same ids."""
    invert_grid: bool = False
    """Turn the sign of the grid meter, so that export is positive."""
    invert_battery: bool = False
    """Turn the sign of the battery power, so that charging is positive."""
    units: dict[Annotated[int, Field(gt=0)], Literal["W", "kW"]] = Field(
        default_factory=dict, examples=[{17: "kW"}]
    )
    """Unit in which a device type really sends its power, by the vendor's type number."""
    currency: Annotated[str, StringConstraints(pattern=r"^([A-Z]{3})?$")] = Field(
        default="", examples=["EUR"]
    )
    """Currency of the vendor's income figures, three letters; empty: not stated."""

    @field_validator("vendor", mode="before")
    @classmethod
    def _known_vendor(cls, value: Any) -> Any:
        if value == "soliscloud":
            raise SettingProblem(
                "soliscloud is known, but cannot be read yet", "Remove this account for now."
            )
        return value

    @field_validator("base_url")
    @classmethod
    def _safe_address(cls, value: str) -> str:
        return vendor_address(value)

    @field_validator("interfaces", mode="before")
    @classmethod
    def _list_in_words(cls, value: Any) -> Any:
        return [word for word in re.split(r"[,\s]+", value) if word] if isinstance(value, str) else value

    @field_validator("limits", mode="before")
    @classmethod
    def _names_in_any_case(cls, value: Any) -> Any:
        """Bring names from the environment, which has only one case, to the vendor's spelling."""
        if not isinstance(value, dict):
            return value
        spelling = {name.lower(): name for name in interfaces_of("fusionsolar")}
        merged: dict[Any, Any] = {}
        for key, limit in value.items():
            name = spelling.get(str(key).lower(), key)
            known = merged.get(name)
            merged[name] = known | limit if isinstance(known, dict) and isinstance(limit, dict) else limit
        return merged

    @model_validator(mode="after")
    def _usable(self) -> Self:
        self.require_secret("password")
        known = interfaces_of(self.vendor)
        for key, names in (("limits", list(self.limits)), ("interfaces", self.interfaces)):
            for name in names:
                if name not in known:
                    raise SettingProblem(
                        f"{name} is no interface of {self.vendor}", suggestion(name, known), key
                    )
        if self.ca_file is not None and not self.ca_file.expanduser().is_file():
            raise SettingProblem(f"names {self.ca_file}, which is no file", "Correct the path.", "ca_file")
        return self


class PlantSettings(Part):
    """What the user knows about one plant."""

    group: str = Field(default="", examples=["north"])
    """Free label, to group plants on dashboards."""
    timezone: Zone = Field(default=None, examples=["Europe/Berlin"])
    """IANA zone in which the plant's days begin."""
    capacity_kwp: float | None = Field(default=None, gt=0, examples=[9.9])
    """Installed capacity, where the vendor's is wrong. [kWp]"""
