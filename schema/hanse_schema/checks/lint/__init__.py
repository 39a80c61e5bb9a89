"""Lint: the style of one subgraph's schema. Rules are in `rules/`; `RULES` there is their order.

`lint(source)` gives the findings. `fix(source)` gives the SDL with all mechanical corrections.
"""

from __future__ import annotations

from hanse_schema.checks.lint.config import LintConfig
from hanse_schema.checks.lint.fix import Fixed, fix
from hanse_schema.checks.lint.linter import Linted, lint, lint_subgraph
from hanse_schema.checks.lint.rules import RULES

__all__ = ["RULES", "Fixed", "LintConfig", "Linted", "fix", "lint", "lint_subgraph"]
