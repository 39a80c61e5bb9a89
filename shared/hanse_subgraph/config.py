"""The settings of subgraphs: files and the environment, with common values for all of them.

`HANSE_<NAME>_<FIELD>` in the environment sets one subgraph, `HANSE_<FIELD>` all. The YAML file in
HANSE_SUBGRAPHS_CONFIG has a section for each subgraph, and one named `defaults`. In common values, `{subgraph}` is the
name of the subgraph.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, Self

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from hanse_wire.server_settings import ServerSettings
from hanse_wire.settings import (
    Layer,
    Location,
    Settings,
    SettingsError,
    dotted,
    environment,
    read_yaml,
    refuse_misspelt_variables,
    refuse_unknown_variables,
    variable,
)

COMMON_PREFIX = "HANSE_"
FILE_VARIABLE = "HANSE_SUBGRAPHS_CONFIG"
DEFAULTS = "defaults"  # the section of the file for all subgraphs
_PLACEHOLDER = "{subgraph}"
_OWN = ("database_url", "read_database_url")  # common values of these need the placeholder


class SubgraphSettings(Settings):
    """The settings of every subgraph. URLs choose the adapters.

    Subclasses set `subgraph`, their own fields, and `model_config` with `settings_config(name)`.
    """

    model_config = SettingsConfigDict(extra="forbid", frozen=True)
    subgraph: ClassVar[str]

    data_dir: Path = Field(default=Path(".data"), description="Folder for the files of embedded adapters.")
    database_url: str = Field(default="", description="sqlite+aiosqlite:///FILE or postgresql+asyncpg://...")
    read_database_url: str = Field(
        default="", description="URL of a replica for queries; while it is unavailable, the primary answers them."
    )
    database_pool_size: int = Field(
        default=8,
        ge=1,
        description="Maximum number of connections for reading; on PostgreSQL, the same number for writing.",
    )
    database_wait_seconds: float = Field(
        default=10, gt=0, description="PostgreSQL: timeout for a free connection of the pool, in seconds."
    )
    database_connect_seconds: float = Field(
        default=5, gt=0, description="PostgreSQL: timeout for connecting, in seconds."
    )
    database_statement_seconds: float = Field(
        default=30, ge=0, description="PostgreSQL's `statement_timeout`; 0: that of the server."
    )
    database_idle_in_transaction_seconds: float = Field(
        default=60, ge=0, description="PostgreSQL's `idle_in_transaction_session_timeout`; 0: that of the server."
    )
    database_statement_cache_size: int = Field(
        default=100, ge=0, description="PostgreSQL: prepared statements cached by each connection; 0 behind PgBouncer."
    )
    events_url: str = Field(default="", description="The event log: embedded:FILE or kafka://HOST:PORT.")
    person_keys_url: str = Field(
        default="",
        description="The database of the keys that seal personal data in events, one for all subgraphs: "
        "sqlite+aiosqlite:///FILE or postgresql+asyncpg://... Required with Kafka.",
    )
    router_jwks_url: str = Field(default="", description="URL of the router's JWKS: http(s):// or file://.")
    router_issuer: str = Field(default="hanse-router", description="The `iss` of the router's tokens.")
    migrate_on_start: bool = Field(default=True, description="Run database migrations at start.")
    relay_events: bool = Field(default=True, description="Run the relay of the outbox in this process.")
    consume_events: bool = Field(default=True, description="Run the consumers in this process.")
    consumer_attempts: int = Field(
        default=5, ge=1, description="Number of attempts before an event becomes a dead letter."
    )
    server: ServerSettings = Field(default_factory=ServerSettings)
    max_body_bytes: int = Field(default=10_000_000, ge=1, description="Maximum size of a request body, in bytes.")
    otlp_url: str = Field(default="", description="Collector of traces, OTLP over HTTP; empty: no traces.")
    otlp_sample_ratio: float = Field(
        default=1.0,
        ge=0,
        le=1,
        description="Ratio of the traces started here that are sampled; others follow the decision of the caller.",
    )
    max_upload_bytes: int = Field(default=50_000_000, ge=1, description="Maximum size of an uploaded file, in bytes.")
    max_temporary_bytes: int = Field(
        default=2_000_000_000,
        ge=1,
        description="Maximum size of the files of all requests in flight, in bytes; of one caller, a third.",
    )

    @classmethod
    def load(cls, **overrides: Any) -> Self:
        """The settings: `overrides`, the environment, the file, the defaults; the first that has a setting wins.

        Raises SettingsError.
        """
        common = SubgraphSettings.model_fields
        prefix = str(cls.model_config["env_prefix"])
        refuse_unknown_variables(cls, prefix)
        refuse_misspelt_variables({variable(COMMON_PREFIX, (name,)) for name in common})
        shared = environment(SubgraphSettings, COMMON_PREFIX)
        file = Path(os.environ[FILE_VARIABLE]) if os.environ.get(FILE_VARIABLE) else None
        sections = read_yaml(file) if file is not None else {}
        return cls.from_layers(
            [
                Layer(overrides),
                environment(cls, prefix),
                Layer(_of_subgraph(shared, cls.subgraph), shared.source, shared.name),
                _section(sections, cls.subgraph, file),
                Layer(_of_subgraph(_section(sections, DEFAULTS, file), cls.subgraph), str(file), _named(DEFAULTS)),
            ]
        )

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
    def person_keys(self) -> str:
        """The URL of the person keys' database; by default a file beside the embedded event log. Empty with Kafka."""
        scheme, _, file = self.events.partition(":")
        if self.person_keys_url or scheme != "embedded":
            return self.person_keys_url
        return f"sqlite+aiosqlite:///{Path(file).absolute().parent / 'person-keys.sqlite'}"

    @property
    def router_jwks(self) -> str:
        """The URL of the router's public keys."""
        return self.router_jwks_url or (self.data_dir.absolute() / "keys" / "router-jwks.json").as_uri()


def settings_config(subgraph: str) -> SettingsConfigDict:
    """The `model_config` of a subgraph's settings."""
    return SettingsConfigDict(extra="forbid", frozen=True, env_prefix=f"HANSE_{subgraph.upper()}_")


def _section(sections: Mapping[str, Any], name: str, file: Path | None) -> Layer:
    values = sections.get(name) or {}
    if not isinstance(values, dict):
        raise SettingsError(f"{file}: the section {name} must hold settings by name")
    return Layer(values, str(file), _named(name))


def _named(section: str) -> Callable[[Location], str]:
    return lambda location: dotted((section, *location))


def _of_subgraph(layer: Layer, subgraph: str) -> dict[str, Any]:
    """The values of a common layer for one subgraph. Raises SettingsError if all would share one database."""
    for name in _OWN:
        if layer.values.get(name) and _PLACEHOLDER not in str(layer.values[name]):
            raise SettingsError(
                f"{layer.source}: setting {layer.name((name,))} must contain {_PLACEHOLDER}: "
                "each subgraph has a database of its own"
            )
    return {
        name: value.replace(_PLACEHOLDER, subgraph) if isinstance(value, str) else value
        for name, value in layer.values.items()
    }


@contextmanager
def setting(name: str) -> Iterator[None]:
    """Name the setting in the message of a SettingsError that is raised inside."""
    try:
        yield
    except SettingsError as error:
        raise SettingsError(f"setting {name}: {error}") from error


__all__ = ["SecretStr", "SubgraphSettings", "setting", "settings_config"]
