"""The alias `__typename` stands for the type's name alone: it is how the router tells what an object is."""

from __future__ import annotations

from typing import Any

from graphql import FieldNode, GraphQLError
from graphql.validation import ASTValidationRule

TYPENAME = "__typename"


class ReservedAliasRule(ASTValidationRule):
    """Refuses `__typename: id`. The specification allows it, though it keeps names that begin with `__` to itself."""

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        """Note a field that takes the name."""
        if node.alias is not None and node.alias.value == TYPENAME and node.name.value != TYPENAME:
            message = f"The alias {TYPENAME!r} is kept for the name of the object's type: choose another one."
            self.report_error(GraphQLError(message, node.alias))
