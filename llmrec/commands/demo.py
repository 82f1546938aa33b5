"""The demo: three real users, one wish in words, one newcomer; then a chat, on a terminal."""

from typing import TYPE_CHECKING

from rich.markup import escape

from llmrec.commands import show
from llmrec.commands.repl import converse

if TYPE_CHECKING:
    from llmrec.recommend import Recommender

USERS = ("42", "405", "7")
WISH = "an animated comedy for a rainy evening"
NEWCOMER = "a science fiction adventure in space"
LAST, TOP = 8, 5


def run_demo(recommender: "Recommender", talk: bool) -> None:
    """Print the recommendations for each, and open a chat if `talk`. Users the catalogue lacks are passed over."""
    from llmrec.recommend import Request

    catalog = recommender.catalog
    users = [user for user in USERS if user in catalog.histories] or sorted(catalog.histories)[: len(USERS)]
    for user in users:
        history = catalog.history(user)
        _title(f"User {user}: {len(history)} films, the last {min(LAST, len(history))}")
        show.films(catalog, history[-LAST:])
        _title(f"What user {user} could watch next")
        show.response(
            recommender.recommend(Request(user=user, history=None, query=None, k=TOP, where=None, explain=True)),
            catalog,
        )
    _title(f'User {users[0]} asks for "{WISH}"')
    show.response(
        recommender.recommend(Request(user=users[0], history=None, query=WISH, k=TOP, where=None, explain=True)),
        catalog,
    )
    _title(f'A newcomer without any history asks for "{NEWCOMER}"')
    show.response(
        recommender.recommend(Request(user=None, history=(), query=NEWCOMER, k=TOP, where=None, explain=True)), catalog
    )
    if talk:
        from llmrec.chat.session import Session

        _title(f"Now you, as user {users[0]}")
        converse(Session(recommender, users[0]))


def _title(words: str) -> None:
    show.OUT.print()
    show.OUT.rule(f"[bold]{escape(words)}[/]", align="left")
