"""What only tells of the people is no query, and ordinary ways to say something are written as the rules read it."""

import pytest

from llmrec.catalog.types import Catalog, Item
from llmrec.chat.conversation import Conversation
from llmrec.chat.nlu.narration import only_narrates, without_narration
from llmrec.chat.nlu.normalisation import spelt_out
from llmrec.chat.nlu.rephrasing import rephrased
from llmrec.chat.replies import Reply

FILMS = [
    ("Braindead", 1992, ("Comedy", "Horror")), ("Twelve Monkeys", 1995, ("Drama", "Sci-Fi")), ("Brazil", 1985, ("Sci-Fi",)),
    ("Homeward Bound: The Incredible Journey", 1993, ("Adventure", "Children's")), ("Homeward Bound II", 1996, ("Adventure", "Children's")),
    ("Home Alone", 1990, ("Children's", "Comedy")), ("Home Alone 3", 1997, ("Children's", "Comedy")), ("Laura", 1944, ("Mystery",)),
    ("Blues Brothers, The", 1980, ("Comedy", "Musical")), ("Contact", 1997, ("Drama", "Sci-Fi")), ("Singin' in the Rain", 1952, ("Musical",)),
    ("Mallrats", 1995, ("Comedy",)), ("Big Sleep, The", 1946, ("Mystery",)), ("Shall We Dance?", 1937, ("Comedy", "Musical")),
    ("Fargo", 1996, ("Crime",)), ("Star Kid", 1997, ("Adventure", "Children's")), ("Bean", 1997, ("Comedy",)), ("Babe", 1995, ("Children's", "Comedy")),
]  # fmt: skip
CLOTHES = [
    ("Mio", "Dress", "Black"), ("Sun", "Dress", "Blue"), ("Sun", "Dress", "Dark Green"), ("Rex", "Leggings/Tights", "Black"),
    ("Ron", "Hoodie", "Dark Grey"), ("Ron", "Hoodie", "Red"), ("Jim", "Sweater", "White"), ("Eva", "Shoes", "Black"),
]  # fmt: skip


@pytest.fixture
def films() -> Conversation:
    items = (
        Item(str(n), title, "", {"genres": kinds, "year": year}) for n, (title, year, kinds) in enumerate(FILMS, 1)
    )
    return Conversation(Catalog("films", tuple(items), {}))


@pytest.fixture
def shop() -> Conversation:
    items = (
        Item(str(n), title, "A thing.", {"category": kind, "colour": colour, "price": 10.0 * n})
        for n, (title, kind, colour) in enumerate(CLOTHES, 1)
    )
    return Conversation(Catalog("clothes", tuple(items), {}))


def said(conversation: Conversation, line: str, *items: str) -> Reply:
    reply = conversation.reply(line)
    if reply.request is not None:
        conversation.show(reply, items)
    return reply


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("had a long shift, brain is mush. something with a car chase, i need to sleep", "something with a car chase"),
        ("my sister just got dumped, she's crying on my couch. need something upbeat", "need something upbeat"),
        ("not cartoons, they think they're too old for that. something wild", "not cartoons, something wild"),
        ("we're in our twenties. something from the 90s", "something from the 90s"),
        ("a comedy, my wife hates war films", "a comedy, my wife hates war films"),
        ("I loved Brazil, give me more", "I loved Brazil, give me more"),
        ("my sister just got dumped", "my sister just got dumped"),
        ("我今天很累,来个喜剧", "我今天很累,来个喜剧"),
    ],
)
def test_clauses_that_only_tell_of_the_people_are_cut(films: Conversation, line: str, left: str) -> None:
    assert without_narration(line, films.catalog, lambda *_: False) == left


def test_a_line_that_only_tells_gets_a_word_and_no_list(films: Conversation) -> None:
    line = "had a long shift at the hospital, brain is mush"
    assert only_narrates(line, films.catalog) and films.reply(line).request is None


@pytest.mark.parametrize(
    ("line", "written"),
    [
        ("black is for funerals. green or blue then", "no black. green or blue then"),
        ("what's the diffrence between 1 and 2", "compare 1 and 2"),
        ("one of the boys is scared of dogs so nothing sad", "no dogs so nothing sad"),
        ("let's go back to dresses, but cheaper", "dresses, but cheaper"),
        ("love is for losers", "love is for losers"),
        ("too much lace in number 2", "not number 2, no lace"),
    ],
)
def test_ordinary_ways_to_say_it_are_written_as_the_rules_read_them(
    shop: Conversation, line: str, written: str
) -> None:
    assert rephrased(line, shop.catalog) == written


@pytest.mark.parametrize(
    ("line", "known", "never", "where"),
    [
        ("Braindead?? no blood please. a comedy", set(), {"1"}, "genres=Comedy"),
        ("Homeward Bound is all dogs and cats!! something with music", set(), {"4", "5"}, None),
        ("I just finished watching Contact and I'm still shaking. more like that!", {"10"}, set(), None),
        ("the wife's seen Star Kid, a comedy", {"16"}, set(), "genres=Comedy"),
        ("amy saw home alone last week. something for grown-ups", {"6"}, set(), None),
        ("recommend me something, i loved 12 monkys and brazil", {"2", "3"}, set(), None),
        ("Blues Brothers is one of my favorites, no horror", {"9"}, set(), "genres!=Horror"),
        ("We own Singin in the Rain on video already. a musical", {"11"}, set(), "genres=Musical"),
    ],
)
def test_what_is_said_of_titles_in_passing_is_taken_in(
    films: Conversation, line: str, known: set[str], never: set[str], where: str | None
) -> None:
    said(films, "a film", "1", "4", "5", "6")
    reply = said(films, line, "7")
    assert reply.request is not None, reply
    assert known <= set(reply.request.history or ()) and never <= set(reply.request.never), reply
    assert where is None or where in (reply.request.where or "")


def test_forget_all_that_starts_over_and_things_like_it_are_like_the_favourite(films: Conversation) -> None:
    said(films, "a comedy from the 90s", "12")
    reply = said(films, "forget all that. Blues Brothers is one of my favorites, show me things like it", "14")
    assert reply.request is not None and reply.request.where is None and "9" in (reply.request.history or ())


def test_a_number_before_more_like_is_the_length_of_the_list(films: Conversation) -> None:
    reply = said(films, "got 2 more like star kid?")
    assert reply.request is not None and reply.request.k == 2 and reply.request.like == "16"


def test_one_word_titles_are_read_after_who_plays_in(films: Conversation) -> None:
    said(films, "a film", "1", "2")
    assert "Contact" in films.reply("who plays in contact and is it any good?").words


def test_a_kind_that_a_wish_is_with_is_its_kind(films: Conversation) -> None:
    reply = said(films, "Something from before 1960, with a mystery. We've seen all of Hitchcock.")
    assert (
        "genres=Mystery" in str(reply.request and reply.request.where) and "direct" in reply.words
    ) or "author" in reply.words


def test_what_is_compared_with_what_was_shown_needs_no_name(films: Conversation) -> None:
    said(films, "a film", "3", "8")
    reply = said(films, "more of these but newer than the original")
    assert "year>1985" in str(reply.request and reply.request.where)


def test_why_one_stands_before_another_is_answered_though_more_is_said(films: Conversation) -> None:
    said(films, "a musical", "14", "11")
    reply = films.reply("Why did you put Shall We Dance above Singin' in the Rain? The second is far more famous.")
    assert reply.why == "14" and "Singin' in the Rain at number 2" in reply.words


def test_an_empty_answer_keeps_the_list_before_in_mind(films: Conversation) -> None:
    said(films, "a comedy", "12", "17")
    said(films, "from before 1930")
    assert films.reply("I'll take the first one").words.startswith("Mallrats: good choice")


def test_only_what_is_new_is_said_of_a_list(films: Conversation) -> None:
    assert said(films, "a comedy from the 90s", "12").words == "Only comedies from the 1990s, then."
    assert said(films, "but no horror", "12").words == "No horror, then."


def test_shades_and_what_there_is_enough_of_are_read_in_a_shop(shop: Conversation) -> None:
    where = str(said(shop, "something in dark colours", "1", "3").request)
    assert "Black" in where and "Dark Green" in where and "Dark Grey" in where and "Red" not in where
    assert "Leggings" not in str(said(shop, "a dress, nothing too tight", "1").request)


def test_items_of_one_name_are_told_apart(shop: Conversation) -> None:
    said(shop, "something nice", "5", "6", "1")
    words = shop.reply("why do you show the same hoodie twice?").words
    assert "1. Ron: Dark Grey" in words and "2. Ron: Red" in words


@pytest.mark.parametrize(
    ("line", "written"),
    [
        ("laura isnt a comedy at all. back to the mysteries", "mysteries"),
        ("ok not 5, fargo is no musical. back to comedies", "ok not 5, comedies"),
        ("something that isn't a comedy", "something that isn't a comedy"),
        ("back to the future", "back to the future"),
        ("closer to Fargo", "something like Fargo"),
        ("but fargo is exactly the tone", "I loved fargo"),
        ("something like Fargo or Blues Brothers", "I loved Fargo and Blues Brothers"),
        ("closer to home", "closer to home"),
    ],
)
def test_complaints_and_comparisons_are_written_as_the_rules_read_them(
    films: Conversation, line: str, written: str
) -> None:
    assert rephrased(line, films.catalog) == written


def test_a_colour_is_no_series_and_no_title() -> None:
    titles = ("Black Sheep", "Black Beauty", "White Squall", "White Balloon, The", "Heat")
    items = (Item(str(n), title, "", {"genres": ("Drama",), "year": 1995}) for n, title in enumerate(titles))
    chat = Conversation(Catalog("films", tuple(items), {}))
    said = chat.reply("black and white is fine but I'd rather have something from the 90s")
    assert not chat.state.liked and said.request is not None and "year" in (said.request.where or "")


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("my gran is 81 and loves mysteries, she is coming over on sunday", "loves mysteries"),
        ("im 19, broke and home alone, scare me", "scare me"), ("me and my roomate do a bad movie night every month. a comedy", "a comedy"),
        ("how long is the first one? he falls asleep after two hours", "how long is the first one?"),
        ("no musicals, I am 45", "no musicals, I am 45"),
    ],
)  # fmt: skip
def test_how_people_are_and_what_they_do_is_cut_whatever_it_holds(films: Conversation, line: str, left: str) -> None:
    assert without_narration(line, films.catalog, lambda _start, _end: False) == left


def test_a_title_says_nothing_of_a_kind_that_its_words_name() -> None:
    rows = [("Star Wars", ("Action", "Sci-Fi")), ("Patton", ("Drama", "War")), ("Contact", ("Sci-Fi", "Film-Noir"))]
    films = Catalog("films", tuple(Item(t, t, "", {"genres": kinds, "year": 1990}) for t, kinds in rows), {})
    reply = Conversation(films).reply("then a space film, not star wars")
    assert (
        reply.request is not None and "War" not in (reply.request.where or "") and "no war" not in reply.words.lower()
    )


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("not number 1, that ending was dumb", "not number 1"),
        ("no polyester please, it makes me sweat", "no polyester please"),
        ("nothing with stallone tho, cant stand them", "nothing with stallone tho"),
        ("that ending was dumb", "that ending was dumb"),
    ],
)
def test_why_something_is_not_wanted_is_no_wish(line: str, left: str) -> None:
    assert without_narration(line, Catalog("films", (), {}), lambda *_: False) == left


@pytest.mark.parametrize("line", ["I dont mind old ones after all", "can be from any time", "the year doesn't matter"])
def test_what_is_allowed_is_no_wish_for_it(line: str) -> None:
    assert spelt_out(line) == "forget that about the year"
