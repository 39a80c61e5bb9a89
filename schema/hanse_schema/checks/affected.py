"""Which operations a change affects: those that become invalid, or whose result or inputs change by it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hanse_schema.checks.changes.change import Change
from hanse_schema.checks.changes.kinds import ChangeKind
from hanse_schema.checks.operation_use import OperationUse, Use


@dataclass(frozen=True, slots=True)
class Effect:
    """How sure it is that a change affects an operation, and why in a few words."""

    use: Use
    reason: str


NO_EFFECT = Effect(Use.NONE, "")


def effect_of(change: Change, use: OperationUse, *, is_valid: bool) -> Effect:
    """The effect of a change on an operation, by what the operation uses of the schema before the change.

    `is_valid` is whether the operation is valid after the change: then only what it receives, or sends in variables,
    can be affected.
    """
    rule = RULES.get(change.kind)
    if is_valid:
        rule = _RULES_IF_VALID.get(change.kind, rule)
    if rule is None or (is_valid and change.kind in _VALIDATED):
        return NO_EFFECT
    if is_valid and change.kind in _VALIDATED_IN_TEXT:
        use = use.in_variables()
    found = rule(_Element.of(change), use)
    return found if found.use else NO_EFFECT


@dataclass(frozen=True, slots=True)
class _Element:
    """A schema coordinate in its parts: `type.member(argument:)`, `@directive(argument:)`. Absent parts are empty.

    Where the change is one of what an abstract type can be, `abstract` is that, and `possible` the object type.
    """

    type: str
    member: str
    argument: str
    subject: str
    abstract: str
    possible: str

    @staticmethod
    def of(change: Change) -> _Element:
        path, _, rest = change.coordinate.partition("(")
        type_, _, member = path.partition(".")
        type_ = type_.removeprefix("@")
        related = (change.subject, type_) if change.kind in _OF_INTERFACES else (type_, change.subject)
        return _Element(type_, member, rest.removesuffix(":)"), change.subject, *related)


Rule = Callable[[_Element, OperationUse], Effect]


def _type(element: _Element, use: OperationUse) -> Effect:
    return Effect(use.type(element.type), f"uses the type {element.type}")


def _field(element: _Element, use: OperationUse) -> Effect:
    return Effect(use.field(element.type, element.member), f"selects {element.type}.{element.member}")


def _is_directive(element: _Element) -> bool:
    return not element.member


def _argument(element: _Element, use: OperationUse) -> Effect:
    """The argument has a value."""
    if _is_directive(element):
        used = use.directive(element.type, element.argument)
        return Effect(used, f"uses @{element.type} with `{element.argument}`")
    used = use.argument(element.type, element.member, element.argument)
    return Effect(used, f"gives `{element.argument}` of {element.type}.{element.member} a value")


def _without_argument(element: _Element, use: OperationUse) -> Effect:
    if _is_directive(element):
        used = use.directive_without(element.type, element.argument)
        return Effect(used, f"uses @{element.type} without `{element.argument}`")
    used = use.without_argument(element.type, element.member, element.argument)
    return Effect(used, f"selects {element.type}.{element.member} without `{element.argument}`")


def _changed_argument(element: _Element, use: OperationUse) -> Effect:
    """The argument has a value that no longer fits, or none while it is required from now on."""
    found = _argument(element, use)
    return found if found.use else _without_argument(element, use)


def _required_argument(element: _Element, use: OperationUse) -> Effect:
    """The argument has no value, or a variable that may be null."""
    found = _without_argument(element, use)
    if found.use or _is_directive(element):
        return found
    used = use.argument_by_variable(element.type, element.member, element.argument)
    return Effect(used, f"gives `{element.argument}` of {element.type}.{element.member} a variable")


def _input_field(element: _Element, use: OperationUse) -> Effect:
    return _sends(use.input_field(element.type, element.member), f"{element.type}.{element.member}")


def _without_input_field(element: _Element, use: OperationUse) -> Effect:
    return _sends(use.without_input_field(element.type, element.member), f"{element.type} without `{element.member}`")


def _changed_input_field(element: _Element, use: OperationUse) -> Effect:
    """The field has a value that no longer fits, or none while it is required from now on."""
    found = _input_field(element, use)
    return found if found.use else _without_input_field(element, use)


def _input_type(element: _Element, use: OperationUse) -> Effect:
    return _sends(use.input_type(element.type), element.type)


def _input_value(element: _Element, use: OperationUse) -> Effect:
    return _sends(use.input_enum_value(element.type, element.member), f"{element.type}.{element.member}")


def _sends(use: Use, what: str) -> Effect:
    """The operation sends something in its text, or may send it in a variable."""
    return Effect(use, f"sends {what}" if use is Use.CERTAIN else f"may send {what} in a variable")


def _output_value(element: _Element, use: OperationUse) -> Effect:
    return Effect(use.output(element.type), f"may receive {element.type}.{element.member}")


def _scalar(element: _Element, use: OperationUse) -> Effect:
    return Effect(use.type(element.type), f"sends or receives {element.type}")


def _directive(element: _Element, use: OperationUse) -> Effect:
    return Effect(use.directive(element.type), f"uses @{element.type}")


def _removed_member(element: _Element, use: OperationUse) -> Effect:
    """A fragment needs the object type to be one of the abstract type's."""
    used = use.relation(element.abstract, element.possible)
    return Effect(used, f"has a fragment that relates {element.abstract} and {element.possible}")


def _lost_member(element: _Element, use: OperationUse) -> Effect:
    """A fragment no longer applies to objects of the type."""
    used = use.narrows(element.abstract, element.possible)
    return Effect(used, f"has a fragment on {element.abstract} that no longer applies to {element.possible}")


def _new_member(element: _Element, use: OperationUse) -> Effect:
    return Effect(use.output(element.abstract), f"may receive {element.possible} as {element.abstract}")


def _root(element: _Element, use: OperationUse) -> Effect:
    return Effect(Use.CERTAIN if use.kind == element.subject else Use.NONE, f"is a {element.subject}")


def _element(element: _Element, use: OperationUse) -> Effect:
    """The element of whatever kind."""
    if not element.type:
        return Effect(Use.CERTAIN, "uses the schema")
    if element.argument:
        return _argument(element, use)
    if not element.member:
        return _type(element, use)
    uses = (_field(element, use), _input_field(element, use), _input_value(element, use))
    return max(uses, key=lambda effect: effect.use)


RULES: Mapping[ChangeKind, Rule] = {
    ChangeKind.ROOT_TYPE_CHANGED: _root,
    ChangeKind.ROOT_TYPE_REMOVED: _root,
    ChangeKind.TYPE_KIND_CHANGED: _type,
    ChangeKind.TYPE_REMOVED: _type,
    ChangeKind.FIELD_REMOVED: _field,
    ChangeKind.FIELD_TYPE_CHANGED: _field,
    ChangeKind.FIELD_TYPE_NARROWED_BESIDE_OTHERS: _field,
    ChangeKind.ARGUMENT_BECAME_REQUIRED: _required_argument,
    ChangeKind.ARGUMENT_DEFAULT_ADDED: _without_argument,
    ChangeKind.ARGUMENT_DEFAULT_CHANGED: _without_argument,
    ChangeKind.ARGUMENT_DEFAULT_REMOVED: _without_argument,
    ChangeKind.ARGUMENT_REMOVED: _argument,
    ChangeKind.ARGUMENT_TYPE_CHANGED: _changed_argument,
    ChangeKind.REQUIRED_ARGUMENT_ADDED: _without_argument,
    ChangeKind.INPUT_FIELD_BECAME_REQUIRED: _without_input_field,
    ChangeKind.INPUT_FIELD_DEFAULT_ADDED: _without_input_field,
    ChangeKind.INPUT_FIELD_DEFAULT_CHANGED: _without_input_field,
    ChangeKind.INPUT_FIELD_DEFAULT_REMOVED: _without_input_field,
    ChangeKind.INPUT_FIELD_REMOVED: _input_field,
    ChangeKind.INPUT_FIELD_TYPE_CHANGED: _changed_input_field,
    ChangeKind.ONE_OF_ADDED: _input_type,
    ChangeKind.REQUIRED_INPUT_FIELD_ADDED: _without_input_field,
    ChangeKind.INPUT_ENUM_VALUE_REMOVED: _input_value,
    ChangeKind.OUTPUT_ENUM_VALUE_ADDED: _output_value,
    ChangeKind.OBJECT_INTERFACE_ADDED: _new_member,
    ChangeKind.OBJECT_INTERFACE_REMOVED: _removed_member,
    ChangeKind.UNION_MEMBER_ADDED: _new_member,
    ChangeKind.UNION_MEMBER_REMOVED: _removed_member,
    ChangeKind.SPECIFIED_BY_CHANGED: _scalar,
    ChangeKind.SPECIFIED_BY_REMOVED: _scalar,
    ChangeKind.DIRECTIVE_LOCATION_REMOVED: _directive,
    ChangeKind.DIRECTIVE_REMOVED: _directive,
    ChangeKind.DIRECTIVE_REPEATABLE_REMOVED: _directive,
    ChangeKind.ACCESS_TIGHTENED: _element,
    ChangeKind.APPLICATION_ADDED: _element,
    ChangeKind.APPLICATION_CHANGED: _element,
    ChangeKind.APPLICATION_REMOVED: _element,
    ChangeKind.LIMIT_CHANGED: _element,
}

# Changes of object types; the abstract type is their subject.
_OF_INTERFACES = {ChangeKind.OBJECT_INTERFACE_ADDED, ChangeKind.OBJECT_INTERFACE_REMOVED}
# The rules for operations that are valid after the change, where they differ.
_RULES_IF_VALID: Mapping[ChangeKind, Rule] = {
    ChangeKind.OBJECT_INTERFACE_REMOVED: _lost_member,
    ChangeKind.UNION_MEMBER_REMOVED: _lost_member,
}
# An operation that is valid after the change is not affected,
_VALIDATED = {
    ChangeKind.ROOT_TYPE_REMOVED,
    ChangeKind.TYPE_REMOVED,
    ChangeKind.FIELD_REMOVED,
    ChangeKind.FIELD_TYPE_NARROWED_BESIDE_OTHERS,
    ChangeKind.ARGUMENT_BECAME_REQUIRED,
    ChangeKind.ARGUMENT_REMOVED,
    ChangeKind.ARGUMENT_TYPE_CHANGED,
    ChangeKind.REQUIRED_ARGUMENT_ADDED,
    ChangeKind.DIRECTIVE_LOCATION_REMOVED,
    ChangeKind.DIRECTIVE_REMOVED,
    ChangeKind.DIRECTIVE_REPEATABLE_REMOVED,
}
# or only by the values of its variables.
_VALIDATED_IN_TEXT = {
    ChangeKind.INPUT_FIELD_BECAME_REQUIRED,
    ChangeKind.INPUT_FIELD_REMOVED,
    ChangeKind.INPUT_FIELD_TYPE_CHANGED,
    ChangeKind.ONE_OF_ADDED,
    ChangeKind.REQUIRED_INPUT_FIELD_ADDED,
    ChangeKind.INPUT_ENUM_VALUE_REMOVED,
}
