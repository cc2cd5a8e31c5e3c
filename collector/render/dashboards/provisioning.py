"""The files by which Grafana finds data sources, dashboards, alert rules and an example of a contact point.

No policies file: it would replace a user's whole tree. Data sources are matched by name, so a shipped name is never changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import yaml

from collector.render.dashboards.alerts import GROUPS
from collector.render.dashboards.language import FLUX, INFLUXQL, LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Json = dict[str, Any]

TOKEN: Final = "$__file{/run/solar/grafana_token}"  # noqa: S105  the name of a file, not a secret
DASHBOARDS: Final = "/etc/grafana/dashboards"
_NOTE: Final = "# Rendered by `python -m collector.render.dashboards`. Do not edit.\n"


def _text(content: Json, note: str = "") -> str:
    return f"{_NOTE}{note}{yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120)}"


def _datasources() -> str:
    common: Json = {"type": "influxdb", "access": "proxy", "url": "http://influxdb:8086"}
    return _text(
        {
            "apiVersion": 1,
            "datasources": [
                {
                    "name": INFLUXQL.source,
                    "uid": INFLUXQL.source_uid,
                    **common,
                    "isDefault": True,
                    "jsonData": {
                        "dbName": "solar",
                        "httpMode": "POST",
                        "timeInterval": "5m",
                        "httpHeaderName1": "Authorization",
                    },
                    "secureJsonData": {"httpHeaderValue1": f"Token {TOKEN}"},
                },
                {
                    "name": FLUX.source,
                    "uid": FLUX.source_uid,
                    **common,
                    "isDefault": False,
                    "jsonData": {
                        "version": "Flux",
                        "organization": "solar",
                        "defaultBucket": "solar",
                        "timeInterval": "5m",
                        "maxSeries": 10_000,
                    },
                    "secureJsonData": {"token": TOKEN},
                },
            ],
        },
        "# The token may only read. Grafana reads the file at its start.\n",
    )


def _providers() -> str:
    return _text(
        {
            "apiVersion": 1,
            "providers": [
                {
                    "name": language.folder_uid,
                    "orgId": 1,
                    "folder": language.folder,
                    "folderUid": language.folder_uid,
                    "type": "file",
                    "disableDeletion": False,
                    "updateIntervalSeconds": 30,
                    "allowUiUpdates": False,
                    "options": {"path": f"{DASHBOARDS}/{language.key}"},
                }
                for language in LANGUAGES
            ],
        }
    )


def _rules() -> str:
    return _text({"apiVersion": 1, "groups": GROUPS})


def _contact_points() -> str:
    example = """#
# An example, switched off: take away the marks, write your address, and choose "solar-mail" as default contact point in
# Grafana (Alerting, Notification policies). Mail needs Grafana's SMTP settings (GF_SMTP_…).
#
# contactPoints:
#   - orgId: 1
#     name: solar-mail
#     receivers:
#       - uid: solar-mail
#         type: email
#         settings:
#           addresses: you@example.org
#         disableResolveMessage: false
"""
    return f"{_NOTE}apiVersion: 1\n{example}"


PROVISIONING: Final[Mapping[str, Callable[[], str]]] = {
    "datasources/solar.yaml": _datasources,
    "dashboards/solar.yaml": _providers,
    "alerting/rules.yaml": _rules,
    "alerting/contact-points.yaml": _contact_points,
}
