"""A change of wish takes, what was told before holds on, and turns of phrase are neither wishes nor filters."""

import pytest

from llmrec.catalog import Catalog, Item
from llmrec.chat.conversation import Conversation
from llmrec.chat.replies import Reply

KINDS = (
    ("Action", "Thriller"), ("Action",), ("Horror",), ("Horror", "Comedy"), ("Comedy",), ("Comedy", "Romance"), ("Mystery",),
    ("Mystery", "Comedy"), ("Drama",), ("War", "Drama"), ("Western",), ("Sci-Fi",), ("Musical",), ("Horror", "Thriller"),
)  # fmt: skip
YEARS = (1941, 1952, 1968, 1983, 1991, 1996, 1998)


@pytest.fixture(scope="module")
def films() -> Catalog:
    made = (
        (f"Picture {chr(65 + n)}{chr(97 + m)}", kinds, year)
        for n, kinds in enumerate(KINDS)
        for m, year in enumerate(YEARS)
    )
    titles = [*made, ("Speed", ("Action",), 1994), ("Speed 2: Cruise Control", ("Action",), 1997), ("Another Stakeout", ("Comedy",), 1993),
              ("Batman Returns", ("Action",), 1992)]  # fmt: skip
    return Catalog(
        "films", tuple(Item(str(n), t, "", {"genres": g, "year": y}) for n, (t, g, y) in enumerate(titles, 1)), {}
    )


def talk(catalog: Catalog, *lines: str) -> tuple[Conversation, list[Reply]]:
    """A conversation whose lists are the first five items that a request leaves open."""
    conversation, replies = Conversation(catalog, clarify=False), []
    for line in lines:
        reply = conversation.reply(line)
        if reply.request is not None:
            closed = {*reply.request.never, *(reply.request.history or ())}
            conversation.show(reply, [item.id for item in catalog.items if item.id not in closed][:5])
        replies.append(reply)
    return conversation, replies


def where(reply: Reply) -> str:
    assert reply.request is not None
    return reply.request.where or ""


@pytest.mark.parametrize("first", ["something with explosions", "an action film", "something exciting for two"])
@pytest.mark.parametrize(
    ("line", "kind"),
    [("my brother changed his mind, he wants something spooky", "Horror"), ("he wants something spooky now", "Horror"),
     ("rather something funny", "Comedy"), ("you know what, let's have a western", "Western"), ("actually how about a musical", "Musical"),
     ("on second thoughts, something scary", "Horror"), ("算了,换个有点吓人的吧", "Horror"), ("换一部西部片", "Western")],
)  # fmt: skip
def test_another_kind_takes_the_place_of_the_one_before(films: Catalog, first: str, line: str, kind: str) -> None:
    reply = talk(films, first, line)[1][1]
    assert f"genres={kind}" in where(reply) and "Action" not in where(reply)
    assert reply.list is not None and not any(
        word in (reply.list.query or "") for word in ("action", "explosions", "mind")
    )


@pytest.mark.parametrize(
    ("line", "has"),
    [("same mood but with a bit of humour in it", "genres=Comedy"), ("the same but after 1990", "year>1990"), ("same thing, just newer", "year>"),
     ("same, but a touch funnier", "genres=Comedy"), ("but from the 90s", "year>=1990"), ("the same kind of thing but before 1960", "year<1960")],
)  # fmt: skip
def test_the_same_goes_on_with_what_was_asked_for(films: Catalog, line: str, has: str) -> None:
    for first, kind in (("something scary", "genres=Horror"), ("a mystery", "genres=Mystery")):
        reply = talk(films, first, line)[1][1]
        assert kind in where(reply) and has in where(reply)
        assert (
            reply.list is not None and "same" not in (reply.list.query or "") and "mood" not in (reply.list.query or "")
        )


@pytest.mark.parametrize(
    "line",
    ["can be from any time", "from any year", "any decade will do", "forget the old stuff, any era", "the year doesn't matter", "I don't care how old",
     "I don't care what year it's from", "the old ones are fine by her", "newer films are ok", "年代不限", "什么年代的都行"],
)  # fmt: skip
def test_any_year_lets_the_year_go_and_nothing_else(films: Catalog, line: str) -> None:
    conversation, replies = talk(films, "a comedy from before 1980, no war", line)
    assert where(replies[1]) == "genres=Comedy and genres!=War" or where(replies[1]) == "genres!=War and genres=Comedy"
    assert conversation.state.rejected == () and conversation.state.refused == ()
    conversation, replies = talk(films, "a comedy", line)  # nothing to let go
    assert "genres=Comedy" in conversation.conditions and "year" not in (
        replies[1].list.query if replies[1].list else ""
    )


def test_what_was_told_holds_through_later_changes(films: Catalog) -> None:
    told = ("a thriller, no action, nothing before 1985", "no sequels please")
    later = ("rather something exciting", "my wife wants something funny now", "now something dumb", "same but a bit scarier",
             "actually a comedy", "how about a mystery", "surprise me")  # fmt: skip
    conversation, replies = talk(films, *told, *later)
    for line, reply in zip(later, replies[2:], strict=True):
        assert "genres!=Action" in where(reply) and "year>=1985" in where(reply), line
        shown = {films.item(id).title for id in reply.request.never} if reply.request else set()
        assert {"Speed 2: Cruise Control", "Another Stakeout", "Batman Returns"} <= shown and "Speed" not in shown
    assert "genres!=Action" not in where(conversation.reply("action is fine again"))


def test_no_mood_brings_back_kinds_that_words_rule_out(films: Catalog) -> None:
    replies = talk(films, "a thriller, not a bloodbath", "now something dumb", "something exciting")[1]
    for reply in replies:
        assert reply.request is not None
        left = [item for item in films.items if item.id not in reply.request.never]
        assert not any("War" in str(item.attributes["genres"]) for item in left)
        assert not any("Action" in str(item.attributes["genres"]) for item in left)


@pytest.mark.parametrize("line", ["换一批", "第一部看过了,换一批", "give me others", "seen 1, show me different ones"])
def test_others_are_none_of_those_shown(films: Catalog, line: str) -> None:
    reply = talk(films, "a comedy", line)[1][1]
    assert reply.request is not None
    shown = talk(films, "a comedy")[0].state.last
    assert shown is not None and set(shown.items) <= {*reply.request.never, *(reply.request.history or ())}
    assert "genres=Comedy" in where(reply)


@pytest.mark.parametrize(
    ("line", "query"),
    [("something like a mystery, where you never see the ending coming", "mystery"), ("you know what, a western", "a western"),
     ("to be fair, a western would do", "a western"), ("a mystery, the sort of thing Bogart was in", "a mystery"),
     ("don't get me wrong, a musical", "a musical"), ("thing is, we want a comedy", "a comedy"), ("a mystery that keeps you guessing", "a mystery")],
)  # fmt: skip
def test_turns_of_phrase_rank_nothing_and_rule_nothing_out(films: Catalog, line: str, query: str) -> None:
    conversation, (reply,) = talk(films, line)
    assert reply.list is not None and query in (reply.list.query or "")
    assert not any(
        word in (reply.list.query or "").lower()
        for word in ("know", "bogart", "fair", "wrong", "coming", "thing is", "guessing")
    )
    assert conversation.state.refused == () and conversation.state.rejected == ()


def test_where_hardly_anything_is_both_the_kind_that_was_asked_for_stays_and_it_is_said(films: Catalog) -> None:
    reply = talk(films, "a western", "and something spooky too")[1][1]
    assert "genres=Western" in where(reply) and "Horror" not in where(reply) and "stays as it was" in reply.words


@pytest.mark.parametrize(
    ("line", "kind"),
    [("what I'd really like now is a good western", "Western"), ("hmm, a musical after all", "Musical"), ("put on something creepy for me", "Horror"),
     ("forget that, a war film for a change", "War"), ("well, what we need is a comedy", "Comedy")],
)  # fmt: skip
def test_a_kind_is_read_however_the_wish_begins(films: Catalog, line: str, kind: str) -> None:
    reply = talk(films, "something exciting", line)[1][1]
    assert f"genres={kind}" in where(reply) and "Action" not in where(reply)


def test_a_mood_beside_a_mood_is_both_and_a_mood_in_its_place_is_one(films: Catalog) -> None:
    assert (
        where(talk(films, "something spooky", "in the same spirit, and a little funnier")[1][1])
        == "genres=Horror and genres=Comedy"
    )
    assert where(talk(films, "something exciting", "something spooky")[1][1]) == "genres=Horror"
    reply = talk(films, "a western", "no westerns, they all look the same to her")[1][1]
    assert where(reply) == "genres!=Western" and reply.list is not None and reply.list.query is None


def test_an_earlier_list_comes_again_by_its_kind_or_as_the_first(films: Catalog) -> None:
    lines = ("a war film", "not 1", "a musical", "a western")
    conversation, replies = talk(films, *lines, "bring back the war ones after all")
    assert where(replies[-1]) == "genres=War" and conversation.state.rejected == ("1",)
    conversation, replies = talk(films, *lines, "can I have the first lot again")
    assert where(replies[-1]) == "genres=War"


@pytest.mark.parametrize(
    ("line", "rejected"),
    [("not the one at the top, they know it by heart", ("1",)), ("skip the third one, the lead actor gets on my nerves", ("3",)),
     ("number 2 put us both to sleep, but the rest look fine", ("2",)), ("the first one bored my dad to tears", ("1",)),
     ("drop the bottom one, everybody at work talks about it", ("5",)), ("number 4 was a let-down", ("4",))],
)  # fmt: skip
def test_a_ban_is_read_with_its_reason_and_no_more(films: Catalog, line: str, rejected: tuple[str, ...]) -> None:
    conversation, replies = talk(films, "anything", line)
    assert (
        conversation.state.rejected == rejected
        and conversation.state.accepted == ()
        and conversation.state.refused == ()
    )
    assert where(replies[1]) == "" and replies[1].request is not None and replies[1].request.query is None


def test_what_is_ruled_out_with_a_reason_is_that_alone(films: Catalog) -> None:
    conversation, (reply,) = talk(films, "not vampires, they're silly")
    assert conversation.state.refused == ("vampires",) and reply.list is not None and reply.list.query is None
    assert where(talk(films, "a comedy from before 1980", "age is not an issue for me")[1][1]) == "genres=Comedy"


@pytest.mark.parametrize(
    "line", ["actually scratch the horror, he's bringing his sister", "forget the horror", "no, ditch the horror please", "never mind the horror"]
)  # fmt: skip
def test_a_condition_is_taken_back_in_more_words(films: Catalog, line: str) -> None:
    assert "Horror" not in where(talk(films, "a horror film", line)[1][1])


@pytest.mark.parametrize(
    "line", ["a comedy that isn't dumb", "a comedy that's not dumb, for two", "a comedy which is not too dumb"]
)
def test_what_something_is_not_to_be_is_no_word_of_the_query(films: Catalog, line: str) -> None:
    reply = talk(films, line)[1][0]
    assert reply.list is not None and "dumb" not in (reply.list.query or "")


def test_a_word_that_a_title_only_holds_is_no_liking(films: Catalog) -> None:
    conversation, _ = talk(films, "an action film", "i like cruise")
    assert not conversation.state.liked
    assert talk(films, "an action film", "i like speed")[0].state.liked


@pytest.mark.parametrize(
    ("line", "condition"),
    [("有没有类似第三部但是更新一点的", "year>"), ("类似第三部但更老的", "year<"), ("像第三个那样的,不过更新一点", "year>"), ("要类似第三部的,再新一点", "year>")],
)  # fmt: skip
def test_a_place_in_chinese_is_a_place_whatever_stands_behind_it(films: Catalog, line: str, condition: str) -> None:
    conversation, _ = talk(films, "来一部动作片")
    assert conversation.state.last is not None
    third = conversation.state.last.items[2]
    reply = conversation.reply(line)
    assert reply.request is not None and reply.request.like == third and condition in where(reply), reply.words


@pytest.mark.parametrize("line", ["战争片就算了,以后也别给我推", "战争片算了,以后也不要推", "西部片就算了"])
def test_what_is_ruled_out_in_passing_takes_nothing_else_away(films: Catalog, line: str) -> None:
    _, (_, reply) = talk(films, "来点喜剧,别太老", line)
    assert "genres=Comedy" in where(reply) and "year>" in where(reply) and "genres!=" in where(reply), where(reply)


@pytest.mark.parametrize(
    ("line", "condition"),
    [
        ("got anything newer", "year>"), ("u got anything older", "year<"), ("have you anything more recent", "year>"), ("you got any newer ones?", "year>"),
        ("is there anything older?", "year<"), ("do you have something a bit newer", "year>"), ("can you find me any older ones", "year<"), ("any newer", "year>"),
    ],
)  # fmt: skip
def test_a_comparative_behind_a_question_whether_there_is_something_is_a_condition(
    films: Catalog, line: str, condition: str
) -> None:
    conversation, _ = talk(films, "a comedy from the 90s")
    reply = conversation.reply(line)
    assert reply.request is not None and condition in where(reply), line
    assert "newer" not in (reply.request.query or ""), line
