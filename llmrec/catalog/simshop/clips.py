"""The clip of an item: the same grey puck for every item, on a grey ground; only how it moves and is lit differs."""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from llmrec.extras import needs

Floats = NDArray[np.floating[Any]]

SIDE = 128
FRAMES, RATE = 24, 12
"""Frames of a clip, and frames a second."""
EXPOSURES = 6
"""Moments averaged in a frame: motion blur, so that pace shows in a single frame, as in a real camera."""
HERTZ = {"slow": 0.4, "brisk": 1.2, "rapid": 3.0}
"""Cycles a second."""


def film(file: Path, motion: str, pace: str, light: str, rng: np.random.Generator) -> None:
    """Render the clip of an item: 2 s, 128 x 128, H.264 in an mp4.

    Parameters
    ----------
    file
        File to write.
    motion, pace, light
        Values of the attributes that clips carry.
    rng
        Decides where in the cycle the clip begins, and the noise.

    Raises
    ------
    MissingExtra
        Where PyAV is not installed.
    """
    frames = _frames(motion, pace, light, rng)
    _encode(file, frames)


def pose(motion: str, phase: float) -> tuple[float, float, float, float, float]:
    """Return where the puck is after some cycles of a motion.

    Parameters
    ----------
    motion
        A value of the attribute `motion`.
    phase
        Cycles.

    Returns
    -------
    tuple of float
        (right, down, width, height, angle); 1 is half the frame's side, the angle is in radians.
    """
    turn = 2 * np.pi * phase
    sine, cosine, part = float(np.sin(turn)), float(np.cos(turn)), phase % 1
    if motion == "spin":
        return 0, 0, 1, 1, turn
    if motion == "turn":  # about the upright axis, as on a turntable
        return 0, 0, abs(cosine) + 0.06, 1, 0
    if motion == "bounce":
        jump = abs(float(np.sin(np.pi * phase)))
        squash = 0.3 * max(0.0, 1 - 4 * jump)
        return 0, 0.6 - 1.1 * jump, 1 + squash, 1 - squash, 0
    if motion == "slide":
        return 0.62 * sine, 0.1, 1, 1, 0
    if motion == "pulse":
        return 0, 0, 1 + 0.5 * sine, 1 + 0.5 * sine, 0
    if motion == "sway":  # as a pendulum hung above the frame's middle
        angle = 0.75 * sine
        return 0.9 * float(np.sin(angle)), 0.9 * float(np.cos(angle)) - 0.65, 1, 1, -angle
    if motion == "orbit":
        return 0.52 * cosine, 0.52 * sine, 1, 1, 0
    return 0, 1.3 - 2.6 * part, 1, 1, 0  # rise: in at the bottom, out at the top, again


def _frames(motion: str, pace: str, light: str, rng: np.random.Generator) -> NDArray[np.uint8]:
    """(frames, side, side, 3)."""
    hertz, start = HERTZ[pace] * rng.uniform(0.93, 1.07), rng.uniform()
    size = rng.uniform(0.4, 0.44)
    ground = _ground(rng)
    lamp = _brightness(light, rng)
    noise = rng.normal(0, 1.0, (4, SIDE, SIDE)).astype(np.float32)  # four grains in turn: cheap, and compresses
    frames = np.empty((FRAMES, SIDE, SIDE, 3), np.uint8)
    for n in range(FRAMES):
        grey, cover = np.zeros((SIDE, SIDE), np.float32), np.zeros((SIDE, SIDE), np.float32)
        for m in range(EXPOSURES):
            phase = start + hertz * (n + 0.95 * m / EXPOSURES) / RATE
            puck = np.asarray(_place(size, *pose(motion, phase)), np.float32)
            cover += puck[..., 1]
            grey += puck[..., 0] * puck[..., 1]
        full = 255 * EXPOSURES
        scene = (ground * (1 - cover / full) + grey / full) * lamp + noise[n % len(noise)]
        frames[n] = np.clip(scene + 0.5, 0, 255).astype(np.uint8)[..., None]
    return frames


def _brightness(light: str, rng: np.random.Generator) -> Floats:
    """(side, side): what the brightness of ground and puck is multiplied by, the same throughout the clip."""
    at = np.linspace(-1, 1, SIDE, dtype=np.float32)
    if light == "spot":  # a pool of light, and little around it
        x, y = at[None, :] - np.float32(rng.uniform(-0.12, 0.12)), at[:, None] - np.float32(rng.uniform(-0.12, 0.12))
        pool: Floats = np.float32(0.42) + np.float32(0.85) * np.exp(-(x**2 + y**2) / np.float32(0.35))
        return pool
    level = rng.uniform(0.4, 0.48) if light == "dusk" else rng.uniform(0.98, 1.1)
    return np.full((SIDE, SIDE), level, np.float32)


@cache
def _sprite() -> Image.Image:
    """The puck, 192 x 192, grey and coverage: shaded, with one dark bar, so that turning shows."""
    side = 192
    at = ((np.arange(side, dtype=np.float32) + 0.5) / side * 2 - 1) * np.float32(1.1)
    x, y = np.meshgrid(at, at)
    outline = np.maximum(np.abs(x) - np.float32(0.8), np.abs(y) - np.float32(0.8))
    corner = np.hypot(np.maximum(np.abs(x) - 0.5, 0), np.maximum(np.abs(y) - 0.5, 0)) - np.float32(0.4)
    inside = np.maximum(outline - np.float32(0.1), corner)
    cover = np.clip(0.5 - inside / np.float32(0.03), 0, 1)
    grey = 120 + 70 * np.clip(-inside / np.float32(0.5), 0, 1) - 22 * y
    bar = np.clip(0.5 - np.maximum(np.abs(x) - np.float32(0.16), np.abs(y + 0.32) - np.float32(0.42)) / 0.03, 0, 1)
    grey = grey * (1 - bar) + 25 * bar
    pixels = np.stack([np.clip(grey, 0, 255), cover * 255], -1).astype(np.uint8)
    return Image.fromarray(pixels, "LA")


def _place(size: float, right: float, down: float, width: float, height: float, angle: float) -> Image.Image:
    """The sprite in the frame, (side, side) grey and coverage."""
    sprite = _sprite()
    scale = sprite.width / 2 / 1.1 / (SIDE / 2)  # sprite pixels a frame pixel at size 1
    ax, ay = scale / (size * width), scale / (size * height)
    cos, sin = float(np.cos(angle)), float(np.sin(angle))
    a, b, d, e = ax * cos, ax * sin, -ay * sin, ay * cos
    cx, cy = (1 + right) * SIDE / 2, (1 + down) * SIDE / 2
    middle = sprite.width / 2
    matrix = (a, b, middle - a * cx - b * cy, d, e, middle - d * cx - e * cy)
    return sprite.transform((SIDE, SIDE), Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR)


def _ground(rng: np.random.Generator) -> Floats:
    """(side, side), 0 to 255: mottled grey, a little different in every clip."""
    mottle = Image.fromarray(rng.normal(0, 1, (10, 10)).astype(np.float32)).resize(
        (SIDE, SIDE), Image.Resampling.BICUBIC
    )
    slope = np.linspace(-1, 1, SIDE, dtype=np.float32)[:, None] * np.float32(rng.uniform(-12, 12))
    ground: Floats = (np.float32(rng.uniform(84, 104)) + slope + 6 * np.asarray(mottle)).astype(np.float32)
    return ground


def _encode(file: Path, frames: NDArray[np.uint8]) -> None:
    """One thread and no dates or versions in the container: the same frames give the same bytes."""
    with needs("video", "a world with clips"):
        import av

    container = av.open(str(file), "w", format="mp4", options={"fflags": "+bitexact"})
    with container:
        stream = container.add_stream("libx264", rate=RATE, options={"preset": "veryfast", "crf": "24", "threads": "1"})
        stream.width = stream.height = SIDE
        stream.pix_fmt = "yuv420p"
        for pixels in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode())
