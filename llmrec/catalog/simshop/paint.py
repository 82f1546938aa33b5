"""The picture of an item: one object in a studio, lit, shaded, with a shadow; shape, colour and pattern show."""

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Floats = NDArray[np.floating[Any]]

SIDE = 224
"""Pixels of a picture's side."""
DETAIL = 2
"""Rendered this many times as large, then averaged: antialiasing."""
HUES = {"red": 0.0, "yellow": 0.145, "green": 0.36, "blue": 0.6, "purple": 0.79}
QUALITY = 88


def paint(shape: str, colour: str, pattern: str, rng: np.random.Generator) -> bytes:
    """Paint the picture of an item.

    Parameters
    ----------
    shape, colour, pattern
        Values of the attributes that pictures carry.
    rng
        Decides pose, light, backdrop and noise.

    Returns
    -------
    bytes
        A JPEG, 224 x 224.
    """
    side = SIDE * DETAIL
    at = (np.arange(side, dtype=np.float32) + 0.5) / side * 2 - 1
    X, Y = np.meshgrid(at, at)
    size, angle = rng.uniform(0.48, 0.6), rng.uniform(-0.35, 0.35)
    cx, cy = rng.uniform(-0.1, 0.1, 2)
    cos, sin = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    x, y = (X - np.float32(cx)) / np.float32(size), (Y - np.float32(cy)) / np.float32(size)
    x, y = cos * x + sin * y, cos * y - sin * x
    distance = outline(shape, x, y)

    light = np.array([rng.uniform(-0.7, 0.7), rng.uniform(-0.9, -0.3), 1.0], np.float32)
    light /= np.linalg.norm(light)
    albedo = _albedo(colour, pattern, x, y, rng)
    lit = _lit(distance, light)
    edge = np.float32(1.5 / (size * SIDE))
    cover = np.clip(0.5 - distance / (2 * edge), 0, 1)[..., None]
    scene = _backdrop(X, Y, rng) * (1 - 0.55 * _shadow(cover[..., 0], light, rng))[..., None]
    diffuse, gloss = lit
    thing = albedo * diffuse[..., None] + np.float32(rng.uniform(0.15, 0.4)) * gloss[..., None]
    scene = scene * (1 - cover) + thing * cover
    scene *= np.float32(rng.uniform(0.9, 1.08)) * (1 - np.float32(0.1) * (X**2 + Y**2))[..., None]  # exposure, lens
    small = scene.reshape(SIDE, DETAIL, SIDE, DETAIL, 3).mean((1, 3))
    small += rng.normal(0, 0.012, small.shape).astype(np.float32)  # the sensor's noise
    picture = Image.fromarray((np.clip(small, 0, 1) * 255 + 0.5).astype(np.uint8))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def outline(shape: str, x: Floats, y: Floats) -> Floats:
    """Return the signed distance to a shape's outline.

    Parameters
    ----------
    shape
        A value of the attribute `shape`.
    x, y : (...) float32
        Coordinates; the object's radius is about 1.

    Returns
    -------
    (...) float32
        Negative inside.

    References
    ----------
    Quilez, "2D distance functions", iquilezles.org/articles/distfunctions2d (star and heart).
    """
    r = np.hypot(x, y)
    if shape == "round":
        return r - np.float32(0.95)
    if shape == "square":
        qx, qy = np.abs(x) - np.float32(0.7), np.abs(y) - np.float32(0.7)
        return np.hypot(np.maximum(qx, 0), np.maximum(qy, 0)) + np.minimum(np.maximum(qx, qy), 0) - np.float32(0.12)
    if shape == "ring":
        return np.abs(r - np.float32(0.72)) - np.float32(0.3)
    return _star(x, y) if shape == "star" else _heart(x, y)


def _star(x: Floats, y: Floats) -> Floats:
    k1, k2 = (
        (np.float32(0.809016994375), np.float32(-0.587785252292)),
        (
            np.float32(-0.809016994375),
            np.float32(-0.587785252292),
        ),
    )
    radius, depth = np.float32(1.12), np.float32(0.48)
    x, y = np.abs(x), -y
    for kx, ky in (k1, k2):
        side = 2 * np.maximum(kx * x + ky * y, 0)
        x, y = x - side * kx, y - side * ky
    x, y = np.abs(x), y - radius
    bx, by = depth * -k1[1], depth * k1[0] - 1
    h = np.clip((x * bx + y * by) / (bx * bx + by * by), 0, radius)
    return np.hypot(x - bx * h, y - by * h) * np.sign(y * bx - x * by) - np.float32(0.05)


def _heart(x: Floats, y: Floats) -> Floats:
    x, y = np.abs(x) * np.float32(0.58), (np.float32(0.92) - y) * np.float32(0.58)
    upper = np.hypot(x - 0.25, y - 0.75) - np.float32(np.sqrt(2) / 4)
    t = 0.5 * np.maximum(x + y, 0)
    near = np.minimum(x**2 + (y - 1) ** 2, (x - t) ** 2 + (y - t) ** 2)
    lower = np.sqrt(near) * np.sign(x - y)
    return (np.where(x + y > 1, upper, lower) / np.float32(0.58)).astype(np.float32)


def _albedo(colour: str, pattern: str, x: Floats, y: Floats, rng: np.random.Generator) -> Floats:
    """(side, side, 3): the colour, with the pattern in off-white upon it."""
    hue = HUES[colour] + rng.uniform(-0.018, 0.018)
    base = _rgb(hue, rng.uniform(0.78, 0.92), rng.uniform(0.68, 0.85))
    ink = np.full(3, rng.uniform(0.86, 0.95), np.float32) * np.array([1.0, 0.98, 0.94], np.float32)
    turn, pitch = rng.uniform(-0.2, 0.2), np.float32(rng.uniform(2.3, 2.9))
    u = pitch * (np.float32(np.cos(turn)) * x + np.float32(np.sin(turn)) * y) + np.float32(rng.uniform(0, 1))
    v = pitch * (np.float32(np.cos(turn)) * y - np.float32(np.sin(turn)) * x) + np.float32(rng.uniform(0, 1))
    share = _ink(pattern, u, v)[..., None]
    return base * (1 - share) + ink * share


def _ink(pattern: str, u: Floats, v: Floats) -> Floats:
    """How much of each point is inked, 0 to 1; one unit of `u` and `v` is a repeat."""
    if pattern == "plain":
        return np.zeros_like(u)
    if pattern == "dots":
        fu, fv = u - np.round(u), v - np.round(v)
        return _soft(np.float32(0.3) - np.hypot(fu, fv))
    if pattern == "checks":
        return _soft(np.sin(np.pi * u) * np.sin(np.pi * v) / np.pi)
    bent = (
        v + np.float32(0.8) * np.abs(u * np.float32(0.8) - np.round(u * np.float32(0.8))) if pattern == "zigzag" else v
    )
    return _soft(np.sin(2 * np.pi * bent * np.float32(0.9)) / (2 * np.pi))


def _soft(signed: Floats) -> Floats:
    inked: Floats = np.clip(0.5 + signed / np.float32(0.03), 0, 1).astype(np.float32)
    return inked


def _lit(distance: Floats, light: Floats) -> tuple[Floats, Floats]:
    """Diffuse and specular light on a cushion-like relief of that outline (Blinn 1977)."""
    depth = np.clip(-distance / np.float32(0.42), 0, 1)
    height = np.sqrt(1 - (1 - depth) ** 2) * np.float32(0.42)
    step = np.float32(2.0 / (SIDE * DETAIL) / 0.54)
    gy, gx = np.gradient(height, step)
    norm = np.sqrt(gx**2 + gy**2 + 1)
    along = (-gx * light[0] - gy * light[1] + light[2]) / norm
    half = light + np.array([0, 0, 1], np.float32)
    half /= np.linalg.norm(half)
    shine = np.maximum((-gx * half[0] - gy * half[1] + half[2]) / norm, 0)
    return np.float32(0.3) + np.float32(0.78) * np.maximum(along, 0), shine**40


def _backdrop(X: Floats, Y: Floats, rng: np.random.Generator) -> Floats:
    """A wall and a table of little colour, with grain."""
    horizon = np.float32(rng.uniform(0.15, 0.5))
    wall = _rgb(rng.uniform(), rng.uniform(0.0, 0.12), rng.uniform(0.55, 0.85))
    table = _rgb(rng.uniform(), rng.uniform(0.0, 0.15), rng.uniform(0.4, 0.75))
    floor = np.clip((Y - horizon) / np.float32(0.04), 0, 1)[..., None]
    scene = wall * (1 - floor) + table * floor
    grain = Image.fromarray(rng.normal(0, 1, (28, 28)).astype(np.float32)).resize(
        X.shape[::-1], Image.Resampling.BICUBIC
    )
    slope = np.float32(rng.uniform(-0.12, 0.12)) * X + np.float32(rng.uniform(-0.1, 0.1)) * Y
    scene_lit: Floats = scene * (1 + slope + np.float32(0.03) * np.asarray(grain))[..., None]
    return scene_lit


def _shadow(cover: Floats, light: Floats, rng: np.random.Generator) -> Floats:
    """The object's blurred silhouette, away from the light; blurred small, as it has no detail."""
    small = cover[:: 2 * DETAIL, :: 2 * DETAIL]
    shift = [round(-14 * float(light[1])), round(-14 * float(light[0]))]
    moved = np.roll(small, shift, (0, 1))
    picture = Image.fromarray((moved * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(rng.uniform(2.5, 5)))
    wide = picture.resize(cover.shape[::-1], Image.Resampling.BILINEAR)
    return np.asarray(wide, np.float32) / 255


def _rgb(hue: float, saturation: float, value: float) -> Floats:
    """(3,) from hue, saturation, value, each 0 to 1."""
    ramp = np.abs((hue * 6 + np.array([0, 4, 2])) % 6 - 3) - 1
    colour: Floats = (value * (1 - saturation + saturation * np.clip(ramp, 0, 1))).astype(np.float32)
    return colour
