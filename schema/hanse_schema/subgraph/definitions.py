"""DIRECTIVE_DEFINITION_INVALID, TYPE_DEFINITION_INVALID: definitions of a specification's elements in the SDL.

A subgraph can define linked elements in its SDL; they must match the specification, but can omit parts of it.
"""

from __future__ import annotations

from collections.abc import Iterable

from graphql import (
    DefinitionNode,
    DirectiveDefinitionNode,
    EnumTypeDefinitionNode,
    InputValueDefinitionNode,
    ScalarTypeDefinitionNode,
)

from hanse_schema.subgraph.names import Names
from hanse_schema.subgraph.report import Report
from hanse_schema.subgraph.specs import BUILT_IN_SCALARS, PURPOSES, SpecArgument, SpecDirective, link_directive
from hanse_schema.subgraph.values import type_text, value_text
from hanse_schema.type_ref import is_list, is_non_null, item_of, named_type, nullable


def check_definitions(definitions: Iterable[DefinitionNode], names: Names, report: Report) -> None:
    """Report written definitions that contradict their specification."""
    for node in definitions:
        if isinstance(node, DirectiveDefinitionNode):
            name = node.name.value
            spec = None if is_legacy(node, names) else names.directives.get(name)
            if spec is None and name == names.link:
                spec = link_directive()
            if spec is not None:
                _Checker(spec, node, names, report).check()
        else:
            _check_type(node, names, report)


def is_legacy(node: DirectiveDefinitionNode, names: Names) -> bool:
    """Whether it is one of the imprecise definitions of early Federation 1 libraries, which are accepted.

    Those leave out the arguments of `@key`, `@requires` and `@provides`, or make `fields` nullable.
    """
    if names.types.get("_FieldSet") is None or node.name.value not in ("key", "requires", "provides"):
        return False
    if not node.arguments:
        return True
    fields = next((argument for argument in node.arguments if argument.name.value == "fields"), None)
    return fields is not None and type_text(fields.type, {}) in ("String", "FieldSet", "_FieldSet")


def _check_type(node: DefinitionNode, names: Names, report: Report) -> None:
    name = getattr(node, "name", None)
    spec = names.types.get(name.value) if name is not None else None
    if spec is None or name is None or not type(node).__name__.endswith("DefinitionNode"):
        return
    if spec != "Purpose":
        if not isinstance(node, ScalarTypeDefinitionNode):
            _invalid_type(report, node, name.value, f"it should be a scalar: write `scalar {name.value}`")
    elif not isinstance(node, EnumTypeDefinitionNode):
        # The definition of @link in a subgraph that links it is accepted.
        if not (names.links_itself and isinstance(node, ScalarTypeDefinitionNode)):
            _invalid_type(report, node, name.value, "it should be an enum")
    elif {value.name.value for value in node.values or ()} != PURPOSES:
        _invalid_type(report, node, name.value, "its values should be SECURITY and EXECUTION")


def _invalid_type(report: Report, node: DefinitionNode, name: str, problem: str) -> None:
    report.error(
        "TYPE_DEFINITION_INVALID",
        f"The definition of `{name}` contradicts its specification: {problem}; or leave the definition out.",
        node,
        coordinate=name,
    )


def _accepts(expected: str, given: str, *, scalar: bool) -> bool:
    """Whether an argument can be written with the type `given`.

    It may be stricter; and for a scalar of the specification's own, any of GraphQL's scalars does, in lists too.
    """
    if is_non_null(expected):
        return is_non_null(given) and _accepts(nullable(expected), nullable(given), scalar=scalar)
    given = nullable(given)
    if is_list(expected):
        return is_list(given) and _accepts(item_of(expected), item_of(given), scalar=scalar)
    return given == expected or (scalar and named_type(given) in BUILT_IN_SCALARS)


class _Checker:
    """Compares one written definition with the specification's."""

    def __init__(self, spec: SpecDirective, node: DirectiveDefinitionNode, names: Names, report: Report) -> None:
        self._spec = spec
        self._node = node
        self._report = report
        self._locals = {canonical: local for local, canonical in names.types.items()}

    def check(self) -> None:
        """Report every contradiction."""
        given = {argument.name.value: argument for argument in self._node.arguments or ()}
        for argument in self._spec.arguments.values():
            if argument.name in given:
                self._check_argument(argument, given[argument.name])
            elif argument.is_required:
                self._error(f"the argument `{argument.name}: {self._expected(argument)}` is missing")
        for name, node in given.items():
            if name not in self._spec.arguments:
                self._error(f"there is no argument `{name}`", node)
        if self._node.repeatable and not self._spec.repeatable:
            self._error("it is not repeatable")
        wrong = [place.value for place in self._node.locations if place.value not in self._spec.locations]
        if wrong:
            self._error(f"it cannot be used on {', '.join(wrong)}")

    def _expected(self, argument: SpecArgument) -> str:
        """The argument's type in this subgraph's names."""
        name = named_type(argument.type)
        return argument.type.replace(name, self._locals.get(name, name))

    def _check_argument(self, argument: SpecArgument, node: InputValueDefinitionNode) -> None:
        given, expected = type_text(node.type, {}), self._expected(argument)
        scalar = named_type(argument.type) in self._locals and named_type(argument.type) != "Purpose"
        if not _accepts(expected, given, scalar=scalar):
            self._error(f"the argument `{argument.name}` is of type {expected}, not {given}", node)
            return
        default = value_text(node.default_value) if node.default_value else None
        if not is_non_null(given) and not argument.is_required and default != argument.default:
            wanted = f"defaults to {argument.default}" if argument.default else "has no default"
            self._error(f"the argument `{argument.name}` {wanted}", node)

    def _error(self, problem: str, node: InputValueDefinitionNode | None = None) -> None:
        name = self._node.name.value
        self._report.error(
            "DIRECTIVE_DEFINITION_INVALID",
            f"The definition of `@{name}` contradicts its specification: {problem}; correct it, or leave it out.",
            node or self._node,
            coordinate=f"@{name}",
        )
