"""The settings of the media subgraph: `HANSE_MEDIA_<FIELD>` in the environment."""

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
        description="The object store: file:///FOLDER or s3://[ACCESS_KEY:SECRET_KEY@]BUCKET?endpoint=URL"
        "&public_endpoint=URL&region=NAME&style=path|virtual&timeout=SECONDS; else keys are AWS_ACCESS_KEY_ID's.",
    )
    public_url: str = Field(
        default="http://127.0.0.1:4008", description="URL at which clients reach /files, without a trailing slash."
    )
    signing_secret_file: Path | None = Field(
        default=None, description="File of the secret that signs URLs, shared by all replicas; created if missing."
    )
    users_jwks_url: str = Field(
        default="", description="JWKS URL of the access tokens that POST /files accepts: http(s):// or file://."
    )
    users_issuer: str = Field(default="hanse-users", description="The `iss` of access tokens.")
    users_audience: str = Field(default="hanse", description="The `aud` of access tokens.")
    allowed_origins: tuple[str, ...] = Field(
        default=("*",),
        description="Origins whose pages may use /files. It does not use cookies, so the default allows all.",
    )
    max_file_bytes: int = Field(default=50_000_000, ge=1, le=2**31 - 1, description="Maximum size of a file, in bytes.")
    quota_bytes: int = Field(
        default=5_000_000_000, ge=1, description="Maximum size of all files of one user, in bytes."
    )
    max_pixels: int = Field(default=50_000_000, ge=1, description="Maximum number of pixels of an image.")
    image_memory_bytes: int = Field(
        default=1_000_000_000, ge=100_000_000, description="Maximum memory to decode an image, in bytes."
    )
    image_seconds: float = Field(default=30.0, gt=0, description="Maximum time to decode an image, in seconds.")
    thumbnail_pixels: int = Field(
        default=320, ge=16, description="Length of the longer side of a thumbnail, in pixels."
    )
    max_product_images: int = Field(default=10, ge=1, description="Maximum number of images of one product.")
    upload_seconds: int = Field(default=900, ge=1, description="Lifetime of an upload URL, in seconds.")
    download_seconds: int = Field(default=900, ge=1, description="Minimum lifetime of a download URL, in seconds.")
    sweep_seconds: float = Field(
        default=30.0, gt=0, description="Interval between removals of expired uploads and deleted files, in seconds."
    )

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
