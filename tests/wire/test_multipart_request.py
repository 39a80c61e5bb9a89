"""Multipart requests: strict paths, and a maximum for everything. Both sides read them with this one reader."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from hanse_wire.byte_budget import ByteBudget
from hanse_wire.multipart_request import (
    FieldTooLarge,
    FileMissing,
    FileTooLarge,
    FormError,
    FormLimits,
    MalformedForm,
    MultipartReader,
    TooManyFiles,
    is_form,
    place_file,
)
from tests.router.uploads.forms import BOUNDARY, Field, form, operation, text, where

TYPE = f"multipart/form-data; boundary={BOUNDARY}"
LIMITS = FormLimits(max_field_bytes=1_000, max_file_bytes=2_000, max_files=2)
ASK = operation("mutation", a=None, b=[None, {"c": None}])


async def read(*fields: Field, limits: FormLimits = LIMITS) -> dict[str, Any]:
    """The variables of a form; each file is replaced by its content."""
    variables: dict[str, Any] = {}

    def decode(operations: bytes) -> dict[str, Any]:
        variables.update(json.loads(operations)["variables"])
        return variables

    async def chunks() -> AsyncIterator[bytes]:
        body = form(fields)
        for start in range(0, len(body), 50):
            yield body[start : start + 50]

    reader = MultipartReader(limits, ByteBudget(1_000_000, 1_000_000).of(None), decode)
    try:
        await reader.read(chunks(), TYPE)
        for name, paths in reader.map.items():
            content = b"".join([chunk async for chunk in reader.files[name].chunks()])
            assert paths
            variables[name] = content
    finally:
        await reader.close()
    return variables


async def test_files_are_put_into_the_variables() -> None:
    variables = await read(
        ASK, where({"0": ["variables.a", "variables.b.0"], "x": ["variables.b.1.c"]}), text("x", b"X"), text("0", b"0")
    )
    assert variables["a"] is variables["b"][0]
    assert (variables["a"].size, variables["b"][1]["c"].name) == (1, "a.txt")
    assert (variables["0"], variables["x"]) == (b"0", b"X")


async def test_fields_that_map_does_not_name_are_not_stored() -> None:
    variables = await read(ASK, where({"0": ["variables.a"]}), ("note", b"x"), text("other"), text("0"))
    assert variables["a"].size == 5


PATHS = [
    "",
    "a",
    "variables",
    "variables.",
    "variables.x",
    "variables.a.b",
    "variables.b.-1",
    "variables.b.2",
    "variables.b.00",
    "variables.b.+0",
    "variables.b.0x0",
    "variables.b.9999999999",
    "variables.b.\u0660",
    "variables.b",
    "variables.b.1",
    "operations.variables.a",
]


@pytest.mark.parametrize("path", PATHS)
async def test_a_path_must_be_that_of_a_null(path: str) -> None:
    with pytest.raises(MalformedForm):
        await read(ASK, where({"0": [path]}), text("0"))
    with pytest.raises(MalformedForm):
        place_file({"a": None, "b": [None, {"c": None}]}, path, object())


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ([], FormError),
        ([ASK], MalformedForm),
        ([where({}), ASK], MalformedForm),
        ([ASK, ASK], MalformedForm),
        ([ASK, ("map", b"{")], MalformedForm),
        ([ASK, ("map", b'{"0":"variables.a"}')], MalformedForm),
        ([ASK, where({"0": ["variables.a", "variables.a"]})], MalformedForm),
        ([ASK, where({"0": ["variables.a"]})], FileMissing),
        ([ASK, where({"0": ["variables.a"]}), text("0"), text("0")], MalformedForm),
        ([ASK, where({}), text("x"), text("x")], MalformedForm),
        ([ASK, where({}), text("x"), text("y"), text("z")], TooManyFiles),
        ([ASK, where({"0": [], "1": [], "2": []})], TooManyFiles),
        ([("operations", b" " * 1_001)], FieldTooLarge),
        ([ASK, ("map", b" " * 1_001)], FieldTooLarge),
        ([ASK, where({"0": ["variables.a"]}), text("0", b" " * 2_001)], FileTooLarge),
        ([ASK, where({}), text("other", b" " * 2_001)], FileTooLarge),
        ([ASK, where({}), *[("note", b"x")] * 20], MalformedForm),
    ],
)
async def test_what_is_refused(fields: list[Field], error: type[FormError]) -> None:
    with pytest.raises(error):
        await read(*fields)


async def test_the_whole_form_has_a_maximum() -> None:
    limits = FormLimits(max_field_bytes=1_000, max_file_bytes=50_000, max_files=1)
    fields = [ASK, where({}), *[("note", b"x" * 40_000)] * 4]
    with pytest.raises(FileTooLarge):
        await read(*fields, limits=limits)


def test_content_types() -> None:
    assert is_form("multipart/form-data; boundary=x")
    assert is_form("Multipart/Form-Data ;boundary=x")
    for other in (None, "", "application/json", "multipart/form-data-x", "multipart/mixed"):
        assert not is_form(other)
