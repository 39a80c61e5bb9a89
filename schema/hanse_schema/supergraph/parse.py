"""Parses a supergraph's SDL: join v0.1 to v0.5, of any composer.

Older versions are converted to v0.5: see `complete.py` and `join_v01.py`.
"""

from __future__ import annotations

from collections.abc import Iterable

from graphql import (
    ConstDirectiveNode,
    DefinitionNode,
    DirectiveDefinitionNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    GraphQLSyntaxError,
    OperationType,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    StringValueNode,
    TypeDefinitionNode,
    ValueNode,
    parse,
    print_ast,
)

from hanse_schema.supergraph.ast_values import Arguments
from hanse_schema.supergraph.complete import complete
from hanse_schema.supergraph.errors import InvalidSupergraphError
from hanse_schema.supergraph.join_spec import JOIN_URL, JOIN_VERSIONS
from hanse_schema.supergraph.join_v01 import Owners, upgrade
from hanse_schema.supergraph.linked_specs import KNOWN_SPECS, definitions_of, is_known
from hanse_schema.supergraph.links import APOLLO, find_link, local_prefix, split_url
from hanse_schema.supergraph.model import Link, ObjectType, SubgraphInfo, Supergraph
from hanse_schema.supergraph.parse_types import JoinReader
from hanse_schema.supergraph.references import check_references

_BUILT_IN_DIRECTIVES = frozenset({"skip", "include", "deprecated", "specifiedBy", "oneOf"})
_BUILT_IN_SCALARS = frozenset({"Int", "Float", "String", "Boolean", "ID"})


def parse_supergraph(sdl: str) -> Supergraph:
    """Parse a supergraph's SDL; `parse_supergraph(print_supergraph(s)) == s`.

    Raises InvalidSupergraphError when the text is not GraphQL, not a supergraph, or needs a specification that is not
    understood here (a `@link` with `for:`, by https://specs.apollo.dev/link/v1.0).
    """
    try:
        return _read(_parse(sdl))
    except RecursionError:
        raise InvalidSupergraphError("the supergraph is nested too deeply to be read") from None


def _parse(sdl: str) -> DocumentNode:
    try:
        return parse(sdl, no_location=True)
    except GraphQLSyntaxError as error:
        line, column = error.locations[0] if error.locations else (0, 0)
        problem = error.message.removeprefix("Syntax Error: ")
        raise InvalidSupergraphError(f"the supergraph is not valid GraphQL: {problem} ({line}:{column})") from None


def _read(document: DocumentNode) -> Supergraph:
    roots = [d for d in document.definitions if isinstance(d, SchemaDefinitionNode | SchemaExtensionNode)]
    applied = [directive for root in roots for directive in root.directives or ()]
    links, link_names = _links(applied)
    join = find_link(links, "join")
    if join is None:
        raise InvalidSupergraphError(f"not a supergraph: its schema definition has no @link to {JOIN_URL}")
    version = _join_version(join)
    _refuse_unknown(links)
    reader = JoinReader(local_prefix(join))
    supergraph = Supergraph(links=tuple(link for link in links if not _is_bootstrap(link)))
    _read_roots(supergraph, roots)
    rest = [directive for directive in applied if directive.name.value not in link_names]
    supergraph.join_directives = reader.join_directives(rest)
    supergraph.schema_directives = reader.others(rest)
    supergraph.subgraphs = _subgraphs(document.definitions, local_prefix(join))
    owners = _read_definitions(supergraph, document.definitions, links, reader)
    if version == (0, 1):
        upgrade(supergraph, owners)
    complete(supergraph)
    _check(supergraph)
    check_references(supergraph)
    return supergraph


def _links(applied: Iterable[ConstDirectiveNode]) -> tuple[list[Link], set[str]]:
    """The linked specifications, and the names of the link directives: `link`, `core` or aliases."""
    names = {"link", "core"}
    for directive in applied:
        arguments = Arguments.of(directive)
        # Only a bootstrap link may give `@link` itself another name.
        url = _string_or_none(directive, "url") or _string_or_none(directive, "feature")
        if url and split_url(url)[0] in (f"{APOLLO}link", f"{APOLLO}core"):
            names.add(arguments.string("as") or split_url(url)[1])
    links = []
    for directive in applied:
        if directive.name.value in names:
            arguments = Arguments.of(directive)
            url = arguments.needed("url", arguments.string("url") or arguments.string("feature"))
            imports = tuple(_import(item) for item in arguments.items("import"))
            links.append(Link(url, arguments.string("as"), arguments.enum("for"), imports))
    return links, names


def _string_or_none(directive: ConstDirectiveNode, argument: str) -> str | None:
    for node in directive.arguments or ():
        if node.name.value == argument and isinstance(node.value, StringValueNode):
            return node.value.value
    return None


def _import(item: ValueNode) -> tuple[str, str]:
    if isinstance(item, StringValueNode):
        return item.value, item.value
    arguments = Arguments.of_object("an import of @link", item)
    name = arguments.needed("name", arguments.string("name"))
    return name, arguments.string("as") or name


def _join_version(join: Link) -> tuple[int, int]:
    version = split_url(join.url)[2]
    if version not in JOIN_VERSIONS:
        known = ", ".join(f"v{major}.{minor}" for major, minor in JOIN_VERSIONS)
        raise InvalidSupergraphError(f"{join.url} is not a version of the join specification that is read ({known})")
    return version


def _refuse_unknown(links: Iterable[Link]) -> None:
    for link in links:
        if link.for_ is not None and not is_known(link):
            raise InvalidSupergraphError(f"the supergraph needs {link.url} for {link.for_}, which is not supported")


def _is_bootstrap(link: Link) -> bool:
    return split_url(link.url)[0] in (f"{APOLLO}link", f"{APOLLO}core", f"{APOLLO}join")


def _read_roots(supergraph: Supergraph, roots: Iterable[SchemaDefinitionNode | SchemaExtensionNode]) -> None:
    for root in roots:
        if isinstance(root, SchemaDefinitionNode) and root.description is not None:
            supergraph.description = root.description.value
        for operation in root.operation_types or ():
            match operation.operation:
                case OperationType.QUERY:
                    supergraph.query = operation.type.name.value
                case OperationType.MUTATION:
                    supergraph.mutation = operation.type.name.value
                case OperationType.SUBSCRIPTION:
                    supergraph.subscription = operation.type.name.value


def _subgraphs(definitions: Iterable[DefinitionNode], prefix: str) -> dict[str, SubgraphInfo]:
    name = f"{prefix}__Graph"
    for definition in definitions:
        if isinstance(definition, EnumTypeDefinitionNode) and definition.name.value == name:
            values = definition.values or ()
            return {v.name.value: _subgraph(v.name.value, v.directives or (), prefix) for v in values}
    raise InvalidSupergraphError(f"not a supergraph: the enum {name}, which names the subgraphs, is missing")


def _subgraph(graph: str, applied: Iterable[ConstDirectiveNode], prefix: str) -> SubgraphInfo:
    for directive in applied:
        if directive.name.value == f"{prefix}__graph":
            arguments = Arguments.of(directive)
            name = arguments.needed("name", arguments.string("name"))
            return SubgraphInfo(graph, name, arguments.string("url") or "")
    raise InvalidSupergraphError(f"the value {graph} of {prefix}__Graph lacks its @{prefix}__graph")


def _read_definitions(
    supergraph: Supergraph, definitions: Iterable[DefinitionNode], links: list[Link], reader: JoinReader
) -> Owners:
    """Add the types and directive definitions; returns the owners of join v0.1."""
    known = [link for link in links if split_url(link.url)[0] in KNOWN_SPECS]
    prefixes = tuple(f"{local_prefix(link)}__" for link in known)
    of_specs = set(definitions_of(links)) | {f"@{local_prefix(link)}" for link in known}
    owners: Owners = {}
    for definition in definitions:
        if isinstance(definition, DirectiveDefinitionNode):
            name = definition.name.value
            if f"@{name}" not in of_specs and not name.startswith(prefixes) and name not in _BUILT_IN_DIRECTIVES:
                supergraph.directive_definitions[name] = reader.directive_definition(definition)
        elif isinstance(definition, TypeDefinitionNode):
            name = definition.name.value
            type_ = reader.type(definition)
            if type_.joins or not (name in of_specs or name.startswith(prefixes) or name in _BUILT_IN_SCALARS):
                supergraph.types[name] = type_
                if owner := reader.owner(definition):
                    owners[name] = owner
        elif not isinstance(definition, SchemaDefinitionNode | SchemaExtensionNode):
            text = print_ast(definition).partition("\n")[0]
            raise InvalidSupergraphError(f"not a supergraph: it has `{text}`, which is no type or directive definition")
    return owners


def _check(supergraph: Supergraph) -> None:
    types = supergraph.types
    if not isinstance(types.get(supergraph.query), ObjectType):
        raise InvalidSupergraphError(f"not a supergraph: the query root type {supergraph.query} is not defined")
    # Some composers name these roots even if no subgraph has them.
    supergraph.mutation = supergraph.mutation if supergraph.mutation in types else None
    supergraph.subscription = supergraph.subscription if supergraph.subscription in types else None
    for type_ in types.values():
        for join in type_.joins:
            if join.graph not in supergraph.subgraphs:
                raise InvalidSupergraphError(f"{type_.name}: {join.graph} is not one of the subgraphs in join__Graph")
