"""Documents sent by id."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from hanse_router.errors import (
    InvalidRequest,
    PersistedMismatch,
    PersistedNotFound,
    PersistedNotSupported,
    RouterError,
    UntrustedDocument,
)
from hanse_router.guards.persisted import PersistedDocuments
from hanse_router.request import GraphQLRequest
from hanse_router.settings import PersistedSettings
from hanse_wire.settings import SettingsError

TEXT = "{ hello }"
HASH = hashlib.sha256(TEXT.encode()).hexdigest()


def apq(sha256: object = HASH, text: str | None = None, version: object = 1) -> GraphQLRequest:
    return GraphQLRequest(query=text, extensions={"persistedQuery": {"version": version, "sha256Hash": sha256}})


def filled(documents: PersistedDocuments, request: GraphQLRequest) -> str | None:
    documents.fill(request)
    return request.query


def test_a_hash_is_known_once_its_text_came_with_it() -> None:
    documents = PersistedDocuments(PersistedSettings())
    with pytest.raises(PersistedNotFound, match=r"^PersistedQueryNotFound$"):
        filled(documents, apq())
    assert filled(documents, apq(text=TEXT)) == TEXT
    assert filled(documents, apq()) == TEXT


def test_a_hash_of_another_text_is_refused_and_not_kept() -> None:
    documents = PersistedDocuments(PersistedSettings())
    with pytest.raises(PersistedMismatch):
        filled(documents, apq(text="{ other }"))
    with pytest.raises(PersistedNotFound):
        filled(documents, apq())


@pytest.mark.parametrize(
    "persisted", [{}, {"version": 2, "sha256Hash": HASH}, {"version": 1, "sha256Hash": 5}, "x", [1]]
)
def test_what_is_no_persisted_query(persisted: Any) -> None:
    with pytest.raises(InvalidRequest):
        filled(PersistedDocuments(PersistedSettings()), GraphQLRequest(extensions={"persistedQuery": persisted}))


def test_switched_off() -> None:
    documents = PersistedDocuments(PersistedSettings(automatic=False))
    with pytest.raises(PersistedNotSupported):
        filled(documents, apq())
    assert filled(documents, apq(text=TEXT)) == TEXT


@pytest.mark.parametrize("request_", [GraphQLRequest(), GraphQLRequest(query=""), GraphQLRequest(extensions={"a": 1})])
def test_no_text_at_all(request_: GraphQLRequest) -> None:
    with pytest.raises(InvalidRequest, match="no query"):
        filled(PersistedDocuments(PersistedSettings()), request_)


@pytest.mark.parametrize(
    "content",
    [
        {"hello-1": TEXT, HASH: TEXT},
        {
            "format": "apollo-persisted-query-manifest",
            "operations": [{"id": "hello-1", "body": TEXT}, {"id": HASH, "body": TEXT}],
        },
    ],
)
def test_trusted_documents(tmp_path: Path, content: Any) -> None:
    file = tmp_path / "documents.json"
    file.write_text(json.dumps(content))
    documents = PersistedDocuments(PersistedSettings(trusted_documents=file, trusted_only=True))
    assert filled(documents, GraphQLRequest(document_id="hello-1")) == TEXT
    assert filled(documents, GraphQLRequest(document_id=f"sha256:{HASH}")) == TEXT
    assert filled(documents, apq()) == TEXT
    assert filled(documents, GraphQLRequest(query=TEXT)) == TEXT
    refused: list[GraphQLRequest] = [
        GraphQLRequest(query="{ other }"),
        GraphQLRequest(document_id="none"),
        apq(sha256=hashlib.sha256(b"{ other }").hexdigest(), text="{ other }"),
    ]
    for request in refused:
        with pytest.raises(UntrustedDocument):
            filled(documents, request)
    with pytest.raises(RouterError):
        filled(documents, apq(sha256="0" * 64))


@pytest.mark.parametrize("content", ["{", "[]", '{"a": 1}', '{"operations": [{"id": 1}]}'])
def test_files_that_hold_no_documents(tmp_path: Path, content: str) -> None:
    file = tmp_path / "documents.json"
    file.write_text(content)
    with pytest.raises(SettingsError, match="trusted_documents"):
        PersistedDocuments(PersistedSettings(trusted_documents=file))
    with pytest.raises(SettingsError, match="trusted_documents"):
        PersistedDocuments(PersistedSettings(trusted_documents=tmp_path / "none"))
    with pytest.raises(SettingsError, match="trusted_only"):
        PersistedDocuments(PersistedSettings(trusted_only=True))
