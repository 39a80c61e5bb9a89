"""NO_CONTEXT_IN_SELECTION, CONTEXT_NOT_SET, CONTEXT_NO_RESOLVABLE_KEY: `@fromContext` is used correctly."""

from __future__ import annotations

from hanse_schema.subgraph.context_selection import context_uses, parse_context
from hanse_schema.subgraph.model import Applied, Kind, applied
from hanse_schema.subgraph.subject import Subject


def check(subject: Subject) -> None:
    """Check the position of each `@fromContext`, and that its context is set."""
    _check_definitions(subject)
    contexts = set(subject.contexts)
    for owner, field, argument, directive in context_uses(subject):
        coordinate = f"{owner.name}.{field.name}({argument.name}:)"

        def error(code: str, message: str, directive: Applied = directive, coordinate: str = coordinate) -> None:
            subject.report.error(code, f"`{coordinate}` {message}", directive.node, coordinate=coordinate)

        if owner.kind is not Kind.OBJECT:
            error("CONTEXT_NOT_SET", "belongs to an abstract type: use @fromContext on object types' fields only.")
            continue
        interface = next((i for i in owner.interfaces if (d := subject.types.get(i)) and field.name in d.fields), None)
        if interface is not None:
            error(
                "CONTEXT_NOT_SET",
                f"has a @fromContext, but `{interface}.{field.name}` is the same field without one: only fields that "
                "implement no interface can use it.",
            )
            continue
        if argument.default is not None:
            error("CONTEXT_NOT_SET", "has a default value besides @fromContext: remove the default.")
            continue
        if not any(key.arguments.get("resolvable") != "false" for key in applied(owner.directives, "key")):
            subject.report.error(
                "CONTEXT_NO_RESOLVABLE_KEY",
                f"`{coordinate}` is filled from a context, so the router must be able to come back to `{owner.name}`: "
                f"give `{owner.name}` a resolvable @key.",
                *owner.nodes[:1],
                coordinate=owner.name,
            )
        context, selection = parse_context(directive)
        if context is None or not selection:
            error(
                "NO_CONTEXT_IN_SELECTION",
                'should name a context and select from it: @fromContext(field: "$name { field }").',
            )
        elif context not in contexts:
            error("CONTEXT_NOT_SET", f"uses the context `{context}`, which no type here sets: add @context to one.")


def _check_definitions(subject: Subject) -> None:
    for definition in subject.model.directive_definitions.values():
        for argument in definition.arguments.values():
            for directive in applied(argument.directives, "fromContext"):
                subject.report.error(
                    "CONTEXT_NOT_SET",
                    f"`@{definition.name}({argument.name}:)` is a directive's argument, which no context can fill.",
                    directive.node,
                    coordinate=f"@{definition.name}({argument.name}:)",
                )
