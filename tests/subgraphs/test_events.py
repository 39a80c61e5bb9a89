"""Every event is declared, described, and held against its published JSON Schema."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from deploy.project import PROJECT
from hanse_subgraph.ids import new_id
from tests.event_schemas import problems

ROOT = Path(__file__).parents[2]
PUBLISHERS = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts) for path in ROOT.glob("subgraphs/*/events.py")
)
KINDS = [kind for module in PUBLISHERS for kind in import_module(module).PUBLISHED]


def test_every_event_is_declared() -> None:
    declared = [kind for subgraph in PROJECT.subgraphs.values() for kind in subgraph.declared.events()]
    assert sorted(declared, key=str) == sorted(KINDS, key=str)


def test_every_event_says_when_it_happens_and_has_a_type_of_its_own() -> None:
    assert all(kind.__doc__ and kind.__doc__ != kind.__base__.__doc__ for kind in KINDS)
    assert len({kind.event_type for kind in KINDS}) == len(KINDS)


def test_an_event_that_its_schema_does_not_allow_is_noticed() -> None:
    event = {"type": "user.role_changed", "source": "/users", "data": {"id": new_id(), "role": "admin"}}
    assert problems(event) == []
    assert problems(event | {"data": {"id": new_id()}}) == ["user.role_changed: 'role' is a required property"]
    assert len(problems(event | {"data": {"id": "no uuid", "role": 7}})) == 2
    assert problems(event | {"type": "user.unheard_of"}) == ["user.unheard_of: no schema is published"]
