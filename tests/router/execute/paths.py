"""One operation executed by every path over the same replies, and what can be compared of the results."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

from hanse_router.execute import Call, Response
from hanse_router.execute.compile import CompiledPlan, Variant
from hanse_router.execute.compiled import Fallback, FastPath, Unsupported
from hanse_router.execute.fetch import Replies
from hanse_router.execute.run import Execution

Bodies = Mapping[str, list[bytes]]  # the requests that subgraphs received, by subgraph
NewCall = Callable[[], tuple[Call, Bodies]]


async def compare_paths(compiled: CompiledPlan, variables: Mapping[str, Any], new_call: NewCall) -> Response:
    """Execute by the general path, the fast path, and the fast path with all values deduplicated that can be.

    Raises AssertionError where data (including the order of fields), errors (in any order) or the requests to subgraphs
    differ, or where the fast path had a defect. Returns the general path's response.
    """
    variant = compiled.variant(variables)
    with no_defects():
        call, bodies = new_call()
        general = await _general(variant, variables, call, {})
        for fast in fast_paths(variant):
            call, again = new_call()
            replies: Replies = {}
            try:
                response = await fast.run(variables, call, replies)
            except Fallback:
                response = await _general(variant, variables, call, replies)
            assert comparable(response) == comparable(general), f"deduplicated: {sorted(fast.deduplicated)}"
            assert {name: sorted(sent) for name, sent in again.items()} == {n: sorted(s) for n, s in bodies.items()}
    return general


async def _general(variant: Variant, variables: Mapping[str, Any], call: Call, replies: Replies) -> Response:
    return await Execution(variant, variables, call, replies).response()


def fast_paths(variant: Variant) -> list[FastPath]:
    """The fast path, and one that deduplicates all values that it can; none where no code can be generated."""
    if variant not in _generated:
        try:
            plain = variant.generate()
        except Unsupported:
            _generated[variant] = []
        else:
            repeated = frozenset(
                (*one.path, field.key)
                for one in plain.layout.root.walk()
                for field in one.selected()
                if field.can_repeat
            )
            _generated[variant] = [plain, variant.generate(repeated)] if repeated else [plain]
    return _generated[variant]


_generated: WeakKeyDictionary[Variant, list[FastPath]] = WeakKeyDictionary()


def comparable(response: Response) -> Any:
    """The response so that the order of fields counts, the order of errors and how a number is written do not."""
    decoded = json.loads(response.encode())
    errors = sorted(json.dumps(error, sort_keys=True) for error in decoded.get("errors", ()))
    return ordered(decoded["data"]), errors


def ordered(data: Any) -> Any:
    """Data so that the order of fields counts."""
    return json.loads(json.dumps(data), object_pairs_hook=tuple)


@contextmanager
def no_defects() -> Iterator[None]:
    """The fast path's own defects are logged, and the general path answers: here they must not happen."""
    records: list[logging.LogRecord] = []
    handler = logging.Handler(logging.ERROR)
    handler.emit = records.append  # type: ignore[method-assign, assignment]
    log = logging.getLogger("hanse_router.execute")
    log.addHandler(handler)
    try:
        yield
    finally:
        log.removeHandler(handler)
    assert [record.exc_info for record in records] == []
