"""Large graphs are checked in bounded time, and small mistakes found in them."""

from __future__ import annotations

import pytest

from hanse_schema.satisfiability import check
from hanse_schema.supergraph.model import Field, JoinField, JoinType, ObjectType, SubgraphInfo, Supergraph


def _supergraph(subgraphs: int) -> Supergraph:
    graphs = [f"G{index}" for index in range(subgraphs)]
    query = ObjectType(name="Query", joins=tuple(map(JoinType, graphs)))
    return Supergraph(
        subgraphs={graph: SubgraphInfo(graph, graph.lower(), "") for graph in graphs}, types={"Query": query}
    )


def _add_root(supergraph: Supergraph, name: str, type_: str, graph: str) -> None:
    query = supergraph.types["Query"]
    assert isinstance(query, ObjectType)
    query.fields[name] = Field(name=name, type=type_, joins=(JoinField(graph),))


@pytest.mark.timeout(30)
def test_an_entity_in_every_one_of_many_subgraphs() -> None:
    supergraph = _supergraph(60)
    for number in range(5):
        entity = ObjectType(name=f"E{number}", joins=tuple(JoinType(graph, "id") for graph in supergraph.subgraphs))
        entity.fields["id"] = Field(name="id", type="ID!")
        for index, graph in enumerate(supergraph.subgraphs):
            target = f"E{(number + index) % 5}"
            entity.fields[f"own{index}"] = Field(name=f"own{index}", type=target, joins=(JoinField(graph),))
            entity.fields[f"shared{index}"] = Field(name=f"shared{index}", type=target)
            _add_root(supergraph, f"root{number}_{index}", entity.name, graph)
        supergraph.types[entity.name] = entity

    assert check(supergraph) == []


@pytest.mark.timeout(30)
def test_a_mistake_at_the_end_of_a_long_way() -> None:
    supergraph = _supergraph(2)
    length = 3000
    for number in range(length):
        link = ObjectType(name=f"T{number}", joins=(JoinType("G0"),))
        link.fields["next"] = Field(name="next", type=f"T{number + 1}", joins=(JoinField("G0"),))
        supergraph.types[link.name] = link
    last = ObjectType(name=f"T{length}", joins=(JoinType("G0"), JoinType("G1")))
    last.fields["here"] = Field(name="here", type="Int", joins=(JoinField("G0"),))
    last.fields["there"] = Field(name="there", type="Int", joins=(JoinField("G1"),))
    supergraph.types[last.name] = last
    _add_root(supergraph, "first", "T0", "G0")

    (error,) = check(supergraph)

    assert error.coordinate == f"T{length}.there"
    assert error.message.count("next {") == length
    assert 'subgraph "g1" has T3000.there, but has no @key on T3000' in error.message
