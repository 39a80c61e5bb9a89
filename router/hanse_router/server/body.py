"""The request in a body or in a query string, read with clear words for what is wrong with it."""

from __future__ import annotations

import re
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import msgspec

from hanse_router.errors import BodiesBusy, BodyTooLarge, InvalidRequest, UnsupportedBatch, UnsupportedMediaType
from hanse_router.request import GraphQLRequest
from hanse_router.server.asgi import ClientGone, Receive
from hanse_wire.byte_budget import BudgetExceeded, ByteBudget, ByteShare
from hanse_wire.json_codec import JSON_ERRORS, json_problem

_FREE_BYTES = 65_536  # of each body: about as much as a connection holds in any case
_decode = msgspec.json.Decoder(GraphQLRequest).decode
_decode_object = msgspec.json.Decoder(dict[str, Any]).decode
_WRONG_TYPE = re.compile(r"Expected `([^`]+)`, got `([^`]+)`(?: - at `\$\.?([^`]*)`)?")
_WORDS = {"object": "an object", "str": "a string", "str | null": "a string", "object | null": "an object"}
T = TypeVar("T")


class BodyReader:
    """Reads bodies into memory: each at most `max_bytes` large, all of them together within a budget."""

    def __init__(self, max_bytes: int, max_pending_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._budget = ByteBudget(max_pending_bytes, max_pending_bytes // 4)

    async def read(self, receive: Receive, declared: str | None, client_ip: str | None) -> bytes:
        """The whole body. Raises BodyTooLarge, if possible by the declared length, BodiesBusy, ClientGone."""
        limit = self._max_bytes
        if declared is not None and declared.isdigit() and int(declared) > limit:
            raise BodyTooLarge(limit)
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        body: bytes = message.get("body", b"")
        if message.get("more_body"):
            share = self._budget.of(client_ip)
            try:
                return await self._read_rest(receive, body, share)
            finally:
                share.close()
        if len(body) > limit:
            raise BodyTooLarge(limit)
        return body

    async def _read_rest(self, receive: Receive, first: bytes, share: ByteShare) -> bytes:
        parts = [first]
        size = len(first)
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > self._max_bytes:
                raise BodyTooLarge(self._max_bytes)
            if size > _FREE_BYTES:
                _take(share, len(parts[-1]))
            more = message.get("more_body", False)
        return b"".join(parts)


def _take(share: ByteShare, size: int) -> None:
    try:
        share.take(size)
    except BudgetExceeded:
        raise BodiesBusy from None


def check_content_type(content_type: str | None) -> None:
    """Raises UnsupportedMediaType where a body of that type is not taken."""
    if content_type == "application/json":
        return
    media, _, parameters = (content_type or "").partition(";")
    charset = re.search(r"charset\s*=\s*\"?([^\s;\"]+)", parameters, re.IGNORECASE)
    if media.strip().lower() != "application/json" or (charset and charset[1].lower() not in ("utf-8", "utf8")):
        raise UnsupportedMediaType(content_type or "")


def check_encoding(content_encoding: str | None) -> None:
    """Raises UnsupportedMediaType for a compressed body."""
    if content_encoding not in (None, "", "identity"):
        raise UnsupportedMediaType(f"application/json, encoded as {content_encoding}")


def decode_body(body: bytes) -> GraphQLRequest:
    """The request in a JSON body. Raises InvalidRequest."""
    try:
        return _decode(body)
    except msgspec.ValidationError as error:
        if body.lstrip()[:1] == b"[":
            raise UnsupportedBatch from error
        raise InvalidRequest(_explain(str(error))) from error
    except JSON_ERRORS as error:
        if not body:
            raise InvalidRequest('The request has no body: send {"query": "..."} as JSON.') from error
        raise InvalidRequest(f"The request body is not valid JSON: {json_problem(error, body)}.") from error


def decode_query_string(query_string: bytes) -> GraphQLRequest:
    """The request in a URL. Raises InvalidRequest."""
    given = dict(parse_qsl(query_string.decode("latin-1"), keep_blank_values=True))
    return GraphQLRequest(
        query=given.get("query") or None,
        operation_name=given.get("operationName") or None,
        variables=_parameter(given, "variables"),
        extensions=_parameter(given, "extensions"),
        document_id=given.get("documentId") or None,
    )


def request_of(payload: object) -> GraphQLRequest:
    """The request in a WebSocket message's payload, decoded already. Raises InvalidRequest."""
    try:
        return msgspec.convert(payload, GraphQLRequest)
    except msgspec.ValidationError as error:
        raise InvalidRequest(_explain(str(error))) from error


def _parameter(given: dict[str, str], name: str) -> dict[str, Any] | None:
    text = given.get(name)
    if not text or text == "null":
        return None
    encoded = text.encode()
    try:
        return _decode_object(encoded)
    except msgspec.ValidationError as error:
        raise InvalidRequest(f"The parameter {name} of the URL is not a JSON object.") from error
    except JSON_ERRORS as error:
        problem = json_problem(error, encoded)
        raise InvalidRequest(f"The parameter {name} of the URL is not a JSON object: {problem}.") from error


def _explain(message: str) -> str:
    match = _WRONG_TYPE.search(message)
    if match is None:
        return f"The request is not understood: {message}."
    expected, place = _WORDS.get(match[1], match[1]), match[3]
    if not place:
        return f'The request must be {expected} such as {{"query": "..."}}.'
    return f"The request's `{place}` must be {expected}."
