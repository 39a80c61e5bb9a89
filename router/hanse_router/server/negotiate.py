"""Which form the answer takes: the `Accept` header against what can be sent (GraphQL over HTTP, RFC 9110 12.5.1)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from hanse_wire.lru_cache import LruCache

GRAPHQL_RESPONSE = b"application/graphql-response+json; charset=utf-8"
JSON = b"application/json; charset=utf-8"


class Form(Enum):
    """A form of answer."""

    GRAPHQL_RESPONSE = "application/graphql-response+json"
    JSON = "application/json"
    SSE = "text/event-stream"
    MULTIPART = "multipart/mixed"


_SINGLE = (Form.JSON, Form.GRAPHQL_RESPONSE, Form.SSE, Form.MULTIPART)
_STREAM = (Form.SSE, Form.MULTIPART)


@dataclass(frozen=True, slots=True)
class Accepted:
    """What the client takes: the best form of a single result, and of a stream; None where it takes none of them."""

    single: Form | None
    stream: Form | None
    named: bool = True  # whether the client named the form of a single result itself, and not only a wildcard

    as_stream: bool = field(init=False)  # whether even a single result goes as a stream
    content_type: bytes = field(init=False)  # of a response that is no stream, also if the client prefers one

    def __post_init__(self) -> None:
        object.__setattr__(self, "as_stream", self.single in _STREAM)
        object.__setattr__(self, "content_type", JSON if self.single is Form.JSON else GRAPHQL_RESPONSE)

    def status(self, status: int, *, well_formed: bool) -> int:
        """The HTTP status of an error: where application/json was asked for, a well-formed request's is 200."""
        return 200 if well_formed and self.single is Form.JSON and self.named else status


# Clients that take anything mostly look for application/json, and for a status that tells of errors.
_ANYTHING = Accepted(Form.JSON, Form.SSE, named=False)
MAX_KEPT = 1000  # characters
_known: LruCache[str, Accepted] = LruCache(500)


def negotiate(accept: str | None) -> Accepted:
    """The forms for an `Accept` header's value; no header stands for anything."""
    if not accept or accept == "*/*":
        return _ANYTHING
    known = _known.get(accept)
    if known is None:
        known = _negotiate(accept)
        if len(accept) <= MAX_KEPT:
            _known.put(accept, known)
    return known


def _negotiate(accept: str) -> Accepted:
    ranges = [_range(part) for part in _split(accept)]
    best = sorted(((quality, -index, media) for index, (media, quality) in enumerate(ranges)), reverse=True)
    taken = [media for quality, _, media in best if quality > 0]
    refused = {media for quality, _, media in best if quality == 0}
    single, named = _first(taken, [form for form in _SINGLE if form.value not in refused])
    stream, _ = _first(taken, [form for form in _STREAM if form.value not in refused])
    return Accepted(single, stream, named)


def _first(taken: list[str], forms: list[Form]) -> tuple[Form | None, bool]:
    """The form that the client likes best, and whether it named it."""
    for media in taken:
        for form in forms:
            if media == form.value:
                return form, True
        for form in forms:
            if media in ("*/*", f"{form.value.partition('/')[0]}/*"):
                return form, False
    return None, False


def _split(accept: str) -> list[str]:
    """The media ranges; commas in quotes do not part them."""
    parts: list[str] = [""]
    quoted = False
    for character in accept:
        if character == '"':
            quoted = not quoted
        if character == "," and not quoted:
            parts.append("")
        else:
            parts[-1] += character
    return parts


def _range(text: str) -> tuple[str, float]:
    media, *parameters = (part.strip() for part in text.split(";"))
    quality = 1.0
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                quality = float(value)
            except ValueError:
                quality = 0.0
    media = media.lower()
    return ("application/json" if media == "application/graphql+json" else media), quality
