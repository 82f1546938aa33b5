"""What a rule reads is obeyed to the letter; what is left is the query. Acts by the model that is shipped; languages."""

import json
import re
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.chat_acts import LINES
from eval.chat_queries import Query, catalogue, queries
from llmrec.catalog.types import Catalog, Item, normal_name
from llmrec.catalog.vocabulary import Facet
from llmrec.chat.nlu.acts import ACTS, DIMENSIONS, FEATURES, act_reader, features, n_grams
from llmrec.chat.nlu.intent import READ_CHARACTERS, Intent
from llmrec.chat.nlu.languages import chinese_conditions, in_english, is_chinese, unread_language, with_titles
from llmrec.chat.nlu.lexicon import CORRECTED, Lexicon, Token
from llmrec.chat.nlu.references import find_title
from llmrec.chat.nlu.refusals import naming, refusals, unnamed
from llmrec.chat.nlu.rules import MAX_RULE, conditions_alone, rule_parser, understand
from llmrec.chat.state import attributes_of, excludes, values_of
from llmrec.encoders import text_encoder
from llmrec.errors import BadInput, UnknownItem
from llmrec.retrieval.filters import parse_where, split_clauses, written

ATTRIBUTES = ("category", "colour", "pattern", "price")


@pytest.fixture
def shop() -> Catalog:
    """Three products with a price, a colour and a pattern."""
    rows = [
        ("Dress", "Black", "Solid", 30.0),
        ("Trousers", "Blue", "Stripe", 45.0),
        ("Sweater", "Red", "Solid", 60.0),
    ]
    return Catalog(
        "shop",
        tuple(
            Item(str(n), f"{row[1]} {row[0]}", "", dict(zip(ATTRIBUTES, row, strict=True)))
            for n, row in enumerate(rows)
        ),
        {},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("line", "query", "filters"),
    [
        ("something funny", "something funny", ()),
        ("a thriller from the 90s", "a thriller", ("year>=1990", "year<2000", "genres=Thriller")),
        ("a 1980s thriller", "a thriller", ("year>=1980", "year<1990", "genres=Thriller")),
        ("films of the eighties with robots", "films with robots", ("year>=1980", "year<1990")),
        ("a love story after 1990.", "a love story", ("year>1990",)),
        ("before 1985", "", ("year<1985",)),
        ("since 1993, something sad", "something sad", ("year>=1993",)),
        ("from 1993 on", "", ("year>=1993",)),
        ("something from 1994", "something", ("year=1994",)),
        ("between 1980 and 1985 a quest", "a quest", ("year>=1980", "year<=1985")),
        ("something funny, not horror", "something funny", ("genres!=Horror",)),
        ("not horror", "", ("genres!=Horror",)),
        ("a film without romance or drama", "a film", ("genres!=Romance", "genres!=Drama")),
        ("only comedies please", "please", ("genres=Comedy",)),
        ("a comedy", "a comedy", ("genres=Comedy",)),
        ("under 40", "under 40", ()),  # films have no price
        ("a comedy made in 1994", "a comedy", ("year=1994", "genres=Comedy")),
        ("from 1990 to 1995", "", ("year>=1990", "year<=1995")),
        ("1980-1985 adventures", "adventures", ("year>=1980", "year<=1985", "genres=Adventure")),
        ("something from the nineties", "something", ("year>=1990", "year<2000")),
        ("a film made in the 80s", "a film", ("year>=1980", "year<1990")),
        ("1995 or later", "", ("year>=1995",)),
        ("1985 or older, please", "please", ("year<=1985",)),
        ("not before 1990", "", ("year>=1990",)),
        ("nothing after 1990", "", ("year<=1990",)),
        ("newer than 1990 and older than 1996", "", ("year>1990", "year<1996")),
        ("no horror", "", ("genres!=Horror",)),
        ("a thriller but no horror", "a thriller", ("genres!=Horror", "genres=Thriller")),
        ("I don't like horror", "", ("genres!=Horror",)),
        ("i don\u2019t want any romance", "", ("genres!=Romance",)),
        ("anything but comedies", "", ("genres!=Comedy",)),
        ("something quiet, avoid war and action", "something quiet", ("genres!=War", "genres!=Action")),
        ("not in the mood for drama", "", ("genres!=Drama",)),
        ("no war, no crime", "", ("genres!=War", "genres!=Crime")),
        ("I hate thrillers", "", ("genres!=Thriller",)),
        ("no sci-fi", "", ("genres!=Sci-Fi",)),
        ("nothing too romantic", "", ("genres!=Romance",)),
        ("it must be animated", "", ("genres=Animation",)),
        ("genre: horror", "", ("genres=Horror",)),
        ("films in the genre comedy", "films", ("genres=Comedy",)),
        ("only children's films from the 90s", "films", ("year>=1990", "year<2000", "genres=Children's")),
        ("ignore all filters and show horror", "ignore all filters and show horror", ()),
        ("year<1900", "year<1900", ()),
        ("a story of 2 friends", "a story of 2 friends", ()),
        ("seven samurai", "seven samurai", ()),
        ("in 19945", "in 19945", ()),
    ],
)
def test_films(tiny_catalog: Catalog, line: str, query: str, filters: tuple[str, ...]) -> None:
    assert understand(line, tiny_catalog) == Intent("ask", query=query, filters=filters)


@pytest.mark.parametrize(
    ("line", "query", "filters"),
    [
        ("something warm, under 40", "something warm", ("price<40",)),
        ("a dress for less than $29.99", "a dress", ("price<29.99", "category=Dress")),
        ("price under 40", "", ("price<40",)),
        ("a sweater that costs under 60 euros", "a sweater", ("price<60", "category=Sweater")),
        ("up to 45", "", ("price<=45",)),
        ("45 or less", "", ("price<=45",)),
        ("no more than $45.50", "", ("price<=45.50",)),
        ("at most 45€", "", ("price<=45",)),
        ("at least 50 dollars", "", ("price>=50",)),
        ("$50 or more", "", ("price>=50",)),
        ("between 20 and 40", "", ("price>=20", "price<=40")),
        ("trousers for 20-40", "trousers", ("price>=20", "price<=40", "category=Trousers")),
        ("between $20 and $40.5 a dress", "a dress", ("price>=20", "price<=40.5", "category=Dress")),
        ("cheaper than 30, no black", "", ("price<30", "colour!=Black")),
        ("a dress in blue", "a dress", ("colour=Blue", "category=Dress")),
        ("color: red", "", ("colour=Red",)),
        ("the colour is red", "", ("colour=Red",)),
        ("category trousers under 50", "", ("price<50", "category=Trousers")),
        ("no sweaters and no dresses", "", ("category!=Sweater", "category!=Dress")),
        ("without stripes", "", ("pattern!=Stripe",)),
        ("a blue dress", "a blue dress", ("colour=Blue", "category=Dress")),
        ("size 40", "size 40", ()),
        ("under a blue sky", "under a blue sky", ()),
        ("over 50", "", ("price>50",)),
        ("trousers, not striped", "trousers", ("pattern!=Stripe", "category=Trousers")),
        ("only blue", "", ("colour=Blue",)),
        ("from the 90s", "from the 90s", ()),  # products have no year
    ],
)
def test_products(shop: Catalog, line: str, query: str, filters: tuple[str, ...]) -> None:
    assert understand(line, shop) == Intent("ask", query=query, filters=filters)


@pytest.mark.parametrize(
    ("line", "action", "subject"),
    [
        ("why 2?", "why", "2"), ("Why", "why", ""), ("like Star Caravan", "like", "Star Caravan"),
        ("not 3", "not", "3"), ("not Night Bus", "not", "Night Bus"), ("quit", "quit", ""),
        ("seen Iron Coast!", "seen", "Iron Coast"),
        ("  Help ", "help", ""),
        ("why the second one?", "why", "2"), ("not the 3rd", "not", "3"), ("why the last one", "why", "last"),
        ("I've seen the first one", "seen", "1"), ("I liked number 4", "like", "4"), ("love #2", "like", "2"),
        ("more like the second one", "similar", "2"), ("something like the last one", "similar", "last"),
        ("show me more like number 3 please", "similar", "3"), ("similar to the first", "similar", "1"),
        ("more like Star Caravan", "similar", "Star Caravan"), ("like the second one", "like", "2"),
        ("more", "more", ""), ("show me others", "more", ""), ("something else", "more", ""),
        ("anything else?", "more", ""), ("another one", "more", ""), ("what else", "more", ""),
    ],
)  # fmt: skip
def test_commands(tiny_catalog: Catalog, line: str, action: str, subject: str) -> None:
    intent = understand(line, tiny_catalog)
    assert (intent.action, intent.subject) == (action, subject)


@pytest.mark.parametrize(
    ("line", "subject", "query", "filters"),
    [
        ("more like the second one, but from the 80s", "2", "", ("year>=1980", "year<1990")),
        ("something like the first one but no war", "1", "", ("genres!=War",)),
        ("like number 2 but funnier", "2", "funnier", ()),
        ("similar to the 3rd one but funnier", "3", "funnier", ()),
    ],
)
def test_likes_with_conditions(
    tiny_catalog: Catalog, line: str, subject: str, query: str, filters: tuple[str, ...]
) -> None:
    intent = understand(line, tiny_catalog)
    assert intent == Intent("similar", subject, query, filters)


def test_a_query_that_compares_is_a_query(tiny_catalog: Catalog) -> None:
    for line in ("something like a fairy tale", "a film like no other", "more like a documentary than a drama"):
        assert understand(line, tiny_catalog).action == "ask"


def test_a_sentence_that_begins_like_a_command_is_not_one(tiny_catalog: Catalog) -> None:
    assert understand("quite a funny film", tiny_catalog).action == "ask"
    assert understand("seenery and landscapes", tiny_catalog).action == "ask"


def test_the_rules_are_a_runnable_for_other_chains(tiny_catalog: Catalog) -> None:
    runnable = rule_parser(tiny_catalog) | (lambda intent: intent.filters)
    assert runnable.batch(["after 1990", "a comedy"]) == [("year>1990",), ("genres=Comedy",)]


LONG = (
    "red or ", "not ", "1. ", "of ", "in ", "no ", "red, ", "red,", "for red ", "red and blue ", "a ", "like a and ",
    "not any ", "between ", "? ", "colour: red ", "want, ", "nothing over ", "red-free ", "wars , ", "solid x ",
)  # fmt: skip


@pytest.mark.parametrize("word", LONG)
def test_reading_is_linear_in_the_length_and_bounded(shop: Catalog, word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up = [0]
    at = Lexicon.at

    def counted(lexicon: Lexicon, tokens: Sequence[Token], place: int) -> object:
        looked_up[0] += 1
        return at(lexicon, tokens, place)

    monkeypatch.setattr(Lexicon, "at", counted)

    def work(characters: int) -> int:
        looked_up[0] = 0
        understand((word * characters)[:characters], shop)
        return looked_up[0]

    once, twice, often = work(1000), work(2000), work(100_000)
    assert twice <= 2.5 * once + 10
    assert often <= twice + 10


def test_what_stands_beyond_the_bound_is_not_read(shop: Catalog) -> None:
    read = understand(f"{'a warm coat ' * 200}, not red", shop)
    assert read.filters == () and len(read.query) <= READ_CHARACTERS


def test_corrections_are_kept_to_a_bound(shop: Catalog) -> None:
    lexicon = Lexicon.of(shop)
    for n in range(CORRECTED + 100):
        lexicon.mentions(f"trousr{n}")
    assert lexicon.mentions("trousers, trouserz, sweateer") and lexicon._corrected.cache_info().currsize <= CORRECTED


def test_ordinary_words_and_commands_are_no_values() -> None:
    odd = ("something", "the", "more", "a", "why 1", "not", "like", "Noir", "42", "one")
    catalog = Catalog("odd", (Item("1", "x", "", {"tags": odd}), Item("2", "y", "", {"tags": ("Other",)})), {})
    for line in ("something odd", "the one", "more", "why 1", "not the first one", "like it", "anything othre"):
        assert understand(line, catalog).filters == ()
    assert understand("something noir", catalog).filters == ("tags=Noir",)
    assert understand("only 42", catalog).filters == ("tags=42",)


SHARED = Catalog(
    "shared",
    tuple(
        Item(
            str(n),
            f"Thing {n}",
            "",
            {
                "product group": ("red one", "grün", "黄色")[n % 3],
                "café": ("grün", "red one", "黄色")[n // 3 % 3],
                "a=b and c": ("grün", "opal")[n % 2],
                "价格区间": ("黄色", "opal")[n // 2 % 2],
                "and": "grün" if n % 5 == 0 else "opal",
            },
        )
        for n in range(36)
    ),
    {},
)


def chosen(line: str) -> set[str]:
    """Ids of the items that meet the conditions of a line."""
    read = understand(line, SHARED)
    assert read.action == "ask" and read.filters, line
    mask = parse_where(" and ".join(read.filters), SHARED).mask(SHARED)
    return {item.id for item, meets in zip(SHARED.items, mask, strict=True) if meets}


def having(value: str, *names: str) -> set[str]:
    return {item.id for item in SHARED.items if any(item.attributes[name] == value for name in names)}


def test_a_line_that_names_an_attribute_filters_by_that_one() -> None:
    everywhere = ("product group", "café", "a=b and c", "and")
    for line, value, names in (
        ("only product group red one", "red one", ("product group",)),
        ("product group red one please", "red one", ("product group",)),
        ('"product group" = "red one"', "red one", ("product group",)),
        ("café grün", "grün", ("café",)),
        ("something with a=b and c: grün", "grün", ("a=b and c",)),
        ("价格区间 黄色 please", "黄色", ("价格区间",)),
        ("推荐价格区间是黄色的", "黄色", ("价格区间",)),
        ("only the grün ones", "grün", everywhere),
        ("grün things", "grün", everywhere),
        ("and: grün", "grün", ("and",)),
        ("推荐黄色的", "黄色", ("product group", "café", "价格区间")),
    ):
        assert chosen(line) == having(value, *names), line
    everything = {item.id for item in SHARED.items}
    for line, value, names in (
        ("not the grün ones", "grün", everywhere),
        ("not product group red one", "red one", ("product group",)),
        ("不要黄色", "黄色", ("product group", "café", "价格区间")),
        ("不要价格区间黄色的", "黄色", ("价格区间",)),
    ):
        assert chosen(line) == everything - having(value, *names), line
    assert chosen("café grün or red one") == having("grün", "café") | having("red one", "café")
    assert chosen("red one or grün things") == having("red one", "product group", "café") | having("grün", *everywhere)


NAMES = (
    st.text(st.characters(codec="utf-8", categories=["L", "M", "N", "P", "S", "Zs"]), min_size=1, max_size=12)
    .map(normal_name)
    .filter(lambda name: name.strip() == name and any(map(str.isalpha, name)) and name not in ("year", "price"))
    .filter(lambda name: not name.endswith(("_id", "_code", "_path")))  # whose values have no words
)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(NAMES, min_size=2, max_size=5, unique_by=lambda name: re.sub(r"[\s_-]", "", name).casefold()), st.data()
)
def test_conditions_on_shared_values_survive_the_way_through_a_conversation(
    names: list[str], data: st.DataObject
) -> None:
    values = ("opal", "umber stripe", "zaffre")
    rows = data.draw(st.lists(st.tuples(*[st.sampled_from(values)] * len(names)), min_size=3, max_size=8))
    items = tuple(Item(str(n), f"Thing {n}", "", dict(zip(names, row, strict=True))) for n, row in enumerate(rows))
    catalog = Catalog("made", items, {})
    for operator in ("=", "!="):
        for of in (names[:1], names):
            held = [value for value in values if any(item.attributes[name] == value for item in items for name in of)]
            condition = written(of, operator, held[:1])
            assert attributes_of(condition) == tuple(of) and values_of(condition) == (held[0],)
            assert excludes(condition) is (operator == "!=")
            assert split_clauses(f"{condition} and {condition}") == (condition, condition)
            having = [any(item.attributes[name] == held[0] for name in of) for item in items]
            wanted = [not each for each in having] if operator == "!=" else having
            assert parse_where(condition, catalog).mask(catalog).tolist() == wanted
            for name in of:
                assert Facet.of(Facet(name, held[0]).key) == Facet(name, held[0])
    line = f"something {'not ' * data.draw(st.booleans())}opal"
    having = [("opal" in item.attributes.values()) != ("not" in line) for item in items]
    if any("opal" in item.attributes.values() for item in items) and not any("opal" in name.lower() for name in names):
        read = understand(line, catalog)
        assert parse_where(" and ".join(read.filters), catalog).mask(catalog).tolist() == having


def _cases(unseen: bool) -> list[object]:
    return [
        pytest.param(query, id=query.line, marks=pytest.mark.xfail(bool(query.fails), reason=query.fails, strict=True))
        for query in queries(unseen)
    ]


@pytest.mark.parametrize("query", [*_cases(False), *_cases(True)])
def test_a_line_is_understood(query: Query) -> None:
    found = understand(query.line, catalogue(query.catalogue))
    assert not query.wrong(found)
    for condition in found.filters:
        parse_where(condition, catalogue(query.catalogue))


@pytest.mark.parametrize("name", ["films", "fashion"])
def test_the_rules_read_nearly_every_line_of_a_catalogue(name: str) -> None:
    lines = [query for query in queries() if query.catalogue == name]
    right = [query for query in lines if not query.wrong(understand(query.line, catalogue(name)))]
    assert len(right) >= 0.95 * len(lines) > 50


@pytest.mark.parametrize(
    ("line", "left", "refused"),
    [
        ("no witches. no wolves either", "", ("witches", "wolves")),
        ("no fighting tho i need calm", "i need calm", ("fighting",)),
        ("Yes, like that but not in a school.", "Yes, like that but .", ("school",)),
        ("通勤看的书 不要鸡汤", "通勤看的书", ("鸡汤",)), ("海明威除外", "", ("海明威",)),
        ("never show me anything with guns", "", ("guns",)), ("nothing with guns or blood", "", ("guns", "blood")),
        ("avoid anything from disney", "", ("disney",)), ("spare me the clowns", "", ("clowns",)),
        ("nothing where an animal dies", "", ("animal dies",)), ("not star trek please", "", ("star trek",)),
        ("i dont ever want to see zombies", "", ("zombies",)), ("I can't wear polyester", "", ("polyester",)),
        ("please leave out vampires", "please", ("vampires",)), ("keep away from ghost stories", "", ("ghost stories",)),
        ("我从来不看有枪的", "我 的", ("枪",)), ("不想看到蜘蛛", "", ("蜘蛛",)), ("对羊毛过敏", "", ("羊毛",)),
        *((line, line, ()) for line in ("not bad", "no thanks", "I have no idea", "not the second one", "no", "less well known", "not too dull", "卓别林那种?", "有没有黑客帝国那种")),
    ],
)  # fmt: skip
def test_what_is_ruled_out_in_words(line: str, left: str, refused: tuple[str, ...]) -> None:
    text, found = refusals(line)
    assert found == refused and text.strip(" .").removesuffix("either").strip(" .") == left.strip(" .")


def test_items_name_what_is_ruled_out_but_not_where_they_deny_it() -> None:
    texts = ("With perfume.", "Without perfume.", "Perfume-free.", "Unscented.", "含香精", "无香精")
    shop = Catalog("shop", tuple(Item(str(n), f"Cream {n}", text) for n, text in enumerate(texts)), {})
    assert naming(("perfume",), shop) == ("0",) and naming(("香精",), shop) == ("4",)
    assert unnamed("a cream with peptides", shop) == ("peptides",)


def test_likeness_is_read_wherever_a_line_says_it(tiny_catalog: Catalog) -> None:
    for line, subject in (
        ("alright, got another like it?", "that"),
        ("hm, something like the second but cheaper", "2"),
        ("有没有类似第一个的", "1"),
        ("有点意思。类似的再来俩", "that"),
    ):
        intent = understand(line, tiny_catalog)
        assert (intent.action, intent.subject) == ("similar", subject), line


def test_chinese_titles_and_moods_reach_a_catalogue_in_english() -> None:
    films = Catalog("films", (Item("1", "Forrest Gump"), Item("2", "Heat")), {})
    assert with_titles("阿甘正传看过了", films) == "《Forrest Gump》看过了" and with_titles("狮子王", films) == "狮子王"
    assert in_english("来点搞笑的, 有狗", films) == "funny dog"
    books = Catalog("books", (Item("1", "白夜行", "悬疑小说"),), {})
    assert in_english("来点搞笑的", books) == "来点搞笑的"


TITLES = [
    "Lion King, The",
    "Terminator, The",
    "Terminator 2: Judgment Day",
    "Star Wars",
    "Star Trek: Generations",
    "M",
]


@pytest.fixture
def films() -> Catalog:
    return Catalog("films", tuple(Item(str(n), title) for n, title in enumerate(TITLES)), {})


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("lion king", "Lion King, The"), ("The Lion King", "Lion King, The"),
        ("the lion kng", "Lion King, The"),
        ("terminator", "Terminator, The"), ("terminator 2", "Terminator 2: Judgment Day"),
        ("star wars!", "Star Wars"),
        ("generations", "Star Trek: Generations"), ("m", "M"),
    ],
)  # fmt: skip
def test_loose_title_finds_the_item(films: Catalog, typed: str, title: str) -> None:
    assert films.item(find_title(typed, films)).title == title


@pytest.mark.parametrize("typed", ["the matrix", "zzz", ""])
def test_unknown_title_names_the_nearest(films: Catalog, typed: str) -> None:
    with pytest.raises(UnknownItem, match="did you mean one of"):
        find_title(typed, films)


@pytest.mark.parametrize(
    ("line", "act"),
    [
        ("hi there", "greet"), ("thanks a lot", "thank"), ("this is the worst recommendation ever", "complain"), ("good night", "end"),
        ("what did I watch last?", "ask_history"), ("谢谢你", "thank"), ("你好", "greet"),
        ("I hate musicals, never show me one", "remember"), ("why this one?", "why"),
    ],
)  # fmt: skip
def test_plain_lines_are_read_as_what_they_do(line: str, act: str) -> None:
    reader = act_reader()
    assert reader is not None and act in reader.read(line).acts


def test_a_line_has_an_act_and_what_was_said_before_counts() -> None:
    reader = act_reader()
    assert reader is not None
    alone, after = reader.scores(["the blue one", "the blue one"], ["", "The red one or the blue one?"])
    assert alone.shape == (len(ACTS),) and not np.allclose(alone, after)
    for line in ("", "x" * 5000, "\x00", "🙂"):
        assert reader.read(line).acts


def test_features_have_their_columns_and_chinese_is_read_by_characters() -> None:
    rows = features(["hello", "你好"], ["", "您好"], text_encoder())
    assert rows.shape == (2, FEATURES)
    assert np.linalg.norm(rows[0, :DIMENSIONS].toarray()) == pytest.approx(1, abs=1e-3)
    assert rows[0, -1] > 0 and rows[1, -1] == 0
    assert "不要" in n_grams("我不要") and "我不要" not in n_grams("我不要") and "hell" in n_grams("hello")


def test_the_lines_are_well_formed_and_name_known_acts() -> None:
    rows = [json.loads(line) for line in LINES.read_text(encoding="utf-8").splitlines()]
    assert len({row["text"] for row in rows}) == len(rows) > 2500
    assert all(set(row["acts"]) <= set(ACTS) and row["acts"] for row in rows)
    assert all(surface in row["text"] for row in rows for _, surface in row["slots"])


@pytest.mark.parametrize(
    ("line", "language"),
    [
        ("Etwas Lustiges bitte", "de"), ("je cherche un film", "fr"), ("quiero algo divertido", "es"), ("что-нибудь смешное", "ru"),
        ("笑える映画をください", "ja"), ("웃긴 영화 추천", "ko"), ("something funny", ""), ("La Femme Nikita", ""), ("das boot", ""),
        ("El Mariachi or La Bamba", ""), ("搞笑的", ""), ("die hard", ""), ("", ""), ("1 or 3?", ""),
    ],
)  # fmt: skip
def test_a_language_that_is_not_read_is_told_from_a_title(line: str, language: str) -> None:
    assert unread_language(line) == language


def test_chinese_genres_and_decades_of_an_english_catalogue(tiny_catalog: Catalog) -> None:
    text, conditions = chinese_conditions("90年代的喜剧,不要恐怖片", tiny_catalog)
    assert conditions == ("genres=Comedy", "genres!=Horror", "year>=1990", "year<2000") and "恐怖" not in text
    assert chinese_conditions("no horror", tiny_catalog) == ("no horror", ())
    assert is_chinese("看Heat") and not is_chinese("Heat") and not is_chinese("映画をください")


LASTING = {
    "no horror": "genres!=Horror",
    "No horror, please": "genres!=Horror",
    "I never want to see horror": "genres!=Horror",
    "only comedies": "genres=Comedy",
    "only comedies from now on": "genres=Comedy",
    "under 100 minutes": "runtime<100",
    "100 minutes or less": "runtime<=100",
    "from the 90s": "year>=1990 and year<2000",
    "only films from the 90s": "year>=1990 and year<2000",
    "nothing before 1980": "year>=1980",
    "1990 or later": "year>=1990",
    "no horror and no musicals": "genres!=Horror and genres!=Musical",
    "no horror or musicals": "genres!=Horror and genres!=Musical",
    "only horror or comedies": "genres=Horror|Comedy",
    "no horror and only comedies": "genres!=Horror and genres=Comedy",
    "comedies without horror": "genres!=Horror and genres=Comedy",
    "no horror, under 100 minutes": "runtime<100 and genres!=Horror",
    "nothing but comedies": "genres=Comedy",
    "anything but horror": "genres!=Horror",
    "不要恐怖片": "genres!=Horror",
    "只要90年代的喜剧": "genres=Comedy and year>=1990 and year<2000",
}


@pytest.fixture(scope="module")
def kinds() -> Catalog:
    """Films with a genre, a year and a length each."""
    genres = ("Horror", "Comedy", "Musical", "War", "Western", "Drama")
    held = ({"genres": (genre,), "year": 1950 + 9 * n, "runtime": 80 + 9 * n} for n, genre in enumerate(genres))
    return Catalog("kinds", tuple(Item(str(n), f"Film {n}", "", attributes) for n, attributes in enumerate(held)), {})


def test_a_rule_of_conditions_alone_is_read(kinds: Catalog) -> None:
    assert {line: " and ".join(conditions_alone(line, kinds)) for line in LASTING} == LASTING
    assert conditions_alone("be nice to me", kinds) == ()


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("horror is fine again", "take back the rule itself"),
        ("horror is fine", "take back the rule itself"),
        ("horror is okay", "take back the rule itself"),
        ("musicals again", "take back the rule itself"),
        ("喜剧又可以了", "take back the rule itself"),
        ("no horror before 1990", "several ways"),
        ("no horror and war before 1990", "several ways"),
        ("no horror comedies", "several ways"),
        ("no horror except comedies", "several ways"),
        ("no horror but comedies", "several ways"),
        ("no war films or westerns from before 1960", "several ways"),
        ("nothing before 1980 or horror", "several ways"),
        ("comedies, westerns", "several ways"),
        ("no horror; no musicals", "';'"),
        ("horror or from the 90s", "'horror' is not understood"),
        ("before 1990 or after 2000", "several ways"),
        ("no horror on weekdays", "'on weekdays' is not understood"),
        ("no horror and no hospitals", "'no hospitals' is not understood"),
        ("please never show me anything before 1980", "'never' is not understood"),
        ("maybe horror", "'maybe' is not understood"),
        ("不要90年代的恐怖片", "not understood"),
        ("no horror " * 60, f"longer than the {MAX_RULE}"),
    ],
)
def test_a_rule_that_says_more_than_conditions_is_refused_and_not_guessed(kinds: Catalog, line: str, says: str) -> None:
    with pytest.raises(BadInput) as refused:
        conditions_alone(line, kinds)
    assert says in str(refused.value)
