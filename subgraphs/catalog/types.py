"""GraphQL types of the catalog subgraph."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

import strawberry
from strawberry.types import Info

from hanse_subgraph.cooperative_execution import wait_for_time_slice
from hanse_subgraph.federation import Representation, ids_of
from hanse_subgraph.ids import known_id
from hanse_subgraph.list_size import list_size
from hanse_subgraph.money import Money, MoneyInput
from hanse_subgraph.pagination import (
    After,
    Connection,
    First,
    PageRequest,
    Slice,
    connect,
    connection_field,
    cursor_id,
    encode_cursor,
    page_request,
)
from subgraphs.catalog import models
from subgraphs.catalog.loaders import CatalogContext, SellerPage
from subgraphs.catalog.repository import CategoryCount, ProductSort
from subgraphs.catalog.service import MAX_TAGS, ProductDetails

CatalogInfo = Info[CatalogContext, None]

strawberry.enum(models.ReservationState, name="ReservationState", description="The state of a reservation.")
strawberry.enum(ProductSort, name="ProductSort", description="The order of a list of products.")


@strawberry.federation.type(keys=["id"], description="A product in the catalog.")
class Product:
    """A product."""

    record: strawberry.Private[models.Product]

    @strawberry.field(description="The id of the product (UUID).")
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.record.id)

    @strawberry.field(description="The stock keeping unit. Unique.")
    def sku(self) -> str:
        return self.record.sku

    @strawberry.field(description="The name of the product.")
    def name(self) -> str:
        return self.record.name

    @strawberry.field(description="The description of the product.")
    def description(self) -> str:
        return self.record.description

    @strawberry.field(description="The path of its category, such as `electronics/audio`.")
    def category(self) -> str:
        return self.record.category

    @strawberry.field(description="Tags for searching.", directives=[list_size(MAX_TAGS)])
    def tags(self) -> list[str]:
        return self.record.tags

    @strawberry.field(description="The price of one unit.")
    def price(self) -> Money:
        return Money(amount_minor=self.record.price_minor, currency=self.record.currency)

    @strawberry.field(description="The number of units in stock.")
    def stock(self) -> int:
        return self.record.stock

    @strawberry.field(description="Whether at least one unit is in stock.")
    def in_stock(self) -> bool:
        return self.record.stock > 0

    @strawberry.field(description="The version, incremented by each update. Pass it to `updateProduct`.")
    def version(self) -> int:
        return self.record.version

    @strawberry.field(description="The seller of the product.")
    def seller(self) -> User:
        return User(id=strawberry.ID(self.record.seller_id))

    @strawberry.field(description="When it was created (UTC).")
    def created_at(self) -> datetime:
        return self.record.created_at

    @strawberry.field(description="When it was last updated (UTC).")
    def updated_at(self) -> datetime:
        return self.record.updated_at

    @classmethod
    def of(cls, record: models.Product | None) -> Self | None:
        """Build the GraphQL type from a row."""
        return None if record is None else cls(record=record)

    @classmethod
    async def resolve_references(cls, info: CatalogInfo, representations: list[Representation]) -> list[Self | None]:
        """Reference resolver: load the products by id in one statement."""
        return [cls.of(record) for record in await info.context.products_of(ids_of(representations))]


@strawberry.federation.type(keys=["id"], description="A user account.")
class User:
    """The catalog's part of the entity User: the products of a seller."""

    id: strawberry.ID = strawberry.field(description="The id of the user (UUID).")

    @connection_field(description="The products that the user sells, newest first.")
    async def products(self, info: CatalogInfo, first: First = None, after: After = None) -> Connection[Product]:
        """A page of products. The users of one request are loaded in batches."""
        page = page_request(first, after, None, None)
        seller_id = known_id(str(self.id))
        found = await self._page(info, seller_id, page) if seller_id else []
        rows = found[: page.size]
        piece = Slice(
            rows,
            [encode_cursor([row.id]) for row in rows],
            has_next=len(found) > page.size,
            has_previous=page.cursor is not None,
        )

        async def counted() -> int:
            return await info.context.count_of_seller.load(seller_id) if seller_id else 0

        return connect(piece, lambda record: Product(record=record), counted)

    @staticmethod
    async def _page(info: CatalogInfo, seller_id: str, page: PageRequest) -> list[models.Product]:
        before_id = cursor_id(page) if page.cursor else None
        found = await info.context.products_of_seller.load(SellerPage(seller_id, page.size, before_id))
        await wait_for_time_slice()
        return found

    @classmethod
    async def resolve_references(cls, info: CatalogInfo, representations: list[Representation]) -> list[Self]:
        """Reference resolver: the users subgraph knows which users exist."""
        return [cls(id=strawberry.ID(user_id)) for user_id in ids_of(representations)]


@strawberry.type(description="Units of a product that are reserved for a user.")
class Reservation:
    id: strawberry.ID = strawberry.field(description="The id of the reservation (UUID).")
    quantity: int = strawberry.field(description="The number of reserved units.")
    state: models.ReservationState = strawberry.field(description="The state of the reservation.")
    created_at: datetime = strawberry.field(description="When it was created (UTC).")
    ended_at: datetime | None = strawberry.field(
        description="When it was released or sold, or expired (UTC). Null while it is held."
    )
    expires_at: datetime = strawberry.field(description="When it expires, unless it is sold or released before (UTC).")
    product_id: strawberry.Private[str]
    holder_id: strawberry.Private[str]

    @strawberry.field(description="The reserved product. Null if it was deleted.")
    async def product(self, info: CatalogInfo) -> Product | None:
        return Product.of(await info.context.product(self.product_id))

    @strawberry.field(description="The user who holds the reservation.")
    def holder(self) -> User:
        return User(id=strawberry.ID(self.holder_id))

    @classmethod
    def of(cls, record: models.Reservation) -> Self:
        """Build the GraphQL type from a row."""
        return cls(
            id=strawberry.ID(record.id),
            quantity=record.quantity,
            state=models.ReservationState(record.state),
            created_at=record.created_at,
            ended_at=record.ended_at,
            expires_at=record.expires_at,
            product_id=record.product_id,
            holder_id=record.holder_id,
        )


@strawberry.type(description="A category of products.")
class Category:
    path: str = strawberry.field(description="The path from the root, such as `electronics/audio`.")
    product_count: int = strawberry.field(description="The number of products in the category and its subcategories.")

    @strawberry.field(description="The last part of the path.")
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @strawberry.field(description="The path of the parent category. Null at the root.")
    def parent(self) -> str | None:
        return self.path.rpartition("/")[0] or None

    @classmethod
    def tree(cls, counts: list[CategoryCount]) -> list[Self]:
        """All categories and their parents, sorted by path. Counts include the products of subcategories."""
        totals: dict[str, int] = {}
        for count in counts:
            path = count.path
            while path:
                totals[path] = totals.get(path, 0) + count.products
                path = path.rpartition("/")[0]
        return [cls(path=path, product_count=totals[path]) for path in sorted(totals)]


@strawberry.input(description="Input of `createProduct`.")
class CreateProductInput:
    name: str = strawberry.field(description="The name: 1 to 200 characters.")
    price: MoneyInput = strawberry.field(description="The price of one unit; not negative.")
    description: str = strawberry.field(default="", description="The description: up to 10,000 characters.")
    category: str = strawberry.field(
        default="other", description="The path of the category, such as `electronics/audio`."
    )
    tags: list[str] = strawberry.field(
        default_factory=list, description="Tags for searching: at most 20, of 1 to 40 characters each."
    )
    sku: str | None = strawberry.field(default=None, description="The stock keeping unit. Generated if omitted.")
    stock: int = strawberry.field(default=0, description="The number of units in stock.")

    def details(self) -> ProductDetails:
        """Convert to the input of the service."""
        return ProductDetails(self.name, self.description, self.category, self.price, self.tags)


@strawberry.input(description="Input of `updateProduct`. Omitted fields stay unchanged.")
class UpdateProductInput:
    name: str | None = strawberry.field(default=None, description="The name: 1 to 200 characters.")
    price: MoneyInput | None = strawberry.field(default=None, description="The price of one unit; not negative.")
    description: str | None = strawberry.field(default=None, description="The description of the product.")
    category: str | None = strawberry.field(
        default=None, description="The path of the category, such as `electronics/audio`."
    )
    tags: list[str] | None = strawberry.field(
        default=None, description="Tags for searching: at most 20, of 1 to 40 characters each."
    )

    def details(self) -> ProductDetails:
        """Convert to the input of the service."""
        return ProductDetails(self.name, self.description, self.category, self.price, self.tags)


@strawberry.input(description="Conditions for a list of products.")
class ProductFilterInput:
    seller_id: strawberry.ID | None = strawberry.field(default=None, description="Only products of this seller.")
    min_price_minor: int | None = strawberry.field(
        default=None, description="The minimum price, in minor units such as cents."
    )
    max_price_minor: int | None = strawberry.field(
        default=None, description="The maximum price, in minor units such as cents."
    )
    in_stock: bool | None = strawberry.field(
        default=None, description="Only products that are in stock, or only those that are not."
    )


ProductId = Annotated[strawberry.ID, strawberry.argument(description="The id of the product.")]
ReservationId = Annotated[strawberry.ID, strawberry.argument(description="The id of the reservation.")]
