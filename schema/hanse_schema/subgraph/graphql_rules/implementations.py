"""A type that implements an interface has its fields, with compatible types and arguments."""

from __future__ import annotations

from hanse_schema.subgraph.graphql_rules.checked import Checked
from hanse_schema.subgraph.model import FieldDef, Kind, TypeDef
from hanse_schema.type_ref import is_list, is_non_null, item_of, named_type, nullable


def check(checked: Checked) -> None:
    """Report missing fields, fields of other types, missing and additional required arguments, and cycles."""
    for owner in checked.types.values():
        for name in owner.interfaces:
            interface = checked.types.get(name)
            if interface is not None and interface.kind is Kind.INTERFACE:
                _check_transitive(checked, owner, interface)
                for promised in interface.fields.values():
                    _check_field(checked, owner, interface, promised)


def _check_transitive(checked: Checked, owner: TypeDef, interface: TypeDef) -> None:
    if interface is owner or owner.name in interface.interfaces:
        checked.error(
            f"`{owner.name}` and `{interface.name}` implement each other in a circle: remove one `implements`.",
            *owner.nodes[:1],
            coordinate=owner.name,
        )
        return
    for inherited in interface.interfaces:
        if inherited not in owner.interfaces:
            checked.error(
                f"`{owner.name}` implements `{interface.name}`, which implements `{inherited}`: "
                f"write `implements {inherited}` on `{owner.name}` too.",
                *owner.nodes[:1],
                coordinate=owner.name,
            )


def _check_field(checked: Checked, owner: TypeDef, interface: TypeDef, promised: FieldDef) -> None:
    field = owner.fields.get(promised.name)
    coordinate = f"{owner.name}.{promised.name}"
    if field is None:
        checked.error(
            f"`{owner.name}` implements `{interface.name}` but lacks its field `{promised.name}`: add `{coordinate}`.",
            *owner.nodes[:1],
            promised.node,
            coordinate=owner.name,
        )
        return
    if not _is_subtype(checked, field.type, promised.type):
        checked.error(
            f"`{coordinate}` is of type {field.type}, but `{interface.name}.{promised.name}` promises {promised.type}.",
            field.node,
            promised.node,
            coordinate=coordinate,
        )
    if field.arguments or promised.arguments:
        _check_arguments(checked, field, promised, coordinate, interface)


def _check_arguments(
    checked: Checked, field: FieldDef, promised: FieldDef, coordinate: str, interface: TypeDef
) -> None:
    for wanted in promised.arguments.values():
        argument = field.arguments.get(wanted.name)
        if argument is None:
            checked.error(
                f"`{coordinate}` lacks the argument `{wanted.name}` of `{interface.name}.{promised.name}`.",
                field.node,
                wanted.node,
                coordinate=coordinate,
            )
        elif argument.type != wanted.type:
            checked.error(
                f"`{coordinate}({wanted.name}:)` is of type {argument.type}, "
                f"but `{interface.name}.{promised.name}({wanted.name}:)` is of type {wanted.type}.",
                argument.node,
                wanted.node,
                coordinate=coordinate,
            )
    for argument in field.arguments.values():
        if argument.name not in promised.arguments and is_non_null(argument.type) and argument.default is None:
            checked.error(
                f"`{coordinate}({argument.name}:)` is required, but `{interface.name}.{promised.name}` has no such "
                "argument: make it nullable or give it a default.",
                argument.node,
                promised.node,
                coordinate=coordinate,
            )


def _is_subtype(checked: Checked, given: str, promised: str) -> bool:
    if given == promised:
        return True
    if is_non_null(promised):
        return is_non_null(given) and _is_subtype(checked, nullable(given), nullable(promised))
    given = nullable(given)
    if is_list(promised) or is_list(given):
        return is_list(promised) and is_list(given) and _is_subtype(checked, item_of(given), item_of(promised))
    if given == promised:
        return True
    sub, base = checked.types.get(named_type(given)), checked.types.get(named_type(promised))
    if sub is None or base is None:
        return False
    return base.name in sub.interfaces or sub.name in base.members
