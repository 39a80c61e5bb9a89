"""Made-up values of scalars. Each is decided by a random generator, which is seeded by what the value belongs to."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TypeAlias

START = datetime(2026, 1, 1, tzinfo=UTC)  # the first moment of made-up times; a clock would make them differ
SPAN_SECONDS = 365 * 24 * 3600

NAMES = ("Ada", "Ben", "Chloe", "David", "Elif", "Frida", "Goran", "Hana", "Ivan", "Jana", "Kofi", "Lena")
SURNAMES = ("Adler", "Bauer", "Costa", "Duarte", "Eriksen", "Fischer", "Garcia", "Hansen", "Ito", "Jensen", "Khan")
ADJECTIVES = ("Amber", "Bright", "Calm", "Deep", "Early", "Fine", "Golden", "Honest", "Ivory", "Light", "Quiet")
NOUNS = ("Anchor", "Barrel", "Candle", "Deck", "Engine", "Flag", "Harbor", "Island", "Lamp", "Mast", "Sail", "Table")
WORDS = ("a ship", "carries", "salt", "from", "the north", "to", "a harbor", "with", "new", "cloth", "and", "grain")
CITIES = ("Bergen", "Bremen", "Danzig", "Hamburg", "Lübeck", "Novgorod", "Riga", "Tallinn", "Visby")

Maker: TypeAlias = Callable[[Random], object]


def _sentence(random: Random) -> str:
    text = " ".join(random.choices(WORDS, k=random.randint(5, 9)))
    return f"{text[0].upper()}{text[1:]}."


def _email(random: Random) -> str:
    return f"{random.choice(NAMES)}.{random.choice(SURNAMES)}@example.com".lower()


def _moment(random: Random) -> datetime:
    return START + timedelta(seconds=random.randrange(SPAN_SECONDS))


def _date_time(random: Random) -> str:
    return _moment(random).isoformat().replace("+00:00", "Z")


def _thing(random: Random) -> str:
    return f"{random.choice(ADJECTIVES)} {random.choice(NOUNS)}"


def _url(random: Random) -> str:
    return f"https://example.com/{random.choice(NOUNS).lower()}/{random.randint(1, 999)}"


def _money(random: Random) -> str:
    return f"{random.randint(1, 999)}.{random.randint(0, 99):02}"


# Texts by a part of the field's name; the first that fits.
TEXTS: tuple[tuple[tuple[str, ...], Maker], ...] = (
    (("email",), _email),
    (("url", "link", "website", "avatar", "image"), _url),
    (("firstname", "givenname"), lambda random: random.choice(NAMES)),
    (("lastname", "surname", "familyname"), lambda random: random.choice(SURNAMES)),
    (("fullname", "author", "person", "owner"), lambda random: f"{random.choice(NAMES)} {random.choice(SURNAMES)}"),
    (("city", "place"), lambda random: random.choice(CITIES)),
    (("country",), lambda random: random.choice(("DE", "EE", "LV", "NO", "PL", "SE"))),
    (("currency",), lambda random: random.choice(("EUR", "NOK", "PLN", "SEK"))),
    (("phone",), lambda random: f"+49 40 {random.randint(100_000, 999_999)}"),
    (("description", "text", "body", "comment", "message", "summary"), _sentence),
    (("date", "time", "createdat", "updatedat"), _date_time),
    (("name", "title", "label"), _thing),
)

# Custom scalars by their name in lower case.
CUSTOM: dict[str, Maker] = {
    "bigint": lambda random: random.randint(1, 10**12),
    "bytes": lambda random: "aGFuc2U=",
    "currency": lambda random: random.choice(("EUR", "NOK", "PLN", "SEK")),
    "date": lambda random: _moment(random).date().isoformat(),
    "datetime": _date_time,
    "decimal": _money,
    "duration": lambda random: f"PT{random.randint(1, 120)}M",
    "email": _email,
    "emailaddress": _email,
    "json": lambda random: {"value": random.randint(1, 100)},
    "jsonobject": lambda random: {"value": random.randint(1, 100)},
    "long": lambda random: random.randint(1, 10**12),
    "money": _money,
    "time": lambda random: _moment(random).time().isoformat(),
    "timestamp": lambda random: int(_moment(random).timestamp()),
    "uri": _url,
    "url": _url,
    "uuid": lambda random: str(uuid.UUID(int=random.getrandbits(128), version=4)),
}


def scalar_value(scalar: str, field: str, random: Random) -> object:
    """A value of a scalar for a field; a text where nothing is known of a custom scalar."""
    match scalar:
        case "Int":
            return random.randint(1, 1000)
        case "Float":
            return random.randint(100, 100_000) / 100
        case "Boolean":
            return random.random() < 0.5
        case "ID":
            return f"{field}-{random.randint(1, 999)}"
        case "String":
            return _text(field, random)
    maker = CUSTOM.get(scalar.lower())
    return f"{scalar} {random.randint(1, 999)}" if maker is None else maker(random)


def _text(field: str, random: Random) -> object:
    lower = field.lower().replace("_", "")
    maker = next((maker for parts, maker in TEXTS if any(part in lower for part in parts)), _thing)
    return maker(random)
