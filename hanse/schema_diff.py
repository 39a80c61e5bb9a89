"""`hanse schema diff`: the changes between two schemas, each with its level and reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click
from graphql import (
    DocumentNode,
    EnumTypeDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    build_ast_schema,
    build_schema,
    parse,
    print_schema,
    validate_schema,
)

from hanse.registry.errors import RegistryError
from hanse.registry.references import resolve
from hanse.registry.store import Store
from hanse.yaml_file import STDIN, read_text, shown
from hanse_schema.checks.changes import Change, ChangeLevel, diff_schemas, diff_supergraphs
from hanse_schema.supergraph import InvalidSupergraphError, api_schema, parse_supergraph
from hanse_schema.supergraph.model import Supergraph
from hanse_wire.command_line import CommandError

Schema = Supergraph | GraphQLSchema
_COLORS = {ChangeLevel.BREAKING: "red", ChangeLevel.DANGEROUS: "yellow", ChangeLevel.SAFE: "green"}
_WIDTH = max(len(level.value) for level in ChangeLevel)


def load_schema(reference: str, store: Callable[[], Store]) -> Schema:
    """The schema in a file (`-` is stdin) or of a version in the registry: a supergraph, or SDL that clients see.

    Raises CommandError when there is neither, or it is not a valid schema.
    """
    path = Path(reference)
    if path == STDIN or path.exists():
        return parse_schema(read_text(path), shown(path))
    try:
        return parse_supergraph(resolve(store(), reference).supergraph)
    except RegistryError as error:
        raise CommandError(f"there is no file {reference}, and no version: {error}") from error


def parse_schema(text: str, name: str) -> Schema:
    """A supergraph, or a schema as clients see it. `name` is that of its source in errors.

    Raises CommandError when it is not valid.
    """
    try:
        document = parse(text, no_location=True)
        if _is_supergraph(document):
            return parse_supergraph(text)
        schema = build_ast_schema(document)
        errors = validate_schema(schema)
    except (GraphQLError, TypeError, InvalidSupergraphError) as error:
        raise CommandError(f"{name} is not a valid schema: {error}") from error
    except RecursionError as error:
        raise CommandError(f"{name} is not a valid schema: it is nested too deeply") from error
    if errors:
        raise CommandError(f"{name} is not a valid schema: {errors[0].message}")
    return schema


def _is_supergraph(document: DocumentNode) -> bool:
    names = (d.name.value for d in document.definitions if isinstance(d, EnumTypeDefinitionNode))
    return any(name.endswith("__Graph") for name in names)


def diff(before: Schema, after: Schema) -> list[Change]:
    """All changes. Applied directives are compared where both are supergraphs, or neither is."""
    if isinstance(before, Supergraph) and isinstance(after, Supergraph):
        return diff_supergraphs(before, after)
    if isinstance(before, Supergraph) or isinstance(after, Supergraph):
        return diff_schemas(_as_clients_see(before), _as_clients_see(after))
    return diff_schemas(before, after)


def _as_clients_see(schema: Schema) -> GraphQLSchema:
    """The schema without directives applied to its elements."""
    return build_schema(print_schema(api_schema(schema) if isinstance(schema, Supergraph) else schema))


def change_json(change: Change) -> dict[str, Any]:
    """A change as JSON. `deprecated` is given for elements that were deprecated when they were removed."""
    found: dict[str, Any] = {
        "level": change.level.value,
        "kind": change.kind.name,
        "coordinate": change.coordinate,
        "message": change.message,
        "reason": change.reason,
    }
    if change.subject:
        found["subject"] = change.subject
    if change.deprecated is not None:
        found["deprecated"] = change.deprecated
    return found


def diff_json(changes: Sequence[Change]) -> dict[str, Any]:
    """All changes as JSON, and the number of each level."""
    counts = Counter(change.level for change in changes)
    return {
        **{level.value: counts[level] for level in ChangeLevel},
        "changes": [change_json(change) for change in changes],
    }


def diff_text(changes: Sequence[Change]) -> str:
    """All changes as text with colors, the reason below each, and the number of each level."""
    if not changes:
        return "no changes"
    counts = Counter(change.level for change in changes)
    totals = ", ".join(f"{counts[level]} {level.value}" for level in ChangeLevel)
    return "\n".join([*map(_lines, changes), totals])


def _lines(change: Change) -> str:
    level = click.style(change.level.value.ljust(_WIDTH), fg=_COLORS[change.level])
    return f"{level}  {change.kind.name}  {change.message}\n{' ' * _WIDTH}  {click.style(change.reason, dim=True)}"
