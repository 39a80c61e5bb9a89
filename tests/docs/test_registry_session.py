"""The recorded session of the schema registry: each command prints what the page says."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

import pytest

from tests.docs.pages import DOCS
from tests.docs.session import run, steps, with_ports
from tests.e2e.platforms import reserved_port

PAGE = DOCS / "registry.md"
PORTS = ("4100", "4600", "4601", "4602")
VARIES = (
    (re.compile(r"\d{4}-\d\d-\d\d(T|, | )\d\d:\d\d(:\d\d)?Z?"), "MOMENT"),
    (re.compile(r"\b[0-9a-f]{16}\b"), "CHECK"),  # a hash, also of the subgraphs' URLs, and so of the ports
    (re.compile(r"^ +\d+ (?=\{)"), "COUNT "),  # of requests, as `uniq -c` prints it
)


@pytest.mark.timeout(240)
def test_the_session_prints_what_the_page_says(tmp_path: Path) -> None:
    session = list(steps(PAGE))
    with contextlib.ExitStack() as stack:
        ports = {name: stack.enter_context(reserved_port()) for name in PORTS}
        printed = run([with_ports(step.command, ports) for step in session], tmp_path, timeout=200)
    assert len(printed) == len(session)
    for step, found in zip(session, printed, strict=True):
        expected = [with_ports(line, ports) for line in step.output]
        assert constant(found) == constant(expected), step.command


def constant(lines: list[str]) -> list[str]:
    """The lines without what differs from run to run."""
    for pattern, name in VARIES:
        lines = [pattern.sub(name, line) for line in lines]
    return lines
