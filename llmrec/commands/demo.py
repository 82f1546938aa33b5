"""The demo: three real users, one wish in words, one newcomer; then a chat, on a terminal."""

from typing import TYPE_CHECKING

from rich.markup import escape

from llmrec.commands import show
from llmrec.commands.repl import converse

if TYPE_CHECKING:
    from llmrec.recommend import Recommender

USERS = ("471", "943", "11")
WISH = "an animated comedy for a rainy evening"
NEWCOMER = "a science fiction adventure in space"
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
    answer(f'User {users[1]} asks for "{WISH}"', Request(user=users[1], query=WISH, k=TOP, explain=True))
    newcomer = Request(query=NEWCOMER, k=TOP, explain=True)
    answer(f'A newcomer without any history asks for "{NEWCOMER}"', newcomer)
    if talk:
        from llmrec.chat.session import Session

        _title(f"Now you, as user {users[1]}")
        converse(Session(catalog, recommender.recommend, catalog.history(users[1])))


def _title(words: str) -> None:
    show.OUT.print()
    show.OUT.rule(f"[bold]{escape(words)}[/]", align="left")
