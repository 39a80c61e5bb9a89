"""Values of arguments: usual ones, those at the edges of their types, and wrong ones."""

from __future__ import annotations

import random
import string
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
)

MAX_DEPTH = 5
TEXTS = (
    "",
    " ",
    "a",
    "\x00",
    "\n\r\t",
    "'; DROP TABLE users; --",
    "%_\\%",
    "\u202e\u200b\ufeff",
    "\U0001f6a2" * 40,
    "e\u0301" * 300,
    "a" * 255,
    "a" * 256,
    "a" * 5_000,
    "https://evil.example/?q=<b>",
    "../../etc/passwd",
    "${jndi:x}{{7*7}}",
    "0",
    "null",
    "-1",
    "*",
    '"',
    "a@b",
    "Hanne@example.org",
)
INTEGERS = (0, 1, -1, 2, 3, 10, 99, 100, 101, 1_000, 2**31 - 1, -(2**31), 2**31, 2**53, 2**63 - 1, 2**63, 2**64, 10**40)
REALS = (0.0, -0.0, 0.5, 1e-320, 1e308, -1e308, 3.14, 1e16)
TIMES = (
    "2026-11-28T10:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59-12:00",
    "9999-12-31T23:59:59.999999Z",
    "1970-01-01T00:00:00",
    "2024-02-30T00:00:00Z",
    "2026-11-28",
    "2026-W48-6T10",
    "24:00",
    "2026-11-28T10:00:00.123456789+23:59",
    "-0001-01-01T00:00:00Z",
)
CURSORS = (
    "e30=",
    "bnVsbA==",
    "dHJ1ZQ==",
    "WzE4NDQ2NzQ0MDczNzA5NTUxNjE1XQ==",
    "W3RydWVd",
    "WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzE0OjAwIiwxXQ==",
    "WyI5OTk5LTEyLTMxVDIzOjU5OjU5LTEyOjAwIiwieCJd",
    "W251bGwsbnVsbF0=",
    "W1tbW11dXV0=",
    "////",
    "=",
    "WzFlMzA4XQ==",
)


class Values:
    """Makes values, and remembers ids and cursors that the platform has answered with."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.known: dict[str, list[str]] = {"id": [], "cursor": [], "token": [], "name": []}

    def learn(self, data: Any, depth: int = 0) -> None:
        """Remember ids, cursors, tokens and names in a response's data."""
        if isinstance(data, list):
            for item in data[:5]:
                self.learn(item, depth + 1)
        elif isinstance(data, dict):
            for name, value in data.items():
                if isinstance(value, str):
                    self._remember(name, value)
                else:
                    self.learn(value, depth + 1)

    def _remember(self, name: str, value: str) -> None:
        name = name.lower()
        for kind, known in self.known.items():
            if name.endswith(kind) and 0 < len(value) < 1_000:
                if len(known) < 300:
                    known.append(value)
                else:
                    known[self.rng.randrange(300)] = value

    def of(self, type_: GraphQLInputType, name: str = "", depth: int = 0) -> Any:
        """A value for an argument or input field: mostly of its type."""
        rng = self.rng
        if isinstance(type_, GraphQLNonNull):
            return self.of(type_.of_type, name, depth) if rng.random() < 0.99 else None
        roll = rng.random()
        if roll < 0.03:
            return None
        if roll < 0.05:
            return self.anything(depth)
        if isinstance(type_, GraphQLList):
            length = rng.choice((0, 1, 1, 1, 2, 3, 30 if depth < 2 else 1))
            return [self.of(type_.of_type, name, depth + 1) for _ in range(length)]
        if isinstance(type_, GraphQLEnumType):
            return rng.choice(list(type_.values))
        if isinstance(type_, GraphQLInputObjectType):
            return self._object(type_, depth)
        return self._scalar(type_.name, name)

    def _object(self, type_: GraphQLInputObjectType, depth: int) -> dict[str, Any]:
        chosen = {
            name: field
            for name, field in type_.fields.items()
            if isinstance(field.type, GraphQLNonNull) or (depth < MAX_DEPTH and self.rng.random() < 0.5)
        }
        return {name: self.of(field.type, name, depth + 1) for name, field in chosen.items()}

    def _scalar(self, type_name: str, name: str) -> Any:
        rng = self.rng
        lowered = name.lower()
        if type_name == "ID" or lowered.endswith("id"):
            return self._known("id") if rng.random() < 0.85 else self._text()
        if lowered in ("after", "before"):
            return self._known("cursor") if rng.random() < 0.5 else rng.choice(CURSORS)
        if type_name in ("DateTime", "Date", "Time"):
            return rng.choice(TIMES)
        if type_name == "Int":
            return rng.choice(INTEGERS[:10]) if rng.random() < 0.8 else rng.choice(INTEGERS)
        if type_name == "Float":
            return rng.choice(REALS)
        if type_name == "Boolean":
            return rng.random() < 0.5
        if type_name == "String":
            return self._string(lowered)
        return self.anything()

    def _string(self, name: str) -> str:
        rng = self.rng
        if "token" in name and self.known["token"] and rng.random() < 0.5:
            return self._known("token")
        if "email" in name and rng.random() < 0.6:
            return f"{self._word()}@{self._word()}.example.org"
        if ("name" in name or "login" in name) and rng.random() < 0.5:
            return self._known("name") if rng.random() < 0.5 else self._word()
        if "password" in name and rng.random() < 0.7:
            return "a-long-quiet-harbour"
        return self._text()

    def _known(self, kind: str) -> str:
        known = self.known[kind]
        return self.rng.choice(known) if known else self._word()

    def _word(self) -> str:
        return "".join(self.rng.choices(string.ascii_lowercase, k=self.rng.randint(3, 12)))

    def _text(self) -> str:
        return self.rng.choice(TEXTS) if self.rng.random() < 0.7 else self._word()

    def anything(self, depth: int = 0) -> Any:
        """A JSON value of any shape."""
        rng = self.rng
        kind = rng.randrange(8 if depth < MAX_DEPTH else 6)
        if kind == 0:
            return None
        if kind == 1:
            return rng.random() < 0.5
        if kind == 2:
            return rng.choice(INTEGERS)
        if kind == 3:
            return rng.choice(REALS)
        if kind < 6:
            return self._text()
        if kind == 6:
            return [self.anything(depth + 1) for _ in range(rng.randint(0, 4))]
        return {self._text(): self.anything(depth + 1) for _ in range(rng.randint(0, 4))}
