"""An input object does not contain itself through required fields alone: no value of it could be written."""

from __future__ import annotations

from hanse_schema.subgraph.graphql_rules.checked import Checked
from hanse_schema.subgraph.model import Kind, TypeDef
from hanse_schema.type_ref import is_list, is_non_null, named_type, nullable


def check(checked: Checked) -> None:
    """Report each cycle of required input fields, once."""
    reported: set[str] = set()
    done: set[str] = set()
    for owner in checked.types.values():
        if owner.kind is Kind.INPUT_OBJECT and owner.name not in done:
            _walk(checked, owner, done, reported)


def _walk(checked: Checked, start: TypeDef, done: set[str], reported: set[str]) -> None:
    """Depth-first without recursion, since chains can be as long as the schema."""
    path: list[str] = []
    on_path: set[str] = set()
    stack: list[tuple[TypeDef, bool]] = [(start, False)]
    while stack:
        owner, leaving = stack.pop()
        if leaving:
            path.pop()
            on_path.discard(owner.name)
            done.add(owner.name)
            continue
        if owner.name in done:
            continue
        if owner.name in on_path:
            circle = path[path.index(owner.name) :]
            if not reported & set(circle):
                _report(checked, circle)
                reported.update(circle)
            continue
        path.append(owner.name)
        on_path.add(owner.name)
        stack.append((owner, True))
        stack.extend((target, False) for target in _required(checked, owner))


def _required(checked: Checked, owner: TypeDef) -> list[TypeDef]:
    found = []
    for field in owner.input_fields.values():
        target = checked.types.get(named_type(field.type))
        single = is_non_null(field.type) and not is_list(nullable(field.type))
        if single and target is not None and target.kind is Kind.INPUT_OBJECT:
            found.append(target)
    return found


def _report(checked: Checked, circle: list[str]) -> None:
    owner = checked.types[circle[0]]
    following = circle[1] if len(circle) > 1 else circle[0]
    node = next((f.node for f in owner.input_fields.values() if named_type(f.type) == following), None)
    names = " -> ".join([*circle, circle[0]])
    checked.error(
        f"The input object `{owner.name}` requires itself ({names}): make one of these fields nullable.",
        node,
        coordinate=owner.name,
    )
