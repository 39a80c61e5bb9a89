"""The imports of a subgraph's `@link` directives, where they are written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from graphql import DirectiveNode, ListValueNode, Location, ObjectValueNode, StringValueNode, ValueNode

from hanse_schema.checks.edits import TextEdit
from hanse_schema.checks.lint.subject import LintSubject


@dataclass(frozen=True, slots=True)
class Import:
    """One import. `local` is its name in the subgraph: `@key`, `FieldSet`."""

    local: str
    node: ValueNode
    link: DirectiveNode
    before: ValueNode | None
    after: ValueNode | None

    def removal(self, sdl: str) -> tuple[TextEdit, ...]:
        """The edit that removes it with the space to the next one; nothing where a comment would be removed."""
        place = self.node.loc
        if place is None:
            return ()
        start, end = place.start, place.end
        if (following := _place(self.after)) is not None:
            end = following.start
        elif (preceding := _place(self.before)) is not None:
            start = preceding.end
        return () if "#" in sdl[start : place.start] + sdl[place.end : end] else (TextEdit(start, end),)


def imports(subject: LintSubject) -> Iterator[Import]:
    """All imports of all links, in order."""
    for link in subject.schema.links:
        if not isinstance(link.node, DirectiveNode):
            continue
        for argument in link.node.arguments or ():
            if argument.name.value == "import" and isinstance(argument.value, ListValueNode):
                values = argument.value.values
                for before, node, after in zip((None, *values), values, (*values[1:], None), strict=False):
                    local = _local_name(node)
                    if local is not None:
                        yield Import(local, node, link.node, before, after)


def _place(node: ValueNode | None) -> Location | None:
    return None if node is None else node.loc


def _local_name(node: ValueNode) -> str | None:
    if isinstance(node, StringValueNode):
        return node.value
    if isinstance(node, ObjectValueNode):
        given = {field.name.value: field.value for field in node.fields or ()}
        found = given.get("as", given.get("name"))
        return found.value if isinstance(found, StringValueNode) else None
    return None
