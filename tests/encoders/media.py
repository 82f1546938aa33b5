"""Media made on the spot: real files, written by the libraries that others write them with."""

import io
import wave
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray


def write_film(
    path: Path,
    greys: Sequence[int] = tuple(range(0, 240, 10)),
    times: Sequence[int] | None = None,
    codec: str = "mpeg4",
    size: tuple[int, int] = (96, 64),
    rotation: int = 0,
    sound: NDArray[np.float32] | None = None,
    gop: int = 12,
    options: dict[str, str] | None = None,
) -> Path:
    """A clip of one grey frame after another, a white spot in its upper left; `times` in tenths of a second."""
    with av.open(str(path), "w", options=options or {}) as container:
        stream = container.add_stream(codec, rate=10)
        stream.width, stream.height, stream.pix_fmt, stream.gop_size = *size, "yuv420p", gop
        stream.codec_context.time_base = stream.time_base = Fraction(1, 10)
        if rotation:
            stream.set_display_rotation(rotation)
        track = container.add_stream("aac", rate=16_000, layout="mono") if sound is not None else None
        for time, grey in zip(times or range(len(greys)), greys, strict=True):
            pixels = np.full((size[1], size[0], 3), grey, np.uint8)
            pixels[: size[1] // 4, : size[0] // 4] = 255
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts = time
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
        if track is not None and sound is not None:
            heard = av.AudioFrame.from_ndarray(sound[None], format="fltp", layout="mono")
            heard.rate = 16_000
            container.mux(track.encode(heard))
            container.mux(track.encode())
    return path


def tone(hertz: float = 440.0, beats: float = 2.0, seconds: float = 3.0, rate: int = 16_000) -> NDArray[np.float32]:
    """(n,) a tone struck `beats` times a second."""
    t = np.arange(int(seconds * rate)) / rate
    return (0.5 * np.sin(2 * np.pi * hertz * t) * np.exp(-6 * ((t * beats) % 1))).astype(np.float32)


def wav(samples: NDArray[np.float32], rate: int = 16_000, channels: int = 1) -> bytes:
    """A 16-bit wav; `samples` -1..1, the same in each channel."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.repeat((samples * 32767).astype("<i2"), channels).tobytes())
    return out.getvalue()
