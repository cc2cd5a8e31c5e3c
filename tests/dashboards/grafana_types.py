"""Writes boards as TypeScript that is only well typed if Grafana's own types know every key and value of theirs."""

from __future__ import annotations

import json

# Grafana's panel type → its package of types; the second: whether it has custom field options of its own.
KINDS = {
    "stat": ("stat/panelcfg/x/StatPanelCfg", False),
    "gauge": ("gauge/panelcfg/x/GaugePanelCfg", False),
    "table": ("table/panelcfg/x/TablePanelCfg", True),
    "timeseries": ("timeseries/panelcfg/x/TimeSeriesPanelCfg", True),
    "barchart": ("barchart/panelcfg/x/BarChartPanelCfg", True),
    "bargauge": ("bargauge/panelcfg/x/BarGaugePanelCfg", False),
    "state-timeline": ("statetimeline/panelcfg/x/StateTimelinePanelCfg", True),
    "status-history": ("statushistory/panelcfg/x/StatusHistoryPanelCfg", True),
    "geomap": ("geomap/panelcfg/x/GeomapPanelCfg", False),
    "dashlist": ("dashboardlist/panelcfg/x/DashboardListPanelCfg", False),
}
# Texts stand for string enums, numbers for numeric ones; keys that the types do not know stay errors.
_LOOSE = """
type Loose<T> = T extends string ? `${T}` : T extends number ? number : T extends boolean | null | undefined ? T
  : T extends (infer U)[] ? Loose<U>[] : T extends object ? { [K in keyof T]: Loose<T[K]> } : T;
type Some<T> = T extends (infer U)[] ? Some<U>[] : T extends object ? { [K in keyof T]?: Some<T[K]> } : T;
"""
# Keys that Grafana 10.4 reads though its published types lack them.
UNTYPED = {
    "definition",
    "wideLayout",
    "minVizHeight",
    "minVizWidth",
    "sizing",
    "namePlacement",
    "target",
    "hideTimeOverride",
}


def without(value, dropped):
    """The value without keys of these names, at any depth."""
    if isinstance(value, dict):
        return {key: without(one, dropped) for key, one in value.items() if key not in dropped}
    return [without(one, dropped) for one in value] if isinstance(value, list) else value


def typescript(boards):
    """A module that type checks exactly if boards are as Grafana's types say."""
    lines = ["import type { Dashboard } from '@grafana/schema/dist/esm/raw/dashboard/x/dashboard_types.gen';"]
    for name, (path, _) in KINDS.items():
        lines.append(
            f"import type * as {name.replace('-', '_')} from '@grafana/schema/dist/esm/raw/composable/{path}_types.gen';"
        )
    lines.append(_LOOSE)
    for number, board in enumerate(boards):
        plain = without(board, UNTYPED)
        lines.append(f"const b{number}: Loose<Dashboard> = {json.dumps(plain)};")
        for panel in plain["panels"]:
            if panel["type"] not in KINDS:
                continue
            kind = panel["type"].replace("-", "_")
            lines.append(
                f"const o{number}_{panel['id']}: Some<Loose<{kind}.Options>> = {json.dumps(panel['options'])};"
            )
            custom = panel.get("fieldConfig", {}).get("defaults", {}).get("custom")
            if custom and KINDS[panel["type"]][1]:
                lines.append(
                    f"const c{number}_{panel['id']}: Some<Loose<{kind}.FieldConfig>> = {json.dumps(custom)};"
                )
    return "\n".join([*lines, "export {};"])
