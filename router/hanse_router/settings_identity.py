"""The settings of tokens: those of clients, and those that the router sends to subgraphs."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from hanse_router.settings_section import Section
from hanse_wire.tokens import MAX_TOKEN_CHARACTERS

Algorithm = Literal[
    "EdDSA", "ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512"
]  # those of hanse_wire.tokens.KEY_TYPES


class IssuerSettings(Section):
    """An issuer of access tokens. Its keys verify its own tokens only."""

    issuer: str = Field(min_length=1, description="The claim `iss` of its tokens, exactly.")
    jwks_url: str = Field(description="URL of its JWKS: `https://`, `http://` or `file://`.")
    audiences: tuple[str, ...] = Field(
        description="Accepted `aud`: a token must name one of them. `[]`: not checked, for issuers without `aud`."
    )
    algorithms: tuple[Algorithm, ...] = Field(
        default=("EdDSA", "ES256", "RS256"),
        min_length=1,
        description="Accepted signature algorithms. A key verifies those of its own type only.",
    )
    revocations_url: str | None = Field(
        default=None,
        pattern="^https?://",
        description="URL of its list of tokens that are revoked before they expire: `http://` or `https://`.",
    )
    cookie: str | None = Field(
        default=None, description="Name of a cookie that may contain the token, for requests without `jwt.header`."
    )


class RevocationSettings(Section):
    """How the lists of revoked tokens are read."""

    interval_seconds: float = Field(default=2.0, gt=0, description="Interval between two reads of a list, in seconds.")
    timeout_seconds: float = Field(default=2.0, gt=0, description="Timeout of a read, in seconds.")
    max_age_seconds: float = Field(
        default=30.0, gt=0, description="How long a list that cannot be read again counts as current, in seconds."
    )
    when_stale: Literal["open", "closed"] = Field(
        default="open",
        description="With an older list: `open`: accept what it does not revoke; `closed`: refuse the issuer's tokens.",
    )
    max_list_bytes: int = Field(default=4_000_000, ge=1_000, description="Maximum size of a list, in bytes.")


class JwtSettings(Section):
    """How clients' access tokens are verified."""

    issuers: tuple[IssuerSettings, ...] = Field(
        default=(), description="The accepted issuers; without any, every token is refused."
    )
    revocations: RevocationSettings = Field(default_factory=RevocationSettings)
    leeway_seconds: float = Field(default=5.0, ge=0, le=300, description="Tolerated clock difference, in seconds.")
    header: str = Field(default="authorization", description="The request header that contains the token.")
    required: bool = Field(default=False, description="Refuse requests without a token.")
    refresh_seconds: float = Field(default=300.0, gt=0, description="Interval between JWKS refreshes, in seconds.")
    retry_seconds: float = Field(
        default=5.0, ge=0, description="Minimum interval between JWKS requests for unknown key ids, in seconds."
    )
    copy_seconds: float = Field(
        default=86_400.0,
        gt=0,
        description="How long routers with one store may use a JWKS that another of them read, in seconds.",
    )
    max_token_bytes: int = Field(
        default=8_192,
        ge=256,
        le=MAX_TOKEN_CHARACTERS,
        description="Maximum size of a token, in bytes; a larger one is refused unread.",
    )
    cache_bytes: int = Field(
        default=32_000_000,
        ge=MAX_TOKEN_CHARACTERS * 8,
        description="Maximum size of the verified tokens in the cache, in bytes; each takes about 3 times its size.",
    )

    @model_validator(mode="after")
    def _one_entry_for_each_issuer(self) -> Self:
        names = [one.issuer for one in self.issuers]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"the issuer {name!r} is listed twice")
        return self


class IdentitySettings(Section):
    """The short-lived tokens that the router sends to subgraphs."""

    enabled: bool = Field(default=True, description="Send each subgraph a token with the claims of the caller.")
    issuer: str = Field(default="hanse-router", description="The `iss` of these tokens.")
    key_file: Path = Field(
        default=Path(".data/keys/router-signing.json"),
        description="The private key; created with mode 0600 at the first start.",
    )
    jwks_file: Path | None = Field(
        default=None,
        description="File for the public key, for subgraphs on this machine; default: beside the private key.",
    )
    token_seconds: int = Field(default=60, ge=5, description="Lifetime of a token, in seconds.")
    cache_size: int = Field(default=20_000, ge=1, description="Maximum number of callers whose tokens are cached.")
    cache_bytes: int = Field(
        default=100_000_000, ge=1_000_000, description="Maximum size of these tokens together, in bytes, about."
    )
