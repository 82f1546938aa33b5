"""What people ask of their own history is counted over it, and leaves the list as it is."""

import pytest

from llmrec.catalog.types import Catalog, Interaction, Item
from llmrec.chat.conversation import Conversation
from llmrec.chat.nlu.own_questions import own_question

FILMS = (
    ("Heat", 1995, ("Crime", "Drama")), ("Casino", 1995, ("Crime",)), ("Fargo", 1996, ("Crime", "Comedy")),
    ("Mallrats", 1995, ("Comedy",)), ("Rio Bravo", 1959, ("Western", "Film-Noir")), ("Emma", 1996, ("Drama",)),
)  # fmt: skip
RATED = (("1", 5.0), ("2", 3.0), ("3", 4.0), ("5", 2.0))


def conversation(known: bool = True, rated: bool = True) -> Conversation:
    items = tuple(Item(str(n), t, "", {"genres": kinds, "year": year}) for n, (t, year, kinds) in enumerate(FILMS, 1))
    events = tuple(Interaction("me", id, float(n), rating if rated else None) for n, (id, rating) in enumerate(RATED))
    history = [id for id, _ in RATED] if known else []
    found = Conversation(Catalog("films", items, {}), history=history, events=events if known else (), clarify=False)
    found.show(found.reply("films"), ["4", "6"])
    return found


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("so what genre do I see most often?", ("crime: 3 of the 4",)),
        ("you didn't get it. tell me my favourite genre", ("crime: 3 of the 4",)),
        ("going by my history, what sort of films do i like?", ("4 films", "crime (3)", "1990s (3)")),
        ("I asked what I'm into", ("4 films", "crime (3)")),
        ("which decade do i watch the most", ("the 1990s: 3 of the 4",)),
        ("how many comedies have I seen?", ("1 of the 4", "Fargo")),
        ("do I like crime films?", ("3 of the 4", "4.0 of 5")),
        ("what did I give Heat?", ("You rated Heat 5 of 5",)),
        ("how did we rate Rio Bravo and Casino?", ("Rio Bravo 2 of 5", "Casino 3 of 5")),
        ("what did i rate Emma", ("Emma is not in what I know of your history",)),
        ("which films did I rate best?", ("5 of 5: Heat",)),
        ("what's my average rating?", ("3.5 of 5",)),
        ("我最爱看什么类型的片子？", ("犯罪", "4个电影里有3个")),
        ("根据我的记录，我喜欢看什么？", ("犯罪 (3)",)),
        ("我给Heat打了几分", ("《Heat》打了5分",)),
        ("我看过多少部喜剧？", ("4个电影里有1个",)),
        ("我打分最低的是哪部", ("《Rio Bravo》",)),
    ],
)  # fmt: skip
def test_a_question_about_the_own_history_is_answered_from_it(line: str, told: tuple[str, ...]) -> None:
    talk = conversation()
    reply = talk.reply(line)
    assert reply.request is None and all(each in reply.words for each in told), reply.words
    assert talk.state.last is not None and talk.state.last.items == ("4", "6")


def test_it_is_what_the_line_spoke_of_before() -> None:
    reply = conversation().reply("2 looks fine, but I think I know Casino. how did I rate it, if at all?")
    assert reply.words == "You rated Casino 3 of 5." and reply.request is None


def test_what_else_is_wanted_is_listed_too() -> None:
    reply = conversation().reply("what's my favourite genre? and show me something from the 50s")
    assert "crime: 3 of the 4" in reply.words
    assert reply.request is not None and reply.request.where == "year>=1950 and year<1960"


def test_nothing_is_made_up_where_nothing_is_known() -> None:
    assert "I know of no film that you watched" in conversation(known=False).reply("what am I into?").words
    assert "还不知道" in conversation(known=False).reply("我最喜欢的类型是什么").words
    assert "no rating that you gave" in conversation(rated=False).reply("what did I rate Heat?").words
    assert "no ratings that you gave" in conversation(rated=False).reply("which ones did I rate highest?").words


@pytest.mark.parametrize(
    "line",
    ["what do you think I'd like?", "what kind of films do you have?", "what genre is number 2?", "something I would like",
     "what did I say about comedies?", "which genre do people watch most?", "我喜欢喜剧,推荐几部", "我想看点什么好呢"],
)  # fmt: skip
def test_a_wish_is_no_question_about_the_history(line: str) -> None:
    assert own_question(line) is None


def test_colours_of_a_wardrobe_are_counted() -> None:
    colours = ("Black", "Black", "Red")
    items = tuple(
        Item(str(n), f"Top {n}", "", {"category": "Top", "colour": c, "price": 9.0}) for n, c in enumerate(colours)
    )
    shop = Conversation(Catalog("shop", items, {}), history=[each.id for each in items], clarify=False)
    assert "Black: 2 of the 3" in shop.reply("what colour do I buy most?").words
