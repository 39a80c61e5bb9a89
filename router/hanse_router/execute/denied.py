"""Fields of the client's that the caller may not see: they are null in the response, whatever the subgraphs sent.

A field can be fetched all the same, as a key or for another field's `@requires`; so it does not suffice to plan without
it. The guard marks it in the document with a directive whose name no client can write in a valid document.
"""

from __future__ import annotations

from graphql import DirectiveNode, FieldNode, NameNode

_MARK = "__denied"


def denied(field: FieldNode) -> FieldNode:
    """The field, marked."""
    return FieldNode(
        alias=field.alias,
        name=field.name,
        arguments=field.arguments,
        directives=(*(field.directives or ()), DirectiveNode(name=NameNode(value=_MARK), arguments=())),
        selection_set=field.selection_set,
    )


def is_denied(field: FieldNode) -> bool:
    """Whether the field is marked."""
    return any(directive.name.value == _MARK for directive in field.directives or ())
