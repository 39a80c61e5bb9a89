"""`@key`: routers enter a subgraph by its resolvable keys."""

from __future__ import annotations

from collections.abc import Iterator

from hanse_schema.checks.report import Finding
from hanse_schema.checks.requirements.deployment import ChangedSubgraph, Deployment, publish_first, subgraph_first
from hanse_schema.subgraph.field_set import FieldSetError, parse_field_set, print_selections
from hanse_schema.subgraph.model import TypeDef, applied, string_argument


def changed_keys(deployment: Deployment, subgraph: ChangedSubgraph) -> Iterator[Finding]:
    """Resolvable keys that are new or gone. A new key of a type that no other subgraph has changes nothing."""
    for name in sorted(_types(subgraph)) if subgraph.after is not None else ():
        keys, keys_before = _keys(subgraph.type_after(name)), _keys(subgraph.type_before(name))
        others = [graph for graph in _graphs(deployment, name) if graph != subgraph.name]
        for key in sorted(keys - keys_before) if others else ():
            yield subgraph_first(subgraph.name).finding(
                "KEY_ADDED",
                f'{subgraph.name} resolves {name} by the new key "{key}". Deploy it, with the reference resolver for '
                "this "
                "key, before its schema is published: routers use the key immediately.",
                name,
                f"{subgraph.name} {key}",
            )
        for key in sorted(keys_before - keys) if others else ():
            yield publish_first(subgraph.name).finding(
                "KEY_REMOVED",
                f'{subgraph.name} no longer resolves {name} by the key "{key}". Publish the schema before '
                f"{subgraph.name} "
                "is deployed: routers with the current supergraph use the key.",
                name,
                f"{subgraph.name} {key}",
            )


def _types(subgraph: ChangedSubgraph) -> set[str]:
    return {name for schema in (subgraph.before, subgraph.after) if schema is not None for name in schema.types}


def _graphs(deployment: Deployment, name: str) -> list[str]:
    """The subgraphs that have the type before the change or after it."""
    found = {
        supergraph.subgraphs[join.graph].name
        for supergraph in (deployment.before, deployment.after)
        if name in supergraph.types
        for join in supergraph.types[name].joins
        if join.graph in supergraph.subgraphs
    }
    return sorted(found)


def _keys(type_: TypeDef | None) -> set[str]:
    """The resolvable keys in canonical print."""
    found: set[str] = set()
    for directive in () if type_ is None else applied(type_.directives, "key"):
        if directive.arguments.get("resolvable") == "false":
            continue
        try:
            found.add(print_selections(parse_field_set(string_argument(directive, "fields") or "")))
        except FieldSetError:
            continue  # composition reports it
    return found
