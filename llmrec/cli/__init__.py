"""The command `llmrec`. Thin: each subcommand reads its options, calls one function, and prints the result.

Heavy imports are inside the commands, so that `--help` answers at once.
"""

import logging
import os
import sys
import warnings

import typer

from llmrec.cli import recommending, serving, training
from llmrec.cli.boundary import defer_during_imports, guarded

app = typer.Typer(
    name="llmrec",
    help="Recommendations by one LLM that reads item media as soft tokens, ranks, and says why.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for part in (training, recommending, serving):
    app.add_typer(part.app)

# Set before the libraries load: no bars for 1-second loads, no forking warnings, no calls to a model hub. Threads spin
# only a moment while they wait: beside other work, spinning keeps from a core the thread that is waited for.
ENVIRONMENT = {
    "GOMP_SPINCOUNT": "5000",
    "TOKENIZERS_PARALLELISM": "false",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_OFFLINE": "1",
}


def main() -> None:
    """Entry point of the command; never returns."""
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    if not sys.warnoptions:  # a library's notes to its callers are not for the user of a command
        warnings.simplefilter("ignore")
        logging.getLogger("bitsandbytes").setLevel(logging.ERROR)
    defer_during_imports()
    sys.exit(guarded(lambda: app(standalone_mode=False)))
