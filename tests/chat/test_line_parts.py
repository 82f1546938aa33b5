"""Lines that say several things: each is met, or it is said that it is not."""

import pytest

from llmrec.catalog.types import Catalog, Item
from llmrec.chat.conversation import Conversation
from llmrec.chat.replies import Reply

FILMS = [
    ("Scream", 1996, ("Horror", "Thriller")), ("Kolya", 1996, ("Comedy",)), ("Liar Liar", 1997, ("Comedy",)),
    ("Heat", 1995, ("Action", "Crime")), ("Evita", 1996, ("Drama", "Musical")), ("Patton", 1970, ("Drama", "War")),
    ("Jaws", 1975, ("Action", "Horror")), ("Vertigo", 1958, ("Mystery", "Thriller")), ("Laura", 1944, ("Mystery",)),
    ("Jurassic Park", 1993, ("Action", "Sci-Fi")), ("Alien", 1979, ("Action", "Horror")),
    ("Aliens", 1986, ("Action", "Horror")), ("Predator", 1987, ("Action", "Horror")),
    ("Species", 1995, ("Horror", "Sci-Fi")), ("Goofy Movie, A", 1995, ("Animation", "Comedy")), ("Game, The", 1997, ("Mystery",)),
]  # fmt: skip
CLOTHES = [
    ("Mio", "Dress", "Red", "Stripe", "Womens Casual", "Dress in a cotton weave."),
    ("Sun", "Dress", "Blue", "Check", "Womens Trend", "Dress in airy viscose."),
    ("Sun", "Dress", "Black", "Solid", "Womens Trend", "Dress in airy viscose."),
    ("Moscow", "Bag", "Black", "Solid", "Womens Accessories", "Bag in imitation leather."),
    ("Regular", "Trousers", "Dark Blue", "Solid", "Denim Men", "Jeans in washed denim."),
    ("Spartan", "Trousers", "Black", "Solid", "Men Suits", "Trousers in a twill weave."),
    ("Hot", "Shorts", "Blue", "Solid", "Womens Casual", "Shorts in cotton."),
]  # fmt: skip


@pytest.fixture
def films() -> Conversation:
    items = (
        Item(str(n), title, "", {"genres": kinds, "year": year}) for n, (title, year, kinds) in enumerate(FILMS, 1)
    )
    return Conversation(Catalog("films", tuple(items), {}))


@pytest.fixture
def shop() -> Conversation:
    names = ("category", "colour", "pattern", "section")
    items = (
        Item(str(n), title, told, {**dict(zip(names, values, strict=True)), "price": 10.0 * n})
        for n, (title, *values, told) in enumerate(CLOTHES, 1)
    )
    return Conversation(Catalog("clothes", tuple(items), {}))


def said(conversation: Conversation, line: str, *items: str) -> Reply:
    reply = conversation.reply(line)
    if reply.request is not None:
        conversation.show(reply, items)
    return reply


def where(reply: Reply) -> str:
    assert reply.request is not None, reply
    return reply.request.where or ""


@pytest.mark.parametrize(
    ("line", "known", "never", "says"),
    [
        ("seen 1, and nothing foreign please", {"1"}, set(), "which country"),
        ("seen 1 and liar liar, no musicals", {"1", "3"}, set(), "No musicals"),
        ("seen 1, 2 and 8. something from the 70s", {"1", "2"}, set(), "There is no number 8"),
        ("I didn't like 2, too slow, give me a thriller", set(), {"2"}, "Only thrillers"),
        ("no I've seen 1, and I liked L.A. no horror", {"1"}, set(), "No horror"),
        ("remove everything before 1980 and 3", set(), {"3"}, "rom 1980 on"),
        ("1 is fine, 2 isn't, what else have you got", {"1"}, {"2"}, "good choice"),
        ("第一部看过了,第二部不要,来点悬疑的", {"1"}, {"2"}, "悬疑"),
    ],
)
def test_each_clause_of_a_line_is_met(
    films: Conversation, line: str, known: set[str], never: set[str], says: str
) -> None:
    said(films, "a film", "1", "2", "3")
    reply = said(films, line, "4")
    assert reply.request is not None and says in reply.words
    assert known <= {*(reply.request.history or ())} and never <= {*reply.request.never}


def test_a_sentence_without_a_verb_goes_on_with_that_of_the_one_before(films: Conversation) -> None:
    reply = films.reply("I hate musicals. And war films. What from the 70s?")
    assert films.state.lasting == ("genres!=Musical", "genres!=War") and "year>=1970 and year<1980" in where(reply)


@pytest.mark.parametrize("line", ["which is the oldest and least scary?", "哪部最老最不恐怖?"])
def test_every_superlative_of_a_question_is_answered(films: Conversation, line: str) -> None:
    said(films, "a film", "1", "2", "4")
    words = films.reply(line).words
    assert "Heat" in words and "Kolya" in words and ("should be the least scary" in words or "应该最不恐怖" in words)


def test_what_is_not_wanted_in_chinese_is_not_wanted(films: Conversation) -> None:
    assert films.reply("我讨厌动画片。还有歌舞片。") and films.state.lasting == ("genres!=Animation", "genres!=Musical")
    assert "genres!=Horror" in where(Conversation(films.catalog).reply("换一批,别要恐怖片"))


def test_what_takes_an_item_and_thanks_does_both(films: Conversation) -> None:
    said(films, "a film", "15", "2")
    words = films.reply("great, goofy movie it is. thank you!").words
    assert "A Goofy Movie: good choice" in words and films.state.accepted == ("15",)
    assert "welcome" in words or "Glad" in words or "pleasure" in words


def test_a_surprise_keeps_what_was_asked_for(films: Conversation) -> None:
    films.reply("I hate war films")
    said(films, "a comedy from the 90s", "2", "3")
    reply = films.reply("meh ok whatever, surprise me")
    assert (
        all(each in where(reply) for each in ("genres!=War", "year>=1990", "genres=Comedy"))
        and reply.request is not None
    )
    assert {"2", "3"} <= set(reply.request.never) and reply.request.query is None


@pytest.mark.parametrize("line", ["something completely different", "来点不一样的", "换个口味"])
def test_a_change_holds_to_standing_rules_alone(films: Conversation, line: str) -> None:
    films.reply("I hate war films")
    said(films, "a comedy from the 90s", "2", "3")
    reply = films.reply(line)
    assert where(reply) == "genres!=War" and reply.request is not None
    assert {"2", "3"} <= set(reply.request.never) and reply.request.query is None


@pytest.mark.parametrize(
    ("line", "condition"),
    [
        ("四五十年代的", "year>=1940 and year<1960"), ("九五年以后的", "year>=1995"),
        ("七十年代或者九十年代的", "year=1970..1979|1990..1999"), ("一九八六年的", "year=1986"),
        ("something less old than 4", "year>1944"), ("from the 40s or 50s", "year=1940..1949|1950..1959"),
    ],
)  # fmt: skip
def test_years_are_read_however_they_are_written(films: Conversation, line: str, condition: str) -> None:
    said(films, "a film", "1", "2", "3", "9")
    assert where(films.reply(line)) == condition


def test_newer_from_a_year_on_is_what_the_year_says(films: Conversation) -> None:
    said(films, "a film", "6", "3")
    assert where(films.reply("newer ones, since 1990")) == "year>=1990"
    assert where(films.reply("要新一点的,九五年以后")) == "year>=1995"


@pytest.mark.parametrize(
    ("line", "why"), [("why that kolya one?", "2"), ("why heat", "4"), ("why the musical one", "5")]
)
def test_an_item_is_named_by_a_word_of_its_title_or_by_what_it_alone_has(
    films: Conversation, line: str, why: str
) -> None:
    said(films, "a film", "1", "2", "4", "5")
    assert films.reply(line).why == why


def test_another_mood_than_that_of_an_example_keeps_its_kind(films: Conversation) -> None:
    reply = films.reply("something like jurassic park but scarier")
    assert reply.request is not None and reply.request.like == "10"
    assert where(reply) == "genres=Horror and genres=Action|Sci-Fi"


def test_a_price_is_owned_where_nothing_has_one(films: Conversation) -> None:
    assert "what a film costs" in films.reply("a comedy under 40").words


def test_what_only_ranks_is_said_beside_conditions(films: Conversation) -> None:
    assert "For “zeppelins” I can only go by titles" in films.reply("a comedy from the 90s with zeppelins").words
    assert "“配乐好听”目录里没有写" in films.reply("来部喜剧,配乐好听").words


def test_a_criticism_of_the_list_is_met_with_others(films: Conversation) -> None:
    said(films, "四五十年代的悬疑片", "8", "9")
    reply = films.reply("你推荐的都太老了,没意思")
    assert reply.request is not None and "year>1958" in where(reply) and {"8", "9"} <= set(reply.request.never)


def test_a_shop_speaks_of_clothes(shop: Conversation) -> None:
    assert "pattern=Stripe|Check" in where(said(shop, "a dress, striped or checked", "1", "2"))
    assert shop.reply("is 1 made of cotton?").words == "The description of Mio says: Dress in a cotton weave."
    assert "Sun comes in Blue, Black" in shop.reply("does 2 come in other colours?").words
    assert "Sun comes in" in shop.reply("2 looks nice but does it come in grey?").words
    assert where(said(shop, "something unpatterned instead", "3")) == "category=Dress and pattern=Solid"
    reply = shop.reply("I'll take it. and a bag to go with it?")
    assert "category=Bag" in where(reply) and "what goes with what" in reply.words and "good choice" in reply.words


def test_a_shopper_is_met_in_colours_and_in_what_is_too_much(shop: Conversation) -> None:
    assert "colour=Black|Dark Blue" in where(said(shop, "trousers, black or navy", "5", "6"))
    assert "I cannot go by “too boxy”" in shop.reply("not 1, too boxy").words
    assert "section=Denim Men|Men Suits" in where(Conversation(shop.catalog).reply("给老公买条长裤,上班穿的"))
    assert "category" not in where(Conversation(shop.catalog).reply("something to wear to an interview"))
    reply = said(Conversation(shop.catalog), "a dress", "1", "2")
    assert reply.request is not None and reply.words == "Only dresses, then."


def test_sections_are_read_by_whom_they_are_for(shop: Conversation) -> None:
    reply = said(shop, "jeans for men, size 32", "5", "6")
    assert "section=Denim Men|Men Suits" in where(reply) and "for men" in reply.words and "sizes" in reply.words
    assert "Shorts" not in where(shop.reply("nothing too short"))
    assert "Womens" in where(Conversation(shop.catalog).reply("a gift for my girlfriend"))
    assert "price<15.5" in where(Conversation(shop.catalog).reply("a dress under 15.50, please"))
