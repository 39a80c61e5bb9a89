"""A GraphQL request as it came, and who sent it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from hanse_wire.client_network import client_network

MAX_USER_AGENT = 512  # characters
Variables = Mapping[str, Any]


class GraphQLRequest(msgspec.Struct, gc=False, rename={"operation_name": "operationName", "document_id": "documentId"}):
    """The parameters of a GraphQL request (GraphQL over HTTP, section Request Parameters)."""

    query: str | None = None
    operation_name: str | None = None
    variables: dict[str, Any] | None = None
    extensions: dict[str, Any] | None = None
    document_id: str | None = None


class Principal(msgspec.Struct, frozen=True, eq=False):
    """The caller as their token proves it; `subject` is None for the anonymous."""

    subject: str | None = None
    roles: tuple[str, ...] = ()
    scopes: frozenset[str] = frozenset()
    scope: str = ""  # the claim as it came
    session_id: str | None = None
    policies: frozenset[str] = frozenset()
    authenticated: bool = False
    expires: float = float("inf")  # seconds since the epoch
    issuer: str = ""
    issued_at: float = 0.0  # seconds since the epoch; 0 where the token does not say it

    @property
    def key(self) -> tuple[object, ...]:
        """The issuer and the claims sent to subgraphs: equal if two callers cannot be distinguished."""
        return (self.subject, self.session_id, self.roles, self.scope, self.issuer)


ANONYMOUS = Principal()
_NO_HEADERS: Mapping[str, str] = {}


class RequestContext(msgspec.Struct, frozen=True, eq=False, gc=False):
    """Who sent the request, and from where. Header names are in lower case. Made for each request, so made cheap."""

    principal: Principal = ANONYMOUS
    client_ip: str | None = None
    headers: Mapping[str, str] = _NO_HEADERS
    request_id: bytes = b""  # as it is sent to subgraphs

    @property
    def user_agent(self) -> str | None:
        """The client's `user-agent`, cut where it is longer than any honest one."""
        agent = self.headers.get("user-agent")
        return agent if agent is None or len(agent) <= MAX_USER_AGENT else agent[:MAX_USER_AGENT]


def caller_of(context: RequestContext) -> str:
    """The caller, for whom work is counted: the user, or the address; an IPv6 address counts as its /64 network."""
    subject = context.principal.subject
    return f"user:{subject}" if subject is not None else f"ip:{client_network(context.client_ip or '')}"


def cookie_value(header: str, names: tuple[str, ...]) -> str | None:
    """The value of the first of these cookies that a request has."""
    given: dict[str, str] = {}
    for part in header.split(";"):
        name, _, value = part.partition("=")
        given.setdefault(name.strip(), value.strip().strip('"'))
    return next((given[name] for name in names if given.get(name)), None)
