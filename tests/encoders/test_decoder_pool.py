"""A file that crashes or stalls its decoder costs that file, not the program."""

import os
import signal
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
