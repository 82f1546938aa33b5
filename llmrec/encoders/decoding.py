"""Film and sound through FFmpeg: frames by time, and the beginning of a sound; runs in a decoder process.

Only known container formats are opened, only from the disk, and damage is one sentence. Work is bounded in decoded
pixels, not seconds, so that the same file gives the same frames on any machine: a 3-hour film costs a few seeks and at
most `PIXELS` pixels. `llmrec.encoders.decoder_worker` is the process, `llmrec.encoders.decoder_pool` starts it.
"""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from llmrec.encoders.base import AbsentError, ContentError

FORMATS = (
    "mov", "mp4", "m4a", "3gp", "matroska", "webm", "avi", "mpegts", "mpeg", "flv", "asf", "ogg",
    "wav", "w64", "mp3", "flac", "aac", "aiff", "caf", "amr", "au",
)  # fmt: skip
# A playlist or a script that calls itself .mp4 would make FFmpeg open other files, or addresses on the network.
OPTIONS = {"format_whitelist": ",".join(FORMATS), "protocol_whitelist": "file"}


@contextmanager
def open_media(path: Path) -> Iterator[InputContainer]:
    """An opened file of film or sound.

    Parameters
    ----------
    path
        The file; its name's ending does not matter.

    Raises
    ------
    ContentError
        Where it is damaged or of no known format, also later in the block.
    """
    if not path.stat().st_size:
        raise ContentError("the file is empty")
    try:
        with av.open(f"file:{path}", options=OPTIONS, metadata_errors="replace") as container:
            yield container
    except av.FFmpegError as error:
        raise ContentError(f"FFmpeg says: {error.strerror or type(error).__name__}") from error
    except (ValueError, UnicodeError) as error:  # PyAV on headers that say what cannot be
        raise ContentError(f"damaged: {error}") from error


SIDE, LONG_SIDE = 256, 1024  # pixels: frames are scaled down to these on decoding, never up
PIXELS = 200_000_000  # decoded for one file at most: about a second of one core for H.264
SCANNED = 2_000  # packets looked at to learn where a file truly ends and where its key frames are
TICK = 1e-3  # seconds: a frame is on screen from its own time on, however its container rounds it
PACKET = 50_000  # pixels that any packet costs, also one that holds nothing


def sample_frames(path: Path, instants: int, burst: int, gap: float) -> NDArray[np.uint8]:
    """Frames of a video file by time.

    A frame at time t is the one on screen then: so a variable frame rate needs no special case, and a clip of one
    frame repeats it. Bursts of a short clip draw closer together so as not to overlap. The rotation that a phone
    writes into the file is applied. Where the file is cut off, the instants are spread over what is there; an
    instant that cannot be decoded repeats the one before.

    Parameters
    ----------
    path
        The file.
    instants
        How many, evenly spaced.
    burst
        Frames around each instant.
    gap
        Seconds between the frames of a burst.

    Returns
    -------
    ndarray
        ``(instants, burst, height, width, 3)`` uint8 RGB.

    Raises
    ------
    ContentError
        Where no frame can be decoded.
    """
    reach = _scan(path)
    gap = min(gap, reach.seconds / (instants * burst))
    starts = [reach.seconds * (n + 0.5) / instants - gap * (burst - 1) / 2 for n in range(instants)]
    with open_media(path) as container:
        reader = _Reader(container, picture_stream(container), reach, instants)
        pictures = [reader.burst([start + gap * n for n in range(burst)]) for start in starts]
    first = next((picture for group in pictures for picture in group if picture is not None), None)
    if first is None:
        raise ContentError("no frame can be decoded")
    return np.stack([np.stack(group) for group in _filled(pictures, first)])


def _filled(
    pictures: list[list[NDArray[np.uint8] | None]], first: NDArray[np.uint8]
) -> Iterator[list[NDArray[np.uint8]]]:
    """Gaps repeat what was before them, and a picture whose size changed on the way is left out as a gap is."""
    last = first
    for group in pictures:
        row = []
        for picture in group:
            last = picture if picture is not None and picture.shape == first.shape else last
            row.append(last)
        yield row


@dataclass(frozen=True)
class _Reach:
    """What a file holds: where its pictures begin and how long they last, in seconds, and its key frames."""

    start: float
    seconds: float
    keys: Sequence[float] | None
    """Seconds after `start`; None where the file is too long to know them all."""


def picture_stream(container: InputContainer) -> VideoStream:
    """The first moving-picture stream; a cover picture is none.

    Raises
    ------
    ContentError
        Where there is none.
    """
    for stream in container.streams.video:
        if not stream.disposition & av.stream.Disposition.attached_pic:
            return stream
    raise ContentError("it holds no moving pictures")


def _scan(path: Path) -> _Reach:
    """Reads packets without decoding them: what the header says of a cut-off file is not true."""
    times, keys, end, whole = [], [], 0.0, False
    with open_media(path) as container:
        stream = picture_stream(container)
        try:
            for packet in container.demux(stream):
                fingerprint = packet.dts if packet.pts is None else packet.pts
                if fingerprint is None:
                    continue  # the empty packet at the end, or a format without times
                time = float(fingerprint * packet.time_base)
                times.append(time)
                end = max(end, time + float((packet.duration or 0) * packet.time_base))
                if packet.is_keyframe:
                    keys.append(time)
                if len(times) > SCANNED:
                    break
            else:
                whole = True
        except av.FFmpegError:
            whole = True  # what follows cannot be read
        if not times:
            return _Reach(0.0, 0.0, None)
        start = min(times)
        declared = float(stream.duration * stream.time_base) if stream.duration and stream.time_base else 0.0
        if not declared and container.duration:
            declared = container.duration / av.time_base
    seconds = end - start if whole else max(declared, end - start)
    return _Reach(start, min(seconds, 1e7), [key - start for key in keys] if whole else None)


class _Reader:
    """Walks forward through one file; seeks where a key frame lies nearer to the next instant."""

    def __init__(self, container: InputContainer, stream: VideoStream, reach: _Reach, instants: int) -> None:
        stream.codec_context.thread_count = 1  # files are decoded side by side; and damage conceals the same way
        self._container, self._stream, self._reach = container, stream, reach
        self._frames = self._decode()
        self._held: VideoFrame | None = None
        self._ahead: VideoFrame | None = None
        self._ended = False
        self._share = PIXELS / instants
        self._allowed = 0.0
        self._shown: tuple[VideoFrame, NDArray[np.uint8]] | None = None

    def burst(self, times: Sequence[float]) -> list[NDArray[np.uint8] | None]:
        """The pictures on screen at ascending `times`, seconds from the start; None where none was decoded."""
        self._allowed += self._share  # so that one instant far from a key frame leaves something to the others
        self._go_near(max(times[0], 0.0))
        return [self._at(max(time, 0.0)) for time in times]

    def _go_near(self, time: float) -> None:
        here = self._seconds(self._ahead or self._held, -1.0)
        if self._reach.keys is None:
            far = time > here + 1
        else:
            far = any(here < key <= time for key in self._reach.keys) and here >= 0
        if not far or (here < 0 and time == 0):
            return
        try:
            target = int((time + self._reach.start) / (self._stream.time_base or 1))
            self._container.seek(target, stream=self._stream, backward=True)
        except (av.FFmpegError, OverflowError):
            return  # cannot be sought in: go on by decoding
        self._frames, self._held, self._ahead, self._ended = self._decode(), None, None, False

    def _at(self, time: float) -> NDArray[np.uint8] | None:
        while not self._ended and (self._ahead is None or self._seconds(self._ahead, time) <= time + TICK):
            self._held = self._ahead or self._held
            self._ahead = next(self._frames, None)
            self._ended = self._ahead is None
        frame = self._held or self._ahead
        return None if frame is None else self._picture(frame)

    def _seconds(self, frame: VideoFrame | None, otherwise: float) -> float:
        return otherwise if frame is None or frame.time is None else frame.time - self._reach.start

    def _decode(self) -> Iterator[VideoFrame]:
        """Frames from here on, past packets that cannot be decoded, until the pixels allowed are used up."""
        try:
            for packet in self._container.demux(self._stream):
                try:
                    frames = packet.decode()
                except av.FFmpegError:
                    frames = []
                self._allowed -= PACKET
                for frame in frames:
                    self._allowed -= frame.width * frame.height
                    yield frame
                if self._allowed < 0:
                    return
        except av.FFmpegError:
            return

    def _picture(self, frame: VideoFrame) -> NDArray[np.uint8]:
        if self._shown is not None and self._shown[0] is frame:
            return self._shown[1]
        shrink = min(1.0, SIDE / min(frame.width, frame.height), LONG_SIDE / max(frame.width, frame.height))
        width, height = (max(1, round(length * shrink)) for length in (frame.width, frame.height))
        options: dict[str, Any] = {"interpolation": "AREA"} if shrink < 1 else {}
        pixels = frame.reformat(width=width, height=height, format="rgb24", **options).to_ndarray()
        upright = np.ascontiguousarray(np.rot90(pixels, math.floor(frame.rotation / 90 + 0.5)), np.uint8)
        self._shown = (frame, upright)
        return upright


PACKETS = 20_000  # at most, so that a file of empty packets has an end


def sample_sound(path: Path, rate: int, seconds: float) -> NDArray[np.float32]:
    """The beginning of a sound, or of a clip's sound track, all channels mixed.

    A file that is cut off gives what decodes. Samples that are no numbers become silence, and a sound louder than
    full scale is scaled to it.

    Parameters
    ----------
    path
        The file.
    rate
        Samples a second to give.
    seconds
        How much of it at most.

    Returns
    -------
    ndarray
        ``(n,)`` float32 samples in -1..1.

    Raises
    ------
    AbsentError
        Where the file has no sound track.
    ContentError
        Where nothing of it can be decoded.
    """
    wanted = int(rate * seconds)
    with open_media(path) as container:
        samples = np.concatenate([np.zeros(0, np.float32), *_mixed(container, rate, wanted)])[:wanted]
    if not samples.size:
        raise ContentError("no sound can be decoded")
    samples = np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0)
    return np.asarray(samples / max(1.0, float(np.abs(samples).max())), np.float32)


def _mixed(container: InputContainer, rate: int, wanted: int) -> list[NDArray[np.float32]]:
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
