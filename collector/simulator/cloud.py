"""The simulated cloud: one account's northbound interface, written from the manual and from what the field saw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import msgspec

from collector.catalogue.fusionsolar import envelope as key
from collector.catalogue.fusionsolar.interfaces import INTERFACES
from collector.simulator import answers, questions
from collector.simulator.answers import CloudAnswer, CodeError
from collector.simulator.desk import Desk
from collector.simulator.journal import Entry, Journal
from collector.simulator.limits import Limits, Window
from collector.simulator.readings import Habits
from collector.simulator.rows import Rows
from collector.simulator.sessions import Entry as Login
from collector.simulator.sessions import Sessions
from collector.simulator.switches import DEFAULTS, DENIED_INTERFACE, checked
from collector.simulator.truth import Truth

if TYPE_CHECKING:
    from collections.abc import Mapping

    from collector.clock import Clock
    from collector.simulator.fleet import SimDevice, SimFleet

Down = Literal["403", "429", "html", "hang", "reset"]

_NAMES = {interface.path: interface.name for interface in INTERFACES.values()}
_SECRETS = {key.USER_NAME, key.PASSWORD, key.LOGOUT_TOKEN}
_PAGE_EVERY = 29
_GATEWAY_EVERY = 23
_LOGIN_CODES = {Login.UNKNOWN_USER: 20001, Login.WRONG_PASSWORD: 20400, Login.LOCKED: 20400}


class Cloud:
    """Answers requests as the vendor's cloud would: no I/O, no clock but its own argument.

    Attributes:
        fleet: Plants and devices; may be changed while the cloud runs.
        truth: What every row should say.
        sessions: Who is logged in.
        journal: Every call, and the judge of limits.
        denied: Codes of plants whose owner has withdrawn access.
        down: None, or how the cloud fails just now: "403", "429", "html", "hang" or "reset".
        spent: Interfaces answered with 407 whatever their limit says, for drills.
    """

    def __init__(
        self,
        fleet: SimFleet,
        clock: Clock,
        *,
        user: str = "demo",
        password: str = "demo",  # noqa: S107  the simulator guards nothing
        window: Window | str = Window.ROLLING,
        switches: frozenset[str] = DEFAULTS,
        journal: Journal | None = None,
        hollow: bool = False,
        generous: float = 1.0,
    ) -> None:
        """Open the cloud.

        Args:
            fleet: Plants and devices of the account.
            clock: Its clock.
            user: The account's user name.
            password: Its password.
            window: Reading of the limits: rolling, fixed or refill.
            switches: Oddities, names of `switches.SWITCHES`; the defaults are `switches.DEFAULTS`.
            journal: Where calls are noted; a new one where None.
            hollow: Rows carry one value: for benches in which only calls count.
            generous: Multiplies the limits; 0 switches them off. The journal judges by the documented ones all the same.

        Raises:
            ValueError: A switch or window that does not exist.
        """
        self.fleet = fleet
        self.switches = checked(switches)
        self.sessions = Sessions(
            user, password, fleet.seed, fixed="fixed_token" in switches, idle_drop="idle_drop" in switches
        )
        self.truth = Truth(
            fleet,
            clock.now(),
            dst_off="dst_off_stamps" in switches,
            habits=Habits(stale_dawn="stale_dawn" in switches, sentinel_meter="sentinel_meter" in switches),
            kilo_17="meter_w" not in switches,
            unlisted="unlisted_keys" in switches,
        )
        self.journal = Journal() if journal is None else journal
        self.denied: set[str] = set()
        if "denied_plant" in switches:
            self.denied.add(fleet.plants[min(1, len(fleet.plants) - 1)].code)
        self.down: Down | None = None
        self.spent: set[str] = set()
        self._limits = Limits(Window(window), fleet.seed, generous)
        self._clock = clock
        self._user = user
        self._desk = Desk(fleet, Rows(self.truth, switches, hollow=hollow), switches, self.denied)
        self._calls = 0

    def handle(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> CloudAnswer:
        """Answer one request and note it in the journal.

        Args:
            method: HTTP method.
            path: URL path.
            headers: Request headers, names in any case.
            body: Raw bytes.
        """
        now = self._clock.now()
        name = _NAMES.get(path, "")
        asked = _asked(body)
        answer = self._answer(method, name, path, {k.lower(): v for k, v in headers.items()}, asked, now)
        self.journal.note(self._entry(now, path, name, asked or {}, answer), self.fleet.counts)
        return answer

    def answered(self, entry: Entry, moment: float) -> None:
        """Tell that the answer of a call was complete only at `moment`, from where its minute runs. [s since epoch, UTC]"""
        entry.done = moment
        if not entry.refused:
            self._limits.answered(entry.interface, moment)

    def now(self) -> float:
        """Return the cloud's clock. [s since epoch, UTC]"""
        return self._clock.now()

    def holes(self, device: SimDevice, begin_ms: int, end_ms: int) -> list[int]:
        """Return the stamps in [begin, end) that the device's history will never hold. [ms since epoch, UTC]"""
        return self._desk.rows.holes(device, begin_ms, end_ms) if "history_holes" in self.switches else []

    def _entry(
        self, now: float, path: str, name: str, asked: Mapping[str, Any], answer: CloudAnswer
    ) -> Entry:
        named = [asked.get(part) for part in (key.PLANT_CODES, key.DEVICE_IDS, key.SERIALS)]
        members = next((len(questions.codes(text)) for text in named if text), 0)
        params = {part: value for part, value in asked.items() if part not in _SECRETS}
        refused = answer.fail_code == answers.TOO_OFTEN or answer.fail_code == 20618
        return Entry(
            now, path, name, self._user, answer.status, answer.fail_code, refused, members, params, now
        )

    def _answer(
        self,
        method: str,
        name: str,
        path: str,
        headers: Mapping[str, str],
        asked: dict[str, Any] | None,
        now: float,
    ) -> CloudAnswer:
        self._calls += 1
        fault = self._fault(path, now)
        if fault is not None:
            return fault
        if not name or method != "POST" or (name == "stations" and "legacy_list" in self.switches):
            return answers.page(now, 404)
        if asked is None:
            return answers.failure(30030, None, now)
        if name == "login":
            return self._log_in(asked, now)
        token = headers.get(key.TOKEN_HEADER, "")
        if name == "logout":
            return self._log_out(str(asked.get(key.LOGOUT_TOKEN) or token), now)
        if not self.sessions.holds(token, now) or headers.get("authorization", "").lower().startswith(
            "bearer"
        ):
            return answers.not_logged_in(now, bare="failcode_305_bare" in self.switches)
        params = dict(asked) | {key.CURRENT_TIME: int(now * 1000)}
        if DENIED_INTERFACE + name in self.switches:
            return answers.failure(
                answers.NO_PERMISSION, params, now, message="Invalid access to current interface!"
            )
        if name in self.spent or not self._limits.admit(name, self.fleet.counts, now):
            daily = "spent_20618" in self.switches and name not in self.spent
            return answers.failure(20618, params, now) if daily else answers.too_often(now)
        try:
            return answers.success(*self._desk.serve(name, asked, params, now), now=now)
        except CodeError as refusal:
            return answers.failure(refusal.code, params, now, message=refusal.message)

    def _fault(self, path: str, now: float) -> CloudAnswer | None:
        if self.down == "hang" or self.down == "reset":
            return answers.silence(self.down)
        if self.down == "html" or ("html_503" in self.switches and self._calls % _PAGE_EVERY == 0):
            return answers.page(now)
        if self.down is not None:
            return answers.gateway(path, now, int(self.down))
        if "gateway_403" in self.switches and self._calls % _GATEWAY_EVERY == 0:
            return answers.gateway(path, now)
        return None

    def _log_in(self, asked: Mapping[str, Any], now: float) -> CloudAnswer:
        if "login" in self.spent or not self._limits.admit("login", self.fleet.counts, now):
            return answers.too_often(now)
        entry, token = self.sessions.log_in(str(asked.get(key.USER_NAME)), str(asked.get(key.PASSWORD)), now)
        if entry is Login.WELCOME:
            return answers.welcome(token, now)
        if "empty_login" in self.switches and entry is not Login.LOCKED:
            return answers.empty(now)
        params = {key.CURRENT_TIME: int(now * 1000)}
        return answers.failure(_LOGIN_CODES[entry], params, now, message="user_or_value_invalid")

    def _log_out(self, token: str, now: float) -> CloudAnswer:
        if not self._limits.admit("logout", self.fleet.counts, now):
            return answers.too_often(now)
        if not self.sessions.log_out(token):
            return answers.not_logged_in(now, bare="failcode_305_bare" in self.switches)
        return answers.success(None, {key.CURRENT_TIME: int(now * 1000)}, now)


def _asked(body: bytes) -> dict[str, Any] | None:
    """Return the request's parameters; none for an empty body, None for what is no JSON object."""
    if not body.strip():
        return {}
    try:
        asked = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return asked if isinstance(asked, dict) else None
