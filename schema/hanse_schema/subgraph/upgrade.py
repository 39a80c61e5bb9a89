"""Upgrades Federation 1 schemas to equivalent Federation 2 schemas.

The meaning of a Federation 1 schema depends on the other subgraphs: on shared types, and on bases of extensions.
So all subgraphs of the graph are processed together, and the Federation 1 ones are changed in place.
Spec: Apollo's guide "Moving to Federation 2".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from graphql import TypeExtensionNode
from graphql.language.print_string import print_string

from hanse_schema.subgraph.field_set import FieldSetError, Selection, parse_field_set, print_selections
from hanse_schema.subgraph.model import Applied, FieldDef, Kind, TypeDef, applied, has, string_argument
from hanse_schema.subgraph.subject import Subject
from hanse_schema.subgraph.used_fields import fields_in, used_fields
from hanse_schema.type_ref import named_type

_ROOTS = frozenset({"Query", "Mutation", "Subscription"})
_FOLDED = frozenset({Kind.OBJECT, Kind.INTERFACE})  # whose extensions become definitions
_FIELD_SET_DIRECTIVES = frozenset({"key", "requires", "provides"})


def is_federation_1(subject: Subject) -> bool:
    """Whether the subgraph's schema is one of Federation 1."""
    return subject.version[0] == 1


def upgrade(subjects: Sequence[Subject]) -> None:
    """Upgrade the Federation 1 schemas of one graph in place; reports extensions without a base."""
    by_type: dict[str, list[tuple[Subject, TypeDef]]] = defaultdict(list)
    for subject in subjects:
        for owner in subject.types.values():
            by_type[owner.name].append((subject, owner))
    old = [subject for subject in subjects if is_federation_1(subject)]
    for subject in old:
        _check_bases(subject, by_type)
    _check_interface_objects(subjects, by_type)
    for subject in old:
        _fields_to_strings(subject)
        _drop_external_on_interfaces(subject)
        _drop_external_on_extension_keys(subject, by_type)
        _drop_inactive_field_sets(subject)
        _drop_on_interfaces(subject)
        _drop_unused_externals(subject)
        for owner in subject.types.values():
            if owner.kind in _FOLDED and not has(owner.directives, "extends"):
                owner.is_extension = False
    for subject in old:
        _share(subject, by_type)
    for subject in old:
        _drop_tags_on_externals(subject, by_type)


_ByType = dict[str, list[tuple[Subject, TypeDef]]]


def _check_bases(subject: Subject, by_type: _ByType) -> None:
    for owner in subject.types.values():
        if not owner.is_extension or owner.name in _ROOTS or owner.kind not in _FOLDED:
            continue
        if not any(_is_written_out(other) for source, other in by_type[owner.name] if source is not subject):
            subject.report.error(
                "EXTENSION_WITH_NO_BASE",
                f"`{owner.name}` is extended, but no subgraph defines it: define it in the subgraph that owns it.",
                *owner.nodes[:1],
                coordinate=owner.name,
            )


def _is_written_out(definition: TypeDef) -> bool:
    """Whether one of its declarations is a definition, possibly with `@extends`."""
    return not all(isinstance(node, TypeExtensionNode) for node in definition.nodes)


def _check_interface_objects(subjects: Sequence[Subject], by_type: _ByType) -> None:
    """A key on an interface has no effect in Federation 1, so it cannot support an interface object."""
    for subject in subjects:
        for owner in subject.types.values():
            if not has(owner.directives, "interfaceObject"):
                continue
            for other, definition in by_type[owner.name]:
                keyed = definition.kind is Kind.INTERFACE and has(definition.directives, "key")
                if keyed and is_federation_1(other):
                    name = other.model.name
                    subject.report.error(
                        "INTERFACE_OBJECT_USAGE_ERROR",
                        f'`{owner.name}` is an interface object of `{owner.name}` in subgraph "{name}", whose @key '
                        f'means nothing in Federation 1: link Federation 2 in subgraph "{name}".',
                        *owner.nodes[:1],
                        coordinate=owner.name,
                    )


def _all_directives(subject: Subject) -> Iterable[Applied]:
    for owner in subject.types.values():
        yield from owner.directives
        for definition in owner.fields.values():
            yield from definition.directives


def _fields_to_strings(subject: Subject) -> None:
    """Convert `fields`: Federation 1 also accepts a list of strings, or a bare name."""
    for directive in _all_directives(subject):
        text = directive.arguments.get("fields", '"')
        if not directive.spec or directive.name not in _FIELD_SET_DIRECTIVES or text.startswith('"'):
            continue
        if text.startswith("["):
            items = [item.strip().strip('"') for item in text[1:-1].split(",")]
            directive.arguments["fields"] = print_string(" ".join(items))
        elif text.isidentifier() and text not in ("true", "false", "null"):
            directive.arguments["fields"] = print_string(text)


def _without(directives: list[Applied], *names: str) -> list[Applied]:
    return [directive for directive in directives if directive.spec is None or directive.name not in names]


def _drop_external_on_interfaces(subject: Subject) -> None:
    for owner in subject.types.values():
        if owner.kind is Kind.INTERFACE:
            for definition in owner.fields.values():
                definition.directives = _without(definition.directives, "external")


def _drop_external_on_extension_keys(subject: Subject, by_type: _ByType) -> None:
    """Remove `@external` from extension keys: Federation 1 requires it, though the extension resolves them."""
    for owner in subject.types.values():
        if not owner.is_extension or owner.name in _ROOTS or owner.kind is not Kind.OBJECT:
            continue
        keys = applied(owner.directives, "key")
        if not keys:
            others = (other for source, other in by_type[owner.name] if source is not subject)
            keys = [first for other in others for first in applied(other.directives, "key")[:1]]
        for key in keys:
            for selection in _selections(key):
                definition = owner.fields.get(selection.field or "")
                if definition is not None:
                    definition.directives = _without(definition.directives, "external")


def _selections(directive: Applied) -> tuple[Selection, ...]:
    """The directive's field set; empty if it cannot be parsed, which a rule reports later."""
    text = string_argument(directive, "fields")
    try:
        return parse_field_set(text) if text is not None else ()
    except FieldSetError:
        return ()


def _drop_inactive_field_sets(subject: Subject) -> None:
    """Keep only external fields in `@requires` and `@provides`: the rest has no effect."""
    for owner in subject.types.values():
        for definition in owner.fields.values():
            if not definition.directives:
                continue
            kept = []
            for directive in definition.directives:
                if directive.spec and directive.name in ("requires", "provides"):
                    base = owner if directive.name == "requires" else subject.types.get(named_type(definition.type))
                    if base is None or base.kind not in (Kind.OBJECT, Kind.INTERFACE, Kind.UNION):
                        continue
                    if not _keep_external(subject, directive, base):
                        continue
                kept.append(directive)
            definition.directives = kept


def _keep_external(subject: Subject, directive: Applied, base: TypeDef) -> bool:
    """Reduce a directive's field set to its external part; returns whether anything is left or it is invalid."""
    selections = _selections(directive)
    if not selections:
        return True
    active = _external_part(subject, selections, base)
    if active is None or active == selections:
        return True
    if active:
        directive.arguments = {**directive.arguments, "fields": print_string(print_selections(active))}
    return bool(active)


def _external_part(subject: Subject, selections: tuple[Selection, ...], owner: TypeDef) -> tuple[Selection, ...] | None:
    """The selections that are external or contain external ones. None if a selected field does not exist."""
    kept: list[Selection] = []
    for selection in selections:
        inner: TypeDef | None = owner
        if selection.field is not None:
            if selection.field == "__typename":
                continue
            definition = owner.fields.get(selection.field)
            if definition is None:
                return None
            if _is_external(subject, owner, definition):
                kept.append(selection)
                continue
            inner = subject.types.get(named_type(definition.type))
        elif selection.condition is not None:
            inner = subject.types.get(selection.condition)
        if selection.selections is None:
            continue
        if inner is None:
            return None
        part = _external_part(subject, selection.selections, inner)
        if part is None:
            return None
        if part:
            kept.append(
                Selection(
                    field=selection.field,
                    alias=selection.alias,
                    arguments=selection.arguments,
                    directives=selection.directives,
                    condition=selection.condition,
                    selections=part,
                )
            )
    return tuple(kept)


def _is_external(subject: Subject, owner: TypeDef, definition: FieldDef) -> bool:
    """Whether the field is external; on an interface, in any of its implementations."""
    if owner.kind is Kind.INTERFACE:
        fields = (known.fields.get(definition.name) for known in subject.implementations.get(owner.name, ()))
        return any(field is not None and has(field.directives, "external") for field in fields)
    return has(definition.directives, "external")


def _drop_on_interfaces(subject: Subject) -> None:
    """Remove `@key`, `@requires` and `@provides` from interfaces: Federation 1 accepts and ignores them."""
    for owner in subject.types.values():
        if owner.kind is Kind.INTERFACE:
            owner.directives = _without(owner.directives, "key")
            for definition in owner.fields.values():
                definition.directives = _without(definition.directives, "requires", "provides")


def _drop_unused_externals(subject: Subject) -> None:
    subject.refresh_uses()
    used = used_fields(subject)
    for owner in list(subject.types.values()):
        external = [name for name, definition in owner.fields.items() if has(definition.directives, "external")]
        for name in external:
            if (owner.name, name) not in used:
                del owner.fields[name]
        if not external or owner.fields or owner.name in _ROOTS:
            continue
        if owner.name not in _referenced(subject):
            del subject.types[owner.name]
        else:
            subject.report.error(
                "TYPE_WITH_ONLY_UNUSED_EXTERNAL",
                f"`{owner.name}` has only @external fields, and no @key, @requires or @provides uses them: "
                "remove the type, or let it resolve a field.",
                *owner.nodes[:1],
                coordinate=owner.name,
            )


def _referenced(subject: Subject) -> set[str]:
    """The names of the types that fields and unions refer to."""
    found = {named_type(definition.type) for _, definition in subject.fields()}
    for owner in subject.types.values():
        found.update(owner.members)
    return found


def _share(subject: Subject, by_type: _ByType) -> None:
    """Add @shareable to fields that several subgraphs resolve: Federation 1 shares them implicitly."""
    for owner in subject.types.values():
        others = [(source, other) for source, other in by_type[owner.name] if source is not subject]
        if owner.kind is not Kind.OBJECT or not others or owner.name == "Subscription":
            continue
        keys = applied(owner.directives, "key")
        if keys or owner.name in _ROOTS:
            in_keys = {selection.field for key in keys for selection in _selections(key)}
            shared = {name for name in owner.fields if name not in in_keys and _resolved_by(others, name)}
        else:  # a value type, all of which is shared
            shared = owner.fields.keys() - _fields_beside(owner)
        for name, definition in owner.fields.items():
            marked = has(definition.directives, "external") or has(definition.directives, "shareable")
            if name in shared and not marked:
                definition.directives.append(Applied(name="shareable", spec="federation", node=definition.node))


def _fields_beside(owner: TypeDef) -> set[str]:
    """The fields that extensions add to a definition in the same subgraph. The reference does not share them."""
    if not _is_written_out(owner):
        return set()
    extensions = (node for node in owner.nodes if isinstance(node, TypeExtensionNode))
    return {field.name.value for node in extensions for field in getattr(node, "fields", None) or ()}


def _resolved_by(others: list[tuple[Subject, TypeDef]], name: str) -> bool:
    """Whether another subgraph resolves the field, at least where it provides it."""
    for source, other in others:
        definition = other.fields.get(name)
        if definition is not None and (
            not has(definition.directives, "external") or (other.name, name) in fields_in(source, "provides")
        ):
            return True
    return False


def _drop_tags_on_externals(subject: Subject, by_type: _ByType) -> None:
    """Remove a tag from an external field if the resolving subgraph has the same tag."""
    for owner in subject.types.values():
        for definition in owner.fields.values():
            if not has(definition.directives, "external") or not has(definition.directives, "tag"):
                continue
            elsewhere = {
                tag.arguments.get("name")
                for source, other in by_type[owner.name]
                if source is not subject and definition.name in other.fields
                for tag in applied(other.fields[definition.name].directives, "tag")
            }
            definition.directives = [
                directive
                for directive in definition.directives
                if not (directive.name == "tag" and directive.spec and directive.arguments.get("name") in elsewhere)
            ]
