"""Words that no attribute has and that everybody understands stand for kinds; the talk around a wish stands for none."""

from itertools import combinations

import pytest

from llmrec.catalog.types import Catalog, Item
from llmrec.chat.conversation import Conversation
from llmrec.chat.nlu.moods import moods, without_moods
from llmrec.chat.nlu.narration import without_talk
from llmrec.chat.replies import Reply

KINDS = (
    "Action", "Adventure", "Children's", "Comedy", "Crime", "Drama", "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi",
    "Thriller", "War", "Western",
)  # fmt: skip
FILMS = Catalog(
    "films",
    tuple(
        Item(f"{n}-{year}", f"Title {n} {year}", "", {"genres": kinds, "year": year})
        for n, kinds in enumerate(combinations(KINDS, 2))
        for year in (1945, 1962, 1971, 1995, 1997)
    ),
    {},
)
GARMENTS = ("Jacket", "Boots", "Hoodie", "Dress", "Blazer", "Shirt", "Trousers", "Skirt", "Vest top", "Bikini top")
CLOTHES = Catalog(
    "clothes",
    tuple(
        Item(f"{n}-{section}-{i}", f"Name {n} {i}", f"{kind} in cotton.",
             {"category": kind, "section": section, "colour": colour, "price": 10.0})
        for n, kind in enumerate(GARMENTS)
        for section in ("Men Casual", "Womens Casual")
        for i, colour in enumerate(("Black", "Yellow", "Green", "White", "Orange"))
    ),
    {},
)  # fmt: skip


def first(line: str, catalog: Catalog = FILMS) -> tuple[Reply, str]:
    reply = Conversation(catalog, clarify=False).reply(line)
    return reply, (reply.request.where or "") if reply.request else ""


@pytest.mark.parametrize(
    ("line", "kinds"),
    [
        ("a whodunit", "Mystery"), ("a murder mystery please", "Mystery"), ("some heist", "Crime"), ("a road movie", "Adventure"),
        ("a slasher", "Horror"), ("something with swords and sandals", "Adventure"), ("a good old spy film", "Thriller"),
        ("something about cloning or artificial intelligence", "Sci-Fi"), ("something feel-good", "Comedy"), ("a tearjerker", "Drama"),
        ("something cosy", "Romance"), ("a kung fu flick", "Action"), ("gets us arguing", "Drama"), ("来部公路片", "Adventure"), ("想看推理的", "Mystery"),
    ],
)  # fmt: skip
def test_genre_like_words_stand_for_kinds(line: str, kinds: str) -> None:
    reply, where = first(line)
    assert kinds in where and reply.words.count("“") <= 2


def test_both_halves_of_a_wish_count() -> None:
    reply, where = first("my husband wants a whodunit and i want to laugh, can we meet in the middle?")
    assert "genres=Mystery" in where and "genres=Comedy" in where and "meet" not in reply.words
    assert "genres=Comedy" in first("a chick flick")[1] and "genres=Romance" in first("a chick flick")[1]


def test_what_is_ruled_out_is_none_of_the_kinds_that_a_mood_stands_for() -> None:
    reply, where = first("something cosy, no musicals")
    assert "Romance" in where and "genres!=Musical" in where and ": ." not in reply.words
    assert "Musical" not in reply.words.split(";")[0]
    assert moods("not a slasher", (), FILMS) == ("not a slasher", "", ())


def test_old_films_are_those_of_long_ago_for_the_catalogue() -> None:
    for line in ("an old war film", "old war pictures", "something old", "a classic western", "老电影"):
        assert "year<1972" in first(line)[1], line
    assert "year" not in first("a film about an old man")[1]
    assert without_moods("a heist with old friends") == "a with old friends"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("my dad is 78 and we're stuck in a cabin with no wifi this weekend. he likes war films", ("78", "wifi", "cabin")),
        ("moved to a new city today, boxes everywhere, dont know a soul. a comedy please", ("boxes", "soul", "city")),
        ("me and my roomate do a bad movie night every month. an action flick", ("roomate", "month", "bad")),
        ("idk, something that makes us laugh", ("idk",)), ("i grew up in the alps. a western please", ("alps", "grew")),
        ("I'm off sick and bored, got any comedies?", ("sick", "bored")),
        ("we're too tired to read subtitles tonight, a thriller", ("tired", "subtitles")),
        ("a war film made before 1970, like the stuff he grew up with", ("grew", "stuff")),
    ],
)  # fmt: skip
def test_talk_around_a_wish_is_neither_searched_for_nor_quoted_nor_ruled_out(line: str, said: tuple[str, ...]) -> None:
    reply, where = first(line)
    assert reply.request is not None and reply.list is not None and where
    state = Conversation(FILMS)
    state.reply(line)
    assert not state.state.refused
    for word in said:
        assert word not in reply.words and word not in (reply.list.query or "")


def test_talk_that_is_all_there_is_stays() -> None:
    assert without_talk("meh") == "meh" and without_talk("lol ok a comedy tbh") == "ok a comedy"


def test_what_the_catalogue_cannot_check_is_owned_and_not_promised() -> None:
    reply = first("a war film, nothing with swearing")[0]
    assert "does not tell me about “swearing”" in reply.words and "names swearing" not in reply.words
    reply = first("an action film but no stallone")[0]
    assert "tell me about “stallone”" in reply.words
    reply = first("a comedy, nothing where something happens to a kid or baby")[0]
    assert "what happens to a kid or baby" in reply.words
    assert "foreign" not in first("a comedy, no foreign films")[0].words


def test_a_long_stretch_that_only_ranks_is_not_quoted() -> None:
    words = first("a comedy about a lighthouse keeper whose brother collects very old stamps from abroad")[0].words
    assert "lighthouse" not in words and len(words) < 160


@pytest.mark.parametrize(
    ("line", "condition"),
    [
        ("im a bloke who hates shopping. a jacket", "section=Men Casual"), ("mens stuff only", "section=Men Casual"),
        ("a shirt for my husband", "section=Men Casual"), ("trousers for my sister", "section=Womens Casual"),
        ("going to a muddy music festival in scotland, what do i need", "Boots|Hoodie|Jacket"),
        ("something for a wedding guest", "Blazer|Dress|Skirt"), ("something for the office", "Blazer|Shirt|Trousers"),
        ("a jacket in green or a bright colour", "colour=Green|Orange|Yellow"),
    ],
)  # fmt: skip
def test_clothes_are_for_whoever_wears_them_and_for_what(line: str, condition: str) -> None:
    _, where = first(line, CLOTHES)
    held = {value for part in where.split(" and ") for value in part.split("=")[-1].split("|")}
    assert {condition.split("=")[-1], *condition.split("=")[-1].split("|")} & held >= set(
        condition.split("=")[-1].split("|")
    ), where


def test_what_an_occasion_stands_for_gives_way_to_a_kind_that_is_said() -> None:
    assert "Blazer" not in first("a dress for the office", CLOTHES)[1]


def test_who_wears_it_holds_until_it_is_taken_back() -> None:
    shop = Conversation(CLOTHES, clarify=False)
    for line in ("mens only. a jacket please", "not 1. hoodies instead", "start over: something green"):
        reply = shop.reply(line)
        assert reply.request is not None and "section=Men Casual" in (reply.request.where or ""), line
        shop.show(reply, ["0-Men Casual-0", "0-Men Casual-1"])
