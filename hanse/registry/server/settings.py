"""The settings of the registry server: `HANSE_REGISTRY_<FIELD>` in the environment."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

from pydantic import Field

from hanse_wire.environment import current_environment
from hanse_wire.server_settings import ServerSettings
from hanse_wire.settings import Layer, Settings, environment, refuse_unknown_variables, variable

PREFIX = "HANSE_REGISTRY_"
OF_COMMANDS = frozenset(("HANSE_REGISTRY_KEY",))  # the API key of `hanse schema ...`


def _in_development() -> bool:
    return not current_environment().is_production


class RegistrySettings(Settings):
    """The settings of `hanse registry`."""

    data_dir: Path = Field(default=Path(".data"), description="Folder of the SQLite file.")
    database_url: str = Field(
        default="",
        description="sqlite+aiosqlite:///FILE or postgresql+asyncpg://...; empty: `registry.sqlite` in `data_dir`.",
    )
    database_pool_size: int = Field(
        default=8, ge=1, description="Maximum number of connections for reading; on PostgreSQL, as many for writing."
    )
    migrate_on_start: bool = Field(default=True, description="Run database migrations at start.")
    signing_key_file: Path | None = Field(
        default=None,
        description="Private key that signs supergraphs, written by `hanse registry keys signing create`. Without it "
        "they are not signed.",
    )
    pages: bool = Field(default=True, description="Serve the pages on `/`. They need an API key to sign in.")
    graphiql: bool = Field(
        default_factory=_in_development, description="Serve GraphiQL on `/graphiql`. Off with `ENV=production`."
    )
    introspection: bool = Field(
        default_factory=_in_development, description="Answer introspection. Off with `ENV=production`."
    )
    max_body_bytes: int = Field(default=16_000_000, ge=1, description="Maximum size of a request body, in bytes.")
    max_operations: int = Field(
        default=20_000,
        ge=1,
        description="Maximum number of different operations of a variant; further ones are dropped.",
    )
    max_usage_rows_per_day: int = Field(
        default=100_000,
        ge=1,
        description="Maximum number of operations by client version of a variant and day; further ones are dropped.",
    )
    usage_retention_days: int = Field(default=90, ge=1, description="Retention of usage, in days.")
    check_retention_days: int = Field(default=180, ge=1, description="Retention of checks, in days.")
    max_compositions: int = Field(default=2, ge=1, description="Maximum number of compositions at the same time.")
    max_waiting_compositions: int = Field(
        default=20, ge=1, description="Maximum number of compositions that wait; more are refused."
    )
    server: ServerSettings = Field(default_factory=ServerSettings)

    @classmethod
    def load(cls, **overrides: Any) -> Self:
        """The settings: `overrides`, the environment, the defaults. Raises SettingsError."""
        refuse_unknown_variables(cls, PREFIX, allowed=OF_COMMANDS)
        return cls.from_layers([Layer(overrides), environment(cls, PREFIX)])

    @classmethod
    def setting(cls, field: str) -> str:
        """The environment variable of a field."""
        return variable(PREFIX, (field,))

    @property
    def database(self) -> str:
        """The database's URL."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data_dir.absolute() / 'registry.sqlite'}"
