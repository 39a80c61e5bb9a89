"""Pictures: their size, and a small one of each. Decoding is done in threads, of content that may mean harm."""

from __future__ import annotations

import asyncio
import io
from dataclasses import dataclass
from typing import BinaryIO

from PIL import Image, ImageOps, UnidentifiedImageError

from subgraphs.media.errors import BrokenImage, TooManyPixels

# Pillow knows many more formats; each decoder is a risk, and these are what pictures on the web come in.
FORMATS = {
    "image/avif": "AVIF",
    "image/bmp": "BMP",
    "image/gif": "GIF",
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/tiff": "TIFF",
    "image/webp": "WEBP",
}
SHOWN = frozenset(FORMATS) - {"image/tiff", "image/bmp"}  # what every browser shows
THUMBNAIL_TYPE = "image/webp"
AT_ONCE = 2  # decoded pictures take four bytes a pixel

_TOO_LARGE = (Image.DecompressionBombError, Image.DecompressionBombWarning)  # the latter where warnings are errors


@dataclass(frozen=True, slots=True)
class Picture:
    """What is known of a picture: its size as it is shown, in pixels, and its thumbnail, a WebP."""

    width: int
    height: int
    thumbnail: bytes


class Pictures:
    """Reads pictures, a few at once."""

    def __init__(self, *, most_pixels: int, thumbnail_pixels: int) -> None:
        self._most = most_pixels
        self._side = thumbnail_pixels
        self._free = asyncio.Semaphore(AT_ONCE)

    async def read(self, file: BinaryIO, mime_type: str) -> Picture | None:
        """The picture in a file of one of the FORMATS; None where it only began like one.

        Raises BrokenImage, TooManyPixels.
        """
        async with self._free:
            return await asyncio.to_thread(self._read, file, FORMATS[mime_type])

    def _read(self, file: BinaryIO, kind: str) -> Picture | None:
        file.seek(0)
        try:
            with Image.open(file, formats=(kind,)) as image:  # reads the header only
                if image.width * image.height > self._most:
                    raise TooManyPixels(self._most)
                return self._reduced(image)
        except UnidentifiedImageError:
            return None
        except _TOO_LARGE as error:
            raise TooManyPixels(self._most) from error
        except (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, MemoryError) as error:
            raise BrokenImage from error  # whatever a decoder says of content that is not what it should be

    def _reduced(self, image: Image.Image) -> Picture:
        width, height = image.size
        if image.getexif().get(0x0112, 1) >= 5:  # the camera was held upright
            width, height = height, width
        image.draft("RGB", (2 * self._side, 2 * self._side))  # JPEG can be decoded small at once
        image.thumbnail((self._side, self._side))
        small = ImageOps.exif_transpose(image)
        if small.mode not in ("RGB", "RGBA"):
            small = small.convert("RGBA" if small.has_transparency_data else "RGB")
        clean = Image.new(small.mode, small.size)  # with the pixels alone: no place, no camera
        clean.paste(small)
        encoded = io.BytesIO()
        clean.save(encoded, "WEBP", quality=80, method=2)  # a third of the time that the default takes
        return Picture(width, height, encoded.getvalue())
