"""What a person does with items of a list is state: taken, seen and rejected ones stay away, and each is undone."""

from collections.abc import Sequence

import numpy as np
import pytest

from eval.chat_queries import catalogue, queries
from eval.shoppers import CONDITIONS, TURNS, Shopper, shoppers, summary
from llmrec.catalog import Catalog, Item
from llmrec.chat.conversation import Conversation
from llmrec.chat.nlu.normalisation import repeated_query
from llmrec.chat.nlu.reactions import Reaction, parse_reaction, takes_back
from llmrec.chat.nlu.rules import understand
from llmrec.chat.replies import Reply
from llmrec.chat.state import Option, Question
from llmrec.errors import BadInput


@pytest.fixture(scope="module")
def films() -> Catalog:
    rows = [
        ("Scream", ("Horror", "Thriller"), 1996, 111),
        ("Toy Story", ("Animation", "Children's"), 1995, 81),
        ("Evita", ("Drama", "Musical"), 1996, 134),
        ("Tombstone", ("Western",), 1993, 130),
        ("Annie Hall", ("Comedy", "Romance"), 1977, 93),
        ("Fugitive, The", ("Action", "Thriller"), 1993, 130),
    ]
    return Catalog(
        "films",
        tuple(
            Item(str(n), title, "", {"genres": genres, "year": year, "runtime": minutes})
            for n, (title, genres, year, minutes) in enumerate(rows, 1)
        ),
        {},
    )


@pytest.fixture(scope="module")
def dresses() -> Catalog:
    rows = [("红色连衣裙", 120), ("黑色外套", 480), ("白色衬衫", 90), ("蓝色牛仔裤", 260)]
    return Catalog(
        "衣服", tuple(Item(str(n), title, "", {"price": price}) for n, (title, price) in enumerate(rows, 1)), {}
    )


def talk(catalog: Catalog, *lines: str, shown: int = 3) -> tuple[Conversation, list[Reply]]:
    """A conversation whose lists are the catalogue's first items that a request leaves open."""
    conversation, replies = Conversation(catalog), []
    for line in ("something for tonight", *lines):
        reply = conversation.reply(line)
        if reply.request is not None:
            closed = {*reply.request.never, *(reply.request.history or ())}
            conversation.show(reply, [item.id for item in catalog.items if item.id not in closed][:shown])
        replies.append(reply)
    return conversation, replies[1:]


@pytest.mark.parametrize(
    ("line", "kind", "subjects"),
    [
        ("I'll take 2", "accept", "2"), ("the second one please", "accept", "2"), ("ok number 3", "accept", "3"),
        ("let's go with the first", "accept", "1"), ("2 and 4 sound great", "accept", "2 4"), ("2", "accept", "2"),
        ("buy the last one", "accept", "last"), ("I'll watch The Fugitive", "accept", "The~Fugitive"),
        ("就要第二个", "accept", "2"), ("我选2", "accept", "2"), ("第三个不错", "accept", "3"), ("就这个", "accept", "that"),
        ("seen 1 and 3", "seen", "1 3"), ("already own that", "seen", "that"), ("have 2 already", "seen", "2"),
        ("1 and 3 I've already seen", "seen", "1 3"), ("I've seen Scream and Evita", "seen", "Scream Evita"),
        ("看过1和3", "seen", "1 3"), ("第一个看过了", "seen", "1"), ("我有第二个了", "seen", "2"), ("这个我有了", "seen", "that"),
        ("not 2, too long", "reject", "2"), ("2 is too expensive", "reject", "2"), ("skip 1, 2 and 4", "reject", "1 2 4"),
        ("I don't like 3", "reject", "3"), ("none of these", "reject", "these"), ("no, not the first", "reject", "1"),
        ("neither of 1 and 2 please", "reject", "1 2"), ("get rid of 2", "reject", "2"),
        ("2 looks lame, get rid of it", "reject", "2"),
        ("不要第二个,太长了", "reject", "2"), ("第二个太贵了", "reject", "2"), ("都不要", "reject", "these"),
        ("too expensive", "criticise", "these"), ("这些都太老了", "criticise", "these"),
    ],
)  # fmt: skip
def test_a_reaction_is_read_by_what_it_names(films: Catalog, line: str, kind: str, subjects: str) -> None:
    reaction = parse_reaction(line, films)
    assert reaction is not None and reaction.kind == kind
    assert reaction.subjects == tuple(each.replace("~", " ") for each in subjects.split())


def test_a_search_is_no_reaction(films: Catalog) -> None:
    lines = ["the second one but newer", "2 films from the 90s", "I want a comedy", "来3个", "not horror", "I want it under 50",
             "why 2", "more like 2", "is 2 good?", "something too long to watch", "go back to horror"]  # fmt: skip
    assert [line for line in lines if parse_reaction(line, films) or takes_back(line)] == []
    kept: Sequence[Reaction | None] = [
        parse_reaction(query.line, catalogue(query.catalogue)) for query in queries() if query.action == "ask"
    ]
    assert not any(kept)


def test_what_was_taken_or_seen_or_rejected_is_not_shown_again(films: Catalog) -> None:
    conversation, replies = talk(films, "I'll take 2", "seen 1", "not 3", "a quiet evening", "more")
    assert "Toy Story: good choice" in replies[0].words and replies[0].request is None
    assert conversation.state.accepted == ("2",) and conversation.history == ("2", "1")
    for reply in replies[3:]:
        assert reply.request is not None
        assert set(reply.request.history or ()) == {"2", "1"} and "5" in reply.request.never  # third of the new list
    kept = talk(films, "seen 1 and 3, hated both", "seen the second one, boring")[0].state
    assert kept.rejected == ("2",) or kept.rejected == ("1", "3", "4")


@pytest.mark.parametrize(
    ("line", "where"),
    [
        ("not 3, too long", "runtime<134"), ("2 is too short", "runtime>81"), ("not 1, too old", "year>1996"),
        ("not 1, too scary", "genres!=Horror"), ("not 1, no thrillers", "genres!=Thriller"), ("too long", "runtime<111"),
        ("不要第三个,太长了", "runtime<134"), ("第一个太吓人", "genres!=Horror"), ("these are all too long", "runtime<111"),
    ],
)  # fmt: skip
def test_a_rejection_with_a_reason_steers_the_list(films: Catalog, line: str, where: str) -> None:
    (reply,) = talk(films, line)[1]
    assert reply.request is not None and reply.request.where == where
    assert reply.request.query is None  # what only asks ranks nothing


def test_what_the_catalogue_lacks_is_no_condition_and_is_told(films: Catalog, dresses: Catalog) -> None:
    (reply,) = talk(films, "2 is too expensive")[1]
    assert reply.request is not None and "2" in reply.request.never
    assert "does not tell what Toy Story costs" in reply.words
    (reply,) = talk(dresses, "第二个太贵了")[1]
    assert reply.request is not None and reply.request.where == "price<480" and "价格低于480" in reply.words


def test_all_of_a_list_is_left_out_at_once(films: Catalog) -> None:
    for line in ("none of these", "I don't like any of them", "都不要"):
        (reply,) = talk(films, line)[1]
        assert reply.request is not None and set(reply.request.never) == {"1", "2", "3"}


@pytest.mark.parametrize("undo", ["undo", "take that back", "I take it back", "撤销", "取消上一步"])
@pytest.mark.parametrize(
    "line", ["I'll take 2", "seen 1 and 3", "not 2", "not 2, too short", "like 2", "none of these", "I hate musicals",
             "but no musicals", "more", "start over", "就要第二个"]
)  # fmt: skip
def test_every_change_is_undone(films: Catalog, line: str, undo: str) -> None:
    before = talk(films)[0].state
    conversation, replies = talk(films, line, undo)
    after = conversation.state
    assert not after.changed(before) and replies[1].words
    assert after.last is not None and after.last.items == ("1", "2", "3")


def test_changes_are_undone_one_after_the_other_and_then_none_is_left(films: Catalog) -> None:
    conversation, replies = talk(films, "like 1", "seen 2", "not 3", "undo", "undo", "undo", "undo", "undo")
    assert [bool(reply.request) for reply in replies[:3]] == [False, True, True]  # what is known is replaced
    assert "Annie Hall" in replies[3].words and "Toy Story" in replies[4].words and "Scream" in replies[5].words
    assert "What would you like" in replies[6].words and "nothing left" in replies[7].words
    assert conversation.state.last is None and conversation.history == ()


def test_an_item_that_is_not_there_is_told(films: Catalog) -> None:
    for line in ("seen 7", "I'll take the ninth"):
        with pytest.raises(BadInput, match="there is no number"):
            talk(films, line)
    with pytest.raises(BadInput, match="ask for something first"):
        Conversation(films).reply("I'll take it")


def test_a_simulated_shopper_answers_from_its_item_and_says_what_a_chat_reads(films: Catalog) -> None:
    question = Question(
        attribute="genres",
        text="Which genre?",
        options=(Option(text="Horror", condition="genres=Horror"), Option(text="Western", condition="genres=Western")),
    )
    chances = np.tile([[0.1, 0.0, 0.0], [0.5, 0.0, 0.0], [0.9, 0.0, 0.0]], (3, 1))[:TURNS]
    shopper = Shopper(films.item("4"), films, chances)
    assert shopper.line(0, ["1"], question) == "Western"
    assert Shopper(films.item("5"), films, chances).line(0, ["1"], question) == "it does not matter"
    assert [shopper.line(turn, ["5", "1"], None) for turn in range(3)] == ["western", "not 1, too old", "more"]


def test_shoppers_are_the_same_for_the_same_seed_and_are_summed_up_in_pairs(tiny_catalog: Catalog) -> None:
    drawn, again = ([user for user, *_ in shoppers(tiny_catalog, 4, 3)] for _ in range(2))
    assert drawn == again and len(drawn) == 4
    target, history = next((target.id, history) for _, target, history, _ in shoppers(tiny_catalog, 1, 3))
    assert target not in history
    turns = {"asking back": 2, "not asking": 4, "each line by itself": None}
    rows = [
        {"user": user, "condition": name, "turn": turns[name], "questions": 1} for user in drawn for name in CONDITIONS
    ]
    found = summary(rows, 0)
    assert found["asking back adds, within 3"] == [1.0, 1.0, 1.0] and found["each line by itself"]["turns"] == TURNS + 1
    assert found["asking back within 5 to first list alone"] == [None, None, None], "nobody found it in the first list"
    for row, (turn, rank) in zip(rows[1::3], ((1, 4), (1, 9), (3, 24), (4, 77)), strict=True):
        row.update(turn=turn, rank=rank)
    found = summary(rows, 0)
    middle, low, high = found["asking back within 5 to first list alone"]
    assert middle == 2.0 and low >= 1.0 and (high is None or high >= 2.0)
    assert (found["first list alone"], found["first list of 15"], found["first list of 40"]) == (0.5, 0.5, 0.75)


@pytest.mark.parametrize(
    ("line", "liked", "rejected"),
    [
        ("seen 1 and hated 3", ("1",), ("3",)),
        ("loved the first, seen 2, 4 is too long", ("1", "2"), ("4",)),
        ("1 is nice, got 2 already, 3 is ugly", ("1", "2"), ("3",)),
        ("Scream ive seen, toy story too, evita i hated", ("1", "2"), ("3",)),
        ("第一部我看过,很喜欢,第二部太老了", ("1",), ("2",)),
        ("第一件买过了,第二件太丑", ("1",), ("2",)),
    ],
)
def test_what_is_said_of_several_items_is_read_part_by_part(
    films: Catalog, line: str, liked: tuple[str, ...], rejected: tuple[str, ...]
) -> None:
    conversation, (reply,) = talk(films, line, shown=4)
    assert conversation.state.liked == liked and conversation.state.rejected == rejected
    assert reply.request is not None and set(rejected) <= set(reply.request.never)


def test_an_item_of_the_list_is_compared_within_what_was_asked_for(dresses: Catalog, films: Catalog) -> None:
    conversation, _ = talk(films, "something from the 90s, no westerns")
    reply = conversation.reply("the first but older")
    assert reply.request is not None and reply.request.like == "1" and "Nothing meets" not in reply.words
    assert reply.request.where == "year>=1990 and genres!=Western and year<1996"
    conversation, _ = talk(dresses, "something good")
    first = conversation.state.last.items[0]  # type: ignore[union-attr]
    for line in ("第一件但是便宜点", "比第一件便宜一点的", "cheaper than 1"):
        cheaper = conversation.reply(line)
        assert cheaper.request is not None
        assert f"price<{dresses.item(first).attributes['price']:g}" in (cheaper.request.where or cheaper.words)


SHELF = Catalog(
    "films",
    (
        Item("1", "Jurassic Park", "", {"genres": ("Action",), "year": 1993}),
        Item("2", "Lion King, The", "", {"genres": ("Animation", "Musical"), "year": 1994}),
        Item("3", "Pulp Fiction", "", {"genres": ("Crime",), "year": 1994}),
        *(Item(f"q{n}", f"Quiet Drama {n}", "", {"genres": ("Drama",), "year": 1990 + n}) for n in range(5)),
        Item("h", "Howl", "", {"genres": ("Horror",), "year": 1990}),
    ),
    {},
)


def spoken(*lines: str) -> list[tuple[str, str]]:
    """What each line comes to: the words of the reply, and the filter of its list."""
    conversation, found = Conversation(SHELF, clarify=False), []
    for line in lines:
        reply = conversation.reply(line)
        if reply.request is not None:
            conversation.show(reply, ["1", "2", "3"])
        found.append((reply.words, (reply.request.where or "-") if reply.request else ""))
    return found


def test_items_are_compared_and_the_part_of_a_list_that_was_told_of_is_listed() -> None:
    said = spoken(
        "something", "is 2 newer than jurasic park?", "how many of these are from 1994?", "only show me those"
    )
    assert said[1][0] == "Yes: The Lion King is from 1994, Jurassic Park from 1993."
    assert said[2][0] == "2 of the 3 on the list: The Lion King, Pulp Fiction." and said[3][1] == "year=1994"
    assert spoken("something", "which of them has songs?")[1][0] == "On the list: The Lion King (musicals)."
    assert spoken("something", "which one is the oldest?", "i'll take that one")[2][0].startswith("Jurassic Park: good")


def test_a_mood_is_a_kind_and_what_would_be_nice_gives_way_where_too_little_is_left() -> None:
    words, where = spoken("something quiet")[0]
    assert "For “quiet” I look among dramas" in words and where == "genres=Drama and genres!=Action|Crime|Horror"
    assert spoken("安静一点的片子")[0][1] == "genres=Drama and genres!=Action|Crime|Horror"
    assert spoken("something, preferably before 1995")[0][1] == "year<1995"
    assert spoken("something, preferably before 1960")[0][1] == "-"


def test_a_title_wants_no_kind_and_a_complaint_is_no_query() -> None:
    assert "genres" not in spoken("I loved Pulp Fiction, what else would I like?")[0][1]
    assert repeated_query("that makes no sense, I asked for romance") == "romance"
    words, where = spoken("a drama", "that makes no sense")[1]
    assert where == "" and "What holds now: only dramas" in words
    words, where = spoken("第一个讲什么")[0]
    assert where == "" and not words.isascii()


def test_a_line_that_was_parsed_by_another_is_written_out_all_the_same() -> None:
    conversation = Conversation(SHELF, clarify=False)
    conversation.show(conversation.reply("something"), ["1", "2", "3"])
    line = "seen them all except 2"
    reply = conversation.reply_to(understand(line, SHELF), line)
    assert conversation.state.liked == ("1", "3") and reply.request is not None


MUSICALS = Catalog(
    "films",
    tuple(
        Item(title, title, "", {"genres": kinds, "year": year})
        for title, kinds, year in (
            ("Evita", ("Drama", "Musical"), 1996), ("Willy Wonka", ("Children's", "Comedy"), 1971), ("Fargo", ("Crime",), 1996),
            ("Heat", ("Action", "Crime"), 1995), ("Menace II Society", ("Crime", "Drama"), 1993), ("Gattaca", ("Sci-Fi", "Film-Noir"), 1997),
        )
    ),
    {},
)  # fmt: skip


def on_show(
    *lines: str, shown: Sequence[str] = ("Willy Wonka", "Heat", "Menace II Society")
) -> tuple[Conversation, Reply]:
    conversation = Conversation(MUSICALS, clarify=False)
    conversation.show(conversation.reply("something, no musicals"), shown)
    reply = Reply()
    for line in lines:
        reply = conversation.reply(line)
    return conversation, reply


def test_an_objection_is_no_search_for_what_it_objects_to() -> None:
    talk, reply = on_show("is number 1 sad?", "isnt that one kind of a musical with the oompa loompas lol")
    assert talk.state.rejected == ("Willy Wonka",) and "nearest" not in reply.words
    assert not (reply.list and reply.list.query)
    assert on_show("isn't number 2 a crime film?")[1].request is None  # which was not ruled out, and is asked


@pytest.mark.parametrize(
    ("line", "known"),
    [
        ("we saw clue about a hundred times, and fargo too", ("Fargo",)), ("i just told you we've seen fargo", ("Fargo",)),
        ("I know Heat by heart already", ("Heat",)), ("we saw heat and fargo years ago", ("Heat", "Fargo")),
    ],
)  # fmt: skip
def test_titles_that_are_known_are_read_in_whatever_case(line: str, known: tuple[str, ...]) -> None:
    assert on_show(line)[0].state.liked == known


def test_what_is_said_of_an_item_is_why_it_goes() -> None:
    talk, _ = on_show("is 2 good?", "menace ii society is not dumb its a serious drama, drop that")
    assert talk.state.rejected == ("Menace II Society",) and "genres" not in talk.conditions[0].split("=")[-1]
    assert on_show("'heat wave' isnt even a film. gattaca then")[0].state.accepted == ("Gattaca",)


def test_the_cheaper_one_is_one_of_those_compared() -> None:
    items = [
        Item(n, f"Name {n}", "A hood.", {"category": "Hoodie", "price": float(p)})
        for n, p in zip("abc", (3, 2, 1), strict=True)
    ]
    shop = Conversation(Catalog("clothes", tuple(items), {}), clarify=False)
    shop.show(shop.reply("hoodies"), ["a", "b", "c"])
    shop.reply("compare 1 and 2")
    shop.reply("fine il take the cheaper one")
    assert shop.state.accepted == ("b",)
    shop.reply("put number 3 aside for me")
    assert shop.state.accepted == ("b", "c")
