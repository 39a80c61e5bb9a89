"""Collects the diagnostics of one subgraph, with their locations in the SDL."""

from __future__ import annotations

from dataclasses import dataclass, field

from graphql import Node

from hanse_schema.diagnostics import Diagnostic, Location

MAX_DIAGNOSTICS = 1_000  # errors per subgraph
MAX_MESSAGE = 2_000  # characters of a message


@dataclass(slots=True)
class Report:
    """The diagnostics found so far in the subgraph called `subgraph`."""

    subgraph: str
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def error(self, code: str, message: str, *nodes: Node | None, coordinate: str | None = None) -> None:
        """Add an error about the nodes, the most relevant first."""
        if len(self.diagnostics) >= MAX_DIAGNOSTICS:
            return
        if len(message) > MAX_MESSAGE:
            message = f"{message[: MAX_MESSAGE // 2]} ... {message[-MAX_MESSAGE // 2 :]}"
        places = tuple(dict.fromkeys(self._location(node) for node in nodes if node is not None))
        self.diagnostics.append(
            Diagnostic(
                code,
                f"[{self.subgraph}] {message}",
                locations=places or (Location(self.subgraph),),
                coordinate=coordinate,
            )
        )

    def _location(self, node: Node) -> Location:
        if node.loc is None:
            return Location(self.subgraph)
        return Location(self.subgraph, node.loc.start_token.line, node.loc.start_token.column)

    def failed(self) -> bool:
        """Whether there is any diagnostic. All that ingest reports are errors."""
        return bool(self.diagnostics)
