"""CONTEXT_INVALID_SELECTION: the selection from a context is valid, has one field, and matches the argument's type."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_schema.subgraph.context_selection import context_uses, parse_context, parse_selection
from hanse_schema.subgraph.field_set import FieldSetError, Selection
from hanse_schema.subgraph.model import Kind, TypeDef, has
from hanse_schema.subgraph.rules.fields_invalid import step_problem
from hanse_schema.subgraph.subject import Step, Subject
from hanse_schema.subgraph.values import type_depth_text
from hanse_schema.type_ref import named_type


def check(subject: Subject) -> None:
    """Report the first problem of each selection from a context that is set."""
    for owner, field, argument, directive in context_uses(subject):
        context, text = parse_context(directive)
        setters = subject.contexts.get(context or "")
        if not setters or not text or owner.kind is not Kind.OBJECT:
            continue
        coordinate = f"{owner.name}.{field.name}({argument.name}:)"
        for problem in _problems(subject, text, setters, argument.type):
            subject.report.error(
                "CONTEXT_INVALID_SELECTION",
                f"`{coordinate}` takes its value from the context `{context}`, but its selection {problem}.",
                argument.node,
                directive.node,
                coordinate=coordinate,
            )


def _problems(subject: Subject, text: str, setters: list[TypeDef], expected: str) -> Iterator[str]:
    try:
        selections = parse_selection(text)
    except FieldSetError as error:
        yield str(error)
        return
    problem = _form_problem(selections)
    if problem:
        yield problem
        return
    conditions = [selection.condition for selection in selections if selection.field is None]
    wrong = [c for c in conditions if c is not None and (t := subject.types.get(c)) and t.kind is not Kind.OBJECT]
    if wrong:
        yield f"has a condition on `{wrong[0]}`: conditions can only be on object types"
        return
    matched: set[str] = set()
    for setter in setters:
        if has(setter.directives, "interfaceObject"):
            yield f"is on `{setter.name}`, an interface object, which cannot set a context"
            return
        yield from _problems_on(subject, selections, setter, expected, matched)
    unused = [condition for condition in conditions if condition is not None and condition not in matched]
    if unused:
        yield f"has a condition on `{unused[0]}`, a type that never sets the context"


def _form_problem(selections: tuple[Selection, ...]) -> str | None:
    """Problems that do not depend on types: aliases, directives, several fields."""
    for selection in selections:
        if selection.alias:
            return f"gives `{selection.field}` an alias: leave it out"
        if selection.directives:
            return f"has the directive @{selection.directives[0]}: leave it out"
        problem = _form_problem(selection.selections or ())
        if problem:
            return problem
    fields = [selection for selection in selections if selection.field is not None]
    if len(fields) > 1 or (fields and len(fields) < len(selections)):
        return "has several fields: select exactly one"
    return None


def _problems_on(
    subject: Subject, selections: tuple[Selection, ...], setter: TypeDef, expected: str, matched: set[str]
) -> Iterator[str]:
    """Problems of the selection where `setter` sets the context. Adds the conditions that apply to `matched`."""
    if selections[0].field is not None:
        yield from _check_type(subject, selections[0], setter, expected)
        return
    possible = {known.name: known for known in subject.possible_types(setter)}
    found = False
    for selection in selections:
        if selection.condition is None or selection.condition in possible:
            matched.add(selection.condition or "")
            found = True
            target = possible[selection.condition] if selection.condition else setter
            yield from _problems_on(subject, selection.selections or (), target, expected, matched)
    if not found:
        yield f"has no condition that applies to `{setter.name}`, which sets the context too"


def _check_type(subject: Subject, selection: Selection, owner: TypeDef, expected: str) -> Iterator[str]:
    found = _selected_type(subject, selection, owner)
    if found.startswith(" "):
        yield found.strip()
    elif not _fits(found, expected):
        yield f"gives {found} on `{owner.name}`, where the argument takes {expected}"


def _selected_type(subject: Subject, selection: Selection, owner: TypeDef) -> str:
    """The type that a selection gives, or a problem that starts with a space."""
    if selection.field == "__typename":
        return "String" if selection.selections is None else f" selects within `{owner.name}.__typename`, a String"
    definition = owner.fields.get(selection.field or "")
    if definition is None:
        return f" selects `{owner.name}.{selection.field}`, which does not exist"
    problem = step_problem(subject.constants, Step(owner, definition, selection, in_external=False), definition)
    if problem is not None:
        return f" {problem}"
    target = subject.types.get(named_type(definition.type))
    composite = target is not None and target.kind in (Kind.OBJECT, Kind.INTERFACE, Kind.UNION)
    if selection.selections is None:
        if composite:
            return f" selects `{owner.name}.{selection.field}` whole: select a field within it"
        return definition.type.removesuffix("!")
    if target is None or not composite:
        return f" selects within `{owner.name}.{selection.field}`, which has no fields"
    inner = selection.selections[0]
    if inner.field is None:
        return f" has a condition within `{selection.field}`, which is not supported"
    found = _selected_type(subject, inner, target)
    return found if found.startswith(" ") else type_depth_text(definition.type, found)


def _fits(found: str, expected: str) -> bool:
    """Whether a value of type `found` is accepted for the type `expected`."""
    if found.endswith("!"):
        return _fits(found[:-1], expected.removesuffix("!"))
    if expected.endswith("!"):
        return False
    if found.startswith("[") and expected.startswith("["):
        return _fits(found[1:-1], expected[1:-1])
    return found == expected
