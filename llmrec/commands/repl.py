"""The chat prompt of a terminal."""

from typing import TYPE_CHECKING

from rich.markup import escape

from llmrec.commands import show
from llmrec.errors import BadInput

if TYPE_CHECKING:
    from llmrec.chat.session import Session


def converse(session: "Session") -> None:
    """Read lines and answer them until `quit` or the end of the input; bad input is answered, not fatal."""
    import langsmith

    from llmrec.chat.session import HELP

    langsmith.configure(enabled=False)  # LangChain would send there what is said, where the environment asks it
    show.OUT.print(f"[dim]{escape(HELP)} · quit[/]", soft_wrap=True)
    while True:
        try:
            line = show.OUT.input("[bold cyan]you>[/] ")
        except EOFError:
            return
        try:
            reply = session.say(line)
        except BadInput as error:
            show.OUT.print(escape(str(error)), style="yellow", soft_wrap=True)
            continue
        if reply.words:
            show.OUT.print(escape(reply.words), soft_wrap=True)
        if reply.why:
            show.reasons(reply.why, session.catalog)
        elif reply.response:
            show.items(session.shown, session.catalog)
        if reply.done:
            return
