"""Sounds of every rate become one kind of samples; timbre and tempo are in the vectors."""

from pathlib import Path

import numpy as np
import pytest

from llmrec.encoders import AbsentError, ContentError, encoder
from llmrec.encoders.audio import MFCC_STEPS, TEMPI, MelEncoder, MfccEncoder
from llmrec.encoders.decoding import sample_sound
from tests.encoders.media import tone, wav, write_film


@pytest.mark.parametrize(("rate", "channels"), [(8_000, 1), (44_100, 2), (16_000, 1)])
def test_any_rate_and_channels(tmp_path: Path, rate: int, channels: int) -> None:
    file = tmp_path / "a.wav"
    file.write_bytes(wav(tone(rate=rate), rate, channels))
    samples = sample_sound(file, 16_000, 30)
    assert samples.dtype == np.float32
    assert len(samples) == pytest.approx(48_000, abs=200)
    spectrum = np.abs(np.fft.rfft(samples))
    assert spectrum.argmax() / 3 == pytest.approx(440, abs=3)
    assert len(sample_sound(file, 16_000, 1)) == 16_000


def test_a_clips_own_track(tmp_path: Path) -> None:
    samples = sample_sound(write_film(tmp_path / "a.mp4", sound=tone()), 16_000, 30)
    assert np.abs(np.fft.rfft(samples)).argmax() / (len(samples) / 16_000) == pytest.approx(440, abs=5)
    with pytest.raises(AbsentError, match="no sound"):
        sample_sound(write_film(tmp_path / "silent.mp4"), 16_000, 30)


def test_what_is_no_sound_is_one_sentence(tmp_path: Path) -> None:
    for raw, reason in ((b"", "empty"), (b"RIFF no wave", "FFmpeg says"), (wav(np.zeros(0, np.float32)), "no sound")):
        (tmp_path / "x.wav").write_bytes(raw)
        with pytest.raises(ContentError, match=reason):
            sample_sound(tmp_path / "x.wav", 16_000, 30)


def test_a_cut_off_sound_gives_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "x.wav").write_bytes(wav(tone())[:40_000])
    assert 15_000 < len(sample_sound(tmp_path / "x.wav", 16_000, 30)) < 20_001


@pytest.mark.parametrize("loaded", [MelEncoder(), MfccEncoder()])
def test_silence_and_a_blink_have_vectors(loaded: MelEncoder | MfccEncoder) -> None:
    vectors = loaded.encode([np.zeros(16_000, np.float32), tone()[:10], tone()])
    assert (vectors.shape, vectors.dtype) == ((3, loaded.dim), np.float32)
    assert np.isfinite(vectors).all()
    assert loaded.dim % loaded.steps == 0


def test_silence_has_no_change_and_no_period() -> None:
    (silence,) = MelEncoder().encode([np.zeros(16_000, np.float32)])
    assert not silence[64:].any()


def test_the_same_tempo_is_nearer_than_the_same_pitch() -> None:
    sounds = [tone(hertz, beats) for hertz in (440, 700) for beats in (2.0, 3.1)]
    periods = MelEncoder().encode(sounds)[:, -TEMPI:]
    apart = np.linalg.norm(periods[:, None] - periods[None], axis=-1)
    assert apart[0, 2] < 0.5 * apart[0, 1]


def test_timbre_tells_sounds_apart() -> None:
    noise = np.random.default_rng(0).normal(0, 0.2, 48_000).astype(np.float32)
    bands = MelEncoder().encode([tone(440), tone(450), noise])[:, :64]
    assert np.linalg.norm(bands[0] - bands[1]) < 0.5 * np.linalg.norm(bands[0] - bands[2])


def test_mfcc_frames_come_in_order() -> None:
    half = np.concatenate([tone(seconds=1.0), np.zeros(32_000, np.float32)])
    rows = MfccEncoder().encode([half])[0].reshape(MFCC_STEPS, -1)
    assert rows[5, 0] > rows[25, 0]  # the first coefficient is loudness
    assert not rows[-10:].any()  # 3 s of the 5.1 s that are heard


def test_real_clips_are_seen_and_heard(shared: Path) -> None:
    clips = sorted((shared / "data" / "clips").glob("*.mp4"))
    assert clips
    video, audio = encoder("video", "frames"), encoder("audio", "mel")
    for clip in clips:
        seen, heard = video.open(clip), audio.open(clip)  # type: ignore[attr-defined]
        assert len(seen) == 2 * video.steps
        assert len(heard) > 16_000
        for loaded, content in ((video, seen), (audio, heard)):
            (vector,) = loaded.encode([content])
            assert vector.shape == (loaded.dim,)
            assert np.isfinite(vector).all()
            assert vector.any()
