"""Damaged media, by the thousand: `python -m eval.fuzz_media --files 2000 [--clips DIR]`.

Mutates real pictures, clips and sounds and reads each through the encoder of its modality, as `extract` does. Passes
where every file gives a content or a sentence, none takes more than 5 seconds of a core, and no exception but
`ContentError` comes out. A decoder process that dies is counted: that is what the processes are for. Files its result
in eval/results/measurements.jsonl.
"""

import argparse
import io
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random

import av
import numpy as np
from PIL import Image
from rich.progress import track

from eval.command import run_command, whole_number
from eval.store import file_measurement
from llmrec.encoders import ContentError, encoder
from llmrec.encoders.base import read_file
from llmrec.encoders.decoder_pool import LIMIT, DecoderEnded

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


SIDE = 64
FILMS = {"plain.mp4": "libx264", "sound.mp4": "mpeg4", "plain.webm": "libvpx-vp9", "plain.avi": "mpeg4"}
SOUNDS = {"plain.wav": "pcm_s16le", "plain.mp3": "libmp3lame", "plain.flac": "flac", "plain.ogg": "libopus"}


def main() -> None:
    """Fuzz and write; exit code 1 where something escaped."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--files", type=whole_number, default=2000)
    options.add_argument("--clips", type=Path, help="Folder of real clips to damage, besides those made on the spot.")
    options.add_argument("--seed", type=int, default=0)
    chosen = options.parse_args()
    found, slowest, escaped = fuzz(chosen.files, chosen.seed, chosen.clips)
    result = {
        "files": chosen.files,
        "outcomes": dict(found.most_common()),
        "slowest, seconds of the clock": slowest,
        "escaped": escaped,
        "seed": chosen.seed,
    }
    command = f"python -m eval.fuzz_media --files {chosen.files}" + (" --clips DIR" if chosen.clips else "")
    print(json.dumps(file_measurement("fuzz_media", result, command), indent=2))
    sys.exit(bool(escaped))


def fuzz(files: int, seed: int, clips: Path | None = None) -> tuple[Counter[str], dict[str, float], list[str]]:
    """(outcome -> files, modality -> slowest reading in seconds, what should not have come out)."""
    rng = Random(seed)
    real = [file.read_bytes() for file in sorted(clips.glob("*.mp4"))] if clips else []
    seeds = {
        "image": list(pictures().values()),
        "video": [*films().values(), *real],
        "audio": [*sounds().values(), films()["sound.mp4"], *real],
    }
    outcomes: Counter[str] = Counter()
    slowest: dict[str, float] = dict.fromkeys(seeds, 0.0)
    escaped = []
    for modality in ("image", "video", "audio"):
        reader = encoder(modality, {"image": "lite0", "video": "frames", "audio": "mel"}[modality])
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "damaged.bin"  # told by its content
            file.write_bytes(seeds[modality][0])
            read_file(file, reader)  # loads what reading needs, before the clock starts
            for number in track(range(files // 3 + 1), f"damaged {modality}", disable=not sys.stderr.isatty()):
                file.write_bytes(mutated(seeds[modality], rng))
                started, worked = time.perf_counter(), time.process_time()
                try:
                    read_file(file, reader)
                    outcome = "read"
                except DecoderEnded as error:
                    outcome = f"decoder ended: {error}"
                except ContentError:
                    outcome = "refused"
                # whatever else comes out of a decoder is what this program looks for
                except Exception as error:
                    outcome = "escaped"
                    escaped.append(f"{modality} {number}: {type(error).__name__}: {error}")
                slowest[modality] = round(max(slowest[modality], time.perf_counter() - started), 2)
                if (worked := time.process_time() - worked) > LIMIT:  # a decoder process has its own watch
                    escaped.append(f"{modality} {number}: {worked:.1f} s of a core")
                outcomes[f"{modality}: {outcome}"] += 1
    return outcomes, slowest, escaped


def pictures() -> dict[str, bytes]:
    """One small picture of each format that is read, name -> bytes."""
    noise = np.random.default_rng(0).integers(0, 255, (SIDE, SIDE, 4), np.uint8)
    plain = Image.fromarray(noise[:, :, :3])
    made = {
        "plain.jpg": (plain, {}),
        "progressive.jpg": (plain, {"progressive": True}),
        "cmyk.jpg": (plain.convert("CMYK"), {}),
        "plain.png": (plain, {}),
        "alpha.png": (Image.fromarray(noise), {}),
        "palette.png": (plain.convert("P"), {}),
        "deep.png": (Image.fromarray(noise[:, :, 0].astype(np.uint16) * 257), {}),
        "plain.webp": (plain, {}),
        "lossless.webp": (Image.fromarray(noise), {"lossless": True}),
        "plain.bmp": (plain, {}),
        "plain.avif": (plain, {}),
        "moving.gif": (plain.convert("P"), {"save_all": True, "append_images": [plain.convert("P").rotate(90)]}),
    }
    written = {}
    for name, (image, how) in made.items():
        out = io.BytesIO()
        image.save(out, Path(name).suffix[1:].replace("jpg", "jpeg"), **how)
        written[name] = out.getvalue()
    return written


def films() -> dict[str, bytes]:
    """Two seconds of noise in several codecs and containers, name -> bytes."""
    written = {}
    for name, codec in FILMS.items():
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / name
            with av.open(str(file), "w") as container:
                stream = container.add_stream(codec, rate=12)
                stream.width, stream.height, stream.pix_fmt = SIDE, SIDE, "yuv420p"
                sound = container.add_stream("aac", rate=16_000, layout="mono") if name == "sound.mp4" else None
                rng = np.random.default_rng(0)
                for _ in range(24):
                    pixels = rng.integers(0, 255, (SIDE, SIDE, 3), np.uint8)
                    container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
                container.mux(stream.encode())
                if sound is not None:
                    heard = av.AudioFrame.from_ndarray(_noise()[None], format="fltp", layout="mono")
                    heard.rate = 16_000
                    container.mux(sound.encode(heard))
                    container.mux(sound.encode())
            written[name] = file.read_bytes()
    return written


def sounds() -> dict[str, bytes]:
    """A second of noise in several formats, name -> bytes."""
    written = {}
    for name, codec in SOUNDS.items():
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / name
            with av.open(str(file), "w") as container:
                stream = container.add_stream(codec, rate=16_000, layout="mono")
                context = stream.codec_context
                resampler = av.AudioResampler(context.format.name, "mono", 16_000, context.frame_size or None)
                heard = av.AudioFrame.from_ndarray(_noise()[None], format="fltp", layout="mono")
                heard.rate = 16_000
                for frame in [*resampler.resample(heard), *resampler.resample(None)]:
                    container.mux(stream.encode(frame))
                container.mux(stream.encode())
            written[name] = file.read_bytes()
    return written


def _noise() -> "np.ndarray[tuple[int], np.dtype[np.float32]]":
    return np.random.default_rng(0).uniform(-0.5, 0.5, 16_000).astype(np.float32)


if __name__ == "__main__":
    run_command(main)
