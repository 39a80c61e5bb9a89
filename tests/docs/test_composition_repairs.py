"""The page of repairs is that of the fixers, and each code of composition errors has a repair or a reason."""

from __future__ import annotations

import re

from hanse_schema.checks.repair.fixers import FIXERS_OF
from hanse_schema.checks.repair.unrepaired import UNREPAIRED
from tests.docs.composition_repairs import PAGE, page
from tests.docs.pages import DOCS


def test_the_page_is_that_of_the_fixers() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: .venv/bin/python -m tests.docs.composition_repairs"


def test_each_error_has_a_repair_or_a_reason() -> None:
    errors = (DOCS / "reference" / "composition-errors.md").read_text(encoding="utf-8").partition("## Hints")[0]
    listed = set(re.findall(r"^\| `([A-Z_0-9]+)`", errors, re.M))
    assert len(listed) > 60
    assert listed <= FIXERS_OF.keys() | UNREPAIRED.keys()
    assert not FIXERS_OF.keys() & UNREPAIRED.keys()
