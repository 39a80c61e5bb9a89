"""Demo products: put on sale, some of them cheaper after a while, with stock that comes and goes."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from hanse_subgraph.demo import Act, DemoContext, DemoData, Fact, Facts, SetClock, Week
from hanse_subgraph.money import MoneyInput
from subgraphs.catalog import repository
from subgraphs.catalog.inventory import Inventory
from subgraphs.catalog.service import Catalog, ProductDetails

PRODUCTS = 200  # at scale 1
# Category: its things, and the range of their prices in cents.
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


Do = Callable[[AsyncSession], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Offer:
    """A product to be put on sale."""

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

    def facts(self, week: Week) -> Facts:
        """The products."""
        return {"products": products(week)}

    async def acts(self, context: DemoContext) -> list[Act]:
        """Every product is created; some get more stock, some a lower price."""
        return acts(context.week, context.clock)


def acts(week: Week, clock: SetClock) -> list[Act]:
    """Every product is put on sale; of some, more come, and some get cheaper."""
    catalog, inventory, chance, found = Catalog(clock=clock), Inventory(clock=clock), week.chance("stock"), []
    for offer in offers(week):
        found.append(Act(offer.at, offer.seller_id, _offers(catalog, offer)))
        if chance.random() < 0.2:
            at, pieces = week.later(chance, offer.at, timedelta(days=2)), chance.choice((5, 10, 25))
            found.append(Act(at, offer.seller_id, _adds(inventory, offer.id, pieces)))
        if chance.random() < 0.1:
            at = week.later(chance, offer.at, timedelta(days=3))
            found.append(Act(at, offer.seller_id, _cuts(catalog, offer, chance.choice((70, 80, 90)))))
    return found


def products(week: Week) -> list[Fact]:
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


def offers(week: Week) -> list[Offer]:
    """The products in the order of their time; some of them of the demo login."""
    chance, found = week.chance("products"), []
    for number, at in enumerate(week.moments("product", PRODUCTS * week.scale, lateness=0.5)):
        seller = week.user_ids[0] if number < PRODUCTS and number % 40 == 0 else week.somebody(chance, at)
        details, price = _details(chance)
        stock = chance.choice((0, 1, 3, 12, 40, 250))
        found.append(Offer(number, week.id("product", number), at, seller, details, price, stock))
    return found


def _offers(catalog: Catalog, offer: Offer) -> Do:
    sku = f"DEMO-{offer.number + 1:05}"
    return lambda session: catalog.create(
        session, offer.seller_id, offer.details, sku=sku, stock=offer.stock, product_id=offer.id
    )


def _adds(inventory: Inventory, product_id: str, pieces: int) -> Do:
    return lambda session: inventory.adjust(session, session.info["caller"].principal, product_id, pieces)


def _cuts(catalog: Catalog, offer: Offer, percent: int) -> Do:
    price = MoneyInput(amount_minor=offer.price.amount_minor * percent // 100, currency=offer.price.currency)

    async def do(session: AsyncSession) -> None:
        product = await repository.product_by_id(session, offer.id)
        assert product is not None
        principal = session.info["caller"].principal
        await catalog.update(session, principal, offer.id, product.version, ProductDetails(price=price))

    return do


def _details(chance: random.Random) -> tuple[ProductDetails, MoneyInput]:
    category = chance.choice(sorted(THINGS))
    things, least, most = THINGS[category]
    thing, look, place = chance.choice(things.split("|")), chance.choice(LOOKS + MORE_LOOKS), chance.choice(PLACES)
    amount = chance.randrange(least, most, 10) // 100 * 100 + chance.choice((0, 49, 90, 99))
    price = MoneyInput(amount_minor=amount, currency="EUR")
    details = ProductDetails(
        name=f"{look} {thing}",
        description=f"A {look.lower()} {thing.lower()} from {place}. Made to last, and to be mended when it does not.",
        category=category,
        price=price,
        tags=sorted({look.lower(), place.lower(), category.partition("/")[0]}),
    )
    return details, price
