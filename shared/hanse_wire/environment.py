"""The environment that a process runs in: the variable `ENV`, which decides the defaults of settings."""

from __future__ import annotations

import os
from enum import StrEnum

from hanse_wire.settings import SettingsError

VARIABLE = "ENV"


class Environment(StrEnum):
    """In `production`, where strangers connect, what helps them to look around is off unless a setting turns it on."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"

    @property
    def is_production(self) -> bool:
        """Whether strangers connect here."""
        return self is Environment.PRODUCTION


def current_environment() -> Environment:
    """The environment that `ENV` names; development without it. Raises SettingsError for another name."""
    try:
        return Environment(os.environ.get(VARIABLE) or Environment.DEVELOPMENT)
    except ValueError:
        names = " or ".join(Environment)
        raise SettingsError(f"setting {VARIABLE} in the environment: use {names}") from None
