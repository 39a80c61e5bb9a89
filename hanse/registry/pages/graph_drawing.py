"""The drawing of a graph: subgraphs on the left, entities on the right, and a line for each that has an entity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from hanse.registry.pages.entities import Entity, Role

COLORS = 8  # of subgraphs, in the style sheet
WIDTH, BOX, ROW, HEIGHT = 960, 260, 54, 42  # pixels
MAX_CHARACTERS = 32  # of a text in a box


@dataclass(frozen=True, slots=True)
class Box:
    """A box with a title and a line below. `name` is the whole title."""

    name: str
    title: str
    below: str
    x: int
    y: int
    color: int


@dataclass(frozen=True, slots=True)
class Line:
    """A curve from a subgraph to an entity, and what it says."""

    path: str
    role: Role
    color: int
    title: str


@dataclass(frozen=True, slots=True)
class GraphDrawing:
    """Boxes and lines on a canvas."""

    height: int
    subgraphs: tuple[Box, ...]
    entities: tuple[Box, ...]
    lines: tuple[Line, ...]
    width: int = WIDTH
    box_width: int = BOX
    box_height: int = HEIGHT


def draw_graph(entities: Sequence[Entity], max_subgraphs: int) -> GraphDrawing:
    """The drawing of entities and of the subgraphs that have them, the first `max_subgraphs` by name."""
    names = sorted({part.subgraph for entity in entities for part in entity.parts})[:max_subgraphs]
    rows = max(len(names), len(entities), 1)
    height = rows * ROW + 16
    left, right = _column(len(names), height), _column(len(entities), height)
    position = dict(zip(names, left, strict=True))
    color = {name: number % COLORS for number, name in enumerate(names)}
    shares = Counter(part.subgraph for one in entities for part in one.parts)
    lines = [
        Line(
            _curve(position[part.subgraph], y),
            part.role,
            color[part.subgraph],
            f"{part.subgraph} {part.role.value} {entity.name}",
        )
        for entity, y in zip(entities, right, strict=True)
        for part in entity.parts
        if part.subgraph in position
    ]
    return GraphDrawing(
        height,
        tuple(Box(name, _short(name), _entities(shares[name]), 0, position[name], color[name]) for name in names),
        tuple(
            Box(one.name, _short(one.name), _short(" or ".join(one.keys)), WIDTH - BOX, y, 0)
            for one, y in zip(entities, right, strict=True)
        ),
        tuple(lines),
    )


def _column(count: int, height: int) -> list[int]:
    """The tops of boxes that are spread over the height."""
    room = (height - 16) / max(count, 1)
    return [round(8 + room * number + (room - HEIGHT) / 2) for number in range(count)]


def _curve(start: int, end: int) -> str:
    x1, y1, x2, y2 = BOX, start + HEIGHT // 2, WIDTH - BOX, end + HEIGHT // 2
    middle = (x1 + x2) // 2
    return f"M{x1} {y1} C{middle} {y1} {middle} {y2} {x2} {y2}"


def _short(text: str) -> str:
    return text if len(text) <= MAX_CHARACTERS else f"{text[: MAX_CHARACTERS - 1]}…"


def _entities(count: int) -> str:
    return f"{count} {'entity' if count == 1 else 'entities'}"
