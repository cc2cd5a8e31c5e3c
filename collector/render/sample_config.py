"""The example configuration, its JSON schema and the table of settings, rendered from the settings themselves.

``python -m collector.render.sample_config`` writes them; a test holds the written files to it.
"""

from __future__ import annotations

import json
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_origin

import yaml
from pydantic import BaseModel, ByteSize, SecretStr
from pydantic_core import PydanticUndefined

from collector.render.markdown import table
from collector.settings import Account, Settings
from collector.settings.accounts import interfaces_of
from collector.settings.problems import environment_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic.fields import FieldInfo

EXAMPLE = Path("config/collector.example.yaml")
SCHEMA = Path("config/collector.schema.json")
GUIDE = Path("docs/configure.md")
BEGIN, END = "<!-- settings: rendered -->", "<!-- settings: end -->"

_NAMES = {"accounts": "home", "plants": "NE=33333333"}  # what the example calls its entries
_PLACES = {"accounts": "NAME", "plants": "ID", "limits": "INTERFACE"}  # what the table calls them
_TO_FILL = {
    "username",
    "password",
}  # left empty, so that the collector asks for them rather than logging in with an example
_HEADER = """\
# yaml-language-server: $schema=collector.schema.json
#
# Copy this file to config/collector.yaml and fill in the account.
# A line that begins with # and a key shows a setting that you may add: its default, or an example where there is none.
# Every setting can come from the environment in place of this file, e.g. {name}.
# docs/configure.md explains; docs/account.md says how to get an account.
"""


def example() -> str:
    """Return the example configuration."""
    header = _HEADER.format(name=environment_name("accounts.home.password"))
    return header + "".join(f"\n{text}" for text in _sections())


def schema() -> str:
    """Return the JSON schema of the configuration file, for editors."""
    content = Settings.model_json_schema()
    names = sorted(interfaces_of("fusionsolar"))
    account = content["$defs"]["Account"]["properties"]
    account["interfaces"]["items"] = {"type": "string", "enum": names}
    account["limits"]["propertyNames"] = {"enum": names}
    ordered = {"$schema": "https://json-schema.org/draft/2020-12/schema", **content}
    return json.dumps(ordered, indent=2, ensure_ascii=False) + "\n"


def reference() -> str:
    """Return every setting as rows of Markdown, one table a section."""
    parts: list[str] = []
    plain = [(name, field) for name, field in Settings.model_fields.items() if not _models(field)]
    sections = [("General", "", plain)]
    sections += [
        (f"`{name}`", _place(name, field), list(_model(field).model_fields.items()))
        for name, field in Settings.model_fields.items()
        if _models(field)
    ]
    for title, place, fields in sections:
        rows = [row for name, field in fields for row in _rows(place + name, name, field)]
        parts += [f"### {title}", table(("Setting", "Default", "Meaning"), rows)]
    return "\n\n".join(parts) + "\n"


def guide(text: str) -> str:
    """Return the guide's text with its table of settings as rendered now.

    Raises:
        ValueError: The text has no place for the table.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{GUIDE} has no place for the table")
    return f"{before}{BEGIN}\n\n{reference()}\n{END}{after}"


def files(root: Path) -> dict[Path, str]:
    """Return each rendered file below `root` with the text that it should hold."""
    return {
        EXAMPLE: example(),
        SCHEMA: schema(),
        GUIDE: guide((root / GUIDE).read_text(encoding="utf-8")),
    }


def _sections() -> Iterator[str]:
    for name, field in Settings.model_fields.items():
        if not _models(field):
            yield _comment(field, "") + f"#{name}: {_shown(field)}\n"
            continue
        entry = _NAMES.get(name, "")
        off = "" if name == "accounts" else "#"
        head = _comment(field, "") + f"{off}{name}:\n" + (f"{off}  {entry}:\n" if entry else "")
        yield head + "".join(_keys(_model(field), "    " if entry else "  "))


def _keys(model: type[BaseModel], indent: str) -> Iterator[str]:
    for name, field in model.model_fields.items():
        if model is Account and name in _TO_FILL:
            line = f'{indent}{name}: ""\n'
        elif field.is_required():
            line = f"{indent}{name}: {_shown(field)}\n"
        else:
            line = f"#{indent}{name}: {_shown(field)}\n"
        yield _comment(field, indent) + line


def _comment(field: FieldInfo, indent: str) -> str:
    text = (field.description or "").replace("`", "") + _choices(field, ", ")
    return textwrap.fill(text, 110, initial_indent=f"{indent}# ", subsequent_indent=f"{indent}# ") + "\n"


def _choices(field: FieldInfo, between: str, quote: str = "") -> str:
    described = field.description or ""
    choices = [str(value) for value in _literals(field.annotation)]
    if len(choices) < 2 or all(choice in described for choice in choices):
        return ""
    return " One of " + between.join(f"{quote}{choice}{quote}" for choice in choices) + "."


def _literals(annotation: Any) -> tuple[Any, ...]:
    """Return the allowed values of a Literal, or of a union with one."""
    values = get_args(annotation)
    if get_origin(annotation) is dict or any(
        isinstance(value, type) and value is not type(None) for value in values
    ):
        return ()
    nested = [value for part in values if get_args(part) for value in get_args(part)]
    return tuple(nested) or values


def _rows(place: str, name: str, field: FieldInfo) -> Iterator[tuple[str, str, str]]:
    if _models(field):
        inner = _place(name, field)
        for key, below in _model(field).model_fields.items():
            yield from _rows(place.removesuffix(name) + inner + key, key, below)
        return
    yield f"`{place}`", _default(field), (field.description or "") + _choices(field, ", ", "`")


def _place(name: str, field: FieldInfo) -> str:
    return f"{name}.{_PLACES[name]}." if get_origin(field.annotation) is dict else f"{name}."


def _model(field: FieldInfo) -> type[BaseModel]:
    """Return the model of a section, or of a mapping's values."""
    found = _models(field)
    return found[0]


def _models(field: FieldInfo) -> list[type[BaseModel]]:
    annotation = field.annotation
    candidates = get_args(annotation) if get_origin(annotation) is dict else (annotation,)
    return [one for one in candidates if isinstance(one, type) and issubclass(one, BaseModel)]


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True, validated_data={})
    if isinstance(value, SecretStr) or value in (None, "", [], {}):
        return ""
    return f"`{_yaml(value)}`"


def _shown(field: FieldInfo) -> str:
    """Return the default as YAML, or the example where there is no telling default."""
    value = field.get_default(call_default_factory=True, validated_data={})
    if value is PydanticUndefined or isinstance(value, SecretStr) or value in (None, "", [], {}):
        return _yaml(field.examples[0] if field.examples else "")
    return _yaml(value)


def _yaml(value: Any) -> str:
    if isinstance(value, ByteSize):
        return value.human_readable(separator="").replace(".0", "")
    plain = str(value) if isinstance(value, Path) else value
    text: str = yaml.safe_dump(plain, default_flow_style=True, width=1000, sort_keys=False)
    return text.removesuffix("...\n").strip()


def main() -> int:
    """Write the rendered files below the working folder."""
    for path, text in files(Path()).items():
        path.write_text(text, encoding="utf-8")
        sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
