"""The kinds of changes, each with its level and the reason for it."""

from __future__ import annotations

from enum import Enum, unique


class ChangeLevel(Enum):
    """What a change does to operations that are valid on the old schema.

    BREAKING: one may become invalid, or receive an error or a null that it could not receive before.
    DANGEROUS: it stays valid, but may receive values of types that its client does not know, or other data.
    SAFE: it stays valid and receives the same.
    """

    BREAKING = "breaking"
    DANGEROUS = "dangerous"
    SAFE = "safe"


_BREAKING, _DANGEROUS, _SAFE = ChangeLevel


@unique
class ChangeKind(Enum):
    """What changed. The name is the stable code.

    The level and reason hold for elements that operations can use. `Change.level` is that of one change.
    """

    def __init__(self, level: ChangeLevel, reason: str) -> None:
        self.level = level
        self.reason = reason

    # The schema
    ROOT_TYPE_ADDED = _SAFE, "Operations of this kind were invalid before."
    ROOT_TYPE_CHANGED = _BREAKING, "Operations of this kind select from another type."
    ROOT_TYPE_REMOVED = _BREAKING, "Operations of this kind become invalid."

    # Types
    TYPE_ADDED = _SAFE, "No operation refers to it yet."
    TYPE_KIND_CHANGED = _BREAKING, "Selections or values of the old kind do not fit the new one."
    TYPE_REMOVED = _BREAKING, "Operations with a field, fragment or variable of the type become invalid."

    # Fields of objects and interfaces
    FIELD_ADDED = _SAFE, "No operation selects it yet."
    FIELD_REMOVED = _BREAKING, "Operations that select it become invalid."
    FIELD_TYPE_CHANGED = _BREAKING, "Clients receive null or a value of another type than they expect."
    FIELD_TYPE_NARROWED = _SAFE, "Every value of the new type is a value of the old one."
    FIELD_TYPE_NARROWED_BESIDE_OTHERS = (
        _BREAKING,
        "Every value of the new type is a value of the old one. But an operation becomes invalid if it selects, in "
        "fragments on several types, this field and one that still has the old type under one response name.",
    )

    # Arguments of fields and directives
    ARGUMENT_BECAME_OPTIONAL = _SAFE, "Operations give it a value already."
    ARGUMENT_BECAME_REQUIRED = _BREAKING, "Operations that omit it become invalid."
    ARGUMENT_DEFAULT_ADDED = _DANGEROUS, "Operations that omit it now run with the default value."
    ARGUMENT_DEFAULT_CHANGED = _DANGEROUS, "Operations that omit it now run with another value."
    ARGUMENT_DEFAULT_REMOVED = _DANGEROUS, "Operations that omit it now run without a value."
    ARGUMENT_REMOVED = _BREAKING, "Operations that give it a value become invalid."
    ARGUMENT_TYPE_CHANGED = _BREAKING, "Values and variables of the old type are not accepted by the new one."
    ARGUMENT_TYPE_WIDENED = _SAFE, "The new type accepts every value and variable of the old one."
    OPTIONAL_ARGUMENT_ADDED = _SAFE, "Operations that do not give it a value stay valid."
    REQUIRED_ARGUMENT_ADDED = _BREAKING, "Operations do not give it a value, and become invalid."

    # Input objects
    INPUT_FIELD_BECAME_OPTIONAL = _SAFE, "Operations and variables give it a value already."
    INPUT_FIELD_BECAME_REQUIRED = _BREAKING, "Operations and variables that omit it become invalid."
    INPUT_FIELD_DEFAULT_ADDED = _DANGEROUS, "Operations and variables that omit it now run with the default value."
    INPUT_FIELD_DEFAULT_CHANGED = _DANGEROUS, "Operations and variables that omit it now run with another value."
    INPUT_FIELD_DEFAULT_REMOVED = _DANGEROUS, "Operations and variables that omit it now run without a value."
    INPUT_FIELD_REMOVED = _BREAKING, "Operations and variables that give it a value become invalid."
    INPUT_FIELD_TYPE_CHANGED = _BREAKING, "Values of the old type inside the input object are not accepted any more."
    INPUT_FIELD_TYPE_WIDENED = _SAFE, "Values of the old type inside the input object are accepted."
    ONE_OF_ADDED = _BREAKING, "Values with no field, several fields or a null become invalid."
    ONE_OF_REMOVED = _SAFE, "A value with exactly one field stays valid."
    OPTIONAL_INPUT_FIELD_ADDED = _SAFE, "Values without it stay valid."
    REQUIRED_INPUT_FIELD_ADDED = _BREAKING, "Values of the input object do not have it, and become invalid."

    # Enums
    INPUT_ENUM_VALUE_ADDED = _SAFE, "The enum is used in input only: no client receives the value."
    INPUT_ENUM_VALUE_REMOVED = _BREAKING, "Operations and variables with the value become invalid."
    OUTPUT_ENUM_VALUE_ADDED = _DANGEROUS, "Clients may receive a value that they do not know."
    OUTPUT_ENUM_VALUE_REMOVED = _SAFE, "The enum is used in output only: no operation sends the value."

    # Interfaces
    INTERFACE_PARENT_ADDED = _SAFE, "Object types that gain the parent interface are reported on their own."
    INTERFACE_PARENT_REMOVED = _SAFE, "Object types that lose the parent interface are reported on their own."
    OBJECT_INTERFACE_ADDED = _DANGEROUS, "Selections on the interface may receive a type that clients do not know."
    OBJECT_INTERFACE_REMOVED = _BREAKING, "Fragments that relate the type and the interface become invalid."

    # Unions
    UNION_MEMBER_ADDED = _DANGEROUS, "Selections on the union may receive a type that clients do not know."
    UNION_MEMBER_REMOVED = _BREAKING, "Fragments that relate the type and the union become invalid."

    # Scalars
    SPECIFIED_BY_ADDED = _SAFE, "The format of values was unspecified before."
    SPECIFIED_BY_CHANGED = _DANGEROUS, "Values may have another format."
    SPECIFIED_BY_REMOVED = _DANGEROUS, "Values need not have the specified format any more."

    # Directives
    DIRECTIVE_ADDED = _SAFE, "No operation uses it yet."
    DIRECTIVE_LOCATION_ADDED = _SAFE, "No operation uses it there yet."
    DIRECTIVE_LOCATION_REMOVED = _BREAKING, "Operations with the directive in this location become invalid."
    DIRECTIVE_REMOVED = _BREAKING, "Operations with the directive become invalid."
    DIRECTIVE_REPEATABLE_ADDED = _SAFE, "Operations with the directive stay valid."
    DIRECTIVE_REPEATABLE_REMOVED = _BREAKING, "Operations that repeat the directive in a location become invalid."

    # Directives applied to elements
    ACCESS_RELAXED = _SAFE, "Every caller with access keeps it."
    ACCESS_TIGHTENED = _BREAKING, "Callers that had access may receive an error."
    APPLICATION_ADDED = _DANGEROUS, "The element may behave as the directive defines."
    APPLICATION_CHANGED = _DANGEROUS, "The element may behave as the directive now defines."
    APPLICATION_REMOVED = _DANGEROUS, "The element may no longer behave as the directive defined."
    LIMIT_CHANGED = _DANGEROUS, "Operations may have another cost or rate limit, and be refused."

    # Deprecations and descriptions
    DEPRECATION_ADDED = _SAFE, "Operations that use the deprecated element stay valid."
    DEPRECATION_REASON_CHANGED = _SAFE, "The element was deprecated before, and still is."
    DEPRECATION_REMOVED = _SAFE, "The element stays."
    DESCRIPTION_ADDED = _SAFE, "A description does not affect operations."
    DESCRIPTION_CHANGED = _SAFE, "Descriptions do not affect operations."
    DESCRIPTION_REMOVED = _SAFE, "No operation depends on a description."
