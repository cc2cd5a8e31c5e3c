"""A fortnight of three plants of two vendors, as line protocol, with the numbers that boards must show.

Written without the collector: its own generator, its own arithmetic. "Now" is always early afternoon at the plants, so that there is
power to show. One id is the beginning of another; one plant has been silent for 26 hours; an inverter paused for 3 hours; one day
lacks its theory and one has it at zero; a meter counts 1 kWh an hour over the last change of summer time.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

STEP = 300
DAY = 86_400
FORTNIGHT = 14 * DAY
ZONE = ZoneInfo("Europe/Berlin")
HOME, FARM, SCHOOL = "NE=33554435", "NE=335544350", "1298491919448828419"
VENDOR = {HOME: "fusionsolar", FARM: "fusionsolar", SCHOOL: "solis"}
KWP = {HOME: 12.0, FARM: 60.0, SCHOOL: 100.0}
NAMES = {HOME: "Home by the lake", FARM: 'Barn "South"', SCHOOL: "Schule Grünau"}
ACCOUNTS = {HOME: "home", FARM: "home", SCHOOL: "office"}
INVERTERS = {"1001": HOME, "2001": FARM, "2002": FARM, "3001": SCHOOL}
SHARE = {"1001": 1.0, "2001": 0.5, "2002": 0.5, "3001": 1.0}
STRINGS = {"1001": 2, "2001": 4, "2002": 4}
DATES = 740
SILENT_S = 26 * 3600
DEVICE_NAMES = {
    "1001": ("Inverter 1", HOME, "inverter"),
    "2001": ("Inverter west", FARM, "inverter"),
    "2002": ("Inverter east", FARM, "inverter"),
    "3001": ("Roof", SCHOOL, "inverter"),
    "1003": ("Battery", HOME, "battery"),
    "1004": ("Meter", HOME, "meter"),
    "2005": ("Weather", FARM, "emi"),
}


def tag(value):
    """A tag's value, escaped."""
    return value.replace(" ", "\\ ").replace(",", "\\,").replace("=", "\\=")


def line(measurement, tags, fields, at):
    """One line; `at` in seconds."""
    parts = [f"{key}={tag(value)}" for key, value in sorted(tags.items())]
    texts = [
        f'{key}="{value.replace(chr(92), chr(92) * 2).replace(chr(34), chr(92) + chr(34))}"'
        if isinstance(value, str)
        else f"{key}={float(value)!r}"
        for key, value in fields.items()
        if value is not None
    ]
    return f"{','.join([measurement, *parts])} {','.join(texts)} {int(at)}"


class Fortnight:
    """The data as of a moment."""

    def __init__(self, now, *, empty=False):
        self.now = int(now)
        self.last = self.now // STEP * STEP
        self.first = self.last - FORTNIGHT
        self.midnight = self.now // DAY * DAY
        self.gap = (self.last - 5 * DAY, self.last - 5 * DAY + 3 * 3600)
        self.power = {}  # (device, time) → kW
        self._curve = {
            at: max(0.0, math.sin(math.pi * ((13 + (at - self.last) / 3600) % 24 - 6) / 12))
            * (0.5 + 0.05 * (at // DAY % 7))
            for at in range(self.first, self.last + STEP, STEP)
        }
        self.lines = [] if empty else list(self._all())

    # --- truth

    def seen(self, plant, at):
        """Whether a plant reported at a time."""
        return plant != SCHOOL or at <= self.now - SILENT_S

    def dates(self, count):
        """The last dates, oldest first, as their 00:00Z. [s]"""
        return [self.midnight - DAY * back for back in range(count - 1, -1, -1)]

    def day(self, plant, at):
        """The calendar row of a day, with its two holes."""
        made = KWP[plant] * (2.0 + 0.5 * (at // DAY % 5))
        row = {
            "yield_kwh": made,
            "theory_kwh": made / 0.8,
            "irradiation_kwh_m2": made / 0.8 / KWP[plant],
            "export_kwh": made * 0.6,
            "use_kwh": made * 0.7,
            "import_kwh": made * 0.3,
            "self_use_kwh": made * 0.4,
            "income_cur": made * 0.1,
            "capacity_kwp": KWP[plant],
            "pr_pct": 80.0,
            "specific_yield_h": made / KWP[plant],
            "charge_kwh": 5.0,
            "discharge_kwh": 4.5,
        }
        if plant == HOME and at == self.midnight - 3 * DAY:
            row["theory_kwh"] = row["pr_pct"] = None
        if plant == HOME and at == self.midnight - 4 * DAY:
            row["theory_kwh"] = 0.0
        return row

    def month(self, plant, year, month):
        """The yield of a month. [kWh]"""
        return KWP[plant] * (20.0 + month + (year % 10))

    def months(self, count):
        """(year, month), the last of them this month's."""
        here = datetime.fromtimestamp(self.now, UTC)
        number = here.year * 12 + here.month - 1
        return [divmod(one, 12) for one in range(number - count + 1, number + 1)]

    def coverage(self, plant, at):
        """(received, expected) of a day."""
        received = {HOME: 288.0, FARM: 576.0, SCHOOL: 288.0}[plant]
        if plant == FARM and at == self.midnight - 5 * DAY:
            return received - 36.0, received
        return (0.0 if plant == SCHOOL and at > self.midnight - DAY else received), received

    def change(self):
        """The last change of summer time in Berlin at least 20 days ago: (its date, hours of that day)."""
        at = datetime.fromtimestamp(self.now, ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
        at -= timedelta(days=20)
        while True:
            following = at + timedelta(days=1)
            hours = (following.timestamp() - at.timestamp()) / 3600
            if hours != 24:
                return at, hours
            at -= timedelta(days=1)

    # --- lines

    def _all(self):
        yield from self._info()
        for at in range(self.first, self.last + STEP, STEP):
            yield from self._moment(at)
        yield from self._calendar()
        yield from self._alarms()
        yield from self._collector()
        yield from self._summer_time()

    def _info(self):
        places = {HOME: (52.5, 13.4), FARM: (48.1, 11.6), SCHOOL: (34.1, -118.2)}
        groups = {HOME: None, FARM: "farm", SCHOOL: "school"}
        zones = {HOME: "Europe/Berlin", FARM: "Europe/Berlin", SCHOOL: "America/Los_Angeles"}
        for plant, name in NAMES.items():
            fields = {
                "name": name,
                "label": f"{name}|{plant}",
                "tz": zones[plant],
                "capacity_kwp": KWP[plant],
                "latitude": places[plant][0],
                "longitude": places[plant][1],
                "group": groups[plant],
                "account": ACCOUNTS[plant],
                "currency": "EUR",
                "access": "no permission for devices: ask the owner to share the plant"
                if plant == SCHOOL
                else "ok",
            }
            yield line(
                "pv_plant_info", {"vendor": VENDOR[plant], "plant_id": plant}, fields, self.now - 20 * DAY
            )
        for device, (name, plant, _) in DEVICE_NAMES.items():
            fields = {
                "name": name,
                "label": f"{name}|{device}",
                "plant": NAMES[plant],
                "account": ACCOUNTS[plant],
            }
            yield line("pv_device_info", self.tags(device), fields, self.now - 20 * DAY)

    @staticmethod
    def tags(device):
        _, plant, kind = DEVICE_NAMES[device]
        return {"vendor": VENDOR[plant], "plant_id": plant, "device_id": device, "device_type": kind}

    def _moment(self, at):
        sun = self._curve[at]
        hours = (at - self.first) / 3600
        sums = dict.fromkeys(KWP, 0.0)
        for device, plant in INVERTERS.items():
            if not self.seen(plant, at) or (device == "2001" and self.gap[0] <= at < self.gap[1]):
                continue
            power = round(KWP[plant] * SHARE[device] * 0.8 * sun, 3)
            self.power[device, at] = power
            sums[plant] += power
            state = 512.0 if power else 40960.0
            if device == "2002" and power:
                state = (513.0, 514.0, 768.0, 512.0)[at // DAY % 4]
            fields = {
                "active_power_kw": power,
                "dc_power_kw": power / 0.97,
                "inverter_state": state,
                "day_yield_kwh": 10.0 + sun,
                "total_yield_kwh": 1000.0 + hours,
                "dc_energy_kwh": 1010.0 + hours,
                "efficiency_pct": 97.0,
                "temperature_c": 30.0 + 20.0 * sun,
                "power_factor_ratio": 0.99,
                "frequency_hz": 50.0,
                "phase_a_v": 230.0,
                "phase_b_v": 231.0,
                "phase_c_v": 232.0,
                "open_time_s": at // DAY * DAY + 6 * 3600,
                "close_time_s": at // DAY * DAY - 5 * 3600,
            }
            yield line("pv_inverter", self.tags(device), fields, at)
            if device in STRINGS and at > self.last - 8 * DAY and power > 0:
                yield from self._strings(device, at, power)
        yield from self._plants(at, sun, sums, hours)

    def _strings(self, device, at, power):
        for number in range(1, STRINGS[device] + 1):
            current = power * (0.8 if device == "2001" and number == 3 else 1.0)
            fields = {"voltage_v": 600.0, "current_a": current}
            if power > 1:
                fields["dev_pct"] = -20.0 if current < power else 0.0
            yield line("pv_string", {**self.tags(device), "string": f"{number:02}"}, fields, at)
        for number in (1, 2):
            fields = {"energy_kwh": 500.0 + (at - self.first) / 3600 * number}
            yield line("pv_mppt", {**self.tags(device), "mppt": f"{number:02}"}, fields, at)

    def flows(self, plant, power):
        """(strings, grid, battery, load) [kW]"""
        strings = power / 0.97
        battery = (2.0 if power > 4 else -0.5) if plant == HOME else None
        load = 1.0 if plant == HOME else 5.0
        return strings, strings - load - (battery or 0.0), battery, load

    def _plants(self, at, sun, sums, hours):
        for plant, power in sums.items():
            if not self.seen(plant, at):
                continue
            tags = {"vendor": VENDOR[plant], "plant_id": plant}
            strings, grid, battery, load = self.flows(plant, power)
            fields = {
                "power_kw": power,
                "pv_power_kw": strings,
                "grid_power_kw": grid,
                "battery_power_kw": battery,
                "load_power_kw": load,
                "power_kwp_ratio": power / KWP[plant],
                "day_yield_kwh": 10.0,
                "today_yield_kwh": 10.0 * KWP[plant],
                "month_yield_kwh": 100.0,
                "total_yield_kwh": 5000.0 + hours,
                "day_income_cur": 1.5,
                "total_income_cur": 500.0,
                "health_state": {HOME: 3.0, FARM: 2.0, SCHOOL: 3.0}[plant],
                "data_age_s": 120.0,
                "alarms_active": {HOME: 0.0, FARM: 2.0, SCHOOL: 1.0}[plant],
                "pr_7d_pct": 80.0,
                "yield_7d_delta_pct": -5.0,
                "worst_string_ratio": 0.78 if plant == FARM else 0.99,
            }
            yield line("pv_plant", tags, fields, at)
        charge = 40.0 + hours % 50
        power = sums[HOME]
        _, grid, battery, _ = self.flows(HOME, power)
        fields = {
            "power_kw": battery,
            "battery_soc_pct": charge,
            "battery_soh_pct": 98.0,
            "battery_status": 2.0,
            "charge_mode": 4.0,
            "max_charge_power_kw": 5.0,
            "max_discharge_power_kw": 5.0,
        }
        yield line("pv_battery", self.tags("1003"), fields, at)
        fields = {"active_power_kw": grid, "export_kwh": 9000.0 + 2 * hours, "import_kwh": 8000.0 + hours}
        fields |= {f"phase_{one}_active_power_kw": grid / 3 for one in "abc"}
        fields |= {f"phase_{one}_v": 230.0 for one in "abc"} | {"power_factor_ratio": 0.98}
        fields |= {f"import_{one}_kwh": 100.0 + hours / 4 for one in ("peak", "shoulder", "offpeak", "sharp")}
        fields |= {f"export_{one}_kwh": 200.0 + hours / 2 for one in ("peak", "shoulder", "offpeak", "sharp")}
        yield line("pv_meter", self.tags("1004"), fields, at)
        fields = {
            "irradiance_w_m2": 1000.0 * sun,
            "temperature_c": 12.0,
            "module_temperature_c": 12 + 25 * sun,
        }
        yield line("pv_emi", self.tags("2005"), fields, at)

    def _calendar(self):  # noqa: C901  one measurement after the other
        for plant in KWP:
            tags = {"vendor": VENDOR[plant], "plant_id": plant}
            for at in self.dates(DATES):
                if self.seen(plant, at):
                    yield line("pv_plant_day", tags, {**self.day(plant, at), **self._stamp(at)}, at)
            for back in range(72):
                at = self.now // 3600 * 3600 - back * 3600
                if self.seen(plant, at):
                    yield line(
                        "pv_plant_hour",
                        tags,
                        {"yield_kwh": 2.0, "theory_kwh": 2.5, "irradiation_kwh_m2": 0.2},
                        at,
                    )
            for year, month in ((year, month + 1) for year, month in self.months(36)):
                at = datetime(year, month, 1, tzinfo=UTC).timestamp()
                yield line("pv_plant_month", tags, self._longer(plant, year, month, at), at)
            year = datetime.fromtimestamp(self.now, UTC).year
            for one in range(year - 3, year + 1):
                at = datetime(one, 1, 1, tzinfo=UTC).timestamp()
                fields = {**self._longer(plant, one, 1, at), "co2_avoided_kg": 400.0, "coal_saved_kg": 300.0}
                yield line("pv_plant_year", tags, {**fields, "equivalent_trees": 22.0}, at)
        for device, plant in INVERTERS.items():
            for at in self.dates(DATES):
                if self.seen(plant, at):
                    share = SHARE[device]
                    made = self.day(plant, at)["yield_kwh"] * share
                    fields = {"yield_kwh": made, "capacity_kwp": KWP[plant] * share, **self._stamp(at)}
                    yield line("pv_device_day", self.tags(device), fields, at)
        for at in self.dates(DATES):
            fields = {"charge_kwh": 5.0, "discharge_kwh": 4.5, "charge_time_h": 3.0, "discharge_time_h": 9.0}
            yield line("pv_device_day", self.tags("1003"), {**fields, **self._stamp(at)}, at)

    @staticmethod
    def _stamp(at):
        date = datetime.fromtimestamp(at, UTC)
        return {"local_date": f"{date:%Y-%m-%d}", "year": date.year, "month": date.month}

    def _longer(self, plant, year, month, at):
        made = self.month(plant, year, month)
        row = {"yield_kwh": made, "theory_kwh": made / 0.8, "export_kwh": made * 0.6, "use_kwh": made * 0.7}
        row |= {
            "import_kwh": made * 0.3,
            "self_use_kwh": made * 0.4,
            "income_cur": made * 0.1,
            "pr_pct": 80.0,
        }
        return {**row, "capacity_kwp": KWP[plant], "specific_yield_h": made / KWP[plant], **self._stamp(at)}

    def _alarms(self):
        rows = (
            ("2001", "critical", "2032", "Grid loss", 4 * 3600, True),
            ("2001", "major", "2062", 'Low "insulation" resistance, string 3', 2 * DAY, True),
            ("1001", "minor", "301", "Fan blocked", 3 * DAY, False),
            ("1001", "minor", "301", "Fan blocked", 4 * DAY, False),
            ("1001", "minor", "301", "Fan blocked", 5 * DAY, False),
            ("2005", "minor", "9", "Sensor dirty", 10 * DAY, True),
            ("3001", "warning", "77", "Clock wrong", 400 * DAY, True),
            ("3001", "warning", "78", "Clock wrong again", 12 * DAY, False),
        )
        for device, severity, alarm, name, age, active in rows:
            tags = {**self.tags(device), "alarm_id": alarm, "cause_id": "1", "severity": severity}
            fields = {
                "active": 1.0 if active else 0.0,
                "name": name,
                "cause": "Mains voltage is missing",
                "repair": "Check the breaker",
            }
            if not active:
                fields |= {"end_s": self.now - age + 7200, "duration_s": 7200.0}
            yield line("pv_alarm", tags, fields, self.now - age)

    def _collector(self):
        interfaces = {
            "getKpiStationDay": 25.0,
            "getDevRealKpi": 4.0,
            "getAlarmList": 2.0,
            "login": 5.0,
            "getInventerRealKpi": 1.0,
            "getStationRealKpi": 1.0,
        }
        for account in ("home", "office"):
            for interface, budget in interfaces.items():
                # The newest call lies in the ten minutes that are running, however young they are.
                newest = self.now - min(120, max(1, self.now % 600))
                for at in [*range(self.last - 2 * DAY, self.last - 1200, 1200), newest]:
                    refused = 1.0 if interface == "getDevRealKpi" and at == newest else 0.0
                    fields = {
                        "calls": 1.0,
                        "budget": budget,
                        "rate_limited": refused,
                        "next_allowed_s": self.now + 600,
                    }
                    yield line("collector_api", {"account": account, "interface": interface}, fields, at)
            yield line(
                "collector_job",
                {"account": account, "interface": "getDevHistoryKpi"},
                {"done": 30.0, "total": 120.0, "eta_s": 5400.0 if account == "home" else 7200.0},
                self.now - 240,
            )
        for plant in KWP:
            for at in self.dates(31):
                received, expected = self.coverage(plant, at)
                tags = {"account": ACCOUNTS[plant], "plant_id": plant}
                yield line("collector_coverage", tags, {"received": received, "expected": expected}, at)
        told = "The cloud refuses the password of office (20400). Set a new one in accounts.office.password."
        yield line(
            "collector_fault",
            {"account": "office", "subject": "login"},
            {"active": 1.0, "words": told},
            self.now - 900,
        )
        told = "The database did not answer; 3 batches waited. Nothing to do."
        yield line(
            "collector_fault",
            {"account": "home", "subject": "sink"},
            {"active": 0.0, "words": told},
            self.now - 300,
        )

    def _summer_time(self):
        date, _ = self.change()
        begin = int(date.timestamp()) - DAY
        for at in range(begin, begin + 3 * DAY, 1800):
            counted = 100.0 + (at - begin) / 3600
            yield line("pv_meter", self.tags("1004"), {"export_kwh": counted, "import_kwh": counted}, at)
