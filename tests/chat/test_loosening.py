"""What a line lets go without naming it, and what it keeps: another viewer, fine as well, both seen, one more."""

import pytest

from llmrec.catalog import Catalog, Item
from llmrec.chat.conversation import Conversation
from llmrec.chat.replies import Reply
from llmrec.retrieval.filters import parse_where

KINDS = (
    ("Action", "Thriller"), ("Action",), ("Horror",), ("Horror", "Comedy"), ("Comedy",), ("Comedy", "Romance"), ("Mystery",), ("Drama",),
    ("War", "Drama"), ("Western",), ("Romance",), ("Comedy", "Children's"), ("Animation", "Children's"),
)  # fmt: skip
YEARS = (1941, 1952, 1968, 1973, 1983, 1991, 1995, 1996, 1998)


@pytest.fixture(scope="module")
def films() -> Catalog:
    made = [(f"Picture {chr(65 + n)}{chr(97 + m)}", k, y) for n, k in enumerate(KINDS) for m, y in enumerate(YEARS)]
    made += [("Heat", ("Action",), 1995), ("Seven (Se7en)", ("Thriller",), 1995), ("Speed", ("Action",), 1994)]
    items = (Item(str(n), t, "", {"genres": g, "year": y}) for n, (t, g, y) in enumerate(made, 1))
    return Catalog("films", tuple(items), {})


def talk(catalog: Catalog, *lines: str) -> tuple[Conversation, list[Reply]]:
    """A conversation whose lists are the first five items that meet a request's filter and are not closed."""
    conversation, replies = Conversation(catalog, clarify=False), []
    for line in lines:
        reply = conversation.reply(line)
        if reply.request is not None:
            closed = {*reply.request.never, *(reply.request.history or ())}
            wanted = reply.request.where
            mask = parse_where(wanted, catalog).mask(catalog) if wanted else [True] * len(catalog.items)
            left = [item.id for item, meets in zip(catalog.items, mask, strict=True) if meets and item.id not in closed]
            conversation.show(reply, left[:5])
        replies.append(reply)
    return conversation, replies


def where(reply: Reply) -> str:
    assert reply.request is not None
    return reply.request.where or ""


@pytest.mark.parametrize(
    "line",
    ["and for me alone tomorrow, an action film", "something just for myself now: an action film", "I'm watching alone later, an action film please",
     "我自己一个人看的,要动作片", "这次就我一个人,来部动作片"],
)  # fmt: skip
def test_a_list_for_oneself_ends_what_held_for_two_and_says_so(films: Catalog, line: str) -> None:
    conversation, replies = talk(films, "a comedy from before 1980 for us two, she hates blood", line)
    assert where(replies[1]) == "genres=Action" and conversation.state.refused == ()
    assert "For you alone" in replies[1].words or "按您自己的来" in replies[1].words
    again = talk(films, "a comedy, she hates blood", line, "only from the 90s, it's just for me tomorrow")[1][2]
    assert "genres=Action" in where(again) and "year>=1990" in where(again) and "For you alone" not in again.words


@pytest.mark.parametrize(
    "line", ["is number 2 too long for me?", "that one is fine for me, not 3", "something funny for me"]
)
def test_what_is_for_me_in_passing_ends_nothing(films: Catalog, line: str) -> None:
    conversation, _ = talk(films, "a comedy from before 1980, no war", line)
    assert "year<1980" in conversation.conditions and "genres!=War" in conversation.conditions


@pytest.mark.parametrize(
    ("line", "kind"),
    [("but my girlfriend wants something after, a romance", "Romance"), ("and now one for my dad, a western", "Western"), ("对了我妈也想看,她喜欢爱情片", "Romance")],
)  # fmt: skip
def test_a_list_for_somebody_else_is_not_held_to_what_one_wanted(films: Catalog, line: str, kind: str) -> None:
    reply = talk(films, "a comedy from 1990 on", line)[1][1]
    assert where(reply) == f"genres={kind}" and ("somebody else" in reply.words or "换人看" in reply.words)


@pytest.mark.parametrize(
    ("first", "line", "holds"),
    [("a comedy from the 90s", "the 80s are fine too", "year>=1980 and year<2000"), ("a comedy from 1990 on", "the 80s would be ok as well", "year>=1980"),
     ("80年代或90年代的喜剧", "七十年代的也行", "year>=1970 and year<2000"), ("一部九十年代的喜剧", "八十年代也可以", "year>=1980 and year<2000"),
     ("a comedy from the 90s", "the 60s are fine too", "year=1960..1969|1990..1999")],
)  # fmt: skip
def test_what_is_fine_as_well_widens_the_years(films: Catalog, first: str, line: str, holds: str) -> None:
    reply = talk(films, first, line)[1][1]
    assert holds in where(reply) and "genres=Comedy" in where(reply) and reply.words


@pytest.mark.parametrize("line", ["the 70s are fine too", "七十年代的也行", "comedies from the 60s are ok as well"])
def test_what_nothing_kept_out_narrows_nothing(films: Catalog, line: str) -> None:
    reply = talk(films, "a drama", line)[1][1]
    assert "year" not in where(reply) and reply.words


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("mysteries are fine too", "Horror|Mystery"),
        ("悬疑片也可以", "Horror|Mystery"),
        ("westerns would be good as well", "Horror|Western"),
    ],
)
def test_a_kind_that_is_fine_as_well_stands_beside_the_one_before(films: Catalog, line: str, values: str) -> None:
    assert where(talk(films, "a horror film", line)[1][1]) == f"genres={values}"


def test_what_is_fine_as_well_leaves_the_rest_of_a_line_to_be_read(films: Catalog) -> None:
    assert where(talk(films, "a comedy from the 90s", "the 80s are fine too, but no horror")[1][1]) == (
        "year>=1980 and year<2000 and genres=Comedy and genres!=Horror"
    ) or "genres!=Horror" in where(talk(films, "a comedy from the 90s", "the 80s are fine too, but no horror")[1][1])


@pytest.mark.parametrize(
    "line", ["heat, seven, both seen", "seven and heat - i've seen both", "Heat, Seven, seen both of them", "ok heat and seven, both watched already"]
)  # fmt: skip
def test_both_seen_is_of_the_two_that_are_named(films: Catalog, line: str) -> None:
    conversation, _ = talk(films, "an action film", line)
    titles = {films.item(id).title for id in conversation.state.liked}
    assert titles == {"Heat", "Seven (Se7en)"} and not conversation.state.rejected
    assert "genres=Action" in conversation.conditions


def test_both_seen_of_places_is_of_those_places(films: Catalog) -> None:
    assert len(talk(films, "a comedy", "2 and 3, both seen")[0].state.liked) == 2
    assert len(talk(films, "一部喜剧", "第一部和第二部都看过了")[0].state.liked) == 2


@pytest.mark.parametrize(
    ("first", "line"),
    [("来部战争片", "算了。再加一条,不要太闷的"), ("一部战争片", "还有一点,要安静的"), ("a war film", "one more thing, it should be quiet"), ("a war film", "and in black and white, a serious one")],
)  # fmt: skip
def test_one_more_wish_throws_nothing_out(films: Catalog, first: str, line: str) -> None:
    conversation, _ = talk(films, first, line)
    assert "genres=War" in conversation.conditions


@pytest.mark.parametrize(
    "line", ["let's go with heat? no wait, is heat a sad one", "fine. is speed a dark film", "算了,《Speed》悲伤吗"]
)
def test_a_mood_that_is_asked_of_an_item_is_no_wish(films: Catalog, line: str) -> None:
    conversation, _ = talk(films, "an action film", line)
    assert conversation.conditions == ("genres=Action",)


@pytest.mark.parametrize(
    ("first", "line"),
    [
        ("something cosy", "no romance"),
        ("一部温暖的片子", "不要爱情片了"),
        ("something heartwarming", "not a romance though"),
    ],
)
def test_half_of_a_mood_refused_leaves_no_children_s_films_alone(films: Catalog, first: str, line: str) -> None:
    assert "Children" in where(talk(films, first)[1][0])
    reply = talk(films, first, line)[1][1]
    assert "genres!=Romance" in where(reply) and "Children" not in where(reply)
    assert "Children" not in where(talk(films, "something cosy, no romance")[1][0])


def test_what_is_left_of_a_mood_for_grown_people_holds_on(films: Catalog) -> None:
    reply = talk(films, "something gripping", "no thrillers")[1][1]
    assert "Action" in where(reply) and "genres!=Thriller" in where(reply)
