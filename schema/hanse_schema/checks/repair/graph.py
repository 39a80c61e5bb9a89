"""The subgraphs of a composition as documents, each parsed when it is first needed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from graphql import Node

from hanse_schema.checks.repair.document import Document
from hanse_schema.diagnostics import Diagnostic
from hanse_schema.subgraph.model import SubgraphSource

_N = TypeVar("_N", bound=Node)


class Graph:
    """The documents of all subgraphs, by name, and the errors of their composition."""

    def __init__(self, sources: Sequence[SubgraphSource], errors: Sequence[Diagnostic] = ()) -> None:
        self.sources = {source.name: source for source in sources}
        self.errors = tuple(errors)
        self._documents: dict[str, Document] = {}

    def document(self, subgraph: str) -> Document | None:
        """A subgraph's document; None for an unknown subgraph."""
        source = self.sources.get(subgraph)
        if source is None:
            return None
        if subgraph not in self._documents:
            self._documents[subgraph] = Document(source)
        return self._documents[subgraph]

    def documents(self) -> Iterator[Document]:
        """The documents of all subgraphs, in order."""
        for name in self.sources:
            document = self.document(name)
            if document is not None:
                yield document

    def named(self, diagnostic: Diagnostic) -> Iterator[Document]:
        """The documents of the subgraphs that a diagnostic has locations in, in their order."""
        for name in diagnostic.subgraphs:
            document = self.document(name)
            if document is not None:
                yield document

    def found(self, diagnostic: Diagnostic, kind: type[_N]) -> Iterator[tuple[Document, _N]]:
        """The nodes of that kind at the locations of a diagnostic, each with its document."""
        for location in diagnostic.locations:
            document = self.document(location.subgraph)
            node = document.at(location, kind) if document is not None else None
            if document is not None and node is not None:
                yield document, node
