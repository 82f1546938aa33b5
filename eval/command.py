"""What the studies' commands share: numbers of arguments, and an end in one sentence where an input is wrong."""

import argparse
import sys
from collections.abc import Callable


def run_command(main: Callable[[], object]) -> None:
    """Run a study; wrong input and what is missing end it in one sentence, as `llmrec` ends.

    Parameters
    ----------
    main
        Parses the command's arguments and measures; what it returns that is no None is the exit code.
    """
    from llmrec.errors import LlmrecError

    try:
        code = main()
    except LlmrecError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    if code:
        sys.exit(code)  # type: ignore[arg-type]


def whole_number(text: str) -> int:
    """Read a number above 0."""
    if not (text.strip().isdecimal() and int(text)):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def whole_numbers(text: str) -> list[int]:
    """Read numbers above 0, with commas between them."""
    if not all(part.strip().isdecimal() and int(part) for part in text.split(",")):
        raise argparse.ArgumentTypeError(f"{text!r} is not whole numbers above 0 with commas between them")
    return [int(part) for part in text.split(",")]
