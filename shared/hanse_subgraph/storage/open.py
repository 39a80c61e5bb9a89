"""Choose the object store by its URL."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from hanse_subgraph.storage.protocol import ObjectStore
from hanse_subgraph.storage.signing import Secret
from hanse_wire.settings import SettingsError


def open_store(url: str, *, public_url: str, secret: Secret) -> ObjectStore:
    """The store at the URL: `file:///FOLDER`, or what `s3_url.read_url` takes. Raises SettingsError.

    `public_url` is where clients reach the routes that serve a folder, `secret` signs their URLs; a bucket needs
    neither.
    """
    parts = urlsplit(url)
    if parts.scheme == "file" and parts.path:
        from hanse_subgraph.storage.local import LocalStore

        return LocalStore(Path(unquote(parts.path)), public_url=public_url, secret=secret)
    if parts.scheme == "s3":
        from hanse_subgraph.storage.s3 import S3Store  # botocore takes long to import
        from hanse_subgraph.storage.s3_url import read_url

        return S3Store(read_url(url, os.environ))
    raise SettingsError(f"not the URL of an object store: {parts.scheme or url!r}; take file:///FOLDER or s3://BUCKET")
