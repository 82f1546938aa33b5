"""Decoding of media: frames, pixels and sound, and files that crash or stall their decoder."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from llmrec.encoders import ContentError, decoder_pool
from llmrec.encoders.base import on_disk
from llmrec.encoders.decoder_pool import DecoderEnded, decode, end_idle
from llmrec.encoders.decoder_worker import answer
from llmrec.encoders.decoding import sample_frames
from tests.encoders.media import tone, wav, write_film


def greys(path: Path, instants: int = 4, burst: int = 1, gap: float = 0.1) -> list[list[int]]:
    """The brightness of the frames' lower right corner."""
    return [[int(frame[-1, -1, 0]) for frame in group] for group in sample_frames(path, instants, burst, gap)]


@pytest.mark.parametrize(("name", "codec"), [("a.mp4", "libx264"), ("a.mkv", "mpeg4"), ("a.avi", "mpeg4")])
def test_evenly_spaced_instants(tmp_path: Path, name: str, codec: str) -> None:
    film = write_film(tmp_path / name, codec=codec)  # 24 frames, 10 a second, each 10 brighter than the last
    frames = sample_frames(film, 4, 3, 0.1)
    assert (frames.shape, frames.dtype) == ((4, 3, 64, 96, 3), np.uint8)
    expected = [[20, 30, 40], [80, 90, 100], [140, 150, 160], [200, 210, 220]]
    np.testing.assert_allclose(greys(film, 4, 3), expected, atol=6)


def test_one_frame_is_repeated(tmp_path: Path) -> None:
    np.testing.assert_allclose(greys(write_film(tmp_path / "one.mp4", [50]), 4, 4), 50, atol=2)


def test_a_variable_frame_rate_shows_what_was_on_screen(tmp_path: Path) -> None:
    film = write_film(tmp_path / "vfr.mp4", [0, 50, 100, 200], times=[0, 10, 12, 39], codec="libx264")
    np.testing.assert_allclose(greys(film), [[0], [100], [100], [100]], atol=4)  # at 0.5, 1.5, 2.5, 3.5 s of 4


@pytest.mark.parametrize(("rotation", "spot"), [(0, (0, 0)), (90, (-1, 0)), (180, (-1, -1)), (-90, (0, -1))])
def test_the_rotation_of_a_phone_is_applied(tmp_path: Path, rotation: int, spot: tuple[int, int]) -> None:
    frame = sample_frames(write_film(tmp_path / "r.mp4", [100] * 3, rotation=rotation), 1, 1, 0.1)[0, 0]
    assert frame.shape == ((96, 64, 3) if rotation % 180 else (64, 96, 3))
    corners = {(y, x): int(frame[(2, -3)[y], (2, -3)[x], 0]) for y in (0, -1) for x in (0, -1)}
    assert max(corners, key=lambda corner: corners[corner]) == spot


def test_large_frames_are_scaled_down_and_small_ones_left(tmp_path: Path) -> None:
    assert sample_frames(write_film(tmp_path / "big.mp4", [9, 9], size=(1024, 512)), 1, 1, 0.1).shape[2:4] == (256, 512)
    assert sample_frames(write_film(tmp_path / "long.mp4", [9, 9], size=(32, 16)), 1, 1, 0.1).shape[2:4] == (16, 32)


def test_what_is_left_of_a_cut_off_film_is_used(tmp_path: Path) -> None:
    raw = write_film(tmp_path / "a.mp4", options={"movflags": "faststart"}).read_bytes()
    begin = raw.index(b"mdat")
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(raw[: begin + (len(raw) - begin) // 2])
    found = [grey for group in greys(cut) for grey in group]
    assert found == sorted(found)
    assert found[-1] - found[0] > 40


def test_three_hours_cost_no_more_than_a_moment(tmp_path: Path) -> None:
    """A frame a second, one key frame in all: the worst case for getting to an instant."""
    times = range(0, 10 * 3 * 3600, 10)
    film = write_film(tmp_path / "long.mp4", [n % 240 for n in range(3 * 3600)], times, size=(32, 32), gop=20_000)
    started = time.process_time()
    assert len(greys(film, 6, 4)) == 6
    assert time.process_time() - started < 3


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "empty"),
        (b"hello world" * 100, "FFmpeg says"),
        (b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:///etc/hostname\n#EXT-X-ENDLIST\n", "FFmpeg says"),
        (wav(tone()), "no moving pictures"),
    ],
)
def test_what_is_no_film_is_one_sentence(tmp_path: Path, raw: bytes, reason: str) -> None:
    (tmp_path / "x.mp4").write_bytes(raw)
    with pytest.raises(ContentError, match=reason) as error:
        sample_frames(tmp_path / "x.mp4", 4, 1, 0.1)
    assert "\n" not in str(error.value)


def test_damaged_indexes(tmp_path: Path) -> None:
    raw = bytearray(write_film(tmp_path / "a.mp4").read_bytes())
    begin = raw.index(b"moov")
    (tmp_path / "moov.mp4").write_bytes(raw[: begin + 4] + b"\xff" * 196 + raw[begin + 200 :])
    (tmp_path / "cut.mp4").write_bytes(raw[: begin - 40])
    sound_only = tmp_path / "sound.m4a"
    sound_only.write_bytes(wav(tone()))
    for name in ("moov.mp4", "cut.mp4", "sound.m4a"):
        with pytest.raises(ContentError):
            sample_frames(tmp_path / name, 4, 1, 0.1)


FRAMES = {"instants": 2, "burst": 2, "gap": 0.1}


def idle() -> list[int]:
    """Process ids of the decoders that wait."""
    return [decoder._process.pid for decoder in decoder_pool._idle]


@pytest.fixture(autouse=True)
def fresh() -> None:
    end_idle()


def test_what_comes_through_the_pipe_is_what_was_decoded(tmp_path: Path) -> None:
    film = write_film(tmp_path / "a.mp4")
    frames = sample_frames(film, 2, 2, 0.1)
    np.testing.assert_array_equal(decode("frames", film, **FRAMES), frames)
    np.testing.assert_array_equal(answer({"task": "frames", "path": str(film), **FRAMES}), frames)
    first = idle()
    with on_disk(wav(tone())) as sound:
        assert decode("sound", sound, rate=16_000, seconds=1.0).shape == (16_000,)
    with pytest.raises(ContentError, match="no moving pictures"), on_disk(wav(tone())) as sound:
        decode("frames", sound, **FRAMES)
    assert idle() == first  # a refusal does not cost the process
    with pytest.raises(ContentError, match="No such file"):
        decode("frames", tmp_path / "gone.mp4", **FRAMES)


def test_a_decoder_that_dies_is_replaced(tmp_path: Path) -> None:
    film = write_film(tmp_path / "a.mp4")
    decode("frames", film, **FRAMES)
    (pid,) = idle()
    os.kill(pid, signal.SIGSEGV)  # as FFmpeg does on a file that finds a hole in it
    with pytest.raises(DecoderEnded, match="SIGSEGV"):
        decode("frames", film, **FRAMES)
    assert decode("frames", film, **FRAMES).shape == (2, 2, 64, 96, 3)
    assert idle() != [pid]


def test_a_decoder_that_does_not_end_is_ended_by_the_kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    film = write_film(tmp_path / "a.mp4", [9] * 60, size=(640, 480))
    monkeypatch.setattr(decoder_pool, "LIMIT", 0.02)
    with pytest.raises(DecoderEnded, match="seconds of a core"):
        decode("frames", film, instants=60, burst=1, gap=0.1)
    monkeypatch.setattr(decoder_pool, "LIMIT", 5.0)
    assert decode("frames", film, **FRAMES).shape == (2, 2, 256, 341, 3)


def test_several_at_once(tmp_path: Path) -> None:
    films = [write_film(tmp_path / f"{n}.mp4", [n * 20] * 4) for n in range(6)]
    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(lambda film: int(decode("frames", film, **FRAMES)[0, 0, -1, -1, 0]), films))
    np.testing.assert_allclose(found, [n * 20 for n in range(6)], atol=3)
    assert 1 <= len(idle()) <= 3
    end_idle()
    assert not idle()
