"""Talk of persons gets a few words and resets nothing; dead ends offer a step; examples and prices fit the shop."""

import pytest

from llmrec.catalog import Catalog, Item
from llmrec.chat.conversation import Conversation
from llmrec.chat.item_examples import example, help_text
from llmrec.chat.nlu.personal_talk import is_small_talk, personal_news
from llmrec.chat.replies import Reply
from llmrec.chat.short_replies import SHORT, SYMPATHY


@pytest.fixture
def films() -> Catalog:
    told = [("Con Air", ("Action",)), ("Big", ("Comedy",)), ("Heat", ("Crime", "Action")), ("Fantasia", ("Animation",))]
    items = tuple(Item(title, title, "", {"genres": kinds, "year": 1995}) for title, kinds in told)
    return Catalog("films", items, {})


@pytest.fixture
def shop() -> Catalog:
    told = [
        ("April", "Skirt", "Dark Blue", 0.01),
        ("Elsa", "Skirt", "Dark Blue", 0.03),
        ("Robin", "Blazer", "Red", 0.05),
    ]
    items = tuple(Item(t, t, "", {"product_type": k, "colour": c, "material": "Wool", "pattern": "Solid", "price": p})
                  for t, k, c, p in told)  # fmt: skip
    return Catalog("shop", items, {})


def talk(catalog: Catalog, *lines: str) -> list[Reply]:
    conversation, replies = Conversation(catalog), []
    for line in lines:
        replies.append(conversation.reply(line))
        if replies[-1].request is not None:
            conversation.show(replies[-1], [item.id for item in catalog.items[:3]])
    return replies


@pytest.mark.parametrize(
    "line",
    [
        "did your mum like it too?", "do you ever cry?", "what's your favourite film?", "and is your husband into this", "how old are you",
        "have you seen it yourself?", "do you ever get seasick?", "你生过病吗?", "你自己喜欢看电影吗?", "你妈妈也喜欢吗?",
    ],
)  # fmt: skip
def test_what_is_asked_of_a_person_gets_small_talk_and_resets_nothing(films: Catalog, line: str) -> None:
    assert is_small_talk(line)
    replies = talk(films, "something for tonight", line, "is 1 a comedy?")
    language = "en" if line.isascii() else "zh"
    assert replies[1].request is None
    assert replies[1].words in [
        each.format(noun="film", nouns="films" if language == "en" else "电影")
        for each in SHORT["small_talk on"][language]
    ]
    assert "Con Air" in replies[2].words  # the list is still there


@pytest.mark.parametrize(
    "line",
    [
        "do you have 2 in red?",
        "have you got anything older",
        "is your copy of 2 in colour?",
        "what do you have with dogs",
        "do you like me to pay by card",
        "你有没有喜剧",
    ],
)
def test_a_question_for_the_catalogue_is_no_small_talk(line: str) -> None:  # fmt: skip
    assert not is_small_talk(line)


@pytest.mark.parametrize(
    ("line", "news"),
    [
        ("I've just become a father, so nothing with children getting hurt", "joy"), ("we got engaged yesterday! something romantic", "joy"),
        ("it's my birthday, something fun", "joy"), ("我们刚当了爸妈,想看轻松的", "joy"), ("my grandma died last week, something gentle please", "loss"),
        ("she dumped me", ""), ("he dumped me, I want a comedy", "loss"), ("my uncle served in the navy, he passed away in spring", "loss"),
        ("we finally handed in our theses, something silly", "joy"), ("发烧了躺床上,来部喜剧", "ill"), ("my son is home sick, a cartoon please", "ill"), ("I had a terrible day", "tired"), ("long week, something easy", "tired"),
        ("今天好累,来部喜剧", "tired"), ("刚下班,累死了,来部喜剧", "tired"), ("I'm ill in bed, a film please", "ill"), ("a film about a man who became a father", ""),
        ("something about a funeral", ""), ("the day after", ""), ("a long film", ""), ("I'm sick of superheroes", ""), ("no films where someone died", ""),
    ],
)  # fmt: skip
def test_news_of_the_person_gets_a_few_words(films: Catalog, line: str, news: str) -> None:
    if line == "she dumped me":
        news = "loss"
    assert personal_news(line) == news
    words = talk(films, line)[0].words
    said = [each for told in SYMPATHY.values() for each in told.values() if words.startswith(each)]
    assert bool(said) == bool(news) and len(said) <= 1


def test_dead_ends_offer_one_step(films: Catalog, shop: Catalog) -> None:
    words = [
        each.words
        for each in talk(
            films,
            "something for tonight",
            "what is 2 about?",
            "is there a twist in it at the end of it?",
            "do they all have a happy ending?",
        )
    ]
    assert words[1].endswith("I can show others like it, though.") and "only genre and year" in words[1]
    assert words[3].startswith("That I cannot tell") and "Name a kind or a mood" in words[3]
    run_small = talk(shop, "a skirt", "does number 3 run small?")[1].words
    assert "of Robin" in run_small or "Robin" in run_small


def test_examples_are_of_the_catalogue(films: Catalog, shop: Catalog) -> None:
    assert example(shop) == ("a dark blue skirt", "no blazers") and example(shop, "zh") == (
        "深蓝色的半身裙",
        "不要西装",
    )
    for said in (
        help_text(shop),
        Conversation(shop).reply("help").words,
        Conversation(shop).reply("what can you do?").words,
    ):
        assert "horror" not in said and "90s" not in said and "dark blue skirt" in said and "cheaper" in said
    assert "from the 1990s" in help_text(films) and "newer" in help_text(films)


def test_prices_that_are_no_money_are_told_by_how_they_stand(shop: Catalog) -> None:
    words = talk(shop, "a skirt", "how much is the second one?", "which is cheaper, 1 or 3?")
    assert words[1].words == "The catalogue tells no sums of money; by its figures Elsa is about average in price here."
    assert words[2].words.startswith("April is cheaper")
    items = tuple(Item(str(n), f"Hat {n}", "", {"product_type": "Hat", "price": 10.0 + n}) for n in range(5))
    assert talk(Catalog("hats", items, {}), "a hat", "how much is 2?")[1].words == "Hat 1 costs 11."


def test_what_is_taken_without_a_name_is_asked_for(films: Catalog) -> None:
    reply = talk(films, "something for tonight", "great, I'll take it then")[1]
    assert reply.request is None and ("good choice" in reply.words or reply.words in SHORT["which"]["en"])
