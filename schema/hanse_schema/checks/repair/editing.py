"""Edits of a subgraph's SDL: each function makes one change, and keeps all else as written."""

from __future__ import annotations

import re

from graphql import (
    ArgumentNode,
    DirectiveNode,
    FieldDefinitionNode,
    ListValueNode,
    Node,
    TypeDefinitionNode,
    TypeExtensionNode,
)

from hanse_schema.checks.edits import TextEdit, removal
from hanse_schema.checks.repair.document import (
    INTERFACES,
    OBJECTS,
    Document,
    MembersNode,
    TypeNode,
    members_of,
)
from hanse_schema.checks.report import Edit
from hanse_schema.subgraph import specs

Edits = tuple[Edit, ...]
_COMMA_AFTER = re.compile(r"[ \t]*,")


def start_of(node: Node) -> int:
    """The offset where a node starts. Raises ValueError for one without a location."""
    if node.loc is None:
        raise ValueError("the node has no location")
    return node.loc.start


def end_of(node: Node) -> int:
    """The offset where a node ends. Raises ValueError for one without a location."""
    if node.loc is None:
        raise ValueError("the node has no location")
    return node.loc.end


def edit(document: Document, start: int, end: int, text: str) -> Edit:
    """Replace a range; line feeds in the text become the document's."""
    written = text.replace("\n", document.newline) if document.newline != "\n" else text
    return document.lines.located(document.name, TextEdit(start, end, written))


def insert(document: Document, offset: int, text: str) -> Edit:
    """Insert a text."""
    return edit(document, offset, offset, text)


def replace(document: Document, node: Node, text: str) -> Edit:
    """Replace a node."""
    return edit(document, start_of(node), end_of(node), text)


def remove(document: Document, node: Node) -> Edit:
    """Remove a node, with a comma after it and the blanks before it, or its whole lines."""
    end = end_of(node)
    comma = _COMMA_AFTER.match(document.text, end)
    return document.lines.located(
        document.name, removal(document.text, start_of(node), comma.end() if comma is not None else end)
    )


def add_directive(document: Document, node: Node, canonical: str, arguments: str = "") -> Edits:
    """Apply a specification's directive to an element, and import it. Empty where the subgraph cannot have it."""
    used = use_directive(document, canonical)
    if used is None:
        return ()
    written, imports = used
    return (*imports, insert(document, _directives_end(document, node), f" @{written}{arguments}"))


def add_written(document: Document, node: Node, text: str) -> Edit:
    """Apply a directive to an element, as it is written elsewhere in the document."""
    return insert(document, _directives_end(document, node), f" {text}")


def implementations(document: Document, interface: str) -> list[TypeNode]:
    """The definitions of objects that implement an interface in a subgraph."""
    return [
        node
        for node in document.all_types()
        if isinstance(node, OBJECTS) and any(one.name.value == interface for one in node.interfaces or ())
    ]


def use_directive(document: Document, canonical: str) -> tuple[str, Edits] | None:
    """The name under which a subgraph can write a specification's directive, and the edits that import it.

    None if its version of Federation does not define the directive.
    """
    local = next((name for name, spec in document.names.directives.items() if spec.name == canonical), None)
    if local is None:
        return None
    federation = document.links.by_identity(specs.FEDERATION)
    if "__" not in local or federation is None or not isinstance(federation.node, DirectiveNode):
        return local, ()
    if document.directive_definition(canonical) is not None or canonical in document.names.directives:
        return local, ()  # the short name is taken
    return canonical, (add_import(document, federation.node, f'"@{canonical}"'),)


def add_import(document: Document, link: DirectiveNode, item: str) -> Edit:
    """Add an item to the imports of a `@link`."""
    found = argument_of(link, "import")
    if found is None:
        last = (link.arguments or ())[-1]
        return insert(document, end_of(last), f", import: [{item}]")
    values = found.value.values if isinstance(found.value, ListValueNode) else ()
    if values:
        return insert(document, end_of(values[-1]), f", {item}")
    return insert(document, start_of(found.value) + 1, item)


def argument_of(directive: DirectiveNode, name: str) -> ArgumentNode | None:
    """The argument of that name in a directive."""
    return next((argument for argument in directive.arguments or () if argument.name.value == name), None)


def remove_argument(document: Document, directive: DirectiveNode, argument: ArgumentNode) -> Edit:
    """Remove an argument of a directive, with the comma before or after it."""
    arguments = directive.arguments or ()
    position = arguments.index(argument)
    if position:
        return edit(document, end_of(arguments[position - 1]), end_of(argument), "")
    end = start_of(arguments[1]) if len(arguments) > 1 else end_of(argument)
    return edit(document, start_of(argument), end, "")


def add_member(document: Document, owner: MembersNode, text: str) -> Edit:
    """Add a field, an input field or an enum value to a type, in the layout of its last one."""
    members = members_of(owner)
    if not members:
        return insert(document, _directives_end(document, owner), f" {{ {text} }}")
    last = members[-1]
    line_start = document.text.rfind("\n", 0, start_of(last)) + 1
    indentation = document.text[line_start : start_of(last)]
    separator = f"\n{indentation}" if not indentation.strip() else " "
    return insert(document, end_of(last), f"{separator}{text}")


def add_definition(document: Document, text: str) -> Edit:
    """Add a definition at the end of the document."""
    start = "" if document.text.endswith("\n") else "\n"
    return insert(document, len(document.text), f"{start}\n{text}\n")


def add_argument(document: Document, field: FieldDefinitionNode, text: str) -> Edit:
    """Add an argument to a field."""
    arguments = field.arguments or ()
    if arguments:
        return insert(document, end_of(arguments[-1]), f", {text}")
    return insert(document, end_of(field.name), f"({text})")


def add_interface(document: Document, owner: TypeNode, interface: str) -> Edits:
    """Let a type implement an interface."""
    if not isinstance(owner, (*OBJECTS, *INTERFACES)):
        return ()
    if owner.interfaces:
        return (insert(document, end_of(owner.interfaces[-1]), f" & {interface}"),)
    return (insert(document, end_of(owner.name), f" implements {interface}"),)


def remove_member(document: Document, owner: MembersNode, member: Node) -> Edit:
    """Remove a member of a type, or the type if it is the only one."""
    return remove(document, owner if len(members_of(owner)) == 1 else member)


def _directives_end(document: Document, node: Node) -> int:
    """Where another directive of an element is written: before the braces of a type, else at its end."""
    if not isinstance(node, TypeDefinitionNode | TypeExtensionNode):
        return end_of(node)
    ends = [end_of(node.name), *(end_of(directive) for directive in node.directives or ())]
    if isinstance(node, (*OBJECTS, *INTERFACES)):
        ends += [end_of(interface) for interface in node.interfaces or ()]
    return max(ends)
