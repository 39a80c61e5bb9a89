"""JSON: exact integers, and one kind of error for whatever is not JSON."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import pytest

from hanse_wire.json_codec import JsonError, decode_json, encode_json, encode_json_text

LARGE = 123456789012345678901234


class _Text(str):
    pass


class _Colour(StrEnum):
    RED = "red"


@pytest.mark.parametrize("value", [LARGE, -LARGE, 2**63, 2**64 - 1, 0, 1.5, "é\u2028", None, True, [], {"a": [LARGE]}])
def test_values_survive(value: Any) -> None:
    decoded = decode_json(encode_json(value))
    assert decoded == value
    assert type(decoded) is type(value)
    assert decode_json(encode_json_text(value)) == value


@pytest.mark.parametrize(
    "document",
    [b"", b"{", b'{"a":1}x', b"NaN", b"\xff", b'"\x80"', b'"\\ud800"', b"1" * 5000, b"1e400", b"[" * 20_000, b"'a'"],
)
def test_what_is_not_json(document: bytes) -> None:
    with pytest.raises(JsonError):
        decode_json(document)


def test_classes_that_extend_a_plain_type() -> None:
    value = {"text": _Text("a"), "colour": _Colour.RED, _Text("key"): True}
    assert encode_json(value) == b'{"text":"a","colour":"red","key":true}'


def test_what_json_cannot_express() -> None:
    with pytest.raises(TypeError):
        encode_json(object())
