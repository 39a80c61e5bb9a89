"""Random changes of schemas, of every kind. Not every change leaves a schema valid."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator

from tests.schema.checks.changes.draft import Directive, Draft, Element, Field, Input, Type
from tests.schema.checks.changes.schemas import (
    FIELD_NAMES,
    LEAVES,
    random_default,
    random_draft,
    random_field,
    random_input,
    wrapped,
)

Mutation = Callable[[random.Random, Draft], None]
_COMPOSITES = ("type", "interface")
_TRIES = 20


def random_pair(seed: int, mutations: int = 3) -> tuple[str, str]:
    """The SDL of two valid schemas: the second is the first after at most so many changes. The same for one seed."""
    rng = random.Random(seed)
    draft = random_draft(rng)
    while draft.schema() is None:
        draft = random_draft(rng)
    before = _mutated(rng, draft, rng.randint(0, 4))
    return before.sdl(), _mutated(rng, before, rng.randint(1, mutations)).sdl()


def _mutated(rng: random.Random, draft: Draft, count: int) -> Draft:
    for _ in range(_TRIES):
        if count <= 0:
            break
        changed = copy.deepcopy(draft)
        rng.choice(MUTATIONS)(rng, changed)
        if changed.sdl() != draft.sdl() and changed.schema() is not None:
            draft, count = changed, count - 1
    return draft


def _pick(rng: random.Random, names: list[str]) -> list[str]:
    """One of the names; none where there are none."""
    return [rng.choice(names)] if names else []


def _pick_fields(rng: random.Random, draft: Draft) -> Iterator[Field]:
    """A field, and often those of the same name in all types, as interfaces need."""
    for owner in _pick(rng, draft.of(*_COMPOSITES)):
        name = rng.choice(list(draft.types[owner].fields))
        if rng.random() < 0.7:
            owners = [one for one in draft.of(*_COMPOSITES) if name in draft.types[one].fields]
        else:
            owners = [owner]
        for one in owners:
            yield draft.types[one].fields[name]


def _pick_inputs(rng: random.Random, draft: Draft) -> Iterator[Input]:
    """An input value, and often those of the same type and default, as fields of interfaces need."""
    all_inputs = [each for place in draft.inputs() for each in place.values()]
    if all_inputs:
        picked = rng.choice(all_inputs)
        same = [each for each in all_inputs if (each.type, each.default) == (picked.type, picked.default)]
        yield from same if rng.random() < 0.4 else [picked]


def _elements(draft: Draft) -> list[Element]:
    """All elements that can be deprecated."""
    return [
        *(each for type_ in draft.types.values() for each in (*type_.fields.values(), *type_.values.values())),
        *(each for place in draft.inputs() for each in place.values() if not _is_required(each)),
    ]


def _is_required(value: Input) -> bool:
    return value.type.endswith("!") and value.default is None


# Types


def add_type(rng: random.Random, draft: Draft) -> None:
    name = f"X{rng.randint(0, 3)}"
    if name in draft.types:
        return
    interface = _pick(rng, draft.of("interface")) if rng.random() < 0.5 else []
    fields = copy.deepcopy(draft.types[interface[0]].fields) if interface else {"a": random_field(rng, draft)}
    parents = [*interface, *(parent for one in interface for parent in draft.types[one].interfaces)]
    draft.types[name] = rng.choice(
        [
            Type(keyword="type", interfaces=parents, fields=fields),
            Type(keyword="interface", fields={"a": random_field(rng, draft)}),
            Type(keyword="input", inputs={"a": random_input(rng, draft)}),
            Type(keyword="enum", values={"A": Element()}),
            Type(keyword="union", members=_pick(rng, draft.of("type"))),
            Type(),
        ]
    )
    if draft.types[name].keyword not in {"input"} and rng.random() < 0.5:
        draft.types[draft.roots["query"]].fields[f"q{name}"] = Field(type=name)


def remove_type(rng: random.Random, draft: Draft) -> None:
    roots = set(draft.roots.values())
    for name in _pick(rng, [name for name in draft.types if name not in roots]):
        del draft.types[name]
        for type_ in draft.types.values():
            type_.interfaces = [one for one in type_.interfaces if one != name]
            type_.members = [one for one in type_.members if one != name]
            type_.fields = {key: each for key, each in type_.fields.items() if each.type.strip("[]!") != name}
        for place in draft.inputs():
            for key in [key for key, each in place.items() if each.type.strip("[]!") == name]:
                del place[key]


def change_kind(rng: random.Random, draft: Draft) -> None:
    for name in _pick(rng, draft.of("scalar", "enum", "union")):
        keyword = draft.types[name].keyword
        if keyword == "scalar":
            draft.types[name] = Type(keyword="enum", values={"A": Element()})
        elif keyword == "enum":
            draft.types[name] = Type()
        else:
            draft.types[name] = Type(keyword="type", fields={"id": Field(type="ID")})


def change_root(rng: random.Random, draft: Draft) -> None:
    operation = rng.choice(["query", "mutation", "subscription"])
    if operation in draft.roots and operation != "query" and rng.random() < 0.5:
        del draft.roots[operation]
        return
    for name in _pick(rng, [name for name in draft.of("type") if name not in draft.roots.values()]):
        draft.roots[operation] = name


# Fields and the types of fields


def add_field(rng: random.Random, draft: Draft) -> None:
    field = random_field(rng, draft)
    name = rng.choice(FIELD_NAMES)
    owners = draft.of("type", "interface") if rng.random() < 0.3 else _pick(rng, draft.of("type", "interface"))
    for owner in owners:
        draft.types[owner].fields.setdefault(name, copy.deepcopy(field))


def remove_field(rng: random.Random, draft: Draft) -> None:
    for owner in _pick(rng, draft.of(*_COMPOSITES)):
        name = rng.choice(list(draft.types[owner].fields))
        owners = draft.of(*_COMPOSITES) if rng.random() < 0.3 else [owner]
        for one in owners:
            draft.types[one].fields.pop(name, None)


def change_field_type(rng: random.Random, draft: Draft) -> None:
    type_ = wrapped(rng, rng.choice([*LEAVES, *draft.of("type", "enum", "scalar")]))
    for field in _pick_fields(rng, draft):
        field.type = type_


def narrow_field_type(rng: random.Random, draft: Draft) -> None:
    for field in _pick_fields(rng, draft):
        field.type = _non_null(rng, field.type)


def widen_field_type(rng: random.Random, draft: Draft) -> None:
    for field in _pick_fields(rng, draft):
        field.type = _nullable(rng, field.type)


def _non_null(rng: random.Random, type_: str) -> str:
    if type_.startswith("[") and "!]" not in type_ and rng.random() < 0.5:
        return type_.replace("]", "!]")
    return type_ if type_.endswith("!") else f"{type_}!"


def _nullable(rng: random.Random, type_: str) -> str:
    return type_.replace("!]", "]") if "!]" in type_ and rng.random() < 0.5 else type_.removesuffix("!")


# Input values


def add_input(rng: random.Random, draft: Draft) -> None:
    name, value = rng.choice("xyzabc"), random_input(rng, draft)
    if rng.random() < 0.3 and draft.of("interface"):
        field = rng.choice(list(draft.types[rng.choice(draft.of("interface"))].fields))
        places = [type_.fields[field].arguments for type_ in draft.types.values() if field in type_.fields]
    else:
        places = [rng.choice(draft.inputs())]
    for place in places:
        place.setdefault(name, copy.deepcopy(value))


def remove_input(rng: random.Random, draft: Draft) -> None:
    places = [place for place in draft.inputs() if place]
    if places:
        place = rng.choice(places)
        del place[rng.choice(list(place))]


def change_input_type(rng: random.Random, draft: Draft) -> None:
    type_ = wrapped(rng, rng.choice([*LEAVES, *draft.of("enum", "input", "scalar")]))
    for value in _pick_inputs(rng, draft):
        value.type, value.default = type_, None


def widen_input_type(rng: random.Random, draft: Draft) -> None:
    for value in _pick_inputs(rng, draft):
        value.type = _nullable(rng, value.type)


def narrow_input_type(rng: random.Random, draft: Draft) -> None:
    for value in _pick_inputs(rng, draft):
        value.type = _non_null(rng, value.type)


def change_default(rng: random.Random, draft: Draft) -> None:
    for value in _pick_inputs(rng, draft):
        value.default = None if value.default and rng.random() < 0.4 else random_default(rng, draft, value.type)


def change_one_of(rng: random.Random, draft: Draft) -> None:
    for name in _pick(rng, draft.of("input")):
        type_ = draft.types[name]
        type_.one_of = not type_.one_of
        if type_.one_of:
            type_.inputs = {key: Input(type=each.type.rstrip("!")) for key, each in type_.inputs.items()}


# Enums, interfaces, unions, scalars


def add_enum_value(rng: random.Random, draft: Draft) -> None:
    for name in _pick(rng, draft.of("enum")):
        draft.types[name].values.setdefault(rng.choice("ABCDE"), Element())


def remove_enum_value(rng: random.Random, draft: Draft) -> None:
    for name in _pick(rng, draft.of("enum")):
        del draft.types[name].values[rng.choice(list(draft.types[name].values))]


def add_interface(rng: random.Random, draft: Draft) -> None:
    for name, interface in zip(_pick(rng, draft.of(*_COMPOSITES)), _pick(rng, draft.of("interface")), strict=False):
        type_ = draft.types[name]
        if interface not in type_.interfaces:
            type_.interfaces += [interface, *draft.types[interface].interfaces]
            type_.fields |= copy.deepcopy(draft.types[interface].fields)


def remove_interface(rng: random.Random, draft: Draft) -> None:
    for name in _pick(rng, [name for name in draft.of(*_COMPOSITES) if draft.types[name].interfaces]):
        draft.types[name].interfaces.remove(rng.choice(draft.types[name].interfaces))


def add_member(rng: random.Random, draft: Draft) -> None:
    for union, name in zip(_pick(rng, draft.of("union")), _pick(rng, draft.of("type")), strict=False):
        if name not in draft.types[union].members:
            draft.types[union].members.append(name)


def remove_member(rng: random.Random, draft: Draft) -> None:
    for union in _pick(rng, draft.of("union")):
        draft.types[union].members.remove(rng.choice(draft.types[union].members))


def change_url(rng: random.Random, draft: Draft) -> None:
    for name in _pick(rng, draft.of("scalar")):
        draft.types[name].url = rng.choice([None, "https://example.com/s", "https://example.com/t"])


# Directives


def add_directive(rng: random.Random, draft: Draft) -> None:
    arguments = {"x": random_input(rng, draft)} if rng.random() < 0.5 else {}
    draft.directives.setdefault(f"d{rng.randint(0, 3)}", Directive(arguments=arguments))


def remove_directive(rng: random.Random, draft: Draft) -> None:
    for name in _pick(rng, list(draft.directives)):
        del draft.directives[name]


def change_locations(rng: random.Random, draft: Draft) -> None:
    for name in _pick(rng, list(draft.directives)):
        location = rng.choice(["FIELD", "QUERY", "FIELD_DEFINITION", "OBJECT"])
        locations = draft.directives[name].locations
        locations.remove(location) if location in locations else locations.append(location)


def change_repeatable(rng: random.Random, draft: Draft) -> None:
    for name in _pick(rng, list(draft.directives)):
        draft.directives[name].repeatable = not draft.directives[name].repeatable


def apply_directive(rng: random.Random, draft: Draft) -> None:
    for name in _pick(rng, [name for name, each in draft.directives.items() if not each.arguments]):
        applied = rng.choice([f"@{name}", f"@{name}", ""])
        if "OBJECT" in draft.directives[name].locations and rng.random() < 0.5:
            draft.types[rng.choice(draft.of("type"))].applied = applied
        elif "FIELD_DEFINITION" in draft.directives[name].locations:
            next(_pick_fields(rng, draft)).applied = applied


# What operations do not depend on


def change_description(rng: random.Random, draft: Draft) -> None:
    text = rng.choice([None, "One.", "Two."])
    described = [*_elements(draft), *draft.types.values(), *draft.directives.values()]
    if rng.random() < 0.1:
        draft.description = text
    else:
        _one_of(rng, described, [each for each in described if each.description]).description = text


def change_deprecation(rng: random.Random, draft: Draft) -> None:
    elements = _elements(draft)
    reason = rng.choice([None, "One.", "Two.", "No longer supported"])
    _one_of(rng, elements, [each for each in elements if each.deprecated is not None]).deprecated = reason


def _one_of(rng: random.Random, elements: list[Element], preferred: list[Element]) -> Element:
    return rng.choice(preferred if preferred and rng.random() < 0.5 else elements)


MUTATIONS: tuple[Mutation, ...] = (
    *(add_type, remove_type, change_kind, change_root),
    *(add_field, remove_field, change_field_type, narrow_field_type, narrow_field_type, widen_field_type),
    *(add_input, add_input, remove_input, change_input_type, widen_input_type, widen_input_type, narrow_input_type),
    *(change_default, change_default, change_one_of),
    *(add_enum_value, remove_enum_value, add_interface, remove_interface, add_member, remove_member, change_url),
    *(add_directive, remove_directive, change_locations, change_repeatable, apply_directive),
    *(change_description, change_description, change_deprecation, change_deprecation),
)
