"""Settings: read from the environment, checked at once, refused in one line that names the variable."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, Self

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict


class ConfigError(Exception):
    """A setting is wrong. The message is one line: which variable, and what to do."""


class SubgraphSettings(BaseSettings):
    """What every subgraph can be told; `HANSE_<NAME>_<FIELD>` in the environment. URLs choose the adapters.

    Subclasses set `subgraph` and their own fields and `model_config`; `settings_config(name)` makes that.
    """

    model_config = SettingsConfigDict(extra="forbid", frozen=True)
    subgraph: ClassVar[str]

    data_dir: Path = Field(default=Path(".data"), description="Folder of files this subgraph keeps in embedded mode.")
    database_url: str = Field(default="", description="sqlite+aiosqlite:///FILE or postgresql+asyncpg://...")
    read_database_url: str = Field(
        default="", description="A replica for queries, which the database itself answers while it is away."
    )
    database_pool_size: int = Field(
        default=8, ge=1, description="Most connections for reading; on PostgreSQL, as many again for writing."
    )
    database_wait_seconds: float = Field(
        default=10, gt=0, description="PostgreSQL: how long a request waits for a free connection."
    )
    database_connect_seconds: float = Field(default=5, gt=0, description="PostgreSQL: how long connecting may take.")
    database_statement_seconds: float = Field(
        default=30, ge=0, description="PostgreSQL's `statement_timeout`; 0: as the server has it."
    )
    database_idle_in_transaction_seconds: float = Field(
        default=60, ge=0, description="PostgreSQL's `idle_in_transaction_session_timeout`; 0: as the server has it."
    )
    database_statement_cache_size: int = Field(
        default=100, ge=0, description="PostgreSQL: prepared statements a connection keeps; 0 behind PgBouncer."
    )
    events_url: str = Field(default="", description="embedded:FILE or kafka://HOST:PORT, the durable event log.")
    router_jwks_url: str = Field(default="", description="Where the router's public keys are: http(s):// or file://.")
    router_issuer: str = Field(default="hanse-router", description="The `iss` of the router's tokens.")
    migrate_on_start: bool = Field(default=True, description="Bring the tables up to date at start.")
    relay_events: bool = Field(default=True, description="Run the relay of the outbox in this process.")
    consume_events: bool = Field(default=True, description="Run the consumers in this process.")
    consumer_attempts: int = Field(default=5, ge=1, description="How often an event is tried before it is dead.")
    max_body_bytes: int = Field(default=10_000_000, ge=1, description="Largest request body.")
    otlp_url: str = Field(default="", description="Collector of traces, OTLP over HTTP; empty: none are made.")
    otlp_sample_ratio: float = Field(
        default=1.0, ge=0, le=1, description="How many of the traces that begin here are kept; others as they come."
    )
    max_upload_bytes: int = Field(
        default=50_000_000, ge=1, description="Largest file that comes with a request, in bytes."
    )

    @classmethod
    def load(cls, **given: Any) -> Self:
        """The settings: what is given, then the environment, then the defaults. Raises ConfigError."""
        prefix = str(cls.model_config["env_prefix"])
        known = {f"{prefix}{name}".upper() for name in cls.model_fields}
        unknown = [name for name in os.environ if name.upper().startswith(prefix) and name.upper() not in known]
        if unknown:
            raise ConfigError(f"unknown setting {unknown[0]}: unset it, or take one of {', '.join(sorted(known))}")
        try:
            return cls(**given)
        except ValidationError as error:
            first = error.errors()[0]
            name = f"{prefix}{'_'.join(str(part) for part in first['loc'])}".upper()
            raise ConfigError(f"setting {name} is wrong: {first['msg']}") from error

    @classmethod
    def setting(cls, field: str) -> str:
        """The environment variable of a field."""
        return f"{cls.model_config['env_prefix']}{field}".upper()

    @property
    def database(self) -> str:
        """The database's URL."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data_dir.absolute() / self.subgraph}.sqlite"

    @property
    def events(self) -> str:
        """The event log's URL."""
        return self.events_url or f"embedded:{self.data_dir.absolute() / 'events.sqlite'}"

    @property
    def router_jwks(self) -> str:
        """The URL of the router's public keys."""
        return self.router_jwks_url or (self.data_dir.absolute() / "keys" / "router-jwks.json").as_uri()


def settings_config(subgraph: str) -> SettingsConfigDict:
    """The `model_config` of a subgraph's settings."""
    return SettingsConfigDict(extra="forbid", frozen=True, env_prefix=f"HANSE_{subgraph.upper()}_")


@contextmanager
def setting(name: str) -> Iterator[None]:
    """Where what is done in here finds its setting wrong, the message names it."""
    try:
        yield
    except ConfigError as error:
        raise ConfigError(f"setting {name}: {error}") from error


__all__ = ["ConfigError", "SecretStr", "SubgraphSettings", "setting", "settings_config"]
