"""InfluxDB 2.x: its first user, one bucket, one token to write and read, one to read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from collector.errors import ConfigurationError
from collector.setup import secret_files as names

if TYPE_CHECKING:
    from collections.abc import Callable

    from collector.setup.rest import Rest
    from collector.setup.secret_files import SecretFiles

USER = "admin"
UNKNOWN_TOKEN = 401


@dataclass(frozen=True, slots=True)
class Wanted:
    """What there shall be.

    Attributes:
        org: Organisation.
        bucket: Bucket; its name is the InfluxQL database, too.
        retention_s: How long readings are kept; 0 for ever. [s]
        patience_s: How long to wait for the server. [s]
    """

    org: str = "solar"
    bucket: str = "solar"
    retention_s: int = 0
    patience_s: float = 120.0


@dataclass(frozen=True, slots=True)
class Token:
    """A token for one bucket.

    Attributes:
        file: Name of its file.
        description: How it is found again.
        actions: read, write or both.
    """

    file: str
    description: str
    actions: tuple[str, ...]


async def set_up(rest: Rest, files: SecretFiles, wanted: Wanted, tell: Callable[[str], None]) -> None:
    """Bring the server to what is wanted; run again it changes nothing.

    Raises:
        ConfigurationError: The server was set up by someone else, whose token is needed.
        SinkError: The server cannot be reached, or refuses.
    """
    await rest.wait("/health", wanted.patience_s, tell)
    await _first_user(rest, files, wanted, tell)
    org = await _org(rest, wanted)
    bucket = await _bucket(rest, org, wanted, tell)
    await _database(rest, org, bucket, wanted, tell)
    for token in (
        Token(names.WRITE_TOKEN, "solar-collector: write and read", ("read", "write")),
        Token(names.READ_TOKEN, "solar-collector: Grafana reads", ("read",)),
    ):
        if await _make_token(rest, files, token, {"type": "buckets", "id": bucket, "orgID": org}):
            tell(f"token made: {token.description}")


async def _first_user(rest: Rest, files: SecretFiles, wanted: Wanted, tell: Callable[[str], None]) -> None:
    state = await rest.want("GET", "/api/v2/setup")
    if state.get("allowed"):
        # Both are on the disk before the server knows them: a crash in between loses nothing.
        body = {
            "username": USER,
            "password": files.made(names.ADMIN_PASSWORD),
            "token": files.made(names.ADMIN_TOKEN),
            "org": wanted.org,
            "bucket": wanted.bucket,
            "retentionPeriodSeconds": wanted.retention_s,
        }
        await rest.want("POST", "/api/v2/setup", body)
        tell(f"InfluxDB set up: user {USER}, organisation {wanted.org}, bucket {wanted.bucket}")
    rest.token = files.read(names.ADMIN_TOKEN)
    if not rest.token:
        raise ConfigurationError(
            names.ADMIN_TOKEN,
            f"the InfluxDB at {rest.url} was set up by someone else, and its token is not known here",
            f"Put a token that may manage buckets and tokens of {wanted.org} into {files.folder / names.ADMIN_TOKEN}.",
        )
    status, _ = await rest.call("GET", "/api/v2/buckets", query={"limit": "1"})
    if status == UNKNOWN_TOKEN:
        raise ConfigurationError(
            names.ADMIN_TOKEN,
            f"the InfluxDB at {rest.url} does not know the token in {files.folder / names.ADMIN_TOKEN}",
            "Put a valid one there, or start with an empty database volume.",
        )


async def _org(rest: Rest, wanted: Wanted) -> str:
    found = await rest.want("GET", "/api/v2/orgs", query={"org": wanted.org})
    orgs = found.get("orgs") or []
    if not orgs:
        raise ConfigurationError(
            "--org",
            f"there is no organisation {wanted.org} at {rest.url}",
            "Name the one that the token belongs to.",
        )
    return str(orgs[0]["id"])


async def _bucket(rest: Rest, org: str, wanted: Wanted, tell: Callable[[str], None]) -> str:
    found = await rest.want("GET", "/api/v2/buckets", query={"orgID": org, "name": wanted.bucket})
    buckets = found.get("buckets") or []
    if buckets:
        return str(buckets[0]["id"])
    rules = [{"type": "expire", "everySeconds": wanted.retention_s}] if wanted.retention_s else []
    made = await rest.want(
        "POST", "/api/v2/buckets", {"orgID": org, "name": wanted.bucket, "retentionRules": rules}
    )
    tell(f"bucket {wanted.bucket} made")
    return str(made["id"])


async def _database(rest: Rest, org: str, bucket: str, wanted: Wanted, tell: Callable[[str], None]) -> None:
    """Let InfluxQL find the bucket under its own name: newer servers do so by themselves, older ones need a mapping."""
    found = await rest.want("GET", "/api/v2/dbrps", query={"orgID": org, "bucketID": bucket})
    if found.get("content"):
        return
    body = {
        "orgID": org,
        "bucketID": bucket,
        "database": wanted.bucket,
        "retention_policy": "autogen",
        "default": True,
    }
    await rest.want("POST", "/api/v2/dbrps", body)
    tell(f"InfluxQL database {wanted.bucket} mapped to the bucket")


async def _make_token(rest: Rest, files: SecretFiles, token: Token, resource: dict[str, str]) -> bool:
    """Make a token where it or its file is missing; True where one was made."""
    org = resource["orgID"]
    found = await rest.want("GET", "/api/v2/authorizations", query={"orgID": org})
    held = [a for a in found.get("authorizations") or [] if a.get("description") == token.description]
    if files.read(token.file) and held:
        return False
    for stale in held:
        # Its file is missing: nobody can use it, and nobody should.
        await rest.want("DELETE", f"/api/v2/authorizations/{stale['id']}")
    permissions = [{"action": action, "resource": resource} for action in token.actions]
    body = {"orgID": org, "description": token.description, "permissions": permissions}
    made = await rest.want("POST", "/api/v2/authorizations", body)
    files.write(token.file, str(made["token"]))
    return True
