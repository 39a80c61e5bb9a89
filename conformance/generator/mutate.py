"""Random small changes to SDL, regardless of meaning: fields dropped, types or directives changed."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable, Sequence

from graphql import (
    DirectiveNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    EnumValueDefinitionNode,
    FieldDefinitionNode,
    GraphQLSyntaxError,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    ListTypeNode,
    NamedTypeNode,
    NameNode,
    Node,
    NonNullTypeNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    ScalarTypeDefinitionNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    StringValueNode,
    TypeDefinitionNode,
    TypeNode,
    UnionTypeDefinitionNode,
    parse,
    print_ast,
)

from conformance.generator.ast_edit import Path, edited, walk
from hanse_schema.subgraph.model import SubgraphSource

Place = tuple[Path, Node]
Mutation = Callable[[random.Random, DocumentNode, Sequence[DocumentNode]], DocumentNode | None]

_DIRECTIVES = (
    '@key(fields: "id")', '@key(fields: "id", resolvable: false)', "@shareable", "@external", "@inaccessible",
    "@interfaceObject", "@extends", '@tag(name: "m")', "@authenticated", '@requiresScopes(scopes: [["s"]])',
    '@policy(policies: [["p"]])', "@cost(weight: 3)", "@listSize(assumedSize: 4)", "@deprecated",
    '@requires(fields: "id")', '@provides(fields: "id")', '@override(from: "accounts")', '@override(from: "catalog")',
    '@context(name: "ctxm")', '@fromContext(field: "$ctxm { id }")', '@cacheTag(format: "m")',
)  # fmt: skip
_MEMBERS = (FieldDefinitionNode, InputValueDefinitionNode, EnumValueDefinitionNode)


def mutate(rng: random.Random, subgraphs: Sequence[SubgraphSource], times: int = 1) -> tuple[SubgraphSource, ...]:
    """The set with `count` changes, each in a random subgraph; unchanged if the SDL does not parse."""
    try:
        documents = [parse(subgraph.sdl, no_location=True) for subgraph in subgraphs]
    except GraphQLSyntaxError:
        return tuple(subgraphs)
    for _ in range(times):
        for _attempt in range(20):
            index = rng.randrange(len(documents))
            changed = rng.choice(_MUTATIONS)(rng, documents[index], documents)
            if changed is not None:
                documents[index] = changed
                break
    return tuple(
        dataclasses.replace(subgraph, sdl=print_ast(document) + "\n")
        for subgraph, document in zip(subgraphs, documents, strict=True)
    )


def _pick(rng: random.Random, document: DocumentNode, kinds: type[Node] | tuple[type[Node], ...]) -> Place | None:
    places = [place for place in walk(document) if isinstance(place[1], kinds)]
    return rng.choice(places) if places else None


def _drop(*kinds: type[Node]) -> Mutation:
    def drop(rng: random.Random, document: DocumentNode, _: Sequence[DocumentNode]) -> DocumentNode | None:
        place = _pick(rng, document, kinds)
        return edited(document, place[0], ()) if place else None

    return drop


def _drop_in_list(attribute: str, *kinds: type[Node]) -> Mutation:
    def drop(rng: random.Random, document: DocumentNode, _: Sequence[DocumentNode]) -> DocumentNode | None:
        place = _pick(rng, document, kinds)
        items = getattr(place[1], attribute, None) if place else None
        if place is None or not items:
            return None
        return edited(document, (*place[0], (attribute, rng.randrange(len(items)))), ())

    return drop


def _change_type(rng: random.Random, document: DocumentNode, _: Sequence[DocumentNode]) -> DocumentNode | None:
    place = _pick(rng, document, (FieldDefinitionNode, InputValueDefinitionNode))
    if place is None:
        return None
    path, node = place
    old: TypeNode = node.type  # type: ignore[attr-defined]
    names = [d.name.value for d in document.definitions if isinstance(d, TypeDefinitionNode)]
    other = NamedTypeNode(name=NameNode(value=rng.choice([*names, "Int", "String", "ID"])))
    candidates: list[TypeNode] = [other, ListTypeNode(type=old)]
    if isinstance(old, NonNullTypeNode):
        candidates += [old.type] * 3
    else:
        candidates += [NonNullTypeNode(type=old)] * 3  # type: ignore[arg-type]
    if isinstance(old, ListTypeNode):
        candidates.append(old.type)
    return edited(document, (*path, ("type", None)), (rng.choice(candidates),))


def _add_directive(rng: random.Random, document: DocumentNode, all_: Sequence[DocumentNode]) -> DocumentNode | None:
    place = _pick(rng, document, (*_MEMBERS, TypeDefinitionNode))
    if place is None:
        return None
    path, node = place
    if rng.random() < 0.5:
        from_elsewhere = _pick(rng, rng.choice(all_), DirectiveNode)
        if from_elsewhere is None:
            return None
        new = from_elsewhere[1]
    else:
        holder = parse(f"scalar S {_local(document, rng.choice(_DIRECTIVES))}", no_location=True).definitions[0]
        new = holder.directives[0]  # type: ignore[attr-defined]
    directives = (*(getattr(node, "directives", None) or ()), new)
    changed = dataclasses.replace(node, directives=directives)  # type: ignore[call-arg]
    return edited(document, path, (changed,))


def _local(document: DocumentNode, directive: str) -> str:
    """The local name of the directive: with its namespace if it is not imported."""
    name = directive[1:].split("(")[0]
    links = print_ast(DocumentNode(definitions=tuple(d for d in document.definitions if "schema" in d.kind)))
    if "specs.apollo.dev/federation" not in links or f'"@{name}"' in links or name == "deprecated":
        return directive
    return directive.replace("@", "@federation__", 1)


def _copy_definition(rng: random.Random, document: DocumentNode, all_: Sequence[DocumentNode]) -> DocumentNode | None:
    place = _pick(rng, rng.choice(all_), TypeDefinitionNode)
    if place is None:
        return None
    name = place[1].name.value  # type: ignore[attr-defined]
    kept = tuple(d for d in document.definitions if getattr(getattr(d, "name", None), "value", None) != name)
    return dataclasses.replace(document, definitions=(*kept, place[1]))  # type: ignore[arg-type]


def _copy_field(rng: random.Random, document: DocumentNode, all_: Sequence[DocumentNode]) -> DocumentNode | None:
    source = _pick(
        rng, rng.choice(all_), (ObjectTypeDefinitionNode, InputObjectTypeDefinitionNode, EnumTypeDefinitionNode)
    )
    target = _pick(rng, document, type(source[1])) if source else None
    attribute = "values" if source and isinstance(source[1], EnumTypeDefinitionNode) else "fields"
    if source is None or target is None or not getattr(source[1], attribute):
        return None
    new = rng.choice(getattr(source[1], attribute))
    held = tuple(f for f in getattr(target[1], attribute) or () if f.name.value != new.name.value)
    changed = dataclasses.replace(target[1], **{attribute: (*held, new)})  # type: ignore[arg-type]
    return edited(document, target[0], (changed,))


def _change_kind(rng: random.Random, document: DocumentNode, _: Sequence[DocumentNode]) -> DocumentNode | None:
    place = _pick(rng, document, (ObjectTypeDefinitionNode, InterfaceTypeDefinitionNode, EnumTypeDefinitionNode))
    if place is None:
        return None
    path, node = place
    if isinstance(node, EnumTypeDefinitionNode):
        return edited(document, path, (ScalarTypeDefinitionNode(name=node.name, directives=node.directives),))
    assert isinstance(node, (ObjectTypeDefinitionNode, InterfaceTypeDefinitionNode))
    other: type[Node] = (
        InterfaceTypeDefinitionNode if isinstance(node, ObjectTypeDefinitionNode) else ObjectTypeDefinitionNode
    )
    if isinstance(node, ObjectTypeDefinitionNode) and rng.random() < 0.4:
        other = ObjectTypeExtensionNode
    parts = {key: getattr(node, key) for key in ("name", "directives", "interfaces", "fields")}
    return edited(document, path, (other(**parts),))


def _change_string(rng: random.Random, document: DocumentNode, _: Sequence[DocumentNode]) -> DocumentNode | None:
    places = [
        ((*path, ("arguments", index), ("value", None)), argument.value)
        for path, node in walk(document)
        if isinstance(node, DirectiveNode) and node.name.value not in {"link", "deprecated"}
        for index, argument in enumerate(node.arguments or ())
        if isinstance(argument.value, StringValueNode)
    ]
    if not places:
        return None
    path, value = rng.choice(places)
    words = value.value.split()
    names = [node.name.value for _, node in walk(document) if isinstance(node, FieldDefinitionNode)] or ["x"]
    change = rng.randrange(4)
    if change == 0 and len(words) > 1:
        words.pop(rng.randrange(len(words)))
    elif change == 1:
        words.append(rng.choice(names))
    elif change == 2 and words:
        words[rng.randrange(len(words))] = rng.choice(names)
    else:
        words = words[::-1]
    return edited(document, path, (StringValueNode(value=" ".join(words)),))


def _rename(rng: random.Random, document: DocumentNode, _: Sequence[DocumentNode]) -> DocumentNode | None:
    place = _pick(rng, document, (*_MEMBERS, ObjectTypeDefinitionNode, UnionTypeDefinitionNode))
    if place is None:
        return None
    name = place[1].name.value + "Renamed"  # type: ignore[attr-defined]
    return edited(document, (*place[0], ("name", None)), (NameNode(value=name),))


def _change_version(rng: random.Random, document: DocumentNode, _: Sequence[DocumentNode]) -> DocumentNode | None:
    places = [
        (path, node)
        for path, node in walk(document)
        if isinstance(node, StringValueNode) and "specs.apollo.dev/federation/" in node.value
    ]
    if not places:
        return None
    new = f"https://specs.apollo.dev/federation/v2.{rng.choice([0, 1, 3, 6, 9, 14, 15])}"
    return edited(document, places[0][0], (StringValueNode(value=new),))


_MUTATIONS: tuple[Mutation, ...] = (
    _drop(FieldDefinitionNode),
    _drop(FieldDefinitionNode),
    _drop(InputValueDefinitionNode),
    _drop(EnumValueDefinitionNode),
    _drop(TypeDefinitionNode),
    _drop(DirectiveNode),
    _drop(DirectiveNode),
    _drop(DirectiveNode),
    _drop(SchemaDefinitionNode, SchemaExtensionNode),
    _drop_in_list("types", UnionTypeDefinitionNode),
    _drop_in_list("interfaces", ObjectTypeDefinitionNode, InterfaceTypeDefinitionNode),
    _change_type,
    _change_type,
    _change_type,
    _add_directive,
    _add_directive,
    _add_directive,
    _add_directive,
    _copy_definition,
    _copy_field,
    _copy_field,
    _change_kind,
    _change_string,
    _change_string,
    _rename,
    _change_version,
)
