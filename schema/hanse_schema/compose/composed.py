"""`@composeDirective`: carries directives defined by subgraphs into the supergraph.

Spec: https://specs.apollo.dev/federation/v2.1
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hanse_schema.compose.applied import merge_applied
from hanse_schema.compose.links import own_name
from hanse_schema.compose.merging import Merging
from hanse_schema.compose.rules.composed_directives import Request, accepted_requests
from hanse_schema.compose.sources import Part, Source
from hanse_schema.subgraph.model import DirectiveDef, LinkDef
from hanse_schema.supergraph.model import DirectiveDefinition, InputValue, Link


@dataclass(frozen=True, slots=True)
class _Composed:
    """A composed directive: its name in the supergraph, and the source of its definition."""

    name: str
    original: str
    source: Source[DirectiveDef]


def compose_directives(merging: Merging) -> None:
    """Mark the requested directives as carried, with their definition and a link to their specification."""
    requests = accepted_requests(merging)
    merging.carried.composed.update((request.part.graph, request.name) for request in requests)
    by_identity: dict[str, list[Request]] = {}
    for request in requests:
        by_identity.setdefault(request.link.identity, []).append(request)
    for of_spec in by_identity.values():
        newest = max(of_spec, key=lambda request: request.link.version or (0, 0)).link
        composed = [_compose(merging, newest, list(group)) for group in _by_name(of_spec)]
        found = [one for one in composed if one is not None]
        for one in found:
            merging.supergraph.directive_definitions[one.name] = _definition(merging, one)
            if one.source.definition.repeatable:
                merging.carried.repeatable.add(one.name)
        merging.composed_links.append(_link(newest, found))


def _by_name(requests: Iterable[Request]) -> Iterable[list[Request]]:
    groups: dict[str, list[Request]] = {}
    for request in requests:
        groups.setdefault(request.name, []).append(request)
    return groups.values()


def _compose(merging: Merging, newest: LinkDef, requests: Sequence[Request]) -> _Composed | None:
    """Use the definition of the newest version; if several subgraphs link it, that of the last one."""
    name, original = requests[0].name, requests[0].original
    holders = [
        (part, link)
        for part in merging.parts
        for link in part.schema.links
        if link.identity == newest.identity and link.version == newest.version
    ]
    defined = [
        Source(part, definition)
        for part, link in holders
        if (definition := part.schema.directive_definitions.get(own_name(link, original))) is not None
    ]
    if defined:
        return _Composed(name, original, defined[-1])
    part, link = _asking(holders, newest)
    merging.report.error(
        "DIRECTIVE_COMPOSITION_ERROR",
        f'Subgraph "{part.name}" links the newest version that is composed, {newest.url}, but does not define '
        f"@{name}: define it there, so that the supergraph has its newest definition.",
        [(part, link.node), *((request.part, request.directive.node) for request in requests)],
        f"@{name}",
    )
    return None


def _asking(holders: Sequence[tuple[Part, LinkDef]], newest: LinkDef) -> tuple[Part, LinkDef]:
    return next(holder for holder in holders if holder[1] is newest)


def _definition(merging: Merging, composed: _Composed) -> DirectiveDefinition:
    definition, part = composed.source.definition, composed.source.part
    return DirectiveDefinition(
        name=composed.name,
        repeatable=definition.repeatable,
        locations=definition.locations,
        description=definition.description,
        arguments={
            name: InputValue(
                name=name,
                type=value.type,
                default=value.default,
                description=value.description,
                directives=merge_applied(merging, [Source(part, value)], f"@{composed.name}({name}:)"),
            )
            for name, value in definition.arguments.items()
        },
    )


def _link(newest: LinkDef, composed: Iterable[_Composed]) -> Link:
    return Link(
        url=newest.url, for_=newest.for_, imports=tuple((f"@{one.original}", f"@{one.name}") for one in composed)
    )
