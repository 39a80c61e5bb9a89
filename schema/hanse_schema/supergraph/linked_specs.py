"""The definitions of linked specifications in a printed supergraph, besides link and join.

Definitions are listed per version (the newest one that is not newer than the linked one applies), with names in braces:
they are replaced by the local names of the link. Specifications: https://specs.apollo.dev/tag/v0.3,
https://specs.apollo.dev/inaccessible/v0.2 and so on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hanse_schema.supergraph.links import APOLLO, local_name, split_url
from hanse_schema.supergraph.model import Link

_COMPOSITES = "FIELD_DEFINITION | OBJECT | INTERFACE | UNION"
_ALL_BUT_SCHEMA = (
    f"{_COMPOSITES} | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION"
)
_AUTHORISED = "FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM"

_Definitions = Mapping[str, str]

_SPECS: Mapping[str, Mapping[tuple[int, int], _Definitions]] = {
    "tag": {
        (0, 1): {"@tag": f"directive {{@tag}}(name: String!) repeatable on {_COMPOSITES}"},
        (0, 2): {"@tag": f"directive {{@tag}}(name: String!) repeatable on {_ALL_BUT_SCHEMA}"},
        (0, 3): {"@tag": f"directive {{@tag}}(name: String!) repeatable on {_ALL_BUT_SCHEMA} | SCHEMA"},
    },
    "inaccessible": {
        (0, 1): {"@inaccessible": f"directive {{@inaccessible}} on {_COMPOSITES}"},
        (0, 2): {"@inaccessible": f"directive {{@inaccessible}} on {_ALL_BUT_SCHEMA}"},
    },
    "authenticated": {(0, 1): {"@authenticated": f"directive {{@authenticated}} on {_AUTHORISED}"}},
    "requiresScopes": {
        (0, 1): {
            "@requiresScopes": f"directive {{@requiresScopes}}(scopes: [[{{Scope}}!]!]!) on {_AUTHORISED}",
            "Scope": "scalar {Scope}",
        }
    },
    "policy": {
        (0, 1): {
            "@policy": f"directive {{@policy}}(policies: [[{{Policy}}!]!]!) on {_AUTHORISED}",
            "Policy": "scalar {Policy}",
        }
    },
    "context": {
        (0, 1): {
            "@context": "directive {@context}(name: String!) repeatable on INTERFACE | OBJECT | UNION",
            "@fromContext": "directive {@fromContext}(field: {ContextFieldValue}) on ARGUMENT_DEFINITION",
            "ContextFieldValue": "scalar {ContextFieldValue}",
        }
    },
    "cost": {
        (0, 1): {
            "@cost": (
                "directive {@cost}(weight: Int!)"
                " on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR"
            ),
            "@listSize": (
                "directive {@listSize}(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!],"
                " requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION"
            ),
        }
    },
}

# `cacheTag` is carried in `@join__directive`s and defines nothing in the supergraph.
KNOWN_SPECS = frozenset(APOLLO + name for name in (*_SPECS, "link", "core", "join", "cacheTag"))


def definitions_of(links: Iterable[Link]) -> dict[str, str]:
    """The definitions of all linked specifications known here, by local name (directives with their `@`)."""
    found: dict[str, str] = {}
    for link in links:
        templates = _templates(link)
        names = {element: local_name(link, element) for element in templates}
        found.update((names[element], text.format_map(names)) for element, text in templates.items())
    return found


def is_known(link: Link) -> bool:
    """Whether the link's specification is supported."""
    return split_url(link.url)[0] in KNOWN_SPECS


def _templates(link: Link) -> _Definitions:
    identity, name, version = split_url(link.url)
    versions = _SPECS.get(name, {}) if identity in KNOWN_SPECS else {}
    chosen = [known for known in versions if version is None or known <= version] or list(versions)[:1]
    return versions[max(chosen)] if chosen else {}
