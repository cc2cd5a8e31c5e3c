"""The first start beside an InfluxDB 2.x."""

from __future__ import annotations

import stat

import aiohttp
import pytest

from collector.errors import ConfigurationError, SinkMisconfigured, SinkUnavailable

WRITE = "solar-collector: write and read solar"
READ = "solar-collector: Grafana reads solar"


async def call(url, token, method, path, **arguments):
    """Ask the server itself."""
    headers = {"Authorization": f"Token {token}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.request(method, url + path, **arguments) as answer,
    ):
        return answer.status, await answer.json(content_type=None)


async def descriptions(url, token):
    """Return id and description of every token that setup has made."""
    _, found = await call(url, token, "GET", "/api/v2/authorizations")
    return {
        one["description"]: one["id"]
        for one in found["authorizations"]
        if one["description"].startswith("solar-collector")
    }


async def test_a_fresh_server_is_made_ready(influx2_url, set_up, kept, folder, said):
    """The first start leaves organisation, bucket, InfluxQL database, one token each, and five secrets as files 0440."""
    await set_up(influx2_url)
    files = kept()
    assert set(files) == {
        "collector_token",
        "grafana_password",
        "grafana_token",
        "influxdb_admin_password",
        "influxdb_admin_token",
    }
    assert len(set(files.values())) == len(files)
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o440}
    assert not any("$" in text or text != text.strip() for text in files.values())
    admin = files["influxdb_admin_token"]
    assert set(await descriptions(influx2_url, admin)) == {WRITE, READ}
    _, found = await call(influx2_url, admin, "GET", "/api/v2/buckets?name=solar")
    (bucket,) = found["buckets"]
    for name, actions in (("collector_token", {"read", "write"}), ("grafana_token", {"read"})):
        _, seen = await call(influx2_url, admin, "GET", "/api/v2/authorizations")
        (own,) = [
            one
            for one in seen["authorizations"]
            if one["description"] == (WRITE if name == "collector_token" else READ)
        ]
        assert {right["action"] for right in own["permissions"]} == actions
        assert {right["resource"]["id"] for right in own["permissions"]} == {bucket["id"]}
        _, theirs = await call(influx2_url, files[name], "GET", "/api/v2/buckets")
        assert [one["name"] for one in theirs["buckets"]] == ["solar"]
    assert said[-1].startswith("ready:")


async def test_a_second_start_changes_nothing(influx2_url, set_up, kept, said):
    """Run again, setup leaves the same files and the same tokens, and makes nothing."""
    await set_up(influx2_url, retention_s=86_400)
    files = kept()
    before = await descriptions(influx2_url, files["influxdb_admin_token"])
    said.clear()
    await set_up(influx2_url, retention_s=86_400)
    assert kept() == files
    assert await descriptions(influx2_url, files["influxdb_admin_token"]) == before
    assert len(said) == 1


async def test_a_second_start_sends_only_questions(pretended, set_up):
    """Run again, setup sends nothing that could change the server."""
    server, url = pretended
    await set_up(url)
    made = list(server.changes)
    await set_up(url)
    assert server.changes == made


@pytest.mark.parametrize("name", ["collector_token", "grafana_token"])
async def test_a_lost_token_is_replaced(influx2_url, set_up, kept, folder, name):
    """A token whose file is gone is revoked by its description and made anew; the other one stays."""
    await set_up(influx2_url)
    files = kept()
    before = await descriptions(influx2_url, files["influxdb_admin_token"])
    (folder / name).unlink()
    await set_up(influx2_url)
    after = await descriptions(influx2_url, files["influxdb_admin_token"])
    mine, other = (WRITE, READ) if name == "collector_token" else (READ, WRITE)
    assert after[other] == before[other]
    assert after[mine] != before[mine]
    assert kept()[name] != files[name]
    assert {k: v for k, v in kept().items() if k != name} == {k: v for k, v in files.items() if k != name}
    status, _ = await call(influx2_url, files[name], "GET", "/api/v2/buckets")
    assert status == 401


async def test_a_token_that_the_server_forgot_is_replaced(influx2_url, set_up, kept):
    """A file whose token was revoked at the server, or is another server's, gets a new one."""
    await set_up(influx2_url)
    files = kept()
    admin = files["influxdb_admin_token"]
    own = await descriptions(influx2_url, admin)
    await call(influx2_url, admin, "DELETE", f"/api/v2/authorizations/{own[WRITE]}")
    await set_up(influx2_url)
    token = kept()["collector_token"]
    assert token != files["collector_token"]
    status, _ = await call(influx2_url, token, "GET", "/api/v2/buckets")
    assert status == 200


async def test_hashed_tokens_are_left_alone(pretended, set_up, kept):
    """A server that cannot say what its tokens are makes no reason to replace them."""
    server, url = pretended
    server.hashed = True
    await set_up(url)
    files = kept()
    await set_up(url)
    assert kept() == files


async def test_a_server_without_virtual_databases_gets_a_mapping(pretended, set_up):
    """Where InfluxQL does not find the bucket by itself, it is mapped, once."""
    server, url = pretended
    server.virtual = False
    await set_up(url)
    await set_up(url)
    (mapping,) = server.dbrps
    assert (mapping["database"], mapping["default"]) == ("solar", True)


async def test_the_bucket_is_made_in_an_organisation_in_use(influx2_url, set_up, kept, folder):
    """A bucket that is missing is made with its retention, and its tokens open it and no other."""
    await set_up(influx2_url)
    first = kept()
    for name in ("collector_token", "grafana_token"):
        (folder / name).unlink()
    await set_up(influx2_url, bucket="roof", retention_s=30 * 86_400)
    _, found = await call(influx2_url, first["influxdb_admin_token"], "GET", "/api/v2/buckets?name=roof")
    (bucket,) = found["buckets"]
    assert bucket["retentionRules"][0]["everySeconds"] == 30 * 86_400
    _, theirs = await call(influx2_url, kept()["grafana_token"], "GET", "/api/v2/buckets")
    assert [one["name"] for one in theirs["buckets"]] == ["roof"]
    status, _ = await call(influx2_url, first["collector_token"], "GET", "/api/v2/buckets")
    assert status == 200, "the tokens of another bucket are not touched"


async def test_set_up_by_someone_else(influx2_url, set_up, folder):
    """Beside an InfluxDB of someone else, setup says which token it needs, and goes on once it has it."""
    await set_up(influx2_url)
    token = (folder / "influxdb_admin_token").read_text()
    for file in folder.iterdir():
        file.unlink()
    with pytest.raises(
        ConfigurationError, match=r"influxdb_admin_token: .*set up by someone else.*setup take"
    ):
        await set_up(influx2_url)
    assert list(folder.iterdir()) == []
    (folder / "influxdb_admin_token").write_text(f"{token}\n")
    await set_up(influx2_url)
    assert (folder / "collector_token").exists()
    assert not (folder / "influxdb_admin_password").exists()


async def test_tokens_of_ones_own_are_enough(influx2_url, set_up, kept, folder, said):
    """Where the user brings both tokens and none to manage with, nothing is made but Grafana's password."""
    await set_up(influx2_url)
    for name in ("influxdb_admin_token", "grafana_password"):
        (folder / name).unlink()
    files = kept()
    await set_up(influx2_url)
    assert {k: v for k, v in kept().items() if k != "grafana_password"} == files
    assert any("used as they are" in words for words in said)


async def test_a_wrong_admin_token(influx2_url, set_up, folder):
    """An admin token that the server does not know is named by its file, never by its text."""
    await set_up(influx2_url)
    (folder / "influxdb_admin_token").unlink()
    (folder / "influxdb_admin_token").write_text("wrong-but-secret")
    with pytest.raises(
        ConfigurationError, match=r"does not know the token in .*influxdb_admin_token"
    ) as raised:
        await set_up(influx2_url)
    assert "wrong-but-secret" not in str(raised.value)


async def test_an_unknown_organisation(influx2_url, set_up):
    """An organisation that is not there is a setting to correct."""
    await set_up(influx2_url)
    with pytest.raises(ConfigurationError, match=r"sink.org: there is no organisation nowhere"):
        await set_up(influx2_url, org="nowhere")


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", ["POST /api/v2/setup", "POST /api/v2/authorizations"])
async def test_cut_off_anywhere(pretended, set_up, kept, when, step):
    """Cut off before or after the server has acted, the next start ends well: one token each, all of them known here."""
    server, url = pretended
    server.cut = (step, when)
    with pytest.raises(SinkUnavailable):
        await set_up(url)
    before = kept()
    await set_up(url)
    files = kept()
    assert files.items() >= before.items()
    assert files["influxdb_admin_password"] == server.password
    texts = {files[name] for name in ("influxdb_admin_token", "collector_token", "grafana_token")}
    assert set(server.tokens) == texts


async def test_killed_between_token_and_file(pretended, set_up, kept, monkeypatch):
    """Killed before a new token is on the disk, the next start revokes it and makes another."""
    server, url = pretended

    def full(_self, name, _value):
        raise ConfigurationError("--folder", f"{name} cannot be written", "Make room.")

    with monkeypatch.context() as patch:
        from collector.setup.secret_files import SecretFiles

        whole = SecretFiles.write
        patch.setattr(
            SecretFiles, "write", lambda s, n, v: full(s, n, v) if n == "collector_token" else whole(s, n, v)
        )
        with pytest.raises(ConfigurationError):
            await set_up(url)
    lost = [text for text, one in server.tokens.items() if one["description"] == WRITE]
    await set_up(url)
    now = [text for text, one in server.tokens.items() if one["description"] == WRITE]
    assert now == [kept()["collector_token"]]
    assert now != lost


async def test_nobody_there(set_up, unused_tcp_port):
    """Where no database answers in time, setup says so with the address and what to look at."""
    with pytest.raises(
        SinkUnavailable, match=r"no database at http://127.0.0.1:\d+ after 0 s.*Check that it runs"
    ):
        await set_up(f"http://127.0.0.1:{unused_tcp_port}", patience_s=0.0)


async def test_it_waits_for_a_server_that_still_starts(pretended, set_up, said, monkeypatch):
    """A server that does not answer yet is waited for, and that is said once."""
    server, url = pretended
    monkeypatch.setattr("collector.setup.rest.ASK_EVERY_S", 0.001)
    server.starting = 3
    await set_up(url)
    assert sum("waiting for the database" in words for words in said) == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kind": "sqlite"}, "sink.kind: sqlite needs no setup"),
        ({"url": "influxdb:8086"}, "sink.url: is no address"),
        ({"url": "http://admin:secret@influxdb:8086"}, "sink.url: carries a user name"),
    ],
)
async def test_wrong_settings(set_up, changes, words):
    """A setting that cannot be right is named at once, not after waiting."""
    with pytest.raises(ConfigurationError, match=words):
        await set_up(changes.pop("url", "http://127.0.0.1:1"), **changes)


async def test_a_refusal_is_told_in_the_servers_words(pretended, set_up):
    """What the server refuses is told with its reason."""
    server, url = pretended
    await set_up(url)
    server.refuse = {"GET /api/v2/dbrps": (500, "the engine is closed")}
    with pytest.raises(SinkMisconfigured, match=r"GET /api/v2/dbrps .* HTTP 500 the engine is closed"):
        await set_up(url)
