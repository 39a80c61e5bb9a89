"""The response to an operation of a test, with the requests that subgraphs were sent for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hanse.checks.plan_comparison import PlanSize, plan_size
from hanse_router.planner.print_plan import print_plan
from hanse_router.query_plan import QueryPlan


@dataclass(frozen=True, slots=True)
class SubgraphRequest:
    """One request to a subgraph."""

    subgraph: str
    query: str
    variables: Mapping[str, Any]
    headers: Mapping[str, str]

    @property
    def representations(self) -> list[Mapping[str, Any]]:
        """The representations of entities in its variables."""
        lists = (value for value in self.variables.values() if isinstance(value, list))
        return [one for items in lists for one in items if isinstance(one, Mapping) and "__typename" in one]


@dataclass(frozen=True)
class TestResponse:
    """A GraphQL response; `requests` are those to subgraphs, in the order in which they were sent.

    `plan` is None for an operation that was not executed.
    """

    __test__ = False  # not a class of tests

    data: Any
    errors: list[dict[str, Any]]
    extensions: Mapping[str, Any]
    requests: tuple[SubgraphRequest, ...] = ()
    plan: QueryPlan | None = field(default=None, repr=False)

    @property
    def codes(self) -> list[str]:
        """The codes of its errors; an error without a code has an empty one."""
        return [error.get("extensions", {}).get("code", "") for error in self.errors]

    @property
    def size(self) -> PlanSize:
        """The fetches and sequential levels of its plan. Raises AssertionError without one."""
        assert self.plan is not None, f"the operation was not executed: {self.errors}"
        return plan_size(self.plan)

    @property
    def plan_text(self) -> str:
        """Its plan as text."""
        return "" if self.plan is None else print_plan(self.plan)

    def requests_to(self, subgraph: str) -> list[SubgraphRequest]:
        """The requests to a subgraph."""
        return [request for request in self.requests if request.subgraph == subgraph]

    def assert_data(self, expected: Any) -> None:
        """Assert that there are no errors, and these data."""
        self.assert_no_errors()
        assert self.data == expected

    def assert_no_errors(self) -> None:
        """Assert that there are no errors."""
        assert not self.errors, "\n".join(f"{error.get('path', [])}: {error['message']}" for error in self.errors)

    def assert_errors(self, *codes: str) -> None:
        """Assert that there are errors with exactly these codes, in any order."""
        assert sorted(self.codes) == sorted(codes), f"errors: {self.errors}"

    def assert_size(self, *, fetches: int | None = None, levels: int | None = None) -> None:
        """Assert how many fetches the plan has, and how many levels of fetches that wait for each other."""
        size = self.size
        found = (size.fetches if fetches is not None else None, size.levels if levels is not None else None)
        assert found == (fetches, levels), f"the plan has {size}:\n{self.plan_text}"

    def assert_requested(self, subgraph: str, *fields: str, times: int | None = None) -> None:
        """Assert that a subgraph was sent requests, so many if `times` is given, with each of the names in one."""
        requests = self.requests_to(subgraph)
        sent = "\n".join(request.query for request in requests) or "nothing"
        others = sorted({request.subgraph for request in self.requests})
        assert requests, f"subgraph {subgraph} got no request; requests went to: {', '.join(others) or 'none'}"
        assert times is None or len(requests) == times, f"subgraph {subgraph} got {len(requests)} requests: {sent}"
        words = {word for request in requests for word in _words(request.query)}
        missing = [name for name in fields if name not in words]
        assert not missing, f"subgraph {subgraph} was not requested for {', '.join(missing)}: {sent}"

    def assert_not_requested(self, subgraph: str) -> None:
        """Assert that a subgraph was sent nothing."""
        requests = self.requests_to(subgraph)
        assert not requests, f"subgraph {subgraph} got a request: {requests[0].query}"


def _words(query: str) -> set[str]:
    return set("".join(character if character.isalnum() or character == "_" else " " for character in query).split())
