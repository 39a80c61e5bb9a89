"""Client errors of the catalog subgraph, in addition to the common ones.

Conflict
├── StaleVersion    somebody changed the product since the caller read it
├── OutOfStock      less is there than is wanted
├── ReservationOver the reservation was released or sold already
└── SkuTaken        another product has this SKU
"""

from __future__ import annotations

from hanse_subgraph.errors import Conflict, FieldProblem


class StaleVersion(Conflict):
    """The product has changed since."""

    def __init__(self, current: int) -> None:
        said = f"The product has changed since; its version is {current} now. Read it again."
        super().__init__(FieldProblem("version", "STALE_VERSION", said))


class OutOfStock(Conflict):
    """Not enough is there."""

    def __init__(self, name: str) -> None:
        super().__init__(FieldProblem(name, "OUT_OF_STOCK", "There is not enough in stock."))


class ReservationOver(Conflict):
    """It cannot end twice."""

    def __init__(self) -> None:
        super().__init__(FieldProblem("id", "ENDED", "This reservation was released or sold already."))


class SkuTaken(Conflict):
    """Another product has it."""

    def __init__(self) -> None:
        super().__init__(FieldProblem("sku", "TAKEN", "This sku is taken."))
