"""The page of the command line lists every command with its options."""

from __future__ import annotations

from tests.docs.command_reference import PAGE, page


def test_the_page_is_that_of_the_commands() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: .venv/bin/python -m tests.docs.command_reference"
