"""Every error a user can meet. The message is one sentence: what is wrong, where, and what to do.

The command line prints the message alone and exits with `exit_code`: 2 where the input is wrong, 1 where the
machine or an artefact is.
"""


class LlmrecError(Exception):
    """Base of all errors raised on purpose by llmrec."""

    exit_code = 1


class BadInput(LlmrecError):
    """The caller's input is wrong; changing the input mends it."""

    exit_code = 2


class CatalogError(BadInput):
    """A catalogue folder cannot be read or holds no valid row."""


class UnknownUser(BadInput):
    """The user id is not in the catalogue's interactions."""


class UnknownItem(BadInput):
    """An item id is not in the catalogue."""


class BadFilter(BadInput):
    """A `--where` filter does not parse or names an attribute the catalogue lacks."""


class UnknownPlugin(BadInput):
    """A plug-in has no such name, or the package that holds it cannot be imported."""


class BadSplit(BadInput):
    """A split file does not fit the catalogue."""


class CheckpointError(LlmrecError):
    """An adapter pack is missing a file, is truncated, or is of an unknown format."""


class CheckpointMismatch(BadInput):
    """An adapter pack was made for another base model, encoder or prompt version."""


class EngineMismatch(BadInput):
    """A vLLM at the address given is too old, serves another model, or cannot do what is asked of it."""


class IndexMismatch(LlmrecError):
    """The Chroma collection was built by another encoder, adapter or dimension."""


class IndexOutdated(IndexMismatch):
    """The Chroma collection holds the items as they were before the catalogue or its media changed."""


class SetupError(LlmrecError):
    """A model or data set that `llmrec setup` provides is not there, or is damaged."""


class StorageError(LlmrecError):
    """The disk refused a write (full, read-only)."""


class IndexBusy(LlmrecError):
    """Other processes keep replacing the Chroma collection."""


class IndexUnreachable(LlmrecError):
    """The Chroma collection does not answer now; the search can do without it."""
