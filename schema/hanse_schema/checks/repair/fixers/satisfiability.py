"""SATISFIABILITY_ERROR: opens a way to the field by a `@key`, or resolves the field where the operation is."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import FieldDefinitionNode

from hanse_schema.checks.repair.document import Document, FieldsNode
from hanse_schema.checks.repair.editing import (
    Edits,
    add_directive,
    add_member,
    argument_of,
    remove_argument,
    use_directive,
)
from hanse_schema.checks.repair.field_set_text import field_names, key_fields, key_texts, outer_fields
from hanse_schema.checks.repair.fixers.interfaces import signature
from hanse_schema.checks.repair.graph import Graph
from hanse_schema.checks.repair.model import Fixer, Proposal
from hanse_schema.diagnostics import Diagnostic


def propose(graph: Graph, diagnostic: Diagnostic) -> Iterator[Proposal]:
    """Let keys be resolvable, add the keys of other subgraphs, or resolve the field in the other subgraphs."""
    type_, _, name = (diagnostic.coordinate or "").partition(".")
    places = _Places(graph, type_, name)
    yield from places.resolvable()
    yield from places.keys_of_others()
    yield from places.new_keys()
    yield from places.field_elsewhere()


class _Places:
    """Where a type and its field are defined: `holders` resolve the field, `others` have only the type."""

    def __init__(self, graph: Graph, type_: str, field: str) -> None:
        self._graph = graph
        self._type = type_
        self._field = field
        self._documents = [document for document in graph.documents() if self._owner(document) is not None]
        self._holders = [document for document in self._documents if self._resolver(document) is not None]
        self._others = [document for document in self._documents if document not in self._holders]

    def resolvable(self) -> Iterator[Proposal]:
        """Let the router enter by a key that is `resolvable: false`, of the type or of an interface object for it."""
        for document in (*self._holders, *self._graph.documents()):
            for type_ in (self._type, *self._interfaces()):
                for directive, text in key_texts(document, type_):
                    argument = argument_of(directive, "resolvable")
                    if argument is not None:
                        yield Proposal(
                            f'Let @key(fields: "{text}") on {type_} be resolvable in subgraph {document.name}.',
                            (remove_argument(document, directive, argument),),
                        )

    def _interfaces(self) -> list[str]:
        owners = (owner for document in self._documents if (owner := self._owner(document)) is not None)
        return list(dict.fromkeys(one.name.value for owner in owners for one in owner.interfaces or ()))

    def keys_of_others(self) -> Iterator[Proposal]:
        """Add a key that one subgraph has to another: to those that resolve the field first."""
        keys = dict.fromkeys(text for document in self._documents for _, text in key_texts(document, self._type))
        for document in (*self._holders, *self._others):
            own = {text for _, text in key_texts(document, self._type)}
            yield from (self._key(text, [document]) for text in keys if text not in own)

    def new_keys(self) -> Iterator[Proposal]:
        """Add a key of one field that several subgraphs have, where there is none yet: `id` before others."""
        if any(key_texts(document, self._type) for document in self._documents) or len(self._documents) < 2:
            return
        common = set.intersection(*(set(field_names(document, self._type)) for document in self._documents))
        leaves = [name for name in common - {self._field} if self._is_scalar(name)]
        for name in sorted(leaves, key=lambda name: (name != "id", name))[:2]:
            yield self._key(name, self._documents)

    def field_elsewhere(self) -> Iterator[Proposal]:
        """Resolve the field in one other subgraph, or in all."""
        groups = [[other] for other in self._others]
        if len(groups) > 1:
            groups.append(self._others)
        for group in groups:
            edits = [self._resolved(document) for document in group]
            shared = [self._shared(document) for document in self._holders]
            if edits and all(edits):
                where = ", ".join(document.name for document in group)
                title = f"Resolve {self._type}.{self._field} in {where} too."
                yield Proposal(title, tuple(sum((*edits, *shared), ())))

    def _key(self, text: str, documents: list[Document]) -> Proposal:
        edits = [self._with_key(document, text) for document in documents]
        where = ", ".join(document.name for document in documents)
        return Proposal(
            f'Add @key(fields: "{text}") to {self._type} in {where}.', tuple(sum(edits, ())) if all(edits) else ()
        )

    def _with_key(self, document: Document, text: str) -> Edits:
        """The edits that add a key, with the fields that it selects."""
        owner = self._owner(document)
        if owner is None:
            return ()
        missing = sorted(outer_fields(text) - set(field_names(document, self._type)))
        signatures = [self._signature(name) for name in missing]
        key = add_directive(document, owner, "key", f'(fields: "{text}")')
        if not key or None in signatures:
            return ()
        return (*key, *(add_member(document, owner, one) for one in signatures if one is not None))

    def _resolved(self, document: Document) -> Edits:
        """The edits that resolve the field in a subgraph."""
        owner, text, used = self._owner(document), self._signature(self._field), use_directive(document, "shareable")
        if owner is None or text is None or used is None or document.members(self._type, self._field):
            return ()
        written, imports = used
        return (*imports, add_member(document, owner, f"{text} @{written}"))

    def _shared(self, document: Document) -> Edits:
        """The edits that let a subgraph share the field."""
        found, owner = self._resolver(document), self._owner(document)
        if found is None or owner is None or self._field in key_fields(document, self._type):
            return ()
        if document.applied(found, "shareable") or document.applied(owner, "shareable"):
            return ()
        return add_directive(document, found, "shareable")

    def _owner(self, document: Document) -> FieldsNode | None:
        return next((node for node in document.types(self._type) if isinstance(node, FieldsNode)), None)

    def _resolver(self, document: Document) -> FieldDefinitionNode | None:
        for owner, node in document.members(self._type, self._field):
            external = document.applied(node, "external") or document.applied(owner, "external")
            if isinstance(node, FieldDefinitionNode) and not external:
                return node
        return None

    def _signature(self, name: str) -> str | None:
        """The field as some subgraph defines it."""
        for document in self._documents:
            for _, node in document.members(self._type, name):
                if isinstance(node, FieldDefinitionNode):
                    return signature(document, node)
        return None

    def _is_scalar(self, name: str) -> bool:
        document = self._documents[0]
        found = [node for _, node in document.members(self._type, name) if isinstance(node, FieldDefinitionNode)]
        text = document.source_of(found[0].type).strip("!") if found else ""
        return text in ("ID", "String", "Int") and not (found and found[0].arguments)


FIXER = Fixer(
    ("SATISFIABILITY_ERROR",),
    "Each field that an operation can ask for is resolved where the operation is, or where a @key leads.",
    propose,
)
