"""docs/how-to/operations.md lists the distribution key of every table; no SQL is of one dialect alone."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest
from sqlalchemy import PrimaryKeyConstraint, Table, UniqueConstraint

from hanse_subgraph.events.tables import metadata as event_tables

ROOT = Path(__file__).parents[2]
SUBGRAPHS = sorted(path.parent.name for path in ROOT.glob("subgraphs/*/models.py"))
# What PostgreSQL has and one of Citus, CockroachDB and YugabyteDB has not, or not over several nodes.
ONLY_POSTGRESQL = (
    r"CREATE EXTENSION",
    r"\bLISTEN\b",
    r"\bNOTIFY\b",
    r"pg_advisory",
    r"CREATE TEMP",
    r"EXCLUDE USING",
    r"CREATE RULE",
    r"\bINHERITS\b",
    r"\bLOCK TABLE\b",
    r"DEFERRABLE",
)


def models_of(name: str) -> list[tuple[Table, str]]:
    """A subgraph's tables, each with what its model says of it."""
    base = import_module(f"subgraphs.{name}.models").Base
    return [(model.__table__, model.__doc__ or "") for model in base.__subclasses__()]


def key_of(table: Table, message: str) -> str:
    """What the table is spread by."""
    found = re.search(r"Distribution key: (\w+)\.", message)
    assert found, f"{table.name} says no distribution key"
    assert found[1] in table.columns, f"{table.name} has no column {found[1]}"
    return found[1]


def can_be_spread(table: Table, key: str, keys: dict[str, str]) -> bool:
    """Whether Citus spreads it: all that is unique holds the key, and references go from key to key."""
    unique = [item for item in table.constraints if isinstance(item, PrimaryKeyConstraint | UniqueConstraint)]
    if not all(key in item.columns for item in unique) or any(index.unique for index in table.indexes):
        return False
    return all(
        item.parent.name == key and item.column.name == keys[item.column.table.name] for item in table.foreign_keys
    )


def listed() -> dict[tuple[str, str], tuple[str, str]]:
    """The tables of the docs: key, and how Citus is to keep it."""
    docs = (ROOT / "docs" / "how-to" / "operations.md").read_text()
    rows = re.findall(r"^\| (\w+) \| `(\w+)` \| `(\w+)` \| (\w+) \|$", docs, re.M)
    return {(subgraph, table): (key, kept) for subgraph, table, key, kept in rows}


def expected() -> dict[tuple[str, str], tuple[str, str]]:
    """The same, from the models."""
    found = {("all", table.name): (table, table.info["distribution_key"]) for table in event_tables.tables.values()}
    for name in SUBGRAPHS:
        found |= {(name, table.name): (table, key_of(table, message)) for table, message in models_of(name)}
    keys = {table.name: key for table, key in found.values()}
    return {
        place: (key, "spread" if can_be_spread(table, key, keys) else "whole") for place, (table, key) in found.items()
    }


def test_the_docs_list_every_table_with_its_distribution_key() -> None:
    assert listed() == expected()


@pytest.mark.parametrize("forbidden", ONLY_POSTGRESQL)
def test_no_sql_is_for_one_server_alone(forbidden: str) -> None:
    files = [*ROOT.glob("subgraphs/*/*.py"), *ROOT.glob("subgraphs/*/migrations/*.py"), *ROOT.glob("shared/**/*.py")]
    assert len(files) > 50
    assert [path.name for path in files if re.search(forbidden, path.read_text())] == []
