"""Features that are mostly directives: access, cost, context, custom and cache directives. See features.py."""

from __future__ import annotations

from conformance.generator.draft import Part, SetDraft, TypeDraft
from conformance.generator.world import add_query


def authorization(draft: SetDraft) -> bool:
    """`@authenticated`, `@requiresScopes` and `@policy` on fields, types, scalars and enums."""
    subgraph = draft.some("policy") or draft.some("authenticated")
    if subgraph is None:
        return False
    texts = ["authenticated", 'requiresScopes(scopes: [["read", "admin"], ["root"]])', 'requiresScopes(scopes: ["x"])']
    if subgraph.knows("policy"):
        texts += ['policy(policies: [["p1"], ["p2", "p3"]])', 'policy(policies: ["p1"])']
    places: list[Part | TypeDraft] = [
        t for t in subgraph.of_kind("type", "enum", "scalar") if not t.has("interfaceObject")
    ]
    places += [p for s, t, _, p in draft.fields("type") if s is subgraph and "external" not in p.directives]
    for place in draft.rng.sample(places, min(2, len(places))):
        place.directives.append(draft.rng.choice(texts))
    return bool(places)


def cost(draft: SetDraft) -> bool:
    """`@cost` and `@listSize`."""
    subgraph = draft.some("cost")
    if subgraph is None:
        return False
    items, page = draft.fresh("items"), draft.fresh("Page")
    size = draft.rng.choice(
        [
            "listSize(assumedSize: 10)",
            'listSize(slicingArguments: ["first"])',
            'listSize(slicingArguments: ["first", "last"], requireOneSlicingArgument: false)',
            'listSize(assumedSize: 3, slicingArguments: ["last"])',
        ]
    )
    query = subgraph.root("Query")
    query.parts[items] = Part(
        f"{items}(first: Int, last: Int): [Int]", [size, "cost(weight: 4)"][: draft.rng.randint(1, 2)]
    )
    if draft.chance(0.5):
        subgraph.extras.append(f"type {page} {{ nodes: [Int] total: Int @cost(weight: 2) }}")
        query.parts[items + "p"] = Part(
            f"{items}p(first: Int): {page}", ['listSize(slicingArguments: ["first"], sizedFields: ["nodes"])']
        )
    if draft.chance(0.3):
        subgraph.extras.append(f"scalar Heavy{page} @cost(weight: 9)\nenum Dear{page} @cost(weight: 3) {{ X }}")
    return True


def context(draft: SetDraft) -> bool:
    """An argument filled from a type further up."""
    subgraph = draft.some("context")
    if subgraph is None:
        return False
    parent, child, name = draft.fresh("Parent"), draft.fresh("Child"), draft.fresh("ctx")
    subgraph.extras.append(
        f'type {parent} @key(fields: "id") @context(name: "{name}") {{ id: ID! prop: String! child: {child}! }}\n'
        f'type {child} @key(fields: "id") {{ id: ID! '
        f'filled(extra: Int, given: String @fromContext(field: "${name} {{ prop }}")): String! }}'
    )
    add_query(draft, subgraph, parent)
    return True


def compose_directive(draft: SetDraft) -> bool:
    """A custom directive, carried into the supergraph."""
    name = draft.fresh("custom")
    minor = draft.rng.randint(0, 2)
    done = False
    for subgraph in draft.federated(1)[: draft.rng.randint(1, 3)]:
        url = f"https://specs.example.com/{name}/v1.{minor + (1 if draft.chance(0.2) else 0)}"
        subgraph.links.append(f'@link(url: "{url}", import: ["@{name}"])')
        subgraph.schema_directives.append(f'composeDirective(name: "@{name}")')
        subgraph.extras.append(f'directive @{name}(a: String = "d") on FIELD_DEFINITION | OBJECT')
        places = [p for s, _, _, p in draft.fields("type") if s is subgraph and "external" not in p.directives]
        for part in draft.rng.sample(places, min(2, len(places))):
            part.directives.append(draft.rng.choice([f'{name}(a: "v")', name]))
        done = True
    return done


def executable_directives(draft: SetDraft) -> bool:
    """Executable directives in all or some subgraphs, and a type system directive that is not carried."""
    name = draft.fresh("show")
    repeatable = draft.rng.choice(["", " repeatable"])
    for subgraph in draft.subgraphs if draft.chance(0.7) else [draft.rng.choice(draft.subgraphs)]:
        locations = draft.rng.choice(["QUERY | FIELD", "FIELD", "FIELD | FRAGMENT_SPREAD", "FIELD | FIELD_DEFINITION"])
        argument = draft.rng.choice(["(n: Int = 1)", "(n: Int)", ""])
        own = repeatable if draft.chance(0.8) else ""
        subgraph.extras.append(f"directive @{name}{argument}{own} on {locations}")
    return True


def cache_tag(draft: SetDraft) -> bool:
    """`@cacheTag` on a root field and an entity."""
    subgraph = draft.some("cacheTag")
    if subgraph is None:
        return False
    field = draft.fresh("cached")
    subgraph.root("Query").parts[field] = Part(
        f"{field}(id: ID!): Int", [draft.rng.choice(['cacheTag(format: "c-{$args.id}")', 'cacheTag(format: "all")'])]
    )
    for entity in subgraph.entities()[:1]:
        if draft.chance(0.5):
            entity.directives.append('cacheTag(format: "e-{$key.id}")')
    return True
