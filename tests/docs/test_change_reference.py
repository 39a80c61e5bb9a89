"""The page of schema changes lists every kind with its level and reason."""

from __future__ import annotations

from tests.docs.change_reference import PAGE, page


def test_the_page_is_that_of_the_kinds() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: .venv/bin/python -m tests.docs.change_reference"
