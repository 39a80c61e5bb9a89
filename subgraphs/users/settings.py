"""The settings of the users subgraph: `HANSE_USERS_<FIELD>` in the environment."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from pydantic import Field

from hanse_subgraph.config import SubgraphSettings, settings_config


class UsersSettings(SubgraphSettings):
    """The settings of every subgraph, and those of signing in."""

    model_config = settings_config("users")
    subgraph: ClassVar[str] = "users"

    issuer: str = Field(default="hanse-users", description="The `iss` of access tokens.")
    audience: str = Field(default="hanse", description="The `aud` of access tokens.")
    signing_keys_file: Path | None = Field(
        default=None, description="File of the private keys; default: in keys/ of the data folder."
    )
    access_token_seconds: int = Field(default=900, ge=1, description="Lifetime of an access token, in seconds.")
    refresh_token_days: float = Field(default=30, gt=0, description="Lifetime of an unused session, in days.")
    failures_before_delay: int = Field(
        default=5,
        ge=1,
        description="Number of failed sign-ins to one account from one address after which further ones are delayed.",
    )
    account_failures_before_delay: int = Field(
        default=50,
        ge=1,
        description="Number of failed sign-ins to one account from all addresses after which those of unknown devices "
        "are delayed.",
    )
    max_delay_seconds: float = Field(
        default=4.0, gt=0, description="Maximum delay of a sign-in after failures, in seconds."
    )
    failure_window_minutes: int = Field(
        default=30, ge=1, description="Time after which failed sign-ins are forgotten, in minutes."
    )
    reset_link_minutes: int = Field(default=60, ge=1, description="Lifetime of a password reset link, in minutes.")
    verify_link_hours: int = Field(default=48, ge=1, description="Lifetime of an email verification link, in hours.")
    verify_resend_minutes: int = Field(
        default=1440, ge=0, description="Minimum time between two verification mails to one address, in minutes."
    )
    fresh_sign_in_minutes: int = Field(
        default=10,
        ge=0,
        description="Age of a session, in minutes, up to which the email address can be changed without the password.",
    )
    api_keys_per_user: int = Field(default=50, ge=1, description="Maximum number of API keys of a user.")
    api_key_max_days: int = Field(
        default=365, ge=1, description="Maximum lifetime of an API key, and its lifetime if none is given, in days."
    )
    argon2_time_cost: int = Field(default=3, ge=1, description="Argon2id: number of passes.")
    argon2_memory_kib: int = Field(default=65_536, ge=8, description="Argon2id: memory, in KiB.")
    argon2_parallelism: int = Field(default=4, ge=1, description="Argon2id: degree of parallelism.")
    hashing_threads: int = Field(default=2, ge=1, description="Number of threads for password hashing.")
    hashing_queue_per_address: int = Field(
        default=10, ge=1, description="Maximum number of passwords of one address that wait for hashing."
    )
    hashing_queue: int = Field(default=200, ge=1, description="Maximum number of passwords that wait for hashing.")

    @property
    def signing_keys(self) -> Path:
        """The file of the private keys."""
        return self.signing_keys_file or self.data_dir.absolute() / "keys" / "users-signing.json"
