"""Sessions of the pages: sign in, sign out, and what needs an API key."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from hanse.registry.server.keys import Scope
from hanse.registry.server.sessions import LIFETIME, MAX_SESSIONS
from hanse_subgraph.clock import utc_now
from tests.hanse.registry.pages.conftest import CHECK, Shop
from tests.hanse.registry.pages.visitor import Visitor
from tests.hanse.registry.servers import RunningRegistry, running_registry


def pages(shop: Shop) -> list[str]:
    """The paths of all pages of a graph."""
    below = [
        "",
        "/versions",
        "/versions/1",
        "/diff?old=1&new=2",
        "/checks",
        "/types",
        "/types/Product",
        "/operations",
        "/operations/x",
        "/clients",
        "/audit",
    ]
    return [f"/graphs/{shop.graph}", f"/graphs/{shop.graph}/checks/{CHECK}", *(f"{shop.at}{one}" for one in below)]


def test_pages_lead_to_the_sign_in_and_back(shop: Shop) -> None:
    stranger = Visitor(shop.registry)
    for page in ["/", *pages(shop)]:
        reply = stranger.get(page)
        assert reply.status == 303
        assert reply.location.startswith("/sign-in")
        assert shop.graph not in reply.text
    assert 'value="/graphs/' in stranger.page(stranger.get(shop.at).location)
    assert stranger.sign_in(shop.admin, next=shop.at).location == shop.at
    assert stranger.get(shop.at).status == 200


def test_the_cookie_is_not_for_scripts_or_other_sites(shop: Shop) -> None:
    reply = Visitor(shop.registry).sign_in(shop.admin)
    cookie = reply.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "secure" not in cookie  # of HTTP, in development
    assert shop.admin not in str(reply.headers)


def test_the_database_has_no_token(tmp_path: Path) -> None:
    with running_registry(tmp_path) as registry:
        visitor = Visitor(registry, registry.create_key())
        token = visitor.cookie.partition("=")[2]
        assert len(token) >= 43
        assert visitor.get("/").status == 200
        assert all(token.encode() not in file.read_bytes() for file in tmp_path.glob("registry.sqlite*"))


def test_the_cookie_is_secure_in_production(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENV", "production")
    with running_registry(tmp_path) as registry:
        reply = Visitor(registry).sign_in(registry.create_key())
    assert reply.status == 303
    assert "; secure" in reply.headers["set-cookie"].lower()


@pytest.mark.parametrize("key", ["", "hanse_x", "hanse_0123456789ab_" + "a" * 40, "é\0"])
def test_a_wrong_key_is_refused(registry: RunningRegistry, key: str) -> None:
    reply = Visitor(registry).sign_in(key)
    assert reply.status in (400, 401)
    assert "set-cookie" not in reply.headers


@pytest.mark.parametrize(
    "next", ["//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nx: y", "javascript:1"]
)
def test_the_sign_in_leads_nowhere_else(shop: Shop, next: str) -> None:
    assert Visitor(shop.registry).sign_in(shop.admin, next=next).location == "/"


def test_a_session_ends_with_the_sign_out(shop: Shop) -> None:
    visitor = shop.visitor(Scope.READ)
    assert visitor.post("/sign-out").status == 403
    assert visitor.post("/sign-out", form_token=visitor.form_token()).status == 303
    assert visitor.get("/").status == 303


def test_a_session_ends_with_its_key(shop: Shop) -> None:
    key = shop.registry.create_key(Scope.READ, graphs=[shop.graph], name=f"guest-{shop.graph[-12:]}")
    visitor = Visitor(shop.registry, key)
    assert visitor.get(shop.at).status == 200
    shop.registry.revoke_key(f"guest-{shop.graph[-12:]}")
    assert visitor.get(shop.at).status == 303


def test_a_session_expires(tmp_path: Path) -> None:
    with running_registry(tmp_path) as registry:
        visitor = Visitor(registry, registry.create_key())
        assert visitor.get("/").status == 200
        registry.app.service.now = lambda: utc_now() + LIFETIME + timedelta(seconds=1)
        assert visitor.get("/").status == 303


def test_the_sessions_of_a_key_are_bounded(tmp_path: Path) -> None:
    with running_registry(tmp_path) as registry:
        key = registry.create_key()
        first = Visitor(registry, key)
        others = [Visitor(registry, key) for _ in range(MAX_SESSIONS)]
        assert first.get("/").status == 303
        assert all(one.get("/").status == 200 for one in (others[1], others[-1]))


def test_forms_of_other_sites_are_refused(shop: Shop) -> None:
    assert Visitor(shop.registry).post("/sign-in", site="cross-site", key=shop.admin).status == 403


def test_pages_of_other_graphs_are_forbidden(shop: Shop, registry: RunningRegistry) -> None:
    stranger = Visitor(registry, registry.create_key(Scope.READ, graphs=["another"]))
    assert shop.graph not in stranger.page("/")
    for page in pages(shop):
        assert stranger.get(page).status == 403
    without_read = Visitor(registry, registry.create_key(Scope.REPORT, graphs=[shop.graph]))
    assert shop.graph not in without_read.page("/")
    assert without_read.get(shop.at).status == 403


def test_the_pages_can_be_switched_off(tmp_path: Path) -> None:
    with running_registry(tmp_path, pages=False) as registry:
        assert Visitor(registry).get("/").status == 404
        assert Visitor(registry).get("/sign-in").status == 404
