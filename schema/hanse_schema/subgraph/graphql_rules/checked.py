"""The input of the GraphQL rules: one subgraph's schema and the definitions in its SDL."""

from __future__ import annotations

from functools import cached_property

from graphql import DirectiveDefinitionNode, DocumentNode, Node

from hanse_schema.subgraph import specs
from hanse_schema.subgraph.constants import ConstantChecker
from hanse_schema.subgraph.definitions import is_legacy
from hanse_schema.subgraph.model import EnumValueDef, Kind, SubgraphSchema, TypeDef
from hanse_schema.subgraph.names import Names
from hanse_schema.subgraph.report import Report

_INPUTS = frozenset({Kind.SCALAR, Kind.ENUM, Kind.INPUT_OBJECT})


class Checked:
    """One subgraph's schema under validation."""

    def __init__(self, model: SubgraphSchema, document: DocumentNode, names: Names, report: Report) -> None:
        self.model = model
        self.types = model.types
        self.document = document
        self.names = names
        self.report = report
        self.constants = ConstantChecker(model.types | self._purposes())

    def error(self, message: str, *nodes: Node | None, coordinate: str | None = None) -> None:
        """Report that the schema is not valid GraphQL."""
        self.report.error("INVALID_GRAPHQL", message, *nodes, coordinate=coordinate)

    def _purposes(self) -> dict[str, TypeDef]:
        """The enum of `@link(for:)`, under the specification's name and the subgraph's."""
        purpose = TypeDef(name="Purpose", kind=Kind.ENUM, values={p: EnumValueDef(name=p) for p in specs.PURPOSES})
        locals_ = [local for local, canonical in self.names.types.items() if canonical == "Purpose"]
        return dict.fromkeys(["Purpose", *locals_], purpose) if self.names.link else {}

    @cached_property
    def written_types(self) -> frozenset[str]:
        """The names of the types that the SDL defines, the specifications' among them."""
        return frozenset(
            name.value for node in self.document.definitions if (name := getattr(node, "name", None)) is not None
        )

    @cached_property
    def written_directives(self) -> dict[str, DirectiveDefinitionNode]:
        """The directive definitions in the SDL, the specifications' among them."""
        return {
            node.name.value: node for node in self.document.definitions if isinstance(node, DirectiveDefinitionNode)
        }

    @cached_property
    def directives(self) -> dict[str, specs.SpecDirective]:
        """All directives that the subgraph can apply, by local name. A definition in the SDL is what counts."""
        known = {**specs.built_in_directives(), **self.names.directives}
        if self.names.link is not None:
            known[self.names.link] = specs.link_directive()
        for name, node in self.written_directives.items():
            if not is_legacy(node, self.names):
                known[name] = specs.read_directive(node)
        return known

    def is_input(self, name: str) -> bool | None:
        """Whether the type is an input type; None if it is unknown."""
        if name in specs.BUILT_IN_SCALARS:
            return True
        found = self.types.get(name)
        return None if found is None else found.kind in _INPUTS

    def is_output(self, name: str) -> bool | None:
        """Whether the type is an output type; None if it is unknown."""
        if name in specs.BUILT_IN_SCALARS:
            return True
        found = self.types.get(name)
        if found is None or not found.nodes:  # the query root that every subgraph has, written or not
            return None
        return found.kind is not Kind.INPUT_OBJECT
