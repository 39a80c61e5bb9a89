"""A schema against the committed one: breaking changes fail the test."""

from __future__ import annotations

from pathlib import Path

from graphql import GraphQLSchema, build_schema, print_schema

from hanse.testing.subgraphs import StrawberrySchema
from hanse.testing.supergraph import TestSupergraph
from hanse.whole_file import write_whole
from hanse_schema.checks.changes import Change, ChangeLevel, diff_schemas

Checked = TestSupergraph | StrawberrySchema | GraphQLSchema | str


class SchemaCheck:
    """Compares schemas with files in a folder."""

    def __init__(self, folder: Path, *, update: bool) -> None:
        self._folder = folder
        self._update = update

    def __call__(self, schema: Checked, file: str | Path, *, allow_dangerous: bool = True) -> list[Change]:
        """Assert that nothing breaks clients of the committed schema, and return the other changes.

        `schema` is a supergraph (what clients see), a Strawberry schema, or SDL. With `allow_dangerous` false,
        dangerous changes fail too. With `--hanse-update-schemas` the file is written, and nothing fails. Raises
        AssertionError.
        """
        path = self._folder / file
        after = _schema(schema)
        if self._update:
            write_whole(path, f"{print_schema(after)}\n")
            return []
        assert path.exists(), f"{path} is missing: run pytest --hanse-update-schemas, and commit it"
        changes = diff_schemas(build_schema(path.read_text(encoding="utf-8"), assume_valid=True), after)
        failing = {ChangeLevel.BREAKING} if allow_dangerous else {ChangeLevel.BREAKING, ChangeLevel.DANGEROUS}
        wrong = [change for change in changes if change.level in failing]
        lines = (f"{change} {change.reason}" for change in wrong)
        head = f"the schema breaks clients of {path} (pytest --hanse-update-schemas accepts it):"
        assert not wrong, "\n".join([head, *lines])
        return changes


def _schema(given: Checked) -> GraphQLSchema:
    if isinstance(given, TestSupergraph):
        return given.api_schema
    if isinstance(given, GraphQLSchema):
        return given
    return build_schema(given if isinstance(given, str) else given.as_str(), assume_valid=True)
