"""`@authenticated`, `@requiresScopes`, `@policy`: what is denied is neither fetched nor shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.router.platform import Platform, Reply


def denied(reply: Reply) -> list[str]:
    """The paths of the denied fields."""
    errors = [
        error for error in reply.json.get("errors", ()) if error["extensions"]["code"] == "UNAUTHORIZED_FIELD_OR_TYPE"
    ]
    assert len(errors) == len(reply.json.get("errors", ()))
    return [".".join(error["path"]) for error in errors]


async def ask(platform: Platform, query: str, variables: dict[str, Any] | None = None, **claims: Any) -> Reply:
    """The answer, the same four times over: the executor takes another way when it meets a document again."""
    headers = {"authorization": platform.issuer.bearer(**claims)} if claims else {}
    replies = [await platform.post(query, headers=headers, variables=variables) for _ in range(4)]
    assert len({reply.body for reply in replies}) == 1
    return replies[0]


async def test_a_denied_field_is_null_and_is_not_fetched(platform: Platform) -> None:
    reply = await ask(platform, "{ hello secret }")
    assert reply.status == 200
    assert list(reply.json) == ["data", "errors"]
    assert reply.json["data"] == {"hello": "world", "secret": None}
    assert denied(reply) == ["secret"]
    assert all("secret" not in request["query"] for request in platform.subgraphs["accounts"].requests)


async def test_with_a_token_it_is_there(platform: Platform) -> None:
    reply = await ask(platform, "{ hello secret }", sub="u1")
    assert reply.json == {"data": {"hello": "world", "secret": "s3cret"}}


async def test_nothing_is_fetched_where_everything_is_denied(platform: Platform) -> None:
    reply = await ask(platform, "{ secret }")
    assert reply.json["data"] == {"secret": None}
    assert platform.subgraphs["accounts"].requests == []


async def test_null_goes_up_from_where_it_cannot_stand(platform: Platform) -> None:
    reply = await ask(platform, "{ hello vital }")
    assert reply.json["data"] is None
    assert denied(reply) == ["vital"]


async def test_in_lists_one_error_stands_for_all_items(platform: Platform) -> None:
    reply = await ask(platform, "{ secrets { id t: text } }")
    assert reply.json["data"] == {"secrets": [{"id": "1", "t": None}]}
    assert denied(reply) == ["secrets.t"]


async def test_an_object_may_be_seen_though_nothing_asked_of_it_may(platform: Platform) -> None:
    reply = await ask(platform, "{ secrets { text } }")
    assert reply.json["data"] == {"secrets": [{"text": None}]}


async def test_a_field_of_an_interface_requires_what_any_implementation_does(platform: Platform) -> None:
    reply = await ask(platform, "{ things { id text } }")
    assert reply.json["data"] == {"things": [{"id": "1", "text": None}, {"id": "2", "text": None}]}
    assert denied(reply) == ["things.text"]
    reply = await ask(platform, "{ things { id ... on Open { text } } }")
    assert reply.json == {"data": {"things": [{"id": "1"}, {"id": "2", "text": "u"}]}}
    reply = await ask(platform, "{ things { id text ... on Open { text } __typename } }")
    assert reply.json["data"]["things"] == [
        {"id": "1", "text": None, "__typename": "Secret"},
        {"id": "2", "text": "u", "__typename": "Open"},
    ]
    reply = await ask(platform, "{ things { id ... on Secret { text } } }", sub="u1")
    assert reply.json == {"data": {"things": [{"id": "1", "text": "t"}, {"id": "2"}]}}


async def test_introspection_is_answered_beside_what_is_denied(platform: Platform) -> None:
    reply = await ask(platform, "{ __typename secret __schema { queryType { name } } }")
    assert reply.json["data"] == {"__typename": "Query", "secret": None, "__schema": {"queryType": {"name": "Query"}}}


async def test_scopes_are_alternatives_of_conjunctions(platform: Platform) -> None:
    query = "{ me { id email } }"
    expected = {"": None, "read:email": "ann@example.org", "admin": None, "admin all": "ann@example.org"}
    for scope, email in expected.items():
        reply = await ask(platform, query, scope=scope)
        assert reply.json["data"] == {"me": {"id": "1", "email": email} if email else None}
        assert denied(reply) == ([] if email else ["me.email"])


async def test_policies(platform: Platform) -> None:
    assert (await ask(platform, "{ me { nick } }", policies=["friend"])).json["data"] == {"me": {"nick": "A"}}
    assert (await ask(platform, "{ me { nick } }", policies=[])).json["data"] == {"me": {"nick": None}}


async def test_a_denied_key_is_fetched_for_the_plan_and_never_shown(platform: Platform) -> None:
    # `email` is half of User's key: the router needs it to reach scores, and the caller may not see it.
    reply = await ask(platform, "{ me { id score } }")
    assert reply.json == {"data": {"me": {"id": "1", "score": 15}}}
    reply = await ask(platform, "{ me { nick score ...F } } fragment F on User { nick }")
    assert reply.json["data"] == {"me": {"nick": None, "score": 15}}
    reply = await ask(platform, "{ me { email score } hello }")
    assert reply.json["data"] == {"me": None, "hello": "world"}
    assert "ann@example.org" not in reply.body.decode()


async def test_fragments_aliases_and_conditions(platform: Platform) -> None:
    query = """
      query ($s: Boolean!) { ...A ... on Query { b: secret } ... @include(if: $s) { c: secret hello } }
      fragment A on Query { a: secret }
    """
    reply = await ask(platform, query, {"s": True})
    assert reply.json["data"] == {"a": None, "b": None, "c": None, "hello": "world"}
    assert denied(reply) == ["a", "b", "c"]
    reply = await ask(platform, query, {"s": False})
    assert reply.json["data"] == {"a": None, "b": None}


async def test_callers_with_other_rights_share_a_document_but_no_plan(platform: Platform) -> None:
    query = "{ hello secret me { nick } }"
    for _ in range(2):
        assert (await ask(platform, query)).json["data"]["secret"] is None
        reply = await ask(platform, query, policies=["friend"])
        assert reply.json["data"] == {"hello": "world", "secret": "s3cret", "me": {"nick": "A"}}
        assert (await ask(platform, query, policies=[])).json["data"]["me"] == {"nick": None}


async def test_a_subscription(platform: Platform) -> None:
    headers = {"accept": "text/event-stream"}
    reply = await platform.post("subscription { own }", headers=headers)
    assert b'"own":null' in reply.body
    assert b"UNAUTHORIZED_FIELD_OR_TYPE" in reply.body
    headers["authorization"] = platform.issuer.bearer()
    assert b'{"data":{"own":1}}' in (await platform.post("subscription { own }", headers=headers)).body


async def test_refusing_the_whole_operation(tmp_path: Path) -> None:
    platform = Platform(tmp_path, authorization={"reject": True})
    reply = await ask(platform, "{ hello secret }")
    assert (reply.status, denied(reply)) == (401, ["secret"])
    assert (await ask(platform, "{ me { email } }", scope="")).status == 403
    assert (await ask(platform, "{ hello }")).status == 200
    assert len(platform.subgraphs["accounts"].requests) == 4


async def test_switched_off(tmp_path: Path) -> None:
    platform = Platform(tmp_path, authorization={"enabled": False})
    assert (await ask(platform, "{ secret }")).json == {"data": {"secret": "s3cret"}}
