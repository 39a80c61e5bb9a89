"""Each lint rule has a folder of golden files: what it finds, what it accepts, and what a fix makes of it.

`bad.graphql` has the findings of `expected.txt`, and becomes `fixed.graphql` where the rule has a fix. `good.graphql`
has no findings. `config.yaml` has the rule's options.

`python -m tests.schema.checks.lint.test_rules` writes what is expected.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from hanse_schema.checks.lint import RULES, LintConfig, fix, lint
from hanse_schema.checks.lint.rule import Category, Rule
from hanse_schema.subgraph import SubgraphSource

CASES = Path(__file__).parent / "cases"
# Suppressions are only unused if the rules that they name are on.
BESIDE = {"SUPPRESSION_UNUSED": {"ENUM_VALUE_CASE": "note"}}


def config(rule: Rule[Any]) -> LintConfig:
    """Only this rule, with the options of its case."""
    file = CASES / rule.code / "config.yaml"
    options = yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else {}
    rules = BESIDE.get(rule.code, {}) | {rule.code: {"level": "warning", **options}}
    return LintConfig.model_validate({"preset": "none", "rules": rules})


def source(rule: Rule[Any], name: str) -> SubgraphSource:
    return SubgraphSource("shop", (CASES / rule.code / name).read_text(encoding="utf-8"))


def findings(rule: Rule[Any], name: str) -> str:
    """The findings of the rule in one of its files, one a line."""
    linted = lint(source(rule, name), config(rule))
    assert linted.errors == ()
    lines = [
        f"{finding.locations[0].line}:{finding.locations[0].column} {finding.coordinate or '-'} {finding.message}\n"
        for finding in linted.findings
        if finding.code == rule.code
    ]
    return "".join(lines)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_finds_what_is_bad(rule: Rule[Any]) -> None:
    expected = (CASES / rule.code / "expected.txt").read_text(encoding="utf-8")
    assert expected
    assert findings(rule, "bad.graphql") == expected


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_accepts_what_is_good(rule: Rule[Any]) -> None:
    assert findings(rule, "good.graphql") == ""


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.fixes], ids=lambda rule: rule.code)
def test_a_fix_changes_only_what_was_found(rule: Rule[Any]) -> None:
    fixed = fix(source(rule, "bad.graphql"), config(rule))
    assert fixed.sdl == (CASES / rule.code / "fixed.graphql").read_text(encoding="utf-8")
    assert fixed.corrected
    assert all(finding.patch is None for finding in fixed.left.findings)


def test_only_rules_with_a_fix_have_patches() -> None:
    for rule in RULES:
        linted = lint(source(rule, "bad.graphql"), config(rule))
        has_patches = any(finding.patch for finding in linted.findings if finding.code == rule.code)
        assert has_patches == bool(rule.fixes), rule.code


def test_rules_are_in_the_order_of_their_categories() -> None:
    categories = list(Category)
    places = [categories.index(rule.category) for rule in RULES]
    assert places == sorted(places)
    assert len({rule.code for rule in RULES}) == len(RULES)
    assert {path.name for path in CASES.iterdir()} == {rule.code for rule in RULES}


if __name__ == "__main__":
    for each in RULES:
        (CASES / each.code / "expected.txt").write_text(findings(each, "bad.graphql"), encoding="utf-8")
        if each.fixes:
            text = fix(source(each, "bad.graphql"), config(each)).sdl
            (CASES / each.code / "fixed.graphql").write_text(text, encoding="utf-8")
