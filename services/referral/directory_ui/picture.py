"""A picture of the seven areas with a number in each: shapes for a map that is drawn on the server."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

from services.referral.books import FOLDER

WIDTH = 640
_EDGE = 8
_LARGEST, _LETTER, _ABOVE = 15.0, 0.56, 8.0
"""Of the names: their largest size, how wide a letter is for its size, and how far above the middle they stand."""
SHADES = ("#ffffff", "#cfdbe8", "#7d9cc0", "#12436d")
"""From none to most; each number is written in its area too."""


@dataclass(frozen=True, slots=True)
class Shape:
    """An area of the map: its outline as an SVG path, and where its words stand; `size` is that of its name, which fits
    between its borders."""

    code: str
    name: str
    path: str
    x: float
    y: float
    size: float


@dataclass(frozen=True, slots=True)
class Shown:
    """A shape with its number as it is shown; `fill` and `ink` are colours of the area and of its words."""

    shape: Shape
    number: int | str
    fill: str
    ink: str


@cache
def shapes() -> tuple[tuple[Shape, ...], float]:
    """The areas, and the height of the picture."""
    written = json.loads((FOLDER / "areas.geojson").read_text(encoding="utf-8"))
    rings = {_code(one): one["geometry"]["coordinates"][0] for one in written["features"]}
    names = {_code(one): one["properties"]["name"] for one in written["features"]}
    points = [point for ring in rings.values() for point in ring]
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    narrow = math.cos(math.radians((south + north) / 2))
    scale = (WIDTH - 2 * _EDGE) / ((east - west) * narrow)

    def place(point: tuple[float, float]) -> tuple[float, float]:
        return (_EDGE + (point[0] - west) * narrow * scale, _EDGE + (north - point[1]) * scale)

    drawn = [_shape(code, names[code], [place(point) for point in ring]) for code, ring in rings.items()]
    return tuple(drawn), 2 * _EDGE + (north - south) * scale


def _code(feature: Mapping[str, Any]) -> str:
    return str(feature["properties"]["code"])


def _shape(code: str, name: str, ring: list[tuple[float, float]]) -> Shape:
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ring[:-1]) + "Z"
    y = _middle(ring)
    west, east = _between(ring, y - _ABOVE)
    size = min(_LARGEST, 0.9 * (east - west) / (_LETTER * len(name)))
    return Shape(code, name, path, round((west + east) / 2, 1), round(y, 1), round(size, 1))


def _between(ring: list[tuple[float, float]], y: float) -> tuple[float, float]:
    """From where to where the outline is widest on the line of its name."""
    met = sorted(
        x1 + (y - y1) / (y2 - y1) * (x2 - x1) for (x1, y1), (x2, y2) in pairwise(ring) if (y1 - y) * (y2 - y) < 0
    )
    return max(zip(met[::2], met[1::2], strict=True), key=lambda pair: pair[1] - pair[0])


def _middle(ring: list[tuple[float, float]]) -> float:
    """How far down the centre of gravity of an outline is."""
    total = y = 0.0
    for (x1, y1), (x2, y2) in pairwise(ring):
        cross = x1 * y2 - x2 * y1
        total, y = total + cross, y + (y1 + y2) * cross
    return y / (3 * total)


def shaded(numbers: Mapping[str, int], told: Mapping[str, int | str]) -> list[Shown]:
    """Every area with its number as it is `told`, the darker the more."""
    most = max(numbers.values(), default=0)
    found = []
    for shape in shapes()[0]:
        number = numbers.get(shape.code, 0)
        step = 0 if not number else 3 if number * 3 > most * 2 else 2 if number * 3 > most else 1
        found.append(Shown(shape, told.get(shape.code, number), SHADES[step], "#ffffff" if step == 3 else "#0b0c0c"))
    return found
