"""Run the federation gateway audit: `python -m conformance.audit [URL]`, and print a table of its suites.

URL is that of a running audit server. Without it, one is started from a checkout in the cache folder.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.audit_server import SOURCE, Case, Suite, read_suite, served, suite_names
from conformance.routers import HanseRouter, InProcessRouter, ReferenceRouter, Response, RouterUnderTest

ROUTERS: dict[str, Callable[[], RouterUnderTest]] = {
    "hanse": HanseRouter,
    "in-process": InProcessRouter,
    "apollo": ReferenceRouter,
}


@dataclass(frozen=True, slots=True)
class Result:
    """The result of one case."""

    suite: str
    number: int
    case: Case
    response: Response
    failure: str | None = None

    @property
    def passed(self) -> bool:
        """Whether the response is the one expected, compared as the audit compares."""
        if self.failure is not None or not same(self.response.get("data"), self.case.data):
            return False
        return self.case.errors is None or bool(self.response.get("errors")) == self.case.errors


def same(left: Any, right: Any) -> bool:
    """Whether two decoded JSON values are equal; unlike `==`, true is not 1."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    return isinstance(left, bool) == isinstance(right, bool) and bool(left == right)


def compose_ours(subgraphs: Sequence[Any]) -> str:
    """The supergraph SDL of our composer. Raises `ValueError` with the diagnostics if composition fails."""
    from hanse_schema.compose import compose

    composition = compose(subgraphs)
    if composition.sdl is None:
        raise ValueError("\n".join(map(str, composition.errors)))
    return composition.sdl


def run_suite(router: RouterUnderTest, suite: Suite, composer: str, wanted_case: int | None) -> list[Result]:
    """Run a suite's cases; an error before they run fails all of them."""
    try:
        router.load(compose_ours(suite.subgraphs) if composer == "ours" else suite.supergraph)
    except Exception:
        failure = traceback.format_exc()
        return [Result(suite.name, number, case, {}, failure) for number, case in enumerate(suite.cases)]
    return [
        run_case(router, suite.name, number, case)
        for number, case in enumerate(suite.cases)
        if wanted_case is None or number == wanted_case
    ]


def run_case(router: RouterUnderTest, suite: str, number: int, case: Case) -> Result:
    """Run one case; an exception is a failure with its traceback."""
    try:
        return Result(suite, number, case, router.answer(case.query))
    except Exception:
        return Result(suite, number, case, {}, traceback.format_exc())


def explain(router: RouterUnderTest, result: Result) -> str:
    """A detailed report of a case: operation, plan, expected and actual response."""
    try:
        plan = router.plan(result.case.query)
    except Exception:
        plan = traceback.format_exc()
    expected = {"data": result.case.data, "errors": result.case.errors}
    return "\n".join(
        [
            f"=== {result.suite} case {result.number}: {'passed' if result.passed else 'FAILED'}",
            result.case.query.strip("\n"),
            f"--- plan\n{plan.strip()}",
            f"--- expected\n{json.dumps(expected, indent=1)}",
            f"--- actual\n{result.failure or json.dumps(result.response, indent=1)}",
        ]
    )


def table(results: list[Result]) -> str:
    """The suites with passed and total, and the sum."""
    suites = list(dict.fromkeys(result.suite for result in results))
    lines = []
    for suite in suites:
        of_suite = [result for result in results if result.suite == suite]
        failed = [str(result.number) for result in of_suite if not result.passed]
        remark = f"  failed: {', '.join(failed)}" if failed else ""
        lines.append(f"{suite:<42} {len(of_suite) - len(failed):>3}/{len(of_suite):<3}{remark}")
    whole = sum(all(result.passed for result in results if result.suite == suite) for suite in suites)
    passed = sum(result.passed for result in results)
    return "\n".join([*lines, f"cases {passed}/{len(results)}, suites {whole}/{len(suites)}"])


def arguments() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="conformance.audit", description=__doc__)
    parser.add_argument("url", nargs="?", help="a running audit server; default: start one")
    parser.add_argument("--router", choices=sorted(ROUTERS), default="hanse")
    parser.add_argument("--in-process", dest="router", action="store_const", const="in-process")
    parser.add_argument("--composer", choices=["own", "ours"], default="own", help="whose supergraphs: the audit's own")
    parser.add_argument("--suite", action="append", help="only this suite; may be given again")
    parser.add_argument("--case", type=int, help="only this case of the suite, counted from 0")
    parser.add_argument("--verbose", action="store_true", help="print every case at length, not only failures")
    parser.add_argument("--quiet", action="store_true", help="print the table only")
    parser.add_argument("--source", default=SOURCE, help="where to clone the audit from (URL or git folder)")
    parser.add_argument("--serve", type=int, metavar="PORT", help="only serve the audit on that port")
    parser.add_argument("--dump", type=Path, help="write the suites' supergraphs and operations to this folder")
    return parser


def dump(suite: Suite, folder: Path) -> None:
    """Write a suite's supergraph, operations and expected responses as files."""
    folder = folder / suite.name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "supergraph.graphql").write_text(suite.supergraph, encoding="utf-8")
    for subgraph in suite.subgraphs:
        (folder / f"{subgraph.name}.subgraph.graphql").write_text(subgraph.sdl, encoding="utf-8")
    for number, case in enumerate(suite.cases):
        (folder / f"{number}.graphql").write_text(case.query, encoding="utf-8")
        expected = {"data": case.data, "errors": case.errors}
        (folder / f"{number}.expected.json").write_text(json.dumps(expected, indent=1), encoding="utf-8")


def main(words: Sequence[str] | None = None) -> int:
    """Run with command line arguments; returns 0 if every case passed."""
    options = arguments().parse_args(words)
    with contextlib.ExitStack() as stack:
        url = options.url or stack.enter_context(served(options.source, options.serve or 0))
        if options.serve:
            print(f"serving the audit at {url}; end with Ctrl-C", flush=True)
            input()
            return 0
        suites = [read_suite(url, name) for name in options.suite or suite_names(url)]
        if options.dump:
            for suite in suites:
                dump(suite, options.dump)
            return 0
        router = stack.enter_context(contextlib.closing(ROUTERS[options.router]()))
        results: list[Result] = []
        for suite in suites:
            for result in run_suite(router, suite, options.composer, options.case):
                results.append(result)
                if options.verbose or not (result.passed or options.quiet):
                    print(explain(router, result), flush=True)
        print(table(results))
        return 0 if all(result.passed for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
