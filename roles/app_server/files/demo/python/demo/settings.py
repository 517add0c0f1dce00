"""What the application is told by its environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


class SettingsError(Exception):
    """The environment does not say what the application must know."""


@dataclass(frozen=True)
class Account:
    """One way into the database: where it listens and who asks."""

    port: int
    user: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class Settings:
    """All settings; secrets do not show in its repr."""

    application_host: str
    secret_key: str = field(repr=False)
    database_host: str
    database_ca_file: str
    database_schema: str
    writer: Account
    reader: Account
    sessions: int = 8
    recycle_seconds: int = 300

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Read the settings, or say every variable that is missing at once."""
        missing = [name for name in _NEEDED if not environment.get(name)]
        if missing:
            raise SettingsError(f"The environment lacks {', '.join(missing)}: set what is missing and start again.")
        return cls(
            application_host=environment["WEBSTACK_HOST"],
            secret_key=environment["SECRET_KEY"],
            database_host=environment["DATABASE_HOST"],
            database_ca_file=environment["DATABASE_CA_FILE"],
            database_schema=environment["DATABASE_SCHEMA"],
            writer=_account(environment, "WRITER"),
            reader=_account(environment, "READER"),
            sessions=_number(environment, "DATABASE_SESSIONS", cls.sessions),
            recycle_seconds=_number(environment, "DATABASE_RECYCLE_SECONDS", cls.recycle_seconds),
        )


_NEEDED = (
    "WEBSTACK_HOST",
    "SECRET_KEY",
    "DATABASE_HOST",
    "DATABASE_CA_FILE",
    "DATABASE_SCHEMA",
    *(f"DATABASE_{role}_{part}" for role in ("WRITER", "READER") for part in ("PORT", "USER", "PASSWORD")),
)


def _account(environment: Mapping[str, str], role: str) -> Account:
    return Account(
        port=_number(environment, f"DATABASE_{role}_PORT"),
        user=environment[f"DATABASE_{role}_USER"],
        password=environment[f"DATABASE_{role}_PASSWORD"],
    )


def _number(environment: Mapping[str, str], name: str, default: int = 0) -> int:
    value = environment.get(name) or str(default)
    if not value.isdecimal() or int(value) == 0:
        raise SettingsError(f"{name} is {value!r}: it must be a whole number above 0.")
    return int(value)
