"""The executor: a plan is compiled once, and run for each request."""

from hanse_router.execute.call import Call
from hanse_router.execute.compile import CompiledPlan, compile_plan
from hanse_router.execute.run import run
from hanse_router.execute.subscribe import subscribe

__all__ = ["Call", "CompiledPlan", "compile_plan", "run", "subscribe"]
