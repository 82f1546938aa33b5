"""The beginning of a sound, mono and at one rate; runs in a decoder process (see `worker`)."""

from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.container import InputContainer
from numpy.typing import NDArray

from llmrec.encoders.base import AbsentError, ContentError
from llmrec.encoders.containers import open_media

PACKETS = 20_000  # at most, so that a file of empty packets has an end


def sample_sound(path: Path, rate: int, seconds: float) -> NDArray[np.float32]:
    """(n,) samples in -1..1 of the first `seconds` at most, all channels mixed, at `rate` Hz.

    A file that is cut off gives what decodes. Samples that are no numbers become silence, and a sound louder than
    full scale is scaled to it. Raises `AbsentError` where the file has no sound track, `ContentError` where
    nothing of it can be decoded.
    """
    wanted = int(rate * seconds)
    with open_media(path) as container:
        samples = np.concatenate([np.zeros(0, np.float32), *_decode(container, rate, wanted)])[:wanted]
    if not samples.size:
        raise ContentError("no sound can be decoded")
    samples = np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0)
    return np.asarray(samples / max(1.0, float(np.abs(samples).max())), np.float32)


def _decode(container: InputContainer, rate: int, wanted: int) -> list[NDArray[np.float32]]:
    if not container.streams.audio:
        raise AbsentError("it holds no sound")
    stream = container.streams.audio[0]
    stream.codec_context.thread_count = 1
    mixer = AudioResampler(format="flt", layout="mono", rate=rate)
    parts: list[NDArray[np.float32]] = []
    found = 0
    try:
        for count, packet in enumerate(container.demux(stream)):
            try:
                frames = [mixed for frame in packet.decode() for mixed in mixer.resample(frame)]
            except (av.FFmpegError, ValueError):  # damaged, or its format changes on the way
                continue
            parts += [_flat(frame) for frame in frames]
            found = sum(map(len, parts))
            if found >= wanted or count > PACKETS:
                return parts
        parts += [_flat(frame) for frame in mixer.resample(None)]
    except (av.FFmpegError, ValueError):
        pass  # cut off here: what was decoded stands
    return parts


def _flat(frame: AudioFrame) -> NDArray[np.float32]:
    """(n,) samples of a mono frame."""
    return np.asarray(frame.to_ndarray(), np.float32).reshape(-1)
