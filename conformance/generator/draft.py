"""Drafts: subgraph sets under construction, as text parts that features and breakages can change."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

ROOTS = ("Query", "Mutation", "Subscription")

# The first minor version of Federation 2 with the directive.
SINCE = {
    "key": 0,
    "requires": 0,
    "provides": 0,
    "external": 0,
    "shareable": 0,
    "override": 0,
    "tag": 0,
    "extends": 0,
    "inaccessible": 0,
    "composeDirective": 1,
    "interfaceObject": 3,
    "authenticated": 5,
    "requiresScopes": 5,
    "policy": 6,
    "context": 8,
    "fromContext": 8,
    "cost": 9,
    "listSize": 9,
    "cacheTag": 12,
}
LATEST_MINOR = 14


@dataclass(slots=True)
class Part:
    """A field, an input field or an enum value: its text without directives, and these."""

    text: str
    directives: list[str] = field(default_factory=list)
    description: str = ""

    @property
    def type(self) -> str:
        """The type reference at the end of a field's text."""
        return self.text.rsplit(":", 1)[1].split("=")[0].strip()

    def sdl(self) -> str:
        """The part as one line of SDL."""
        words = [self.text, *(f"@{directive}" for directive in self.directives)]
        return f'"""{self.description}"""\n  {" ".join(words)}' if self.description else " ".join(words)


@dataclass(slots=True)
class TypeDraft:
    """A type of one subgraph; `parts` are its fields or values, `members` those of a union."""

    kind: str
    name: str
    parts: dict[str, Part] = field(default_factory=dict)
    directives: list[str] = field(default_factory=list)
    interfaces: list[str] = field(default_factory=list)
    members: list[str] = field(default_factory=list)
    description: str = ""
    extend: bool = False

    def has(self, directive: str) -> bool:
        """Whether a directive with that name is applied to the type."""
        return any(text.split("(")[0] == directive for text in self.directives)

    def keys(self) -> list[str]:
        """The field sets of its keys."""
        return [text.split('"')[1] for text in self.directives if text.startswith('key(fields: "')]

    def sdl(self) -> str:
        """The type as SDL."""
        head = f"{'extend ' if self.extend else ''}{self.kind} {self.name}"
        if self.interfaces:
            head += f" implements {' & '.join(self.interfaces)}"
        head = " ".join([head, *(f"@{directive}" for directive in self.directives)])
        if self.members:
            head += f" = {' | '.join(self.members)}"
        if self.parts:
            head += " {\n" + "".join(f"  {part.sdl()}\n" for part in self.parts.values()) + "}"
        return f'"""{self.description}"""\n{head}' if self.description and not self.extend else head


@dataclass(slots=True)
class SubgraphDraft:
    """One subgraph: `minor` is its Federation 2 minor version, None for Federation 1.

    `style` says how federation directives are named: imported, by namespace, or renamed.
    """

    name: str
    minor: int | None
    types: dict[str, TypeDraft] = field(default_factory=dict)
    extras: list[str] = field(default_factory=list)
    schema_directives: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    root_names: dict[str, str] = field(default_factory=dict)
    style: str = "import"

    def knows(self, directive: str) -> bool:
        """Whether the subgraph's Federation version has the directive."""
        if self.minor is None:
            return directive in {"key", "requires", "provides", "external", "extends"}
        return self.minor >= SINCE[directive]

    def root(self, name: str) -> TypeDraft:
        """The root type of that canonical name, made if missing."""
        return self.types.setdefault(name, TypeDraft("type", name))

    def of_kind(self, *kinds: str) -> list[TypeDraft]:
        """Its types of these kinds, without the root types."""
        return [t for t in self.types.values() if t.kind in kinds and t.name not in ROOTS]

    def entities(self) -> list[TypeDraft]:
        """Its object types with a key."""
        return [t for t in self.of_kind("type") if t.keys()]


@dataclass(slots=True)
class SetDraft:
    """A subgraph set under construction, with the source of all its choices."""

    rng: random.Random
    subgraphs: list[SubgraphDraft] = field(default_factory=list)
    serial: int = 0

    def chance(self, probability: float) -> bool:
        """True with that probability."""
        return self.rng.random() < probability

    def fresh(self, stem: str) -> str:
        """A name not used before."""
        self.serial += 1
        return f"{stem}{self.serial}"

    def some(self, directive: str | None = None) -> SubgraphDraft | None:
        """A random subgraph, or one with the directive's version; None if there is none."""
        fitting = [s for s in self.subgraphs if directive is None or s.knows(directive)]
        return self.rng.choice(fitting) if fitting else None

    def federated(self, minor: int = 0) -> list[SubgraphDraft]:
        """The Federation 2 subgraphs from that minor version on, in random order."""
        fitting = [s for s in self.subgraphs if s.minor is not None and s.minor >= minor]
        self.rng.shuffle(fitting)
        return fitting

    def fields(self, *kinds: str) -> Iterator[tuple[SubgraphDraft, TypeDraft, str, Part]]:
        """Every part of the types of these kinds, with its type and subgraph."""
        for subgraph in self.subgraphs:
            for type_draft in subgraph.types.values():
                if type_draft.kind in kinds:
                    for name, part in type_draft.parts.items():
                        yield subgraph, type_draft, name, part
