"""Documents sent by id: automatic persisted queries, and trusted documents from a file."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from pathlib import Path
from typing import Any

import orjson

from hanse_router.errors import (
    InvalidRequest,
    PersistedMismatch,
    PersistedNotFound,
    PersistedNotSupported,
    UntrustedDocument,
)
from hanse_router.request import GraphQLRequest
from hanse_router.settings import PersistedSettings
from hanse_wire.lru_cache import LruCache
from hanse_wire.settings import SettingsError

_SHARES = 8  # of the cache; one document takes at most one of them
_MISSING = 'The request has no query: send {"query": "..."}, or the id of a persisted document.'


class PersistedDocuments:
    """Finds the text of a request."""

    def __init__(self, settings: PersistedSettings) -> None:
        """Raises SettingsError where the file of trusted documents cannot be read."""
        self._automatic = settings.automatic and not settings.trusted_only
        self._trusted_only = settings.trusted_only
        self._trusted = _read_trusted(settings.trusted_documents) if settings.trusted_documents else {}
        self._trusted_texts = frozenset(self._trusted.values())
        self._by_hash: LruCache[str, str] = LruCache(
            settings.cache_size,
            weigh=lambda _, text: len(text),
            max_weight=settings.cache_characters,
            max_entry_weight=settings.cache_characters // _SHARES,
        )
        if settings.trusted_only and settings.trusted_documents is None:
            raise SettingsError("setting persisted.trusted_only needs persisted.trusted_documents, the file of them")

    @property
    def trusted_texts(self) -> Collection[str]:
        """The trusted documents."""
        return self._trusted_texts

    def fill(self, request: GraphQLRequest) -> None:
        """Give the request its text. Raises RouterError where there is none, or it may not run."""
        if request.extensions is None and request.document_id is None:
            if not request.query:
                raise InvalidRequest(_MISSING)
        else:
            self._by_id(request)
        if self._trusted_only and request.query not in self._trusted_texts:
            raise UntrustedDocument(
                "Only trusted documents run here: register this one, or send a known document's id."
            )

    def _by_id(self, request: GraphQLRequest) -> None:
        if request.document_id is not None:
            text = self._trusted.get(request.document_id) or self._trusted.get(
                request.document_id.removeprefix("sha256:")
            )
            if text is None:
                raise UntrustedDocument(f"No trusted document has the id {request.document_id[:100]!r}.")
            request.query = text
            return
        persisted = (request.extensions or {}).get("persistedQuery")
        if persisted is not None:
            self._automatically(request, persisted)
        elif not request.query:
            raise InvalidRequest(_MISSING)

    def _automatically(self, request: GraphQLRequest, persisted: Any) -> None:
        sha256 = persisted.get("sha256Hash") if isinstance(persisted, dict) else None
        if not isinstance(sha256, str) or persisted.get("version") != 1:
            raise InvalidRequest("extensions.persistedQuery must be {version: 1, sha256Hash: ...}.")
        trusted = self._trusted.get(sha256)
        sha256 = sha256.lower()
        if trusted is not None:
            request.query = trusted
        elif not self._automatic:
            if not request.query:
                raise PersistedNotSupported
        elif request.query:
            if self._by_hash.get(sha256) != request.query:
                if hashlib.sha256(request.query.encode()).hexdigest() != sha256:
                    raise PersistedMismatch
                self._by_hash.put(sha256, request.query)
        else:
            request.query = self._by_hash.get(sha256)
            if request.query is None:
                raise PersistedNotFound


def _read_trusted(path: Path) -> dict[str, str]:
    setting = "setting persisted.trusted_documents"
    try:
        return trusted_documents(path.read_bytes())
    except OSError as error:
        raise SettingsError(f"{setting}: cannot read {path}: {error.strerror}") from error
    except ValueError as error:
        raise SettingsError(f"{setting}: {path} {error}") from error


def trusted_documents(content: bytes) -> dict[str, str]:
    """The documents of a file by id: `{id: text}`, or a persisted query manifest. Raises ValueError."""
    try:
        found = orjson.loads(content)
    except ValueError as error:
        raise ValueError(f"is not JSON: {error}") from error
    if isinstance(found, dict) and isinstance(found.get("operations"), list):
        found = {entry.get("id"): entry.get("body") for entry in found["operations"] if isinstance(entry, dict)}
    if not isinstance(found, dict) or not all(isinstance(k, str) and isinstance(v, str) for k, v in found.items()):
        raise ValueError("must map ids to documents")
    return found
