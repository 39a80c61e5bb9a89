"""Progressive `@override(label:)`: which labels are active for a request, so that its plan uses the new subgraph.

`percent(n)` is active for n percent of the requests. One number per request, from its id, decides for all of them: a
request for which `percent(5)` is active has `percent(20)` too, and a repeated request id gets the same subgraphs. Other
labels are activated by the settings, a request header, or a function of the application.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable
from zlib import crc32

from hanse_router.operation import Operation
from hanse_router.request import RequestContext
from hanse_router.settings import OverrideSettings
from hanse_router.telemetry.metrics import Metrics
from hanse_router.telemetry.series import Count
from hanse_schema.query_graph import FieldPick, Picks, QueryGraph, parse_picks

LabelHook = Callable[[RequestContext, frozenset[str]], Collection[str]]
"""The labels that are active for a request, of those given; `percent(n)` labels are not among them."""

NO_LABELS: frozenset[str] = frozenset()
_PERCENT = re.compile(r"percent\((\d+(?:\.\d+)?)\)")


def labels_of(graph: QueryGraph) -> frozenset[str]:
    """All labels of a supergraph."""
    return frozenset(label for fields in _labelled(graph).values() for label in fields.values())


class OperationLabels:
    """The labels that can change the plan of one operation."""

    __slots__ = ("_by_share", "_counts", "_custom", "_header", "_hook", "_known", "_set", "_shares")

    def __init__(self, known: frozenset[str], selected: Collection[str], labels: OverrideLabels) -> None:
        """`selected` are the labels of fields that the client selects: only they are counted."""
        shares = {label: float(found[1]) for label in known if (found := _PERCENT.fullmatch(label))}
        self._known = known
        self._set = labels.settings_labels & known
        self._shares = sorted(set(shares.values()))
        self._by_share = [
            frozenset(label for label, share in shares.items() if share > below) for below in (-1.0, *self._shares)
        ]
        self._custom = known - shares.keys()
        self._header = labels.header
        self._hook = labels.hook
        self._counts = [(label, labels.counts(label)) for label in sorted(selected)]

    def active(self, context: RequestContext) -> frozenset[str]:
        """The labels that are active for a request."""
        active = self._set
        if self._shares:
            active = active | self._by_share[bisect_right(self._shares, _percent_of(context.request_id))]
        if self._header is not None and (sent := context.headers.get(self._header)):
            active = active | self._known.intersection(map(str.strip, sent.split(",")))
        if self._hook is not None and self._custom:
            active = active | self._custom.intersection(self._hook(context, self._custom))
        for label, (old, new) in self._counts:
            (new if label in active else old).inc()
        return active


class OverrideLabels:
    """The labels of a supergraph, and what activates them."""

    def __init__(
        self, graph: QueryGraph, settings: OverrideSettings, metrics: Metrics, hook: LabelHook | None = None
    ) -> None:
        self.settings_labels = frozenset(settings.labels)
        self.header = settings.header.lower() if settings.header is not None else None
        self.hook = hook
        self._metrics = metrics
        self._labelled = _labelled(graph)
        required = _required_names(graph) & self._labelled.keys()
        # Labels of fields that other fields or keys require, whether the client selects them or not:
        self._hidden = {label for name in required for label in self._labelled[name].values()}

    def annotate(self, operation: Operation) -> OperationLabels | None:
        """The labels of an operation; None if it has none."""
        if not self._labelled:
            return None
        selected: set[str] = set()
        for field in operation.fields():
            by_type = self._labelled.get(field.name)
            if by_type is not None:
                selected.update(label for name in (*field.types, field.parent.name) if (label := by_type.get(name)))
        known = frozenset(selected | self._hidden)
        return OperationLabels(known, selected, self) if known else None

    def counts(self, label: str) -> tuple[Count, Count]:
        """How many requests used the old subgraph of a label's fields, and how many the new one."""
        overrides = self._metrics.overrides
        return overrides.labels(label, "old"), overrides.labels(label, "new")


def _percent_of(request_id: bytes) -> float:
    """A number from 0 to below 100, the same for equal ids."""
    return crc32(request_id) * 100 / 2**32


def _labelled(graph: QueryGraph) -> dict[str, dict[str, str]]:
    """The label of each field that has one, by the names of field and type."""
    found: dict[str, dict[str, str]] = {}
    for (_, type_), edges in graph.edges.items():
        for name, edge in edges.items():
            if edge.condition is not None:
                found.setdefault(name, {})[type_] = edge.condition.label
    return found


def _required_names(graph: QueryGraph) -> set[str]:
    """The names of all fields in keys, requirements and context arguments."""
    found: set[str] = set()
    for entries in graph.entries.values():
        for entry in entries:
            found.update(_names(entry.key))
    for edges in graph.edges.values():
        for edge in edges.values():
            found.update(_names(edge.requires))
            for argument in edge.contexts:
                found.update(_names(parse_picks(argument.selection)))
    return found


def _names(picks: Picks) -> Iterable[str]:
    for pick in picks:
        if isinstance(pick, FieldPick):
            yield pick.name
        yield from _names(pick.picks)
