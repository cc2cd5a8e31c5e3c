"""What Grafana does with the answers of queries before it draws them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

Json = dict[str, Any]


def drop_time(*refs: str) -> Json:
    """Leaves `Time` out of the tables of these queries, so that they can be joined."""
    made: Json = {"id": "filterFieldsByName", "options": {"exclude": {"names": ["Time"]}}}
    if refs:
        made["filter"] = {"id": "byRefId", "options": f"/^({'|'.join(refs)})$/"}
    return made


def date_label(pattern: str) -> Json:
    """Times as dates in UTC, which for calendar rows is the plant-local date."""
    return {
        "id": "formatTime",
        "options": {"timeField": "Time", "outputFormat": pattern, "timezone": "utc", "useTimezone": True},
    }


def merge() -> Json:
    """Joins tables on the columns that they share."""
    return {"id": "merge", "options": {}}


def ordered(overrides: Sequence[Json]) -> tuple[Json, ...]:
    """Columns in the order of their overrides, for Flux gives them by name; nothing where one or none is named."""
    names = [one["matcher"]["options"] for one in overrides if one["matcher"]["id"] == "byName"]
    if len(names) < 2:
        return ()
    index = {
        name: number for number, name in enumerate(["Time", *(name for name in names if name != "Time")])
    }
    return ({"id": "organize", "options": {"indexByName": index, "excludeByName": {}, "renameByName": {}}},)


def join(by: str, marker: str, *, time: bool = True) -> tuple[Json, ...]:
    """Joins a query's rows to `names`; names without a row, told by an empty or absent `marker`, are left out.

    Times of the query are kept, or with `time` off left out.
    """
    return (
        drop_time("names") if time else drop_time(),
        {"id": "joinByField", "options": {"byField": by, "mode": "outerTabular"}},
        {
            "id": "filterByValue",
            "options": {
                "filters": [{"fieldName": marker, "config": {"id": "isNotNull", "options": {}}}],
                "match": "all",
                "type": "include",
            },
        },
    )


def side_by_side() -> Json:
    """One row out of the queries' single rows."""
    return {"id": "concatenate", "options": {"frameNameMode": "drop"}}


def binary(alias: str, left: str, operator: str, right: str) -> Json:
    """A column made of two."""
    return {
        "id": "calculateField",
        "options": {
            "mode": "binary",
            "alias": alias,
            "binary": {"left": left, "operator": operator, "right": right},
            "replaceFields": False,
        },
    }


def adding(alias: str, *names: str) -> Json:
    """A column that is the sum of others, as far as they are there."""
    return {
        "id": "calculateField",
        "options": {
            "mode": "reduceRow",
            "alias": alias,
            "reduce": {"include": list(names), "reducer": "sum"},
            "replaceFields": False,
        },
    }


def without(*names: str) -> Json:
    """The table but for these columns."""
    return {"id": "filterFieldsByName", "options": {"exclude": {"names": list(names)}}}


def split(*keys: str) -> Json:
    """One series for each combination of these columns, which become its labels."""
    return {
        "id": "partitionByValues",
        "options": {"fields": list(keys), "keepFields": False, "naming": {"asLabels": True}},
    }


def plant_lines() -> tuple[Json, ...]:
    """A series per plant, labelled with its name; the query gives plant_id and vendor, `names` the names."""
    return (*join("plant_id", "vendor"), split("plant", "plant_id", "vendor"))


def device_lines(*more: str) -> tuple[Json, ...]:
    """A series per device, labelled with its name; the query gives plant_id and device_id, `names` the names."""
    return (*join("device_id", "plant_id"), split("device", "plant", "device_id", "plant_id", *more))
