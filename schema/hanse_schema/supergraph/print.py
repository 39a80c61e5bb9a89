"""Prints a supergraph as SDL in a stable order: directive definitions, then types, sorted by name."""

from __future__ import annotations

from collections.abc import Iterable

from graphql.language.block_string import is_printable_as_block_string, print_block_string
from graphql.language.print_string import print_string

from hanse_schema.supergraph import join_spec
from hanse_schema.supergraph.linked_specs import definitions_of
from hanse_schema.supergraph.links import APOLLO, split_url
from hanse_schema.supergraph.model import (
    AppliedDirective,
    ContextArgument,
    DirectiveDefinition,
    EnumType,
    Field,
    InputObjectType,
    InputValue,
    InterfaceType,
    JoinDirective,
    JoinEnumValue,
    JoinField,
    JoinImplements,
    JoinType,
    JoinUnionMember,
    Link,
    ObjectType,
    ScalarType,
    Supergraph,
    TypeDefinition,
    UnionType,
)


def print_supergraph(supergraph: Supergraph) -> str:
    """The supergraph's SDL, with the definitions of the join, link and other linked specifications.

    Valid GraphQL by itself, by https://specs.apollo.dev/join/v0.5; ends with a newline.
    """
    linked = definitions_of(supergraph.links)
    directives = dict(join_spec.DIRECTIVE_DEFINITIONS)
    directives.update((name[1:], text) for name, text in linked.items() if name.startswith("@"))
    directives.update((d.name, _directive_definition(d)) for d in supergraph.directive_definitions.values())
    types = dict(join_spec.TYPE_DEFINITIONS)
    types["join__Graph"] = _graphs(supergraph)
    types.update((name, text) for name, text in linked.items() if not name.startswith("@"))
    types.update((type_.name, _type(type_)) for type_ in supergraph.types.values())
    blocks = [_root(supergraph)]
    blocks += [directives[name] for name in sorted(directives)]
    blocks += [types[name] for name in sorted(types)]
    return "\n\n".join(blocks) + "\n"


def _root(supergraph: Supergraph) -> str:
    links = [Link(join_spec.LINK_URL), Link(join_spec.JOIN_URL, for_="EXECUTION")]
    links += [link for link in supergraph.links if split_url(link.url)[0] not in (APOLLO + "link", APOLLO + "join")]
    applied = [_link(link) for link in links]
    applied += [_join_directive(directive) for directive in supergraph.join_directives]
    applied += [_directive(directive) for directive in supergraph.schema_directives]
    roots = [("query", supergraph.query), ("mutation", supergraph.mutation), ("subscription", supergraph.subscription)]
    operations = "\n".join(f"  {kind}: {name}" for kind, name in roots if name is not None)
    return f"{_description(supergraph.description)}schema{_lines(applied)}\n{{\n{operations}\n}}"


def _graphs(supergraph: Supergraph) -> str:
    values = [
        f"  {info.graph} @join__graph(name: {print_string(info.name)}, url: {print_string(info.url)})"
        for info in sorted(supergraph.subgraphs.values(), key=lambda info: info.graph)
    ]
    return "enum join__Graph {\n" + "\n".join(values) + "\n}"


def _type(type_: TypeDefinition) -> str:
    joins: list[str] = []
    if isinstance(type_, ObjectType | InterfaceType):
        joins = [_join_implements(record) for record in type_.implements]
    elif isinstance(type_, UnionType):
        joins = [_join_union_member(record) for record in type_.members]
    applied = [_join_type(record) for record in type_.joins] + joins
    applied += [_join_directive(directive) for directive in type_.join_directives]
    applied += [_directive(directive) for directive in type_.directives]
    head, members = _head_and_members(type_)
    body = "\n{\n" + "\n".join(members) + "\n}" if members else ""
    tail = "\n  = " + " | ".join(type_.member_names) if isinstance(type_, UnionType) and type_.members else ""
    return f"{_description(type_.description)}{head}{_lines(applied)}{body}{tail}"


def _head_and_members(type_: TypeDefinition) -> tuple[str, list[str]]:
    match type_:
        case ObjectType() | InterfaceType():
            keyword = "type" if isinstance(type_, ObjectType) else "interface"
            implements = f" implements {' & '.join(type_.interfaces)}" if type_.implements else ""
            return f"{keyword} {type_.name}{implements}", [_field(field) for field in type_.fields.values()]
        case InputObjectType():
            return f"input {type_.name}", [f"{_input_value(value, '  ')}" for value in type_.fields.values()]
        case EnumType():
            return f"enum {type_.name}", [
                f"{_description(value.description, '  ')}  {value.name}"
                + _inline([_join_enum_value(join) for join in value.joins], value.directives)
                for value in type_.values.values()
            ]
        case UnionType():
            return f"union {type_.name}", []
        case ScalarType():
            return f"scalar {type_.name}", []


def _field(field: Field) -> str:
    joins = [_join_field(join) for join in field.joins]
    joins += [_join_directive(directive) for directive in field.join_directives]
    text = f"  {field.name}{_arguments(field.arguments.values(), '  ')}: {field.type}{_inline(joins, field.directives)}"
    return _description(field.description, "  ") + text


def _arguments(arguments: Iterable[InputValue], indent: str) -> str:
    arguments = list(arguments)
    if not arguments:
        return ""
    if all(argument.description is None for argument in arguments):
        return f"({', '.join(_input_value(argument, '') for argument in arguments)})"
    inner = "\n".join(_input_value(argument, indent + "  ") for argument in arguments)
    return f"(\n{inner}\n{indent})"


def _input_value(value: InputValue, indent: str) -> str:
    default = f" = {value.default}" if value.default is not None else ""
    applied = _inline([_join_field(join) for join in value.joins], value.directives)
    return f"{_description(value.description, indent)}{indent}{value.name}: {value.type}{default}{applied}"


def _directive_definition(definition: DirectiveDefinition) -> str:
    arguments = _arguments(definition.arguments.values(), "")
    repeatable = " repeatable" if definition.repeatable else ""
    locations = " | ".join(definition.locations)
    head = f"directive @{definition.name}{arguments}{repeatable} on {locations}"
    return _description(definition.description) + head


def _link(link: Link) -> str:
    as_ = print_string(link.as_) if link.as_ is not None else None
    imports = [
        print_string(name) if name == local else f"{{name: {print_string(name)}, as: {print_string(local)}}}"
        for name, local in link.imports
    ]
    import_ = f"[{', '.join(imports)}]" if imports else None
    return _apply("link", url=print_string(link.url), as_=as_, for_=link.for_, import_=import_)


def _join_type(join: JoinType) -> str:
    return _apply(
        "join__type",
        graph=join.graph,
        key=_quoted(join.key),
        extension=_flag(join.extension),
        resolvable=None if join.resolvable else "false",
        isInterfaceObject=_flag(join.is_interface_object),
    )


def _join_implements(join: JoinImplements) -> str:
    return _apply("join__implements", graph=join.graph, interface=print_string(join.interface))


def _join_union_member(join: JoinUnionMember) -> str:
    return _apply("join__unionMember", graph=join.graph, member=print_string(join.member))


def _join_enum_value(join: JoinEnumValue) -> str:
    return _apply("join__enumValue", graph=join.graph)


def _join_field(join: JoinField) -> str:
    contexts = ", ".join(_context_argument(argument) for argument in join.context_arguments)
    return _apply(
        "join__field",
        graph=join.graph,
        requires=_quoted(join.requires),
        provides=_quoted(join.provides),
        type=_quoted(join.type),
        external=_flag(join.external),
        override=_quoted(join.override),
        usedOverridden=_flag(join.used_overridden),
        overrideLabel=_quoted(join.override_label),
        contextArguments=f"[{contexts}]" if contexts else None,
    )


def _context_argument(argument: ContextArgument) -> str:
    return (
        f"{{context: {print_string(argument.context)}, name: {print_string(argument.name)},"
        f" type: {print_string(argument.type)}, selection: {print_string(argument.selection)}}}"
    )


def _join_directive(directive: JoinDirective) -> str:
    arguments = ", ".join(f"{name}: {value}" for name, value in directive.arguments)
    return _apply(
        "join__directive",
        graphs=f"[{', '.join(directive.graphs)}]",
        name=print_string(directive.name),
        args=f"{{{arguments}}}" if arguments else None,
    )


def _directive(directive: AppliedDirective) -> str:
    arguments = ", ".join(f"{name}: {value}" for name, value in directive.arguments)
    return f"@{directive.name}({arguments})" if arguments else f"@{directive.name}"


def _apply(directive: str, /, **arguments: str | None) -> str:
    given = ", ".join(f"{key.rstrip('_')}: {value}" for key, value in arguments.items() if value is not None)
    return f"@{directive}({given})" if given else f"@{directive}"


def _quoted(text: str | None) -> str | None:
    return None if text is None else print_string(text)


def _flag(on: bool) -> str | None:
    return "true" if on else None


def _lines(applied: list[str]) -> str:
    return "".join(f"\n  {text}" for text in applied)


def _inline(joins: list[str], directives: Iterable[AppliedDirective]) -> str:
    return "".join(f" {text}" for text in (*joins, *map(_directive, directives)))


def _description(description: str | None, indent: str = "") -> str:
    if description is None:
        return ""
    if not is_printable_as_block_string(description):
        return f"{indent}{print_string(description)}\n"
    block = print_block_string(description)
    return "\n".join(indent + line if line else line for line in block.split("\n")) + "\n"
