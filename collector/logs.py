"""Logs: events named as past facts, one line each, without secrets.

Write ``logs.get(__name__).info("call_refused", interface="getDevRealKpi", code="407")``: the event is the name of
something that has happened, in snake_case; everything that varies is a key beside it.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
from collections import deque
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TextIO
from urllib.parse import quote, quote_plus

import structlog

if TYPE_CHECKING:
    from collections.abc import Iterable

    from structlog.stdlib import BoundLogger
    from structlog.typing import EventDict, Processor

MASK = "***"
_SHORT = (
    4  # a shorter secret is masked only where it stands alone: inside of words it would garble every line
)
_SECRET_KEY = re.compile(r"passw|passwd|secret|token|systemcode|xsrf|authorization|cookie|credential|apikey")
_SECRET_IN_TEXT = re.compile(  # a bare word after a colon is prose ("password: is missing") unless it is long
    r"""(?ix)
    ( ["']? [\w-]* (?:password|passwd|secret|token|systemcode|authorization|cookie|api-?key) ["']? \s* )
    (?: ( [:=] \s* ) (?: "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' )
      | ( = | :\s* (?= (?:(?:bearer|basic|token)\s)? \s* [^\s"',;&}\])]{12} ) )
        (?: (?:bearer|basic|token) \s+ )? [^\s"',;&}\])]+
    )
    """
)
_PASSING_KEPT = 64
_USER_IN_ADDRESS = re.compile(r"(?<=://)[^\s/@]+(?=@)")


class Redaction:
    """Masks secrets in whatever is about to be logged: a processor of structlog."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._lasting: set[str] = set()
        self._passing: deque[str] = deque(maxlen=_PASSING_KEPT)
        self._alone: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        self._stale = False
        for secret in secrets:
            self.hide(secret)

    def hide(self, secret: str, *, passing: bool = False) -> None:
        """Mask a further secret from now on.

        Args:
            secret: The secret.
            passing: It opens nothing once others of its kind have followed, as the token of a session: only the newest of them are
                remembered, so that a year of sessions does not slow every line down.
        """
        if not secret or secret in self._alone:
            return
        if passing:
            self._passing.append(secret)
        else:
            self._lasting.add(secret)
        self._alone = {*self._lasting, *self._passing}
        self._stale = True

    def _compile(self) -> None:
        """Make the pattern of all spellings: when a text is next looked at, not at every login."""
        self._stale = False
        known = {
            spelling for secret in self._alone if len(secret) >= _SHORT for spelling in _spellings(secret)
        }
        longest_first = sorted(known, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first))) if known else None

    def text(self, text: str) -> str:
        """Return a text with its secrets masked."""
        if text in self._alone:
            return MASK
        if self._stale:
            self._compile()
        if self._pattern is not None:
            text = self._pattern.sub(MASK, text)
        return _USER_IN_ADDRESS.sub(MASK, _SECRET_IN_TEXT.sub(rf"\1\2\3{MASK}", text))

    def value(self, value: Any) -> Any:  # noqa: PLR0911  one line a type
        """Return a value of plain types with its secrets masked; other objects become their masked repr."""
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, (int, float)):
            return MASK if str(value) in self._alone else value
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, (bytes, bytearray)):
            return self.text(bytes(value).decode("utf-8", "replace"))
        if isinstance(value, Mapping):
            return {self.text(str(key)): self._beside(str(key), one) for key, one in value.items()}
        if isinstance(value, (list, tuple, set, frozenset)):
            return [self.value(one) for one in value]
        if isinstance(value, BaseException):
            return self.text(f"{type(value).__name__}: {value}")
        return self.text(repr(value))

    def _beside(self, key: str, value: Any) -> Any:
        if (
            value is not None
            and not isinstance(value, bool)
            and _SECRET_KEY.search(re.sub(r"[^a-z]", "", key.lower()))
        ):
            return MASK
        return self.value(value)

    def __call__(self, logger: Any, method: str, event: EventDict) -> EventDict:
        """Mask a whole event, just before it is rendered."""
        del logger, method
        return {key: self._beside(key, value) for key, value in event.items()}


def _spellings(secret: str) -> set[str]:
    """Return how a secret may stand in JSON, in a repr and in an address."""
    return {
        secret,
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        repr(secret)[1:-1],
        quote(secret, safe=""),
        quote(secret),
        quote_plus(secret),
    }


_redaction = Redaction()


def hide(secret: str, *, passing: bool = False) -> None:
    """Mask a further secret in all logs from now on; of passing ones, such as tokens of sessions, the newest."""
    _redaction.hide(secret, passing=passing)


def clean(text: str) -> str:
    """Return a text with every known secret masked, for what is printed rather than logged."""
    return _redaction.text(text)


def get(name: str) -> BoundLogger:
    """Return the logger of a module."""
    logger: BoundLogger = structlog.stdlib.get_logger(name)
    return logger


def configure(
    level: str = "info",
    format: str = "console",  # noqa: A002  the name of the setting
    secrets: Iterable[str] = (),
    *,
    stream: TextIO | None = None,
) -> None:
    """Send all logs, the libraries' too, to one place in one form.

    Args:
        level: Least level that is logged: debug, info, warning or error. Libraries speak from warning on.
        format: ``console`` for people, ``json`` for machines.
        secrets: Values that never appear; more can follow with `hide`.
        stream: Where to write; standard error if not given.
    """
    for secret in secrets:
        hide(secret)
    target = stream or sys.stderr
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(target)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_as_event, *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _redaction,
                _renderer(format, target),
            ],
        )
    )
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level.upper())
    quiet = logging.DEBUG if level == "debug" else logging.WARNING
    for library in ("apscheduler", "aiohttp", "asyncio", "urllib3", "influxdb_client"):
        logging.getLogger(library).setLevel(max(quiet, logging.getLevelName(level.upper())))


def _as_event(logger: Any, method: str, event: EventDict) -> EventDict:
    """Give a library's sentence the form of our events."""
    del logger, method
    return {**event, "event": "library_spoke", "said": event.get("event")}


def _renderer(form: str, target: TextIO) -> Processor:
    if form == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    colours = target.isatty() and not os.environ.get("NO_COLOR")
    return structlog.dev.ConsoleRenderer(
        colors=colours, timestamp_key="time", exception_formatter=structlog.dev.plain_traceback
    )
