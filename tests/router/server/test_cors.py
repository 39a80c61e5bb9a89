"""Cross-origin requests."""

from __future__ import annotations

import pytest

from hanse_router.server.cors import Cors
from hanse_router.settings import CorsSettings
from hanse_wire.settings import SettingsError


def test_nothing_is_said_without_origins() -> None:
    assert Cors(CorsSettings()).headers("https://a.example") == []
    assert Cors(CorsSettings()).preflight({"origin": "https://a.example"}) == []


def test_named_origins() -> None:
    cors = Cors(CorsSettings(origins=("https://a.example",), allow_credentials=True, expose_headers=("x-a",)))
    assert dict(cors.headers("https://a.example")) == {
        b"vary": b"origin",
        b"access-control-allow-origin": b"https://a.example",
        b"access-control-allow-credentials": b"true",
        b"access-control-expose-headers": b"x-a",
    }
    assert cors.headers("https://b.example") == [(b"vary", b"origin")]
    assert cors.headers(None) == [(b"vary", b"origin")]


def test_a_preflight() -> None:
    asked = {"origin": "https://a.example", "access-control-request-headers": "content-type,authorization"}
    answer = dict(Cors(CorsSettings(origins=("*",))).preflight(asked))
    assert answer[b"access-control-allow-origin"] == b"*"
    assert answer[b"access-control-allow-headers"] == b"content-type,authorization"
    limited = Cors(CorsSettings(origins=("*",), allow_headers=("content-type",)))
    assert dict(limited.preflight(asked))[b"access-control-allow-headers"] == b"content-type"


def test_credentials_go_with_names_only() -> None:
    with pytest.raises(SettingsError):
        Cors(CorsSettings(origins=("*",), allow_credentials=True))
