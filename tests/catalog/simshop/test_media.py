"""Pictures show look, clips only motion, sounds only what is heard; each file is of a kind that others can read."""

import colorsys
import io
import json
import wave
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from llmrec.catalog.simshop import BY_NAME, World, load_truth
from llmrec.catalog.simshop.clips import HERTZ as CYCLES
from llmrec.catalog.simshop.clips import film
from llmrec.catalog.simshop.paint import HUES, paint
from llmrec.catalog.simshop.sounds import BEATS, play


@pytest.fixture(scope="module")
def truth(folder: Path) -> World:
    return load_truth(folder)


def frames_of(file: Path) -> NDArray[np.int16]:
    """(frames, side, side, 3)."""
    with av.open(str(file)) as clip:
        assert [stream.codec_context.name for stream in clip.streams] == ["h264"]  # and no sound track
        return np.stack([frame.to_ndarray(format="rgb24") for frame in clip.decode(video=0)]).astype(np.int16)


def test_pictures_have_the_colour_of_the_truth(folder: Path, truth: World) -> None:
    for item, colour in zip(truth.items, truth.values["colour"], strict=True):
        with Image.open(folder / "media" / f"{item}.jpg") as picture:
            assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (224, 224))
            pixels = np.asarray(picture, float) / 255
        vivid = pixels[(pixels.max(-1) - pixels.min(-1)) / pixels.max(-1) > 0.6]
        hue = colorsys.rgb_to_hsv(*np.median(vivid, axis=0))[0]
        distance = {name: min(abs(hue - of), 1 - abs(hue - of)) for name, of in HUES.items()}
        assert min(distance, key=distance.__getitem__) == colour, item


def test_shapes_and_patterns_differ_where_all_else_is_equal() -> None:
    def pixels(shape: str, pattern: str) -> NDArray[np.float64]:
        raw = paint(shape, "blue", pattern, np.random.default_rng(5))
        return np.asarray(Image.open(io.BytesIO(raw)), float)

    looks = [("round", pattern) for pattern in BY_NAME["pattern"].values]
    looks += [(shape, "plain") for shape in BY_NAME["shape"].values[1:]]
    pictures = [pixels(*look) for look in looks]
    assert np.abs(pictures[0] - pixels(*looks[0])).max() == 0
    for n, one in enumerate(pictures):
        for other in pictures[:n]:
            assert np.abs(one - other).mean() > 2


def test_clips_are_two_seconds_of_grey(folder: Path, truth: World) -> None:
    for item in truth.items[:12]:
        frames = frames_of(folder / "media" / f"{item}.mp4")
        assert frames.shape == (24, 128, 128, 3)
        assert np.abs(frames[..., 0] - frames[..., 2]).max() <= 8  # grey, as far as the codec keeps it
        assert np.abs(np.diff(frames, axis=0)).mean((1, 2, 3)).max() > 0.5  # something moves


@pytest.mark.parametrize("motion", BY_NAME["motion"].values)
def test_a_faster_pace_blurs_the_frames(motion: str, tmp_path: Path) -> None:
    edges = {}
    for pace in CYCLES:
        film(tmp_path / f"{pace}.mp4", motion, pace, "day", np.random.default_rng(1))
        frames = frames_of(tmp_path / f"{pace}.mp4")[..., 0]
        edges[pace] = sum(np.square(np.diff(frames, axis=axis).astype(float)).mean() for axis in (1, 2))
    assert edges["slow"] > edges["brisk"] > edges["rapid"]


@pytest.mark.parametrize("timbre", BY_NAME["timbre"].values)
def test_sounds_play_at_their_tempo(timbre: str) -> None:
    for tempo, beats in BEATS.items():
        with wave.open(io.BytesIO(play(timbre, tempo, "middle", np.random.default_rng(2)))) as file:
            assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (16_000, 1, 2)
            assert file.getnframes() == 32_000
            samples = np.frombuffer(file.readframes(32_000), "<i2").astype(float)
        assert 2_000 < np.abs(samples).max() < 32_767
        loud = np.sqrt(np.convolve((samples.reshape(-1, 160) ** 2).mean(1), np.full(3, 1 / 3), "same"))
        onsets = np.flatnonzero(np.diff((loud > 0.25 * loud.max()).astype(int)) == 1)
        apart = onsets[np.r_[True, np.diff(onsets) > 7]] if len(onsets) else onsets
        assert abs(len(apart) - 2 * beats) <= 2, (tempo, len(apart))


def test_photo_queries_are_new_photos_of_known_looks(folder: Path, truth: World) -> None:
    queries = [json.loads(line) for line in (folder / "photo_queries.jsonl").read_text().splitlines()]
    look = list(zip(*(truth.values[name] for name in ("shape", "colour", "pattern")), strict=True))
    own = {(folder / "media" / f"{item}.jpg").read_bytes() for item in truth.items}
    assert len(queries) == len(set(look))
    for query in queries:
        wanted = (query["shape"], query["colour"], query["pattern"])
        assert query["items"] == [item for item, has in zip(truth.items, look, strict=True) if has == wanted]
        assert query["items"]
        assert (folder / query["file"]).read_bytes() not in own
