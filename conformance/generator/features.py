"""Adds features of Federation to a set so that it still composes; each returns whether it was applicable."""

from __future__ import annotations

from collections.abc import Callable

from conformance.generator.directive_features import (
    authorization,
    cache_tag,
    compose_directive,
    context,
    cost,
    executable_directives,
)
from conformance.generator.draft import Part, SetDraft, SubgraphDraft, TypeDraft
from conformance.generator.world import add_query, field_name

Feature = Callable[[SetDraft], bool]


def _shared_entity(draft: SetDraft, minor: int = 0) -> tuple[SubgraphDraft, SubgraphDraft, str] | None:
    """Two subgraphs with the same entity."""
    subgraphs = draft.federated(minor)
    for one in subgraphs:
        for other in subgraphs:
            if one is not other:
                for entity in one.entities():
                    if entity.name in other.types and other.types[entity.name].keys():
                        return one, other, entity.name
    return None


def requires(draft: SetDraft) -> bool:
    """A field that needs another subgraph's field, plain, with arguments, or nested."""
    place = _shared_entity(draft)
    if place is None:
        return False
    source, user, name = place
    needed, derived = field_name(draft), field_name(draft)
    shape = draft.rng.choice(["plain", "plain", "argument", "nested", "typename", "union"])
    text, selection, extra = f"{needed}: Int", needed, None
    if shape == "argument":
        text, selection = f'{needed}(unit: String = "kg"): Int', f'{needed}(unit: \\"g\\")'
    elif shape == "nested":
        box = draft.fresh("Box")
        text, selection = f"{needed}: {box}", f"{needed} {{ width height }}"
        extra = f"type {box} {{ width: Int%s height: Int%s }}"
    elif shape == "typename":
        box = draft.fresh("Box")
        text, selection = f"{needed}: {box}", f"{needed} {{ __typename }}"
        source.extras.append(f"type {box} @shareable {{ width: Int }}")
        user.extras.append(f"type {box} @shareable {{ width: Int }}")
    elif shape == "union":
        one, two = draft.fresh("Left"), draft.fresh("Right")
        text = f"{needed}: {one}Or{two}"
        selection = f"{needed} {{ ... on {one} {{ a }} ... on {two} {{ b }} }}"
        extra = (
            f"union {one}Or{two} = {one} | {two}\ntype {one} @shareable {{ a: Int%s }}\n"
            f"type {two} @shareable {{ b: Int%s }}"
        )
    source.types[name].parts[needed] = Part(text)
    user.types[name].parts[needed] = Part(text, ["external"])
    user.types[name].parts[derived] = Part(f"{derived}: Int", [f'requires(fields: "{selection}")'])
    if extra is not None:
        source.extras.append(extra % ("", ""))
        user.extras.append(extra.replace(" @shareable", "") % (" @external", " @external"))
    return True


def singleton(draft: SetDraft) -> bool:
    """An entity with the key `__typename`, in several subgraphs."""
    subgraphs = draft.federated()
    if len(subgraphs) < 2:
        return False
    name = draft.fresh("Single")
    for subgraph in subgraphs:
        own = field_name(draft)
        subgraph.types[name] = TypeDraft("type", name, {own: Part(f"{own}: Int")}, ['key(fields: "__typename")'])
    root = field_name(draft)
    draft.rng.choice(subgraphs).root("Query").parts[root] = Part(f"{root}: {name}")
    return True


def provides(draft: SetDraft) -> bool:
    """A path on which a subgraph provides an external field."""
    place = _shared_entity(draft)
    if place is None:
        return False
    owner, giver, name = place
    given = field_name(draft)
    owner.types[name].parts[given] = Part(f"{given}: String", ["shareable"] if draft.chance(0.9) else [])
    giver.types[name].parts[given] = Part(f"{given}: String", ["external"])
    field = draft.fresh("best")
    reference = draft.rng.choice([name, f"[{name}]", f"{name}!"])
    giver.root("Query").parts[field] = Part(f"{field}: {reference}", [f'provides(fields: "{given}")'])
    return True


def override(draft: SetDraft) -> bool:
    """A field moved from one subgraph to another, completely or by a label."""
    place = _shared_entity(draft)
    if place is None:
        return False
    old, new, name = place
    field = field_name(draft)
    label = ""
    if new.minor is not None and new.minor >= 7 and draft.chance(0.5):
        label = f', label: "{draft.rng.choice(["percent(5)", "percent(33.3)", "beta", "team:x-1/y.2"])}"'
    old.types[name].parts[field] = Part(f"{field}: Int")
    new.types[name].parts[field] = Part(f"{field}: Int", [f'override(from: "{old.name}"{label})'])
    return True


def tag(draft: SetDraft) -> bool:
    """`@tag` on random elements."""
    places = [p for s, _, _, p in draft.fields("type", "interface", "input", "enum") if s.minor is not None] + [
        t
        for s in draft.subgraphs
        if s.minor is not None
        for t in s.of_kind("type", "interface", "union", "enum", "scalar", "input")
    ]
    for place in draft.rng.sample(places, min(len(places), 3)):
        if "external" not in place.directives:
            place.directives.append(f'tag(name: "{draft.rng.choice(["public", "internal", "a-b/c:d_1"])}")')
    return bool(places)


def inaccessible(draft: SetDraft) -> bool:
    """`@inaccessible` on a field that no key, interface or argument requires."""
    subgraph = draft.some("inaccessible")
    if subgraph is None:
        return False
    hidden, field = draft.fresh("Hidden"), draft.fresh("hidden")
    subgraph.extras.append(
        draft.rng.choice(
            [
                f"type {hidden} @inaccessible {{ x: Int }}",
                f"enum {hidden} {{ A B @inaccessible }}\nextend type Query {{ {field}(v: {hidden}): {hidden} }}",
                f"input {hidden} {{ a: Int b: Int @inaccessible }}\nextend type Query {{ {field}(v: {hidden}): Int }}",
                f"scalar {hidden} @inaccessible\nextend type Query {{ {field}: {hidden} @inaccessible }}",
                f"extend type Query {{ {field}(v: Int @inaccessible w: Int): Int }}",
                f"interface {hidden} @inaccessible {{ x: Int }}\ntype {hidden}Of implements {hidden} {{ x: Int }}",
            ]
        )
    )
    subgraph.root("Query")
    _non_empty_query(draft, subgraph)
    return True


def _non_empty_query(draft: SetDraft, subgraph: SubgraphDraft) -> None:
    query = subgraph.root("Query")
    if not query.parts:
        field = draft.fresh("alive")
        query.parts[field] = Part(f"{field}: Boolean")


def interface_object(draft: SetDraft) -> bool:
    """An interface entity in one subgraph, an interface object in another."""
    subgraphs = draft.federated(3)
    if len(subgraphs) < 2:
        return False
    media, book, film = draft.fresh("Media"), draft.fresh("Book"), draft.fresh("Film")
    owner, other = subgraphs[0], subgraphs[1]
    owner.types[media] = TypeDraft(
        "interface", media, {"id": Part("id: ID!"), "title": Part("title: String")}, ['key(fields: "id")']
    )
    for name in (book, film):
        fields = {"id": Part("id: ID!"), "title": Part("title: String")}
        owner.types[name] = TypeDraft("type", name, fields, ['key(fields: "id")'], [media])
    add_query(draft, owner, media)
    rating = field_name(draft)
    other.types[media] = TypeDraft(
        "type", media, {"id": Part("id: ID!"), rating: Part(f"{rating}: Int")}, ['key(fields: "id")', "interfaceObject"]
    )
    if draft.chance(0.5):
        add_query(draft, other, media)
    if draft.chance(0.3):
        other.types[media].parts["title"] = Part("title: String", ["external"])
        other.types[media].parts["shout"] = Part("shout: String", ['requires(fields: "title")'])
    return True


def interfaces(draft: SetDraft) -> bool:
    """Interfaces that implement others, in one or in all subgraphs, with fields that differ."""
    base, part, thing = draft.fresh("Node"), draft.fresh("Named"), draft.fresh("Impl")
    for subgraph in draft.subgraphs if draft.chance(0.5) else [draft.rng.choice(draft.subgraphs)]:
        shareable = ["shareable"] if subgraph.minor is not None else []
        subgraph.types[base] = TypeDraft("interface", base, {"id": Part("id: ID!")})
        if draft.chance(0.6):
            subgraph.types[part] = TypeDraft(
                "interface", part, {"id": Part("id: ID!"), "n": Part("n: String")}, interfaces=[base]
            )
        implemented = [base, part] if part in subgraph.types else [base]
        fields = {"id": Part("id: ID!"), "n": Part(draft.rng.choice(["n: String", "n: String", "n: String!"]))}
        subgraph.types[thing] = TypeDraft("type", thing, fields, list(shareable), implemented)
        add_query(draft, subgraph, base)
    return True


def unions(draft: SetDraft) -> bool:
    """A union whose members can differ between the subgraphs."""
    union = draft.fresh("Either")
    members = [draft.fresh("Opt") for _ in range(3)]
    for subgraph in draft.subgraphs if draft.chance(0.6) else [draft.rng.choice(draft.subgraphs)]:
        chosen = draft.rng.sample(members, draft.rng.randint(1, 3))
        for member in chosen:
            shareable = ["shareable"] if subgraph.minor is not None else []
            subgraph.types[member] = TypeDraft("type", member, {"x": Part("x: Int")}, shareable)
        subgraph.types[union] = TypeDraft("union", union, members=chosen)
        add_query(draft, subgraph, union)
    return True


def enums(draft: SetDraft) -> bool:
    """An enum used as input, output or both; its values differ only if it is an output."""
    enum, use = draft.fresh("State"), draft.rng.choice(["in", "out", "both"])
    for subgraph in draft.subgraphs:
        values = ["ON", "OFF", "MAYBE"]
        if use != "both" and draft.chance(0.4):
            values = ["ON", draft.rng.choice(["OFF", "IDLE"])]
        subgraph.types[enum] = TypeDraft("enum", enum, {value: Part(value) for value in values})
        field = draft.fresh("state")
        argument = f"(by: {enum}{draft.rng.choice(['', ' = ON', '!'])})" if use != "out" else ""
        subgraph.root("Query").parts[field] = Part(f"{field}{argument}: {'Int' if use == 'in' else enum}")
        if draft.chance(0.2):
            subgraph.types[enum].parts["ON"].directives.append('deprecated(reason: "gone")')
    return True


def inputs(draft: SetDraft) -> bool:
    """An input object with optional fields that only some subgraphs have, with defaults of every kind."""
    name = draft.fresh("Filter")
    optional = ["a: Int = 5", 'b: String = "x"', "c: [Int!] = [1, 2]", "d: Boolean = true", "e: Float = 1.5", "f: ID"]
    common = draft.rng.choice(["term: String!", "term: String", 'term: String! = "t"'])
    for subgraph in draft.subgraphs if draft.chance(0.7) else [draft.rng.choice(draft.subgraphs)]:
        chosen = [common, *draft.rng.sample(optional, draft.rng.randint(0, 3))]
        fields = {text.split(":")[0]: Part(text) for text in chosen}
        if draft.chance(0.15):
            fields["self"] = Part(f"self: {name}")
        if draft.chance(0.15) and "!" not in common:
            fields["term"].directives.append("deprecated")
        subgraph.types[name] = TypeDraft("input", name, fields)
        field = draft.fresh("search")
        default = draft.rng.choice(["", "", ' = {term: "q"}'])
        subgraph.root("Query").parts[field] = Part(f"{field}(filter: {name}{default}): Int")
    return True


def scalars(draft: SetDraft) -> bool:
    """A custom scalar, perhaps with `@specifiedBy`."""
    name = draft.fresh("Scalar")
    for subgraph in draft.subgraphs if draft.chance(0.5) else [draft.rng.choice(draft.subgraphs)]:
        directives = ['specifiedBy(url: "https://example.com/spec")'] if draft.chance(0.3) else []
        subgraph.types[name] = TypeDraft("scalar", name, directives=directives)
        add_query(draft, subgraph, name)
    return True


def mutations(draft: SetDraft) -> bool:
    """Mutations, and perhaps a subscription."""
    for subgraph in draft.subgraphs:
        if draft.chance(0.6):
            field = draft.fresh("do")
            entity = draft.rng.choice([e.name for e in subgraph.entities()] or ["Int"])
            subgraph.root("Mutation").parts[field] = Part(f"{field}(id: ID!, note: String = null): {entity}")
    if draft.chance(0.4):
        subgraph = draft.rng.choice(draft.subgraphs)
        subgraph.root("Subscription").parts["ticks"] = Part("ticks(n: Int): Int")
    return True


def root_names(draft: SetDraft) -> bool:
    """Root types under names of the subgraph's own."""
    subgraph = draft.rng.choice(draft.subgraphs)
    for root in ("Query", "Mutation"):
        if root in subgraph.types and draft.chance(0.8):
            subgraph.root_names[root] = f"Root{root}"
    return bool(subgraph.root_names)


def shared_roots(draft: SetDraft) -> bool:
    """One root field in several subgraphs."""
    field = draft.fresh("version")
    for subgraph in draft.subgraphs:
        shareable = ["shareable"] if subgraph.minor is not None else []
        subgraph.root("Query").parts[field] = Part(f"{field}: String", shareable)
    return True


def compatible_types(draft: SetDraft) -> bool:
    """A shared field whose type is stricter in one subgraph; an argument that only some have."""
    place = _shared_entity(draft)
    if place is None:
        return False
    one, other, name = place
    field = field_name(draft)
    left, right = draft.rng.choice([("Int", "Int!"), ("[Int]", "[Int!]!"), ("String!", "String")])
    optional = draft.rng.choice(["", "(a: Int)", '(a: Int, b: String = "z")'])
    one.types[name].parts[field] = Part(f"{field}{optional}: {left}", ["shareable"])
    other.types[name].parts[field] = Part(f"{field}{optional if draft.chance(0.5) else ''}: {right}", ["shareable"])
    return True


def descriptions(draft: SetDraft) -> bool:
    """Descriptions, equal or differing between the subgraphs."""
    for subgraph in draft.subgraphs:
        for type_draft in subgraph.types.values():
            if draft.chance(0.3):
                type_draft.description = draft.rng.choice(["What it is.", "Another text.", 'Says "hi" and \\ more.'])
            for part in type_draft.parts.values():
                if draft.chance(0.1):
                    part.description = draft.rng.choice(["The part.", "Two\n  lines.", f"From {subgraph.name}."])
    return True


def deprecations(draft: SetDraft) -> bool:
    """Deprecated fields, possibly with different reasons."""
    places = [p for _, t, name, p in draft.fields("type") if name not in " ".join(t.keys()) and not p.directives]
    for part in draft.rng.sample(places, min(2, len(places))):
        part.directives.append(draft.rng.choice(["deprecated", 'deprecated(reason: "use the other")']))
    return bool(places)


def extensions(draft: SetDraft) -> bool:
    """A type written as an extension, by `extend` or by `@extends`."""
    places = [(s, e) for s in draft.subgraphs for e in s.entities() if not e.extend and not e.has("interfaceObject")]
    if not places:
        return False
    subgraph, entity = draft.rng.choice(places)
    if draft.chance(0.5):
        entity.extend = True
        entity.description = ""
    else:
        entity.directives.append("extends")
    if subgraph.minor is not None and draft.chance(0.4):
        key = next((p for name, p in entity.parts.items() if name == "id"), None)
        if key is not None:
            key.directives.append("external")
    return True


FEATURES: tuple[tuple[Feature, int], ...] = (
    (requires, 4),
    (singleton, 1),
    (provides, 3),
    (override, 4),
    (tag, 3),
    (inaccessible, 3),
    (interface_object, 3),
    (interfaces, 3),
    (unions, 3),
    (enums, 3),
    (inputs, 3),
    (scalars, 2),
    (mutations, 2),
    (root_names, 2),
    (shared_roots, 2),
    (compatible_types, 3),
    (descriptions, 3),
    (deprecations, 2),
    (extensions, 3),
    (authorization, 3),
    (cost, 3),
    (context, 3),
    (compose_directive, 3),
    (executable_directives, 3),
    (cache_tag, 1),
)
"""Every feature with its weight."""
