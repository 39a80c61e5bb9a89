"""Limits on what one execution may produce, whatever subgraphs reply."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ExecutionLimits:
    """`max_errors` is the number of errors that a response lists, `max_response_bytes` the size of its data."""

    max_errors: int = 1_000
    max_response_bytes: int = 20_000_000


DEFAULT_LIMITS = ExecutionLimits()
