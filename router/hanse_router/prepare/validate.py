"""Parse and validate a document, and choose its operation."""

from __future__ import annotations

from collections.abc import Collection

from graphql import (
    ASTValidationRule,
    DocumentNode,
    GraphQLSchema,
    GraphQLSyntaxError,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    parse,
    specified_rules,
    validate,
)

from hanse_router.errors import LimitExceeded, SyntaxFailed, UnknownOperation, ValidationFailed
from hanse_router.prepare.reserved_alias import ReservedAliasRule
from hanse_router.settings import RouterSettings


def parse_document(text: str, *, max_tokens: int) -> DocumentNode:
    """The document. Raises SyntaxFailed, or LimitExceeded if it has more than `max_tokens` tokens."""
    try:
        return parse(text, max_tokens=max_tokens)
    except GraphQLSyntaxError as error:
        if "more than" in error.message and "tokens" in error.message:
            message = f"The document has more than {max_tokens} tokens, the maximum (limits.max_tokens)."
            raise LimitExceeded(message, code="MAX_TOKENS_LIMIT") from error
        raise SyntaxFailed([error]) from error


def validation_rules(settings: RouterSettings) -> Collection[type[ASTValidationRule]]:
    """The rules of the specification, our own, and the one against introspection if that is turned off."""
    rules = (*specified_rules, ReservedAliasRule)
    return rules if settings.introspection else (*rules, NoSchemaIntrospectionCustomRule)


def validate_document(
    document: DocumentNode,
    api_schema: GraphQLSchema,
    rules: Collection[type[ASTValidationRule]],
    settings: RouterSettings,
) -> None:
    """Raises ValidationFailed, with no more errors than `limits.max_validation_errors`."""
    errors = validate(
        api_schema,
        document,
        rules,
        max_errors=settings.limits.max_validation_errors,
        hide_suggestions=not settings.suggestions,
    )
    if errors:
        raise ValidationFailed(errors)


def choose_operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    """The operation of that name, or the only one. Raises UnknownOperation."""
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    names = ", ".join(node.name.value for node in operations if node.name)
    if not operations:
        raise UnknownOperation("The document has no operation: add a query, a mutation or a subscription.")
    if name is None:
        if len(operations) > 1:
            raise UnknownOperation(f"The document has several operations: name one in operationName ({names}).")
        return operations[0]
    for operation in operations:
        if operation.name and operation.name.value == name:
            return operation
    raise UnknownOperation(
        f"The document has no operation named {name!r}; "
        + (f"it has {names}." if names else "its operation has no name.")
    )
