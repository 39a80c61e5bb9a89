"""Products. Stock and reservations are in inventory.py. Services flush; the resolver commits."""

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
from subgraphs.catalog.inventory import check_stock, editable_product
from subgraphs.catalog.models import Product

_CATEGORY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*(/[a-z0-9]+(-[a-z0-9]+)*)*")
_SKU = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
MAX_TAGS = 20


@dataclass(frozen=True, slots=True)
class ProductDetails:
    """The editable fields of a product. None leaves a field unchanged."""

    name: str | None = None
    description: str | None = None
    category: str | None = None
    price: MoneyInput | None = None
    tags: list[str] | None = None

    def check(self, problems: Problems) -> None:
        """Add a problem for each invalid field."""
        problems.text("name", self.name, min_length=1, max_length=200)
        problems.text("description", self.description, max_length=10_000)
        if self.category is not None and (len(self.category) > 200 or not _CATEGORY.fullmatch(self.category)):
            problems.add(
                "category",
                "INVALID",
                "category must be a path of lower-case letters, digits and dashes, such as home/kitchen.",
            )
        if self.price is not None:
            check_money(problems, "price", self.price)
        if self.tags is not None and (len(self.tags) > MAX_TAGS or any(not 0 < len(tag) <= 40 for tag in self.tags)):
            problems.add("tags", "INVALID", f"tags can have at most {MAX_TAGS} items of 1 to 40 characters.")

    def values(self) -> dict[str, Any]:
        """The columns to set, with their values."""
        values = {
            "name": self.name.strip() if self.name is not None else None,
            "description": self.description,
            "category": self.category,
            "tags": self.tags,
            "price_minor": self.price.amount_minor if self.price else None,
            "currency": self.price.currency if self.price else None,
        }
        return {name: value for name, value in values.items() if value is not None}


class Catalog:
    """Creates, updates and deletes products."""

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
        """Create a product. Raises BadInput, SkuTaken."""
        problems = Problems()
        details.check(problems)
        check_stock(problems, stock)
        if sku is not None and (len(sku) > 64 or not _SKU.fullmatch(sku)):
            problems.add("sku", "INVALID", "sku can have up to 64 letters, digits, dots, dashes and underscores.")
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
        except IntegrityError as error:  # a concurrent request inserted it after the check
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
        """Update a product. Raises BadInput, NotFound, Forbidden, StaleVersion."""
        problems = Problems()
        details.check(problems)
        problems.raise_if_any()
        product = await editable_product(session, principal, product_id)
        values = {name: value for name, value in details.values().items() if value != getattr(product, name)}
        changed = await repository.change_product(session, product.id, version, values, self._clock())
        if changed is None:
            raise StaleVersion(product.version)
        await emit(
            session,
            ProductUpdated(
                id=changed.id,
                seller_id=changed.seller_id,
                changed=sorted({"price" if name in ("price_minor", "currency") else name for name in values}),
                name=changed.name,
                category=changed.category,
                price_minor=changed.price_minor,
                currency=changed.currency,
                version=changed.version,
            ),
        )
        return changed

    async def delete_user_data(self, session: AsyncSession, user_id: str) -> None:
        """Delete the products of a deleted user, and what they typed."""
        for product_id in await repository.erase_products(session, user_id, self._clock()):
            await emit(session, ProductDeleted(id=product_id))

    async def delete(self, session: AsyncSession, principal: Principal, product_id: str) -> Product:
        """Delete a product; the row is kept, since other objects refer to it. Raises NotFound, Forbidden."""
        product = await editable_product(session, principal, product_id)
        product.deleted_at = self._clock()
        await session.flush()
        await emit(session, ProductDeleted(id=product.id))
        return product
