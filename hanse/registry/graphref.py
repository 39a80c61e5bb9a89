"""`graphref: GRAPH@VARIANT` in supergraph.yaml: a subgraph of the registry that HANSE_REGISTRY names."""

from __future__ import annotations

import os

from hanse.registry.errors import RegistryError
from hanse.registry.open import open_store
from hanse.registry.store import DEFAULT_VARIANT, Line, PublishedSubgraph
from hanse_wire.command_line import CommandError

VARIABLE = "HANSE_REGISTRY"


def read_graphref(name: str, graphref: str, subgraph: str) -> PublishedSubgraph:
    """The subgraph of the newest version of a variant, for the subgraph `name` of a configuration.

    Raises CommandError when the registry is not set or unavailable, or has no such subgraph.
    """
    registry = os.environ.get(VARIABLE)
    if not registry:
        raise CommandError(f"subgraph {name}: schema.graphref: set {VARIABLE} to the registry's URL or folder")
    graph, _, variant = graphref.partition("@")
    try:
        version = open_store(registry, graph).current(Line(variant or DEFAULT_VARIANT))
    except RegistryError as error:
        raise CommandError(f"subgraph {name}: schema.graphref: {error} [{error.code}]") from error
    if (found := version.subgraph(subgraph)) is None:
        names = ", ".join(one.name for one in version.subgraphs)
        raise CommandError(f"subgraph {name}: schema.graphref: {graphref} has no subgraph {subgraph!r}; it has {names}")
    return found
