"""The base of a generated set: entities and value types distributed over subgraphs so that they compose."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.generator.draft import LATEST_MINOR, Part, SetDraft, SubgraphDraft, TypeDraft

_SUBGRAPHS = ["accounts", "catalog", "inventory", "order-lines", "reviews", "Shipping", "media_v2", "7th"]
_ENTITIES = ["Product", "User", "Order", "Review", "Vendor", "Store", "Category"]
_SCALARS = ["String", "Int", "Float", "Boolean", "ID", "[String!]", "[Int]", "String!", "Int!", "[ID!]!"]
_WORDS = ["name", "price", "weight", "status", "total", "score", "title", "email", "stock", "rank", "note", "size"]


def build_world(draft: SetDraft) -> None:
    """Fill an empty draft with one to four subgraphs that compose, apart from version differences."""
    _subgraphs(draft)
    _value_types(draft)
    for name in draft.rng.sample(_ENTITIES, draft.rng.choices([1, 2, 3], [3, 4, 2])[0]):
        _entity(draft, name)
    _references(draft)
    for subgraph in draft.subgraphs:
        if not subgraph.types:
            orphan = draft.fresh("Thing")
            subgraph.types[orphan] = TypeDraft("type", orphan, {"x": Part("x: Int")})
            _query_field(draft, subgraph, orphan)
    if not any("Query" in subgraph.types for subgraph in draft.subgraphs):
        draft.subgraphs[0].root("Query").parts["ping"] = Part("ping: Boolean")


def scalar_type(draft: SetDraft) -> str:
    """A random type reference over built-in scalars."""
    return draft.rng.choice(_SCALARS)


def field_name(draft: SetDraft) -> str:
    """A field name not used before."""
    return draft.fresh(draft.rng.choice(_WORDS))


def _subgraphs(draft: SetDraft) -> None:
    count = draft.rng.choices([1, 2, 3, 4], [1, 6, 3, 1])[0]
    one_version = draft.rng.choice([None, 0, 3, 5, 7, 8, 9, 9, 10, 12, LATEST_MINOR, LATEST_MINOR])
    mixed = draft.chance(0.5)
    for name in draft.rng.sample(_SUBGRAPHS, count):
        minor = one_version
        if mixed:
            minor = None if draft.chance(0.12) else draft.rng.randint(0, LATEST_MINOR)
        subgraph = SubgraphDraft(name, minor)
        subgraph.style = draft.rng.choices(["import", "namespace", "rename", "as"], [8, 1, 1, 1])[0]
        draft.subgraphs.append(subgraph)


def _value_types(draft: SetDraft) -> None:
    for _ in range(draft.rng.choice([0, 0, 1, 1, 2])):
        name = draft.fresh("Detail")
        fields = {field_name(draft): scalar_type(draft) for _ in range(draft.rng.randint(1, 3))}
        homes = _homes(draft)
        on_type = draft.chance(0.6)
        for subgraph in homes:
            value = TypeDraft("type", name, {field: Part(f"{field}: {ref}") for field, ref in fields.items()})
            if subgraph.minor is not None and len(homes) > 1:
                if on_type:
                    value.directives.append("shareable")
                else:
                    for part in value.parts.values():
                        part.directives.append("shareable")
            subgraph.types[name] = value
            if draft.chance(0.5):
                _query_field(draft, subgraph, name)


def _homes(draft: SetDraft) -> list[SubgraphDraft]:
    homes = [subgraph for subgraph in draft.subgraphs if draft.chance(0.7)]
    return homes or [draft.rng.choice(draft.subgraphs)]


def _entity(draft: SetDraft, name: str) -> None:
    homes = _homes(draft)
    draft.rng.shuffle(homes)
    keys = draft.rng.choices(
        [["id"], ["id", "sku"], ["id region"], ["id", "owner { id }"], ["id", "id sku"]], [8, 3, 2, 1, 1]
    )[0]
    for position, subgraph in enumerate(homes):
        own_keys = keys if position == 0 else draft.rng.sample(keys, draft.rng.randint(1, len(keys)))
        subgraph.types[name] = _entity_in(draft, subgraph, name, own_keys, is_owner=position == 0)
    owner = homes[0]
    if draft.chance(0.8):
        _query_field(draft, owner, name)
    if len(homes) > 1 and draft.chance(0.3):
        _query_field(draft, homes[1], name)
    shared = [subgraph for subgraph in homes if subgraph.minor is not None]
    if len(shared) > 1 and draft.chance(0.4):
        field, ref = field_name(draft), scalar_type(draft)
        for subgraph in shared:
            subgraph.types[name].parts[field] = Part(f"{field}: {ref}", ["shareable"])


def _entity_in(draft: SetDraft, subgraph: SubgraphDraft, name: str, keys: Sequence[str], is_owner: bool) -> TypeDraft:
    entity = TypeDraft("type", name)
    extends_old_way = subgraph.minor is None and not is_owner
    entity.extend = extends_old_way
    for key in keys:
        entity.directives.append(f'key(fields: "{key}")')
        for field in key.split(" {")[0].split():
            reference = "Owner" if field == "owner" else "ID"
            entity.parts[field] = Part(f"{field}: {reference}!", ["external"] if extends_old_way else [])
            if field == "owner":
                directives = [] if subgraph.minor is None else ["shareable"]
                subgraph.types["Owner"] = TypeDraft("type", "Owner", {"id": Part("id: ID!")}, directives)
    for _ in range(draft.rng.randint(1, 3)):
        field = field_name(draft)
        entity.parts[field] = Part(f"{field}: {scalar_type(draft)}")
    return entity


def _query_field(draft: SetDraft, subgraph: SubgraphDraft, type_name: str) -> None:
    stem = type_name[0].lower() + type_name[1:]
    field = draft.fresh(stem)
    text = draft.rng.choice([f"{field}(id: ID!): {type_name}", f"{field}s: [{type_name}!]!", f"{field}: {type_name}"])
    subgraph.root("Query").parts[field] = Part(text.replace(f"{field}s:", f"{field}:"))


def _references(draft: SetDraft) -> None:
    """Fields from entity to entity, with a stub of the other entity if the subgraph does not have it."""
    names = sorted({entity.name for subgraph in draft.subgraphs for entity in subgraph.entities()})
    for subgraph in draft.subgraphs:
        for entity in subgraph.entities():
            if not draft.chance(0.4):
                continue
            target = draft.rng.choice(names)
            if target not in subgraph.types:
                _stub(draft, subgraph, target)
            field = draft.fresh("to" + target)
            entity.parts[field] = Part(f"{field}: {draft.rng.choice([target, f'[{target}!]', f'{target}!'])}")


def _stub(draft: SetDraft, subgraph: SubgraphDraft, name: str) -> None:
    full = next(s.types[name] for s in draft.subgraphs if name in s.types)
    key = full.keys()[0]
    stub = TypeDraft("type", name, extend=subgraph.minor is None)
    resolvable = ", resolvable: false" if subgraph.minor is not None and draft.chance(0.5) else ""
    stub.directives.append(f'key(fields: "{key}"{resolvable})')
    for field in key.split(" {")[0].split():
        stub.parts[field] = Part(full.parts[field].text, ["external"] if subgraph.minor is None else [])
    if "{" in key:
        directives = [] if subgraph.minor is None else ["shareable"]
        subgraph.types["Owner"] = TypeDraft("type", "Owner", {"id": Part("id: ID!")}, directives)
    subgraph.types[name] = stub


def add_query(draft: SetDraft, subgraph: SubgraphDraft, name: str) -> None:
    field = draft.fresh("ask")
    subgraph.root("Query").parts[field] = Part(f"{field}: {draft.rng.choice([name, f'[{name}!]!'])}")
