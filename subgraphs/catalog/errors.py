"""Client errors of the catalog subgraph, in addition to the common ones.

Conflict
├── StaleVersion        the product was changed since the caller read it
├── OutOfStock          the stock is lower than the requested quantity
├── ReservationEnded    the reservation was already released or sold, or has expired
├── TooManyReservations the user holds the maximum number of reservations
└── SkuTaken            another product has this SKU
"""

from __future__ import annotations

from hanse_subgraph.errors import Conflict, FieldProblem


class StaleVersion(Conflict):
    """The product was changed since the caller read it."""

    def __init__(self, current: int) -> None:
        message = f"The product was changed since you read it. Its version is now {current}. Read it again."
        super().__init__(FieldProblem("version", "STALE_VERSION", message))


class OutOfStock(Conflict):
    """The stock is lower than the requested quantity."""

    def __init__(self, name: str) -> None:
        super().__init__(FieldProblem(name, "OUT_OF_STOCK", "The stock is lower than the requested quantity."))


class ReservationEnded(Conflict):
    """The reservation was already released or sold, or has expired."""

    def __init__(self) -> None:
        message = "The reservation was already released or sold, or has expired."
        super().__init__(FieldProblem("id", "ENDED", message))


class TooManyReservations(Conflict):
    """The user holds the maximum number of reservations."""

    def __init__(self, limit: int) -> None:
        message = f"You hold {limit} reservations, which is the maximum. Release one, or wait until one expires."
        super().__init__(FieldProblem("productId", "TOO_MANY", message))


class SkuTaken(Conflict):
    """Another product has this SKU."""

    def __init__(self) -> None:
        super().__init__(FieldProblem("sku", "TAKEN", "sku is already taken."))
