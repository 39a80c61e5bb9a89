"""JSON between clients, router and subgraphs. Integers of any size stay exact."""

from __future__ import annotations

from typing import Any

import msgspec


class JsonError(ValueError):
    """The input is not JSON. The message says what is wrong and where, and can be shown to the sender."""


def decode_json(data: bytes | bytearray | str) -> Any:
    """The value of a JSON document. Raises JsonError, also for one that is nested too deeply."""
    try:
        return _decode(data)
    except msgspec.DecodeError as error:
        raise JsonError(str(error)) from error
    except UnicodeError as error:
        raise JsonError("JSON is malformed: not UTF-8") from error
    except RecursionError as error:
        raise JsonError("JSON is nested too deeply") from error


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
