"""What the users subgraph can be told; `HANSE_USERS_<FIELD>` in the environment."""

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
        default=None, description="The private keys; default: keys/ in the data folder."
    )
    access_token_seconds: int = Field(default=900, ge=1, description="How long an access token is good.")
    refresh_token_days: float = Field(default=30, gt=0, description="How long a session lives without being used.")
    failures_before_lock: int = Field(
        default=5, ge=1, description="Failed sign-ins in a row before the account is locked."
    )
    lock_seconds: int = Field(
        default=60, ge=1, description="The first lock's time; it doubles with each further failure."
    )
    reset_link_minutes: int = Field(default=60, ge=1, description="How long a mailed link for a new password is good.")
    verify_link_hours: int = Field(
        default=48, ge=1, description="How long a mailed link that verifies an address is good."
    )
    argon2_time_cost: int = Field(default=3, ge=1, description="Argon2id: passes.")
    argon2_memory_kib: int = Field(default=65_536, ge=8, description="Argon2id: memory.")
    argon2_parallelism: int = Field(default=4, ge=1, description="Argon2id: lanes.")
    hashing_threads: int = Field(default=2, ge=1, description="How many passwords are hashed at once.")

    @property
    def signing_keys(self) -> Path:
        """The file of the private keys."""
        return self.signing_keys_file or self.data_dir.absolute() / "keys" / "users-signing.json"
