"""Files that come with a request, as resolvers get them: an argument of the scalar `Upload`.

    @strawberry.mutation
    async def keep(self, file: Annotated[Upload, strawberry.argument(description="What to keep.")]) -> int:
        async for chunk in file.chunks(): ...

Specification: GraphQL multipart request, https://github.com/jaydenseric/graphql-multipart-request-spec
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any, NoReturn, Protocol, runtime_checkable

import strawberry
from graphql import GraphQLError

from hanse_subgraph.errors import ClientError


@runtime_checkable
class Upload(Protocol):
    """A file that a client sent. It can be read until its request is answered, any number of times."""

    name: str  # as the client calls it
    content_type: str  # as the client says
    size: int

    def chunks(self) -> AsyncIterator[bytes]:
        """The content, in pieces."""
        ...


FileAt = tuple[str, Upload]
"""A file and where it stands in a request, such as `variables.input.files.0`."""


class MisplacedFile(ClientError):
    """A file is said to stand where the variables have no place for it."""


def place_files(request: dict[str, Any], files: Sequence[FileAt]) -> None:
    """Put the files where they stand in the request, such as at `variables.file`. Raises MisplacedFile."""
    for place, file in files:
        steps = place.split(".")
        node: Any = request
        try:
            for step in steps[:-1]:
                node = node[_key(node, step)]
            last = _key(node, steps[-1])
            if node[last] is not None:
                raise KeyError(last)
            node[last] = file
        except (LookupError, TypeError, ValueError):
            raise MisplacedFile(f"There is no null for a file at {place[:200]!r}.") from None


def _key(node: Any, step: str) -> str | int:
    return int(step) if isinstance(node, list) else step


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
