"""The sound of an item: one instrument, playing one note at a beat; timbre, tempo and pitch are all there is."""

import io
import wave

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

RATE, SECONDS = 16_000, 2
BEATS = {"calm": 1.5, "steady": 3.2, "hurried": 7.0}
"""Notes a second."""
NOTE = 0.12
"""Seconds of a note, at every tempo: the slower, the more silence, which even an average over time shows."""
HERTZ = {"low": 140.0, "middle": 330.0, "high": 780.0}


def play(timbre: str, tempo: str, pitch: str, rng: np.random.Generator) -> bytes:
    """Synthesise the sound of an item.

    Parameters
    ----------
    timbre, tempo, pitch
        Values of the attributes that sound carries.
    rng
        Decides detune, onset, loudness and hiss.

    Returns
    -------
    bytes
        A WAV: 16 kHz, mono, 16 bit, 2 s.
    """
    gap = RATE / (BEATS[tempo] * rng.uniform(0.95, 1.05))
    hertz = HERTZ[pitch] * 2 ** rng.uniform(-1 / 12, 1 / 12)
    sound = np.zeros(RATE * SECONDS)
    length = int(NOTE * RATE)
    note = _note(timbre, hertz, length, rng)
    at = rng.uniform(0, min(gap, 0.15 * RATE))
    while at < len(sound):
        room = min(length, len(sound) - int(at))
        sound[int(at) : int(at) + room] += note[:room] * rng.uniform(0.85, 1.0)
        at += gap
    sound *= rng.uniform(0.5, 0.8) / max(float(np.abs(sound).max()), 1e-9)
    sound += rng.normal(0, 0.002, len(sound))
    return _wav(sound)


def _note(timbre: str, hertz: float, length: int, rng: np.random.Generator) -> Floats:
    """(length,) samples of one note."""
    t = np.arange(length) / RATE
    turn = 2 * np.pi * hertz * t
    damped = np.minimum(1, (length / RATE - t) / 0.03)
    held = np.minimum(1, t / 0.03) * damped  # blown and bowed notes
    struck = np.minimum(1, t / 0.003) * damped
    note: Floats
    if timbre == "flute":
        note = (np.sin(turn) + 0.15 * np.sin(2 * turn) + 0.03 * rng.normal(size=length)) * held
    elif timbre == "reed":  # odd harmonics, as of a clarinet
        note = _harmonics(turn, hertz, {n: 1 / n for n in (1, 3, 5, 7, 9)}) * held
    elif timbre == "strings":
        wobble = turn + 0.25 * np.sin(2 * np.pi * 5.5 * t)
        note = _harmonics(wobble, hertz, {n: 1 / n for n in range(1, 16)}) * held
    elif timbre == "bell":  # partials that are no harmonics
        note = np.zeros(length)
        for partial, strength in ((1.0, 1.0), (2.76, 0.7), (5.4, 0.45), (8.93, 0.25)):
            ringing = np.sin(turn * partial) * np.exp(-t * (3 + 2 * partial))
            note += _below(hertz * partial) * strength * ringing * struck
    elif timbre == "shaker":  # noise in a band around the pitch
        note = _band(rng.normal(size=length), hertz * 4) * np.exp(-t * 22) * struck
    elif timbre == "harp":
        note = _pluck(hertz, length, rng) * damped
    elif timbre == "drum":
        drop = 2 * np.pi * np.cumsum(0.5 * hertz * (1 + 1.2 * np.exp(-t * 30))) / RATE
        note = (np.sin(drop) * np.exp(-t * 14) + 0.25 * rng.normal(size=length) * np.exp(-t * 90)) * struck
    else:  # buzz: frequency modulation (Chowning 1973)
        modulated = np.sin(turn + 6 * np.sin(turn * 0.5))
        note = np.tanh(2.5 * modulated) * (1 + 0.8 * np.sign(np.sin(2 * np.pi * 38 * t))) * held
    return note


def _harmonics(turn: Floats, hertz: float, strengths: dict[int, float]) -> Floats:
    note = np.zeros(len(turn))
    for n, strength in strengths.items():
        note += _below(hertz * n) * strength * np.sin(n * turn)
    return note


def _below(hertz: float) -> float:
    """1 where the rate can hold the frequency, else 0: no aliasing."""
    return float(hertz < 0.47 * RATE)


def _band(noise: Floats, hertz: float) -> Floats:
    spectrum = np.fft.rfft(noise)
    octaves = np.log2(np.maximum(np.fft.rfftfreq(len(noise), 1 / RATE), 1) / hertz)
    filtered: Floats = np.fft.irfft(spectrum * np.exp(-((octaves / 0.5) ** 2)), len(noise))
    return filtered


def _pluck(hertz: float, length: int, rng: np.random.Generator) -> Floats:
    """A plucked string: a burst of noise in a loop that averages (Karplus & Strong 1983)."""
    period = max(2, round(RATE / hertz))
    loop = rng.uniform(-1, 1, period)
    out = np.empty(-(-length // period) * period)
    for start in range(0, len(out), period):
        out[start : start + period] = loop
        loop = 0.498 * (loop + np.roll(loop, -1))
    return out[:length]


def _wav(sound: Floats) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
    return out.getvalue()
