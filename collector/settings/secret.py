"""Secrets: given as a value or as the name of a file, never as both."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from pydantic import SecretStr, model_validator

from collector.settings.problems import Part, SettingProblem

SECRET_KEYS = ("password", "token")


def read_secret(path: Path, key: str = "") -> str:
    """Return the text of a secret's file, without the line end that editors add.

    Raises:
        SettingProblem: The file cannot be read, is empty, or is not text.
    """
    try:
        text = path.expanduser().read_text(encoding="utf-8").rstrip("\r\n")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SettingProblem(
            f"names the file {path}, which cannot be read ({reason})",
            "Correct the path, or let the collector's user read the file.",
            key,
        ) from None
    except UnicodeDecodeError:
        raise SettingProblem(f"names the file {path}, which is not text", "Save it as UTF-8.", key) from None
    if not text:
        raise SettingProblem(f"names the file {path}, which is empty", "Write the secret into it.", key)
    return text


class HoldsSecrets(Part):
    """Settings with secrets: ``password_file`` fills ``password``, ``token_file`` fills ``token``."""

    held: ClassVar[tuple[str, ...]] = ()

    @model_validator(mode="before")
    @classmethod
    def _read_files(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        filled = dict(data)
        for key in cls.held:
            file = filled.get(f"{key}_file")
            if file is None:
                continue
            if filled.get(key) not in (None, ""):  # the example leaves "" to be filled in
                raise SettingProblem(f"is given beside {key}_file", "Keep one of the two.", key)
            filled[key] = read_secret(Path(str(file)), f"{key}_file")
        return filled

    def secrets(self) -> list[str]:
        """Return the secret values held here, for redaction."""
        values: list[SecretStr] = [getattr(self, key) for key in self.held]
        return [value.get_secret_value() for value in values if value.get_secret_value()]

    def require_secret(self, key: str) -> None:
        """Check that a secret was given.

        Raises:
            SettingProblem: It was not.
        """
        value: SecretStr = getattr(self, key)
        if not value.get_secret_value():
            raise SettingProblem(
                "is missing",
                f"Set {key}, or name a file that holds it as {key}_file (in the environment: …__{key.upper()} or …__{key.upper()}_FILE).",
                key,
            )
