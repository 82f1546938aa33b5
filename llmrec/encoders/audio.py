"""Sound without training: statistics of log-mel bands with the tempo, or MFCC frames for a recurrent model.

References
----------
Davis & Mermelstein, "Comparison of parametric representations for monosyllabic word recognition" (1980, doi
10.1109/TASSP.1980.1163420), for MFCC; Grosche et al., "Cyclic tempogram" (2010, doi 10.1109/ICASSP.2010.5495219), for
tempo from the autocorrelation of onsets; McFee et al., "librosa" (2015).
"""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmrec.encoders.base import FileReader
from llmrec.encoders.decoder_pool import decode
from llmrec.extras import needs

RATE, SECONDS = 16_000, 30.0
"""Hz, and how much of a sound is read."""
BANDS, HOP = 64, 160  # a mel frame every 10 ms
TEMPI = 64  # lags, from a tenth of a second to two: 600 to 30 beats a minute
FLOOR = 1e-10  # power of silence, -100 dB

MFCC_STEPS, MFCC_HOP, COEFFICIENTS = 64, 1280, 13  # a frame every 80 ms: the first 5.1 s

Samples = NDArray[np.float32]


class MelEncoder(FileReader[Samples]):
    """256 numbers: of each of 64 log-mel bands the mean, spread and change, and the strength of 64 periods.

    Silence gives a vector too: all bands at the floor, no spread, no change, no period.
    """

    modality, id, dim, steps = "audio", "mel#1", 3 * BANDS + TEMPI, 1

    def open(self, path: Path) -> Samples:
        """See `FileReader.open`: ``(n,)`` float32 samples, 16 kHz mono."""
        return beginning(path, RATE, SECONDS)

    def encode(self, contents: Sequence[Samples]) -> NDArray[np.float32]:
        """See `Encoder.encode`: ``(n, 256)``, each part scaled to about one."""
        return np.stack([_mel_statistics(_librosa(), samples) for samples in contents])


class MfccEncoder(FileReader[Samples]):
    """64 frames of 13 MFCC and their 13 differences, a frame every 80 ms; a shorter sound ends in zeros."""

    modality, id, dim, steps = "audio", "mfcc#1", MFCC_STEPS * 2 * COEFFICIENTS, MFCC_STEPS

    def open(self, path: Path) -> Samples:
        """See `FileReader.open`: ``(n,)`` float32 samples, 16 kHz mono."""
        return beginning(path, RATE, MFCC_STEPS * MFCC_HOP / RATE)

    def encode(self, contents: Sequence[Samples]) -> NDArray[np.float32]:
        """See `Encoder.encode`: ``(n, 1664)``, frame after frame."""
        return np.stack([_mfcc_frames(_librosa(), samples) for samples in contents])


def beginning(path: Path, rate: int, seconds: float) -> Samples:
    """The beginning of a sound, or of a clip's sound track, decoded in another process.

    Parameters
    ----------
    path
        The file.
    rate
        Samples a second.
    seconds
        How much of it at most.

    Returns
    -------
    ndarray
        ``(n,)`` float32 samples in -1..1, mono.

    Raises
    ------
    ContentError
        Where it cannot be decoded.
    """
    return decode("sound", path, rate=rate, seconds=seconds)


def _librosa() -> Any:
    warnings.filterwarnings("ignore", "n_fft=.* is too large", UserWarning)  # a very short sound; it is padded
    with needs("audio", "an encoder of sound"):
        import librosa
    return librosa


def _mel_statistics(librosa: Any, samples: Samples) -> Samples:
    """(256,)."""
    power = librosa.feature.melspectrogram(y=samples, sr=RATE, n_fft=512, hop_length=HOP, n_mels=BANDS)
    level = 10 * np.log10(np.maximum(power, FLOOR))  # (bands, frames), dB
    rises = np.diff(level, axis=1, prepend=level[:, :1])
    onsets = np.maximum(rises, 0).mean(0)  # (frames,): spectral flux
    parts = (level.mean(1) / 20 + 2, level.std(1) / 10, np.abs(rises).mean(1) / 5, _periods(onsets))
    return np.concatenate(parts).astype(np.float32)


def _periods(onsets: NDArray[Any]) -> NDArray[Any]:
    """(64,): autocorrelation of the onset strength at lags from 0.1 to 2 s, in units of its variance."""
    centred = onsets - onsets.mean()
    spectrum = np.abs(np.fft.rfft(centred, 2 * len(centred))) ** 2
    correlation = np.fft.irfft(spectrum)[: len(centred)]
    if correlation[0] < FLOOR:
        return np.zeros(TEMPI)
    lags = np.geomspace(0.1, 2.0, TEMPI) * RATE / HOP
    return np.asarray(np.interp(lags, np.arange(len(correlation)), correlation / correlation[0], right=0.0))


def _mfcc_frames(librosa: Any, samples: Samples) -> Samples:
    """(1664,)."""
    shape = {"n_mfcc": COEFFICIENTS, "n_fft": 2048, "hop_length": MFCC_HOP, "n_mels": 40}
    frames = librosa.feature.mfcc(y=samples, sr=RATE, **shape)[:, :MFCC_STEPS]  # (13, up to 64)
    rises = np.diff(frames, axis=1, prepend=frames[:, :1])
    rows = np.zeros((MFCC_STEPS, 2 * COEFFICIENTS), np.float32)
    rows[: frames.shape[1]] = np.concatenate([frames, rises]).T / 50
    return rows.reshape(-1)
