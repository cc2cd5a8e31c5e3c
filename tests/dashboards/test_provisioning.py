"""The files by which Grafana finds everything, and the alert rules on real data."""

from __future__ import annotations

import json
import re

import pytest
import yaml
from fortnight import FARM, HOME

from collector.render.dashboards.alerts import RULES
from collector.render.dashboards.files import render

FILES = {name: yaml.safe_load(text) for name, text in render().items() if name.endswith(".yaml")}


def test_data_sources():
    """Both languages under names and uids that hold for ever, one bucket, the token from a file."""
    made = {one["name"]: one for one in FILES["provisioning/datasources/solar.yaml"]["datasources"]}
    assert {name: (one["uid"], one["isDefault"]) for name, one in made.items()} == {
        "Solar InfluxQL": ("solar-influxql", True),
        "Solar Flux": ("solar-flux", False),
    }
    assert (
        made["Solar InfluxQL"]["jsonData"]["dbName"]
        == made["Solar Flux"]["jsonData"]["defaultBucket"]
        == "solar"
    )
    assert made["Solar InfluxQL"]["jsonData"]["httpMode"] == "POST"
    for one in made.values():
        (secret,) = one["secureJsonData"].values()
        assert re.fullmatch(r"(Token )?\$__file\{/run/solar/grafana_token\}", secret)


def test_folders():
    """Each set has its own folder and path; nothing is saved over in the user interface."""
    made = {one["folder"]: one for one in FILES["provisioning/dashboards/solar.yaml"]["providers"]}
    assert set(made) == {"Solar", "Solar (Flux)"}
    assert (
        len({one["name"] for one in made.values()}) == len({one["folderUid"] for one in made.values()}) == 2
    )
    assert made["Solar"]["options"]["path"].endswith("/influxql")
    assert made["Solar (Flux)"]["options"]["path"].endswith("/flux")


def test_no_policies_and_no_live_contact_point():
    """A policies file would replace a user's tree; the contact point is an example in marks."""
    assert not any("polic" in name for name in FILES)
    assert FILES["provisioning/alerting/contact-points.yaml"] == {"apiVersion": 1}
    for content in FILES.values():
        assert "policies" not in content


def test_contact_point_example_is_valid():
    """Taking away the marks gives a valid file."""
    text = render()["provisioning/alerting/contact-points.yaml"]
    bare = "\n".join(
        line.removeprefix("# ") for line in text.splitlines() if line.startswith(("# contact", "#   "))
    )
    (point,) = yaml.safe_load(bare)["contactPoints"]
    assert point["receivers"][0]["type"] == "email"


def test_ten_rules():
    """Ten rules with their own uids and titles; no data is well, an error is told; no variable in any query."""
    (group,) = FILES["provisioning/alerting/rules.yaml"]["groups"]
    rules = group["rules"]
    assert len(rules) == len({rule["uid"] for rule in rules}) == len({rule["title"] for rule in rules}) == 10
    assert group["folder"] not in {"Solar", "Solar (Flux)"}
    for rule in rules:
        assert (rule["noDataState"], rule["execErrState"]) == ("OK", "Error")
        assert rule["condition"] in {one["refId"] for one in rule["data"]}
        assert len(rule["uid"]) <= 40
        assert set(rule["annotations"]) == {"summary", "description", "link"}
        assert "$" not in json.dumps(rule["labels"])
        assert "$" not in rule["title"]
        for one in rule["data"]:
            text = one["model"].get("query", "")
            assert not re.search(r"\$(?!timeFilter)", text)
            assert "now()" not in text  # the rule's own range is the only one


def reduced(rows, reducer):
    """One number per set of labels, as Grafana's reduce does."""
    made = {}
    for row in rows:
        labels = frozenset(
            (name, value) for name, value in row.items() if name in {"plant_id", "device_id", "account"}
        )
        (value,) = [
            value for name, value in row.items() if name not in {"Time", "plant_id", "device_id", "account"}
        ]
        if value is not None:
            made.setdefault(labels, []).append(value)
    return {labels: max(values) if reducer == "max" else values[-1] for labels, values in made.items()}


def firing(rule, database, now):
    """Labels for which a rule fires: reduce, threshold and math as Grafana does them."""
    values = {}
    for one in rule["data"]:
        model, span = one["model"], one["relativeTimeRange"]
        if "query" in model:
            rows = database.rows(model["query"], start=now - span["from"], stop=now - span["to"], choice={})
            values[one["refId"]] = rows
        elif model["type"] == "reduce":
            values[one["refId"]] = reduced(values[model["expression"]], model["reducer"])
        elif model["type"] == "threshold":
            ((kind, bound),) = [
                (c["evaluator"]["type"], c["evaluator"]["params"][0]) for c in model["conditions"]
            ]
            here = values[model["expression"]]
            return {
                labels for labels, value in here.items() if (value < bound if kind == "lt" else value > bound)
            }
        else:
            names = re.findall(r"\$([A-Z])", model["expression"])
            text = re.sub(r"\$([A-Z])", r"\1", model["expression"]).replace("&&", "and")
            found = set()
            for labels in values[names[0]]:
                known = {
                    name: next((v for k, v in values[name].items() if k <= labels), None) for name in names
                }
                if None not in known.values() and eval(text, {}, known):  # the expression is our own
                    found.add(labels)
            return found
    raise AssertionError


def plant_ids(labels):
    """The plants of labels."""
    return {dict(one).get("plant_id") for one in labels}


EXPECTED = {
    "solar-collector-silent": set(),
    "solar-plant-disconnected": set(),
    "solar-inverter-idle": set(),
    "solar-weak-string": {FARM},
    "solar-critical-alarm": {FARM},
    "solar-low-performance": set(),
    "solar-calls-refused": {None},
    "solar-readings-late": set(),
    "solar-battery-unwell": set(),
    "solar-incomplete-day": None,
}


@pytest.mark.parametrize("rule", RULES, ids=[rule["uid"] for rule in RULES])
def test_rule_on_a_fortnight(rule, influxql, fortnight):
    """Rules fire for the plants that deserve it, and for no other."""
    found = plant_ids(firing(rule, influxql, fortnight.now))
    if EXPECTED[rule["uid"]] is not None:
        assert found == EXPECTED[rule["uid"]]
    else:
        assert HOME not in found
        assert FARM not in found


def worse(fortnight):
    """Lines that make every rule fire: a plant gone by day, an idle inverter, a faulty battery, late and missing readings."""
    now, day = fortnight.last, 86_400
    tags = "vendor=fusionsolar,plant_id=bad"
    device = f"{tags},device_id=d1,device_type=inverter"
    yield f"pv_plant,{tags} power_kwp_ratio=0.5,worst_string_ratio=0.5 {now - day}"
    yield f"pv_plant,{tags} health_state=1,data_age_s=7200,power_kwp_ratio=0.4,worst_string_ratio=0.5 {now - 60}"
    yield f"pv_inverter,{device} active_power_kw=0 {now - 60}"
    yield f"pv_alarm,{device},alarm_id=1,cause_id=1,severity=critical active=1 {now - day}"
    yield f"pv_battery,{tags},device_id=d2,device_type=battery battery_soc_pct=50,battery_status=3 {now - 60}"
    for back in range(1, 30):
        at = fortnight.midnight - back * day
        yield f"pv_plant_day,{tags} pr_pct={40 if back == 1 else 80} {at}"
        yield f"collector_coverage,account=bad,plant_id=bad received=90,expected=100 {at}"
    yield f"collector_api,account=bad,interface=x rate_limited=1,calls=1 {now - 60}"
    yield f"collector_api,account=bad,interface=x calls=1 {now - day}"


def test_every_rule_can_fire(influxd, fortnight):
    """On data that is bad enough every rule fires, but for the silent collector, which fires on data without calls."""
    import urllib.parse

    from ask import InfluxQL, post

    form = urllib.parse.urlencode({"q": "CREATE DATABASE worse"}).encode()
    post(f"{influxd}/query", form, {"Content-Type": "application/x-www-form-urlencoded"})
    lines = list(worse(fortnight))
    post(f"{influxd}/write?db=worse&precision=s", "\n".join(lines).encode(), {})
    bad = InfluxQL(influxd, "worse")
    for rule in RULES:
        now = fortnight.now + 3600 if rule["uid"] == "solar-collector-silent" else fortnight.now
        assert firing(rule, bad, now), rule["uid"]
