"""The decoder process: film and sound are decoded here, where a crash or a hang of FFmpeg costs one file.

`python -m llmrec.encoders.decoder_worker LIMIT STALL` reads a JSON line a request from stdin and answers on stdout
with a JSON line: `{"shape": …, "dtype": …, "bytes": …}` and then the array's bytes, or `{"error": …, "absent": …}`. It
ends with its input, and the kernel ends it where one file takes more than LIMIT seconds of a core or STALL of the
clock.
"""

import json
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any, BinaryIO

import av
import numpy as np
from numpy.typing import NDArray

from llmrec.encoders.base import AbsentError, ContentError
from llmrec.encoders.decoding import sample_frames, sample_sound

MEMORY = 4 * 2**30  # bytes of address space


def answer(request: dict[str, Any]) -> NDArray[Any]:
    """Does one task.

    Parameters
    ----------
    request
        `{"task": "frames" | "sound", "path": …}` and the arguments of `sample_frames` or `sample_sound`.

    Returns
    -------
    ndarray
        What that function gives.
    """
    path = Path(request.pop("path"))
    task = request.pop("task")
    return sample_frames(path, **request) if task == "frames" else sample_sound(path, **request)


def main() -> None:
    """Answer until the input ends."""
    limit, stall = map(float, sys.argv[1:])
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # nothing that a library prints may come between the answers
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for timer in (signal.SIGPROF, signal.SIGALRM):
        signal.signal(timer, signal.SIG_DFL)  # ends the process also inside a C library
    av.logging.set_level(None)
    _send(out, {"ready": True})
    for line in sys.stdin.buffer:
        array, header = None, {}
        signal.setitimer(signal.ITIMER_PROF, limit)
        signal.setitimer(signal.ITIMER_REAL, stall)
        try:
            array = np.ascontiguousarray(answer(json.loads(line)))
            header = {"shape": array.shape, "dtype": array.dtype.name, "bytes": array.nbytes}
        except ContentError as error:
            header = {"error": str(error), "absent": isinstance(error, AbsentError)}
        except OSError as error:
            header = {"error": error.strerror or str(error)}
        except MemoryError:
            header = {"error": f"it takes more than {MEMORY // 2**30} GiB of memory to decode"}
        # a header may say what PyAV or numpy cannot hold: a negative size, a time base of zero
        except Exception as error:
            header = {"error": f"damaged ({type(error).__name__}: {error})"}
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        _send(out, header, array)


def _send(out: BinaryIO, header: dict[str, Any], array: NDArray[Any] | None = None) -> None:
    out.write(json.dumps(header).encode() + b"\n")
    if array is not None:
        out.write(array.data)
    out.flush()


if __name__ == "__main__":
    main()
