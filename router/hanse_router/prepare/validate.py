"""Parse and validate a document, and choose its operation."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from graphql import (
    ASTValidationRule,
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    OverlappingFieldsCanBeMergedRule,
    ParallelVisitor,
    TypeInfo,
    TypeInfoVisitor,
    ValidationContext,
    Visitor,
    parse,
    specified_rules,
    visit,
)
from graphql.validation.validation_context import VariableUsage, VariableUsageVisitor

from hanse_router.errors import LimitExceeded, SyntaxFailed, UnknownOperation, ValidationFailed
from hanse_router.prepare.overlap import TooManyComparisonsError, overlap_errors
from hanse_router.prepare.reserved_alias import ReservedAliasRule
from hanse_router.settings import LimitSettings, RouterSettings

_STEPS_PER_FIELD = 20  # of comparing fields of one response key; honest documents take one or two


def parse_document(text: str, limits: LimitSettings) -> DocumentNode:
    """The document. Raises SyntaxFailed, or LimitExceeded if it has too many characters or tokens."""
    if len(text) > limits.max_document_characters:
        raise LimitExceeded(
            f"The document has {len(text)} characters; the maximum is {limits.max_document_characters}"
            " (limits.max_document_characters).",
            code="MAX_DOCUMENT_SIZE_LIMIT",
        )
    max_tokens = limits.max_tokens
    try:
        return parse(text, max_tokens=max_tokens)
    except GraphQLSyntaxError as error:
        if "more than" in error.message and "tokens" in error.message:
            message = f"The document has more than {max_tokens} tokens, the maximum (limits.max_tokens)."
            raise LimitExceeded(message, code="MAX_TOKENS_LIMIT") from error
        raise SyntaxFailed([error]) from error


def validation_rules(settings: RouterSettings) -> Collection[type[ASTValidationRule]]:
    """The rules of the specification, our own, and the one against introspection if that is turned off.

    The rule about fields that cannot be merged is not among them: see overlap.
    """
    rules = (*(rule for rule in specified_rules if rule is not OverlappingFieldsCanBeMergedRule), ReservedAliasRule)
    return rules if settings.introspection else (*rules, NoSchemaIntrospectionCustomRule)


def validate_document(
    document: DocumentNode,
    api_schema: GraphQLSchema,
    rules: Collection[type[ASTValidationRule]],
    settings: RouterSettings,
) -> None:
    """Raises ValidationFailed, with no more errors than `limits.max_validation_errors`; LimitExceeded."""
    limits = settings.limits
    context = _Context(api_schema, document, limits.max_validation_errors, hide_suggestions=not settings.suggestions)
    context.visit(rules)
    errors = context.errors or _overlap_errors(document, api_schema, limits)
    if errors:
        raise ValidationFailed(errors)


class _Validation(ValidationContext):
    """Takes the visitors of variables apart too: there are two for each fragment."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, types: TypeInfo, *more: Any) -> None:
        super().__init__(schema, document, types, *more)
        self._types = types
        self._usages: dict[int, list[VariableUsage]] = {}  # by the identity of the operation or fragment

    def get_variable_usages(self, node: OperationDefinitionNode | FragmentDefinitionNode) -> list[VariableUsage]:
        """The variables in an operation or in a fragment, without those of the fragments that it spreads."""
        usages = self._usages.get(id(node))
        if usages is None:
            fragment = node if isinstance(node, FragmentDefinitionNode) else None
            collector = VariableUsageVisitor(self._types, fragment)
            visitor = TypeInfoVisitor(self._types, collector)
            visit(node, visitor)
            usages = self._usages[id(node)] = collector.usages
            vars(collector).clear()
            vars(visitor).clear()
        return usages


class _TooManyErrors(Exception):
    """There are more errors than are reported."""


class _Context:
    """One validation by rules of graphql-core.

    Its visitors refer to themselves and to the document. They are taken apart at the end: the garbage of a large
    document would stop the event loop when it is collected.
    """

    def __init__(
        self, api_schema: GraphQLSchema, document: DocumentNode, max_errors: int, *, hide_suggestions: bool
    ) -> None:
        self.errors: list[GraphQLError] = []
        self._max_errors = max_errors
        self._document = document
        self._types = TypeInfo(api_schema)
        self._context = _Validation(api_schema, document, self._types, self._add, hide_suggestions)

    def visit(self, rules: Iterable[type[ASTValidationRule]]) -> None:
        """Check the document by all rules in one pass."""
        visitors: list[Visitor] = [rule(self._context) for rule in rules]
        parallel = ParallelVisitor(visitors)
        visitor = TypeInfoVisitor(self._types, parallel)
        try:
            visit(self._document, visitor)
        except _TooManyErrors:
            self.errors.append(GraphQLError("Too many validation errors, error limit reached. Validation aborted."))
        finally:
            for one in (*visitors, parallel, visitor, self._context):
                vars(one).clear()

    def _add(self, error: GraphQLError) -> None:
        if len(self.errors) >= self._max_errors:
            raise _TooManyErrors
        self.errors.append(error)


def _overlap_errors(document: DocumentNode, api_schema: GraphQLSchema, limits: LimitSettings) -> list[GraphQLError]:
    max_steps = _STEPS_PER_FIELD * limits.max_fields
    try:
        return overlap_errors(document, api_schema, max_errors=limits.max_validation_errors, max_steps=max_steps)
    except TooManyComparisonsError:
        raise LimitExceeded(
            "Too many fields of the document have one response key and must be compared: use different aliases.",
            code="QUERY_TOO_COMPLEX",
        ) from None


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
