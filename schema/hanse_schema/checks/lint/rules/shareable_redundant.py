"""SHAREABLE_REDUNDANT: `@shareable` is not on a field and on its type."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import DirectiveNode, Node, ObjectTypeDefinitionNode, ObjectTypeExtensionNode

from hanse_schema.checks.edits import removal
from hanse_schema.checks.lint.rule import Category, Options, Problem, Rule
from hanse_schema.checks.lint.subject import LintSubject
from hanse_schema.checks.report import Level
from hanse_schema.subgraph.model import Applied, FieldDef, TypeDef, applied


def _own(definition: FieldDef) -> list[Applied]:
    return [one for one in applied(definition.directives, "shareable") if not one.inherited]


def _is_on_type(owner: TypeDef, field: Node | None, directive: Applied) -> bool:
    """Whether the definition that has the field has the same directive."""
    if not isinstance(directive.node, DirectiveNode):
        return False
    written = directive.node.name.value
    return any(
        any(one is field for one in node.fields or ())
        and any(one.name.value == written for one in node.directives or ())
        for node in owner.nodes
        if isinstance(node, ObjectTypeDefinitionNode | ObjectTypeExtensionNode)
    )


def check(subject: LintSubject, options: Options) -> Iterator[Problem]:
    """Report each `@shareable` of a field whose type definition has it too."""
    for use in subject.fields:
        for directive in _own(use.definition):
            place = None if directive.node is None else directive.node.loc
            if place is not None and _is_on_type(use.owner, use.definition.node, directive):
                yield Problem(
                    use.coordinate,
                    use.definition.node,
                    f"`{use.coordinate}` is shareable, as its type is: remove the directive from the field.",
                    at=directive.node,
                    edits=(removal(subject.sdl, place.start, place.end),),
                )


RULE = Rule(
    code="SHAREABLE_REDUNDANT",
    category=Category.FEDERATION,
    level=Level.WARNING,
    summary="`@shareable` is not on a field and on its type.",
    explanation="`@shareable` on a type is for all of its fields.",
    check=check,
    options=Options,
    fixes="Remove `@shareable` from the field.",
)
