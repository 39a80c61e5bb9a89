"""What a client gets that does not send a request as HTTP wants it, or not within the limits.

The answer is a GraphQL response, since clients look for an error's code there.
"""

from __future__ import annotations

from http import HTTPStatus

import orjson


class Refusal(Exception):
    """A request that no application sees. Its connection is closed after the answer."""

    def __init__(self, status: HTTPStatus, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        body = orjson.dumps({"errors": [{"message": message, "extensions": {"code": code}}]})
        self.response = (
            f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        ).encode("ascii") + body


def malformed() -> Refusal:
    """The bytes are not HTTP."""
    return Refusal(HTTPStatus.BAD_REQUEST, "BAD_REQUEST", "The request is not valid HTTP/1.1.")


def wrong_host() -> Refusal:
    """RFC 9112, 3.2: a request has one `Host`."""
    message = "A request needs exactly one header `host`: send it once."
    return Refusal(HTTPStatus.BAD_REQUEST, "BAD_REQUEST", message)


def head_too_large(limit: int) -> Refusal:
    """The URL and the headers are too large, or the trailer of a body is."""
    message = f"The URL and the headers of a request may have at most {limit} bytes together."
    return Refusal(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "REQUEST_HEADERS_TOO_LARGE", message)


def too_many_headers(limit: int) -> Refusal:
    """The head has too many headers."""
    message = f"A request may have at most {limit} headers."
    return Refusal(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "REQUEST_HEADERS_TOO_LARGE", message)


def too_many_pipelined(limit: int) -> Refusal:
    """Too many requests were sent ahead."""
    message = f"At most {limit} requests may be sent ahead on one connection: wait for responses."
    return Refusal(HTTPStatus.TOO_MANY_REQUESTS, "TOO_MANY_CONNECTIONS", message)


def too_slow() -> Refusal:
    """The request did not arrive in time."""
    message = "The request did not arrive in time: send it again, and faster."
    return Refusal(HTTPStatus.REQUEST_TIMEOUT, "REQUEST_TIMEOUT", message)


def too_many_connections() -> Refusal:
    """The server has no room for another connection."""
    message = "The server has too many connections: retry in some seconds."
    return Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "TOO_MANY_CONNECTIONS", message)
