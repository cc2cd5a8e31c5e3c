"""The simulated cloud: one account's northbound interface, written from the manual and from what the field saw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from collector.catalogue.fusionsolar import envelope as key
from collector.catalogue.fusionsolar.interfaces import INTERFACES
from collector.simulator import answers, questions
from collector.simulator.answers import CloudAnswer, CodeError
from collector.simulator.desk import Desk
from collector.simulator.hollow import HollowTruth
from collector.simulator.journal import Entry, Journal
from collector.simulator.limits import DAY_S, RULES, Limits, Window
from collector.simulator.readings import Habits
from collector.simulator.rows import Rows
from collector.simulator.sessions import Entry as Login
from collector.simulator.sessions import Sessions
from collector.simulator.switches import DEFAULTS, DENIED_INTERFACE, checked
from collector.simulator.truth import Truth

if TYPE_CHECKING:
    from collections.abc import Mapping

    from collector.clock import Clock
    from collector.simulator.fleet import SimFleet
    from collector.simulator.members import SimDevice

Down = Literal["403", "429", "html", "hang", "reset"]

_NAMES = {interface.path: interface.name for interface in INTERFACES.values()}
_SECRETS = {key.USER_NAME, key.PASSWORD, key.LOGOUT_TOKEN}
_PAGE_EVERY = 29
_GATEWAY_EVERY = 23
_MALFORMED = 30030
_NO_PERMISSION_TEXT = "Invalid access to current interface!"
_LOGIN_CODES = {Login.UNKNOWN_USER: 20001, Login.WRONG_PASSWORD: 20400, Login.LOCKED: 20400}


class Cloud:
    """Answers requests as the vendor's cloud would: no I/O, no clock but its own argument.

    Attributes:
        fleet: Plants and devices; may be changed while the cloud runs.
        truth: What every row should say.
        sessions: Who is logged in.
        journal: Every call, and the judge of limits.
        denied: Codes of plants whose owner has withdrawn access.
        refused: Interfaces that the account may not call: 401.
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
            generous: Multiplies the limits, 0 switches them off; other than 1 the one-a-minute rule is off. The journal judges by the documented ones all the same.

        Raises:
            ValueError: A switch or window that does not exist.
        """
        self.fleet = fleet
        self.switches = checked(switches)
        self.sessions = Sessions(
            user, password, fleet.seed, fixed="fixed_token" in switches, idle_drop="idle_drop" in switches
        )
        truth = HollowTruth if hollow else Truth
        self.truth = truth(
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
        self.refused = {
            name.removeprefix(DENIED_INTERFACE) for name in switches if name.startswith(DENIED_INTERFACE)
        }
        self.down: Down | None = None
        self.spent: set[str] = set()
        self._limits = Limits(Window(window), fleet.seed, generous)
        self._clock = clock
        self._user = user
        self._desk = Desk(fleet, Rows(self.truth, switches), switches, self.denied)
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
        lower = {name.lower(): value for name, value in headers.items()}
        question = _Question(method, path, _NAMES.get(path, ""), lower, _parameters(body), now)
        answer = self._fault(question) or self._answer(question)
        self.journal.note(self._entry(question, answer), self.fleet.counts)
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

    def _entry(self, question: _Question, answer: CloudAnswer) -> Entry:
        asked = question.asked or {}
        named = [asked.get(part) for part in (key.PLANT_CODES, key.DEVICE_IDS, key.SERIALS)]
        return Entry(
            t=question.now,
            path=question.path,
            interface=question.name,
            account=self._user,
            status=answer.status,
            failCode=answer.fail_code,
            refused=answer.fail_code in {answers.TOO_OFTEN, answers.SPENT},
            members=next((len(questions.codes(text)) for text in named if text), 0),
            params={part: value for part, value in asked.items() if part not in _SECRETS},
            done=question.now,
        )

    def _fault(self, question: _Question) -> CloudAnswer | None:
        """Return what comes in place of an answer while the cloud, or the way to it, is out of order."""
        self._calls += 1
        if self.down in {"hang", "reset"}:
            return answers.silence(self.down)
        if self.down == "html" or ("html_503" in self.switches and self._calls % _PAGE_EVERY == 0):
            return answers.page(question.now)
        if self.down is not None:
            return answers.gateway(question.path, question.now, int(self.down))
        if "gateway_403" in self.switches and self._calls % _GATEWAY_EVERY == 0:
            return answers.gateway(question.path, question.now)
        return None

    def _answer(self, question: _Question) -> CloudAnswer:
        unknown = not question.name or (question.name == "stations" and "legacy_list" in self.switches)
        if unknown or question.method != "POST":
            return answers.page(question.now, 404)
        if question.asked is None:
            return answers.failure(_MALFORMED, None, question.now)
        if question.name == "login":
            return self._log_in(question.asked, question.now)
        if question.name == "logout":
            return self._log_out(str(question.asked.get(key.LOGOUT_TOKEN) or question.token), question.now)
        return self._stopped(question) or self._served(question, question.asked)

    def _stopped(self, question: _Question) -> CloudAnswer | None:
        """Return why the question is not served: no session, no permission, or one too many."""
        name, now = question.name, question.now
        if not self.sessions.holds(question.token, now) or question.bearer:
            return answers.not_logged_in(now, bare="failcode_305_bare" in self.switches)
        if name in self.refused:
            return answers.failure(answers.NO_PERMISSION, question.echo, now, message=_NO_PERMISSION_TEXT)
        if name in self.spent or not self._limits.admit(name, self.fleet.counts, now):
            daily = "spent_20618" in self.switches and RULES[name].window_s == DAY_S
            return answers.failure(answers.SPENT, question.echo, now) if daily else answers.too_often(now)
        return None

    def _served(self, question: _Question, asked: Mapping[str, Any]) -> CloudAnswer:
        try:
            data, params = self._desk.serve(question.name, asked, question.echo, question.now)
        except CodeError as refusal:
            return answers.failure(refusal.code, question.echo, question.now, message=refusal.message)
        message = "get plant list success" if question.name == "stations" else None
        return answers.success(data, params, question.now, message)

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


@dataclass(frozen=True, slots=True)
class _Question:
    """One request: header names in lower case, parameters None where the body is no JSON object."""

    method: str
    path: str
    name: str
    headers: Mapping[str, str]
    asked: Mapping[str, Any] | None
    now: float

    @property
    def token(self) -> str:
        return self.headers.get(key.TOKEN_HEADER, "")

    @property
    def bearer(self) -> bool:
        """Whether another kind of token is sent, too, which the cloud takes amiss (observed)."""
        return self.headers.get("authorization", "").lower().startswith("bearer")

    @property
    def echo(self) -> dict[str, Any]:
        """What an answer repeats of the question, with the cloud's clock."""
        return dict(self.asked or {}) | {key.CURRENT_TIME: int(self.now * 1000)}


def _parameters(body: bytes) -> dict[str, Any] | None:
    """Return the request's parameters; none for an empty body, None for what is no JSON object."""
    if not body.strip():
        return {}
    try:
        asked = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return asked if isinstance(asked, dict) else None
