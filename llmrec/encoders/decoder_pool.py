"""The pool of decoder processes: one for each file in work, kept for the next one, replaced where it died.

FFmpeg decodes in C what strangers made: damaged files crash some of its decoders and stall others, and no limit
inside the same process ends a loop in C or survives a segmentation fault. A process does, and costs a millisecond a
file for the pipe and half a second once for the start. Pictures need none: Pillow decodes few formats here, of
bounded size, each by a library that browsers ship.
"""

import atexit
import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

import llmrec
from llmrec.encoders.base import AbsentError, ContentError
from llmrec.errors import MissingExtra
from llmrec.extras import remedy

LIMIT = 5.0
"""Seconds of a core for one file; the kernel ends a decoder that takes longer. Not of the clock: a good file must not
fail because the machine is busy."""
STALL = 60.0
"""Seconds of the clock, for a disk that does not answer."""


class DecoderEnded(ContentError):
    """The decoder died or took too long: that may be the machine's fault, so nothing remembers it of the file."""


def decode(task: str, path: Path, **arguments: Any) -> NDArray[Any]:
    """Decodes a file in a process of its own; may be called from several threads.

    Parameters
    ----------
    task
        "frames" or "sound": see `llmrec.encoders.decoder_worker.answer`.
    path
        The file.
    **arguments
        Of `sample_frames` or `sample_sound`.

    Returns
    -------
    ndarray
        What that function gives.

    Raises
    ------
    ContentError
        Where the file cannot be decoded: `AbsentError` where it has no such track, `DecoderEnded` where the attempt
        ended the decoder.
    MissingExtra
        Where PyAV is not installed.
    """
    with _lock:
        decoder = _idle.pop() if _idle else None
    decoder = decoder or _Decoder()
    usable = False
    try:
        array = decoder.ask({"task": task, "path": str(path.resolve()), **arguments})
        usable = True
        return array
    except ContentError as error:
        usable = not isinstance(error, DecoderEnded)
        raise
    finally:
        if usable:
            with _lock:
                _idle.append(decoder)
        else:  # dead, or between question and answer
            decoder.end()


def end_idle() -> None:
    """End the decoders that wait for work."""
    with _lock:
        waiting, _idle[:] = list(_idle), []
    for decoder in waiting:
        decoder.end()


class _Decoder:
    """One process, and the pipes to it."""

    def __init__(self) -> None:
        root = str(Path(llmrec.__file__).resolve().parents[1])
        self._process = subprocess.Popen(
            [sys.executable, "-m", "llmrec.encoders.decoder_worker", str(LIMIT), str(STALL)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))},
            start_new_session=True,  # Ctrl-C is for the program, which ends its decoders
        )
        if not self._pipe(self._process.stdout).readline():
            self.end()
            told = f"film and sound are decoded by the package av, which does not start; {remedy('video')}"
            raise MissingExtra(told, "av")

    def ask(self, request: dict[str, Any]) -> NDArray[Any]:
        """One question, one answer."""
        questions, answers = self._pipe(self._process.stdin), self._pipe(self._process.stdout)
        try:
            questions.write(json.dumps(request).encode() + b"\n")
            questions.flush()
            header = json.loads(answers.readline() or b"{}")
        except BrokenPipeError:
            header = {}
        if "error" in header:
            raise (AbsentError if header.get("absent") else ContentError)(header["error"])
        if header:
            raw = bytearray(answers.read(header["bytes"]))
            if len(raw) == header["bytes"]:
                return np.frombuffer(raw, header["dtype"]).reshape(header["shape"])
        raise DecoderEnded(self._cause())

    def end(self) -> None:
        """Kill and forget."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(BrokenPipeError):  # it died with a question unread
                self._pipe(pipe).close()
        self._process.wait()

    def _cause(self) -> str:
        code = self._process.wait()
        if code == -signal.SIGPROF:
            return f"decoding takes more than {LIMIT:.0f} seconds of a core"
        if code == -signal.SIGALRM:
            return f"it cannot be read within {STALL:.0f} seconds"
        return f"the decoder ended on it: {signal.Signals(-code).name if code < 0 else f'exit code {code}'}"

    @staticmethod
    def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
        if pipe is None:
            raise RuntimeError("a decoder is started with pipes")
        return pipe


_idle: list[_Decoder] = []
_lock = Lock()
atexit.register(end_idle)
