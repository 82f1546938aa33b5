"""Spans: words that say what is wanted are told from talk, whoever wrote the line, and rules match nobody's talk."""

import numpy as np
import pytest

from llmrec.catalog import Catalog, Item
from llmrec.chat.conversation import Conversation
from llmrec.chat.nlu.rules import understand
from llmrec.chat.nlu.span_reading import bare_words, rather_bare, with_spans, without_bare_words
from llmrec.chat.nlu.spans import KINDS, SpanReader, span_reader
from llmrec.encoders import text_encoder
from llmrec.errors import SetupError

NOTHING = Catalog("nothing", (), {})
SHOP = Catalog(
    "shop",
    tuple(
        Item(f"{colour} {kind}", f"{colour} {kind}", "", {"product_type": kind, "colour": colour})
        for kind in ("Sweater", "Jacket", "Dog wear")
        for colour in ("Pink", "Green", "Black")
    ),
    {},
)
FILMS = Catalog(
    "films",
    (
        Item("1", "Feeling Minnesota", "", {"genres": ("Comedy",), "year": 1996}),
        Item("2", "Alien", "", {"genres": ("Horror", "Sci-Fi"), "year": 1979}),
        Item("3", "Blade Runner", "", {"genres": ("Sci-Fi",), "year": 1982}),
        Item("4", "Half Baked", "", {"genres": ("Comedy",), "year": 1998}),
    ),
    {},
)


@pytest.mark.parametrize(
    ("line", "bare", "meant"),
    [
        ("something youd think i actually like, a western maybe", {"youd", "actually"}, {"western"}),
        ("seen all the disney ones tho", {"tho"}, {"disney"}),
        ("long shift again, feet are killing me. anything with submarines", {"killing"}, {"submarines"}),
        ("ngl that list was rubbish", {"ngl", "list"}, set()),
        ("smth floaty and midi for a summer wedding", {"smth"}, {"floaty", "midi"}),
    ],
)
def test_talk_is_told_from_what_is_wanted(line: str, bare: set[str], meant: set[str]) -> None:
    assert bare <= rather_bare(line) and not meant & rather_bare(line)
    assert bare_words(line) <= rather_bare(line)


def test_what_is_left_of_a_query_has_no_loose_ends() -> None:
    line = "nvm the mood, he's on the sofa with snacks now and wants aliens"
    assert without_bare_words("nvm the mood, the sofa with snacks now and wants aliens", line, NOTHING) == "aliens"


def test_a_query_keeps_what_is_wanted_with_its_small_words() -> None:
    line = "hmm idk smth about a lighthouse keeper tho"
    assert without_bare_words("about a lighthouse keeper tho", line, NOTHING) == "about a lighthouse keeper"
    assert without_bare_words("tho", line, NOTHING) == ""


def test_words_of_talk_name_no_value_and_no_title() -> None:
    line = "for my wife, she loves cosy sweaters, everything else she never wears"
    read = with_spans(understand(line, SHOP), line, SHOP)
    assert not any("Dog wear" in condition for condition in read.filters)
    reply = Conversation(FILMS).reply("ugh long day at work, feeling meh")
    assert "Minnesota" not in reply.words


def test_what_is_wanted_for_certain_is_not_ruled_out() -> None:
    line = "half of those arent even proper sci fi"
    read = with_spans(understand(line, FILMS), line, FILMS)
    assert "genres!=Sci-Fi" not in read.filters


def test_plain_wishes_and_bans_stay_as_the_rules_read_them() -> None:
    for line in (
        "something good, only comedies before 1990",
        "no horror please",
        "a comedy from the 90s, not too silly",
        "something like Alien, but newer",
    ):
        read = understand(line, FILMS)
        assert with_spans(read, line, FILMS) == read


def test_an_example_may_stand_behind_its_kind_in_small_letters() -> None:
    read = understand("i want sci fi like blade runner but older", FILMS)
    assert (read.action, read.subject.casefold()) == ("similar", "blade runner")
    assert understand("people like blade runner a lot", FILMS).action != "reject"


def test_ranges_that_exclude_one_another_are_one() -> None:
    assert understand("70s to 80s ideally but 90s is ok", FILMS).filters == ("year>=1970", "year<2000")
    for line in ("after 1980 and before 1990", "before 1990 and after 1980"):
        assert set(understand(line, FILMS).filters) == {"year>1980", "year<1990"}


def test_chinese_is_left_to_the_rules() -> None:
    assert bare_words("不要恐怖片") == frozenset()


def test_shares_are_probabilities_of_words_in_their_places() -> None:
    reader = span_reader()
    assert reader is not None
    line = "a drama, not too long"
    words = reader.words(line)
    assert [line[word.start : word.end] for word in words] == ["a", "drama", "not", "too", "long"]
    assert all(len(word.shares) == len(KINDS) and sum(word.shares) == pytest.approx(1, abs=1e-3) for word in words)


def test_a_damaged_model_is_refused() -> None:
    with pytest.raises(SetupError, match="the model of spans is not whole"):
        SpanReader({"bare": np.ones(1, np.float32)}, text_encoder())


def test_the_encoder_is_left_as_it_was() -> None:
    before = text_encoder().encode(["a lighthouse"])
    assert span_reader() is not None
    assert np.array_equal(text_encoder().encode(["a lighthouse"]), before)
