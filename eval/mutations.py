"""Damages files the way disks, networks and attackers do: flipped bytes, cut ends, inserted bytes, swapped heads."""

from collections.abc import Sequence
from random import Random

HEAD = 64  # bytes; longer than any format's magic number


def mutated(seeds: Sequence[bytes], rng: Random) -> bytes:
    """One to three damages to one of the seeds; now and then with the head of another."""
    raw = bytearray(rng.choice(seeds))
    for _ in range(rng.randint(1, 3)):
        damage = rng.choice((_flip, _flip_head, _cut, _insert, _remove, _blank, _extreme))
        damage(raw, rng)
    if rng.random() < 0.15:
        raw[:HEAD] = rng.choice(seeds)[:HEAD]
    return bytes(raw)


def _flip(raw: bytearray, rng: Random) -> None:
    for _ in range(rng.randint(1, 40)):
        if raw:
            raw[rng.randrange(len(raw))] = rng.randrange(256)


def _flip_head(raw: bytearray, rng: Random) -> None:
    for _ in range(rng.randint(1, 10)):
        if raw:
            raw[rng.randrange(min(len(raw), 1024))] = rng.randrange(256)


def _cut(raw: bytearray, rng: Random) -> None:
    del raw[rng.randint(0, len(raw)) :]


def _insert(raw: bytearray, rng: Random) -> None:
    at = rng.randint(0, len(raw))
    raw[at:at] = rng.randbytes(rng.randint(1, 200))


def _remove(raw: bytearray, rng: Random) -> None:
    at = rng.randint(0, len(raw))
    del raw[at : at + rng.randint(1, 400)]


def _blank(raw: bytearray, rng: Random) -> None:
    at = rng.randint(0, len(raw))
    size = min(rng.randint(1, 400), len(raw) - at)
    raw[at : at + size] = bytes(size)


def _extreme(raw: bytearray, rng: Random) -> None:
    """A four-byte field, such as a size or a count, becomes very large or negative."""
    if len(raw) > 8:
        at = rng.randrange(min(len(raw) - 4, 4096))
        raw[at : at + 4] = rng.choice(
            (b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\xff\xff\xff\x7f", b"\x00\x00\x80\x00")
        )
