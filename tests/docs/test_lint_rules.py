"""The page of the lint rules lists every rule with its options."""

from __future__ import annotations

import re

import yaml

from hanse_schema.checks.lint import RULES, LintConfig
from tests.docs.lint_rules import PAGE, page


def test_the_page_is_that_of_the_rules() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: .venv/bin/python -m tests.docs.lint_rules"


def test_the_shown_options_are_valid() -> None:
    shown = re.findall(r"```yaml\n(.*?)```", page(), re.DOTALL)
    assert len(shown) == sum(bool(rule.options.model_fields) for rule in RULES)
    for text in shown:
        LintConfig.model_validate(yaml.safe_load(text))
