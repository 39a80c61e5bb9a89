"""Generates demo pictures: an emblem on a coloured background, deterministic by name."""

from __future__ import annotations

import colorsys
import io
import random
from functools import cache

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

Colour = tuple[int, int, int]
Shape = tuple[str, tuple[float, ...], int]  # kind, coordinates on a grid of 100 by 100, opacity

SIZE, AVATAR = (400, 300), (256, 256)
FULL, HALF, HOLE = 255, 150, 0
HUES = {
    "Amber": 0.11, "Baltic": 0.55, "Blue": 0.6, "Brass": 0.13, "Copper": 0.05, "Crimson": 0.97, "Golden": 0.13,
    "Harbour": 0.53, "Oak": 0.08, "Teak": 0.06, "Velvet": 0.82, "Walnut": 0.05, "Nordic": 0.5, "Classic": 0.67,
}  # fmt: skip
GREYS = {"Ebony": 0.25, "Ivory": 0.8, "Linen": 0.75, "Silver": 0.6, "Slate": 0.4, "White": 0.85}
PETALS = ((-16, 4), (16, 4), (0, -12), (-9, 20), (9, 20))
EMBLEMS: dict[str, tuple[Shape, ...]] = {
    "books": (
        ("polygon", (8, 26, 48, 34, 48, 84, 8, 74), FULL),
        ("polygon", (92, 26, 52, 34, 52, 84, 92, 74), HALF),
        *(("line", (16, y, 42, y + 5), HOLE) for y in (40, 50, 60)),
    ),
    "electronics": (
        ("rounded", (26, 8, 74, 92), FULL),
        ("ellipse", (37, 16, 63, 42), HOLE),
        ("ellipse", (44, 23, 56, 35), HALF),
        ("ellipse", (32, 48, 68, 84), HOLE),
        ("ellipse", (42, 58, 58, 74), HALF),
    ),
    "electronics/computers": (
        ("rounded", (8, 16, 92, 70), FULL),
        ("rounded", (14, 22, 86, 64), HALF),
        ("polygon", (42, 70, 58, 70, 62, 84, 38, 84), FULL),
        ("rounded", (26, 82, 74, 90), FULL),
    ),
    "garden": (
        ("polygon", (48, 50, 52, 50, 54, 94, 46, 94), FULL),
        ("ellipse", (18, 62, 50, 78), HALF),
        ("ellipse", (50, 68, 82, 84), HALF),
        *(("ellipse", (38 + dx, 18 + dy, 62 + dx, 42 + dy), FULL) for dx, dy in PETALS),
        ("ellipse", (40, 24, 60, 44), HALF),
    ),
    "home": (
        ("ellipse", (62, 36, 94, 70), FULL),
        ("ellipse", (70, 44, 86, 62), HOLE),
        ("rounded", (16, 30, 74, 84), FULL),
        ("rounded", (16, 30, 74, 42), HALF),
        ("rounded", (8, 86, 82, 93), HALF),
        *(("line", (x, 8, x + 6, 22), HALF) for x in (30, 44, 58)),
    ),
    "home/light": (
        ("polygon", (34, 10, 66, 10, 84, 50, 16, 50), FULL),
        ("polygon", (16, 50, 84, 50, 98, 88, 2, 88), 60),
        ("polygon", (47, 50, 53, 50, 53, 84, 47, 84), FULL),
        ("rounded", (30, 84, 70, 92), FULL),
    ),
    "sports": (
        ("polygon", (48, 6, 48, 66, 14, 66), FULL),
        ("polygon", (53, 18, 84, 66, 53, 66), HALF),
        ("polygon", (6, 71, 94, 71, 78, 90, 22, 90), FULL),
    ),
    "toys": (
        ("polygon", (50, 4, 82, 40, 50, 76, 18, 40), FULL),
        ("polygon", (50, 4, 50, 76, 18, 40), HALF),
        ("line", (50, 76, 58, 84), FULL),
        ("line", (58, 84, 46, 90), FULL),
        ("line", (46, 90, 56, 98), FULL),
    ),
    "": (
        ("rounded", (20, 30, 80, 88), FULL),
        ("polygon", (14, 30, 86, 30, 78, 14, 22, 14), HALF),
        ("line", (50, 30, 50, 56), HOLE),
    ),
}


def product_picture(name: str, category: str) -> bytes:
    """A JPEG for a product with this name and category."""
    dark, light = _colours(name)
    image = ImageOps.colorize(_slope(SIZE), dark, light)
    halo, shadow, emblem = _masks(next(key for key in (category, category.partition("/")[0], "") if key in EMBLEMS))
    image.paste((255, 255, 255), mask=halo)
    image.paste(tuple(value // 3 for value in dark), mask=shadow)
    image.paste((255, 252, 245), mask=emblem)
    return _jpeg(image)


def avatar_picture(name: str) -> bytes:
    """A JPEG for a person with this name."""
    generator = random.Random(name)
    hue = generator.random()
    image = ImageOps.colorize(_slope(AVATAR), _rgb(hue, 0.55, 0.55), _rgb(hue + 0.12, 0.45, 0.95))
    image.paste(_rgb(hue + 0.5, 0.18, 0.98), mask=_person(generator.choice((-8, 0, 8))))
    return _jpeg(image)


def _colours(name: str) -> tuple[Colour, Colour]:
    look = name.partition(" ")[0]
    if look in GREYS:
        return _rgb(0.6, 0.12, GREYS[look] * 0.75), _rgb(0.1, 0.08, min(0.95, GREYS[look] + 0.15))
    hue = HUES.get(look, random.Random(name).random())
    return _rgb(hue, 0.75, 0.55), _rgb(hue + 0.06, 0.5, 0.95)


def _rgb(hue: float, saturation: float, value: float) -> Colour:
    red, green, blue = colorsys.hsv_to_rgb(hue % 1, saturation, value)
    return int(red * 255), int(green * 255), int(blue * 255)


@cache
def _slope(size: tuple[int, int]) -> Image.Image:
    """A diagonal gradient from dark to light."""
    down = Image.linear_gradient("L")
    return ImageChops.add(down, down.rotate(90), scale=2).resize(size)


@cache
def _masks(category: str) -> tuple[Image.Image, Image.Image, Image.Image]:
    """The masks of halo, shadow and emblem of a category."""
    width, height = SIZE
    side, scale = height * 2 // 3, 4
    drawn = Image.new("L", (side * scale, side * scale))
    pencil, unit = ImageDraw.Draw(drawn), side * scale / 100
    for kind, coordinates, opacity in EMBLEMS[category]:
        _draw(pencil, kind, [coordinate * unit for coordinate in coordinates], opacity, unit)
    position = ((width - side) // 2, (height - side) // 2)
    emblem, halo = Image.new("L", SIZE), Image.new("L", SIZE)
    emblem.paste(drawn.resize((side, side)), position)
    reach = height * 0.44
    ImageDraw.Draw(halo).ellipse(
        (width / 2 - reach, height / 2 - reach, width / 2 + reach, height / 2 + reach), fill=46
    )
    shadow = (
        ImageChops.offset(emblem, 6, 8).filter(ImageFilter.GaussianBlur(7)).point([value // 2 for value in range(256)])
    )
    return halo.filter(ImageFilter.GaussianBlur(1)), shadow, emblem


def _draw(pencil: ImageDraw.ImageDraw, kind: str, coordinates: list[float], opacity: int, unit: float) -> None:
    match kind:
        case "polygon":
            pencil.polygon(coordinates, fill=opacity)
        case "ellipse":
            pencil.ellipse(coordinates, fill=opacity)
        case "rounded":
            pencil.rounded_rectangle(coordinates, radius=5 * unit, fill=opacity)
        case _:
            pencil.line(coordinates, fill=opacity, width=int(3 * unit))


@cache
def _person(turn: int) -> Image.Image:
    """The mask of head and shoulders."""
    width, height = AVATAR[0] * 2, AVATAR[1] * 2
    drawn = Image.new("L", (width, height))
    pencil, middle = ImageDraw.Draw(drawn), width / 2
    pencil.ellipse((middle - 190, height * 0.66, middle + 190, height * 1.5), fill=FULL)
    pencil.ellipse((middle - 112 + turn, height * 0.16, middle + 112 + turn, height * 0.62), fill=FULL)
    return drawn.resize(AVATAR)


def _jpeg(image: Image.Image) -> bytes:
    encoded = io.BytesIO()
    image.save(encoded, "JPEG", quality=84)
    return encoded.getvalue()
