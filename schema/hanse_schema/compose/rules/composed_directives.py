"""DIRECTIVE_COMPOSITION_ERROR: composed directives can be carried, and are the same in all subgraphs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hanse_schema.compose.carried import SPEC_OF
from hanse_schema.compose.merging import Merging
from hanse_schema.compose.sentences import by_value, listed, subgraphs
from hanse_schema.compose.sources import Part
from hanse_schema.subgraph.model import Applied, LinkDef, applied, string_argument
from hanse_schema.subgraph.specs import LATEST, federation_directives

ERROR, WARN, INFO = "DIRECTIVE_COMPOSITION_ERROR", "DIRECTIVE_COMPOSITION_WARN", "DIRECTIVE_COMPOSITION_INFO"
_APOLLO = "https://specs.apollo.dev/"
_OF_SUPERGRAPH = ("join__", "link__")


@dataclass(frozen=True, slots=True)
class Request:
    """One `@composeDirective`: the directive's name in the subgraph, and what it is in its linked specification."""

    part: Part
    directive: Applied
    name: str
    original: str
    link: LinkDef


def accepted_requests(merging: Merging) -> list[Request]:
    """The valid requests. Reports the problems of the others."""
    requests = []
    for part in merging.parts:
        for directive in applied(part.schema.schema_directives, "composeDirective"):
            request = _read(merging, part, directive)
            if request is not None:
                requests.append(request)
    failed: set[str] = set()
    failed |= _check_versions(merging, requests)
    failed |= _check_names(merging, requests)
    _check_conflicts(merging, requests, failed)
    return [request for request in requests if request.name not in failed]


def _read(merging: Merging, part: Part, directive: Applied) -> Request | None:
    written = string_argument(directive, "name")
    if not written:
        return _refuse(
            merging, part, directive, 'needs a name: write the directive, as in @composeDirective(name: "@x")'
        )
    if not written.startswith("@"):
        return _refuse(merging, part, directive, f'names "{written}": write it with its @, "@{written}"')
    name = written[1:]
    link, original = _origin(part, name)
    if link is not None and link.identity.startswith(_APOLLO):
        spec = link.identity.removeprefix(_APOLLO)
        if original in SPEC_OF and (spec == "federation" or SPEC_OF[original] == spec):
            merging.report.hint(
                INFO,
                f"{written} is always composed: remove its @composeDirective.",
                [(part, directive.node)],
                written,
            )
            return None
        if spec in ("link", "join", "core") or (spec == "federation" and original in federation_directives(LATEST)):
            return _refuse(merging, part, directive, f"names {written}, which is for composition itself: remove it")
    if name not in part.schema.directive_definitions:
        return _refuse(merging, part, directive, f"names {written}, which the subgraph does not define: define it")
    if link is None:
        return _refuse(
            merging,
            part,
            directive,
            f"names {written}, which no @link imports: add a @link to the URL of its "
            "specification, so that it means the same everywhere",
        )
    return Request(part, directive, name, original, link)


def _refuse(merging: Merging, part: Part, directive: Applied, why: str) -> Request | None:
    merging.report.error(
        ERROR, f'@composeDirective in subgraph "{part.name}" {why}.', [(part, directive.node)], "@composeDirective"
    )
    return None


def _origin(part: Part, name: str) -> tuple[LinkDef | None, str]:
    """The link that defines a directive's local name, and its name in that specification."""
    for link in part.schema.links:
        for imported, local in link.imports.items():
            if local == f"@{name}":
                return link, imported[1:]
    prefix, _, rest = name.partition("__")
    for link in part.schema.links:
        if rest and link.name == prefix:
            return link, rest
        if name == link.name:
            return link, link.identity.rsplit("/", 1)[-1]
    return None, name


def _check_versions(merging: Merging, requests: Iterable[Request]) -> set[str]:
    """Check that the requests of each specification have one major version; returns the names of those that do not."""
    failed: set[str] = set()
    composed: dict[str, list[Request]] = {}
    for request in requests:
        composed.setdefault(request.link.identity, []).append(request)
    linked: dict[str, list[tuple[Part, LinkDef]]] = {}
    for part in merging.parts:
        for link in part.schema.links:
            if not link.identity.startswith(_APOLLO + "federation"):
                linked.setdefault(link.identity, []).append((part, link))
    for identity, holders in linked.items():
        requests = composed.get(identity, [])
        if len({_major(request.link) for request in requests}) > 1:
            versions = by_value((request.part.name, request.link.url) for request in requests)
            merging.report.error(
                ERROR,
                f"Directives of {identity} are composed from incompatible versions: {versions}. "
                "Link one major version.",
                [(request.part, request.directive.node) for request in requests],
                None,
            )
            failed |= {request.name for request in requests}
        elif not requests and len({_major(link) for _, link in holders}) > 1:
            versions = by_value((part.name, link.url) for part, link in holders)
            merging.report.hint(
                INFO,
                f"{identity} is linked in incompatible versions: {versions}. Nothing of it is composed yet.",
                [(part, link.node) for part, link in holders],
                None,
            )
    return failed


def _major(link: LinkDef) -> tuple[int, ...]:
    """The part of a version that must be equal for compatibility: the major version, or the minor one before 1.0."""
    major, minor = link.version or (0, 0)
    return (major,) if major else (major, minor)


def _check_names(merging: Merging, requests: Iterable[Request]) -> set[str]:
    """Check that names and directives correspond one to one; returns the names that do not."""
    failed: set[str] = set()
    by_name: dict[str, list[Request]] = {}
    by_origin: dict[tuple[str, str], list[Request]] = {}
    for request in requests:
        by_name.setdefault(request.name, []).append(request)
        by_origin.setdefault((request.link.identity, request.original), []).append(request)
    for name, group in by_name.items():
        origins = {(request.link.identity, request.original) for request in group}
        if len(origins) > 1:
            written = by_value((r.part.name, f"@{r.original} of {r.link.identity}") for r in group)
            _report_names(merging, group, f"@{name} stands for different directives: {written}. Rename one of them.")
            failed.add(name)
    for (identity, original), group in by_origin.items():
        names = dict.fromkeys(request.name for request in group)
        if len(names) > 1:
            written = by_value((request.part.name, f"@{request.name}") for request in group)
            _report_names(
                merging,
                group,
                f"@{original} of {identity} is composed under different names: {written}. Import it under one name.",
            )
            failed |= set(names)
        else:
            _hint_other_names(merging, group)
    return failed


def _report_names(merging: Merging, group: list[Request], message: str) -> None:
    merging.report.error(ERROR, message, [(r.part, r.directive.node) for r in group], f"@{group[0].name}")


def _hint_other_names(merging: Merging, group: list[Request]) -> None:
    """Hint at subgraphs that use the composed directive under another name without composing it."""
    name, original, identity = group[0].name, group[0].original, group[0].link.identity
    composing = {request.part.name for request in group}
    others = [
        (part, link)
        for part in merging.parts
        if part.name not in composing
        for link in part.schema.links
        if link.identity == identity and link.imports.get(f"@{original}", f"@{name}") != f"@{name}"
    ]
    if others:
        merging.report.hint(
            WARN,
            f"@{name} is composed, but {subgraphs(part.name for part, _ in others)} imports it under another name "
            "without composing it: give it the same name before composing it there.",
            [(part, link.node) for part, link in others],
            f"@{name}",
        )


def _check_conflicts(merging: Merging, requests: Iterable[Request], failed: set[str]) -> None:
    """A composed directive must not have the name of a federation directive in another subgraph."""
    owners: dict[str, list[Part]] = {}
    for part in merging.parts:
        for local in merging.carried.names[part.graph].values():
            owners.setdefault(local, []).append(part)
    for request in requests:
        if request.name.startswith(_OF_SUPERGRAPH):
            merging.report.error(
                "INVALID_LINK_DIRECTIVE_USAGE",
                f'@{request.name}, composed from subgraph "{request.part.name}", looks like a directive of the '
                "supergraph's own specifications: import it under a name without that prefix.",
                [(request.part, request.link.node)],
                f"@{request.name}",
            )
            failed.add(request.name)
        clashing = [part for part in owners.get(request.name, []) if part is not request.part]
        if clashing and request.name not in failed:
            merging.report.error(
                ERROR,
                f'@{request.name}, composed from subgraph "{request.part.name}", would clash with the federation '
                f"directive of that name in {listed(f'{part.name!r}' for part in clashing)}: rename one of them with "
                "@link(import:).",
                [(request.part, request.directive.node)],
                f"@{request.name}",
            )
            failed.add(request.name)
