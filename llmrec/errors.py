"""The errors that llmrec raises on purpose. A message is one sentence: what is wrong, where, and what to do.

The command line prints the message alone and exits with `exit_code`: 2 where the input is wrong, 1 where the machine
or an artefact is.
"""

import errno
from collections.abc import Iterator
from contextlib import contextmanager


class LlmrecError(Exception):
    """Base of all errors that llmrec raises on purpose.

    Parameters
    ----------
    message
        One sentence. It names a field or parameter of the Python API in back-quotes: "`user` and `history` are …".
    *fields
        Names of the fields that the message is about. A caller with names of its own for them (the options of a
        command, the fields of a form) finds them here and need not read the message.

    Examples
    --------
    >>> error = BadInput("`k` is 0; pass 1 or more", "k")
    >>> error.fields
    ('k',)
    >>> str(error)
    '`k` is 0; pass 1 or more'
    """

    exit_code = 1

    def __init__(self, message: str = "", *fields: str) -> None:
        super().__init__(message)
        self.fields = fields


class BadInput(LlmrecError):
    """The caller's input is wrong; a changed input can succeed."""

    exit_code = 2


class CatalogError(BadInput):
    """A catalogue folder cannot be read or holds no valid row."""


class UnknownUser(BadInput):
    """The user id is not in the catalogue's interactions."""


class UnknownItem(BadInput):
    """An item id is not in the catalogue."""


class BadFilter(BadInput):
    """A filter does not parse, or names an attribute or value that no item of the catalogue has."""


class UnknownPlugin(BadInput):
    """A plug-in has no such name, or the package that holds it cannot be imported."""


class PluginError(LlmrecError):
    """A plug-in fails at its work, or gives what its protocol does not allow."""


class NotExplainable(BadInput):
    """A response does not hold what its reasons are made from."""


class BadSplit(BadInput):
    """A split file does not fit the catalogue."""


class CheckpointError(LlmrecError):
    """A checkpoint lacks a file, is truncated, or has an unknown format."""


class CheckpointMismatch(BadInput):
    """A checkpoint was made for another base model, encoder or prompt version."""


class EngineMismatch(BadInput):
    """A vLLM at the address given is too old, serves another model, or cannot do what is asked of it."""


class IndexMismatch(LlmrecError):
    """The index was built by another encoder, adapter or dimension."""


class IndexOutdated(IndexMismatch):
    """The index holds the items as they were before the catalogue or its media changed."""


class SetupError(LlmrecError):
    """A model or data set that `llmrec setup` provides is not there, or is damaged."""


class MissingExtra(SetupError):
    """A package that an extra of llmrec brings is not installed.

    Parameters
    ----------
    message
        One sentence.
    package
        Name of the module that is missing.
    """

    def __init__(self, message: str = "", package: str = "") -> None:
        super().__init__(message)
        self.package = package


class StorageError(LlmrecError):
    """The disk refused a write (full, read-only)."""


class IndexBusy(LlmrecError):
    """Other processes keep replacing the index."""


class IndexUnreachable(LlmrecError):
    """The index does not answer now; the items' vectors can be searched without it."""


@contextmanager
def about(*fields: str) -> Iterator[None]:
    """Name the fields that an error raised in the block is about, where it names none itself.

    Parameters
    ----------
    *fields
        As in `LlmrecError`.

    Examples
    --------
    >>> try:
    ...     with about("like"):
    ...         raise UnknownItem("item 'x' is not in the catalogue")
    ... except UnknownItem as error:
    ...     error.fields
    ('like',)
    """
    try:
        yield
    except LlmrecError as error:
        error.fields = error.fields or fields
        raise


def storage_error(what: str, error: Exception) -> StorageError:
    """The `StorageError` for a file that could not be written.

    Parameters
    ----------
    what
        The file, as the subject of the sentence: "the ranking out.jsonl".
    error
        What the system or a library raised.

    Returns
    -------
    StorageError
        To be raised from `error`.
    """
    why = "the disk is full" if getattr(error, "errno", None) == errno.ENOSPC else str(error)
    return StorageError(f"{what} could not be written ({why}); free some space and try again")
