"""What is wrong with a setting: raised where it is seen, told as one ConfigurationError that names the setting."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError

from collector.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pydantic_core import ErrorDetails

PREFIX = "SOLAR_"


class Part(BaseModel):
    """A mapping of the settings: unknown keys are errors, values never appear in an error text."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
        allow_inf_nan=False,
    )


class SettingProblem(ValueError):
    """A rule of the settings is broken.

    Attributes:
        problem: What is wrong, without the setting's name.
        mend: What to do, in one sentence.
        key: Dotted name below the place where it was raised; "" for that place itself.
    """

    def __init__(self, problem: str, mend: str, key: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.mend = mend
        self.key = key


def closest(word: str, known: Iterable[str]) -> str:
    """Return the known word most like `word`, ignoring case, or "" where none is like it."""
    by_lower = {name.lower(): name for name in known}
    found = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[found[0]] if found else ""


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return the sentence that points from an unknown word to the known ones."""
    names = sorted(known)
    likely = closest(word, names)
    return f"Did you mean {likely}?" if likely else f"Known here: {', '.join(names)}."


def environment_name(setting: str) -> str:
    """Return the environment variable that sets a dotted setting."""
    return PREFIX + setting.upper().replace(".", "__")


def told(error: ValidationError, root: type[BaseModel]) -> ConfigurationError:
    """Turn pydantic's error into one that names the setting and the mend.

    Args:
        error: What pydantic found; all of it.
        root: The model that was validated.

    Returns:
        The first problem (unknown keys before all others, since a misspelt key also looks like a missing one);
        further ones are attached as notes.
    """
    details = error.errors(include_url=False, include_input=False)
    details.sort(key=lambda one: one["type"] != "extra_forbidden")
    first, *rest = [_one(detail, root) for detail in details]
    for other in rest:
        first.add_note(str(other))
    return first


def _one(detail: ErrorDetails, root: type[BaseModel]) -> ConfigurationError:
    path = [str(part) for part in detail["loc"] if part != "[key]"]
    cause = detail.get("ctx", {}).get("error")
    if isinstance(cause, SettingProblem):
        setting = ".".join([*path, cause.key] if cause.key else path)
        return ConfigurationError(setting or "settings", cause.problem, cause.mend)
    setting = ".".join(path)
    if detail["type"] == "extra_forbidden":
        return ConfigurationError(
            setting, "is not a known setting", suggestion(path[-1], _names_at(root, path[:-1]))
        )
    problem, mend = _plain(detail, setting)
    return ConfigurationError(setting, problem, mend)


_PLAIN = {
    "string_too_short": ("is empty", "Fill it in."),
    "string_type": ("is not text", "Put the value into quotes."),
    "model_type": ("is not a mapping", "Write its keys below it, indented by two spaces."),
    "dict_type": ("is not a mapping", "Write its keys below it, indented by two spaces."),
    "list_type": ("is not a list", "Write it as [one, two]."),
}


def _plain(detail: ErrorDetails, setting: str) -> tuple[str, str]:
    kind = detail["type"]
    if kind == "missing":
        return "is missing", f"Set it in the configuration file, or as {environment_name(setting)}."
    if kind == "literal_error":
        return "is none of the allowed values", f"Use {detail['ctx']['expected']}."
    if kind in _PLAIN:
        return _PLAIN[kind]
    reason = detail["msg"][0].lower() + detail["msg"][1:]
    return f"cannot be used: {reason}", "Correct the value, or remove the line for the default."


def _names_at(root: type[BaseModel], path: Sequence[str]) -> list[str]:
    """Return the keys known at a dotted place."""
    place: Any = root
    for part in path:
        if isinstance(place, type) and issubclass(place, BaseModel):
            place = place.model_fields[part].annotation
        elif get_origin(place) is dict:
            place = get_args(place)[1]
    return list(place.model_fields) if isinstance(place, type) and issubclass(place, BaseModel) else []
