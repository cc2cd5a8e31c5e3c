from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from collector.catalogue.fusionsolar import INTERFACES
from collector.errors import ConfigurationError
from collector.render import sample_config
from collector.settings import Settings, load

ROOT = Path(__file__).resolve().parents[2]
NOWHERE = Path("/nonexistent")


@pytest.mark.parametrize("path", [sample_config.EXAMPLE, sample_config.SCHEMA, sample_config.GUIDE], ids=str)
def test_committed_files_are_current(path):
    """What is committed is what the settings render to now (`python -m collector.render.sample_config` mends it)."""
    assert (ROOT / path).read_text(encoding="utf-8") == sample_config.files(ROOT)[path]


def test_the_example_asks_to_be_filled_in():
    """Copied and left as it is, the example never logs in: it names what is missing."""
    with pytest.raises(ConfigurationError, match=r"accounts\.home\.username: is empty"):
        load(ROOT / sample_config.EXAMPLE, {}, secrets_dir=NOWHERE)


def test_the_example_needs_only_user_and_password():
    """With a user and a password, the example can be used."""
    environ = {"SOLAR_ACCOUNTS__HOME__USERNAME": "reader", "SOLAR_ACCOUNTS__HOME__PASSWORD": "pw-of-reader"}
    settings = load(ROOT / sample_config.EXAMPLE, environ, secrets_dir=NOWHERE)
    assert settings == Settings(accounts=settings.accounts)


def test_every_commented_setting_can_be_used(tmp_path):
    """Each setting that the example shows in a comment is valid where it stands once the # is removed."""
    text = sample_config.example()
    text = re.sub(r"(?m)^#(?=\s*[\w=]+:( |$))", "", text)
    text = text.replace('username: ""', "username: reader").replace('password: ""', "password: pw-of-reader")
    text = text.replace("kind: sqlite", "kind: influxdb2")
    text = re.sub(r"(?m)^.*(password_file|token_file|ca_file):.*\n", "", text)
    path = tmp_path / "all.yaml"
    path.write_text(text, encoding="utf-8")
    settings = load(path, {}, secrets_dir=NOWHERE)
    assert settings.plants["NE=33333333"].group == "north"
    assert settings.accounts["home"].limits["getDevRealKpi"].window_s == 600
    assert settings.web.port == 8080
    assert settings.spool.max_bytes == 2 * 1024**3


def test_every_setting_is_in_example_and_table():
    """No setting is missing from the example or from the table."""
    table = sample_config.reference()
    example = sample_config.example()
    schema = Settings.model_json_schema()
    for definition in (schema, *schema["$defs"].values()):
        for name in definition["properties"]:
            assert re.search(rf"[`.]{name}[.`]", table), name
            assert re.search(rf"\b{name}:", example), name


def test_the_schema_knows_the_interfaces():
    """Editors may offer the names of interfaces; the schema refuses unknown keys at every level."""
    schema = json.loads(sample_config.schema())
    account = schema["$defs"]["Account"]["properties"]
    assert account["interfaces"]["items"]["enum"] == sorted(INTERFACES)
    for definition in (schema, *schema["$defs"].values()):
        assert definition["additionalProperties"] is False


def test_the_example_is_plain_yaml():
    """The example reads as YAML and holds no secret."""
    content = yaml.safe_load(sample_config.example())
    assert content == {
        "accounts": {
            "home": {
                "vendor": "fusionsolar",
                "base_url": "https://eu5.fusionsolar.huawei.com",
                "username": "",
                "password": "",
            }
        }
    }


def test_a_guide_without_a_place_is_an_error():
    """A guide from which the markers were removed is told, not overwritten."""
    with pytest.raises(ValueError, match="no place for the table"):
        sample_config.guide("# Configure")
