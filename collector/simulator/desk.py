"""Behind the counter: which rows answer which interface, once session, permission and limit are cleared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from collector.catalogue.fusionsolar import alarms as alarm_key
from collector.catalogue.fusionsolar import envelope as key
from collector.simulator import lists, questions
from collector.simulator.answers import CodeError
from collector.simulator.convergence import inverter_row
from collector.simulator.members import INVERTERS, POWER_SENSOR

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from collector.simulator.fleet import SimFleet
    from collector.simulator.members import SimDevice, SimPlant
    from collector.simulator.rows import Rows

NOT_GRANTED = 20056
_LISTS = ("stations", "getStationList", "getDevList")
_LONGEST_ALARM_MS = 31 * 86_400_000


@dataclass(frozen=True, slots=True)
class Desk:
    """Serves one account.

    Attributes:
        fleet: Plants and devices.
        rows: Makes rows.
        switches: Oddities.
        denied: Codes of plants whose owner has withdrawn access.
    """

    fleet: SimFleet
    rows: Rows
    switches: frozenset[str]
    denied: set[str]

    def serve(
        self, name: str, asked: Mapping[str, Any], params: Mapping[str, Any], now: float
    ) -> tuple[Any, Any]:
        """Return data and params of a good answer.

        Args:
            name: Interface name of the manual.
            asked: Request parameters.
            params: What the answer echoes.
            now: Moment of arrival. [s since epoch, UTC]

        Raises:
            CodeError: The question is answered with an error code.
        """
        now_ms = int(now * 1000)
        if name in _LISTS:
            return self._list(name, asked), {
                "stations": None,
                "getStationList": {key.CURRENT_TIME: now_ms},
            }.get(name, params)
        if name == "getAlarmList":
            return self._alarms(asked, now_ms), _whole_times(params)
        if name == "getInventerRealKpi":
            return self._convergence(asked, now_ms), dict(asked)
        if name.startswith(("getKpiStation", "getStationReal")):
            return self._plant_data(name, asked, now_ms), params
        return self._device_data(name, asked, now), params

    def _list(self, name: str, asked: Mapping[str, Any]) -> object:
        if name == "stations":
            return lists.stations(self.fleet, asked, texts="string_numbers" in self.switches)
        if name == "getStationList":
            return lists.station_list(self.fleet, asked)
        return lists.device_list(self.fleet, self._plants(asked, 20015))

    def _plant_data(self, name: str, asked: Mapping[str, Any], now_ms: int) -> list[Any]:
        plants = self._plants(asked, 20014)
        if name == "getStationRealKpi":
            return self.rows.plants_live(plants, now_ms)
        moment = questions.moment(asked.get(key.COLLECT_TIME))
        period: Mapping[str, Callable[[Sequence[SimPlant], int, int], Iterator[Any]]] = {
            "getKpiStationHour": self.rows.plants_hours,
            "getKpiStationDay": self.rows.plants_days,
            "getKpiStationMonth": self.rows.plants_months,
            "getKpiStationYear": self.rows.plants_years,
        }
        return list(period[name](plants, moment, now_ms))

    def _device_data(self, name: str, asked: Mapping[str, Any], now: float) -> list[Any] | None:
        now_ms = int(now * 1000)
        if name == "getDevHistoryKpi":
            devices = questions.devices(
                self.fleet, asked, most=questions.MOST_HISTORY_DEVICES, too_many=30031
            )
            begin, end = questions.history(asked, now)
            return list(self.rows.devices_history(self._allowed(devices), begin, end, now_ms, name))
        types = questions.COUNTED_TYPES if name.startswith("getDevKpi") else questions.MEASURED_TYPES
        devices = self._allowed(questions.devices(self.fleet, asked, types=types))
        if name == "getDevRealKpi":
            if "no_data_47" in self.switches and devices and devices[0].type_id == POWER_SENSOR:
                return None
            return self.rows.devices_live(devices, now_ms)
        moment = questions.moment(asked.get(key.COLLECT_TIME))
        if name == "getDevFiveMinutes" and moment < now_ms - questions.OLDEST_MS:
            raise CodeError(20026)
        period: Mapping[str, Callable[[Sequence[SimDevice], int, int], Iterator[Any]]] = {
            "getDevFiveMinutes": self.rows.devices_day,
            "getDevKpiDay": self.rows.devices_days,
            "getDevKpiMonth": self.rows.devices_months,
            "getDevKpiYear": self.rows.devices_years,
        }
        return list(period[name](devices, moment, now_ms))

    def _alarms(self, asked: Mapping[str, Any], now_ms: int) -> list[Any]:
        if questions.codes(asked.get(key.PLANT_CODES)):
            plants = self._plants(asked, 20015)
            devices = [device for plant in plants for device in self.fleet.devices_of(plant)]
        else:
            named = questions.codes(asked.get(key.SERIALS))
            if not named:
                raise CodeError(20055)
            devices = self._allowed(self._by_serial(named, 20017))
        language = str(asked.get(key.LANGUAGE) or "")
        if language not in alarm_key.LANGUAGES:
            raise CodeError(20025 if language else 20024)
        begin = questions.moment(asked.get(key.BEGIN_TIME))
        end = questions.moment(asked.get(key.END_TIME))
        if begin > end:
            raise CodeError(20023)
        if "alarm_span_31" in self.switches and end - begin > _LONGEST_ALARM_MS:
            raise CodeError(20027)
        types = {questions.whole(part) for part in questions.codes(asked.get(key.DEVICE_TYPES_KEY))}
        levels = {questions.whole(part) for part in questions.codes(asked.get(key.LEVELS))}
        chosen = [device for device in devices if not types or device.type_id in types]
        return [
            row
            for row in self.rows.alarms(chosen, begin, end, now_ms)
            if not levels or row[alarm_key.SEVERITY] in levels
        ]

    def _convergence(self, asked: Mapping[str, Any], now_ms: int) -> list[Any]:
        named = questions.codes(asked.get(key.SERIALS))
        if not named:
            raise CodeError(30001)
        devices = self._allowed(self._by_serial(named, 20016))
        if any(device.type_id not in INVERTERS for device in devices):
            raise CodeError(20013)
        return [inverter_row(self.rows.truth, device, now_ms) for device in devices]

    def _by_serial(self, named: Sequence[str], too_many: int) -> list[SimDevice]:
        if len(named) > questions.MOST_DEVICES:
            raise CodeError(too_many)
        found = [self.fleet.by_sn(sn) for sn in named]
        if None in found:
            raise CodeError(20008)
        return [device for device in found if device is not None]

    def _plants(self, asked: Mapping[str, Any], too_many: int) -> list[SimPlant]:
        plants = questions.plants(self.fleet, asked, too_many)
        good = [plant for plant in plants if plant.code not in self.denied]
        self._object(len(plants) - len(good))
        return good

    def _allowed(self, devices: Sequence[SimDevice]) -> list[SimDevice]:
        good = [device for device in devices if device.plant.code not in self.denied]
        self._object(len(devices) - len(good))
        return good

    def _object(self, denied: int) -> None:
        if denied and "denied_rows" not in self.switches:
            raise CodeError(NOT_GRANTED)


def _whole_times(params: Mapping[str, Any]) -> dict[str, Any]:
    """Echo times as numbers, as the manual's example does, even if they were sent as texts."""
    times = {part: questions.whole(params[part]) for part in (key.BEGIN_TIME, key.END_TIME)}
    return dict(params) | times
