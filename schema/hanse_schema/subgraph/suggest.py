"""Suggestions for misspelled names."""

from __future__ import annotations

from collections.abc import Collection

from graphql.pyutils import suggestion_list

from hanse_schema.subgraph.report import Report

_MAX_NAMES = 1_000  # comparing is expensive: not in schemas with many thousands of types,
_MAX_ERRORS = 25  # nor in schemas with very many errors


def did_you_mean(report: Report, name: str, known: Collection[str], sign: str = "") -> str:
    """` (did you mean ...?)`, with the nearest known name, or an empty text if none is near."""
    if len(known) > _MAX_NAMES or len(report.diagnostics) > _MAX_ERRORS or len(name) > 100:
        return ""
    nearest = suggestion_list(name, known)[:2]
    return f" (did you mean {' or '.join(f'`{sign}{one}`' for one in nearest)}?)" if nearest else ""
