"""NO_QUERIES: some subgraph has a query field."""

from __future__ import annotations

from hanse_schema.compose.merging import Merging


def no_queries(merging: Merging) -> None:
    """Report a graph without query fields."""
    query = merging.types.get("Query")
    if query is None or not query.fields:
        merging.report.error(
            "NO_QUERIES",
            "No subgraph has a query: add a field to `Query` in one of them.",
            [(part, None) for part in merging.parts],
            "Query",
        )
