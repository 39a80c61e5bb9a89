"""`hanse schema lint` from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hanse.cli import main

ROOT = Path(__file__).parents[2]
SDL = '''# The shop.\r
\r
type Query {\r
  # All products.\r
  Products(first: Int): [Product!]!\r
}\r
\r
"""A product."""\r
type Product {\r
  """The id."""\r
  id: ID!\r
}\r
'''


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is no project, with a schema, as the working directory."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.graphql").write_bytes(SDL.encode())
    return tmp_path


def lint(*words: str) -> Result:
    return CliRunner().invoke(main, ["schema", "lint", *words])


def test_findings_are_lines_for_editors(folder: Path) -> None:
    result = lint("shop.graphql")
    assert result.exit_code == 1
    assert [line.split(": ", 2)[:2] for line in result.output.splitlines()] == [
        ["shop.graphql", "note FEDERATION_VERSION"],
        ["shop.graphql:4:3", "warning DESCRIPTION_COMMENT"],
        ["shop.graphql:5:3", "warning FIELD_DESCRIPTION"],
        ["shop.graphql:5:3", "error FIELD_NAME_CASE"],
        ["shop.graphql:5:12", "note ARGUMENT_DESCRIPTION"],
        ["1 linted", "1 error, 2 warnings, 2 notes"],
    ]
    assert "`Query.Products` is described by a comment: make it a description. [--fix]" in result.output
    assert "The field `Query.Products` is not in camelCase: write `products`." in result.output


def test_a_fix_keeps_all_other_bytes(folder: Path) -> None:
    result = lint("shop.graphql", "--fix")
    assert result.exit_code == 1
    assert "shop.graphql: 1 corrected" in result.stderr
    corrected = SDL.replace("  # All products.", '  """All products."""')
    assert (folder / "shop.graphql").read_bytes() == corrected.encode()
    assert "corrected" not in lint("shop.graphql", "--fix").stderr


def test_lint_yaml_configures_rules(folder: Path) -> None:
    (folder / "lint.yaml").write_text("preset: none\nrules:\n  FIELD_NAME_CASE: warning\n  TYPE_UNUSED: off\n")
    assert lint("shop.graphql").exit_code == 0
    assert lint("shop.graphql", "--fail-on", "warning").exit_code == 1
    (folder / "other.yaml").write_text("preset: none")
    assert lint("shop.graphql", "--config", "other.yaml").output == "1 linted: 0 errors, 0 warnings, 0 notes\n"
    (folder / "lint.yaml").write_text("overrides:\n  - subgraphs: [erp]\n    rules: {FIELD_NAME_CASE: off}\n")
    assert lint("shop.graphql").exit_code == 1
    assert lint("shop.graphql", "--subgraph", "erp").exit_code == 0


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("rules:\n  FIELD_NAMES: off\n", "lint.yaml:2:3: rules: there is no rule 'FIELD_NAMES'"),
        ("preset: strict\n", "lint.yaml:1:9: preset: Input should be 'recommended', 'all' or 'none'"),
        ("rules: {ARGUMENT_COUNT: {max: x}}\n", "rules: ARGUMENT_COUNT: max: Input should be a valid integer"),
        ("rules: [", "lint.yaml is not valid YAML"),
    ],
)
def test_a_wrong_configuration_is_an_error(folder: Path, config: str, message: str) -> None:
    (folder / "lint.yaml").write_text(config)
    result = lint("shop.graphql")
    assert result.exit_code == 2
    assert message in result.stderr


def test_the_project_configures_rules_and_has_the_schemas(folder: Path) -> None:
    (folder / "hanse.toml").write_text('[lint.rules]\nFIELD_NAME_CASE = "off"\n')
    published = folder / "schema" / "published"
    published.mkdir(parents=True)
    (folder / "shop.graphql").rename(published / "shop.graphql")
    (published / "api.graphql").write_text("type Query { Not_linted: Int }")
    result = lint()
    assert result.exit_code == 0
    assert "schema/published/shop.graphql:5:3: warning FIELD_DESCRIPTION" in result.output
    assert "Not_linted" not in result.output
    assert lint("--fix").exit_code == 2
    (folder / "lint.yaml").write_text("preset: none")
    assert "both configure lint" in lint().stderr
    (folder / "lint.yaml").unlink()
    (folder / "hanse.toml").write_text('[lint.rules]\nFIELD_NAME_CASE = "no"\n')
    assert "hanse.toml: tool.hanse.lint.rules: FIELD_NAME_CASE: the level is one of" in lint().stderr


def test_an_sdl_with_errors_cannot_be_linted(folder: Path) -> None:
    (folder / "shop.graphql").write_text("type Query {\n  a: Missing\n}")
    result = lint("shop.graphql")
    assert result.exit_code == 2
    assert "shop.graphql:2:6: error INVALID_GRAPHQL" in result.output


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("none.graphql",), "cannot read none.graphql"),
        ((), "there is nothing to lint"),
        (("shop.graphql", "shop.graphql", "--subgraph", "a"), "give one FILE"),
        (("--explain", "NO_RULE"), "there is no rule NO_RULE"),
        (("shop.graphql", "--config", "none.yaml"), "cannot read none.yaml"),
    ],
)
def test_wrong_usage(folder: Path, words: tuple[str, ...], message: str) -> None:
    result = lint(*words)
    assert result.exit_code == 2
    assert message in result.stderr


def test_forms_for_tools(folder: Path) -> None:
    found = json.loads(lint("shop.graphql", "--json").output)
    [name_case] = [one for one in found["findings"] if one["code"] == "FIELD_NAME_CASE"]
    assert name_case["locations"] == [{"file": "shop.graphql", "line": 5, "column": 3}]
    assert "::error file=shop.graphql,line=5,col=3" in lint("shop.graphql", "--format", "github").output
    assert json.loads(lint("shop.graphql", "--format", "sarif").output)["version"] == "2.1.0"


def test_a_rule_is_explained() -> None:
    output = lint("--explain", "TYPE_UNUSED").output
    assert "TYPE_UNUSED (structure, warning by default): Every type can be reached." in output
    assert "Fix: Remove the type." in output


def test_the_published_schemas_of_the_platform_are_clean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    result = lint("--fail-on", "note")
    assert result.exit_code == 0, result.output
    assert result.output == "8 linted: 0 errors, 0 warnings, 0 notes\n"
