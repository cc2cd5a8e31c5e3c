from __future__ import annotations

import io
import json
import logging

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st

from collector import logs
from collector.logs import MASK, Redaction

PASSWORD = 's3cret "Hünter" 2&%'
TOKEN = "x-apepjy1fpd2ptete1f7zuqimep7w"


@pytest.fixture(params=["console", "json"])
def written(request):
    """Configure the logs and return what is written; put the logging of the tests back afterwards."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    stream = io.StringIO()
    logs.configure("debug", request.param, [PASSWORD], stream=stream)
    yield stream
    for handler in list(root.handlers):
        root.removeHandler(handler)
    for handler in handlers:
        root.addHandler(handler)
    root.setLevel(level)
    for name in ("apscheduler", "aiohttp", "asyncio", "urllib3", "influxdb_client"):
        logging.getLogger(name).setLevel(logging.NOTSET)
    structlog.reset_defaults()
    logs._redaction = Redaction()


class Chatty:
    def __repr__(self) -> str:
        return f"Chatty({PASSWORD})"


def speak() -> None:
    """Try to let the secrets out by every way there is."""
    log = logs.get("collector.test")
    bad = ValueError(f"cannot log in with {PASSWORD}")
    bad.add_note(f"tried {PASSWORD}")
    log.info("login_refused", reason=f"wrong: {PASSWORD}", nested={"a": [{"b": (PASSWORD,)}], PASSWORD: 1})
    log.info(
        "call_sent", body=json.dumps({"systemCode": PASSWORD}), raw=f'{{"systemCode": "{PASSWORD}"}}'.encode()
    )
    log.info("call_sent", password=TOKEN, headers={"XSRF-TOKEN": TOKEN, "Authorization": f"Token {TOKEN}"})
    log.info("object_seen", what=Chatty(), error=bad, names={PASSWORD})
    log.info("said %s", PASSWORD)
    log.info(f"event with {PASSWORD}")  # noqa: G004  somebody will
    log.info("address_seen", url=f"https://reader:{TOKEN}@host/path")
    log.info(
        "text_seen",
        said=f"xsrf-token: {TOKEN}; token={TOKEN}&x=1; {{'systemCode': '{TOKEN}'}} Authorization: Bearer {TOKEN}",
    )
    try:
        raise RuntimeError("outer") from bad  # noqa: TRY301  its traceback is the point
    except RuntimeError:
        log.exception("step_failed")
        logging.getLogger("apscheduler.executors").exception("Job raised %s", PASSWORD)
    logging.getLogger("aiohttp.access").warning('"POST /?token=%s" %s', TOKEN, PASSWORD)
    logging.getLogger("anyone").error("with a mapping %(password)s", {"password": PASSWORD})
    structlog.contextvars.bind_contextvars(account=PASSWORD)
    log.warning("context_bound")
    structlog.contextvars.clear_contextvars()


def test_no_secret_is_written(written):
    """Whatever is logged, and however, the secrets are not in it."""
    speak()
    text = written.getvalue()
    assert text.count("login_refused") == 1
    assert text.count("library_spoke") == 3
    assert MASK in text
    for secret in (PASSWORD, TOKEN, "Hünter", "H\\u00fcnter", json.dumps(PASSWORD)):
        assert secret not in text


def test_a_secret_learned_later_is_hidden(written):
    """The token of a new session is masked from the moment it is told, whatever key it stands under."""
    log = logs.get("collector.test")
    log.info("before_told", value=TOKEN)
    assert TOKEN in written.getvalue()
    written.truncate(0)
    logs.hide(TOKEN)
    log.info("after_told", value=f"a{TOKEN}b")
    assert TOKEN not in written.getvalue()
    assert logs.clean(f"token {TOKEN}") == f"token {MASK}"


def test_what_is_no_secret_stays(written):
    """Numbers, words and truth values pass as they are."""
    logs.get("collector.test").info(
        "call_answered", interface="getDevRealKpi", rows=864, took_s=0.25, ok=True, none=None
    )
    text = written.getvalue()
    for part in ("call_answered", "getDevRealKpi", "864", "0.25", "rue", "one"):
        assert part in text
    assert MASK not in text


def test_json_is_one_object_a_line():
    """In JSON, each event is one line with time, level, logger and the keys given."""
    stream = io.StringIO()
    handlers = list(logging.getLogger().handlers)
    try:
        logs.configure("info", "json", stream=stream)
        logs.get("collector.x").info("plan_stretched", note="two\nlines ü")
        logs.get("collector.x").debug("not_written")
        logging.getLogger("apscheduler").info("chatter")
        logging.getLogger("other").warning("told %d", 3)
    finally:
        logging.getLogger().handlers[:] = handlers
        logging.getLogger().setLevel(logging.WARNING)
        structlog.reset_defaults()
    first, second = (json.loads(line) for line in stream.getvalue().splitlines())
    assert first.pop("time").endswith("Z")
    assert first == {
        "event": "plan_stretched",
        "level": "info",
        "logger": "collector.x",
        "note": "two\nlines ü",
    }
    assert (second["event"], second["said"], second["level"]) == ("library_spoke", "told 3", "warning")


def test_configuring_twice_writes_once(written):
    """A second configuration replaces the first."""
    logs.configure("info", "json", stream=written)
    logs.get("collector.test").info("happened_once")
    assert written.getvalue().count("happened_once") == 1


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("password: is missing. Set it.", "password: is missing. Set it."),
        ("token: refused, password=x&y=1", "token: refused, password=***&y=1"),
        (f"xsrf-token: {TOKEN}", "xsrf-token: ***"),
        (f"Authorization: Bearer {TOKEN}", "Authorization: ***"),
        ('{"systemCode": "short"}', '{"systemCode": ***}'),
        ("{'password':'a b'}", "{'password':***}"),
        ("https://me:pw@host/", "https://***@host/"),
        ("password_file: /run/secrets/home_password", "password_file: /run/secrets/home_password"),
    ],
)
def test_secrets_nobody_told_about(text, masked):
    """A secret is recognised by the word before it; prose about secrets stays readable."""
    assert Redaction().text(text) == masked


def test_short_secrets_do_not_garble():
    """A secret of three letters is masked where it stands alone, not inside of words."""
    redaction = Redaction(["abc", ""])
    assert redaction.text("abc") == MASK
    assert redaction.text("abcdef") == "abcdef"
    assert redaction.text("") == ""
    assert Redaction(["12345678"]).value({"n": 12345678, "m": 1}) == {"n": MASK, "m": 1}


SHAPES = st.recursive(
    st.sampled_from(["{}", "before {} after", "{}{}"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "{}"]), inner, max_size=3)
    ),
    max_leaves=8,
)


def filled(part, secret):
    """Put a secret into every gap of a shape."""
    if isinstance(part, str):
        return part.replace("{}", secret)
    if isinstance(part, list):
        return [filled(one, secret) for one in part]
    return {key.replace("{}", secret): filled(one, secret) for key, one in part.items()}


def texts(part):
    """List every text of a nested value, keys too."""
    if isinstance(part, str):
        return [part]
    if isinstance(part, dict):
        part = [*part, *part.values()]
    return [text for one in part for text in texts(one)]


@given(
    st.text(min_size=4, max_size=30).filter(
        lambda secret: secret not in "before after" and set(secret) != {"*"}
    ),
    SHAPES,
)
@settings(max_examples=100, deadline=None)
def test_known_secrets_never_pass(secret, shape):
    """No value, however nested, keeps a known secret."""
    masked = texts(Redaction([secret]).value(filled(shape, secret)))
    assert not [text for text in masked if secret in text]


def test_tokens_of_sessions_long_gone_are_let_go():
    """The newest tokens are masked, thousands of old ones are not remembered, and what lasts is never pushed out."""
    redaction = Redaction(["the-password"])
    for number in range(5_000):
        redaction.hide(f"x-token-of-session-{number:05d}", passing=True)
    assert redaction.text("x-token-of-session-04999 the-password") == "*** ***"
    assert redaction.text("of x-token-of-session-04990!") == "of ***!"
    assert "04000" in redaction.text("x-token-of-session-04000")
