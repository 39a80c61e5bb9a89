"""`@link`: corrects versions and imports, and imports directives that are used without."""

from __future__ import annotations

import re
from collections.abc import Iterator

from graphql import DirectiveNode, ListValueNode, StringValueNode, ValueNode
from graphql.pyutils import suggestion_list

from hanse_schema.checks.edits import TextEdit
from hanse_schema.checks.repair.document import Document
from hanse_schema.checks.repair.editing import (
    add_import,
    argument_of,
    end_of,
    insert,
    remove,
    replace,
    start_of,
    use_directive,
)
from hanse_schema.checks.repair.graph import Graph
from hanse_schema.checks.repair.model import Confidence, Fixer, Proposal
from hanse_schema.checks.report import Edit
from hanse_schema.diagnostics import Diagnostic
from hanse_schema.subgraph import specs

_VERSION_2 = re.compile(rf"{re.escape(specs.FEDERATION)}/v2\.\d+")
_MAX_SUGGESTIONS = 3


def propose_version(graph: Graph, diagnostic: Diagnostic) -> Iterator[Proposal]:
    """Link the newest known version of Federation."""
    for document, link in graph.found(diagnostic, DirectiveNode):
        edit = _linked(document, link, specs.LATEST)
        if edit is not None:
            url = argument_of(link, "url")
            known = url is not None and isinstance(url.value, StringValueNode) and _VERSION_2.fullmatch(url.value.value)
            confidence = Confidence.SAFE if known else Confidence.CHOICE
            yield Proposal(f"Link Federation {_version(specs.LATEST)}.", (edit,), confidence)


def _version(version: specs.Version) -> str:
    return f"v{version[0]}.{version[1]}"


def _linked(document: Document, link: DirectiveNode, version: specs.Version) -> Edit | None:
    url = argument_of(link, "url")
    if url is None or not isinstance(url.value, StringValueNode) or not url.value.value.startswith(specs.FEDERATION):
        return None
    return replace(document, url.value, f'"{specs.FEDERATION}/{_version(version)}"')


def _since(name: str) -> specs.Version | None:
    """The first version of Federation 2 that defines a directive."""
    versions = ((2, minor) for minor in range(specs.LATEST[1] + 1))
    return next((version for version in versions if name in specs.federation_directives(version)), None)


def propose_import(graph: Graph, diagnostic: Diagnostic) -> Iterator[Proposal]:
    """Correct, replace or remove the items that the linked version does not define; keep one of two equal ones."""
    for document, link in graph.found(diagnostic, DirectiveNode):
        found = argument_of(link, "import")
        if found is not None and isinstance(found.value, StringValueNode):
            text = document.source_of(found.value)
            yield Proposal(f"Import [{text}].", (replace(document, found.value, f"[{text}]"),), Confidence.SAFE)
        if found is None or not isinstance(found.value, ListValueNode):
            continue
        known = {f"@{name}" for name in specs.federation_directives(document.links.federation)}
        known |= specs.federation_types(document.links.federation)
        seen: set[str] = set()
        for item in found.value.values:
            text = document.source_of(item)
            if text in seen:
                yield Proposal(f"Import {text} once.", (_removed(document, found.value, item),), Confidence.SAFE)
            seen.add(text)
            if isinstance(item, StringValueNode) and item.value not in known:
                yield from _corrections(document, link, found.value, item, known)


def _corrections(
    document: Document, link: DirectiveNode, items: ListValueNode, item: StringValueNode, known: set[str]
) -> Iterator[Proposal]:
    name = item.value
    if f"@{name}" in known:
        yield Proposal(f"Import @{name}.", (replace(document, item, f'"@{name}"'),), Confidence.SAFE)
        return
    since = _since(name.removeprefix("@"))
    edit = _linked(document, link, since) if since is not None else None
    if since is not None and edit is not None:
        title = f"Link Federation {_version(since)}, which defines {name}."
        yield Proposal(title, (edit,), Confidence.CHOICE)
    for near in suggestion_list(name, sorted(known))[:_MAX_SUGGESTIONS]:
        yield Proposal(f"Import {near}.", (replace(document, item, f'"{near}"'),))
    yield Proposal(f"Do not import {name}.", (_removed(document, items, item),))


def _removed(document: Document, items: ListValueNode, item: ValueNode) -> Edit:
    """The edit that removes an item with the comma before or after it."""
    position = items.values.index(item)
    start, end = start_of(item), end_of(item)
    if position + 1 < len(items.values):
        end = start_of(items.values[position + 1])
    elif position:
        start = end_of(items.values[position - 1])
    return document.lines.located(document.name, TextEdit(start, end))


def propose_unknown(graph: Graph, diagnostic: Diagnostic) -> Iterator[Proposal]:
    """Import an unknown directive that Federation defines, or correct its name."""
    for document, directive in graph.found(diagnostic, DirectiveNode):
        name = directive.name.value
        if name in document.names.directives or document.directive_definition(name) is not None:
            continue
        if name in specs.built_in_directives() or name == document.links.directive:
            continue
        if _since(name) is not None:
            yield from _import(document, name)
        known = [*document.names.directives, *specs.built_in_directives(), *specs.federation_directives(specs.LATEST)]
        for near in suggestion_list(name, sorted(set(known)))[:_MAX_SUGGESTIONS]:
            used = use_directive(document, near)
            written, imports = used if used is not None else (near, ())
            edits = (*imports, replace(document, directive.name, written))
            yield Proposal(f"Write @{written} for @{name}.", edits)


def _import(document: Document, name: str) -> Iterator[Proposal]:
    federation = document.links.by_identity(specs.FEDERATION)
    if federation is None:
        yield from _link(document)
        return
    if not isinstance(federation.node, DirectiveNode):
        return
    if use_directive(document, name) is not None:
        edits: tuple[Edit, ...] = (add_import(document, federation.node, f'"@{name}"'),)
        yield Proposal(f"Import @{name} in subgraph {document.name}.", edits, Confidence.SAFE)
        return
    since = _since(name)
    linked = _linked(document, federation.node, since) if since is not None else None
    if since is not None and linked is not None:
        edits = (linked, add_import(document, federation.node, f'"@{name}"'))
        yield Proposal(f"Link Federation {_version(since)} and import @{name}.", edits)


def _link(document: Document) -> Iterator[Proposal]:
    """Link Federation with all its directives that the subgraph uses."""
    known = specs.federation_directives(specs.LATEST)
    used = sorted({name for name in document.directives_in_use() if name in known})
    versions = [since for name in used if (since := _since(name)) is not None]
    if not versions:
        return
    items = ", ".join(f'"@{name}"' for name in used)
    text = f'extend schema @link(url: "{specs.FEDERATION}/{_version(max(versions))}", import: [{items}])\n\n'
    yield Proposal(f"Link Federation {_version(max(versions))}.", (insert(document, 0, text),))


def propose_link_version(graph: Graph, diagnostic: Diagnostic) -> Iterator[Proposal]:
    """Link the version of `@link` that exists."""
    for document, link in graph.found(diagnostic, DirectiveNode):
        url = argument_of(link, "url")
        given = url.value.value if url is not None and isinstance(url.value, StringValueNode) else ""
        if url is not None and given.startswith(f"{specs.LINK}/") and given != f"{specs.LINK}/v1.0":
            edit = replace(document, url.value, f'"{specs.LINK}/v1.0"')
            yield Proposal("Link version 1.0 of @link.", (edit,), Confidence.SAFE)


def propose_composed(graph: Graph, diagnostic: Diagnostic) -> Iterator[Proposal]:
    """Write the `@` of a composed directive, or do not compose it."""
    for document, directive in graph.found(diagnostic, DirectiveNode):
        spec = document.names.directives.get(directive.name.value)
        if spec is None or spec.name != "composeDirective":
            continue
        name = argument_of(directive, "name")
        if name is not None and isinstance(name.value, StringValueNode) and not name.value.value.startswith("@"):
            text = f"@{name.value.value}"
            yield Proposal(f"Compose {text}.", (replace(document, name.value, f'"{text}"'),), Confidence.SAFE)
        yield Proposal(f"Remove {document.source_of(directive)}.", (remove(document, directive),))


FIXERS = (
    Fixer(
        ("UNKNOWN_LINK_VERSION", "INVALID_LINK_DIRECTIVE_USAGE"),
        "The version of @link is one that exists.",
        propose_link_version,
        Confidence.SAFE,
    ),
    Fixer(
        ("DIRECTIVE_COMPOSITION_ERROR",),
        "A composed directive is one of the subgraph's own.",
        propose_composed,
        Confidence.SAFE,
    ),
    Fixer(
        ("UNKNOWN_FEDERATION_LINK_VERSION",),
        "The version of Federation is one that exists.",
        propose_version,
        Confidence.SAFE,
    ),
    Fixer(
        ("INVALID_LINK_DIRECTIVE_USAGE",),
        "An import is a name that the specification defines.",
        propose_import,
        Confidence.SAFE,
    ),
    Fixer(
        ("INVALID_GRAPHQL",),
        "A directive is defined, or imported from the specification.",
        propose_unknown,
        Confidence.SAFE,
    ),
)
