"""The process that decodes images: images are untrusted, and decoders hold the interpreter lock or may take all memory.

It runs as a script, and imports nothing of ours. Lines of stdin are requests in JSON, lines of stdout answers:
`{"width", "height", "thumbnail"}`, or `{"problem"}`. It ends when stdin does, so also with its parent.
"""

from __future__ import annotations

import base64
import io
import json
import signal
import sys
from typing import Any

from PIL import AvifImagePlugin, Image, ImageOps, UnidentifiedImageError

try:
    import resource
except ImportError:  # Windows: without a limit of memory
    resource = None  # type: ignore[assignment]

NOT_AN_IMAGE, TOO_LARGE, BROKEN = "not an image", "too large", "broken"


def main() -> None:
    """Answer requests, with as much memory as the first argument says, in bytes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's
    if resource is not None:
        limit = int(sys.argv[1])
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    Image.MAX_IMAGE_PIXELS = None  # the limit is in the request
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    for line in sys.stdin.buffer:
        sys.stdout.buffer.write(json.dumps(answer(json.loads(line))).encode() + b"\n")
        sys.stdout.buffer.flush()


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """The size and thumbnail of an image, or its problem."""
    try:
        with Image.open(request["path"], formats=(request["kind"],)) as image:  # reads the header only
            if image.width * image.height > request["max_pixels"]:
                return {"problem": TOO_LARGE}
            return picture(image, request["thumbnail_pixels"])
    except UnidentifiedImageError:
        return {"problem": NOT_AN_IMAGE}
    except MemoryError:
        return {"problem": TOO_LARGE}
    except Exception:  # decoders raise many kinds of errors for invalid content
        return {"problem": BROKEN}


def picture(image: Image.Image, thumbnail_pixels: int) -> dict[str, Any]:
    """The displayed size of an image, and its thumbnail as WebP."""
    width, height = image.size
    if image.getexif().get(0x0112, 1) >= 5:  # EXIF orientation: rotated by 90 degrees
        width, height = height, width
    image.draft("RGB", (2 * thumbnail_pixels, 2 * thumbnail_pixels))  # decodes JPEG at a reduced size
    image.thumbnail((thumbnail_pixels, thumbnail_pixels))
    small = ImageOps.exif_transpose(image)
    if small.mode not in ("RGB", "RGBA"):
        small = small.convert("RGBA" if small.has_transparency_data else "RGB")
    clean = Image.new(small.mode, small.size)  # the pixels only, without metadata such as location
    clean.paste(small)
    encoded = io.BytesIO()
    clean.save(encoded, "WEBP", quality=80, method=2)  # takes a third of the default's time
    return {"width": width, "height": height, "thumbnail": base64.b64encode(encoded.getvalue()).decode()}


if __name__ == "__main__":
    main()
