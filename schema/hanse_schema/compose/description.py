"""Merges descriptions: the most frequent one is used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from hanse_schema.compose.report import Report
from hanse_schema.compose.sentences import subgraphs
from hanse_schema.compose.sources import FieldSource, Source


def merge_description(sources: Sequence[Source[Any] | FieldSource], coordinate: str, report: Report) -> str | None:
    """The most frequent description, the first one on a tie. Hints INCONSISTENT_DESCRIPTION if they differ."""
    if len(sources) == 1:
        return sources[0].definition.description or None
    given = [(source, text) for source in sources if (text := source.definition.description)]
    if not given:
        return None
    counts = Counter(text for _, text in given)
    chosen, count = counts.most_common(1)[0]
    if count < len(given):
        keeping = subgraphs(source.part.name for source, text in given if text == chosen)
        report.hint(
            "INCONSISTENT_DESCRIPTION",
            f"`{coordinate}` is described in {len(counts)} ways. The supergraph takes the description of {keeping}: "
            "give the others the same, or none.",
            [source for source, _ in given],
            coordinate,
        )
    return chosen
