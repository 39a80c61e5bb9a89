"""Conflicting links: a specification linked twice, ambiguous names, unknown imports."""

from __future__ import annotations

import re

from hanse_schema.subgraph import specs
from hanse_schema.subgraph.link import USAGE, Links
from hanse_schema.subgraph.model import LinkDef
from hanse_schema.subgraph.report import Report
from hanse_schema.subgraph.suggest import did_you_mean

_NAME = re.compile(r"[_A-Za-z][_0-9A-Za-z]*")
_KNOWN_LINK_VERSIONS = {specs.LINK: ((1, 0),), specs.CORE: ((0, 1), (0, 2))}


def check_links(links: Links, report: Report) -> None:
    """Report conflicts between the links of one subgraph."""
    linked: list[LinkDef] = []
    unknown = USAGE if links.by_identity(specs.FEDERATION) else "UNKNOWN_LINK_VERSION"
    for link in links.links:
        _check_version(link, unknown, report)
        if _check_name(link, report) and not _repeats(link, linked, report):
            linked.append(link)
    _check_imports_apart(linked, report)
    _check_federation_imports(links, report)
    _check_direct_specs(links, report)


def _check_version(link: LinkDef, code: str, report: Report) -> None:
    known = _KNOWN_LINK_VERSIONS.get(link.identity)
    if known is not None and link.version not in known:
        newest = ".".join(map(str, known[-1]))
        report.error(code, f"{link.url} is no version of @link known here: link {link.identity}/v{newest}.", link.node)
    if link.identity == specs.CONNECT:
        report.error(
            "UNSUPPORTED_LINKED_FEATURE",
            f"{link.url} (Apollo Connectors: @connect and @source) is not supported: remove the @link, and resolve "
            "those fields in a subgraph.",
            link.node,
        )


def _check_name(link: LinkDef, report: Report) -> bool:
    """Whether the name can be a namespace, as in `name__type`."""
    name = link.name
    if not _NAME.fullmatch(name):
        problem = "is no GraphQL name"
    elif "__" in name:
        problem = "holds `__`, which separates a namespace from its names"
    elif name.endswith("_"):
        problem = "ends in `_`"
    else:
        return True
    report.error(USAGE, f"{link.url} is linked as `{name}`, which {problem}: choose another name with `as`.", link.node)
    return False


def _repeats(link: LinkDef, linked: list[LinkDef], report: Report) -> bool:
    for other in linked:
        if other.identity == link.identity:
            report.error(USAGE, f"{link.identity} is linked twice: merge the two @link.", link.node, other.node)
            return True
        if other.name == link.name:
            report.error(
                USAGE,
                f"{link.url} and {other.url} are both linked as `{link.name}`: give one another name with `as`.",
                link.node,
                other.node,
            )
            return True
    return False


def _check_imports_apart(linked: list[LinkDef], report: Report) -> None:
    imported: dict[str, LinkDef] = {}
    for link in linked:
        for local in link.imports.values():
            other = imported.setdefault(local, link)
            if other is not link:
                report.error(
                    USAGE,
                    f"{link.url} and {other.url} both import {local}: rename one with `as`.",
                    link.node,
                    other.node,
                )
    by_name = {link.name: link for link in linked}
    for link in linked:
        for name, local in link.imports.items():
            namespace, separator, _ = local.removeprefix("@").partition("__")
            namesake = by_name.get(namespace)
            if namesake is not None and namesake is not link and (separator or local.startswith("@")):
                report.error(
                    USAGE,
                    f"{name} of {link.url} is imported as {local}, which reads as a name of {namesake.url}: "
                    "rename the import with `as`.",
                    link.node,
                    namesake.node,
                )


def _check_federation_imports(links: Links, report: Report) -> None:
    federation = links.by_identity(specs.FEDERATION)
    if federation is None:
        return
    directives, types = specs.federation_directives(links.federation), specs.federation_types(links.federation)
    for name in federation.imports:
        known = name[1:] in directives if name.startswith("@") else name in types
        if not known:
            report.error(USAGE, f"{federation.url} defines no {name}{_hint(name, links, report)}.", federation.node)
    for identity, defined in specs.DIRECT_SPECS.items():
        link = links.by_identity(identity)
        for name in link.imports if link is not None else ():
            if link is not None and name.startswith("@") and name[1:] not in defined:
                report.error(USAGE, f"{link.url} defines no {name}.", link.node)


def _hint(name: str, links: Links, report: Report) -> str:
    """A suggestion for an unknown import."""
    for minor in range(specs.LATEST[1] + 1):
        if name.removeprefix("@") in specs.federation_directives((2, minor)):
            return f": link v2.{minor} or later" if name.startswith("@") else f", but v2.{minor} defines @{name}"
    return did_you_mean(report, name.removeprefix("@"), specs.federation_directives(links.federation), "@")


def _check_direct_specs(links: Links, report: Report) -> None:
    """`@tag` and `@inaccessible` come from Federation, unless their own specification has names of its own."""
    federation = links.by_identity(specs.FEDERATION)
    for identity, name in ((specs.TAG, "tag"), (specs.INACCESSIBLE, "inaccessible")):
        link = links.by_identity(identity)
        if link is None:
            continue
        same = federation is None or links.local_directive(federation, name) == links.local_directive(link, name)
        if same:
            report.error(
                USAGE,
                f"@{name} is Federation's: import it from {specs.FEDERATION}, and remove the @link to {link.url}.",
                link.node,
            )
