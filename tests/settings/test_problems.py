from __future__ import annotations

from pathlib import Path

import pytest

from collector.errors import ConfigurationError
from collector.logs import clean
from collector.settings import load

SECRET = "s3cret-Hunter2"
GOOD = {
    "vendor": "fusionsolar",
    "base_url": "https://eu5.fusionsolar.huawei.com",
    "username": "reader",
    "password": SECRET,
}


@pytest.fixture
def problem_of(tmp_path):
    """Load text that cannot be used and return the error."""

    def read(text: str, environ: dict[str, str] | None = None) -> ConfigurationError:
        path = tmp_path / "collector.yaml"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ConfigurationError) as caught:
            load(path, environ or {}, secrets_dir=tmp_path / "none")
        error = caught.value
        assert error.__cause__ is None
        assert error.__suppress_context__ or error.__context__ is None
        assert "\n" not in str(error)
        for told in (str(error), *getattr(error, "__notes__", [])):
            assert SECRET not in told
            assert "hunter" not in told.lower()
            assert clean(told) == told
        return error

    return read


def account(**changes: str | None) -> str:
    """Write one account as YAML; None leaves a key out."""
    keys = GOOD | changes
    lines = [f"    {key}: {value}" for key, value in keys.items() if value is not None]
    return "accounts:\n  home:\n" + "\n".join(lines) + "\n"


INFLUX2 = "sink: {kind: influxdb2, url: http://influxdb:8086, org: home, token: abcdefgh}"


@pytest.mark.parametrize(
    ("text", "setting", "said"),
    [
        (account() + "sinks: {}", "sinks", "Did you mean sink?"),
        (account(pasword="x"), "accounts.home.pasword", "Did you mean password?"),
        (account(password=None, passwort=SECRET), "accounts.home.passwort", "Did you mean password?"),
        (account(zzz="1"), "accounts.home.zzz", "Known here: base_url, "),
        (
            account(limits="{getDevRealKpi: {call: 1}}"),
            "accounts.home.limits.getDevRealKpi.call",
            "Did you mean calls?",
        ),
        (account() + "plants: {NE=1: {grup: a}}", "plants.NE=1.grup", "Did you mean group?"),
        (
            account(limits="{getDevRealKpis: {calls: 1}}"),
            "accounts.home.limits",
            "Did you mean getDevRealKpi?",
        ),
        (
            account(interfaces="[getStationRealKpis]"),
            "accounts.home.interfaces",
            "Did you mean getStationRealKpi?",
        ),
        (account(username=None), "accounts.home.username", "SOLAR_ACCOUNTS__HOME__USERNAME"),
        (account(base_url=None), "accounts.home.base_url", "is missing"),
        (account(username='""'), "accounts.home.username", "is empty. Fill it in."),
        (account(password=None), "accounts.home.password", "password_file"),
        (account(password='""'), "accounts.home.password", "is missing"),
        (account(password="1234"), "accounts.home.password", "quotes"),
        (
            account(password=None, password_file="/nonexistent/x"),
            "accounts.home.password_file",
            "cannot be read",
        ),
        (account(password=None, password_file="/"), "accounts.home.password_file", "cannot be read"),
        (account(password_file="/etc/hostname"), "accounts.home.password", "Keep one of the two"),
        (account(vendor="soliscloud"), "accounts.home.vendor", "cannot be read yet"),
        (account(vendor="sma"), "accounts.home.vendor", "Use 'fusionsolar'."),
        (account(timezone="Europe/Berlln"), "accounts.home.timezone", "Did you mean Europe/Berlin?"),
        (account(timezone="CEST"), "accounts.home.timezone", "no IANA time zone name"),
        (account(timezone="Europe"), "accounts.home.timezone", "no IANA time zone name"),
        (account(timezone="../etc/passwd"), "accounts.home.timezone", "no IANA time zone name"),
        (account(timezone="localtime"), "accounts.home.timezone", "no IANA time zone name"),
        (account(language="de"), "accounts.home.language", "'de_DE'"),
        (account(policy="new"), "accounts.home.policy", "Use 'dynamic' or 'legacy'."),
        (account(pace="fast"), "accounts.home.pace", "Use 'even' or 'burst'."),
        (account(units="{17: MW}"), "accounts.home.units.17", "Use 'W' or 'kW'."),
        (account(units="{meter: W}"), "accounts.home.units.meter", "integer"),
        (account(currency="Euro"), "accounts.home.currency", "pattern"),
        (account(id_prefix='"a b"'), "accounts.home.id_prefix", "pattern"),
        (account(ca_file="/nonexistent/ca.cer"), "accounts.home.ca_file", "is no file"),
        (
            account(limits="{getDevRealKpi: {window_s: .nan}}"),
            "accounts.home.limits.getDevRealKpi.window_s",
            "finite",
        ),
        (
            account(limits="{getDevRealKpi: {window_s: 0}}"),
            "accounts.home.limits.getDevRealKpi.window_s",
            "greater than 0",
        ),
        (account().replace("home:", "My Home:"), "accounts.My Home", "small letters"),
        (account().replace("home:", "a__b:"), "accounts.a__b", "small letters"),
        (
            account() + account().removeprefix("accounts:\n").replace("home:", "roof:"),
            "accounts.roof",
            "same user as accounts.home",
        ),
        (account() + "plants: {NE=1: {capacity_kwp: -1}}", "plants.NE=1.capacity_kwp", "greater than 0"),
        (
            account() + "plants: {NE=1: {timezone: Mars/Base}}",
            "plants.NE=1.timezone",
            "no IANA time zone name",
        ),
        (account() + "sink: {url: http://influxdb:8086}", "sink.kind", "Set influxdb2 or influxdb1"),
        (account() + "sink: {kind: influxdb2}", "sink.url", "is missing"),
        (account() + INFLUX2.replace(", token: abcdefgh", ""), "sink.token", "token_file"),
        (account() + INFLUX2.replace("org: home, ", ""), "sink.org", "organisation"),
        (
            account() + INFLUX2.replace("influxdb:8086", "influx.example.com"),
            "sink.url",
            "sink.allow_http: true",
        ),
        (account() + "sink: {kind: influxdb1, url: http://a, username: w}", "sink.password", "password_file"),
        (
            account() + f"sink: {{kind: influxdb1, url: http://a, password: {SECRET}}}",
            "sink.username",
            "is missing",
        ),
        (account() + "spool: {max_bytes: 1kB}", "spool.max_bytes", "greater than or equal"),
        (account() + "web: {port: 99999}", "web.port", "less than or equal"),
        (account() + "log: {level: loud}", "log.level", "'debug'"),
        (account() + "log: debug", "log", "is not a mapping"),
        ("accounts: [home]", "accounts", "is not a mapping"),
        ("accounts: {home: null}", "accounts.home", "is not a mapping"),
        (account(interfaces="{a: 1}"), "accounts.home.interfaces", "is not a list"),
        ("state_dir: state", "accounts", "names no account"),
        ("", "accounts", "names no account"),
    ],
)
def test_each_mistake_names_setting_and_mend(problem_of, text, setting, said):
    """Every mistake is told by the setting's dotted name, with what to do, and without its value."""
    error = problem_of(text)
    assert error.setting == setting
    assert said in str(error)
    assert error.mend


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("accounts: [", "is not readable YAML at line 1"),
        (account() + f"    password: {SECRET}\n", "password stands here twice"),
        (f"accounts:\n\thome: {SECRET}", "at line 2"),
        (f"- {SECRET}", "holds no mapping"),
        ("1: 2", "holds no mapping"),
        (f"a: !!python/object:os.system {SECRET}", "is not readable YAML"),
        ("a: \x00", "is not readable YAML"),
    ],
)
def test_a_file_that_is_no_settings_file(problem_of, text, said):
    """YAML that cannot be read is told by line, never by quoting the line."""
    assert said in str(problem_of(text))


@pytest.mark.parametrize(
    ("name", "value", "setting", "said"),
    [
        ("SOLAR_SNK__URL", "x", "SOLAR_SNK__URL", "Did you mean SOLAR_SINK?"),
        ("SOLAR_QQQQ__URL", "x", "SOLAR_QQQQ__URL", "is not a known setting"),
        ("SOLAR_STATEDIR", "x", "SOLAR_STATEDIR", "Did you mean SOLAR_STATE_DIR?"),
        ("SOLAR_SINK__TOKN", SECRET, "sink.tokn", "Did you mean token?"),
        ("SOLAR_ACCOUNTS__HOME__PASWORD", SECRET, "accounts.home.pasword", "Did you mean password?"),
        ("SOLAR_PLANTS__NE1__GROUP", "a", "SOLAR_PLANTS__NE1__GROUP", "Set plants in the file"),
        ("SOLAR_ACCOUNTS", f"{{{SECRET}", "environment", "not JSON"),
        ("SOLAR_ACCOUNTS__HOME__LIMITS", f"{{{SECRET}", "environment", "not JSON"),
        ("SOLAR_WEB__PORT", "many", "web.port", "integer"),
        ("SOLAR_ACCOUNTS__HOME", SECRET, "accounts.home", "is not a mapping"),
    ],
)
def test_mistakes_in_the_environment(problem_of, name, value, setting, said):
    """A misspelt name of the environment is an error like one of the file."""
    error = problem_of(account(), {name: value})
    assert error.setting == setting
    assert said in str(error)


def test_further_problems_are_notes(problem_of):
    """One problem is raised, the others are kept beside it."""
    error = problem_of(account(policy="x", language="y"))
    assert len(error.__notes__) == 1


def test_no_file_and_no_environment():
    """Without anything, the error says which file to copy where."""
    with pytest.raises(
        ConfigurationError, match=r"Copy config/collector\.example\.yaml to config/collector\.yaml"
    ):
        load(None, {}, secrets_dir=Path("/nonexistent"))


def test_a_chosen_file_must_exist(tmp_path):
    """A file that was asked for and is missing is an error, not an empty configuration."""
    with pytest.raises(ConfigurationError, match="does not exist"):
        load(tmp_path / "none.yaml", {}, secrets_dir=tmp_path)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load(tmp_path, {}, secrets_dir=tmp_path)


def test_secret_files_that_cannot_be_used(tmp_path):
    """An empty or unreadable secret file is told by its name; files of others are never opened."""
    (tmp_path / "token").write_bytes(b"\xff")
    (tmp_path / "solar_accounts__home__password").write_text("\n")
    with pytest.raises(ConfigurationError, match=r"solar_accounts__home__password.*is empty"):
        load(None, {}, secrets_dir=tmp_path)
    (tmp_path / "solar_accounts__home__password").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigurationError, match="is not text"):
        load(None, {}, secrets_dir=tmp_path)
