"""The alias `__typename` is reserved: the router reads object types from it."""

from __future__ import annotations

from typing import Any

from graphql import FieldNode, GraphQLError
from graphql.validation import ASTValidationRule

TYPENAME = "__typename"


class ReservedAliasRule(ASTValidationRule):
    """Refuses other fields under the alias `__typename`. The specification reserves names that begin with `__`."""

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        """Report a field under the reserved alias."""
        if node.alias is not None and node.alias.value == TYPENAME and node.name.value != TYPENAME:
            message = f"The alias {TYPENAME!r} is reserved for the name of the object's type: choose another one."
            self.report_error(GraphQLError(message, node.alias))
