"""Optional packages: the sentence that names the extra to install where one is missing."""

from collections.abc import Iterator
from contextlib import contextmanager

from llmrec.errors import MissingExtra
from llmrec.paths import checkout


@contextmanager
def needs(extra: str, purpose: str) -> Iterator[None]:
    """Around the imports of packages that an extra brings: name the extra where one of them is missing.

    Parameters
    ----------
    extra
        Name in `[project.optional-dependencies]`, for example "audio".
    purpose
        What cannot be done without, as the subject of a sentence: "the encoder mfcc".

    Raises
    ------
    MissingExtra
        Where an import inside finds no module. A module of llmrec itself that is missing is a bug and passes.

    Examples
    --------
    >>> from llmrec.extras import needs
    >>> with needs("audio", "the encoder mfcc"):
    ...     import no_such_package
    Traceback (most recent call last):
    llmrec.errors.MissingExtra: the encoder mfcc needs the package no_such_package; run: pip install -e '.[audio]'
    """
    try:
        yield
    except MissingExtra as error:  # of what is imported inside: this extra brings that one too
        raise MissingExtra(f"{purpose} needs the package {error.package}; {remedy(extra)}", error.package) from error
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package in ("", "llmrec"):
            raise
        raise MissingExtra(f"{purpose} needs the package {package}; {remedy(extra)}", package) from error


def remedy(extra: str) -> str:
    """What to do about a missing package of `extra`."""
    return f"run: {install_command(extra)}"


def install_command(extra: str) -> str:
    """The command that installs an extra: of the package, or in a checkout of the checkout itself."""
    return f"pip install 'llmrec[{extra}]'" if checkout() is None else f"pip install -e '.[{extra}]'"
