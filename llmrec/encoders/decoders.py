"""Runs the decoder processes: one for each file in work, kept for the next one, replaced where it died.

FFmpeg decodes what strangers made, in C: damaged files crash some of its decoders and stall others, and no limit
inside the same process stops a loop in C or survives a segmentation fault. A process does, and costs a tenth of a
millisecond a file for the pipe and half a second once for the start.
"""

import atexit
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

import llmrec
from llmrec.encoders.base import AbsentError, ContentError
from llmrec.errors import SetupError

_idle: list["subprocess.Popen[bytes]"] = []
_lock = Lock()


class CrashError(ContentError):
    """The decoder died or took too long: that may be the machine's fault, so it is not held against the file."""


def decode(task: str, path: Path, **arguments: Any) -> NDArray[Any]:
    """The array that `worker.answer` makes of a file; may be called from several threads.

    Raises `ContentError` where the file cannot be decoded, `AbsentError` where it has no such track, `SetupError`
    where PyAV is not installed.
    """
    process = _take()
    try:
        result = _ask(process, {"task": task, "path": str(path.resolve()), **arguments})
    except (ContentError, AbsentError) as error:
        _keep(process) if not isinstance(error, CrashError) else _end(process)
        raise
    except BaseException:
        _end(process)  # between question and answer: useless to the next file
        raise
    _keep(process)
    return result


def close_idle() -> None:
    """End the processes that wait for work."""
    while True:
        with _lock:
            if not _idle:
                return
            process = _idle.pop()
        _end(process)


atexit.register(close_idle)


def _take() -> "subprocess.Popen[bytes]":
    with _lock:
        if _idle:
            return _idle.pop()
    root = str(Path(llmrec.__file__).resolve().parents[1])
    paths = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    process = subprocess.Popen(
        [sys.executable, "-m", "llmrec.encoders.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": paths},
        start_new_session=True,  # Ctrl-C is for the program, which ends its decoders
    )
    if not _stdout(process).readline():
        _end(process)
        raise SetupError("film and sound are decoded by PyAV, which does not start; run `pip install av`")
    return process


def _keep(process: "subprocess.Popen[bytes]") -> None:
    with _lock:
        _idle.append(process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            try:
                pipe.close()
            except BrokenPipeError:
                continue  # it died with a question unread
    process.wait()


def _stdout(process: "subprocess.Popen[bytes]") -> Any:
    return process.stdout


def _ask(process: "subprocess.Popen[bytes]", request: dict[str, Any]) -> NDArray[Any]:
    assert process.stdin is not None
    try:
        process.stdin.write(json.dumps(request).encode() + b"\n")
        process.stdin.flush()
        line = _stdout(process).readline()
    except BrokenPipeError:
        line = b""
    if not line:
        raise CrashError(_cause(process))
    header = json.loads(line)
    if "error" in header:
        raise (AbsentError if header.get("absent") else ContentError)(header["error"])
    array = np.empty(header["shape"], header["dtype"])
    if _stdout(process).readinto(array.reshape(-1).view(np.uint8).data) != array.nbytes:
        raise CrashError(_cause(process))
    return array


def _cause(process: "subprocess.Popen[bytes]") -> str:
    code = process.wait()
    if code == -signal.SIGALRM:
        return "decoding takes longer than 5 seconds"
    return f"the decoder ended on it ({signal.Signals(-code).name if code < 0 else f'exit code {code}'})"
