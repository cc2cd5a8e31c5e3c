"""Every error of the collector, named for the decision of whoever catches it.

CollectorError
├── ConfigurationError    wrong use or settings: exit 2, naming the setting and the mend
│   └── StateHeldError    another `run` holds the state file
├── VendorError           the vendor's cloud did not give the answer
│   ├── VendorUnreachable     no usable answer: network, TLS, time-out, HTML page
│   ├── AnswerUnreadable      an answer that cannot be understood: kept raw, nothing invented
│   └── Refusal               the vendor said no, with a code; one class a decision
│       ├── LoginNeeded           log in, then ask again
│       ├── LoginRefused          never repeat within 30 minutes; tell the user
│       ├── TooFrequent           this interface's gap grows
│       ├── WindowSpent           this interface rests until its window frees
│       ├── SystemBusy            wait at least a minute; the whole system is loaded
│       ├── InterfaceDenied       this interface is not granted to the account
│       ├── MembersDenied         split the batch: some member is not authorised
│       ├── InventoryStale        read the plant and device lists again
│       ├── OutOfReach            the vendor no longer holds what was asked
│       ├── RequestWrong          a defect of the collector: report, do not repeat soon
│       └── UserMustAct           only a person can mend it
├── StateError            the state file did not take or give a row
│   ├── StateFull             no room on its disk: nothing was kept; works again when room returns
│   ├── StateBusy             another process held it too long: try again
│   ├── StateDamaged          it is damaged: the next opening by `run` salvages it
│   └── SpentElsewhere        another process has spent a call since: ask the plan again
└── SinkError             the database did not take a batch
    ├── SinkUnavailable       try the same batch later
    ├── SinkMisconfigured     keep the batch, tell the user, try slowly
    ├── BatchTooLarge         halve the batch
    └── LinesRejected         cut the named or bisected lines out
"""

from __future__ import annotations

import os


class CollectorError(Exception):
    """Root of all errors that the collector raises on purpose."""


class ConfigurationError(CollectorError):
    """The settings cannot be used.

    Attributes:
        setting: Dotted name of the setting, e.g. ``accounts.home.password``.
        mend: What to do, in one sentence.
    """

    def __init__(self, setting: str, problem: str, mend: str) -> None:
        super().__init__(f"{setting}: {problem}. {mend}")
        self.setting = setting
        self.mend = mend


class StateHeldError(ConfigurationError):
    """Another `run` holds the state file."""


class VendorError(CollectorError):
    """The vendor's cloud did not give the answer."""


class VendorUnreachable(VendorError):
    """No usable answer came: network, TLS, time-out, or a page that is not the interface's.

    Attributes:
        sent: False where the request certainly never left this machine, so that no quota was spent.
    """

    def __init__(self, reason: str, *, sent: bool = True) -> None:
        super().__init__(reason)
        self.sent = sent


class AnswerUnreadable(VendorError):
    """An answer came that cannot be understood.

    Attributes:
        body: The raw answer, for keeping and replay.
    """

    def __init__(self, reason: str, body: bytes = b"") -> None:
        super().__init__(reason)
        self.body = body


class Refusal(VendorError):
    """The vendor said no.

    Attributes:
        code: The vendor's code as text (``407``), or an HTTP status as ``HTTP 403``.
        reason: The meaning in plain words, with what to do.
    """

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code
        self.reason = reason


class LoginNeeded(Refusal):
    """The session is not, or no longer, valid."""


class LoginRefused(Refusal):
    """The login itself was refused; never repeated within 30 minutes."""


class TooFrequent(Refusal):
    """The interface was called too often (407)."""


class WindowSpent(Refusal):
    """The interface's allowance of the day is used up (20618)."""


class SystemBusy(Refusal):
    """The whole system is loaded (403, 429, 20200 …).

    Attributes:
        retry_after_s: What the server asked for, or 0. [s]
        whole_system: True for 403 and 429, which count for every interface.
    """

    def __init__(
        self, code: str, reason: str, retry_after_s: float = 0.0, *, whole_system: bool = False
    ) -> None:
        super().__init__(code, reason)
        self.retry_after_s = retry_after_s
        self.whole_system = whole_system


class InterfaceDenied(Refusal):
    """This interface is not granted to the account (401), or will never answer it."""


class MembersDenied(Refusal):
    """At least one plant of the batch is not authorised (20045, 20046, 20056)."""


class InventoryStale(Refusal):
    """The vendor does not know a plant or device of the batch (20006, 20007, 20008, 20013)."""


class OutOfReach(Refusal):
    """The vendor no longer holds the period asked for (20026)."""


class RequestWrong(Refusal):
    """The request itself is wrong: a defect of the collector."""


class UserMustAct(Refusal):
    """Only a person can mend it."""


class StateError(CollectorError):
    """The state file did not take or give a row; nothing of the transaction was kept."""


class StateFull(StateError):
    """No room on the state file's disk: nothing of the transaction was kept; works again when room returns."""


class StateBusy(StateError):
    """Another process held the state file for longer than the busy time-out."""


class StateDamaged(StateError):
    """The state file is damaged; the next opening by `run` puts it aside and salvages it."""


class SpentElsewhere(StateError):
    """Another process has spent a call of this interface since the ledger was read."""


class NotYet(CollectorError):
    """Nothing may be sent before a moment.

    Attributes:
        until: [s since epoch, UTC]
    """

    def __init__(self, until: float) -> None:
        super().__init__(f"not before {until:.0f}")
        self.until = until


class SinkError(CollectorError):
    """The database did not take a batch."""


class SinkUnavailable(SinkError):
    """The sink cannot take it now.

    Attributes:
        retry_after_s: What the sink asked for, or 0. [s]
        may_be_poison: True where the same fault can also mean a bad batch (HTTP 500).
    """

    def __init__(self, reason: str, retry_after_s: float = 0.0, *, may_be_poison: bool = False) -> None:
        super().__init__(reason)
        self.retry_after_s = retry_after_s
        self.may_be_poison = may_be_poison


class SinkMisconfigured(SinkError):
    """Wrong token, bucket, database or address: only a person can mend it; batches are kept."""


class BatchTooLarge(SinkError):
    """The sink wants smaller batches (413)."""


class LinesRejected(SinkError):
    """The sink refuses lines of this batch.

    Attributes:
        rejected: Line number (from 0) to the sink's reason, where it named lines; empty where it named none.
        expired: True where the reason is the retention of the database: not poison, never retried.
        rest_written: True where the good lines of the batch are stored already.
    """

    def __init__(
        self,
        reason: str,
        rejected: dict[int, str] | None = None,
        *,
        expired: bool = False,
        rest_written: bool = False,
    ) -> None:
        super().__init__(reason)
        self.rejected = rejected or {}
        self.expired = expired
        self.rest_written = rest_written


def system_words(error: OSError, otherwise: str = "refused") -> str:
    """Return what the system says to an error, not what a library made of it; `otherwise` where it says nothing."""
    code = error.errno or 0
    return os.strerror(code) if code > 0 else (error.strerror or otherwise)
