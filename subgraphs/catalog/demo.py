"""Demo products, some with later stock changes and price reductions."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from hanse_subgraph.demo import DemoAction, DemoContext, DemoData, DemoWeek, Fact, Facts, SetClock
from hanse_subgraph.money import MoneyInput
from subgraphs.catalog import repository
from subgraphs.catalog.inventory import Inventory
from subgraphs.catalog.service import Catalog, ProductDetails
from subgraphs.catalog.settings import CatalogSettings

PRODUCTS = 200  # at scale 1
# Category: product names, and the range of prices in cents.
THINGS: dict[str, tuple[str, int, int]] = {
    "books/fiction": ("Novel|Short Stories|Crime Story|Sea Tale", 699, 2499),
    "books/science": ("Atlas|Handbook|Field Guide|Textbook", 1499, 7999),
    "electronics/audio": ("Headphones|Loudspeaker|Turntable|Microphone|Radio", 2999, 39_999),
    "electronics/computers": ("Keyboard|Monitor|Laptop Stand|Webcam|Mouse", 1999, 69_999),
    "garden": ("Watering Can|Rose Bush|Hammock|Bird Feeder|Spade", 899, 14_999),
    "home/kitchen": ("Teapot|Cast-Iron Pan|Bread Knife|Mortar|Coffee Grinder", 1299, 17_999),
    "home/light": ("Desk Lamp|Lantern|Floor Lamp|Candle Holder", 1599, 24_999),
    "sports/sailing": ("Rope|Compass|Life Vest|Signal Flag|Sail Bag", 799, 29_999),
    "toys": ("Wooden Train|Kite|Puzzle|Model Ship|Marbles", 499, 8999),
}
_LOOKS = """
Amber Baltic Blue Brass Classic Compact Copper Crimson Ebony Folding Golden Harbour Ivory Linen Nordic Oak
"""
LOOKS = tuple(_LOOKS.split())
_MORE_LOOKS = """
Pocket Quiet Robust Rustic Silver Slate Small Solid Striped Teak Traveller Velvet Walnut White Wide Woven
"""
MORE_LOOKS = tuple(_MORE_LOOKS.split())
_PLACES = """
Bergen Bremen Bruges Danzig Hamburg Lubeck Novgorod Riga Rostock Stockholm Tallinn Visby
"""
PLACES = tuple(_PLACES.split())


Run = Callable[[AsyncSession], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Offer:
    """A product to be created."""

    number: int
    id: str
    at: datetime
    seller_id: str
    details: ProductDetails
    price: MoneyInput
    stock: int


class CatalogDemo(DemoData):
    """The demo data of the catalog subgraph."""

    async def is_empty(self, session: AsyncSession) -> bool:
        """Whether there is no product yet."""
        return not await repository.any_product(session)

    def facts(self, week: DemoWeek) -> Facts:
        """The products."""
        return {"products": products(week)}

    async def actions(self, context: DemoContext) -> list[DemoAction]:
        """Every product is created; some get more stock, some a lower price."""
        return actions(context.week, context.clock)


def actions(week: DemoWeek, clock: SetClock) -> list[DemoAction]:
    """Every product is created; some get more stock, some a lower price."""
    catalog, inventory = Catalog(clock=clock), Inventory(CatalogSettings.load(), clock=clock)
    generator, found = week.generator("stock"), []
    for offer in offers(week):
        found.append(DemoAction(offer.at, offer.seller_id, _create(catalog, offer)))
        if generator.random() < 0.2:
            at, units = week.later(generator, offer.at, timedelta(days=2)), generator.choice((5, 10, 25))
            found.append(DemoAction(at, offer.seller_id, _add_stock(inventory, offer.id, units)))
        if generator.random() < 0.1:
            at = week.later(generator, offer.at, timedelta(days=3))
            found.append(DemoAction(at, offer.seller_id, _reduce_price(catalog, offer, generator.choice((70, 80, 90)))))
    return found


def products(week: DemoWeek) -> list[Fact]:
    """What other subgraphs' demo data may know of the products, in order of time."""
    return [
        {
            "id": offer.id,
            "seller_id": offer.seller_id,
            "name": offer.details.name or "",
            "category": offer.details.category or "",
            "price_minor": offer.price.amount_minor,
            "currency": offer.price.currency,
            "created_at": offer.at,
        }
        for offer in offers(week)
    ]


def offers(week: DemoWeek) -> list[Offer]:
    """The products in the order of their time; some of them of the demo login."""
    generator, found = week.generator("products"), []
    for number, at in enumerate(week.times("product", PRODUCTS * week.scale, lateness=0.5)):
        seller = week.user_ids[0] if number < PRODUCTS and number % 40 == 0 else week.random_user(generator, at)
        details, price = _details(generator)
        stock = generator.choice((0, 1, 3, 12, 40, 250))
        found.append(Offer(number, week.id("product", number), at, seller, details, price, stock))
    return found


def _create(catalog: Catalog, offer: Offer) -> Run:
    sku = f"DEMO-{offer.number + 1:05}"
    return lambda session: catalog.create(
        session, offer.seller_id, offer.details, sku=sku, stock=offer.stock, product_id=offer.id
    )


def _add_stock(inventory: Inventory, product_id: str, units: int) -> Run:
    return lambda session: inventory.adjust(session, session.info["caller"].principal, product_id, units)


def _reduce_price(catalog: Catalog, offer: Offer, percent: int) -> Run:
    price = MoneyInput(amount_minor=offer.price.amount_minor * percent // 100, currency=offer.price.currency)

    async def run(session: AsyncSession) -> None:
        product = await repository.product_by_id(session, offer.id)
        assert product is not None
        principal = session.info["caller"].principal
        await catalog.update(session, principal, offer.id, product.version, ProductDetails(price=price))

    return run


def _details(generator: random.Random) -> tuple[ProductDetails, MoneyInput]:
    category = generator.choice(sorted(THINGS))
    things, min_price, max_price = THINGS[category]
    thing, look, place = (
        generator.choice(things.split("|")),
        generator.choice(LOOKS + MORE_LOOKS),
        generator.choice(PLACES),
    )
    amount = generator.randrange(min_price, max_price, 10) // 100 * 100 + generator.choice((0, 49, 90, 99))
    price = MoneyInput(amount_minor=amount, currency="EUR")
    details = ProductDetails(
        name=f"{look} {thing}",
        description=f"A {look.lower()} {thing.lower()} from {place}. Built to last, and easy to repair.",
        category=category,
        price=price,
        tags=sorted({look.lower(), place.lower(), category.partition("/")[0]}),
    )
    return details, price
