"""Every event that is published has a topic that was chosen for it."""

from __future__ import annotations

from hanse_subgraph.events.topics import ALL, OTHERS, TOPICS, topic_of, topics_of
from tests.subgraphs.test_events import KINDS


def test_every_event_has_a_topic_of_its_own() -> None:
    assert [kind.event_type for kind in KINDS if topic_of(kind.event_type) is OTHERS] == []


def test_no_kind_is_in_two_topics_and_no_topic_twice() -> None:
    kinds = [kind for topic in TOPICS for kind in topic.kinds]
    assert len(set(kinds)) == len(kinds)
    assert len({topic.name for topic in ALL}) == len(ALL)


def test_a_reader_asks_for_the_topics_of_its_types() -> None:
    assert [topic.name for topic in topics_of(["product.deleted", "user.deleted", "user.updated"])] == [
        "users",
        "products",
    ]
    assert topics_of([]) == (*TOPICS, OTHERS)
    assert topics_of(["review.written"]) == (OTHERS,)
