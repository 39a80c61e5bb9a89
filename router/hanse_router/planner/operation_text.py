"""Print the GraphQL text that is sent to a subgraph."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache

from hanse_router.operation import SkipInclude
from hanse_router.operation_kind import OperationKind
from hanse_router.query_plan import AliasedOperation, EntityGroup, FieldSelection, InlineFragment, Selection

_TEXT_OR_VARIABLE = re.compile(r'"""(?:\\"""|[\s\S])*?"""|"(?:\\.|[^"\\])*"|\$(\w+)')


def operation_text(
    kind: OperationKind,
    name: str | None,
    definitions: Mapping[str, str],
    variables: Iterable[str],
    selections: Iterable[Selection],
    groups: Iterable[EntityGroup],
) -> str:
    """The operation: `definitions` are the client's variable definitions by name, `variables` those that are used."""
    groups = tuple(groups)
    parameters = [f"${group.variable}: [_Any!]!" for group in groups]
    parameters += [f"${context.variable}: {context.type}" for group in groups for context in group.contexts]
    parameters += [definitions[name] for name in variables]
    body = " ".join(_group(group) for group in groups) if groups else selections_text(selections)
    if kind is OperationKind.QUERY and name is None and not parameters:
        return f"{{ {body} }}"
    head = kind.value if name is None else f"{kind.value} {name}"
    return f"{head}({', '.join(parameters)}) {{ {body} }}" if parameters else f"{head} {{ {body} }}"


def aliased_operation(
    name: str | None, definitions: Mapping[str, str], variables: Iterable[str], group: EntityGroup
) -> AliasedOperation:
    """The operation that asks for a group with context variables once for each set of their values."""
    number = "\0"  # the place of a number in the text
    while number in selections_text(group.selections):  # a client can write anything into a text
        number += "\0"
    parameters = [f"${group.variable}_{number}: [_Any!]!"]
    parameters += [f"${context.variable}_{number}: {context.type}" for context in group.contexts]
    names = {context.variable: f"${context.variable}_{number}" for context in group.contexts}
    selections = renamed(group.selections, names)
    numbered = replace(group, alias=f"_e{number}", variable=f"{group.variable}_{number}", selections=selections)
    return AliasedOperation(
        OperationKind.QUERY.value if name is None else f"{OperationKind.QUERY.value} {name}",
        tuple(definitions[variable] for variable in variables),
        tuple(", ".join(parameters).split(number)),
        tuple(_group(numbered).split(number)),
    )


def renamed(selections: tuple[Selection, ...], names: Mapping[str, str]) -> tuple[Selection, ...]:
    """The selections with other names of some variables in arguments, but not in texts. New names have their `$`."""

    def of_match(found: re.Match[str]) -> str:
        return names.get(found[1], found[0]) if found[1] else found[0]

    def of_one(selection: Selection) -> Selection:
        inner = renamed(selection.selections, names)
        if isinstance(selection, InlineFragment):
            return replace(selection, selections=inner)
        return replace(selection, selections=inner, arguments=_TEXT_OR_VARIABLE.sub(of_match, selection.arguments))

    return tuple(of_one(selection) for selection in selections)


def selections_text(selections: Iterable[Selection]) -> str:
    """Selections on one line, without the outer braces."""
    return " ".join(_selection(selection) for selection in selections)


def variables_in(selections: Iterable[Selection], groups: Iterable[EntityGroup]) -> frozenset[str]:
    """The client's variables used in arguments and conditions."""
    found: set[str] = set()
    for group in groups:
        found.update(condition.variable for condition in _guards(group))
        found |= variables_in(group.selections, ())
    for selection in selections:
        found.update(condition.variable for condition in selection.conditions)
        if isinstance(selection, FieldSelection):
            found |= selection.variables
        found |= variables_in(selection.selections, ())
    return frozenset(found)


def _group(group: EntityGroup) -> str:
    alias = "" if group.alias == "_entities" else f"{group.alias}: "
    return _guarded(
        f"{alias}_entities(representations: ${group.variable})",
        _guards(group),
        f" {{ {selections_text(group.selections)} }}",
    )


def _guards(group: EntityGroup) -> tuple[SkipInclude, ...]:
    """The group's conditions, if directives can express them: they have no `or`."""
    return group.conditions[0] if len(group.conditions) == 1 else ()


def _selection(selection: Selection) -> str:
    inner = f" {{ {selections_text(selection.selections)} }}" if selection.selections else ""
    if isinstance(selection, InlineFragment):
        on = f" on {selection.type_condition}" if selection.type_condition else ""
        return _guarded(f"...{on}", selection.conditions, inner)
    alias = "" if selection.alias == selection.name else f"{selection.alias}: "
    arguments = f"({selection.arguments})" if selection.arguments else ""
    return _guarded(f"{alias}{selection.name}{arguments}", selection.conditions, inner)


def _guarded(head: str, conditions: tuple[SkipInclude, ...], inner: str) -> str:
    """A selection with its conditions: the first as a directive, further ones on fragments around it."""
    if not conditions:
        return f"{head}{inner}"
    first, *others = conditions
    text = f"{head} {condition_text(first)}{inner}"
    for condition in others:
        text = f"... {condition_text(condition)} {{ {text} }}"
    return text


@lru_cache(maxsize=4096)
def condition_text(condition: SkipInclude) -> str:
    """The directive for a condition."""
    return f"@{'skip' if condition.negated else 'include'}(if: ${condition.variable})"
