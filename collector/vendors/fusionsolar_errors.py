"""FusionSolar's ways of saying no, each turned into the error class of the decision."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NoReturn

from collector import errors
from collector.catalogue import fusionsolar as catalogue
from collector.catalogue.terms import Decision, ErrorCode
from collector.zones import http_moment

if TYPE_CHECKING:
    from collector.model import Answer

FORBIDDEN, TOO_MANY, NOT_FOUND, SERVER_FAULT, OK_BELOW = 403, 429, 404, 500, 400

_CLASSES: dict[Decision, type[errors.Refusal]] = {
    Decision.LOG_IN: errors.LoginNeeded,
    Decision.STOP_INTERFACE: errors.WindowSpent,
    Decision.NEVER_AGAIN: errors.InterfaceDenied,
    Decision.SPLIT_BATCH: errors.MembersDenied,
    Decision.REFRESH_INVENTORY: errors.InventoryStale,
    Decision.OUT_OF_REACH: errors.OutOfReach,
    Decision.FIX_REQUEST: errors.RequestWrong,
    Decision.TELL_USER: errors.UserMustAct,
}
_TOO_FREQUENT = "407"
LONGEST_PAUSE_S = 86_400.0  # a server that asks for more has a broken clock
_FREQUENCY = "ACCESS_FREQUENCY"
_WHOLE_SYSTEM = ("403", "429")


def raise_for(code: str, message: Any, data: bytes, *, login: bool) -> NoReturn:
    """Raise the refusal that `code` stands for. The words of a 407 stand in the data or in the message (observed).

    Raises:
        Refusal: Always; the class is the decision.
    """
    row = catalogue.decision(code)
    reason = _words(row)
    if _FREQUENCY in str(message) or _FREQUENCY.encode() in data:
        code, row = _TOO_FREQUENT, catalogue.decision(_TOO_FREQUENT)
        reason = _words(row)
    if code == _TOO_FREQUENT:
        raise errors.TooFrequent(code, reason)
    if row.decision is Decision.WAIT:
        raise errors.SystemBusy(code, reason, whole_system=code in _WHOLE_SYSTEM)
    if login:
        raise errors.LoginRefused(code, reason)
    raise _CLASSES[row.decision](code, reason)


def raise_for_status(answer: Answer, *, login: bool, not_json: bool = False) -> None:
    """Raise for answers that never reached the interface: gateway refusals, maintenance pages, empty bodies.

    Raises:
        SystemBusy: HTTP 403 or 429: the whole system is loaded.
        LoginRefused: An empty body to a login: unknown user or wrong password (observed).
        InterfaceDenied: HTTP 404: the host does not know this path.
        VendorUnreachable: Any other page.
    """
    if answer.status in (FORBIDDEN, TOO_MANY):
        row = catalogue.decision(str(answer.status))
        raise errors.SystemBusy(f"HTTP {answer.status}", _words(row), _retry_after(answer), whole_system=True)
    if login and answer.status < OK_BELOW and not answer.body.strip():
        raise errors.LoginRefused(
            "empty answer",
            "the vendor answered the login with nothing: unknown user or wrong password. Check username and password",
        )
    if answer.status == NOT_FOUND:
        raise errors.InterfaceDenied(
            "HTTP 404",
            "this host does not know the path. Check base_url: web portals (uni…, region…) do not serve it",
        )
    if answer.status >= OK_BELOW:
        raise errors.VendorUnreachable(f"HTTP {answer.status} from the vendor")
    if not_json and answer.body.lstrip()[:1] == b"<":
        raise errors.VendorUnreachable(
            "a web page in place of an answer: maintenance, or base_url names a portal"
        )


def _words(row: ErrorCode) -> str:
    return f"{row.meaning.rstrip('.')}. {row.mend}".strip() if row.mend else row.meaning


def _retry_after(answer: Answer) -> float:
    """Return the pause that the server asked for, in seconds or as a date; 0 where it asked for none. [s]"""
    told = answer.headers.get("retry-after", "").strip()
    if not told:
        return 0.0
    try:
        seconds = float(told)
        return min(max(0.0, seconds), LONGEST_PAUSE_S) if math.isfinite(seconds) else 0.0
    except ValueError:
        pass
    try:
        seconds = http_moment(told) - answer.answered_at
    except ValueError:
        return 0.0
    return min(max(0.0, seconds), LONGEST_PAUSE_S)
