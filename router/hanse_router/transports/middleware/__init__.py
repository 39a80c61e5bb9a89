"""Transports around transports: what happens to every request on its way to a subgraph."""

from __future__ import annotations

from hanse_router.transports.middleware.base import Context, Middleware
from hanse_router.transports.middleware.break_circuit import break_circuit
from hanse_router.transports.middleware.deduplicate import deduplicate
from hanse_router.transports.middleware.measure import measure
from hanse_router.transports.middleware.retry import retry
from hanse_router.transports.middleware.trace import trace
from hanse_router.transports.protocol import Transport

MIDDLEWARES: tuple[Middleware, ...] = (deduplicate, trace, measure, break_circuit, retry)
"""From the executor to the network: a request passes the first one first."""


def with_middlewares(transport: Transport, context: Context) -> Transport:
    """The transport inside all middlewares that the context asks for."""
    for middleware in reversed(MIDDLEWARES):
        transport = middleware(transport, context)
    return transport
