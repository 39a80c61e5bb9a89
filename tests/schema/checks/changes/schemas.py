"""Random schemas with every kind of definition."""

from __future__ import annotations

import random

from tests.schema.checks.changes.draft import Directive, Draft, Element, Field, Input, Type

LEAVES = ("Int", "String", "Boolean", "ID", "Float")
FIELD_NAMES = ("id", "name", "a", "b", "c", "owner", "sku")
_LITERALS = {"Int": ("1", "2"), "Float": ("1.5", "2"), "String": ('"x"', '"y"'), "Boolean": ("true", "false")}


def random_draft(rng: random.Random) -> Draft:
    """A schema, valid by its construction."""
    draft = Draft(roots={"query": "Query"})
    for number in range(rng.randint(1, 3)):
        draft.types[f"E{number}"] = Type(
            keyword="enum", values={name: Element() for name in "ABC"[: rng.randint(1, 3)]}
        )
    draft.types["S0"] = Type(url=rng.choice([None, "https://example.com/s"]))
    for number in range(rng.randint(1, 3)):
        _add_input_object(rng, draft, f"I{number}")
    _add_composites(rng, draft)
    for number in range(rng.randint(0, 2)):
        repeatable = rng.random() < 0.3
        draft.directives[f"d{number}"] = Directive(
            locations=rng.sample(["FIELD", "QUERY", "FIELD_DEFINITION", "OBJECT"], 2), repeatable=repeatable
        )
        if rng.random() < 0.5:
            draft.directives[f"d{number}"].arguments["x"] = random_input(rng, draft)
    return draft


def _add_input_object(rng: random.Random, draft: Draft, name: str) -> None:
    one_of = rng.random() < 0.2
    draft.types[name] = Type(keyword="input", one_of=one_of)
    for field in rng.sample(FIELD_NAMES, rng.randint(1, 3)):
        value = random_input(rng, draft)
        if one_of or value.type.strip("[]!") == name:
            value.type, value.default = value.type.rstrip("!"), None
        draft.types[name].inputs[field] = value


def _add_composites(rng: random.Random, draft: Draft) -> None:
    objects = [f"T{number}" for number in range(rng.randint(2, 4))]
    interfaces = [f"N{number}" for number in range(rng.randint(1, 2))]
    for name in interfaces:
        draft.types[name] = Type(keyword="interface")
    for name in objects:
        draft.types[name] = Type(keyword="type", interfaces=rng.sample(interfaces, rng.randint(0, len(interfaces))))
    draft.types["U0"] = Type(keyword="union", members=rng.sample(objects, rng.randint(1, 2)))
    for name in interfaces:
        draft.types[name].fields = {field: random_field(rng, draft) for field in rng.sample(FIELD_NAMES, 2)}
    if len(interfaces) == 2 and rng.random() < 0.4:
        draft.types["N1"].interfaces = ["N0"]
        for name in objects:
            if "N1" in draft.types[name].interfaces and "N0" not in draft.types[name].interfaces:
                draft.types[name].interfaces.append("N0")
    # Fields of one name have one definition wherever an interface defines them.
    shared = {field: each for name in interfaces for field, each in draft.types[name].fields.items()}
    for name in (*interfaces, *objects):
        type_ = draft.types[name]
        for interface in type_.interfaces:
            type_.fields |= draft.types[interface].fields
        if name in objects:
            type_.fields |= {field: random_field(rng, draft) for field in rng.sample(FIELD_NAMES, rng.randint(1, 3))}
        type_.fields = {field: _copy(shared.get(field, each)) for field, each in type_.fields.items()}
    roots = [*objects, *interfaces, "U0", "E0", "S0"]
    draft.types["Query"] = Type(
        keyword="type", fields={f"q{n}": random_field(rng, draft, rng.choice(roots)) for n in range(rng.randint(2, 5))}
    )
    if rng.random() < 0.4:
        draft.types["Mutation"] = Type(keyword="type", fields={"m": random_field(rng, draft)})
        draft.roots["mutation"] = "Mutation"


def _copy(field: Field) -> Field:
    arguments = {name: Input(type=each.type, default=each.default) for name, each in field.arguments.items()}
    return Field(type=field.type, arguments=arguments)


def random_field(rng: random.Random, draft: Draft, inner: str | None = None) -> Field:
    """A field of the inner type, or of any, with at most two arguments."""
    names = draft.of("type", "interface", "union") if rng.random() < 0.5 else [*LEAVES, *draft.of("enum", "scalar")]
    arguments = {name: random_input(rng, draft) for name in rng.sample("xyz", rng.choice([0, 0, 1, 2]))}
    return Field(type=wrapped(rng, inner or rng.choice(names or LEAVES)), arguments=arguments)


def random_input(rng: random.Random, draft: Draft) -> Input:
    """An input value of any type; some have a default value."""
    inner = rng.choice([*LEAVES, *draft.of("enum", "scalar", "input", "input")])
    value = Input(type=wrapped(rng, inner))
    if rng.random() < 0.4:
        value.default = random_default(rng, draft, value.type)
    return value


def wrapped(rng: random.Random, inner: str) -> str:
    """The type with random wrapping."""
    return rng.choice(["{}", "{}", "{}", "{}!", "[{}]", "[{}!]", "[{}]!", "[{}!]!"]).format(inner)


def random_default(rng: random.Random, draft: Draft, type_: str) -> str | None:
    """A default value of the type; None for types that get none."""
    inner = type_.strip("[]!")
    if not type_.endswith("!") and rng.random() < 0.15:
        return "null"
    values = list(draft.types[inner].values) if inner in draft.of("enum") else list(_LITERALS.get(inner, ()))
    if not values:
        return None
    literal = rng.choice(values)
    return f"[{literal}]" if "[" in type_ else literal
