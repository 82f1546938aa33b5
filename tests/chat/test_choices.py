"""What leaves the choice among listed items to us is answered by one of them, with what tells it apart from others."""

import pytest

from llmrec.catalog import Catalog, Item
from llmrec.chat.choices import leaves_choice
from llmrec.chat.conversation import Conversation
from llmrec.chat.replies import Reply

FILMS = [
    ("Kolya", ("Comedy",), 1996), ("Liar Liar", ("Comedy",), 1997), ("Fargo", ("Crime", "Drama"), 1996),
    ("Evita", ("Drama", "Musical"), 1996), ("Goofy Movie, A", ("Animation", "Children's", "Comedy"), 1995), ("Heat", ("Crime",), 1995),
]  # fmt: skip


@pytest.fixture
def films() -> Catalog:
    items = (
        Item(str(n), title, "", {"genres": kinds, "year": year}) for n, (title, kinds, year) in enumerate(FILMS, 1)
    )
    return Catalog("films", tuple(items), {})


def answered(catalog: Catalog, *lines: str, first: str = "a comedy", shown: tuple[str, ...] = ("1", "2", "5")) -> Reply:
    """The reply to the last of the lines, which follow a list."""
    conversation = Conversation(catalog)
    conversation.show(conversation.reply(first), shown)
    reply = Reply()
    for line in lines:
        reply = conversation.reply(line)
    return reply


@pytest.mark.parametrize(
    "line",
    [
        "what would you pick out of these?", "which one is the best for us?", "just choose one for me", "which would you recommend?",
        "ok, pick one", "which of these should I watch?", "what's your favourite?", "I can't decide", "你选一个", "帮我挑一部吧",
        "哪个最好?", "你会选哪个", "if you had to choose one?", "talk me into one of them", "whatever you think", "your call",
        "I'm torn between 1 and 2", "help me choose between 1 and 3", "就你了,你替我做主", "帮我拍板", "which is the better buy, 1 or 2?", "which would suit a rainy afternoon best?", "just tell me which to get", "make up my mind for me", "你最看好哪部", "what makes 1 better than the rest?", "第一个和第三个让我选不出来",
    ],
)  # fmt: skip
def test_a_choice_left_to_us_is_made_and_has_its_reasons(films: Catalog, line: str) -> None:
    reply = answered(films, line)
    assert reply.why == "1" and ("Kolya" in reply.words or "the rest" in line) and reply.request is None


def test_a_choice_goes_by_what_the_line_says(films: Catalog) -> None:
    assert answered(films, "which one would you pick for my kids?").why == "5"
    assert "Goofy Movie" in answered(films, "pick the oldest one for me").words
    assert answered(films, "which would you choose, 2 or 3?").why == "2"


def test_without_a_list_and_with_a_wish_it_is_a_search(films: Catalog) -> None:
    assert Conversation(films).reply("just choose one for me").request is not None
    lines = [
        "pick a comedy",
        "which comedies do you have?",
        "choose something from the 90s",
        "I'd pick 2",
        "推荐一部喜剧",
    ]
    assert not [line for line in lines if leaves_choice(line)]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("why 1 and not Fargo?", "You asked for Comedy: that is Kolya, and not Fargo."),
        ("why Kolya instead of Fargo?", "Fargo does not meet"), ("why is 1 above 3?", "Both are in the list: Kolya at number 1, Goofy Movie, A at number 3."),
        ("why 1 rather than 3?", "Goofy Movie, A is Animation, Children's"), ("为什么是第1个而不是第3个?", "不同之处"),
        ("为什么选第一部而不是Fargo?", "Fargo"), ("为什么把第一部放前面,不放第三部", "不同之处"), ("为什么推第一个,《Fargo》不行吗", "Fargo"), ("为什么第一个比第三个靠前", "不同之处"),
    ],
)  # fmt: skip
def test_why_one_and_not_another_is_answered_by_what_tells_them_apart(films: Catalog, line: str, says: str) -> None:
    reply = answered(films, line, first="something funny" if "You asked" in says else "a comedy")
    assert reply.why == "1" and says in reply.words, reply.words


def test_why_not_an_item_that_nothing_rules_out_is_answered_by_what_it_is(films: Catalog) -> None:
    words = answered(films, "why not Fargo?", first="something funny").words
    assert "Nothing rules Fargo out" in words and "Crime, Drama" in words and "Comedy" in words


def test_an_item_is_compared_with_the_one_that_was_spoken_of(films: Catalog) -> None:
    assert answered(films, "第一部是哪年的?", "跟第二部比哪个新?").words.startswith("《Liar Liar》(1997)更新")
    assert "Liar Liar (1997) is newer" in answered(films, "what year is 1?", "compared to 2, which is newer?").words


def test_what_is_not_known_of_a_choice_is_owned(films: Catalog) -> None:
    assert "does not tell" in answered(films, "which of these has aged best?").words
    assert "评分" in answered(films, "第一部和第二部哪个口碑好").words
    assert "no taste but yours" in answered(films, "would my mum like 2?").words
    assert "没有被排除" in answered(films, "朋友说《Fargo》不错,为啥没给我推", first="something funny").words
    assert "number 1, Kolya" not in answered(films, "why not comedies?").words


def test_what_is_asked_of_all_of_the_list_is_told_of_each(films: Catalog) -> None:
    assert "Kolya: 1996; Liar Liar: 1997" in answered(films, "what year are these from?").words
    assert "评分" in answered(films, "这些评分怎么样").words
    assert "where a film can be watched" in answered(films, "are any of these on Netflix?").words
    assert answered(films, "第三部多少年的?比第一部老吗").words.count("1995") == 2


def test_the_year_of_a_film_is_a_year(films: Catalog) -> None:
    reply = Conversation(films).reply("a comedy from the year Evita came out")
    assert reply.request is not None and "year=1996" in (reply.request.where or "")


@pytest.mark.parametrize(
    ("line", "preferred"),
    [
        ("tell me in one sentence why i should pick 2 over 1", "2"), ("why should i pick the first one over the third", "1"), ("give me one good reason to choose 3 instead of 1", "5"),
        ("what's the case for 2 over 3?", "2"), ("convince me to take 3 rather than 2", "5"), ("what does 2 have that 1 doesn't", "2"),
        ("can you tell me briefly why 1 is better than 2", "1"), ("why would we go for number 2 rather than number 3, in a few words", "2"), ("what's so good about 1 compared to 3", "1"),
    ],
)  # fmt: skip
def test_two_items_are_weighed_however_it_is_asked(films: Catalog, line: str, preferred: str) -> None:
    reply = answered(films, line)
    assert reply.why == preferred and "What tells them apart" in reply.words and reply.request is None, reply.words


@pytest.mark.parametrize(
    "line",
    ["whats better, 1 or 3? its for a date", "which one is best for date night", "which of them should we watch, it's for a first date", "2 or 3, which is better? we're on a date", "we're on a first date, 1 or 3?"],
)  # fmt: skip
def test_a_choice_for_an_occasion_says_by_what_and_keeps_the_list(films: Catalog, line: str) -> None:
    romance = Item("7", "Sabrina", "", {"genres": ("Romance",), "year": 1995})
    conversation = Conversation(Catalog("films", (*films.items, romance), {}))
    conversation.show(conversation.reply("something for tonight"), ("1", "2", "7"))
    reply = conversation.reply(line)
    assert reply.request is None and reply.why == "7" and "romance" in reply.words, reply.words
    conversation.show(conversation.reply("crime"), ("3", "6", "1"))
    reply = conversation.reply(line)
    assert reply.request is None and reply.why is not None and "None of them" in reply.words, reply.words


@pytest.mark.parametrize(
    "line",
    ["which of these would i like most, based on what ive watched", "based on my history which one would suit me best", "which one am i most likely to enjoy",
     "going by my taste, which would you pick?", "knowing what i've seen, which one should i watch", "which do you reckon i'd enjoy more, 1 or 2"],
)  # fmt: skip
def test_a_choice_by_what_the_person_has_says_so(films: Catalog, line: str) -> None:
    conversation = Conversation(films, history=("6", "3"))
    conversation.show(conversation.reply("something for tonight"), ("1", "3", "4"))
    reply = conversation.reply(line)
    assert reply.request is None and reply.why == "3" and "of yours" in reply.words, reply.words
    unknown = Conversation(films)
    unknown.show(unknown.reply("something for tonight"), ("1", "3", "4"))
    assert unknown.reply(line).why == "1"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("is fargo sadder than evita?", "Fargo"), ("which is funnier, kolya or heat?", "Kolya, a comedy, should be funnier"),
        ("heat or goofy movie, which is more violent?", "Heat, a crime"), ("is alien scarier than heat", "no title like “alien”"),
        ("is Evita funnier than Heat", "Evita"),
    ],
)  # fmt: skip
def test_titles_beside_the_list_are_compared_and_no_others(films: Catalog, line: str, says: str) -> None:
    reply = answered(films, line, shown=("2", "5"))
    assert says in reply.words and "Liar" not in reply.words and reply.request is None, reply.words
