"""What docker-compose.yml promises, read from the file; whether compose takes it is judged by compose_config.sh."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
LASTING = ("collector", "influxdb", "grafana")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def plain(text):
    """Return a value as compose fills it in where .env says nothing."""
    return re.sub(r"\$\{\w+:?-([^}]*)\}", r"\1", str(text))


@pytest.mark.parametrize("name", SERVICES)
def test_hardened(name):
    """Every container has a root that cannot be written, no capability, no way to more rights, bounds, and bounded logs."""
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"]
    assert service["pids_limit"]
    assert service["logging"]["options"]["max-size"]
    assert not service.get("privileged")


@pytest.mark.parametrize("name", SERVICES)
def test_pinned(name):
    """Images of others carry an exact version; ours is built here."""
    image = plain(SERVICES[name]["image"])
    if "build" in SERVICES[name]:
        assert image.startswith("solar-collector:")
    else:
        assert re.fullmatch(r"docker\.io/[a-z/]+:\d+\.\d+\.\d+", image)


def test_ports_are_this_machines():
    """Without a word in .env, every published port is on loopback."""
    ports = [plain(port) for service in SERVICES.values() for port in service.get("ports", [])]
    assert sorted(ports) == ["127.0.0.1:3000:3000", "127.0.0.1:8086:8086"]


def test_what_is_written_is_named():
    """All that outlives a container lies in a named volume; folders of this one are mounted read-only."""
    used = set()
    for service in SERVICES.values():
        for mount in service.get("volumes", []):
            source, target, *mode = mount.split(":")
            if source.startswith("."):
                assert mode == ["ro"]
                assert (ROOT / source).exists() or source == "./config"
            else:
                used.add(source)
            if target == "/run/solar" and service is not SERVICES["setup"]:
                assert mode == ["ro"], "only setup writes secrets"
    assert used == set(COMPOSE["volumes"])


def test_first_start_comes_first():
    """Setup waits for the database's health, and all that need secrets wait for setup to have succeeded."""
    assert SERVICES["setup"]["depends_on"]["influxdb"]["condition"] == "service_healthy"
    assert SERVICES["setup"]["restart"] == "no"
    for name in ("collector", "grafana", "demo"):
        assert SERVICES[name]["depends_on"]["setup"] == {"condition": "service_completed_successfully"}


@pytest.mark.parametrize("name", LASTING)
def test_lasting_services(name):
    """What runs for good is restarted; its health is asked by a program, without a shell."""
    assert SERVICES[name]["restart"] == "unless-stopped"
    if name == "collector":
        assert 'CMD ["solar-collector", "health"]' in DOCKERFILE
    else:
        assert SERVICES[name]["healthcheck"]["test"][0] == "CMD"


def test_demo_needs_no_account():
    """The demo is a profile of its own, and neither it nor what it starts asks for an account or its password."""
    assert SERVICES["demo"]["profiles"] == ["demo"]
    assert "grafana" in SERVICES["demo"]["depends_on"]
    for name in ("demo", "setup", "influxdb", "grafana"):
        assert "secrets" not in SERVICES[name]
        assert "env_file" not in SERVICES[name]
    assert ":?" not in json.dumps(COMPOSE), "a value that must be set would keep the demo from starting"


def test_demo_command_is_understood(monkeypatch, tmp_path):
    """The demo's options are options of the command, and lead to a fortnight in the bucket that setup has made."""
    from typer.testing import CliRunner

    from collector.cli import app
    from collector.demo import show

    seen = []

    async def remember(plan, *, once):
        seen.append((plan, once))
        return 0

    monkeypatch.setattr(show, "show", remember)
    command = [plain(word) for word in SERVICES["demo"]["command"]]
    assert CliRunner().invoke(app, command).exit_code == 0
    ((plan, once),) = seen
    assert (plan.days, once) == (14, False)
    assert plan.sink == {
        "kind": "influxdb2",
        "url": "http://influxdb:8086",
        "org": "solar",
        "bucket": "solar",
        "token_file": "/run/solar/collector_token",
    }
    folder = SERVICES["demo"]["environment"]["SOLAR_STATE_DIR"]
    assert str(plan.folder) == folder
    assert SERVICES["demo"]["environment"]["SOLAR_CONFIG"] == f"{folder}/collector.yaml"


def test_three_values_and_a_file_are_enough(tmp_path):
    """With .env.example's three values filled in and one password file, the collector's settings are whole."""
    from collector.settings import load

    values = dict(
        line.split("=", 1)
        for line in (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    )
    assert len(values) == 3
    values["SOLAR_ACCOUNTS__HOME__USERNAME"] = "northbound"
    service = SERVICES["collector"]
    token = tmp_path / "token"
    token.write_text("a-token")
    environ = values | {key: plain(value) for key, value in service["environment"].items()}
    assert environ["SOLAR_SINK__TOKEN_FILE"] == "/run/solar/collector_token"
    environ["SOLAR_SINK__TOKEN_FILE"] = str(token)
    (secret,) = service["secrets"]
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / secret["target"]).write_text("the-password\n")
    settings = load(None, environ, secrets_dir=secrets)
    assert settings.accounts["home"].password.get_secret_value() == "the-password"
    assert (settings.sink.kind, settings.sink.url) == ("influxdb2", "http://influxdb:8086")
    assert settings.sink.token.get_secret_value() == "a-token"
    assert secret["source"] in COMPOSE["secrets"]


def test_two_values_lead_to_a_1x(tmp_path):
    """With kind and address of a 1.x in .env, the collector's settings are whole: what is for 2.x does no harm."""
    from collector.settings import load

    environ = {key: plain(value) for key, value in SERVICES["collector"]["environment"].items()}
    token = tmp_path / "token"
    token.write_text("stands in")
    environ |= {
        "SOLAR_SINK__KIND": "influxdb1",
        "SOLAR_SINK__URL": "http://192.168.1.20:8086",
        "SOLAR_SINK__TOKEN_FILE": str(token),
        "SOLAR_ACCOUNTS__HOME__VENDOR": "fusionsolar",
        "SOLAR_ACCOUNTS__HOME__BASE_URL": "https://localhost",
        "SOLAR_ACCOUNTS__HOME__USERNAME": "northbound",
        "SOLAR_ACCOUNTS__HOME__PASSWORD": "x",
    }
    sink = load(None, environ, secrets_dir=tmp_path).sink
    assert (sink.kind, sink.database, sink.username) == ("influxdb1", "solar", "")


def test_grafana_keeps_to_itself():
    """Grafana reads its password from a file, lets nobody in without one, and calls nobody."""
    environment = SERVICES["grafana"]["environment"]
    assert environment["GF_SECURITY_ADMIN_PASSWORD__FILE"] == "/run/solar/grafana_password"
    assert environment["GF_AUTH_ANONYMOUS_ENABLED"] == "false"
    analytics = [value for name, value in environment.items() if name.startswith("GF_ANALYTICS_")]
    assert len(analytics) >= 3
    assert set(analytics) == {"false"}
    assert not any("password" in name.lower() and not name.endswith("__FILE") for name in environment)


def test_grafana_finds_what_it_is_pointed_at():
    """Provisioning reads its token and its dashboards from where compose mounts them."""
    mounts = dict(m.removesuffix(":ro").split(":")[::-1] for m in SERVICES["grafana"]["volumes"])
    sources = (ROOT / "grafana/provisioning/datasources/solar.yaml").read_text(encoding="utf-8")
    tokens = set(re.findall(r"\$__file\{([^}]*)\}", sources))
    assert tokens == {"/run/solar/grafana_token"}
    home = Path(SERVICES["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"])
    assert (ROOT / "grafana/dashboards" / home.relative_to("/etc/grafana/dashboards")).is_file()
    providers = yaml.safe_load(
        (ROOT / "grafana/provisioning/dashboards/solar.yaml").read_text(encoding="utf-8")
    )
    for provider in providers["providers"]:
        path = Path(provider["options"]["path"])
        source = mounts["/etc/grafana/dashboards"]
        assert (ROOT / source / path.relative_to("/etc/grafana/dashboards")).is_dir()


def test_the_image_owns_its_mount_points():
    """Every named volume of ours is mounted where the image has a folder of the collector's user."""
    owned = re.search(r"install -d -o 10001 -g 0 -m 0770 (.*) \\", DOCKERFILE)
    assert owned is not None
    for name in ("setup", "collector", "demo"):
        for mount in SERVICES[name]["volumes"]:
            source, target, *_ = mount.split(":")
            assert source.startswith(".") or target in owned[1].split()


def test_nothing_of_the_user_goes_into_the_image():
    """The build sees only what the image is made of: no .env, no secret, no state."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    allowed = {rule[1:] for rule in rules if rule.startswith("!")}
    copied = set(re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, re.MULTILINE))
    assert {word for line in copied for word in line.split()} == allowed


def pins(name):
    """Return the exact versions of a file of pinned packages."""
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([\w.-]+)==([^\s;\\]+)", text, re.MULTILINE))


def test_the_image_holds_what_was_tested():
    """Every package of the image, and what builds the project, has the version that the tests run with."""
    tested = pins("app.txt")
    for name in ("runtime.txt", "build.txt"):
        assert pins(name).items() <= tested.items()


def test_the_image_holds_all_that_the_project_asks_for():
    """What the project depends on, the optional speed-up included, is what the image's packages are resolved from."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["fast"]]
    lines = (ROOT / "requirements/runtime.in").read_text(encoding="utf-8").splitlines()
    assert sorted(asked) == sorted(line for line in lines if line and not line.startswith("#"))
