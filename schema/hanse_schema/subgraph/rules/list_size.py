"""LIST_SIZE_*: `@listSize` refers to lists, and to arguments and fields that exist."""

from __future__ import annotations

from collections.abc import Callable

from graphql import DirectiveNode

from hanse_schema.subgraph.model import Applied, FieldDef, Kind, TypeDef, applied
from hanse_schema.subgraph.subject import Subject
from hanse_schema.subgraph.values import python_value
from hanse_schema.type_ref import is_list, named_type, nullable


def check(subject: Subject) -> None:
    """Check each `@listSize`: its target, its assumed size, its slicing arguments, its sized fields."""
    for owner, definition in subject.fields():
        for directive in applied(definition.directives, "listSize") if definition.directives else ():
            _check_one(subject, owner, definition, directive)


def _check_one(subject: Subject, owner: TypeDef, definition: FieldDef, directive: Applied) -> None:
    coordinate = f"{owner.name}.{definition.name}"
    arguments = _arguments(directive)
    sized = _names(arguments.get("sizedFields"))

    def error(code: str, message: str) -> None:
        subject.report.error(code, message, directive.node, definition.node, coordinate=coordinate)

    if not sized and not is_list(definition.type):
        error(
            "LIST_SIZE_APPLIED_TO_NON_LIST",
            f"`{coordinate}` is of type {definition.type}, no list: remove @listSize, or name the lists within it in "
            "`sizedFields`.",
        )
    size = arguments.get("assumedSize")
    if isinstance(size, int) and size < 0:
        error("LIST_SIZE_INVALID_ASSUMED_SIZE", f"`{coordinate}` is assumed to have {size} items: at least 0.")
    for name in _names(arguments.get("slicingArguments")):
        argument = definition.arguments.get(name)
        if argument is None:
            error("LIST_SIZE_INVALID_SLICING_ARGUMENT", f"`{coordinate}` has no argument `{name}` to be sliced by.")
        elif nullable(argument.type) != "Int":
            error(
                "LIST_SIZE_INVALID_SLICING_ARGUMENT",
                f"`{coordinate}({name}:)` is of type {argument.type}, but only Int or Int! can say how many.",
            )
    if sized:
        _check_sized(subject, definition, sized, error)


def _check_sized(subject: Subject, definition: FieldDef, sized: list[str], error: Callable[[str, str], None]) -> None:
    target = subject.types.get(named_type(definition.type))
    if target is None or target.kind not in (Kind.OBJECT, Kind.INTERFACE):
        error("LIST_SIZE_INVALID_SIZED_FIELD", f"{definition.type} has no fields, so `sizedFields` cannot name any.")
        return
    for name in sized:
        field = target.fields.get(name)
        if field is None:
            error("LIST_SIZE_INVALID_SIZED_FIELD", f"`{target.name}` has no field `{name}` whose size could be given.")
        elif not is_list(field.type):
            error("LIST_SIZE_APPLIED_TO_NON_LIST", f"The sized field `{target.name}.{name}` is {field.type}, no list.")


def _arguments(directive: Applied) -> dict[str, object]:
    if not isinstance(directive.node, DirectiveNode):
        return {}
    return {argument.name.value: python_value(argument.value) for argument in directive.node.arguments or ()}


def _names(value: object) -> list[str]:
    """A list of names; GraphQL also accepts a single value for a list."""
    return [str(item) for item in (value if isinstance(value, list) else [value]) if item is not None]
