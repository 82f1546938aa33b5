"""Questions about items are answered in all their parts, of the item that is named, and leave the list as it is."""

import pytest

from llmrec.catalog.types import Catalog, Interaction, Item
from llmrec.chat.conversation import Conversation
from llmrec.chat.replies import Reply

FILMS = (
    ("High Noon", 1952, 85, ("Western", "Film-Noir")), ("Casablanca", 1942, 102, ("Drama", "War")), ("Emma", 1996, 121, ("Comedy",)),
    ("Once Upon a Time in the West", 1968, 166, ("Western",)), ("Scream", 1996, 111, ("Horror",)),
)  # fmt: skip
MEANS = {"1": (4.0, 5.0), "2": (5.0, 5.0), "3": (3.0, 4.0), "4": (4.0, 4.0), "5": (3.0, 3.0)}


@pytest.fixture
def films() -> Conversation:
    items = tuple(
        Item(str(n), title, "", {"genres": kinds, "year": year, "runtime_min": length})
        for n, (title, year, length, kinds) in enumerate(FILMS, 1)
    )
    histories = {
        f"u{n}": tuple(Interaction(f"u{n}", id, 0.0, pair[n % 2]) for id, pair in MEANS.items()) for n in range(20)
    }
    conversation = Conversation(Catalog("films", items, histories), clarify=False)
    conversation.show(conversation.reply("films"), ["1", "2", "4", "5"])
    return conversation


@pytest.fixture
def shop() -> Conversation:
    texts = (
        "Top in brushed sweatshirt fabric. Long sleeves and a round neckline.", "Shirt in a cotton weave. Chest pocket.",
        "Padded jacket with a hood and a zip down the front. Polyester filling.",
    )  # fmt: skip
    items = tuple(
        Item(str(n), f"Piece{n}", text, {"category": "Top", "colour": "Dark Green", "price": 9.0})
        for n, text in enumerate(texts, 1)
    )
    conversation = Conversation(Catalog("shop", items, {}), clarify=False)
    conversation.show(conversation.reply("clothes"), ["1", "2", "3"])
    return conversation


def answered(talk: Conversation, line: str) -> Reply:
    before = talk.state.last
    reply = talk.reply(line)
    assert reply.request is None and talk.state.last == before, (line, reply.words)
    return reply


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("How do other people rate Once Upon a Time in the West? And how long is it? I get sleepy early.", ("4.0 of 5", "166")),
        ("is Casablanca well liked, and when was it made?", ("5.0 of 5", "1942")),
        ("how old is number 3 and how is it rated?", ("1968", "4.0 of 5")),
        ("就是那部Casablanca，哪年的？", ("1942",)),
        ("卡萨布兰卡是哪年的，评分多少", ("1942", "5.0")),
        ("就列表里那个High Noon，多长？", ("85",)),
    ],
)  # fmt: skip
def test_all_that_is_asked_of_the_named_item_is_told(films: Conversation, line: str, told: tuple[str, ...]) -> None:
    words = answered(films, line).words
    assert all(each in words for each in told), words


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("is Emma better rated than Casablanca?", ("Casablanca 5.0", "Emma 3.5")),
        ("ratings of 1 and Emma please", ("High Noon 4.5", "Emma 3.5")),
        ("which has the better rating, Scream or Once Upon a Time in the West?", ("Scream 3.0", "West 4.0")),
        ("卡萨布兰卡和爱玛哪个评分更高？", ("Casablanca 5.0", "Emma 3.5")),
        ("is Casablanca higher rated than Gone Fishing Twice?", ("no title like", "5.0 of 5")),
        ("《没有的片子》和《Emma》哪个评分更高？", ("没有叫", "3.5")),
    ],
)
def test_ratings_of_two_are_told_of_both(films: Conversation, line: str, told: tuple[str, ...]) -> None:
    words = answered(films, line).words
    assert all(each in words for each in told), words


@pytest.mark.parametrize(
    ("first", "line", "told"),
    [
        ("when was Casablanca made?", "and Emma?", "1996"), ("how is number 1 rated?", "what about the fourth?", "3.0"),
        ("how long is High Noon?", "and Once Upon a Time in the West?", "166"), ("卡萨布兰卡评分多少", "那爱玛呢？", "3.5"),
        ("第一部和第二部哪个评分高？", "问的是两个，爱玛呢", "3.5"), ("第一部多长", "第三部呢？", "166"),
    ],
)  # fmt: skip
def test_the_last_question_is_answered_of_another(films: Conversation, first: str, line: str, told: str) -> None:
    answered(films, first)
    assert told in answered(films, line).words


@pytest.mark.parametrize(
    "line",
    ["is Scream rated R?", "what's the age rating of number 4?", "is the last one PG-13? my mum checks", "not the stars i mean the age rating. is 4 PG 13?",
     "第四部是限制级吗", "Scream适合几岁看？", "这部是PG-13吗"],
)  # fmt: skip
def test_an_age_rating_is_no_mean_of_stars(films: Conversation, line: str) -> None:
    answered(films, "what year is Scream from?")
    words = answered(films, line).words
    assert "age rating" in words or "分级" in words
    assert "of 5" not in words and "满分" not in words


def test_an_age_rating_cannot_be_gone_by(films: Conversation) -> None:
    for line in ("is there a pg 13 one", "something rated PG-13"):
        assert "age rating" in answered(films, line).words


@pytest.mark.parametrize(
    "line",
    ["That is more like it. Which of these is the oldest?", "Great, just what I wanted. which one is the shortest?",
     "is any of them sad?", "Which of these would make me cry?", "At last! who directed number 2?", "is scream a sad one",
     "no wait is scream a scary one", "有哪部是悲伤的吗", "这几部里哪部最老", "不错,哪部最短？"],
)  # fmt: skip
def test_a_mere_question_leaves_the_list_and_sets_no_condition(films: Conversation, line: str) -> None:
    answered(films, line)
    assert not films.conditions and not films.state.lasting and not films.state.refused


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("What colour is the first, and is it thick?", ("Dark Green", "how thick", "sweatshirt fabric")),
        ("has number 1 long sleeves?", ("Long sleeves",)), ("does the second have pockets", ("Chest pocket",)),
        ("is 2 lined?", ("does not tell whether Piece2 is lined",)),
        ("is the third one warm, and has it a hood?", ("Padded jacket", "hood")),
        ("what does number 2 look like, colour and sleeves please?", ("cotton weave", "Dark Green", "sleeves Piece2 has")),
        ("第一件厚吗", ("有多厚", "sweatshirt")), ("第三件有帽子吗？什么颜色的", ("hood", "Dark Green")),
        ("第二件有弹性吗", ("没有写", "弹性")),
    ],
)  # fmt: skip
def test_articles_are_told_of_by_their_descriptions(shop: Conversation, line: str, told: tuple[str, ...]) -> None:
    words = answered(shop, line).words
    assert all(each in words for each in told), words
