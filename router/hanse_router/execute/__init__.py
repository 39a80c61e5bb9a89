"""The executor: compiles a plan once, and executes it for each request."""

from hanse_router.execute.call import Call
from hanse_router.execute.compile import CompiledPlan
from hanse_router.execute.response import NOT_REUSABLE, Freshness, Response
from hanse_router.execute.run import run
from hanse_router.execute.subscribe import subscribe

__all__ = ["NOT_REUSABLE", "Call", "CompiledPlan", "Freshness", "Response", "run", "subscribe"]
