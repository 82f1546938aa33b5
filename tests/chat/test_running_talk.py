"""Running talk: films that are named in passing steer a list, and what is said beside a wish is not searched for."""

from collections.abc import Sequence

import pytest

from llmrec.catalog import Catalog, Item
from llmrec.chat.conversation import Conversation
from llmrec.chat.nlu.opinions import read_opinion
from llmrec.chat.nlu.request_phrases import without_request_phrases
from llmrec.chat.nlu.talk_clauses import talk_clauses
from llmrec.chat.nlu.title_mentions import read_title_mentions, titles_in
from llmrec.chat.replies import Reply

TITLES = (
    ("Heat", ("Action", "Crime"), 1995), ("Casino", ("Drama",), 1995), ("Big Chill, The", ("Comedy",), 1983),
    ("Seven (Se7en)", ("Crime", "Thriller"), 1995), ("Dumb & Dumber", ("Comedy",), 1994),
    ("Beauty and the Beast", ("Animation", "Musical"), 1991), ("Edge, The", ("Thriller",), 1997),
    ("Bound", ("Crime", "Thriller"), 1996), ("Scream", ("Horror",), 1996), ("Evita", ("Drama", "Musical"), 1996),
)  # fmt: skip


@pytest.fixture(scope="module")
def films() -> Catalog:
    items = (Item(title, title, "", {"genres": kinds, "year": year}) for title, kinds, year in TITLES)
    return Catalog("films", tuple(items), {})


@pytest.fixture
def chat(films: Catalog) -> Conversation:
    return Conversation(films, clarify=False)


def said(chat: Conversation, line: str, shown: Sequence[str] = ()) -> Reply:
    """The reply to a line behind a list of certain films."""
    if shown:
        chat.show(chat.reply("something for tonight"), shown)
    return chat.reply(line)


@pytest.mark.parametrize(
    ("line", "liked", "rejected", "rest"),
    [
        ("I'm looking for a crime film like Heat (1995) or Casino (1995)", ("Heat", "Casino"), (), "crime film"),
        ("I love Se7en (1995) and The Big Chill (1983)!", ("Seven (Se7en)", "Big Chill, The"), (), ""),
        ("Dumb and Dumber (1994) is my favourite. Any dramas?", ("Dumb & Dumber",), (), "Any dramas?"),
        ("I didn't like Heat (1995), it was boring", (), ("Heat",), "it was boring"),
        ("I have never seen Casino (1995)", (), (), ""),
        ("I want to see Casino (1995), but I loved Heat (1996)", ("Heat",), (), ""),
        ("Beauty and the Beast (2017) was great", (), (), ""),
        ("something like I, Robot (2004) but not horror", (), (), "something, but not horror"),
        (
            "a thriller, on the edge of your seat, like Heat (1995)",
            ("Heat",),
            (),
            "a thriller, on the edge of your seat",
        ),
    ],
)
def test_titles_with_their_year_are_read_with_what_is_said_of_them(
    films: Catalog, line: str, liked: tuple[str, ...], rejected: tuple[str, ...], rest: str
) -> None:
    told = read_title_mentions(line, films)
    assert told is not None
    assert (told.liked, told.rejected) == (liked, rejected)
    assert rest in told.rest and (rest or not told.rest)


def test_a_remake_is_not_the_film_of_the_catalogue_and_is_named_as_lacking(films: Catalog) -> None:
    told = read_title_mentions("I liked Beauty and the Beast (2017) and Casino (1995)", films)
    assert told is not None
    assert told.missing == ("Beauty and the Beast (2017)",)
    assert told.liked == ("Casino",)


@pytest.mark.parametrize("line", ["a heist film from the 90s", "I'd like Casino", "《Heat》(1995)那样的"])
def test_lines_without_a_dated_title_are_left_to_the_other_readers(films: Catalog, line: str) -> None:
    assert read_title_mentions(line, films) is None


@pytest.mark.parametrize("line", ["I loved Heat and hated Scream, what should I watch?", "loved Heat. hated Scream"])
def test_two_titles_that_are_judged_need_no_year(films: Catalog, line: str) -> None:
    told = read_title_mentions(line, films)
    assert told is not None and (told.liked, told.rejected) == (("Heat",), ("Scream",))
    both = read_title_mentions("I loved Heat and Casino. What next?", films)
    assert both is not None and both.liked == ("Heat", "Casino") and both.rest == "What next?"


def test_a_request_behind_what_is_liked_gives_a_list(chat: Conversation) -> None:
    for line in ("I loved Heat and hated Scream, what should I watch?", "I loved Heat and Casino. What next?"):
        reply = chat.reply(line)
        assert reply.request is not None and "cannot tell" not in reply.words, reply.words


def test_a_title_within_another_is_no_title(films: Catalog) -> None:
    assert titles_in("What about Homeward Bound (1993), or The Edge (1997)?", films) == ("Edge, The",)


def test_talk_without_full_stops_is_cut_where_the_next_clause_begins() -> None:
    assert talk_clauses("I loved it Do you know more?") == ["I loved it", "Do you know more?"]
    assert talk_clauses("the film that I saw was good") == ["the film that I saw was good"]


def test_named_films_become_the_history_and_their_words_no_query(chat: Conversation) -> None:
    reply = said(chat, "Looking for a comedy like Heat (1995) or The Babadook (2014)")
    assert reply.request is not None
    assert reply.request.history == ("Heat",)
    assert reply.request.where == "genres=Comedy"
    assert "Heat" not in (reply.request.query or "") and "Babadook" not in (reply.request.query or "")
    assert "The catalogue does not have The Babadook (2014)." in reply.words
    assert "you like Heat" in reply.words


def test_one_line_tells_of_likes_and_dislikes_beside_its_wish(chat: Conversation) -> None:
    reply = said(chat, "a crime film like Heat (1995), I loved Seven (1995) but not Casino (1995)")
    assert reply.request is not None
    assert reply.request.history == ("Heat", "Seven (Se7en)")
    assert "Casino" in reply.request.never
    assert reply.request.where == "genres=Crime"


def test_what_is_known_and_not_liked_is_left_out_and_what_is_wanted_is_not_known(chat: Conversation) -> None:
    assert "you know Heat" in said(chat, "Heat (1995) was ok").words
    assert chat.history == ("Heat",)
    said(chat, "I want to watch Casino (1995) tonight")
    assert "Casino" not in chat.state.rejected


@pytest.mark.parametrize("line", ["not Heat (1995)", "no more like Heat (1995) please", "Heat (1995) is too violent"])
def test_titles_that_are_refused_are_turned_down(chat: Conversation, line: str) -> None:
    said(chat, line, ["Casino", "Evita"])
    assert chat.state.rejected == ("Heat",)


def test_a_film_that_was_disliked_is_not_shown(chat: Conversation) -> None:
    reply = said(chat, "I hated Scream (1996). Something with songs?")
    assert reply.request is not None
    assert "Scream" in reply.request.never
    assert reply.request.history == ()


def test_what_was_never_seen_is_neither_known_nor_left_out(chat: Conversation) -> None:
    reply = said(chat, "I have never seen Casino (1995)", ["Casino", "Heat"])
    assert chat.history == ()
    assert reply.request is None or "Casino" not in reply.request.never


def test_what_was_said_of_titles_can_be_taken_back(chat: Conversation) -> None:
    said(chat, "I love Heat (1995)")
    assert chat.history == ("Heat",)
    chat.reply("undo")
    assert chat.history == ()


@pytest.mark.parametrize(
    ("line", "liked"),
    [
        ("I loved both of those!", ("Heat", "Casino")),
        ("Seen them all and enjoyed them all also.", ("Heat", "Casino")),
        ("Those were great", ("Heat", "Casino")),
        ("I love that one. Any others?", ("Heat",)),
        ("That was a very good movie.", ("Heat",)),
        ("these are great", ()),
        ("I like all kinds of films", ()),
    ],
)
def test_opinions_of_what_was_shown_become_likes(chat: Conversation, line: str, liked: tuple[str, ...]) -> None:
    said(chat, line, ["Heat", "Casino"])
    assert chat.history == liked


def test_praise_is_of_a_film_where_one_alone_was_named(films: Catalog) -> None:
    alone, several = Conversation(films, clarify=False), Conversation(films, clarify=False)
    said(alone, "Yes, that's a great one, thanks for the tip", ["Heat"])
    assert alone.history == ("Heat",)
    opinion = read_opinion("yes, that's a good one. He is one of my favourite actors")
    assert opinion is not None
    assert opinion.liked == "praised"
    said(several, "Yes it's a classic. Something else, from the 80s?", ["Heat", "Casino"])
    assert several.history == ()


@pytest.mark.parametrize(
    "line",
    [
        "I haven't seen that one.",
        "No, I have never heard of that one either. It sounds interesting, I'll check it out",
        "that was ok",
        "I don't think I've seen it",
        "Cool, I definitely need to see that!",
        "May have to watch it again",
    ],
)
def test_small_talk_about_a_film_changes_no_list(chat: Conversation, line: str) -> None:
    reply = said(chat, line, ["Heat", "Casino"])
    assert reply.request is None
    assert reply.words
    assert chat.history == ()
    assert chat.state.rejected == ()


def test_small_talk_beside_a_wish_is_no_part_of_it(chat: Conversation) -> None:
    reply = said(chat, "Haven't seen that one, sounds fun. Any horror?", ["Heat", "Casino"])
    assert reply.request is not None
    assert "Horror" in (reply.request.where or "")
    assert "seen" not in (reply.request.query or "") and "sounds" not in (reply.request.query or "")


def test_a_question_about_a_film_is_still_answered(chat: Conversation) -> None:
    assert said(chat, "I haven't seen it. What year is Casino from?", ["Heat", "Casino"]).words.count("1995")


@pytest.mark.parametrize(
    ("line", "wish"),
    [
        ("I was wondering if you could recommend some romantic comedies?", "some romantic comedies?"),
        ("I'm good, thanks. I am interested in war movies. Have any good suggestions?", "war movies."),
        ("Hi! Do you know of any good horror movies?", "any good horror movies?"),
        ("I like dramas what do you suggest?", "I like dramas?"),
        ("Can you help me find a western to watch tonight", "a western"),
        ("any good classic action movie suggestions?", "any good classic action movie?"),
        ("Any other suggestions?", "Any other suggestions?"),
        ("do you have any suggestions", "do you have any suggestions"),
        ("a film about a mind-reading clown", "a film about a mind-reading clown"),
        ("我在找一部喜剧", "我在找一部喜剧"),
    ],
)
def test_what_only_asks_is_taken_off_a_wish(line: str, wish: str) -> None:
    assert without_request_phrases(line).endswith(wish)


def test_a_wish_in_a_frame_is_the_wish_alone(films: Catalog) -> None:
    framed = said(Conversation(films), "Hello! I'm a big fan of comedies. Can you recommend me some?")
    plain = said(Conversation(films), "comedies")
    assert framed.request is not None and plain.request is not None
    assert (framed.request.where, framed.request.query) == (plain.request.where, plain.request.query)
