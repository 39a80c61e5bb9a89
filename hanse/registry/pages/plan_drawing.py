"""The drawing of a plan: a column for each level, a box for each fetch, and arrows to the fetches that wait for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hanse.checks.plan_comparison import levels_of, plan_size
from hanse.registry.pages.graph_drawing import COLORS, MAX_CHARACTERS
from hanse_router.planner.print_plan import fetches_of, path_text
from hanse_router.query_plan import Fetch, FieldSelection, QueryPlan, Selection

MAX_FETCHES = 60  # in a drawing
BOX, COLUMN, HEIGHT, ROW = 210, 270, 46, 62  # pixels


@dataclass(frozen=True, slots=True)
class FetchBox:
    """A fetch: its subgraph, its fields or entities, and its position."""

    subgraph: str
    below: str
    title: str
    x: int
    y: int
    color: int


@dataclass(frozen=True, slots=True)
class PlanDrawing:
    """Boxes and the paths of arrows on a canvas, and the size of the plan in words."""

    width: int
    height: int
    boxes: tuple[FetchBox, ...]
    arrows: tuple[str, ...]
    size: str
    box_width: int = BOX
    box_height: int = HEIGHT


def draw_plan(plan: QueryPlan) -> PlanDrawing | None:
    """The drawing of a plan; None where it has too many fetches, or none."""
    fetches = list(fetches_of(plan.node))
    if not 0 < len(fetches) <= MAX_FETCHES:
        return None
    levels = levels_of(plan)
    colors = {name: number % COLORS for number, name in enumerate(sorted({one.subgraph for one in fetches}))}
    rows: dict[int, int] = {}
    boxes: dict[int, FetchBox] = {}
    for fetch in fetches:
        level = levels[fetch.id]
        row = rows.get(level, 0)
        rows[level] = row + 1
        fields = _fields(fetch)
        boxes[fetch.id] = FetchBox(
            _short(fetch.subgraph),
            _short(fields),
            f"{fetch.subgraph}: {fields}"[:300],
            (level - 1) * COLUMN + 4,
            row * ROW + 8,
            colors[fetch.subgraph],
        )
    arrows = [
        _arrow(boxes[before], boxes[fetch.id]) for fetch in fetches for before in fetch.depends_on if before in boxes
    ]
    width = (max(levels.values()) - 1) * COLUMN + BOX + 8
    height = max(rows.values()) * ROW + 8
    return PlanDrawing(width, height, tuple(boxes.values()), tuple(arrows), str(plan_size(plan)))


def _fields(fetch: Fetch) -> str:
    """The paths of the entities that it is for, or its first fields."""
    if fetch.groups:
        return " ".join(path_text(path) for group in fetch.groups[:5] for path in group.paths[:5])
    return ", ".join(_names(fetch.selections[:5]))


def _names(selections: Iterable[Selection]) -> list[str]:
    return [one.name if isinstance(one, FieldSelection) else "..." for one in selections]


def _arrow(start: FetchBox, end: FetchBox) -> str:
    x1, y1, x2, y2 = start.x + BOX, start.y + HEIGHT // 2, end.x - 4, end.y + HEIGHT // 2
    middle = (x1 + x2) // 2
    return f"M{x1} {y1} C{middle} {y1} {middle} {y2} {x2} {y2}"


def _short(text: str) -> str:
    limit = MAX_CHARACTERS - 6
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
