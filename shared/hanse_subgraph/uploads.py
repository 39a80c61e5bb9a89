"""Files of a request for resolvers: an argument of the scalar `Upload`.

    @strawberry.mutation
    async def store(self, file: Annotated[Upload, strawberry.argument(description="The file to store.")]) -> int:
        async for chunk in file.chunks(): ...

Specification: GraphQL multipart request, https://github.com/jaydenseric/graphql-multipart-request-spec
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any, NoReturn, Protocol, runtime_checkable

import strawberry
from graphql import GraphQLError

from hanse_subgraph.errors import ClientError
from hanse_wire.multipart_request import MalformedForm, place_file


@runtime_checkable
class Upload(Protocol):
    """A file that a client sent. It can be read any number of times until its request is answered."""

    name: str  # given by the client
    content_type: str  # given by the client, and not verified
    size: int  # in bytes

    def chunks(self) -> AsyncIterator[bytes]:
        """The content, in chunks."""
        ...


FileAt = tuple[str, Upload]
"""A file and its path in the request, such as `variables.input.files.0`."""


class MisplacedFile(ClientError):
    """A path of a file is not that of a null in the variables."""


def place_files(request: dict[str, Any], files: Sequence[FileAt]) -> None:
    """Put each file at its path in the request, such as `variables.file`. Raises MisplacedFile."""
    for path, file in files:
        try:
            place_file(request.get("variables"), path, file)
        except MalformedForm as error:
            raise MisplacedFile(str(error)) from error


def _file(value: Any) -> Upload:
    if not isinstance(value, Upload):
        raise GraphQLError("An Upload must be a file of a multipart request.")
    return value


def _never(_: Any) -> NoReturn:
    raise TypeError("an Upload is input only")


UPLOAD_SCALAR = strawberry.scalar(
    name="Upload",
    description="A file sent with a GraphQL multipart request.",
    serialize=_never,
    parse_value=_file,
)
