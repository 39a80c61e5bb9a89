"""GraphQL types of the catalog subgraph."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

import strawberry
from strawberry.types import Info

from hanse_subgraph.federation import Representation, ids_of
from hanse_subgraph.ids import known_id
from hanse_subgraph.money import Money, MoneyInput
from hanse_subgraph.pagination import (
    After,
    Connection,
    First,
    PageRequest,
    Slice,
    connect,
    cursor_id,
    encode_cursor,
    page_request,
)
from subgraphs.catalog import models
from subgraphs.catalog.loaders import CatalogContext, SellerPage
from subgraphs.catalog.repository import CategoryCount, ProductSort
from subgraphs.catalog.service import ProductDetails

CatalogInfo = Info[CatalogContext, None]

strawberry.enum(models.ReservationState, name="ReservationState", description="What has become of a reservation.")
strawberry.enum(ProductSort, name="ProductSort", description="How a list of products is sorted.")


@strawberry.federation.type(keys=["id"], description="A product in the catalog.")
class Product:
    """A product."""

    record: strawberry.Private[models.Product]

    @strawberry.field(description="The id of the product (UUID).")
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.record.id)

    @strawberry.field(description="The stock keeping unit; unique.")
    def sku(self) -> str:
        return self.record.sku

    @strawberry.field(description="What it is called.")
    def name(self) -> str:
        return self.record.name

    @strawberry.field(description="What there is to say of it.")
    def description(self) -> str:
        return self.record.description

    @strawberry.field(description="Its place among the categories, a path such as `electronics/audio`.")
    def category(self) -> str:
        return self.record.category

    @strawberry.field(description="Words to find it by.")
    def tags(self) -> list[str]:
        return self.record.tags

    @strawberry.field(description="What one piece costs.")
    def price(self) -> Money:
        return Money(amount_minor=self.record.price_minor, currency=self.record.currency)

    @strawberry.field(description="How many pieces are there.")
    def stock(self) -> int:
        return self.record.stock

    @strawberry.field(description="Whether a piece is there at all.")
    def in_stock(self) -> bool:
        return self.record.stock > 0

    @strawberry.field(description="Goes up with each update; give it to `updateProduct`.")
    def version(self) -> int:
        return self.record.version

    @strawberry.field(description="Who sells it.")
    def seller(self) -> User:
        return User(id=strawberry.ID(self.record.seller_id))

    @strawberry.field(description="When it was put on sale (UTC).")
    def created_at(self) -> datetime:
        return self.record.created_at

    @strawberry.field(description="When it was last changed (UTC).")
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
    """A user as the catalog knows one: as a seller."""

    id: strawberry.ID = strawberry.field(description="The id of the user (UUID).")

    @strawberry.field(description="What the user sells, newest first.")
    async def products(self, info: CatalogInfo, first: First = None, after: After = None) -> Connection[Product]:
        """A page; the pages of all users in one request take one statement."""
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
        return await info.context.products_of_seller.load(SellerPage(seller_id, page.size, before_id))

    @classmethod
    async def resolve_references(cls, info: CatalogInfo, representations: list[Representation]) -> list[Self]:
        """Users by their id; whether there are such, the users subgraph knows."""
        return [cls(id=strawberry.ID(user_id)) for user_id in ids_of(representations)]


@strawberry.type(description="Pieces of a product taken out of stock for somebody.")
class Reservation:
    """A reservation."""

    id: strawberry.ID = strawberry.field(description="The id of the reservation (UUID).")
    quantity: int = strawberry.field(description="How many pieces.")
    state: models.ReservationState = strawberry.field(description="What has become of it.")
    created_at: datetime = strawberry.field(description="When they were reserved (UTC).")
    ended_at: datetime | None = strawberry.field(description="When they were released or sold (UTC).")
    product_id: strawberry.Private[str]
    holder_id: strawberry.Private[str]

    @strawberry.field(description="What is reserved; null where it is no longer on sale.")
    async def product(self, info: CatalogInfo) -> Product | None:
        return Product.of(await info.context.product(self.product_id))

    @strawberry.field(description="For whom.")
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
            product_id=record.product_id,
            holder_id=record.holder_id,
        )


@strawberry.type(description="A category that holds products.")
class Category:
    """A place in the tree of categories."""

    path: str = strawberry.field(description="The path from the root, such as `electronics/audio`.")
    product_count: int = strawberry.field(description="How many products stand in it, and in the categories below it.")

    @strawberry.field(description="The last part of the path.")
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @strawberry.field(description="The path of the category above; null for one at the root.")
    def parent(self) -> str | None:
        return self.path.rpartition("/")[0] or None

    @classmethod
    def tree(cls, counts: list[CategoryCount]) -> list[Self]:
        """Every category with those above it, by path, each with the products below it counted in."""
        totals: dict[str, int] = {}
        for count in counts:
            path = count.path
            while path:
                totals[path] = totals.get(path, 0) + count.products
                path = path.rpartition("/")[0]
        return [cls(path=path, product_count=totals[path]) for path in sorted(totals)]


@strawberry.input(description="A new product.")
class CreateProductInput:
    """Becomes ProductDetails, with what only a new product has."""

    name: str = strawberry.field(description="What it is called: 1 to 200 characters.")
    price: MoneyInput = strawberry.field(description="What one piece costs; not negative.")
    description: str = strawberry.field(default="", description="What there is to say of it; up to 10,000 characters.")
    category: str = strawberry.field(default="other", description="A path such as `electronics/audio`.")
    tags: list[str] = strawberry.field(default_factory=list, description="Words to find it by; at most 20.")
    sku: str | None = strawberry.field(default=None, description="The stock keeping unit; made up where not given.")
    stock: int = strawberry.field(default=0, description="How many pieces are there.")

    def details(self) -> ProductDetails:
        """Convert to the input of the service."""
        return ProductDetails(self.name, self.description, self.category, self.price, self.tags)


@strawberry.input(description="What changes in a product; what is not given stays.")
class UpdateProductInput:
    """Becomes ProductDetails."""

    name: str | None = strawberry.field(default=None, description="What it is called: 1 to 200 characters.")
    price: MoneyInput | None = strawberry.field(default=None, description="What one piece costs; not negative.")
    description: str | None = strawberry.field(default=None, description="What there is to say of it.")
    category: str | None = strawberry.field(default=None, description="A path such as `electronics/audio`.")
    tags: list[str] | None = strawberry.field(default=None, description="Words to find it by; at most 20.")

    def details(self) -> ProductDetails:
        """Convert to the input of the service."""
        return ProductDetails(self.name, self.description, self.category, self.price, self.tags)


@strawberry.input(description="Which products a list holds; what is not given does not matter.")
class ProductFilterInput:
    """Narrows a list."""

    seller_id: strawberry.ID | None = strawberry.field(default=None, description="Only of this seller.")
    min_price_minor: int | None = strawberry.field(default=None, description="At least this much, in minor units.")
    max_price_minor: int | None = strawberry.field(default=None, description="At most this much, in minor units.")
    in_stock: bool | None = strawberry.field(default=None, description="Only what is there, or only what is not.")


ProductId = Annotated[strawberry.ID, strawberry.argument(description="The id of the product.")]
ReservationId = Annotated[strawberry.ID, strawberry.argument(description="The id of the reservation.")]
