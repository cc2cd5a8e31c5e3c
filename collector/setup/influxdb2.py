"""InfluxDB 2.x: its first user, one bucket, one token to write and read, one to read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from collector import logs
from collector.errors import ConfigurationError
from collector.setup import secret_files as names
from collector.setup.rest import Unauthorised

if TYPE_CHECKING:
    from collections.abc import Callable

    from collector.setup.rest import Rest
    from collector.setup.secret_files import SecretFiles

USER = "admin"


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
    if not await _admin(rest, files, wanted, tell):
        return
    org = await _org(rest, wanted)
    bucket = await _bucket(rest, org, wanted, tell)
    await _database(rest, org, bucket, wanted, tell)
    for token in (
        Token(names.WRITE_TOKEN, f"solar-collector: write and read {wanted.bucket}", ("read", "write")),
        Token(names.READ_TOKEN, f"solar-collector: Grafana reads {wanted.bucket}", ("read",)),
    ):
        if await _make_token(rest, files, token, {"type": "buckets", "id": bucket, "orgID": org}):
            tell(f"token made: {token.description}")


async def _admin(rest: Rest, files: SecretFiles, wanted: Wanted, tell: Callable[[str], None]) -> bool:
    """Let `rest` speak as administrator; False where the user brought both tokens, so that nothing need be made."""
    if await _fresh(rest):
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
    path = files.folder / names.ADMIN_TOKEN
    if not rest.token:
        if files.read(names.WRITE_TOKEN) and files.read(names.READ_TOKEN):
            tell(
                f"the tokens in {files.folder} are used as they are: without {names.ADMIN_TOKEN} none is made"
            )
            return False
        raise ConfigurationError(
            names.ADMIN_TOKEN,
            f"the InfluxDB at {rest.url} was set up by someone else, and its token is not known here",
            f"Put a token that may manage buckets and tokens of {wanted.org} into {path},"
            f" with `setup take {names.ADMIN_TOKEN}`.",
        )
    try:
        await rest.find("/api/v2/buckets", {"limit": "1"})
    except Unauthorised:
        raise ConfigurationError(
            names.ADMIN_TOKEN,
            f"the InfluxDB at {rest.url} does not know the token in {path}",
            f"Put a valid one there, with `setup take {names.ADMIN_TOKEN}`, or start with an empty database volume.",
        ) from None
    return True


async def _fresh(rest: Rest) -> bool:
    """Return whether the server still waits for its first user; a 3.x has no such question."""
    state = await rest.find("/api/v2/setup")
    return bool(state.get("allowed"))


async def _org(rest: Rest, wanted: Wanted) -> str:
    found = await rest.find("/api/v2/orgs", {"org": wanted.org})
    orgs = found.get("orgs") or []
    if not orgs:
        raise ConfigurationError(
            "sink.org",
            f"there is no organisation {wanted.org} at {rest.url}, or the token may not see it",
            f"Name the one that the token in {names.ADMIN_TOKEN} belongs to.",
        )
    return str(orgs[0]["id"])


async def _bucket(rest: Rest, org: str, wanted: Wanted, tell: Callable[[str], None]) -> str:
    found = await rest.find("/api/v2/buckets", {"orgID": org, "name": wanted.bucket})
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
    """Make a token where its file is missing or of no use; True where one was made."""
    if await _opens(rest, files.read(token.file), resource["id"]):
        return False
    org = resource["orgID"]
    found = await rest.want("GET", "/api/v2/authorizations", query={"orgID": org})
    for stale in found.get("authorizations") or []:
        if stale.get("description") == token.description:
            # Its text is lost: nobody can use it, and nobody should.
            await rest.want("DELETE", f"/api/v2/authorizations/{stale['id']}")
    permissions = [{"action": action, "resource": resource} for action in token.actions]
    body = {"orgID": org, "description": token.description, "permissions": permissions}
    made = await rest.want("POST", "/api/v2/authorizations", body)
    logs.hide(str(made["token"]))
    files.write(token.file, str(made["token"]))
    return True


async def _opens(rest: Rest, token: str, bucket: str) -> bool:
    """Return whether a token is known to the server and good for the bucket.

    Asked with the token itself: a server may keep only hashes of tokens, which cannot be compared.
    """
    if not token:
        return False
    try:
        seen = await rest.find("/api/v2/buckets", {"id": bucket}, token=token)
    except Unauthorised:
        return False
    return any(one.get("id") == bucket for one in seen.get("buckets") or [])
