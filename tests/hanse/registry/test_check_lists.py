"""Lists of checks read no reports: on the server, in its pages and by the command that looks for approvals."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, event

from hanse.cli import main
from hanse.registry.server.keys import Scope
from hanse.registry.store import CheckOutcome, CheckRecord
from tests.hanse.registry.pages.visitor import Visitor
from tests.hanse.registry.requests import code_of, query
from tests.hanse.registry.servers import RunningRegistry
from tests.hanse.registry.stores import AUTHOR, CATALOG, CATALOG_WITHOUT_NAME, new_graph, publish

REPORT = "registry_checks.report"


@contextmanager
def statements() -> Iterator[list[str]]:
    """The SQL statements that the server in this process executes while the block runs."""
    found: list[str] = []

    def executed(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        found.append(statement)

    event.listen(Engine, "before_cursor_execute", executed)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", executed)


def record(registry: RunningRegistry, graph: str, check: str) -> None:
    registry.store(registry.create_key(), graph).record_check(
        CheckRecord(
            id=check,
            variant="production",
            subgraph="catalog",
            outcome=CheckOutcome.FAILED,
            who="",
            when=datetime.now(UTC),
            report={"findings": [], "filler": "x" * 100_000},
        )
    )


@pytest.fixture
def graph(registry: RunningRegistry) -> str:
    """A graph with a version and two checks, of which one is approved."""
    graph = new_graph()
    store = registry.store(registry.create_key(), graph)
    publish(store, "catalog", CATALOG)
    for check in ("a1", "b2"):
        record(registry, graph, check)
    store.approve("b2", "because", AUTHOR)
    return graph


def test_the_list_of_the_api_has_no_reports(registry: RunningRegistry, graph: str) -> None:
    document = 'query ($g: String!) { graph(name: $g) { variant(name: "production") { checks { %s } } } }'
    key = registry.create_key(Scope.READ)
    with statements() as executed:
        _, response = query(registry, document % "id outcome approvals { reason }", key, g=graph)
    assert response["data"]["graph"]["variant"]["checks"] == [
        {"id": "b2", "outcome": "failed", "approvals": [{"reason": "because"}]},
        {"id": "a1", "outcome": "failed", "approvals": []},
    ]
    assert any("registry_checks" in one for one in executed)
    assert not [one for one in executed if REPORT in one]
    status, response = query(registry, document % "report", key, g=graph)
    assert (status, code_of(response)) == (400, "GRAPHQL_VALIDATION_FAILED")
    with statements() as executed:
        registry.store(key, graph).check("a1")
    assert [one for one in executed if REPORT in one], "one check has its report"


def test_the_page_of_checks_reads_no_reports(registry: RunningRegistry, graph: str) -> None:
    reader = Visitor(registry, registry.create_key(Scope.READ))
    with statements() as executed:
        page = reader.page(f"/graphs/{graph}/variants/production/checks")
    assert ">a1<" in page
    assert not [one for one in executed if REPORT in one]


def test_a_check_reads_reports_of_approved_checks_only(
    registry: RunningRegistry, graph: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(8):
        record(registry, graph, f"c{number}")
    (tmp_path / "new.graphql").write_text(CATALOG_WITHOUT_NAME)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HANSE_REGISTRY_KEY", registry.create_key(graphs=[graph]))
    command = ["schema", "check", "--registry", registry.url, "--graph", graph, "--subgraph", "catalog"]
    with statements() as executed:
        assert CliRunner().invoke(main, [*command, "--schema", "new.graphql"]).exit_code == 1
    # The approved one; its own, which is not there; and its own when it is recorded.
    assert len([one for one in executed if REPORT in one]) == 3
