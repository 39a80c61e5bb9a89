"""JSON between clients, router and subgraphs. Integers of any size stay exact."""

from __future__ import annotations

import re
from typing import Any

import msgspec

JSON_ERRORS = (msgspec.DecodeError, UnicodeError, RecursionError)
_HALF_A_PAIR = re.compile(rb"(?s)(?:[^\\]++|\\[^u]|\\u[^dD]|\\u[dD][0-7]|\\u[dD][89abAB]..\\u[dD][c-fC-F]..)*+\\u[dD]")


class JsonError(ValueError):
    """The input is not JSON. The message says what is wrong and where, and can be shown to the sender."""


def decode_json(data: bytes | bytearray | str) -> Any:
    """The value of a JSON document. Raises JsonError, also for one that is nested too deeply."""
    try:
        return _decode(data)
    except JSON_ERRORS as error:
        raise JsonError(json_problem(error, data)) from error


def json_problem(error: Exception, data: bytes | bytearray | str) -> str:
    """What is wrong with a document, given the error of its decoding, which is one of JSON_ERRORS."""
    if isinstance(error, RecursionError):
        return "JSON is nested too deeply"
    if isinstance(error, UnicodeError):
        return "JSON is malformed: not UTF-8"
    encoded = data.encode("utf-8", "replace") if isinstance(data, str) else data
    if _HALF_A_PAIR.match(encoded):  # msgspec reports some of these as the end of the data
        return "JSON is malformed: a string has half of a surrogate pair, such as \\ud800, which is no character"
    return str(error)


def encode_json(value: Any) -> bytes:
    """A value as JSON in UTF-8, in one line. Raises TypeError for a value that JSON cannot express."""
    return _encode(value)


def encode_json_text(value: Any) -> str:
    """The same as text, for WebSocket messages."""
    return _encode(value).decode()


def _encode_subclass(value: object) -> str | int | float:
    """The plain value of an object whose class extends str, int or float: such as a subgraph's own kind of text."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    raise TypeError(f"{type(value).__name__} cannot be encoded as JSON")


_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder(enc_hook=_encode_subclass).encode
