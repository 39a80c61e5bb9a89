"""The business verbs of the catalog subgraph (those of stock stand in inventory.py). They flush; the edge commits."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from hanse_subgraph.auth import Principal
from hanse_subgraph.clock import Clock, utc_now
from hanse_subgraph.errors import Problems
from hanse_subgraph.events.outbox import emit
from hanse_subgraph.ids import new_id
from hanse_subgraph.money import MoneyInput, check_money
from subgraphs.catalog import repository
from subgraphs.catalog.errors import SkuTaken, StaleVersion
from subgraphs.catalog.events import ProductCreated, ProductDeleted, ProductUpdated
from subgraphs.catalog.inventory import check_stock, owned
from subgraphs.catalog.models import Product

_CATEGORY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*(/[a-z0-9]+(-[a-z0-9]+)*)*")
_SKU = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
MOST_TAGS = 20


@dataclass(frozen=True, slots=True)
class ProductDetails:
    """What can be said of a product; None leaves it as it is."""

    name: str | None = None
    description: str | None = None
    category: str | None = None
    price: MoneyInput | None = None
    tags: list[str] | None = None

    def check(self, problems: Problems) -> None:
        """Note what does not keep the rules."""
        problems.text("name", self.name, least=1, most=200)
        problems.text("description", self.description, most=10_000)
        if self.category is not None and (len(self.category) > 200 or not _CATEGORY.fullmatch(self.category)):
            problems.add("category", "INVALID", "category is a path of small letters, digits and dashes: home/kitchen.")
        if self.price is not None:
            check_money(problems, "price", self.price)
        if self.tags is not None and (len(self.tags) > MOST_TAGS or any(not 0 < len(tag) <= 40 for tag in self.tags)):
            problems.add("tags", "INVALID", f"tags are at most {MOST_TAGS}, of 1 to 40 characters each.")

    def values(self) -> dict[str, Any]:
        """The columns that it sets."""
        plain = {
            "name": self.name.strip() if self.name is not None else None,
            "description": self.description,
            "category": self.category,
            "tags": self.tags,
            "price_minor": self.price.amount_minor if self.price else None,
            "currency": self.price.currency if self.price else None,
        }
        return {name: value for name, value in plain.items() if value is not None}


class Catalog:
    """What can be done with products."""

    def __init__(self, *, clock: Clock = utc_now) -> None:
        self._clock = clock

    async def create(
        self,
        session: AsyncSession,
        seller_id: str,
        details: ProductDetails,
        *,
        sku: str | None = None,
        stock: int = 0,
        product_id: str | None = None,
    ) -> Product:
        """Put a product on sale. Raises BadInput, SkuTaken."""
        problems = Problems()
        details.check(problems)
        check_stock(problems, stock)
        if sku is not None and (len(sku) > 64 or not _SKU.fullmatch(sku)):
            problems.add("sku", "INVALID", "sku takes up to 64 letters, digits, dots, dashes and underscores.")
        problems.raise_if_any()
        if sku is not None and await repository.sku_is_taken(session, sku):
            raise SkuTaken
        now = self._clock()
        product = Product(
            id=product_id or new_id(),
            sku=sku or f"P-{secrets.token_hex(5).upper()}",
            seller_id=seller_id,
            stock=stock,
            version=1,
            created_at=now,
            updated_at=now,
            **details.values(),
        )
        session.add(product)
        try:
            await session.flush()
        except IntegrityError as error:  # somebody took it between the question and the answer
            raise SkuTaken from error
        await emit(
            session,
            ProductCreated(
                id=product.id,
                seller_id=product.seller_id,
                sku=product.sku,
                name=product.name,
                category=product.category,
                price_minor=product.price_minor,
                currency=product.currency,
                stock=product.stock,
                created_at=product.created_at,
            ),
        )
        return product

    async def update(
        self, session: AsyncSession, principal: Principal, product_id: str, version: int, details: ProductDetails
    ) -> Product:
        """Change what a product says. Raises BadInput, NotFound, Forbidden, StaleVersion."""
        problems = Problems()
        details.check(problems)
        problems.raise_if_any()
        product = await owned(session, principal, product_id)
        values = {name: value for name, value in details.values().items() if value != getattr(product, name)}
        changed = await repository.change_product(session, product.id, version, values, self._clock())
        if changed is None:
            raise StaleVersion(product.version)
        await emit(
            session,
            ProductUpdated(
                id=changed.id,
                changed=sorted({"price" if name in ("price_minor", "currency") else name for name in values}),
                name=changed.name,
                category=changed.category,
                price_minor=changed.price_minor,
                currency=changed.currency,
                version=changed.version,
            ),
        )
        return changed

    async def delete(self, session: AsyncSession, principal: Principal, product_id: str) -> Product:
        """Take a product from sale; what refers to it keeps its id. Raises NotFound, Forbidden."""
        product = await owned(session, principal, product_id)
        product.deleted_at = self._clock()
        await session.flush()
        await emit(session, ProductDeleted(id=product.id))
        return product
