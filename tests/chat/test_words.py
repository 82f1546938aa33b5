"""What is said before a list sounds like a shop assistant: no names of attributes, no quoted fillers, one voice."""

import pytest

from llmrec.catalog import Catalog, Item
from llmrec.chat.condition_words import describe_conditions, in_sentence
from llmrec.chat.conversation import Conversation
from llmrec.chat.nlu.query_words import telling_words
from llmrec.chat.nlu.rephrasing import evidence_requested
from llmrec.chat.replies import Reply

GENRES = (
    ("Comedy",), ("Comedy", "Romance"), ("War", "Drama"), ("Musical",), ("Horror",), ("Thriller", "Crime"), ("Drama",), ("Mystery", "Film-Noir"),
)  # fmt: skip


FILLERS = frozenset(
    [
        "know",
        "makes",
        "sweat",
        "thinking",
        "bring",
        "brother",
        "sister",
        "september",
        "forget",
        "said",
        "think",
        "gran",
        "sort",
        "thing",
    ]
)


@pytest.fixture
def films() -> Catalog:
    items = [
        Item(f"{n}-{year}", f"Film {n} of {year}", "", {"genres": genres, "year": year})
        for n, genres in enumerate(GENRES)
        for year in range(1940, 2000, 6)
    ]
    return Catalog("films", tuple(items), {})


def talk(catalog: Catalog, *lines: str) -> list[Reply]:
    conversation, replies = Conversation(catalog), []
    for line in lines:
        replies.append(conversation.reply(line))
        if replies[-1].request is not None:
            conversation.show(replies[-1], ["0-1940", "1-1946", "5-1988"])
    return replies


@pytest.mark.parametrize(
    ("conditions", "english", "chinese"),
    [
        (("year<1980",), "from before 1980", "1980年以前的"), (("year>1978",), "from after 1978", "1978年以后的"), (("year>=1985",), "from 1985 on", "1985年起的"),
        (("year>=1990 and year<2000",), "from the 1990s", "1990年代的"), (("year>=1991 and year<=1994",), "from 1991 to 1994", "1991年到1994年的"),
        (("genres!=War", "genres!=Musical"), "no war films or musicals", "不要战争、音乐剧"), (("genres=Comedy|Mystery",), "only comedies or mysteries", "只要喜剧、悬疑"),
        (("genres=Romance", "year<1950", "genres!=Horror"), "only romance from before 1950 and no horror", "只要爱情,1950年以前的,不要恐怖"),
        (("product_type=Dress", "price<=0.0389"), "only dresses of the cheaper ones", "只要连衣裙,价格偏低的"),
        (("colour=Dark Blue",), "only dark blue", "只要深蓝色"), (("product_type!=T-shirt|Trousers",), "no T-shirts or trousers", "不要T恤、裤子"),
        (("runtime<90",), "under 90 minutes", "不到90分钟"), (("brand=Acme",), "only Acme", "只要Acme"),
    ],
)  # fmt: skip
def test_conditions_are_said_as_people_say_them(conditions: tuple[str, ...], english: str, chinese: str) -> None:
    assert describe_conditions(conditions, "en") == english
    assert describe_conditions(conditions, "zh") == chinese
    assert in_sentence([english], "en")[0].isupper()


@pytest.mark.parametrize(
    "line",
    [
        "something with a murder in it, the sort of thing my gran would know", "a comedy please, it makes me sweat just thinking of work",
        "you know what, rather something my brother could bring along", "a thriller for my sister in september",
        "a comedy, I think we forget how to laugh", "something funny, whatever the two of us said before",
    ],
)  # fmt: skip
def test_fillers_verbs_and_reasons_are_not_quoted_back(films: Catalog, line: str) -> None:
    (reply,) = talk(films, line)
    quoted = reply.words.split("“")[1:]
    words = {word for each in quoted for word in each.split("”")[0].split()}
    assert not words & FILLERS
    assert not any(each in reply.words for each in ("year above", "year below", "Understood"))


@pytest.mark.parametrize(
    ("query", "wished"),
    [
        ("a comedy with zeppelins", ["zeppelins"]), ("something clever, not for long", ["clever"]), ("set in Paris and about chess", ["Paris", "chess"]),
        ("bring speed and the car one back", []), ("I want older", []), ("mood but with a bit of humour", ["humour"]), ("今晚看什么", []),
    ],
)  # fmt: skip
def test_only_words_that_carry_the_wish_are_said_again(query: str, wished: list[str]) -> None:
    assert telling_words(query) == wished


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("why 2 in detail", "why 2"), ("why the first one, and show me the evidence", "why the first one"), ("how do you know that?", "why"),
        ("what's the evidence for number 2", "why number 2"), ("evidence", "why"), ("详细说说为什么推荐第二个", "为什么推荐第二个"), ("依据是什么?", "为什么推荐它"),
        ("why 2", ""), ("a film about evidence in a trial", ""), ("how do you know my name", ""), ("为什么推荐第一个", ""),
    ],
)  # fmt: skip
def test_evidence_is_told_where_it_is_asked_for(films: Catalog, line: str, reason: str) -> None:
    assert evidence_requested(line) == reason
    if reason:
        reply = talk(films, "something for tonight", line)[1]
        assert reply.why is not None and reply.detailed


def test_a_reason_alone_wants_no_evidence(films: Catalog) -> None:
    for line in ("why 2", "why that one?", "第一个为什么推荐?"):
        reply = talk(films, "something for tonight", line)[1]
        assert reply.why is not None and not reply.detailed
