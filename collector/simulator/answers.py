"""The shapes in which the cloud answers, good and bad."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.utils import formatdate
from typing import TYPE_CHECKING, Any, Final

import msgspec

from collector.catalogue.fusionsolar import envelope as key

if TYPE_CHECKING:
    from collections.abc import Mapping

JSON: Final = "application/json;charset=UTF-8"
HTML: Final = "text/html;charset=UTF-8"

NOT_LOGGED_IN: Final = 305
NO_PERMISSION: Final = 401
TOO_OFTEN: Final = 407
SPENT: Final = 20618

_TOO_OFTEN_TEXT: Final = "ACCESS_FREQUENCY_IS_TOO_HIGH"
_RELOGIN_TEXT: Final = "USER_MUST_RELOGIN"
_PAGE: Final = "<html><head><title>503 Service Unavailable</title></head><body>The system is being maintained.</body></html>"


class CodeError(Exception):
    """The question is answered with an error code.

    Attributes:
        code: Code of section 10 of the manual, or one observed.
        message: Text beside it, or None.
    """

    def __init__(self, code: int, message: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class CloudAnswer:
    """What the cloud sends back.

    Attributes:
        status: HTTP status; 0 where no answer is given.
        headers: Header names in lower case.
        body: Raw bytes.
        fail_code: Code within the envelope, 0 for none; None where the body is no envelope.
        fate: "" for an answer, "hang" where none ever comes, "reset" where the connection is cut.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    fail_code: int | None = None
    fate: str = ""


def _headers(kind: str, now: float) -> dict[str, str]:
    return {"content-type": kind, "date": formatdate(now, usegmt=True)}


def success(
    data: Any, params: Mapping[str, Any] | None, now: float, message: str | None = None
) -> CloudAnswer:
    """Answer with data; `params` is left out where None (manual 9.1.3)."""
    body: dict[str, Any] = {key.SUCCESS: True, key.DATA: data, key.FAIL_CODE: 0}
    if params is not None:
        body[key.PARAMS] = dict(params)
    body[key.MESSAGE] = message
    return CloudAnswer(200, _headers(JSON, now), msgspec.json.encode(body), 0)


def failure(
    code: int, params: Mapping[str, Any] | None, now: float, *, message: str | None = None, data: Any = None
) -> CloudAnswer:
    """Answer with an error code."""
    body: dict[str, Any] = {key.SUCCESS: False, key.DATA: data, key.FAIL_CODE: code}
    body[key.PARAMS] = None if params is None else dict(params)
    body[key.MESSAGE] = message
    return CloudAnswer(200, _headers(JSON, now), msgspec.json.encode(body), code)


def welcome(token: str, now: float) -> CloudAnswer:
    """Answer a login: the token in the header, and in the cookie of older versions. Source: manual 9.1.1, observed."""
    body: dict[str, Any] = {key.SUCCESS: True, key.DATA: None, key.FAIL_CODE: 0, key.PARAMS: {}}
    body[key.MESSAGE] = None
    headers = _headers(JSON, now)
    headers[key.TOKEN_HEADER] = token
    headers["set-cookie"] = f"{key.TOKEN_COOKIE}={token};Path=/;Secure"
    return CloudAnswer(200, headers, msgspec.json.encode(body), 0)


def not_logged_in(now: float, *, bare: bool) -> CloudAnswer:
    """Answer that a login is needed: bare, without success and data (observed), or as an envelope."""
    body: dict[str, Any] = {key.FAIL_CODE: NOT_LOGGED_IN, "immediately": True, key.MESSAGE: _RELOGIN_TEXT}
    if not bare:
        body = {key.SUCCESS: False, key.DATA: None, key.FAIL_CODE: NOT_LOGGED_IN, key.PARAMS: None}
        body[key.MESSAGE] = _RELOGIN_TEXT
    return CloudAnswer(200, _headers(JSON, now), msgspec.json.encode(body), NOT_LOGGED_IN)


def too_often(now: float) -> CloudAnswer:
    """Answer that the call was one too many: the text stands in data (observed)."""
    return failure(TOO_OFTEN, None, now, data=_TOO_OFTEN_TEXT)


def gateway(path: str, now: float, status: int = 403) -> CloudAnswer:
    """Answer as the gateway does when the whole system is loaded: no envelope at all (observed)."""
    name = path.rsplit("/", 1)[-1]
    body = {
        key.GATEWAY_CODE: "49401021002",
        key.GATEWAY_TEXT: f"Request is rejected by api quotaControl. api:thirdData, key:/{name}_POST",
    }
    headers = _headers(JSON, now)
    if status == 429:
        headers["retry-after"] = "120"
    return CloudAnswer(status, headers, msgspec.json.encode(body))


def page(now: float, status: int = 503) -> CloudAnswer:
    """Answer with a web page in place of an envelope, as during maintenance (observed)."""
    return CloudAnswer(status, _headers(HTML, now), _PAGE.encode())


def empty(now: float) -> CloudAnswer:
    """Answer a refused login with HTTP 200 and no body at all (observed)."""
    return CloudAnswer(200, _headers(JSON, now))


def silence(fate: str) -> CloudAnswer:
    """Give no answer: "hang" or "reset"."""
    return CloudAnswer(0, fate=fate)
