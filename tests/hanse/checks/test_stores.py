"""Checks against a folder and against a registry server, approvals included."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from graphql import parse

from hanse.checks.approvals import MAX_NAMES, Recorder
from hanse.checks.graphs import compose_graph
from hanse.checks.known_operations import KnownOperation
from hanse.checks.read_usage import usage_of_store
from hanse.checks.request import CheckRequest
from hanse.checks.run import run_checks
from hanse.checks.usage import UsageRules, judge_usage
from hanse.cli import main
from hanse.registry.folder import FolderStore
from hanse.registry.store import Author, OperationUsage, Store
from hanse_router.prepare.signature import signature_of
from hanse_router.prepare.validate import choose_operation
from hanse_schema.checks.report import CheckName, CheckReport, Level, Verdict
from hanse_schema.subgraph.model import SubgraphSource
from tests.hanse.registry.servers import RunningRegistry
from tests.hanse.registry.stores import CATALOG, CATALOG_WITHOUT_NAME, REVIEWS, new_graph, publish

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def checked(after: str) -> CheckReport:
    before = {"catalog": SubgraphSource("catalog", CATALOG)}
    return run_checks(CheckRequest(before=before, after={"catalog": SubgraphSource("catalog", after)}))


def recorder(store: Store) -> Recorder:
    return Recorder(store, Author(who="Ann"), "production", 1, NOW)


def test_an_approval_covers_the_same_errors_and_fewer(store: Store) -> None:
    publish(store, "catalog", CATALOG)
    two = CATALOG.replace("name: String!", "").replace("products: [Product!]!", "items: [Product!]!")
    failed = checked(two)
    assert recorder(store).approved(failed).verdict is Verdict.FAILED
    assert recorder(store).recorded(failed).recorded
    store.approve(failed.id, "No client uses it.", Author(who="Ann"))
    for fewer in (failed, checked(CATALOG_WITHOUT_NAME)):
        assert recorder(store).approved(fewer).verdict is Verdict.PASSED
    more = checked(two.replace("type Product", "type Item").replace("[Product!]", "[Item!]"))
    assert more.errors - failed.errors
    assert recorder(store).approved(more).verdict is Verdict.FAILED


def test_a_report_with_other_errors_does_not_take_over_an_approval(store: Store) -> None:
    publish(store, "catalog", CATALOG)
    failed = checked(CATALOG_WITHOUT_NAME)
    recorder(store).recorded(failed)
    store.approve(failed.id, "Fine.", Author(who="Ann"))
    worse = replace(failed, findings=(*failed.findings, replace(failed.findings[0], coordinate="Product.id")))
    assert recorder(store).approved(worse).verdict is Verdict.FAILED
    recorder(store).recorded(worse)
    assert recorder(store).approved(worse).verdict is Verdict.FAILED


def test_an_approval_holds_for_the_same_fingerprints(store: Store) -> None:
    """The type of a field may change again: the code and the coordinate are the same, what is approved is not."""
    publish(store, "catalog", CATALOG)
    failed = checked(CATALOG.replace("name: String!", "name: Int!"))
    recorder(store).recorded(failed)
    store.approve(failed.id, "Fine.", Author(who="Ann"))
    assert recorder(store).approved(failed).verdict is Verdict.PASSED
    other = checked(CATALOG.replace("name: String!", "name: [String!]!"))
    assert other.errors == failed.errors
    assert recorder(store).approved(other).verdict is Verdict.FAILED


def test_an_approval_expires_by_setting(store: Store) -> None:
    publish(store, "catalog", CATALOG)
    failed = checked(CATALOG_WITHOUT_NAME)
    recorder(store).recorded(failed)
    given = store.approve(failed.id, "Fine.", Author(who="Ann")).approvals[-1].when

    def approved(days: int | None, age: timedelta) -> CheckReport:
        return replace(recorder(store), approval_days=days, when=given + age).approved(failed)

    assert approved(None, timedelta(days=5000)).verdict is Verdict.PASSED
    assert approved(30, timedelta(days=30)).verdict is Verdict.PASSED
    assert approved(30, -timedelta(days=1)).verdict is Verdict.PASSED, "a clock is behind"
    expired = approved(30, timedelta(days=30, seconds=1))
    assert expired.verdict is Verdict.FAILED
    assert [finding.code for finding in expired.of(CheckName.OWNERSHIP)] == ["APPROVAL_EXPIRED"]
    assert expired.id == failed.id


def test_a_folder_keeps_what_failed_only(tmp_path: Path) -> None:
    folder = FolderStore(tmp_path)
    assert not recorder(folder).recorded(checked(CATALOG + "# same")).recorded
    assert not list(tmp_path.iterdir())
    broken = checked("type Query {")
    assert not recorder(folder).recorded(broken).recorded


def test_many_subgraphs_fit_a_record(store: Store) -> None:
    names = [f"subgraph-with-a-long-name-{number}" for number in range(50)]
    publish(store, "catalog", CATALOG)
    many = replace(checked(CATALOG_WITHOUT_NAME), subgraphs=tuple(names))
    assert recorder(store).recorded(many).recorded
    assert len(store.check(many.id).subgraph) <= MAX_NAMES


def test_the_command_on_a_server(
    registry: RunningRegistry,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    graph = new_graph()
    key = registry.create_key(graphs=[graph])
    publish(registry.store(key, graph), "catalog", CATALOG)
    publish(registry.store(key, graph), "reviews", REVIEWS)
    schema = tmp_path / "catalog.graphql"
    schema.write_text(CATALOG_WITHOUT_NAME)
    monkeypatch.chdir(tmp_path)  # this repository has owners of its own
    monkeypatch.setenv("HANSE_REGISTRY", registry.url)
    monkeypatch.setenv("HANSE_GRAPH", graph)

    def run(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(main, ["schema", *words])
        return result.exit_code, result.output

    change = ("check", "--subgraph", "catalog", "--schema", str(schema))
    monkeypatch.setenv("HANSE_REGISTRY_KEY", "wrong")
    code, output = run(*change)
    assert code == 2
    assert "[UNAUTHENTICATED]" in output

    monkeypatch.setenv("HANSE_REGISTRY_KEY", key)
    code, output = run(*change)
    assert code == 1
    assert "FIELD_REMOVED: Product.name was removed" in output
    check = output.split("hanse schema approve ")[1].split()[0]
    assert run("approve", check, "--reason", "No client uses it.")[0] == 0
    code, output = run(*change)
    assert code == 0, output
    assert "approved by" in output
    monkeypatch.setenv("HANSE_REGISTRY", "http://127.0.0.1:9")
    code, output = run(*change)
    assert code == 2
    assert "[REGISTRY_UNAVAILABLE]" in output


class StoreWithUsage(FolderStore):
    """A folder with the usage that a server would have."""

    usage: tuple[OperationUsage, ...] = ()

    def operations(self, variant: str, *, since: datetime | None = None) -> tuple[OperationUsage, ...]:
        """Those used since."""
        return tuple(one for one in self.usage if since is None or one.last_seen >= since)


def used(signature: str, day: int) -> OperationUsage:
    seen = NOW - timedelta(days=day)
    return OperationUsage(
        hash=signature.ljust(64, "0"),
        signature=signature,
        name=None,
        kind="query",
        client="web",
        client_version="1",
        count=5,
        errors=0,
        first_seen=seen,
        last_seen=seen,
    )


def test_usage_of_a_store(tmp_path: Path) -> None:
    folder = StoreWithUsage(tmp_path)
    rules = UsageRules(days=10)
    folder.usage = tuple(used("{ products { id } }", day) for day in range(12))
    judged = judge_usage(usage_of_store(folder, "production", rules, NOW), rules, NOW)
    assert judged.evidence.complete
    [operation] = judged.operations
    assert operation.clients[0].count == 11 * 5
    folder.usage = tuple(used("{ products { id } }", day) for day in range(12) if day not in (4, 5))
    judged = judge_usage(usage_of_store(folder, "production", rules, NOW), rules, NOW)
    assert not judged.evidence.complete
    assert judged.evidence.words == "no usage is reported from 2026-05-26T00:00Z to 2026-05-29T00:00Z"
    assert not judge_usage(usage_of_store(FolderStore(tmp_path), "production", rules, NOW), rules, NOW).operations


def test_a_signature_of_a_router_keeps_what_a_check_needs() -> None:
    """Enum values and fields of input objects stay in it, and it is valid for the schema of the operation."""
    sdl = """
    type Query { find(by: [By!]!): Int }
    input By { name: String color: Color size: Int }
    enum Color { RED GREEN }
    """
    text = '{ a: find(by: [{name: "secret", color: RED}]) b: find(by: [{size: 4711}, {color: GREEN, size: 1}]) }'
    document = parse(text)
    before = {"one": SubgraphSource("one", sdl)}
    _, graph = compose_graph(before.values())
    assert graph is not None
    signature = signature_of(document, choose_operation(document, None), graph.api)
    assert "secret" not in signature.text
    assert "4711" not in signature.text
    operations = (KnownOperation(signature.text, None, signature.hash, "usage"),)
    for old, new, code in (
        ("RED GREEN", "RED", "INPUT_ENUM_VALUE_REMOVED"),
        ("RED GREEN", "GREEN", "INPUT_ENUM_VALUE_REMOVED"),
        ("name: String ", "", "INPUT_FIELD_REMOVED"),
        (" size: Int", "", "INPUT_FIELD_REMOVED"),
        ("size: Int", "size: Int kind: Int!", "REQUIRED_INPUT_FIELD_ADDED"),
    ):
        after = {"one": SubgraphSource("one", sdl.replace(old, new))}
        report = run_checks(CheckRequest(before=before, after=after, operations=operations))
        [error] = [finding for finding in report.of(CheckName.CHANGES) if finding.level is Level.ERROR]
        assert error.code == code
        assert [one.reason.split()[0] for one in error.affected] == ["sends"]
