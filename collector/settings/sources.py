"""Where settings come from: environment, secret files, the configuration file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml
from pydantic_settings import EnvSettingsSource

from collector.errors import ConfigurationError
from collector.settings.problems import PREFIX, SettingProblem, closest
from collector.settings.secret import SECRET_KEYS, read_secret

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping
    from pathlib import Path

    from pydantic_settings import BaseSettings

CONFIG_NAME = f"{PREFIX}CONFIG"
EXAMPLE = "config/collector.example.yaml"


class Named(EnvSettingsSource):
    """Settings under their environment names, from a given mapping rather than the process's own environment."""

    def __init__(self, settings_cls: type[BaseSettings], names: Mapping[str, str]) -> None:
        self._names = {name.lower(): value for name, value in names.items() if value}
        super().__init__(settings_cls)

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return self._names


def merged(strong: Any, weak: Any) -> Any:
    """Return `weak` overlaid by `strong`, key by key; a secret given by `strong` replaces both its forms."""
    if not isinstance(weak, dict) or not isinstance(strong, dict):
        return strong
    replaced = {f"{key}_file" for key in SECRET_KEYS if strong.get(key) is not None}
    replaced |= {key for key in SECRET_KEYS if strong.get(f"{key}_file") is not None}
    kept = {key: value for key, value in weak.items() if key not in replaced}
    return kept | {key: merged(value, kept.get(key)) for key, value in strong.items()}


def check_names(environ: Mapping[str, str], known: list[str]) -> None:
    """Refuse misspelt names of the environment.

    A name without ``__`` that is like no setting is left alone: orchestrators put names of their own there.

    Raises:
        ConfigurationError: A name was meant as a setting and is none.
    """
    for name in environ:
        head, nested, _ = name.upper().removeprefix(PREFIX).partition("__")
        if not name.upper().startswith(PREFIX) or name.upper() == CONFIG_NAME or head.lower() in known:
            if head == "PLANTS" and nested and name.upper().startswith(PREFIX):
                raise ConfigurationError(
                    name,
                    "cannot name a plant, since the environment loses small letters",
                    "Set plants in the file.",
                )
            continue
        likely = closest(head, known)
        if nested or likely:
            mend = f"Did you mean {PREFIX}{likely.upper()}?" if likely else "Remove it."
            raise ConfigurationError(name, "is not a known setting", mend)


def read_secret_files(folder: Path) -> dict[str, str]:
    """Return the secrets of a folder whose names are settings, e.g. ``solar_accounts__home__password``.

    Raises:
        ConfigurationError: One of them cannot be read.
    """
    found: dict[str, str] = {}
    try:
        files = sorted(folder.iterdir()) if folder.is_dir() else []
    except PermissionError:
        return found  # the folder is another program's
    for file in files:
        if file.name.upper().startswith(PREFIX) and file.is_file():
            try:
                found[file.name] = read_secret(file)
            except SettingProblem as problem:
                raise ConfigurationError(file.name, problem.problem, problem.mend) from None
    return found


class _Unique(yaml.SafeLoader):
    """Safe YAML in which a key may stand only once."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen and isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key.value} stands here twice", key.start_mark
                )
            if isinstance(key, yaml.ScalarNode):
                seen.add(key.value)
        return super().construct_mapping(node, deep)


def read_file(path: Path) -> dict[str, Any]:
    """Return the content of the configuration file.

    Raises:
        ConfigurationError: It cannot be read, or is no mapping in YAML. The text never quotes the file.
    """
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_Unique)  # noqa: S506  a SafeLoader
    except FileNotFoundError:
        raise ConfigurationError(
            str(path), "does not exist", f"Copy {EXAMPLE} there and fill it in."
        ) from None
    except OSError as error:
        raise ConfigurationError(
            str(path), f"cannot be read ({error.strerror})", "Let the collector's user read it."
        ) from None
    except UnicodeDecodeError:
        raise ConfigurationError(str(path), "is not text", "Save it as UTF-8.") from None
    except yaml.MarkedYAMLError as error:
        where = f" at line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise ConfigurationError(
            str(path),
            f"is not readable YAML{where}: {error.problem}",
            "Look for a missing quote, colon or blank there.",
        ) from None
    except (yaml.YAMLError, ValueError):
        raise ConfigurationError(str(path), "is not readable YAML", f"Compare it with {EXAMPLE}.") from None
    if content is None:
        return {}
    if not isinstance(content, dict) or not all(isinstance(key, str) for key in content):
        raise ConfigurationError(str(path), "holds no mapping of settings", f"Compare it with {EXAMPLE}.")
    return content
