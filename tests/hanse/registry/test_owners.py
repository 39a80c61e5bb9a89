"""The owners of a graph's schema on a server: set by a command, used by checks, approvals and pages."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from hanse.cli import main
from hanse.registry.errors import Forbidden, InvalidInput, TooLarge
from hanse.registry.folder import FolderStore
from hanse.registry.owners import MAX_CHARACTERS, MAX_LINES, ownership_of
from hanse.registry.server.keys import Scope
from tests.hanse.registry.pages.visitor import Visitor
from tests.hanse.registry.servers import RunningRegistry
from tests.hanse.registry.stores import AUTHOR, CATALOG, CATALOG_WITHOUT_NAME, REVIEWS, new_graph, publish

OWNERS = """# the shop
*               @shop
catalog/        @catalog
Product.reviews @reviews "Ada Lovelace"
"""


class Shop:
    """A graph with two subgraphs, and commands on it with the rights of a key."""

    def __init__(self, registry: RunningRegistry, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.registry = registry
        self.folder = folder
        self.graph = new_graph()
        self.admin = registry.create_key(graphs=[self.graph], name=f"admin-{self.graph[-12:]}")
        self.store = registry.store(self.admin, self.graph)
        publish(self.store, "catalog", CATALOG)
        publish(self.store, "reviews", REVIEWS)
        monkeypatch.chdir(folder)
        monkeypatch.setenv("HANSE_REGISTRY", registry.url)
        monkeypatch.setenv("HANSE_GRAPH", self.graph)
        self._monkeypatch = monkeypatch
        (folder / "OWNERS").write_text(OWNERS)
        (folder / "new.graphql").write_text(CATALOG_WITHOUT_NAME)

    def key(self, *scopes: Scope, name: str = "") -> str:
        """A key of the graph."""
        return self.registry.create_key(*scopes, graphs=[self.graph], name=name)

    def run(self, *words: str, key: str = "", code: int = 0) -> str:
        """The output of `hanse schema ...`."""
        self._monkeypatch.setenv("HANSE_REGISTRY_KEY", key or self.admin)
        result = CliRunner().invoke(main, ["schema", *words])
        assert result.exit_code == code, result.output
        return result.output


@pytest.fixture
def shop(registry: RunningRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    return Shop(registry, tmp_path, monkeypatch)


def test_owners_are_set_shown_and_deleted(shop: Shop) -> None:
    assert shop.run("owners", "show") == ""
    assert shop.store.owners() is None
    shop.run("owners", "set", "OWNERS")
    assert shop.run("owners", "show") == OWNERS
    (shop.folder / "empty").write_text("\n")
    shop.run("owners", "set", "empty")
    assert shop.run("owners", "show") == ""
    assert [(entry.action, entry.detail) for entry in shop.store.audit(limit=2)] == [
        ("deleted owners", ""),
        ("set owners", "4 lines"),
    ]


def test_a_check_against_the_server_names_the_owners_and_needs_their_approval(shop: Shop) -> None:
    # The file of the project that publishes does not count: its own team would own the whole graph.
    (shop.folder / "hanse.toml").write_text("")
    (shop.folder / "schema").mkdir()
    (shop.folder / "schema" / "OWNERS").write_text("* @nobody\n")
    ann, bob = f"ann-{shop.graph[-12:]}", f"bob-{shop.graph[-12:]}"
    (shop.folder / "OWNERS").write_text(f"{OWNERS}@catalog = {ann}\n")
    shop.run("owners", "set", "OWNERS")
    change = ("check", "--subgraph", "catalog", "--schema", "new.graphql")
    failed = shop.run(*change, code=1)
    assert "owned by @catalog" in failed
    assert "@nobody" not in failed
    check = failed.split("hanse schema approve ")[1].split()[0]
    for name, code in ((bob, 1), (ann, 0)):
        approver = shop.key(Scope.READ, Scope.APPROVE, name=name)
        shop.run("approve", check, "--reason", "no client has it", key=approver)
        shop.run(*change, code=code)


def test_the_page_of_a_type_has_subgraphs_and_owners(shop: Shop) -> None:
    reader = Visitor(shop.registry, shop.key(Scope.READ))
    page = f"/graphs/{shop.graph}/variants/production/types/Product"
    assert "<th>Owners</th>" not in reader.page(page)
    shop.store.set_owners(OWNERS, AUTHOR)
    text = reader.page(page)
    assert "<th>Owners</th>" in text
    assert "Owned by @catalog, @shop." in text
    assert "<td>reviews</td><td>@reviews, Ada Lovelace</td>" in text
    assert "<td>catalog, reviews</td><td>@catalog, @shop</td>" in text  # id, of both
    shop.store.set_owners('* "<script>alert(1)</script>"', AUTHOR)
    assert "<script" not in reader.page(page)


def test_only_administrators_of_the_graph_set_owners(shop: Shop) -> None:
    stranger = shop.registry.create_key(Scope.ADMIN, graphs=["another"])
    some = shop.registry.create_key(Scope.ADMIN, graphs=[shop.graph], subgraphs=["catalog"])
    publisher = shop.key(Scope.READ, Scope.PUBLISH, Scope.CHECK, Scope.APPROVE, Scope.REPORT)
    for key in (stranger, some, publisher):
        with pytest.raises(Forbidden):
            shop.registry.store(key, shop.graph).set_owners(OWNERS, AUTHOR)
    assert shop.registry.store(publisher, shop.graph).owners() is None


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("* @shop\nQuery..a @shop", InvalidInput, "OWNERS:2: 'Query..a' is not a pattern"),
        ('* "open', InvalidInput, "OWNERS:1: a quote is not closed"),
        ("#\n" * MAX_LINES, TooLarge, "at most 2,000 lines"),
        ("#" * (MAX_CHARACTERS + 1), TooLarge, "100,000 characters"),
        ("* a\0b", InvalidInput, "NUL"),
    ],
)
def test_owners_that_cannot_be_read_are_refused(shop: Shop, text: str, error: type[Exception], message: str) -> None:
    shop.store.set_owners(OWNERS, AUTHOR)
    with pytest.raises(error, match=message):
        shop.store.set_owners(text, AUTHOR)
    assert shop.store.owners() == OWNERS


def test_the_owners_of_a_folder_are_a_file(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    assert store.owners() is None
    with pytest.raises(InvalidInput, match="schema/OWNERS"):
        store.set_owners(OWNERS, AUTHOR)


def test_the_time_for_owners_grows_with_their_lines() -> None:
    def seconds(lines: int) -> float:
        ownership = ownership_of("\n".join(f"*a*b*c{number}.d* @team" for number in range(lines)))
        started = time.process_time()
        for number in range(20):
            ownership.owners(["catalog"], f"Type{number}.{'a' * 200}")
        return time.process_time() - started

    seconds(10)
    small, large = min(seconds(MAX_LINES // 10) for _ in range(3)), seconds(MAX_LINES)
    assert large <= 15 * small + 0.05


def test_a_page_with_as_many_owners_as_possible(shop: Shop) -> None:
    fields = " ".join(f"field{number}: Int" for number in range(200))
    publish(shop.store, "catalog", CATALOG.replace("name: String!", f"name: String! {fields}"))
    shop.store.set_owners("\n".join(f"No{number}.*a*a*a @team{number}" for number in range(MAX_LINES)), AUTHOR)
    reader = Visitor(shop.registry, shop.key(Scope.READ))
    started = time.perf_counter()
    assert "<th>Owners</th>" in reader.page(f"/graphs/{shop.graph}/variants/production/types/Product")
    assert time.perf_counter() - started < 10
