"""Plans in golden files: a change of a plan is seen in the review of the file."""

from __future__ import annotations

import difflib
import re
from pathlib import Path

from hanse.testing.supergraph import TestSupergraph
from hanse.whole_file import write_whole
from hanse_router.planner.print_plan import print_plan

_UNSAFE = re.compile(r"[^\w.-]+")


class FrozenPlan:
    """Compares the plans of one test with its files."""

    def __init__(self, test_file: Path, test_name: str, *, update: bool) -> None:
        self._folder = test_file.parent / "plans" / test_file.stem
        self._test_name = test_name
        self._update = update

    def __call__(
        self, graph: TestSupergraph, query: str, *, name: str | None = None, operation_name: str | None = None
    ) -> None:
        """Assert that the plan is that of the file named after the test, or `name`.

        Raises AssertionError where it differs, and where there is no file; with `--hanse-update-plans` it writes it.
        """
        file = self._folder / f"{_UNSAFE.sub('-', name or self._test_name)}.txt"
        text = print_plan(graph.plan(query, operation_name))
        if self._update:
            file.parent.mkdir(parents=True, exist_ok=True)
            write_whole(file, text)
            return
        assert file.exists(), f"{file} is missing: run pytest --hanse-update-plans, and commit it"
        known = file.read_text(encoding="utf-8")
        lines = difflib.unified_diff(known.splitlines(), text.splitlines(), str(file), "the plan now", lineterm="")
        assert known == text, "\n".join(["the plan changed (pytest --hanse-update-plans accepts it):", *lines])
