"""Compares supergraphs as data, ignoring order, spacing and redundant join records."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from graphql import (
    ArgumentNode,
    ConstDirectiveNode,
    DirectiveDefinitionNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    GraphQLSyntaxError,
    InputValueDefinitionNode,
    ListValueNode,
    ObjectValueNode,
    SchemaDefinitionNode,
    SelectionSetNode,
    StringValueNode,
    TypeDefinitionNode,
    UnionTypeDefinitionNode,
    ValueNode,
    parse,
    print_ast,
)

Data = dict[str, Any]
_FIELD_SETS = frozenset({"key", "requires", "provides"})
_DEFAULTS = frozenset(
    {("external", "false"), ("extension", "false"), ("isInterfaceObject", "false"), ("resolvable", "true")}
)
# In the reference, the version of the join specification depends on the subgraphs; ours is always the latest.
_JOIN_VERSION = re.compile(r"(specs\.apollo\.dev/join/)v0\.\d")
_OWN_DEFINITIONS = ("join__", "link__")


def supergraph_data(sdl: str) -> Data:
    """A supergraph SDL as nested dictionaries, equal for equivalent supergraphs.

    It omits the definitions of the join and link specifications. It normalizes field sets (spacing and
    order), `@join__field` where every subgraph of the type has the field, arguments equal to their defaults.
    """
    data: Data = {"schema": {}, "types": {}, "directives": {}}
    for node in parse(sdl, no_location=True).definitions:
        if isinstance(node, SchemaDefinitionNode):
            data["schema"] = {
                "description": _text(node),
                "roots": {root.operation.value: root.type.name.value for root in node.operation_types},
                "directives": _applied(node.directives),
            }
        elif isinstance(node, DirectiveDefinitionNode):
            if node.name.value != "link" and not node.name.value.startswith(_OWN_DEFINITIONS):
                data["directives"][node.name.value] = _directive_definition(node)
        elif isinstance(node, TypeDefinitionNode):
            name = node.name.value
            if name == "join__Graph" or not name.startswith(_OWN_DEFINITIONS):
                data["types"][name] = _type(node)
    return data


def differences(ours: Any, theirs: Any, path: str = "") -> list[str]:
    """The differences, one line each: `types.Product.fields.price.type: 'Int' != 'Int!'` (ours first)."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        found = []
        for key in sorted(ours.keys() | theirs.keys(), key=str):
            inner = f"{path}.{key}" if path else str(key)
            if key not in theirs:
                found.append(f"{inner}: only ours: {ours[key]!r}")
            elif key not in ours:
                found.append(f"{inner}: only theirs: {theirs[key]!r}")
            else:
                found += differences(ours[key], theirs[key], inner)
        return found
    if path.endswith("directives") and isinstance(ours, list) and isinstance(theirs, list):
        only_ours, only_theirs = Counter(ours) - Counter(theirs), Counter(theirs) - Counter(ours)
        return [
            *(f"{path}: only ours: {_directive_text(*item)}" for item in sorted(only_ours.elements())),
            *(f"{path}: only theirs: {_directive_text(*item)}" for item in sorted(only_theirs.elements())),
        ]
    return [] if ours == theirs else [f"{path}: {ours!r} != {theirs!r}"]


def _directive_text(name: str, arguments: Sequence[tuple[str, str | None]]) -> str:
    return f"@{name}({', '.join(f'{key}: {value}' for key, value in arguments)})"


def _type(node: TypeDefinitionNode) -> Data:
    data: Data = {"kind": node.kind, "description": _text(node), "directives": _applied(node.directives)}
    graphs = _graphs_of(node)
    if interfaces := getattr(node, "interfaces", ()):
        data["interfaces"] = sorted(interface.name.value for interface in interfaces)
    if fields := getattr(node, "fields", ()):
        data["fields"] = {item.name.value: _field(item, graphs) for item in fields}
    if isinstance(node, UnionTypeDefinitionNode):
        data["members"] = sorted(member.name.value for member in node.types or ())
    if isinstance(node, EnumTypeDefinitionNode):
        data["values"] = {
            value.name.value: {"description": _text(value), "directives": _applied(value.directives)}
            for value in node.values or ()
        }
    return data


def _field(node: FieldDefinitionNode | InputValueDefinitionNode, graphs: Sequence[str]) -> Data:
    type_text = print_ast(node.type)
    directives = []
    for directive in node.directives or ():
        arguments = _arguments(directive.arguments or ())
        if directive.name.value == "join__field" and arguments.get("type") == f'"{type_text}"':
            del arguments["type"]
        directives.append((directive.name.value, tuple(sorted(arguments.items()))))
    if not any(name == "join__field" for name, _ in directives):
        directives += [("join__field", (("graph", graph),)) for graph in graphs]
    data: Data = {"type": type_text, "description": _text(node), "directives": sorted(directives)}
    if isinstance(node, FieldDefinitionNode):
        data["arguments"] = {argument.name.value: _input_value(argument) for argument in node.arguments or ()}
    else:
        data["default"] = _value(node.default_value)
    return data


def _input_value(node: InputValueDefinitionNode) -> Data:
    return {
        "type": print_ast(node.type),
        "default": _value(node.default_value),
        "description": _text(node),
        "directives": _applied(node.directives),
    }


def _directive_definition(node: DirectiveDefinitionNode) -> Data:
    return {
        "description": _text(node),
        "repeatable": node.repeatable,
        "locations": sorted(location.value for location in node.locations),
        "arguments": {argument.name.value: _input_value(argument) for argument in node.arguments or ()},
    }


def _graphs_of(node: TypeDefinitionNode) -> list[str]:
    """The subgraphs of a type, without duplicates."""
    graphs = {
        _value(argument.value)
        for directive in node.directives or ()
        if directive.name.value == "join__type"
        for argument in directive.arguments or ()
        if argument.name.value == "graph"
    }
    return sorted(str(graph) for graph in graphs)


def _applied(nodes: Iterable[ConstDirectiveNode] | None) -> list[tuple[str, tuple[tuple[str, str | None], ...]]]:
    return sorted((node.name.value, tuple(sorted(_arguments(node.arguments or ()).items()))) for node in nodes or ())


def _arguments(nodes: Iterable[ArgumentNode]) -> dict[str, str | None]:
    arguments: dict[str, str | None] = {}
    for node in nodes:
        name, value = node.name.value, _value(node.value)
        if name == "url" and value is not None:
            value = _JOIN_VERSION.sub(r"\1", value)
        elif name in _FIELD_SETS and isinstance(node.value, StringValueNode):
            value = _field_set(node.value.value)
        elif name == "import" and isinstance(node.value, ListValueNode):
            value = str(sorted(str(_value(item)) for item in node.value.values))
        elif (name, value) in _DEFAULTS:
            continue
        arguments[name] = value
    return arguments


def _field_set(text: str) -> str:
    """A field set in canonical order and spacing; unchanged if it does not parse."""
    try:
        operation = parse(f"{{{text.strip().removeprefix('{').removesuffix('}') if _braced(text) else text}}}")
    except GraphQLSyntaxError:
        return text
    selections = operation.definitions[0].selection_set  # type: ignore[attr-defined]
    return _selections(selections)


def _braced(text: str) -> bool:
    return text.strip().startswith("{")


def _selections(node: SelectionSetNode) -> str:
    texts = []
    for selection in node.selections:
        inner = getattr(selection, "selection_set", None)
        head = print_ast(selection).split("{")[0].strip() if inner else print_ast(selection)
        texts.append(f"{head} {{ {_selections(inner)} }}" if inner else head)
    return " ".join(sorted(texts))


def _value(node: ValueNode | None) -> str | None:
    if node is None:
        return None
    if isinstance(node, ListValueNode):
        return f"[{', '.join(str(_value(item)) for item in node.values)}]"
    if isinstance(node, ObjectValueNode):
        return f"{{{', '.join(sorted(f'{item.name.value}: {_value(item.value)}' for item in node.fields))}}}"
    if isinstance(node, StringValueNode):
        return print_ast(StringValueNode(value=node.value, block=False))
    return print_ast(node)


def _text(node: Any) -> str | None:
    description = getattr(node, "description", None)
    return description.value if description is not None else None
