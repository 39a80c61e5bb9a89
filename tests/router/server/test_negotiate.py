"""The `Accept` header."""

from __future__ import annotations

import pytest

from hanse_router.server.negotiate import Accepted, Form, negotiate

G, J, S, M = Form.GRAPHQL_RESPONSE, Form.JSON, Form.SSE, Form.MULTIPART


@pytest.mark.parametrize(
    ("accept", "single", "stream"),
    [
        (None, J, S),
        ("", J, S),
        ("*/*", J, S),
        ("application/*", J, None),
        ("application/json", J, None),
        ("application/graphql-response+json", G, None),
        ("application/graphql-response+json; charset=utf-8, application/json; charset=utf-8", G, None),
        ("application/json, application/graphql-response+json", J, None),
        ("application/json;q=0.5, application/graphql-response+json", G, None),
        ("text/event-stream", S, S),
        ("text/event-stream, multipart/mixed", S, S),
        ('multipart/mixed;boundary="a,b";subscriptionSpec="1.0",application/json', M, M),
        ("multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/json", M, M),
        (
            "application/graphql-response+json, application/graphql+json, application/json, text/event-stream, "
            "multipart/mixed",
            G,
            S,
        ),
        ("application/json, multipart/mixed", J, M),
        ("image/png", None, None),
        ("application/json;q=0", None, None),
        ("application/json;q=0, */*", G, S),
        ("APPLICATION/JSON", J, None),
        ("application/json;q=x", None, None),
        (",,;", None, None),
    ],
)
def test_the_best_form(accept: str | None, single: Form | None, stream: Form | None) -> None:
    accepted = negotiate(accept)
    assert (accepted.single, accepted.stream) == (single, stream)


def test_the_status_of_errors() -> None:
    statuses = {
        accept: negotiate(accept).status(400, well_formed=True)
        for accept in ("application/json", "application/graphql-response+json", "*/*", "application/*")
    }
    assert statuses == {
        "application/json": 200,
        "application/graphql-response+json": 400,
        "*/*": 400,
        "application/*": 400,
    }
    assert negotiate("application/json").status(400, well_formed=False) == 400


def test_content_types() -> None:
    assert negotiate("application/json").content_type.startswith(b"application/json")
    assert Accepted(None, None).content_type.startswith(b"application/graphql-response+json")
