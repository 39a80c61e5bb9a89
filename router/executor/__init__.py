"""The executor: a plan is compiled once, and run for each request."""

from router.executor.call import Call
from router.executor.compile import CompiledPlan, compile_plan
from router.executor.run import run
from router.executor.subscribe import subscribe

__all__ = ["Call", "CompiledPlan", "compile_plan", "run", "subscribe"]
