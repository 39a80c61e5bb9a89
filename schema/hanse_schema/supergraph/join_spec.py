"""The definitions of the join and link specifications in a printed supergraph.

Specifications: https://specs.apollo.dev/join/v0.5 and https://specs.apollo.dev/link/v1.0
"""

from __future__ import annotations

JOIN_URL = "https://specs.apollo.dev/join/v0.5"
LINK_URL = "https://specs.apollo.dev/link/v1.0"

# The supported versions of the join specification; only the newest is written.
JOIN_VERSIONS = ((0, 1), (0, 2), (0, 3), (0, 4), (0, 5))

# By name, as they are sorted among the supergraph's own definitions.
DIRECTIVE_DEFINITIONS = {
    "join__directive": (
        "directive @join__directive(graphs: [join__Graph!], name: String!, args: join__DirectiveArguments) repeatable"
        " on SCHEMA | OBJECT | INTERFACE | FIELD_DEFINITION"
    ),
    "join__enumValue": "directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE",
    "join__field": (
        "directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String,"
        " external: Boolean, override: String, usedOverridden: Boolean, overrideLabel: String,"
        " contextArguments: [join__ContextArgument!]) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION"
    ),
    "join__graph": "directive @join__graph(name: String!, url: String!) on ENUM_VALUE",
    "join__implements": (
        "directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE"
    ),
    "join__type": (
        "directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false,"
        " resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable"
        " on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR"
    ),
    "join__unionMember": "directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION",
    "link": (
        "directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA"
    ),
}

# `join__Graph` is not here: its values are the subgraphs.
TYPE_DEFINITIONS = {
    "join__ContextArgument": (
        "input join__ContextArgument {\n"
        "  name: String!\n  type: String!\n  context: String!\n  selection: join__FieldValue!\n}"
    ),
    "join__DirectiveArguments": "scalar join__DirectiveArguments",
    "join__FieldSet": "scalar join__FieldSet",
    "join__FieldValue": "scalar join__FieldValue",
    "link__Import": "scalar link__Import",
    "link__Purpose": (
        "enum link__Purpose {\n"
        '  """Features that must be understood to resolve fields securely."""\n  SECURITY\n\n'
        '  """Features that must be understood to execute operations."""\n  EXECUTION\n}'
    ),
}
