"""Subscriptions: the rest of the plan is executed for each event of the subscribing fetch; it gives one response."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any

from hanse_router.execute.call import Call
from hanse_router.execute.compile import CompiledPlan
from hanse_router.execute.errors import fetch_error
from hanse_router.execute.response import Response
from hanse_router.execute.run import Execution
from hanse_router.transports.errors import SubgraphUnreachable, TransportError
from hanse_router.transports.protocol import SubgraphRequest


async def subscribe(compiled: CompiledPlan, variables: Mapping[str, Any], call: Call) -> AsyncGenerator[Response, None]:
    """The responses, one per event, in the order of the events, until the subgraph completes the subscription.

    Closing the generator unsubscribes. If the stream fails, the last response has the error.
    """
    variant = compiled.variant(variables)
    primary = variant.primary
    if primary is None:  # `subscription { __typename }` and the like: one response
        yield await Execution(variant, variables, call).response()
        return
    transport = call.transports.get(primary.subgraph)
    try:
        if transport is None:
            raise SubgraphUnreachable(f"No transport for subgraph {primary.subgraph}.")
        request = SubgraphRequest(
            primary.body(variables), primary.kind, call.headers(primary.subgraph), (), call.request_id
        )
        async with aclosing(transport.stream(request)) as events:  # type: ignore[type-var]
            async for event in events:
                execution = Execution(variant, variables, call)
                await execution.write_root(primary, event)
                yield await execution.response()
    except TransportError as error:
        yield Response(None, [fetch_error(str(error), error.code, primary.subgraph, None)])
