"""A fortnight of readings in real databases, and what the boards' viewer has chosen."""

from __future__ import annotations

import gzip
import os
import time
import urllib.parse

import pytest
from ask import Flux, InfluxQL, post
from fortnight import Fortnight
from view import View


@pytest.fixture(scope="session")
def fortnight():
    """The data and its truth."""
    return Fortnight(time.time())


@pytest.fixture(scope="session")
def packed(fortnight):
    """The data as bodies that a busy database takes in time."""
    lines = fortnight.lines
    return [
        gzip.compress("\n".join(lines[at : at + 10_000]).encode(), 1) for at in range(0, len(lines), 10_000)
    ]


@pytest.fixture(scope="session")
def influxql(influxd, packed):
    """An InfluxDB 1.x that holds the fortnight."""
    form = urllib.parse.urlencode({"q": "CREATE DATABASE solar"}).encode()
    post(f"{influxd}/query", form, {"Content-Type": "application/x-www-form-urlencoded"})
    for body in packed:
        post(f"{influxd}/write?db=solar&precision=s", body, {"Content-Encoding": "gzip"})
    return InfluxQL(influxd, "solar")


@pytest.fixture(scope="session")
def flux(packed):
    """An InfluxDB 2.x that holds the fortnight, where whoever runs the tests has started one."""
    url = os.environ.get("SOLAR_TEST_INFLUX2_URL", "")
    if not url:
        pytest.skip("SOLAR_TEST_INFLUX2_URL, _ORG and _TOKEN name no InfluxDB 2.x")
    org, token = os.environ["SOLAR_TEST_INFLUX2_ORG"], os.environ["SOLAR_TEST_INFLUX2_TOKEN"]
    headers = {"Authorization": f"Token {token}", "Content-Type": "application/json"}
    found = post(
        f"{url}/api/v2/query?org={urllib.parse.quote(org)}", b'{"query":"buckets() |> limit(n: 1)"}', headers
    )
    organisation = dict(zip(*[line.split(",") for line in found.splitlines()[:2]], strict=False))[
        "organizationID"
    ]
    bucket = f"boards-{os.getpid()}-{time.time_ns()}"
    made = f'{{"orgID": "{organisation}", "name": "{bucket}", "retentionRules": []}}'.encode()
    post(f"{url}/api/v2/buckets", made, headers)
    query = urllib.parse.urlencode({"org": org, "bucket": bucket, "precision": "s"})
    for body in packed:
        post(
            f"{url}/api/v2/write?{query}",
            body,
            {"Authorization": f"Token {token}", "Content-Encoding": "gzip"},
        )
    return Flux(url, org, bucket, token)


@pytest.fixture(scope="session")
def database(request):
    """The database that a parameter names: influxql or flux."""
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="session")
def view(fortnight):
    """What the viewer has chosen, and the ranges of panels."""
    return View(fortnight)
