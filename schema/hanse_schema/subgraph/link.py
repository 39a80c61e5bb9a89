"""Applied `@link` directives: which specifications a subgraph uses, in which version, and under which names.

Spec: https://specs.apollo.dev/link/v1.0
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from graphql import (
    DefinitionNode,
    DirectiveDefinitionNode,
    DirectiveNode,
    EnumValueNode,
    ListValueNode,
    ObjectValueNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    StringValueNode,
    ValueNode,
)

from hanse_schema.subgraph import specs
from hanse_schema.subgraph.model import LinkDef
from hanse_schema.subgraph.report import Report
from hanse_schema.subgraph.values import string_of, value_text

USAGE = "INVALID_LINK_DIRECTIVE_USAGE"
IDENTIFIER = "INVALID_LINK_IDENTIFIER"

_VERSION = re.compile(r"v(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})$")
_NAME = re.compile(r"[_A-Za-z][_0-9A-Za-z]*$")


@dataclass(slots=True)
class Links:
    """What a subgraph links.

    `directive` is the local name of `@link` itself, None where the subgraph links nothing. `federation` is the
    Federation version, (1, 0) where it is not linked.
    """

    federation: specs.Version = (1, 0)
    directive: str | None = None
    links: list[LinkDef] = field(default_factory=list)

    def by_identity(self, identity: str) -> LinkDef | None:
        """The link to that specification, if any."""
        return next((link for link in self.links if link.identity == identity), None)

    def local_directive(self, link: LinkDef, name: str) -> str:
        """The name under which the subgraph writes a linked specification's directive (without `@`)."""
        imported = link.imports.get(f"@{name}")
        if imported is not None:
            return imported[1:]
        return link.name if name == link.identity.rsplit("/", 1)[-1] else f"{link.name}__{name}"

    def local_type(self, link: LinkDef, name: str) -> str:
        """The name under which the subgraph writes a linked specification's type."""
        return link.imports.get(name) or f"{link.name}__{name}"


def schema_directives(definitions: Iterable[DefinitionNode]) -> Iterator[DirectiveNode]:
    """The directives applied to the schema, on its definition and its extensions."""
    for node in definitions:
        if isinstance(node, SchemaDefinitionNode | SchemaExtensionNode):
            yield from node.directives or ()


def read_links(definitions: Iterable[DefinitionNode], report: Report) -> Links:
    """Read every applied `@link` (or `@core`); invalid ones are reported and ignored."""
    definitions = list(definitions)
    applications = list(schema_directives(definitions))
    name = _link_directive_name(definitions, applications)
    if name is None:
        return Links()
    found = Links(directive=name)
    if not any(_is_recognised(node, name) for node in applications):
        return found  # without a Federation link, the other links are irrelevant for composition
    for node in applications:
        if node.name.value == name and (link := _read_link(node, name, report)):
            found.links.append(link)
    federation = found.by_identity(specs.FEDERATION)
    if federation is not None:
        found.federation = _federation_version(federation, report)
    return found


def _url(node: DirectiveNode) -> str:
    arguments = {argument.name.value: string_of(argument.value) for argument in node.arguments or ()}
    return arguments.get("url") or arguments.get("feature") or ""


def _is_recognised(node: DirectiveNode, name: str) -> bool:
    """Whether an application shows that this is the specification's `@link`: it links Federation, or itself."""
    url = _url(node)
    known = (specs.LINK, specs.CORE, specs.FEDERATION)
    return node.name.value == name and any(url == identity or url.startswith(f"{identity}/") for identity in known)


def _link_directive_name(definitions: list[DefinitionNode], applications: list[DirectiveNode]) -> str | None:
    """The name of `@link` in this subgraph. It may be renamed if its definition is written and it links itself."""
    defined = {node.name.value for node in definitions if isinstance(node, DirectiveDefinitionNode)}
    for node in applications:
        own = {specs.LINK: "link", specs.CORE: "core"}.get(_url(node).rpartition("/")[0])
        as_ = next((string_of(a.value) for a in node.arguments or () if a.name.value == "as"), None)
        name = node.name.value
        if own and name == (as_ or own) and (name == "link" or name in defined):
            return name
    links = [node for node in applications if node.name.value == "link"]
    if links and ("link" not in defined or any(_is_recognised(node, "link") for node in links)):
        return "link"
    return None


def _read_link(node: DirectiveNode, link_name: str, report: Report) -> LinkDef | None:
    arguments: dict[str, ValueNode] = {argument.name.value: argument.value for argument in node.arguments or ()}
    url = string_of(arguments.get("url") or arguments.get("feature"))
    if url is None:
        report.error(
            USAGE, f'@{link_name} needs `url`, the specification to link, as a string: @link(url: "...").', node
        )
        return None
    parsed = _parse_url(url)
    if isinstance(parsed, str):
        report.error(IDENTIFIER, f'@{link_name}(url: "{url}") {parsed}', node)
        return None
    identity, default_name, version = parsed
    as_ = string_of(arguments.get("as"))
    link = LinkDef(
        url=url,
        identity=identity,
        name=as_ or default_name,
        version=version,
        as_=as_,
        for_=for_.value if isinstance(for_ := arguments.get("for"), EnumValueNode) else None,
        node=node,
    )
    if "import" in arguments:
        _read_imports(link, arguments["import"], report)
    return link


def _parse_url(url: str) -> tuple[str, str, specs.Version] | str:
    """A specification URL's identity, name and version; or what is wrong with it."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "is not a URL."
    if not parts.scheme or not parts.netloc:
        return "is not a URL: a specification is linked as https://host/name/v1.0."
    segments = [segment for segment in parts.path.split("/") if segment]
    if not segments:
        return "names no specification: it should end in a name and a version, like /name/v1.0."
    version = _VERSION.match(segments[-1])
    if version is None:
        return f"should end in a version like v1.0, but ends in `{segments[-1]}`."
    if len(segments) < 2:
        return "has a version but no name before it: it should end like /name/v1.0."
    identity = f"{parts.scheme}://{parts.netloc}/{'/'.join(segments[:-1])}"
    return identity, segments[-2], (int(version[1]), int(version[2]))


def _read_imports(link: LinkDef, value: ValueNode, report: Report) -> None:
    if not isinstance(value, ListValueNode):
        report.error(
            USAGE, f'@link(import:) of {link.url} should be a list, like ["@key"], not {value_text(value)}.', link.node
        )
        return
    names: dict[str, str] = {}  # local -> in the specification
    for item in value.values:
        pair = _read_import(link, item, report)
        if pair is not None:
            _add_import(link, *pair, names, report)


def _read_import(link: LinkDef, item: ValueNode, report: Report) -> tuple[str, str] | None:
    where = f"@link(import:) of {link.url}"
    if isinstance(item, StringValueNode):
        return item.value, item.value
    if not isinstance(item, ObjectValueNode):
        report.error(
            USAGE, f'{where} holds {value_text(item)}: write a name, or {{name: "@key", as: "@id"}}.', link.node
        )
        return None
    given = {part.name.value: string_of(part.value) for part in item.fields}
    unknown = [name for name in given if name not in ("name", "as")]
    if unknown:
        report.error(USAGE, f"{where}: `{unknown[0]}` has no meaning in an import, only `name` and `as`.", link.node)
        return None
    name = given.get("name")
    if name is None:
        report.error(USAGE, f"{where}: {value_text(item)} does not say what to import: add `name`.", link.node)
        return None
    local = given.get("as") or name
    if name.startswith("@") != local.startswith("@"):
        rule = "start with @, as it is a directive" if name.startswith("@") else "not start with @, as it is a type"
        report.error(USAGE, f"{where}: `{name}` cannot be called `{local}`: the new name should {rule}.", link.node)
        return None
    return name, local


def _add_import(link: LinkDef, name: str, local: str, names: dict[str, str], report: Report) -> None:
    before = link.imports.get(name)
    if before is not None and before != local:
        report.error(
            USAGE, f"@link imports {name} of {link.url} twice, as {before} and as {local}: keep one.", link.node
        )
        return
    other = names.setdefault(local, name)
    if other != name:
        report.error(
            USAGE, f"@link imports both {other} and {name} of {link.url} as {local}: rename one with `as`.", link.node
        )
        return
    link.imports[name] = local


def _federation_version(link: LinkDef, report: Report) -> specs.Version:
    version = link.version
    if version is None or version[0] != 2 or version > specs.LATEST:
        newest = ".".join(map(str, specs.LATEST))
        report.error(
            "UNKNOWN_FEDERATION_LINK_VERSION",
            f"{link.url} is no Federation version known here: use one of v2.0 to v{newest}.",
            link.node,
        )
        return specs.LATEST
    return version
