"""What the media subgraph can be told; `HANSE_MEDIA_<FIELD>` in the environment."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from pydantic import Field

from hanse_subgraph.config import SubgraphSettings, settings_config


class MediaSettings(SubgraphSettings):
    """The settings of every subgraph, and those of files."""

    model_config = settings_config("media")
    subgraph: ClassVar[str] = "media"

    storage_url: str = Field(
        default="",
        description="Where objects are kept: file:///FOLDER or s3://[ACCESS_KEY:SECRET_KEY@]BUCKET?endpoint=URL"
        "&public_endpoint=URL&region=NAME&style=path|virtual&timeout=SECONDS; else keys are AWS_ACCESS_KEY_ID's.",
    )
    public_url: str = Field(
        default="http://127.0.0.1:4008", description="Where clients reach /files, without a slash at the end."
    )
    signing_secret_file: Path | None = Field(
        default=None, description="File of the secret that signs URLs; all replicas share it. Made where missing."
    )
    users_jwks_url: str = Field(
        default="", description="Public keys of the access tokens that POST /files takes: http(s):// or file://."
    )
    users_issuer: str = Field(default="hanse-users", description="The `iss` of access tokens.")
    users_audience: str = Field(default="hanse", description="The `aud` of access tokens.")
    allowed_origins: tuple[str, ...] = Field(
        default=("*",), description="Origins whose pages may use /files; it takes no cookies, so all may by default."
    )
    max_file_bytes: int = Field(default=50_000_000, ge=1, le=2**31 - 1, description="Largest file.")
    quota_bytes: int = Field(default=5_000_000_000, ge=1, description="Most that one user may keep, in bytes.")
    max_pixels: int = Field(default=50_000_000, ge=1, description="Most pixels that an image may have.")
    thumbnail_pixels: int = Field(default=320, ge=16, description="Longer side of a thumbnail.")
    max_product_images: int = Field(default=10, ge=1, description="Most pictures of one product.")
    upload_seconds: int = Field(default=900, ge=1, description="How long a requested upload may take.")
    download_seconds: int = Field(default=900, ge=1, description="How long a download URL lasts at least.")
    sweep_seconds: float = Field(default=30.0, gt=0, description="How often what was given up or deleted is removed.")

    @property
    def storage(self) -> str:
        """The object store's URL."""
        return self.storage_url or (self.data_dir.absolute() / "media").as_uri()

    @property
    def signing_secret(self) -> Path:
        """The file of the secret that signs URLs."""
        return self.signing_secret_file or self.data_dir.absolute() / "keys" / "media-signing.key"

    @property
    def users_jwks(self) -> str:
        """The URL of the access tokens' public keys."""
        return self.users_jwks_url or (self.data_dir.absolute() / "keys" / "users-jwks.json").as_uri()
