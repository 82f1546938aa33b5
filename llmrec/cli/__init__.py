"""The command `llmrec`. Thin: each subcommand reads its options, calls one function, and prints the result.

Heavy imports are inside the commands, so that `--help` answers at once.
"""

import logging
import sys

import typer

from llmrec.cli import evaluating, preparing, recommending, serving, show, training
from llmrec.cli.boundary import defer_during_imports, guarded
from llmrec.runtime import configure, silence_warnings

app = typer.Typer(
    name="llmrec",
    help="Recommendations by one LLM that reads item media as soft tokens, ranks, and says why.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for part in (preparing, training, recommending, evaluating, serving):
    app.add_typer(part.app)


def main() -> None:
    """Entry point of the command; never returns."""
    configure()
    silence_warnings()
    for room in ("llmrec.catalog", "llmrec.batch"):  # what was left out, and why
        logging.getLogger(room).addHandler(show.NoteHandler())
    defer_during_imports()
    sys.exit(guarded(lambda: app(standalone_mode=False)))
