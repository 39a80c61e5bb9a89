"""The linter around its rules: suppressions, configuration, errors in the SDL, locations, size."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from hanse_schema.checks.lint import RULES, LintConfig, fix, lint, lint_subgraph
from hanse_schema.checks.lint.config import config_problem
from hanse_schema.checks.report import CheckName, FileLocation, Level
from hanse_schema.subgraph import SubgraphSource
from tests.router.planner.test_bounds import calls_of


def codes(sdl: str, config: dict[str, Any] | None = None, subgraph: str = "shop") -> list[str]:
    """The findings as `CODE coordinate`."""
    given = LintConfig.model_validate(config or {})
    return [f"{one.code} {one.coordinate}" for one in lint_subgraph(SubgraphSource(subgraph, sdl), given)]


ONLY_FIELDS = {"preset": "none", "rules": {"FIELD_NAME_CASE": "error"}}


def test_a_suppression_covers_its_element_and_all_inside() -> None:
    sdl = """
# hanse-ignore FIELD_NAME_CASE: an old table
type Query {
  Old: String
  list(Of_all: Int): String
}

extend type Query {
  More: String
}
"""
    config = {"preset": "none", "rules": {"FIELD_NAME_CASE": "error", "ARGUMENT_NAME_CASE": "error"}}
    assert codes(sdl, config) == ["ARGUMENT_NAME_CASE Query.list(Of_all:)", "FIELD_NAME_CASE Query.More"]


@pytest.mark.parametrize(
    "sdl",
    [
        "type Query {\n  A: Int # hanse-ignore FIELD_NAME_CASE: kept\n}",
        "type Query {\n  A(\n    b: Int\n  ): Int # hanse-ignore FIELD_NAME_CASE: kept\n}",
        "type Query { # hanse-ignore FIELD_NAME_CASE: kept\n  A: Int\n}",
        'type Query {\n  # hanse-ignore FIELD_NAME_CASE: kept\n  # and a comment\n  """\n  A text.\n  """\n  A: Int\n}',
        "# hanse-ignore-file FIELD_NAME_CASE: kept\ntype Query {\n  A: Int\n}",
        "type Query {\r\n  #hanse-ignore ENUM_VALUE_CASE , FIELD_NAME_CASE : kept\r\n  A: Int\r\n}",
    ],
)
def test_the_places_of_a_suppression(sdl: str) -> None:
    config = {"preset": "none", "rules": {"FIELD_NAME_CASE": "error", "SUPPRESSION_INVALID": "error"}}
    assert codes(sdl, config) == []


def test_a_suppression_does_not_cover_its_neighbours() -> None:
    sdl = "type Query {\n  # hanse-ignore FIELD_NAME_CASE: kept\n  A: Int\n  B: Int\n}"
    assert codes(sdl, ONLY_FIELDS) == ["FIELD_NAME_CASE Query.B"]


def test_levels_by_rule_type_and_subgraph() -> None:
    sdl = "type Query {\n  A: Thing\n}\n\ntype Thing {\n  B: Int\n  C: Int\n}"
    config = ONLY_FIELDS | {
        "overrides": [
            {"types": ["Thing"], "rules": {"FIELD_NAME_CASE": False}},
            {"types": ["Thing.C", "Other*"], "rules": {"FIELD_NAME_CASE": "note"}},
            {"subgraphs": ["legacy-*"], "rules": {"FIELD_NAME_CASE": "off"}},
        ]
    }
    assert codes(sdl, config) == ["FIELD_NAME_CASE Query.A", "FIELD_NAME_CASE Thing.C"]
    assert codes(sdl, config, subgraph="legacy-erp") == []
    found = lint_subgraph(SubgraphSource("shop", sdl), LintConfig.model_validate(config))
    assert [one.level for one in found] == [Level.ERROR, Level.NOTE]


def test_an_override_turns_on_a_rule_that_is_off() -> None:
    sdl = "type Query {\n  A: Int\n}"
    config = {"preset": "none", "overrides": [{"subgraphs": ["shop"], "rules": {"FIELD_NAME_CASE": "warning"}}]}
    assert codes(sdl, config) == ["FIELD_NAME_CASE Query.A"]
    assert codes(sdl, config, subgraph="other") == []


def test_presets() -> None:
    sdl = "type Query {\n  A: Int!\n}"
    assert codes(sdl, {"preset": "none"}) == []
    assert "QUERY_FIELD_NON_NULL Query.A" not in codes(sdl)
    assert "QUERY_FIELD_NON_NULL Query.A" in codes(sdl, {"preset": "all"})
    everything = LintConfig.model_validate({"preset": "all"})
    assert all(everything.is_on(rule) for rule in RULES)


@pytest.mark.parametrize(
    ("config", "problem"),
    [
        ({"preset": "strict"}, "preset: Input should be 'recommended', 'all' or 'none'"),
        ({"rule": {}}, "rule: Extra inputs are not permitted"),
        (
            {"rules": {"FIELD_NAME_CASES": "error"}},
            "rules: there is no rule 'FIELD_NAME_CASES'; did you mean FIELD_NAME_CASE?",
        ),
        (
            {"rules": {"FIELD_NAME_CASE": "fatal"}},
            "rules: FIELD_NAME_CASE: the level is one of off, note, warning, error, not 'fatal'",
        ),
        ({"rules": {"ARGUMENT_COUNT": {"max": "many"}}}, "rules: ARGUMENT_COUNT: max: Input should be a valid integer"),
        ({"rules": {"FIELD_NAME_CASE": {"max": 3}}}, "rules: FIELD_NAME_CASE: max: Extra inputs are not permitted"),
        ({"rules": {"TYPE_UNUSED": [1]}}, "rules: TYPE_UNUSED: the level is one of off, note, warning, error, not [1]"),
        ({"overrides": [{"rules": {"X": "off"}}]}, "overrides.0.rules: there is no rule 'X'"),
        ({"overrides": [{"rules": {"TYPE_UNUSED": "no"}}]}, "overrides.0.rules.TYPE_UNUSED: Input should be 'off'"),
        ({"overrides": [{"types": ["A"]}]}, "overrides.0.rules: Field required"),
    ],
)
def test_a_wrong_configuration_says_where_and_what(config: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError) as error:
        LintConfig.model_validate(config)
    assert config_problem(error.value).startswith(problem)


def test_an_sdl_with_errors_has_no_findings() -> None:
    for sdl in ("type Query {", "type Query { a: Missing }", "query { a }", "{" * 200):
        linted = lint(SubgraphSource("shop", sdl))
        assert linted.errors
        assert linted.findings == ()
        assert fix(SubgraphSource("shop", sdl)).sdl == sdl


def test_an_sdl_of_directives_only_is_linted() -> None:
    config = {"preset": "none", "rules": {"DIRECTIVE_NAME_CASE": "note"}}
    assert codes("directive @Rank on FIELD_DEFINITION", config) == ["DIRECTIVE_NAME_CASE @Rank"]


def test_a_finding_names_file_line_and_column() -> None:
    [found] = lint(
        SubgraphSource("shop", "\r\ntype Query {\r\n  A: Int\r\n}"),
        LintConfig.model_validate(ONLY_FIELDS),
        file="schemas/shop.graphql",
    ).findings
    assert (found.check, found.subject) == (CheckName.LINT, "shop")
    assert found.locations == (FileLocation("schemas/shop.graphql", 3, 3),)


def test_names_of_roots_and_of_federation_are_canonical() -> None:
    sdl = """
schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: [{name: "@key", as: "@primary"}]) {
  query: RootQuery
}

type RootQuery {
  getUser: User
}

type User @primary(fields: "id") {
  id: ID
}
"""
    config = {"preset": "none", "rules": {"QUERY_NAME_VERB": "error", "KEY_FIELD_NULLABLE": "error"}}
    assert codes(sdl, config) == ["QUERY_NAME_VERB Query.getUser", "KEY_FIELD_NULLABLE User"]


def wide(count: int) -> str:
    fields = "".join(f"  # Field {n}\n  Field_{n}(Arg_{n}: [T{n}Input]): [T{n}]\n" for n in range(count))
    types = "".join(f'"T"\ntype T{n} {{ a: Int @deprecated }}\ninput T{n}Input {{ b: [Int] }}\n' for n in range(count))
    return f"type Query {{\n{fields}}}\n{types}"


def suppressed(count: int) -> str:
    fields = "".join(f"  # hanse-ignore FIELD_NAME_CASE: {n}\n  Field_{n}: Int\n" for n in range(count))
    return f"type Query {{\n{fields}}}\n"


def chained(count: int) -> str:
    types = "".join(f"type T{n} {{ a: T{n + 1} }}\n" for n in range(count))
    return f"type Query {{ a: T0 }}\n{types}type T{count} {{ a: Int }}\n"


def imported(count: int) -> str:
    names = ", ".join(f'"@d{n}"' for n in range(count))
    return f'extend schema @link(url: "https://x.example/d/v1.0", import: [{names}])\ntype Query {{ a: Int }}\n'


@pytest.mark.parametrize("make", [wide, suppressed, chained, imported])
def test_the_work_is_linear_in_the_sdl(make: Any) -> None:
    config = LintConfig.model_validate({"preset": "all"})

    def work(count: int) -> int:
        return calls_of(lambda: lint(SubgraphSource("shop", make(count)), config))

    assert work(400) <= 15 * work(40)
