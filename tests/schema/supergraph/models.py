"""Random supergraphs for property tests: well-formed in GraphQL's sense, with all that the model can hold."""

from __future__ import annotations

from graphql.language.print_string import print_string
from hypothesis import strategies as st

from hanse_schema.supergraph.model import (
    AppliedDirective,
    ContextArgument,
    DirectiveDefinition,
    EnumType,
    EnumValue,
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
    SubgraphInfo,
    Supergraph,
    TypeDefinition,
    UnionType,
)

GRAPHS = ("A", "B", "C_1")
SCALARS = ("Int", "String", "ID", "Money")
INPUTS = (*SCALARS, "Filter", "Color")
OUTPUTS = (*SCALARS, "Color", "Thing", "Other", "Node", "Either")
LITERALS = {
    "Int": ("1", "-7"),
    "String": ('"x"', '"a \\"quoted\\" one"'),
    "ID": ('"id"', "3"),
    "Money": ("{ units: 1, of: [1, true, null] }", '"12.50"'),
    "Color": ("RED",),
}

# What is apt to go wrong in strings and block strings; few and short, as drawing is what takes the time.
_TEXT = st.text(alphabet='aB1 "\\\n\t#{}é😀\x07', max_size=6)
_GRAPH = st.sampled_from(GRAPHS)
_DESCRIPTION = (
    st.sampled_from([None, None, None, "one\n  two\nthree", 'says "hi"', "ends with \\", '"""', "  in", ""]) | _TEXT
)
_NAMES = st.sampled_from([("a",), ("b", "a"), ("a", "c", "b")])


@st.composite
def _refs(draw: st.DrawFn, names: tuple[str, ...]) -> str:
    name = draw(st.sampled_from(names))
    return draw(st.sampled_from([name, f"{name}!", f"[{name}]", f"[{name}!]!", f"[[{name}]!]"]))


_TAG = _TEXT.map(lambda text: AppliedDirective("tag", (("name", print_string(text)),)))


@st.composite
def _directives(draw: st.DrawFn, deprecable: bool = False) -> tuple[AppliedDirective, ...]:
    found = [draw(_TAG)] if draw(st.booleans()) else []
    if deprecable and draw(st.booleans()):
        reason = draw(_TEXT)
        found.append(AppliedDirective("deprecated", (("reason", print_string(reason)),)))
    return tuple(found)


@st.composite
def _join_fields(draw: st.DrawFn) -> tuple[JoinField, ...]:
    argument = ContextArgument("a__ctx", "arg", "[String!]!", ' { x "y" }')
    contexts = st.sampled_from([(), (), (argument,), (argument, argument)])
    record = st.builds(
        JoinField,
        graph=st.none() | _GRAPH,
        requires=st.none() | st.sampled_from(["a", "b { c }", '... on Thing { f(x: "y") }']),
        provides=st.none() | st.just("a b"),
        type=st.none() | _refs(OUTPUTS),
        external=st.booleans(),
        override=st.none() | _TEXT,
        override_label=st.none() | st.just("percent(5)"),
        used_overridden=st.booleans(),
        context_arguments=contexts,
    )
    return (draw(record),) if draw(st.booleans()) else ()


@st.composite
def _input_values(draw: st.DrawFn, *, joined: bool = False) -> dict[str, InputValue]:
    values = {}
    for name in draw(_NAMES if joined else st.sampled_from([(), (), ("x",), ("x", "y")])):
        type_ = draw(_refs(INPUTS))
        default = draw(st.none() | st.sampled_from(LITERALS[type_])) if type_ in LITERALS else None
        values[name] = InputValue(
            name=name,
            type=type_,
            default=default,
            description=draw(_DESCRIPTION),
            directives=draw(_directives()),
            joins=draw(_join_fields()) if joined else (),
        )
    return values


@st.composite
def _join_directives(draw: st.DrawFn) -> tuple[JoinDirective, ...]:
    arguments = st.sampled_from([(), (("format", '"{$args.id}"'), ("n", "{ a: [1] }"))])
    graphs = draw(st.sampled_from([(), ("A",), ("B", "A")]))
    return (JoinDirective(graphs, "federation__cacheTag", draw(arguments)),) if graphs else ()


@st.composite
def _fields(draw: st.DrawFn) -> dict[str, Field]:
    return {
        name: Field(
            name=name,
            type=draw(_refs(OUTPUTS)),
            arguments=draw(_input_values()),
            description=draw(_DESCRIPTION),
            directives=draw(_directives(deprecable=True)),
            joins=draw(_join_fields()),
            join_directives=draw(_join_directives()),
        )
        for name in draw(_NAMES)
    }


@st.composite
def _join_types(draw: st.DrawFn) -> tuple[JoinType, ...]:
    record = st.builds(
        JoinType, _GRAPH, st.none() | st.sampled_from(["id", "a { b }"]), st.booleans(), st.booleans(), st.booleans()
    )
    return tuple(draw(st.lists(record, min_size=1, max_size=2)))


@st.composite
def supergraphs(draw: st.DrawFn) -> Supergraph:
    """A supergraph with a type of every kind, over up to three subgraphs."""

    def common() -> dict[str, object]:
        return {
            "description": draw(_DESCRIPTION),
            "directives": draw(_directives()),
            "joins": draw(_join_types()),
        }

    implements = tuple(draw(st.lists(st.builds(JoinImplements, _GRAPH, st.just("Node")), max_size=2, unique=True)))
    node = draw(_fields())
    thing = draw(_fields()) | (node if implements else {})  # an object has its interfaces' fields
    values = {
        name: EnumValue(
            name=name,
            description=draw(_DESCRIPTION),
            directives=draw(_directives(deprecable=True)),
            joins=(JoinEnumValue(draw(_GRAPH)),),
        )
        for name in ("RED", *draw(st.lists(st.sampled_from(["GREEN", "BLUE"]), unique=True)))
    }
    members = st.builds(JoinUnionMember, _GRAPH, st.sampled_from(["Thing", "Other"]))
    filter_fields = draw(_input_values(joined=True))
    filter_fields = {n: v for n, v in filter_fields.items() if "Filter" not in v.type}  # no input needs itself
    filter_fields["text"] = InputValue(name="text", type="String")
    types: list[TypeDefinition] = [
        ObjectType(name="Query", fields=draw(_fields()), **common()),  # type: ignore[arg-type]
        ObjectType(name="Thing", fields=thing, implements=implements, **common()),  # type: ignore[arg-type]
        ObjectType(name="Other", fields=draw(_fields()), join_directives=draw(_join_directives()), **common()),  # type: ignore[arg-type]
        InterfaceType(name="Node", fields=node, **common()),  # type: ignore[arg-type]
        UnionType(name="Either", members=tuple(draw(st.lists(members, min_size=1, max_size=3))), **common()),  # type: ignore[arg-type]
        EnumType(name="Color", values=values, **common()),  # type: ignore[arg-type]
        InputObjectType(name="Filter", fields=filter_fields, **common()),  # type: ignore[arg-type]
        ScalarType(name="Money", **common()),  # type: ignore[arg-type]
    ]
    definition = DirectiveDefinition(
        name="limit",
        arguments=draw(_input_values()),
        locations=draw(st.sampled_from([("FIELD",), ("FIELD", "FIELD_DEFINITION", "OBJECT")])),
        repeatable=draw(st.booleans()),
        description=draw(_DESCRIPTION),
    )
    own = Link("https://example.com/limits/v1.2", as_=draw(st.none() | st.just("lim")), imports=(("@limit", "@limit"),))
    return Supergraph(
        subgraphs={graph: SubgraphInfo(graph, draw(_TEXT), draw(_TEXT)) for graph in GRAPHS},
        types={type_.name: type_ for type_ in types},
        directive_definitions={"limit": definition},
        links=(Link("https://specs.apollo.dev/tag/v0.3"), own),
        schema_directives=draw(_directives()),
        join_directives=draw(_join_directives()),
        description=draw(_DESCRIPTION),
    )
