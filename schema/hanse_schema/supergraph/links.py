"""Names of a linked specification: from `@link`'s URL, `as` and imports to the names in the document.

Specification: https://specs.apollo.dev/link/v1.0
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from hanse_schema.supergraph.model import Link, Supergraph

_VERSION = re.compile(r"v(\d+)\.(\d+)")

APOLLO = "https://specs.apollo.dev/"


def split_url(url: str) -> tuple[str, str, tuple[int, int] | None]:
    """The identity (URL without its version), the name and the version of a specification's URL.

    `https://specs.apollo.dev/join/v0.5` gives `("https://specs.apollo.dev/join", "join", (0, 5))`; the version is None
    where the URL has none.
    """
    path = url.rstrip("/")
    head, _, last = path.rpartition("/")
    version = _VERSION.fullmatch(last)
    if version is None:
        return path, last, None
    return head, head.rpartition("/")[2], (int(version[1]), int(version[2]))


def local_prefix(link: Link) -> str:
    """The prefix of the link's specification in the document: its `as`, or its own name."""
    return link.as_ or split_url(link.url)[1]


def local_name(link: Link, element: str) -> str:
    """The name in the document of a specification's element: a directive with its `@`, or a type.

    Imports come first; the directive that has the specification's name goes by the prefix alone; the rest is prefixed.
    """
    for imported, local in link.imports:
        if imported == element:
            return local
    prefix = local_prefix(link)
    if element.startswith("@"):
        return f"@{prefix}" if element[1:] == split_url(link.url)[1] else f"@{prefix}__{element[1:]}"
    return f"{prefix}__{element}"


def find_link(links: Iterable[Link], spec: str) -> Link | None:
    """The link to Apollo's specification of that name (`tag`, `inaccessible`, ...), if there is one."""
    return next((link for link in links if split_url(link.url)[0] == APOLLO + spec), None)


def directive_name(supergraph: Supergraph, spec: str, directive: str | None = None) -> str | None:
    """The name, without `@`, that a linked specification's directive has in the supergraph; None when not linked.

    `directive` is its name in the specification, by default the specification's own name:
    `directive_name(supergraph, "tag")`, `directive_name(supergraph, "cost", "listSize")`.
    """
    link = find_link(supergraph.links, spec)
    return None if link is None else local_name(link, f"@{directive or spec}")[1:]


def owns(link: Link, name: str) -> bool:
    """Whether a name in the document (a directive with its `@`, or a type) belongs to the link's specification."""
    if any(local == name for _, local in link.imports):
        return True
    prefix = local_prefix(link)
    return name.removeprefix("@").startswith(f"{prefix}__") or name == f"@{prefix}"
