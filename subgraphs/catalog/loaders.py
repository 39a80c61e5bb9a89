"""Data loaders of the catalog subgraph: one SQL statement per request and kind of object."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from strawberry.dataloader import DataLoader

from hanse_subgraph.auth import Caller
from hanse_subgraph.context import RequestContext
from hanse_subgraph.db import Database
from hanse_subgraph.ids import known_id
from hanse_subgraph.row_batches import MAX_ROWS, batches
from subgraphs.catalog import repository
from subgraphs.catalog.inventory import Inventory
from subgraphs.catalog.models import Product
from subgraphs.catalog.service import Catalog


@dataclass(frozen=True, slots=True)
class SellerPage:
    """A page of one seller's products: `size` products older than `before_id`."""

    seller_id: str
    size: int
    before_id: str | None


class CatalogContext(RequestContext):
    """The context of one request to the catalog subgraph."""

    def __init__(
        self, database: Database, caller: Caller, *, writes: bool, catalog: Catalog, inventory: Inventory
    ) -> None:
        super().__init__(database, caller, writes=writes)
        self.catalog = catalog
        self.inventory = inventory
        self.products: DataLoader[str, Product | None] = DataLoader(self._load_products, max_batch_size=MAX_ROWS)
        self.products_of_seller: DataLoader[SellerPage, list[Product]] = DataLoader(self._load_seller_pages)
        self.count_of_seller: DataLoader[str, int] = DataLoader(self._load_seller_counts)

    async def product(self, product_id: str) -> Product | None:
        """The product with this id; None if missing or if the id is not a UUID."""
        canonical_id = known_id(product_id)
        return await self.products.load(canonical_id) if canonical_id else None

    async def products_of(self, product_ids: Sequence[str]) -> list[Product | None]:
        """The products with these ids, in the same order."""
        return list(await asyncio.gather(*(self.product(product_id) for product_id in product_ids)))

    async def _load_products(self, ids: list[str]) -> list[Product | None]:
        async with self.session() as session:
            found = await repository.products_by_id(session, ids)
        return [found.get(product_id) for product_id in ids]

    async def _load_seller_pages(self, pages: list[SellerPage]) -> list[list[Product]]:
        """One statement per size, start and batch; the sellers of one GraphQL field share them."""
        groups: dict[tuple[int, str | None], list[str]] = {}
        for page in pages:
            groups.setdefault((page.size, page.before_id), []).append(page.seller_id)
        found: dict[SellerPage, list[Product]] = {}
        async with self.session() as session:
            for (size, before_id), all_sellers in groups.items():
                for sellers in batches(all_sellers, size + 1):
                    of_sellers = await repository.products_of_sellers(session, sellers, size, before_id)
                    found |= {SellerPage(seller, size, before_id): products for seller, products in of_sellers.items()}
        return [found[page] for page in pages]

    async def _load_seller_counts(self, sellers: list[str]) -> list[int]:
        async with self.session() as session:
            counts = await repository.counts_of_sellers(session, sellers)
        return [counts.get(seller, 0) for seller in sellers]
