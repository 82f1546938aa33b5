"""Where every error of a command ends: one sentence on stderr and an exit code; only bugs show tracebacks.

Ctrl-C that waits for an import to end.

Interrupted inside an import, some C++ extension modules abort the process (pybind11 ends it in `terminate`), and
CPython remembers an interrupt that passed through `exec` and dies of it after the program has dealt with it. Neither
leaves room for the one sentence that the user is owed, nor for taking half-written folders away.

"""

import errno
import os
import signal
import sys
from collections.abc import Callable, Iterator
from types import FrameType

import typer
from rich.console import Console

from llmrec.errors import LlmrecError

INTERRUPTED = 130
NO_SPACE = (errno.ENOSPC, errno.EDQUOT)


class Interrupted(LlmrecError):
    """Ctrl-C at a moment about which there is more to say than that it happened."""

    exit_code = INTERRUPTED


def guarded(run: Callable[[], object]) -> int:
    """Run a command; return its exit code, having printed the one sentence of the error it met, if any."""
    try:
        code = run()
        sys.stdout.flush()
    except LlmrecError as error:
        return _fail(sentence(error), error.exit_code)
    except typer.TyperException as error:
        return _fail(f"{error.format_message().rstrip('.')}; see --help", error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except Exception as error:
        if _disk_is_full(error):
            _forget_stdout()
            return _fail("the disk is full: free some space, or set LLMREC_HOME to a folder on another disk", 1)
        if isinstance(error, BrokenPipeError):  # `llmrec … | head`: nobody reads on, nothing is wrong
            _forget_stdout()
            return 0
        raise
    if code == INTERRUPTED:
        return _fail("interrupted; run the same command again to go on", INTERRUPTED)
    return code if isinstance(code, int) else 0


OPTIONS = {"encoders": "--encoder", "k": "-k"}
"""Field of the library -> option of the command, where that is not the field's own name with dashes."""


def sentence(error: LlmrecError) -> str:
    """The error's sentence with each field that it is about named as the option that sets it.

    Examples
    --------
    >>> sentence(LlmrecError("`user` and `history` are both given; pass one of them", "user", "history"))
    '--user and --history are both given; pass one of them'
    """
    text = str(error)
    for field in error.fields:
        text = text.replace(f"`{field}`", OPTIONS.get(field, f"--{field.replace('_', '-')}"))
    return text


def _fail(sentence: str, code: int) -> int:
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    console.print(f"error: {' '.join(sentence.split())}", style="red", markup=False)
    return code


def _disk_is_full(error: BaseException) -> bool:
    """Libraries in C++ and Rust (SQLite, safetensors, Arrow) report a full disk in words of their own."""
    for link in _chain(error):
        if isinstance(link, OSError) and link.errno in NO_SPACE:
            return True
        if any(words in str(link).lower() for words in ("no space left on device", "disk is full")):
            return True
    return False


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _forget_stdout() -> None:
    """Nothing more can be written there; without this the interpreter tries once more on its way out."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


AGAIN = 0.05
"""Seconds until it is looked again whether the import has ended."""


def defer_during_imports() -> None:
    """From now on SIGINT raises KeyboardInterrupt, but inside an import only once that is done."""
    if not hasattr(signal, "setitimer"):  # Windows: the default handler stays
        return
    signal.signal(signal.SIGINT, _interrupt)
    signal.signal(signal.SIGALRM, _interrupt)


def _interrupt(_signal: int, frame: FrameType | None) -> None:
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            signal.setitimer(signal.ITIMER_REAL, AGAIN)
            return
        frame = frame.f_back
    raise KeyboardInterrupt
