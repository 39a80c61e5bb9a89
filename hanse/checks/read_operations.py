"""Known operations from files: GraphQL documents, the code of clients, and the router's trusted documents."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSyntaxError,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    parse,
    print_ast,
)

from hanse.checks.embedded_documents import CODE_SUFFIXES, embedded_documents
from hanse.checks.known_operations import KnownOperation
from hanse.supergraph_config import read_text
from hanse_router.guards.persisted import trusted_documents
from hanse_wire.command_line import CommandError

MAX_TOKENS = 15_000  # of a document, as in the router
_SUFFIXES = {".graphql", ".gql", *CODE_SUFFIXES}
_SKIPPED = "node_modules"  # a folder of other people's code
_SELECTING = (OperationDefinitionNode, FragmentDefinitionNode, FieldNode, InlineFragmentNode)

Fragments = dict[str, FragmentDefinitionNode]


def read_operations(paths: Iterable[Path]) -> list[KnownOperation]:
    """The operations of folders, GraphQL documents, code of clients and JSON files of trusted documents.

    An operation may use fragments of other documents in its folder; one that is in several files is that of the first.
    Raises CommandError where a file cannot be read.
    """
    found: dict[str, KnownOperation] = {}
    for path in paths:
        for operation in _read(path):
            found.setdefault(operation.hash, operation)
    return list(found.values())


def _read(path: Path) -> Iterator[KnownOperation]:
    if path.suffix == ".json":
        yield from _trusted(path)
        return
    files = [path]
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if _has_documents(file.relative_to(path)) and file.is_file())
    documents = [(str(file), document) for file in files for document in _documents(file)]
    if not documents:
        raise CommandError(f"{path} has no GraphQL documents: give a folder or file of operations with --operations")
    shared = _fragments(document for _, document in documents)
    for file, document in documents:
        yield from _operations(document, shared | _fragments([document]), file)


def _has_documents(file: Path) -> bool:
    return file.suffix in _SUFFIXES and _SKIPPED not in file.parts


def _documents(file: Path) -> Iterator[DocumentNode]:
    text = read_text(file)
    if file.suffix in CODE_SUFFIXES:
        for line, document in embedded_documents(text):
            yield _parse(document, f"{file}:{line}")
    else:
        yield _parse(text, str(file))


def _trusted(path: Path) -> Iterator[KnownOperation]:
    content = read_text(path).encode()
    try:
        documents = trusted_documents(content)
    except ValueError as error:
        raise CommandError(f"{path} {error}: give trusted documents in a form that the router takes") from error
    for identifier, text in documents.items():
        document = _parse(text, f"{path}, document {identifier}")
        yield from _operations(document, _fragments([document]), str(path))


def _parse(text: str, source: str) -> DocumentNode:
    try:
        return parse(text, max_tokens=MAX_TOKENS)
    except GraphQLSyntaxError as error:
        raise CommandError(f"{source} is not a GraphQL document: {error.message}") from error
    except RecursionError:
        raise CommandError(f"{source} nests too deeply: a router refuses it, so remove it") from None


def _operations(document: DocumentNode, fragments: Fragments, source: str) -> Iterator[KnownOperation]:
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode):
            used = _used(node, fragments)
            text = "\n\n".join(map(print_ast, [node, *used]))
            name = node.name.value if node.name else None
            yield KnownOperation(text, name, hashlib.sha256(text.encode()).hexdigest(), source)


def _fragments(documents: Iterable[DocumentNode]) -> Fragments:
    return {
        node.name.value: node
        for document in documents
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }


def _used(operation: OperationDefinitionNode, fragments: Fragments) -> list[FragmentDefinitionNode]:
    """The fragments that an operation uses, also through others."""
    found: Fragments = {}
    pending: list[Node] = [operation]
    while pending:
        for name in _spreads(pending.pop()):
            if name in fragments and name not in found:
                found[name] = fragments[name]
                pending.append(fragments[name])
    return list(found.values())


def _spreads(node: Node) -> Iterator[str]:
    pending: list[Node] = [node]
    while pending:
        current = pending.pop()
        if isinstance(current, FragmentSpreadNode):
            yield current.name.value
        if isinstance(current, _SELECTING) and current.selection_set is not None:
            pending += current.selection_set.selections
