"""Requests with files, and the paths of the files in the variables.

Specification: GraphQL multipart request, https://github.com/jaydenseric/graphql-multipart-request-spec
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    GraphQLSchema,
    VariableDefinitionNode,
    type_from_ast,
)

from hanse_router.errors import InvalidRequest, VariablesRefused
from hanse_router.request import GraphQLRequest
from hanse_router.transports.protocol import FileAt
from hanse_wire.byte_budget import ByteShare
from hanse_wire.spooled_file import SpooledFile

UPLOAD = "Upload"  # the scalar's name
Files = Mapping[str, Sequence[FileAt]]  # by the variable that holds them


class UploadRequest(GraphQLRequest):
    """A request whose variables hold files."""

    files: tuple[SpooledFile, ...] = ()
    share: ByteShare | None = None  # what they take of the space for all requests

    async def close(self) -> None:
        """Delete the files."""
        for file in self.files:
            await file.close()
        if self.share is not None:
            self.share.close()


def files_in(
    variables: Mapping[str, Any], definitions: Sequence[VariableDefinitionNode], api_schema: GraphQLSchema
) -> Files:
    """The files in coerced variables, by variable. Raises VariablesRefused for a file that is not an Upload."""
    found: dict[str, Sequence[FileAt]] = {}
    for definition in definitions:
        name = definition.variable.name.value
        type_: Any = type_from_ast(api_schema, definition.type)
        if files := list(_files(variables.get(name), type_, f"variables.{name}")):
            found[name] = files
    return found


def refuse_files(request: GraphQLRequest) -> None:
    """Raises InvalidRequest for a request with files: for operations that cannot have any."""
    if isinstance(request, UploadRequest) and request.files:
        raise InvalidRequest("A subscription cannot have files: send them with a mutation.")


def _files(value: Any, type_: GraphQLInputType | None, path: str) -> Iterator[FileAt]:
    if isinstance(type_, GraphQLNonNull):
        type_ = type_.of_type
    if isinstance(value, SpooledFile):
        if not isinstance(type_, GraphQLScalarType) or type_.name != UPLOAD:
            message = f"There is a file at {path}, but the type there is not the scalar {UPLOAD}."
            raise VariablesRefused([GraphQLError(message)])
        yield path, value
    elif isinstance(value, list):
        item_type = type_.of_type if isinstance(type_, GraphQLList) else None
        for index, item in enumerate(value):
            yield from _files(item, item_type, f"{path}.{index}")
    elif isinstance(value, dict):
        fields = type_.fields if isinstance(type_, GraphQLInputObjectType) else {}
        for name, item in value.items():
            yield from _files(item, fields[name].type if name in fields else None, f"{path}.{name}")
