"""A change to deploy: the supergraph before and after, and the subgraphs that change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hanse_schema.checks.report import CheckName, Detail, Finding, Level
from hanse_schema.subgraph.model import FieldDef, SubgraphSchema, TypeDef, applied, has, string_argument
from hanse_schema.supergraph.model import InterfaceType, ObjectType, Supergraph


@dataclass(frozen=True, slots=True)
class ChangedSubgraph:
    """A subgraph that changes: its schema before and after, None where it does not exist."""

    name: str
    before: SubgraphSchema | None
    after: SubgraphSchema | None

    def type_before(self, name: str) -> TypeDef | None:
        """Its type before the change."""
        return None if self.before is None else self.before.types.get(name)

    def type_after(self, name: str) -> TypeDef | None:
        """Its type after the change."""
        return None if self.after is None else self.after.types.get(name)

    def resolved_before(self, type_name: str, field_name: str) -> FieldDef | None:
        """The field, if the subgraph resolved it before the change."""
        return _resolved(self.type_before(type_name), field_name)

    def resolved_after(self, type_name: str, field_name: str) -> FieldDef | None:
        """The field, if the subgraph resolves it after the change."""
        return _resolved(self.type_after(type_name), field_name)

    def fields_after(self) -> Iterator[tuple[TypeDef, FieldDef]]:
        """All fields of its object and interface types after the change, with their types."""
        return _fields(self.after)

    def fields_before(self) -> Iterator[tuple[TypeDef, FieldDef]]:
        """All fields of its object and interface types before the change, with their types."""
        return _fields(self.before)


@dataclass(frozen=True, slots=True)
class Deployment:
    """A change of one or more subgraphs, and the supergraph before and after it."""

    before: Supergraph
    after: Supergraph
    changed: tuple[ChangedSubgraph, ...]

    def resolved_elsewhere(self, subgraph: str, type_name: str, field_name: str) -> list[str]:
        """The other subgraphs that resolve a field before and after the change."""
        before = resolvers(self.before, type_name, field_name)
        return sorted((before & resolvers(self.after, type_name, field_name)) - {subgraph})

    def overrides(self, type_name: str, field_name: str, source: str) -> bool:
        """Whether a changed subgraph takes a field from the subgraph `source`."""
        fields = (one.resolved_after(type_name, field_name) for one in self.changed)
        return any(overridden(field) == source for field in fields)

    def new_elsewhere(self, subgraph: str, type_name: str, field_name: str) -> list[str]:
        """The other subgraphs that resolve a field only after the change, where none did before."""
        if resolvers(self.before, type_name, field_name) - {subgraph}:
            return []
        return sorted(resolvers(self.after, type_name, field_name) - {subgraph})


def resolvers(supergraph: Supergraph, type_name: str, field_name: str) -> set[str]:
    """The names of the subgraphs that resolve a field."""
    type_ = supergraph.types.get(type_name)
    if not isinstance(type_, ObjectType | InterfaceType) or (field := type_.fields.get(field_name)) is None:
        return set()
    if field.joins:
        graphs = {join.graph for join in field.joins if join.graph is not None and not join.external}
    else:
        graphs = {join.graph for join in type_.joins}
    return {supergraph.subgraphs[graph].name for graph in graphs if graph in supergraph.subgraphs}


@dataclass(frozen=True, slots=True)
class Order:
    """The steps of a deployment, in order."""

    steps: tuple[str, ...]
    unusual: bool = False

    def finding(self, code: str, message: str, coordinate: str | None, subject: str) -> Finding:
        """The finding with these steps: a warning if the order is unusual, else a note."""
        numbered = "\n".join(f"{number}. {step}" for number, step in enumerate(self.steps, 1))
        level = Level.WARNING if self.unusual else Level.NOTE
        details = (Detail("Deployment order", numbered),)
        return Finding(CheckName.REQUIREMENTS, level, code, message, coordinate, subject, details=details)


def subgraph_first(name: str, *before: str) -> Order:
    """Deploy the subgraphs `before`, then this one, then publish: the usual order."""
    return Order((*(f"Deploy {other}." for other in before), f"Deploy {name}.", f"Publish the schema of {name}."))


def publish_first(name: str) -> Order:
    """Publish the supergraph, and deploy the subgraph when all routers have it."""
    return Order((f"Publish the schema of {name}, and wait until all routers have it.", f"Deploy {name}."), True)


def listed(names: list[str]) -> str:
    """Names as the words of a sentence."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def overridden(field: FieldDef | None) -> str | None:
    """The subgraph that a field is taken from; None without `@override`."""
    for directive in () if field is None else applied(field.directives, "override"):
        return string_argument(directive, "from")
    return None


def _resolved(type_: TypeDef | None, field_name: str) -> FieldDef | None:
    field = None if type_ is None else type_.fields.get(field_name)
    return None if field is None or has(field.directives, "external") else field


def _fields(schema: SubgraphSchema | None) -> Iterator[tuple[TypeDef, FieldDef]]:
    for type_ in () if schema is None else schema.types.values():
        for field in type_.fields.values():
            yield type_, field
