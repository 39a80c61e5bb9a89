"""Demo data that fits together across subgraphs: ids and moments made from a seed, so that none must know another."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from uuid import UUID

BEGINNING = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


def demo_id(seed: int, kind: str, number: int) -> str:
    """The UUIDv7 of the numbered thing of a kind; the same on every call. Later numbers sort later."""
    chance = random.Random(f"{seed}/{kind}/{number}")
    milliseconds = int((BEGINNING + timedelta(minutes=7 * number)).timestamp() * 1000)
    value = milliseconds << 80 | 0x7 << 76 | chance.getrandbits(12) << 64 | 0b10 << 62 | chance.getrandbits(62)
    return str(UUID(int=value))


def demo_user_ids(seed: int, scale: int = 1) -> list[str]:
    """The ids of the demo's users: the first is the demo login, the second the admin."""
    return [demo_id(seed, "user", number) for number in range(50 * scale)]
