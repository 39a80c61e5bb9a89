"""Image sizes and thumbnails. Images are untrusted and are decoded in threads."""

from __future__ import annotations

import asyncio
import io
from dataclasses import dataclass
from typing import BinaryIO

from PIL import Image, ImageOps, UnidentifiedImageError

from subgraphs.media.errors import BrokenImage, TooManyPixels

# The formats used on the web. Pillow supports many more, but each decoder is a risk.
FORMATS = {
    "image/avif": "AVIF",
    "image/bmp": "BMP",
    "image/gif": "GIF",
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/tiff": "TIFF",
    "image/webp": "WEBP",
}
DISPLAYABLE = frozenset(FORMATS) - {"image/tiff", "image/bmp"}  # in every browser
THUMBNAIL_TYPE = "image/webp"
MAX_CONCURRENT = 2  # a decoded image takes four bytes per pixel

_TOO_LARGE = (Image.DecompressionBombError, Image.DecompressionBombWarning)  # the latter if warnings are errors


@dataclass(frozen=True, slots=True)
class Picture:
    """The displayed size of an image in pixels, and its thumbnail as WebP."""

    width: int
    height: int
    thumbnail: bytes


class Pictures:
    """Reads images, with limited concurrency."""

    def __init__(self, *, max_pixels: int, thumbnail_pixels: int) -> None:
        self._max_pixels = max_pixels
        self._thumbnail_pixels = thumbnail_pixels
        self._slots = asyncio.Semaphore(MAX_CONCURRENT)

    async def read(self, file: BinaryIO, mime_type: str) -> Picture | None:
        """Read a file that looks like one of the FORMATS; None if it is not an image.

        Raises BrokenImage, TooManyPixels.
        """
        async with self._slots:
            return await asyncio.to_thread(self._read, file, FORMATS[mime_type])

    def _read(self, file: BinaryIO, kind: str) -> Picture | None:
        file.seek(0)
        try:
            with Image.open(file, formats=(kind,)) as image:  # reads the header only
                if image.width * image.height > self._max_pixels:
                    raise TooManyPixels(self._max_pixels)
                return self._picture(image)
        except UnidentifiedImageError:
            return None
        except _TOO_LARGE as error:
            raise TooManyPixels(self._max_pixels) from error
        except (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, MemoryError) as error:
            raise BrokenImage from error  # decoders raise many kinds of errors for invalid content

    def _picture(self, image: Image.Image) -> Picture:
        width, height = image.size
        if image.getexif().get(0x0112, 1) >= 5:  # EXIF orientation: rotated by 90 degrees
            width, height = height, width
        image.draft("RGB", (2 * self._thumbnail_pixels, 2 * self._thumbnail_pixels))  # decodes JPEG at a reduced size
        image.thumbnail((self._thumbnail_pixels, self._thumbnail_pixels))
        small = ImageOps.exif_transpose(image)
        if small.mode not in ("RGB", "RGBA"):
            small = small.convert("RGBA" if small.has_transparency_data else "RGB")
        clean = Image.new(small.mode, small.size)  # the pixels only, without metadata such as location
        clean.paste(small)
        encoded = io.BytesIO()
        clean.save(encoded, "WEBP", quality=80, method=2)  # takes a third of the default's time
        return Picture(width, height, encoded.getvalue())
