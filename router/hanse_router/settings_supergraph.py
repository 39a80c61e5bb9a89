"""The settings of a supergraph that comes from a URL: polling, signatures, feature branches, usage reports."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr

from hanse_router.settings_section import Section

_NAME = "^[A-Za-z0-9_.-]{1,200}$"


class SupergraphSettings(Section):
    """The supergraph at the URL of `--supergraph`. A file is watched instead: see `reload_seconds`."""

    api_key: SecretStr | None = Field(
        default=None, description="API key of the registry, sent as `Authorization: Bearer KEY`. A secret."
    )
    api_key_file: Path | None = Field(
        default=None, description="File with this API key, read at each request, so that it can be replaced."
    )
    public_keys: Path | None = Field(
        default=None,
        description="File with the registry's public keys, as a JWK set or in PEM; it is read at each new supergraph. "
        "The router then refuses every supergraph that is not signed with one of them.",
    )
    graph: str | None = Field(
        default=None, pattern=_NAME, description="The graph that signatures must name. Default: that of the URL."
    )
    variant: str | None = Field(
        default=None, pattern=_NAME, description="The variant that signatures must name. Default: that of the URL."
    )
    interval_seconds: float = Field(
        default=10.0, gt=0, le=86_400, description="Interval between polls, in seconds; each is up to a fifth shorter."
    )
    timeout_seconds: float = Field(default=10.0, gt=0, le=300, description="Timeout of a poll, in seconds.")
    max_retry_seconds: float = Field(
        default=60.0, gt=0, le=86_400, description="Maximum delay between polls that fail, in seconds."
    )
    max_bytes: int = Field(
        default=64_000_000, ge=1_000, description="Maximum size of a supergraph, in bytes; a larger one is refused."
    )
    copy_folder: Path | None = Field(
        default=Path(".data/supergraphs"),
        description="Folder for a copy of the last supergraph, with which the router starts while the registry is "
        "unavailable. null: no copy is kept.",
    )


class BranchSettings(Section):
    """Feature branches: requests choose the supergraph that they are executed over."""

    header: str | None = Field(
        default=None,
        pattern="^[A-Za-z0-9-]+$",
        description="Request header with the name of a feature branch, such as `x-hanse-branch`. null: none.",
    )
    cookie: str | None = Field(
        default=None,
        pattern="^[A-Za-z0-9_.-]+$",
        description="Cookie with the name of a feature branch, for requests without the header. null: none.",
    )
    max: int = Field(default=4, ge=1, le=100, description="Maximum number of branches that are served at a time.")
    idle_seconds: float = Field(
        default=600.0, gt=0, description="Time after which a branch that no request asked for is dropped, in seconds."
    )

    @property
    def chosen_by(self) -> tuple[str, ...]:
        """The request headers that choose a branch, in lower case; none where branches are not served."""
        header = (self.header.lower(),) if self.header is not None else ()
        return (*header, "cookie") if self.cookie is not None else header


class UsageSettings(Section):
    """Reports of the operations that clients send, without literals and variables, to a registry."""

    enabled: bool = Field(default=False, description="Send usage reports.")
    url: str | None = Field(
        default=None,
        pattern="^https?://",
        description="Where reports are sent by POST. Default: the registry of the URL of `--supergraph`.",
    )
    router: str | None = Field(
        default=None, max_length=200, description="Name of this router in reports. Default: host name and process id."
    )
    client_name_headers: tuple[str, ...] = Field(
        default=("apollographql-client-name", "graphql-client-name"),
        description="Request headers with the client's name; the first one that is present counts.",
    )
    client_version_headers: tuple[str, ...] = Field(
        default=("apollographql-client-version", "graphql-client-version"),
        description="Request headers with the client's version; the first one that is present counts.",
    )
    interval_seconds: float = Field(
        default=20.0, gt=0, le=3_600, description="Interval between reports, in seconds; each is up to a fifth shorter."
    )
    timeout_seconds: float = Field(default=10.0, gt=0, le=300, description="Timeout of a report, in seconds.")
    sample_rate: float = Field(
        default=1.0,
        gt=0,
        le=1,
        description="Share of the operations that is counted; the first of each operation and client always is. "
        "Reported counts are estimates of all.",
    )
    max_entries: int = Field(
        default=20_000,
        ge=1,
        description="Maximum number of pairs of an operation and a client version in memory; others are counted as "
        "dropped.",
    )
    max_characters: int = Field(
        default=20_000_000, ge=1_000, description="Maximum size of the operations in memory, in characters."
    )
