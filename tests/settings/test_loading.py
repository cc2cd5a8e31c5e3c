from __future__ import annotations

import itertools
from pathlib import Path
from textwrap import dedent

import pytest
from pydantic import ValidationError

from collector.errors import ConfigurationError
from collector.settings import Settings, find, load

SECRET = "s3cret-Hunter2"
HOME = f"""
accounts:
  home:
    vendor: fusionsolar
    base_url: https://eu5.fusionsolar.huawei.com
    username: reader
    password: {SECRET}
"""
ENVIRONMENT = {
    "SOLAR_ACCOUNTS__HOME__VENDOR": "fusionsolar",
    "SOLAR_ACCOUNTS__HOME__BASE_URL": "https://eu5.fusionsolar.huawei.com",
    "SOLAR_ACCOUNTS__HOME__USERNAME": "reader",
    "SOLAR_ACCOUNTS__HOME__PASSWORD": SECRET,
}


@pytest.fixture
def settings_of(tmp_path):
    """Load YAML text with an environment and a folder of secrets."""

    def read(
        text: str, environ: dict[str, str] | None = None, secrets: dict[str, str] | None = None
    ) -> Settings:
        path = tmp_path / "collector.yaml"
        path.write_text(dedent(text), encoding="utf-8")
        folder = tmp_path / "secrets"
        folder.mkdir(exist_ok=True)
        for name, value in (secrets or {}).items():
            (folder / name).write_text(value, encoding="utf-8")
        return load(path, environ or {}, secrets_dir=folder)

    return read


def password(settings: Settings, account: str = "home") -> str:
    return settings.accounts[account].password.get_secret_value()


def test_defaults(settings_of):
    """One account is enough; everything else has a default."""
    settings = settings_of(HOME)
    account = settings.accounts["home"]
    assert (account.policy, account.pace, account.language, account.limits, account.units) == (
        "dynamic",
        "even",
        "en_US",
        {},
        {},
    )
    assert (settings.sink.kind, settings.store_path) == ("sqlite", Path("state/store.db"))
    assert settings.spool.max_bytes == 2 * 1024**3
    assert (settings.timeouts.vendor_s, settings.timeouts.sink_s, settings.timeouts.drain_s) == (60, 30, 10)
    assert (settings.web.port, settings.log.level, settings.log.format) == (None, "info", "console")


def test_everything_can_be_set(settings_of):
    """Every key of the file arrives as written."""
    settings = settings_of(
        """
        accounts:
          home:
            vendor: fusionsolar
            base_url: https://intl.fusionsolar.huawei.com/
            username: reader
            password: "123456"
            policy: legacy
            pace: burst
            limits: {getDevRealKpi: {calls: 1, window_s: 600, min_gap_s: 60, pace: even}}
            timezone: Asia/Kolkata
            language: de_DE
            interfaces: [getStationRealKpi, getInventerRealKpi]
            id_prefix: "acme:"
            invert_grid: true
            invert_battery: true
            units: {17: kW}
            currency: EUR
        plants:
          NE=123: {group: north, timezone: Europe/Berlin, capacity_kwp: 9.9}
          1298491919448631809: {group: south}
        sink: {kind: influxdb1, url: "http://influx:8086/db/", database: pv, username: w, password: pw-of-influx}
        spool: {max_bytes: 500MiB}
        state_dir: /var/lib/solar
        web: {host: 0.0.0.0, port: 8080}
        log: {level: debug, format: json}
        timeouts: {vendor_s: 5, sink_s: 6, drain_s: 0}
        """
    )
    account = settings.accounts["home"]
    assert account.base_url == "https://intl.fusionsolar.huawei.com"
    assert account.limits["getDevRealKpi"].window_s == 600
    assert (account.timezone, account.units, account.id_prefix) == ("Asia/Kolkata", {17: "kW"}, "acme:")
    assert account.interfaces == ["getStationRealKpi", "getInventerRealKpi"]
    assert settings.plants["NE=123"].capacity_kwp == 9.9
    assert settings.plants["1298491919448631809"].group == "south"
    assert settings.sink.url == "http://influx:8086/db"
    assert settings.spool.max_bytes == 500 * 1024**2
    assert sorted(settings.secrets()) == ["123456", "pw-of-influx"]
    assert settings.store_path == Path("/var/lib/solar/store.db")


def test_environment_alone_is_enough():
    """Without a file, the environment can say all."""
    settings = load(None, ENVIRONMENT, secrets_dir=Path("/nonexistent"))
    assert settings.accounts["home"].username == "reader"
    assert password(settings) == SECRET


def test_environment_merges_into_the_file(settings_of):
    """A name of the environment changes one key and leaves its neighbours."""
    settings = settings_of(
        HOME + "    limits: {getDevRealKpi: {calls: 1, window_s: 600}}\n",
        {
            "SOLAR_ACCOUNTS__HOME__TIMEZONE": "Europe/Berlin",
            "SOLAR_ACCOUNTS__HOME__LIMITS__GETDEVREALKPI__CALLS": "2",
            "SOLAR_ACCOUNTS__HOME__INTERFACES": '["getDevRealKpi"]',
            "SOLAR_ACCOUNTS__HOME__UNITS__17": "kW",
            "SOLAR_WEB__PORT": "8080",
            "SOLAR_ACCOUNTS__HOME__CURRENCY": "",
        },
    )
    account = settings.accounts["home"]
    assert (account.username, account.timezone, account.currency) == ("reader", "Europe/Berlin", "")
    assert set(account.limits) == {"getDevRealKpi"}
    assert (account.limits["getDevRealKpi"].calls, account.limits["getDevRealKpi"].window_s) == (2, 600)
    assert account.interfaces == ["getDevRealKpi"]
    assert account.units == {17: "kW"}
    assert settings.web.port == 8080


FORMS = ("environment", "environment file", "secret file", "yaml", "yaml file")


@pytest.mark.parametrize(("strong", "weak"), list(itertools.combinations(FORMS, 2)))
def test_order_of_sources(settings_of, tmp_path, strong, weak):
    """Environment beats secret files beats YAML, in whichever form each gives the secret; two forms at one place are an error."""
    text = HOME.replace(f"    password: {SECRET}\n", "")
    environ, secrets = {}, {}
    for form in (weak, strong):
        value = f"from {form}"
        file = tmp_path / form.replace(" ", "_")
        file.write_text(value + "\n", encoding="utf-8")
        if form == "environment":
            environ["SOLAR_ACCOUNTS__HOME__PASSWORD"] = value
        elif form == "environment file":
            environ["SOLAR_ACCOUNTS__HOME__PASSWORD_FILE"] = str(file)
        elif form == "secret file":
            secrets["solar_accounts__home__password"] = value + "\r\n"
        elif form == "yaml":
            text += f"    password: {value}\n"
        else:
            text += f"    password_file: {file}\n"
    if strong.split()[0] == weak.split()[0]:
        with pytest.raises(
            ConfigurationError, match=r"accounts\.home\.password: is given beside password_file\. Keep one"
        ):
            settings_of(text, environ, secrets)
    else:
        assert password(settings_of(text, environ, secrets)) == f"from {strong}"


def test_secret_values_are_taken_as_they_are():
    """A password that looks like JSON, a number or a truth value stays the text it is."""
    for value in ('{"a": 1}', "12345678", "true", "[1]", "null", " blank ", "naïve-ü"):
        settings = load(
            None, ENVIRONMENT | {"SOLAR_ACCOUNTS__HOME__PASSWORD": value}, secrets_dir=Path("/nonexistent")
        )
        assert password(settings) == value


def test_secrets_lists_all_of_them(settings_of):
    """Passwords and tokens are listed for redaction, names are not."""
    settings = settings_of(
        HOME + "sink: {kind: influxdb2, url: http://influxdb:8086, org: home, token: tok-123456}\n"
    )
    assert sorted(settings.secrets()) == [SECRET, "tok-123456"]


def test_no_setting_prints_its_secret(settings_of):
    """Neither repr nor str nor JSON shows a secret."""
    settings = settings_of(
        HOME + "sink: {kind: influxdb2, url: http://influxdb:8086, org: home, token: tok-123456}\n"
    )
    shown = f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
    assert "reader" in shown
    assert SECRET not in shown
    assert "tok-123456" not in shown


def test_settings_cannot_change(settings_of):
    """Loaded settings are frozen."""
    settings = settings_of(HOME)
    with pytest.raises(ValidationError):
        settings.state_dir = Path("elsewhere")
    with pytest.raises(ValidationError):
        settings.accounts["home"].username = "other"


def test_made_directly_it_reads_no_environment(monkeypatch):
    """Only `load` looks around; the class itself takes what it is given."""
    monkeypatch.setenv("SOLAR_WEB__PORT", "8080")
    assert Settings().web.port is None


def test_names_of_others_in_the_environment_are_left_alone():
    """Service names that an orchestrator injects do no harm."""
    environ = ENVIRONMENT | {
        "SOLAR_SERVICE_HOST": "10.0.0.1",
        "SOLAR_CONFIG": "x",
        "SOLAR_TEST_INFLUX2_URL": "y",
        "HOME": "/",
    }
    assert load(None, environ, secrets_dir=Path("/nonexistent")).accounts


def test_find_prefers_the_chosen_file(tmp_path, monkeypatch):
    """The argument wins over SOLAR_CONFIG, which wins over the usual place; nothing is None."""
    monkeypatch.chdir(tmp_path)
    assert find(None, {}) is None
    Path("config").mkdir()
    Path("config/collector.yaml").touch()
    assert find(None, {}) == Path("config/collector.yaml")
    assert find(None, {"SOLAR_CONFIG": "a.yaml"}) == Path("a.yaml")
    assert find(Path("b.yaml"), {"SOLAR_CONFIG": "a.yaml"}) == Path("b.yaml")


def test_an_empty_password_beside_a_file_is_none(settings_of, tmp_path):
    """The example's empty password does not stand in the way of a file."""
    (tmp_path / "pw").write_text("from file")
    text = HOME.replace(SECRET, '""') + f"    password_file: {tmp_path / 'pw'}\n"
    assert password(settings_of(text)) == "from file"
