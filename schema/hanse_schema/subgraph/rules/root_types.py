"""ROOT_QUERY_USED, ROOT_MUTATION_USED, ROOT_SUBSCRIPTION_USED: a type with the name of a root is the root."""

from __future__ import annotations

from collections.abc import Iterable

from hanse_schema.subgraph.build import RootClash
from hanse_schema.subgraph.report import Report

_CODES = {
    "Query": "ROOT_QUERY_USED",
    "Mutation": "ROOT_MUTATION_USED",
    "Subscription": "ROOT_SUBSCRIPTION_USED",
}


def check_root_types(clashes: Iterable[RootClash], report: Report) -> None:
    """Report each type with the canonical name of a root that is not the root."""
    for clash in clashes:
        operation = clash.canonical.lower()
        report.error(
            _CODES[clash.canonical],
            f"The type `{clash.canonical}` is not the {operation} root, which is `{clash.root}`: "
            f"rename `{clash.canonical}`, or make it the root, since composition calls every {operation} root "
            f"`{clash.canonical}`.",
            clash.node,
            clash.root_node,
            coordinate=clash.canonical,
        )
