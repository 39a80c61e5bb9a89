"""The documents of a subgraph's requests: parsed and validated once, kept within a bounded number of bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from graphql import DocumentNode, GraphQLError, OperationDefinitionNode, OperationType, parse
from strawberry.extensions import SchemaExtension

from hanse_wire.document_tokens import unlink_tokens
from hanse_wire.lru_cache import LruCache

KNOWN_DOCUMENTS = 1_000  # of one schema
KNOWN_BYTES = 8_000_000
_SHARES = 4  # of the cache; one document takes at most one of them
_BYTES = 1_000  # of a document without tokens; these two are measured
_BYTES_PER_TOKEN = 400
_NO_TYPES: Mapping[str | None, OperationType] = {}


class Document:
    """A parsed document. `errors` are those of validation: None before it."""

    __slots__ = ("errors", "node", "operation_types", "size")

    def __init__(self, query: str) -> None:
        """Raises GraphQLError if it cannot be parsed."""
        self.node: DocumentNode = parse(query)
        self.errors: list[GraphQLError] | None = None
        operations = [node for node in self.node.definitions if isinstance(node, OperationDefinitionNode)]
        self.operation_types: Mapping[str | None, OperationType] = {
            node.name.value if node.name else None: node.operation for node in operations
        }
        self.size = _BYTES + len(query) + _BYTES_PER_TOKEN * unlink_tokens(self.node)  # in bytes, estimated


class Documents:
    """The known documents of one schema. For one event loop."""

    def __init__(self, max_bytes: int = KNOWN_BYTES) -> None:
        self._known: LruCache[str, Document] = LruCache(
            KNOWN_DOCUMENTS,
            weigh=lambda _, document: document.size,
            max_weight=max_bytes,
            max_entry_weight=max_bytes // _SHARES,
        )

    def get(self, query: str) -> Document:
        """The document. Raises GraphQLError if it cannot be parsed."""
        document = self._known.get(query)
        if document is None:
            document = Document(query)
            self._known.put(query, document)
        return document

    def operation_types(self, query: str) -> Mapping[str | None, OperationType]:
        """The types of a document's operations, by name; empty when it cannot be parsed."""
        try:
            return self.get(query).operation_types
        except GraphQLError:
            return _NO_TYPES

    def operation_type(self, query: str, name: str | None) -> OperationType | None:
        """The type of the operation to run; None when there is no such operation, or several and no name."""
        types = self.operation_types(query)
        if name is None:
            return next(iter(types.values())) if len(types) == 1 else None
        return types.get(name)

    def __len__(self) -> int:
        return len(self._known)


class KnownDocuments(SchemaExtension):
    """Gives Strawberry the known documents instead of parsing and validating again; validation errors get a code.

    Strawberry's own caches count documents, whatever their size.
    """

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._document: Document | None = None

    def on_parse(self) -> Iterator[None]:
        context = self.execution_context
        assert context.query is not None
        self._document = self._documents.get(context.query)
        context.graphql_document = self._document.node
        yield

    def on_validate(self) -> Iterator[None]:
        context, document = self.execution_context, self._document
        assert document is not None
        context.pre_execution_errors = document.errors
        yield
        if document.errors is None:
            document.errors = list(context.pre_execution_errors or ())
            for error in document.errors:
                error.extensions = {"code": "GRAPHQL_VALIDATION_FAILED", **(error.extensions or {})}
