"""The contract of stores, on each kind of them."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hanse.registry.errors import (
    AlreadyExists,
    CompositionFailed,
    InvalidInput,
    NotFound,
    RegistryError,
    TooLarge,
    VersionConflict,
)
from hanse.registry.store import Action, CheckOutcome, CheckRecord, Line, Publish, Store, Version
from hanse.registry.versions import MAX_SDL_BYTES
from tests.hanse.registry.stores import (
    AUTHOR,
    BROKEN,
    CATALOG,
    CATALOG_WITH_PRICE,
    CATALOG_WITHOUT_NAME,
    HEAD,
    PRODUCTION,
    REVIEWS,
    OpenStore,
    publish,
)

STAGING = Line("staging")
BRANCH = Line("production", "checkout")


@pytest.fixture
def shop(store: Store) -> Store:
    """A store with `catalog` and `reviews` in production."""
    publish(store, "catalog", CATALOG, url="http://catalog/graphql")
    publish(store, "reviews", REVIEWS, url="http://reviews/graphql")
    return store


def test_a_publish_makes_a_version(store: Store) -> None:
    before = datetime.now(UTC) - timedelta(seconds=5)
    version = publish(store, "catalog", CATALOG, url="http://catalog/graphql")
    assert version.number == 1
    assert version.summary.action is Action.PUBLISHED
    assert version.summary.detail == "catalog"
    assert version.summary.who
    assert version.summary.commit == "abc123"
    assert before < version.summary.when <= datetime.now(UTC) + timedelta(seconds=5)
    assert version.summary.diff.subgraphs == ("catalog",)
    assert "products: [Product!]!" in version.api
    assert "join__Graph" in version.supergraph
    assert store.current(PRODUCTION) == version
    assert store.show(PRODUCTION, 1) == version
    assert store.variants() == ("production",)


def test_subgraphs_are_composed_with_the_others(shop: Store) -> None:
    version = shop.current(PRODUCTION)
    assert [(one.name, one.url) for one in version.subgraphs] == [
        ("catalog", "http://catalog/graphql"),
        ("reviews", "http://reviews/graphql"),
    ]
    assert "reviews: [String!]!" in version.api
    assert [summary.number for summary in shop.history(PRODUCTION)] == [2, 1]
    assert [summary.number for summary in shop.history(PRODUCTION, limit=1)] == [2]
    assert [summary.number for summary in shop.history(PRODUCTION, before=2)] == [1]


def test_a_publish_keeps_the_url_that_it_does_not_give(shop: Store) -> None:
    found = publish(shop, "catalog", CATALOG_WITH_PRICE).subgraph("catalog")
    assert found is not None
    assert found.url == "http://catalog/graphql"


def test_subgraphs_are_published_together(store: Store) -> None:
    reviews = Publish(subgraph="reviews", sdl=REVIEWS, url="http://reviews/graphql")
    with pytest.raises(CompositionFailed):
        store.publish(PRODUCTION, reviews, AUTHOR)  # it has no Query
    catalog = Publish(subgraph="catalog", sdl=CATALOG, url="http://catalog/graphql")
    version = store.publish_all(PRODUCTION, [reviews, catalog], AUTHOR, base_version=0)
    assert version.number == 1
    assert [one.name for one in version.subgraphs] == ["catalog", "reviews"]
    assert (version.summary.detail, version.summary.diff.subgraphs) == ("reviews, catalog", ("catalog", "reviews"))
    assert store.publish_all(PRODUCTION, [reviews, catalog], AUTHOR) == version
    with pytest.raises(VersionConflict):
        store.publish_all(PRODUCTION, [reviews, catalog], AUTHOR, base_version=0)
    for wrong in ([], [catalog, catalog]):
        with pytest.raises(InvalidInput, match="at least one subgraph, and each once"):
            store.publish_all(PRODUCTION, wrong, AUTHOR)


@pytest.mark.timeout(300)  # a few seconds of processor time
def test_a_graph_of_many_subgraphs(store: Store) -> None:
    """As many as the largest public fixture has."""
    count = 191
    publishes = [Publish(subgraph=f"subgraph{number}", sdl=one_of_many(number, count)) for number in range(count)]
    assert sum(len(publish.sdl) for publish in publishes) > 547_000
    version = store.publish_all(PRODUCTION, publishes, AUTHOR)
    assert (len(version.subgraphs), version.summary.detail) == (count, "191 subgraphs")
    changed = publish(store, "subgraph7", one_of_many(7, count).replace("name: String!", "name: String! added: Int"))
    assert changed.number == 2
    assert (changed.summary.diff.breaking, changed.summary.diff.subgraphs) == (0, ("subgraph7",))
    assert store.current(PRODUCTION) == changed


def one_of_many(number: int, count: int) -> str:
    """The SDL of one of many subgraphs: entities of its own, and a field of one of the next subgraph."""
    other = (number + 1) % count
    own = "\n".join(
        f'type T{number}_{index} @key(fields: "id") {{ id: ID! name: String! note(first: Int = 10, filter: [String!]): '
        f"String items: [T{number}_{(index + 1) % 16}!]! owner: T{number}_{(index + 2) % 16} rank: Int score: Float }}"
        for index in range(16)
    )
    queries = "\n".join(f"  get{number}_{index}(id: ID!): T{number}_{index}" for index in range(16))
    extended = f'type T{other}_0 @key(fields: "id") {{ id: ID! from{number}: String }}'
    return f"{HEAD}type Query {{\n{queries}\n}}\n{own}\n{extended}\n"


def test_what_changes_nothing_makes_no_version(shop: Store) -> None:
    assert publish(shop, "catalog", f"\n{CATALOG}\n\n").number == 2
    assert len(shop.history(PRODUCTION)) == 2


def test_what_does_not_compose_writes_nothing(shop: Store) -> None:
    before = shop.current(PRODUCTION)
    with pytest.raises(CompositionFailed) as failed:
        publish(shop, "reviews", BROKEN)
    assert {diagnostic.code for diagnostic in failed.value.diagnostics} >= {"FIELD_TYPE_MISMATCH"}
    assert failed.value.diagnostics[0].locations
    with pytest.raises(CompositionFailed):
        publish(shop, "reviews", "type Query {")
    with pytest.raises(CompositionFailed):
        publish(shop, "reviews", REVIEWS, line=STAGING)  # no Query
    assert shop.current(PRODUCTION) == before
    assert shop.variants() == ("production",)


def test_a_base_that_is_not_the_current_version_is_refused(shop: Store) -> None:
    with pytest.raises(VersionConflict) as conflict:
        publish(shop, "catalog", CATALOG_WITH_PRICE, base=1)
    assert (conflict.value.base, conflict.value.current) == (1, 2)
    assert "--base 2" in str(conflict.value)
    assert publish(shop, "catalog", CATALOG_WITH_PRICE, base=2).number == 3
    assert publish(shop, "catalog", CATALOG, line=STAGING, base=0).number == 1


def test_of_concurrent_publishes_one_wins(open_store: OpenStore) -> None:
    publish(open_store(), "catalog", CATALOG)
    count = 6
    barrier = threading.Barrier(count)
    results: list[Version | RegistryError] = []

    def run(index: int) -> None:
        store = open_store()
        sdl = CATALOG.replace("name: String!", f"name: String! field{index}: Int")
        barrier.wait(10)
        try:
            results.append(publish(store, "catalog", sdl, base=1))
        except RegistryError as error:
            results.append(error)

    threads = [threading.Thread(target=run, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    won = [result for result in results if isinstance(result, Version)]
    lost = [result for result in results if isinstance(result, VersionConflict)]
    assert (len(won), len(lost)) == (1, count - 1), results
    assert all(error.current == 2 for error in lost)
    store = open_store()
    assert store.current(PRODUCTION) == won[0]
    assert len(store.history(PRODUCTION)) == 2


def test_a_subgraph_is_removed(shop: Store) -> None:
    version = shop.remove(PRODUCTION, "reviews", AUTHOR)
    assert [one.name for one in version.subgraphs] == ["catalog"]
    assert (version.summary.action, version.summary.detail) == (Action.REMOVED, "reviews")
    with pytest.raises(NotFound, match="reviews"):
        shop.remove(PRODUCTION, "reviews", AUTHOR)
    with pytest.raises(CompositionFailed):
        shop.remove(PRODUCTION, "catalog", AUTHOR)
    with pytest.raises(VersionConflict):
        shop.remove(PRODUCTION, "catalog", AUTHOR, base_version=1)


def test_tighter_access_is_a_breaking_change(shop: Store) -> None:
    head = HEAD.replace('["@key"]', '["@key", "@authenticated"]')
    tighter = CATALOG.replace(HEAD, head).replace("name: String!", "name: String! @authenticated")
    diff = publish(shop, "catalog", tighter).summary.diff
    assert (diff.breaking, diff.dangerous, diff.safe) == (1, 0, 0)


def test_a_rollback_is_a_new_version(shop: Store) -> None:
    removed = publish(shop, "catalog", CATALOG_WITHOUT_NAME).summary.diff
    assert (removed.breaking, removed.dangerous, removed.safe, removed.subgraphs) == (1, 0, 0, ("catalog",))
    version = shop.rollback("production", 2, AUTHOR)
    assert version.number == 4
    assert (version.summary.action, version.summary.detail) == (Action.ROLLED_BACK, "to version 2")
    assert (version.summary.diff.breaking, version.summary.diff.safe) == (0, 1)
    old = shop.show(PRODUCTION, 2)
    assert (version.subgraphs, version.supergraph, version.api) == (old.subgraphs, old.supergraph, old.api)
    with pytest.raises(NotFound):
        shop.rollback("production", 99, AUTHOR)
    with pytest.raises(VersionConflict):
        shop.rollback("production", 1, AUTHOR, base_version=2)


def test_a_promotion_copies_all_but_urls(shop: Store) -> None:
    publish(shop, "catalog", CATALOG_WITH_PRICE, line=STAGING, url="http://staging/graphql")
    version = shop.promote("staging", "production", AUTHOR, base_version=2)
    assert version.line == PRODUCTION
    assert [(one.name, one.url) for one in version.subgraphs] == [("catalog", "http://catalog/graphql")]
    assert "http://catalog/graphql" in version.supergraph
    assert "price: Int" in version.api
    assert (version.summary.action, version.summary.detail) == (Action.PROMOTED, "staging 1")
    assert shop.promote("staging", "production", AUTHOR).number == 3  # nothing changes
    assert shop.promote("production", "canary", AUTHOR).number == 1
    assert shop.variants() == ("canary", "production", "staging")
    with pytest.raises(VersionConflict):
        shop.promote("staging", "production", AUTHOR, base_version=2)
    with pytest.raises(NotFound):
        shop.promote("nowhere", "production", AUTHOR)


def test_a_branch_replaces_subgraphs(shop: Store) -> None:
    created = shop.create_branch("production", "checkout", AUTHOR)
    assert (created.name, created.variant, created.subgraphs) == ("checkout", "production", ())
    first = shop.current(BRANCH)
    assert (first.number, first.summary.base_version, first.summary.action) == (1, 2, Action.BRANCHED)
    version = publish(shop, "catalog", CATALOG_WITH_PRICE, line=BRANCH)
    assert version.number == 2
    assert version.line == BRANCH
    assert "price: Int" in version.api
    assert "reviews: [String!]!" in version.api
    assert "price: Int" not in shop.current(PRODUCTION).api
    assert [branch.subgraphs for branch in shop.branches("production")] == [("catalog",)]
    assert [summary.number for summary in shop.history(BRANCH)] == [2, 1]
    assert shop.show(BRANCH, 1).api == first.api


def test_a_branch_follows_its_variant(shop: Store) -> None:
    shop.create_branch("production", "checkout", AUTHOR)
    publish(shop, "catalog", CATALOG_WITH_PRICE, line=BRANCH)
    publish(shop, "reviews", REVIEWS.replace("reviews:", "stars: Int reviews:"))
    version = shop.current(BRANCH)
    assert "stars: Int" in version.api
    assert "price: Int" in version.api
    assert (version.number, version.summary.base_version, version.summary.action) == (3, 3, Action.REBASED)
    assert shop.current(BRANCH) == version
    with pytest.raises(VersionConflict):
        publish(shop, "catalog", CATALOG, line=BRANCH, base=2)


def test_a_branch_that_does_not_compose_with_its_variant_keeps_its_version(shop: Store) -> None:
    shop.create_branch("production", "checkout", AUTHOR)
    version = publish(
        shop, "catalog", CATALOG.replace("name: String!", "name: String! @deprecated stars: String"), line=BRANCH
    )
    publish(shop, "reviews", REVIEWS.replace("reviews:", "stars: Int reviews:"))
    assert shop.current(BRANCH) == version
    assert shop.current(BRANCH) == version
    repaired = publish(shop, "catalog", CATALOG_WITH_PRICE, line=BRANCH)
    assert "stars: Int" in repaired.api
    assert repaired.number == version.number + 1


def test_a_replacement_of_a_branch_is_removed(shop: Store) -> None:
    shop.create_branch("production", "checkout", AUTHOR)
    publish(shop, "catalog", CATALOG_WITH_PRICE, line=BRANCH)
    assert "price" not in shop.remove(BRANCH, "catalog", AUTHOR).api
    assert [branch.subgraphs for branch in shop.branches("production")] == [()]
    with pytest.raises(NotFound):
        shop.remove(BRANCH, "catalog", AUTHOR)


def test_branches_are_created_once_and_deleted(shop: Store) -> None:
    shop.create_branch("production", "checkout", AUTHOR)
    with pytest.raises(AlreadyExists):
        shop.create_branch("production", "checkout", AUTHOR)
    shop.delete_branch("production", "checkout", AUTHOR)
    assert shop.branches("production") == ()
    for call in (
        lambda: shop.current(BRANCH),
        lambda: shop.history(BRANCH),
        lambda: publish(shop, "catalog", CATALOG_WITH_PRICE, line=BRANCH),
        lambda: shop.delete_branch("production", "checkout", AUTHOR),
        lambda: shop.create_branch("nowhere", "checkout", AUTHOR),
    ):
        with pytest.raises(NotFound):
            call()
    shop.create_branch("production", "checkout", AUTHOR)
    assert shop.current(BRANCH).number == 1


def test_what_does_not_exist_is_named(store: Store) -> None:
    with pytest.raises(NotFound, match="production"):
        store.current(PRODUCTION)
    with pytest.raises(NotFound):
        store.history(PRODUCTION)
    with pytest.raises(NotFound):
        store.show(PRODUCTION, 1)
    publish(store, "catalog", CATALOG)
    with pytest.raises(NotFound, match="version 7"):
        store.show(PRODUCTION, 7)
    with pytest.raises(NotFound):
        store.check("0123456789abcdef")


@pytest.mark.parametrize("name", ["", "..", "a/b", "../x", "a b", "x" * 64, "é", "a\nb", ".git"])
def test_names_are_checked(store: Store, name: str) -> None:
    publish(store, "catalog", CATALOG)
    for call in (
        lambda: publish(store, name, CATALOG),
        lambda: publish(store, "catalog", CATALOG, line=Line(name)),
        lambda: store.create_branch("production", name, AUTHOR),
        lambda: store.current(Line("production", name)),
    ):
        with pytest.raises(InvalidInput):
            call()


def test_a_schema_that_is_too_large_is_refused(store: Store) -> None:
    with pytest.raises(TooLarge):
        publish(store, "catalog", CATALOG + "#" * MAX_SDL_BYTES)
    assert store.variants() == ()


def test_checks_are_kept_and_approved(shop: Store) -> None:
    check = CheckRecord(
        id="0123456789abcdef",
        variant="production",
        subgraph="catalog",
        outcome=CheckOutcome.FAILED,
        who="Ann",
        when=datetime.now(UTC),
        commit="abc123",
        base_version=2,
        report={"findings": [{"code": "FIELD_REMOVED", "level": "error"}]},
    )
    recorded = shop.record_check(check)
    assert recorded.report == check.report
    assert recorded.approvals == ()
    with pytest.raises(InvalidInput):
        shop.approve(check.id, " ", AUTHOR)
    approved = shop.approve(check.id, "no client uses it", AUTHOR)
    assert [one.reason for one in approved.approvals] == ["no client uses it"]
    assert shop.check(check.id) == approved
    again = shop.record_check(replace(check, commit="def456"))
    assert (again.commit, again.approvals) == ("def456", approved.approvals)
    assert shop.checks("production") == (again.summary,)
    assert shop.checks("production", limit=0) == ()
    assert shop.checks("staging") == ()


def test_the_audit_names_who_did_what(shop: Store) -> None:
    shop.rollback("production", 1, AUTHOR)
    newest, *others = shop.audit()
    assert (newest.action, newest.subject, newest.detail) == ("rolled back", "production 3", "to version 1")
    assert newest.who
    assert [entry.subject for entry in others][:2] == ["production 2", "production 1"]
    assert shop.audit(limit=1) == (newest,)


def test_operations_of_a_variant_without_usage(shop: Store) -> None:
    assert shop.operations("production") == ()
