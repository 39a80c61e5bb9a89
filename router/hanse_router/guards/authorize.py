"""`@authenticated`, `@requiresScopes` and `@policy`: which fields of an operation the caller may not see.

Computed once per operation: each field's requirement, and the paths that have it. A request only asks which of the
distinct requirements its principal fails. Denied fields are taken out before planning, so that no subgraph is asked for
them; the client gets null in their place, with an error UNAUTHORIZED_FIELD_OR_TYPE for each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    NameNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    get_named_type,
    is_composite_type,
)

from hanse_router.cache import LruCache
from hanse_router.errors import Unauthorized
from hanse_router.execute.denied import denied
from hanse_router.guards.requirements import ALWAYS, Requirement, Requirements
from hanse_router.request import Principal
from hanse_router.settings import AuthorizationSettings
from hanse_schema.supergraph.model import Supergraph

Path = tuple[str, ...]
_Rewrite = Callable[[FieldNode], FieldNode | None]
CODE = "UNAUTHORIZED_FIELD_OR_TYPE"


@dataclass(frozen=True, slots=True)
class Denial:
    """The requirements that a principal fails, and the paths that they close. False where there are none."""

    failed: frozenset[Requirement] = frozenset()
    paths: tuple[tuple[Path, Requirement], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.failed)

    def __hash__(self) -> int:
        return hash(self.failed)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Denial) and self.failed == other.failed

    def errors(self) -> list[dict[str, Any]]:
        """One error for each denied field."""
        return [
            {
                "message": f"You may not see {'.'.join(path)}: {requirement.wanted}.",
                "path": list(path),
                "extensions": {"code": CODE},
            }
            for path, requirement in self.paths
        ]


NO_DENIAL = Denial()


class OperationGuard:
    """What one operation requires of its caller."""

    __slots__ = ("_closed", "_denials", "_fields", "_reject", "_requirements")

    def __init__(self, closed: tuple[tuple[Path, Requirement], ...], reject: bool, fields: _GuardedFields) -> None:
        self._closed = closed
        self._requirements = tuple(dict.fromkeys(requirement for _, requirement in closed))
        self._reject = reject
        self._fields = fields
        self._denials: LruCache[tuple[object, ...], Denial] = LruCache(64)  # by the caller's rights

    def denied(self, principal: Principal) -> Denial:
        """What the principal may not see. Raises Unauthorized where the settings refuse such operations whole."""
        if not self._requirements:
            return NO_DENIAL
        rights = (principal.authenticated, principal.scopes, principal.policies)
        denial = self._denials.get(rights)
        if denial is None:
            failed = frozenset(one for one in self._requirements if not one.met_by(principal))
            denial = Denial(failed, self._topmost(failed)) if failed else NO_DENIAL
            self._denials.put(rights, denial)
        if denial and self._reject:
            raise Unauthorized(denial.errors(), anonymous=not principal.authenticated)
        return denial

    def _topmost(self, failed: frozenset[Requirement]) -> tuple[tuple[Path, Requirement], ...]:
        """The closed paths that do not lie below another."""
        closed = [(path, one) for path, one in self._closed if one in failed]
        paths = {path for path, _ in closed}
        return tuple(
            (path, one) for path, one in closed if not any(path[:length] in paths for length in range(1, len(path)))
        )

    def permitted(self, denial: Denial) -> DocumentNode:
        """The document to plan: without what is denied."""
        return self._fields.permitted(denial.failed)

    def shown(self, denial: Denial) -> DocumentNode:
        """The document that shapes the response: with what is denied marked, so that null stands there."""
        return self._fields.marked(denial.failed)


class Authorizer:
    """Makes the guard of each operation, after the supergraph's directives."""

    def __init__(self, supergraph: Supergraph, api_schema: GraphQLSchema, settings: AuthorizationSettings) -> None:
        self._requirements = Requirements(supergraph, api_schema) if settings.enabled else None
        self._api_schema = api_schema
        self._reject = settings.reject

    def guard(self, document: DocumentNode, operation: OperationDefinitionNode) -> OperationGuard:
        """The guard of a valid operation."""
        fields = _GuardedFields(document, operation, self._api_schema, self._requirements)
        closed = tuple(fields.closed()) if self._requirements else ()
        return OperationGuard(closed, self._reject, fields)


class _GuardedFields:
    """Walks one operation with its types: lists what is closed, and builds the document without it."""

    def __init__(
        self,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        api_schema: GraphQLSchema,
        requirements: Requirements | None,
    ) -> None:
        self._document = document
        self._operation = operation
        self._api_schema = api_schema
        self._requirements = requirements
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }

    def closed(self) -> Iterator[tuple[Path, Requirement]]:
        """Each path with a requirement, once, in document order."""
        root = self._api_schema.get_root_type(self._operation.operation)
        assert root is not None  # the operation is valid
        seen: set[tuple[Path, Requirement]] = set()
        for found in self._closed(self._operation.selection_set, root, ()):
            if found not in seen:
                seen.add(found)
                yield found

    def permitted(self, failed: frozenset[Requirement]) -> DocumentNode:
        """The document without the fields whose requirement is among these; fragments stand where they are used."""
        return self._rewritten(failed, lambda field: None) if failed else self._document

    def marked(self, failed: frozenset[Requirement]) -> DocumentNode:
        """The document with these fields marked as denied."""
        return self._rewritten(failed, denied) if failed else self._document

    def _rewritten(self, failed: frozenset[Requirement], rewrite: _Rewrite) -> DocumentNode:
        root = self._api_schema.get_root_type(self._operation.operation)
        assert root is not None
        node = OperationDefinitionNode(
            operation=self._operation.operation,
            name=self._operation.name,
            variable_definitions=self._operation.variable_definitions,
            directives=self._operation.directives,
            selection_set=self._selections(self._operation.selection_set, root, failed, rewrite),
        )
        return DocumentNode(definitions=(node,))

    def _closed(
        self, selections: SelectionSetNode, parent: GraphQLNamedType, path: Path
    ) -> Iterator[tuple[Path, Requirement]]:
        for selection in selections.selections:
            if isinstance(selection, FieldNode):
                requirement = self._requirement(parent, selection)
                key = selection.alias.value if selection.alias else selection.name.value
                if requirement is not ALWAYS:
                    yield (*path, key), requirement
                below = self._below(parent, selection)
                if selection.selection_set and below is not None:
                    yield from self._closed(selection.selection_set, below, (*path, key))
            else:
                inner, type_ = self._fragment(selection, parent)
                yield from self._closed(inner, type_, path)

    def _selections(
        self,
        selections: SelectionSetNode,
        parent: GraphQLNamedType,
        failed: frozenset[Requirement],
        rewrite: _Rewrite,
    ) -> SelectionSetNode:
        kept: list[SelectionNode] = []
        for selection in selections.selections:
            if isinstance(selection, FieldNode):
                if self._requirement(parent, selection) in failed:
                    kept += filter(None, [rewrite(selection)])
                    continue
                below = self._below(parent, selection)
                if selection.selection_set and below is not None:
                    inner = self._selections(selection.selection_set, below, failed, rewrite)
                    selection = FieldNode(
                        alias=selection.alias,
                        name=selection.name,
                        arguments=selection.arguments,
                        directives=selection.directives,
                        selection_set=inner,
                    )
                kept.append(selection)
            else:
                body, type_ = self._fragment(selection, parent)
                condition = (
                    self._fragments[selection.name.value].type_condition
                    if isinstance(selection, FragmentSpreadNode)
                    else selection.type_condition  # type: ignore[attr-defined]
                )
                kept.append(
                    InlineFragmentNode(
                        type_condition=condition,
                        directives=selection.directives,
                        selection_set=self._selections(body, type_, failed, rewrite),
                    )
                )
        if not kept:  # the object itself may be seen: it is there, with nulls
            kept.append(FieldNode(name=NameNode(value="__typename")))
        return SelectionSetNode(selections=tuple(kept))

    def _requirement(self, parent: GraphQLNamedType, field: FieldNode) -> Requirement:
        if self._requirements is None or field.name.value.startswith("__"):
            return ALWAYS
        return self._requirements.of_field(parent.name, field.name.value)

    def _below(self, parent: GraphQLNamedType, field: FieldNode) -> GraphQLNamedType | None:
        name = field.name.value
        if name.startswith("__"):
            return None  # introspection is not guarded
        named = get_named_type(parent.fields[name].type)  # type: ignore[attr-defined]
        return named if is_composite_type(named) else None

    def _fragment(
        self, selection: SelectionNode, parent: GraphQLNamedType
    ) -> tuple[SelectionSetNode, GraphQLNamedType]:
        node: Any = selection
        if isinstance(selection, FragmentSpreadNode):
            node = self._fragments[selection.name.value]
        condition = node.type_condition
        type_ = self._api_schema.get_type(condition.name.value) if condition else parent
        assert type_ is not None
        return node.selection_set, type_
