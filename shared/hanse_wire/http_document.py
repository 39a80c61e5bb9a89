"""A document at an HTTP URL: fetched whole, of a bounded size, and only if it has changed."""

from __future__ import annotations

from dataclasses import dataclass

FETCH_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Document:
    """The content, and its entity tag."""

    content: bytes
    etag: str | None


async def fetch_document(
    url: str, *, max_bytes: int, etag: str | None = None, seconds: float = FETCH_SECONDS
) -> Document | None:
    """The document, None where it still has this entity tag. Raises OSError where it cannot be read now."""
    import aiohttp  # not needed where documents are files

    timeout = aiohttp.ClientTimeout(total=seconds)
    headers = {"if-none-match": etag} if etag is not None else {}
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as http,
            http.get(url, headers=headers) as response,
        ):
            if response.status == 304 and etag is not None:
                return None
            response.raise_for_status()
            body = bytearray()
            async for chunk in response.content.iter_any():
                body += chunk
                if len(body) > max_bytes:
                    raise OSError(f"{url}: the document is larger than {max_bytes} bytes")
            return Document(bytes(body), response.headers.get("etag"))
    except (aiohttp.ClientError, TimeoutError) as error:
        raise OSError(f"{url}: {error or type(error).__name__}") from error
