"""The cases of names: which one a name has, and the same name in another."""

from __future__ import annotations

import re

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_CAMEL = re.compile(r"[a-z][A-Za-z0-9]*")
_PASCAL = re.compile(r"[A-Z][A-Za-z0-9]*")
_SCREAMING_SNAKE = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*")


def words(name: str) -> list[str]:
    """The words of a name, as written: `HTTPServer_url2` gives `HTTP`, `Server`, `url`, `2`."""
    return _WORD.findall(name)


def is_camel(name: str) -> bool:
    """Whether a name is in camelCase."""
    return _CAMEL.fullmatch(name) is not None


def is_pascal(name: str) -> bool:
    """Whether a name is in PascalCase."""
    return _PASCAL.fullmatch(name) is not None


def is_screaming_snake(name: str) -> bool:
    """Whether a name is in SCREAMING_SNAKE_CASE."""
    return _SCREAMING_SNAKE.fullmatch(name) is not None


def to_pascal(name: str) -> str:
    """A name in PascalCase."""
    return "".join(word[0].upper() + word[1:].lower() for word in words(name))


def to_camel(name: str) -> str:
    """A name in camelCase."""
    pascal = to_pascal(name)
    return pascal[:1].lower() + pascal[1:]


def to_screaming_snake(name: str) -> str:
    """A name in SCREAMING_SNAKE_CASE. Digits stay with the word before them."""
    return re.sub(r"_(?=[0-9]+(_|$))", "", "_".join(words(name)).upper())


def capitalized(name: str) -> str:
    """A name with its first letter in upper case."""
    return name[:1].upper() + name[1:]
