"""Demo products: made through the same verbs as real ones, so that their events flow."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta

from shared.demo import BEGINNING, demo_id, demo_user_ids
from shared.money import MoneyInput
from shared.subgraph_app import SubgraphApp
from subgraphs.catalog import repository
from subgraphs.catalog.service import Catalog, ProductDetails

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


async def fill(app: SubgraphApp, *, seed: int = 1, scale: int = 1) -> int:
    """Make 200 products times `scale` where there are none; how many were made. The app must have started."""
    async with app.database.reading() as session:
        if await repository.any_product(session):
            return 0
    catalog, made = Catalog(), offers(seed, scale)
    async with app.database.writing() as session:
        for number, offer in enumerate(made):
            await catalog.create(
                session,
                offer.seller_id,
                offer.details,
                sku=f"DEMO-{number + 1:05}",
                stock=offer.stock,
                product_id=demo_id(seed, "product", number),
                created_at=BEGINNING + timedelta(minutes=7 * number),
            )
    app.wake_relay()
    return len(made)


@dataclass(frozen=True, slots=True)
class Offer:
    """A product to be made."""

    seller_id: str
    details: ProductDetails
    stock: int


def offers(seed: int, scale: int) -> list[Offer]:
    """The products; some of them of the demo login."""
    chance, sellers = random.Random(f"{seed}/products"), demo_user_ids(seed, scale)
    return [
        Offer(
            seller_id=sellers[0] if number % 40 == 0 else chance.choice(sellers),
            details=_details(chance),
            stock=chance.choice((0, 1, 3, 12, 40, 250)),
        )
        for number in range(200 * scale)
    ]


def _details(chance: random.Random) -> ProductDetails:
    category = chance.choice(sorted(THINGS))
    things, least, most = THINGS[category]
    thing, look, place = chance.choice(things.split("|")), chance.choice(LOOKS + MORE_LOOKS), chance.choice(PLACES)
    price = chance.randrange(least, most, 10) // 100 * 100 + chance.choice((0, 49, 90, 99))
    return ProductDetails(
        name=f"{look} {thing}",
        description=f"A {look.lower()} {thing.lower()} from {place}. Made to last, and to be mended when it does not.",
        category=category,
        price=MoneyInput(amount_minor=price, currency="EUR"),
        tags=sorted({look.lower(), place.lower(), category.partition("/")[0]}),
    )
