"""The chat prompt of a terminal.

The demo: three real users, one wish in words, one newcomer; then a chat, on a terminal.
"""

from typing import TYPE_CHECKING

from rich.markup import escape

from llmrec.cli import show
from llmrec.errors import BadInput

if TYPE_CHECKING:
    from llmrec.chat.conversation import Conversation
    from llmrec.recommender import Recommender
    from llmrec.response import Response


def converse(conversation: "Conversation", recommender: "Recommender") -> None:
    """Read lines and answer them until `quit` or the end of the input; bad input is answered, not fatal."""
    import langsmith

    from llmrec.chat.conversation import HELP

    langsmith.configure(enabled=False)  # LangChain would send there what is said, where the environment asks it
    show.OUT.print(f"[dim]{escape(HELP)} · quit[/]", soft_wrap=True)
    response: Response | None = None
    while True:
        try:
            line = show.OUT.input("[bold cyan]you>[/] ")
        except EOFError:
            return
        try:
            reply = conversation.reply(line)
            if reply.request is not None:
                response = recommender.recommend(reply.request)
                conversation.show(reply, [item.id for item in response.items])
                show.items(response.items, conversation.catalog)
            elif reply.why is not None and response is not None:
                if response.items[0].rationale is None:
                    response = recommender.explain(response)
                item = next(item for item in response.items if item.id == reply.why)
                show.reasons(item, conversation.catalog)
            else:
                show.OUT.print(escape(reply.words), soft_wrap=True)
        except BadInput as error:
            show.OUT.print(escape(str(error)), style="yellow", soft_wrap=True)
            continue
        if reply.done:
            return


USERS = ("471", "943", "11")
QUERY = "an animated comedy for a rainy evening"
NEW_USER_QUERY = "a science fiction adventure in space"
LAST, TOP = 8, 5


def run_demo(recommender: "Recommender", talk: bool) -> None:
    """Print the recommendations for each, and open a chat if `talk`. Users the catalogue lacks are passed over."""
    from llmrec.request import Request

    catalog = recommender.catalog
    users = [user for user in USERS if user in catalog.histories] or sorted(catalog.histories)[: len(USERS)]

    def answer(title: str, request: Request) -> None:
        _title(title)
        show.answer(recommender.stream(request), catalog)

    for user in users:
        history = catalog.history(user)
        _title(f"User {user}: {len(history)} films, the last {min(LAST, len(history))}")
        show.films(catalog, history[-LAST:])
        answer(f"What user {user} could watch next", Request(user=user, k=TOP, explain=True))
    answer(f'User {users[1]} asks for "{QUERY}"', Request(user=users[1], query=QUERY, k=TOP, explain=True))
    new_user = Request(query=NEW_USER_QUERY, k=TOP, explain=True)
    answer(f'A newcomer without any history asks for "{NEW_USER_QUERY}"', new_user)
    if talk:
        from llmrec.chat.conversation import Conversation

        _title(f"Now you, as user {users[1]}")
        converse(Conversation(catalog, history=catalog.history(users[1])), recommender)


def _title(words: str) -> None:
    show.OUT.print()
    show.OUT.rule(f"[bold]{escape(words)}[/]", align="left")
