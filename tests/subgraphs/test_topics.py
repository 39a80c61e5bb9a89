"""Every event that is published has a topic that its subgraph declares."""

from __future__ import annotations

import pytest

from deploy.project import PROJECT
from hanse_subgraph.events.topics import OTHERS, Topic, Topics
from tests.subgraphs.test_events import KINDS

TOPICS = PROJECT.platform().topics


def test_every_event_has_a_declared_topic() -> None:
    assert [kind.event_type for kind in KINDS if TOPICS.of(kind.event_type) is OTHERS] == []


@pytest.mark.parametrize(
    ("declared", "error"),
    [
        ((Topic("a", ("user",)), Topic("b", ("user", "key"))), "kind of events 'user'"),
        ((Topic("a"), Topic("a")), "topic 'a'"),
        ((Topic("others"),), "topic 'others'"),
    ],
)
def test_duplicates_are_errors(declared: tuple[Topic, ...], error: str) -> None:
    with pytest.raises(ValueError, match=error):
        Topics(declared)


def test_the_topics_of_event_types() -> None:
    names = [topic.name for topic in TOPICS.of_types(["product.deleted", "user.deleted", "user.updated"])]
    assert names == ["users", "products"]
    assert TOPICS.of_types([]) == (*TOPICS.declared, OTHERS)
    assert TOPICS.of_types(["review.written"]) == (OTHERS,)
