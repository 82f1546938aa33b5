"""The filter grammar: what it accepts, what it says otherwise; columns and Chroma read it as a loop over items does."""

import math
import operator
import uuid
from collections.abc import Iterator

import chromadb
import numpy as np
import pytest
from chromadb.config import Settings
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from llmrec.catalog import Catalog, Item
from llmrec.errors import BadFilter
from llmrec.retrieval.chroma_filters import chroma_metadata, chroma_where
from llmrec.retrieval.filters import Clause, Filter, attribute_kinds, parse_where, written

COLOURS = ["Black", "Light blue", "Salt and pepper", "red, dark"]
GENRES = ["Comedy", "Children's", "Sci-Fi", "Film-Noir"]


@pytest.fixture
def shop() -> Catalog:
    """Four items whose words hold commas, quotes and the word `and`; one lacks everything."""
    return Catalog(
        "shop",
        (
            Item("1", "a", "", {"colour": "Black", "price": 10, "genres": ("Comedy", "Children's"), "year": 1990}),
            Item("2", "b", "", {"colour": "Salt and pepper", "price": 49.5, "genres": ("Sci-Fi",), "year": 1999}),
            Item("3", "c", "", {"colour": "red, dark", "price": 40.0, "category": "Vest top"}),
            Item("4", "d", ""),
        ),
        {},
    )


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("year>=1990", "12"),
        ("year > 1990", "2"),
        ("price<40", "1"),
        ("price<=40", "13"),
        ("price=40", "3"),
        ("price!=40", "124"),
        ("genre=comedy", "1"),
        ("Genres=Children's", "1"),
        ("genre!=Comedy", "234"),
        ("categories=vest TOP", "3"),
        ("colour!=Black", "234"),
        ("colour=Salt and pepper", "2"),
        ("colour=red, dark", "3"),
        ("colour='red, dark' and price<=40", "3"),
        ('colour="Salt and pepper", year<2000', "2"),
        ("colour!=Black and price<45", "3"),
        ("colour!=black AND year>=1990,price>0", "2"),
        ("year>=2050", ""),
        ("genre=comedy|Sci-Fi", "12"),
        ("genres!=Comedy | Sci-Fi", "34"),
        ("colour=black|'red, dark' and price>10", "3"),
        ("colour!=Black|Salt and pepper", "34"),
        ("price=10|40", "13"),
        ("price!=10|40", "24"),
        ("price=9..40", "13"),
        ("price!=9..41|49.5", "4"),
        ("year=1985..1991|1999, genre=Children's|Sci-Fi", "12"),
        ("year!=1995..1998", "1234"),
        ("colour|genre=Black|Comedy", "1"),
        ("colour|category='vest top'|black and price>=10", "13"),
        ("colour | genres != Black|Sci-Fi", "34"),
        ("year|price<50", "123"),
        ("year=1999..1990", "12"),  # a span whose ends are swapped is its ends
    ],
)
def test_accepted(shop: Catalog, where: str, expected: str) -> None:
    chosen = parse_where(where, shop)
    assert "".join(shop.items[row].id for row in np.flatnonzero(chosen.mask(shop))) == expected


@pytest.mark.parametrize(
    ("where", "says"),
    [
        ("", "does not parse"),
        ("year", "does not parse"),
        ("year>=", "compares with nothing"),
        ("year>=1990 or price<3", "year holds numbers"),
        ("year>=1990 and", "year holds numbers"),
        ("year>=1990,", "year holds numbers"),
        ("colour='Black", "opens a quote"),
        ("colour='Black' x", "does not parse at 'x'"),
        ("director=Lynch", "it has: category, colour, genres, price, year"),
        ("colour>Black", "use = or !="),
        ("genre<Comedy", "use = or !="),
        ("colour=Blak", "Black"),
        ("year>=nan", "compare it with a number"),
        ("price<inf", "compare it with a number"),
        ("price<3|4", "with one number"),
        ("price<3..4", "compare it with a number"),
        ('price "EUR">=50', "('power \"W\"'>=50) or doubled"),
        ("colour|genre=Blak", "no item has"),
        ("colour|director=Black", "no attribute 'director'"),
        ("genre=Comedy|", "compares with nothing"),
        ("genre=|Comedy", "compares with nothing"),
        ("genre=Comedy|Blak", "no item has genres 'Blak'"),
        ("genre='Comedy|Sci-Fi'", "no item has genres 'Comedy|Sci-Fi'"),
    ],
)
def test_refused_with_what_is_allowed(shop: Catalog, where: str, says: str) -> None:
    with pytest.raises(BadFilter) as refusal:
        parse_where(where, shop)
    assert says in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_catalogue_without_attributes_says_so() -> None:
    with pytest.raises(BadFilter, match="it has: none"):
        parse_where("year>1", Catalog("bare", (Item("1", "a"),), {}))


items = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "year": st.integers(1980, 1990),
            "price": st.sampled_from([0.5, 1, 1.5, 2]),
            "colour": st.sampled_from(COLOURS),
            "genres": st.lists(st.sampled_from(GENRES), max_size=3, unique=True).map(tuple),
        },
    ),
    min_size=1,
    max_size=12,
).map(lambda found: tuple(Item(str(n), f"t{n}", "", attributes) for n, attributes in enumerate(found)))


COMPARE = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
    "!=": operator.ne,
}


def matches(chosen: Filter, item: Item) -> bool:
    """Whether the item satisfies every clause: what a filter means, item by item."""
    return all(satisfies(clause, item) for clause in chosen.clauses)


def satisfies(clause: Clause, item: Item) -> bool:
    value = item.attributes.get(clause.attribute)
    if clause.kind == "number":
        if not isinstance(value, int | float) or not math.isfinite(value):
            return clause.operator == "!="
        each = [COMPARE[clause.operator](float(value), float(wanted)) for wanted in clause.values]
        return all(each) if clause.operator == "!=" else any(each)
    words = () if value is None else value if isinstance(value, tuple) else (str(value),)
    return any(word in clause.values for word in words) == (clause.operator == "=")


def several(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """One value, or some joined by "or"."""
    return st.lists(values, min_size=1, max_size=3).map("|".join)


years = st.one_of(st.integers(1979, 1991).map(str), st.sampled_from(["1980..1983", "1985..1985", "1995..1999"]))
clause = st.one_of(
    st.tuples(st.just("year"), st.sampled_from(["=", "!="]), several(years)),
    st.tuples(st.just("price"), st.sampled_from(["=", "!="]), several(st.sampled_from(["1", "0.5", "1..2"]))),
    st.tuples(st.just("colour"), st.sampled_from(["=", "!="]), several(st.sampled_from(COLOURS))),
    st.tuples(st.just("genre"), st.sampled_from(["=", "!="]), several(st.sampled_from(GENRES))),
    st.tuples(st.just("year"), st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), st.integers(1979, 1991).map(str)),
    st.tuples(st.just("price"), st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), st.sampled_from(["1", "1.5", "3"])),
    st.tuples(st.just("colour"), st.sampled_from(["=", "!="]), st.sampled_from(COLOURS)),
    st.tuples(st.just("genre"), st.sampled_from(["=", "!="]), st.sampled_from(GENRES)),
)


@pytest.fixture(scope="module")
def chroma() -> Iterator[chromadb.ClientAPI]:
    client = chromadb.EphemeralClient(settings=Settings(anonymized_telemetry=False))
    yield client
    client.close()


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(items, st.lists(clause, min_size=1, max_size=3), st.sampled_from([" and ", ", ", ","]))
def test_chroma_and_columns_agree_with_a_loop_over_the_items(
    chroma: chromadb.ClientAPI, items: tuple[Item, ...], clauses: list[tuple[str, str, str]], joint: str
) -> None:
    catalog = Catalog("made", items, {})
    try:
        chosen = parse_where(joint.join("".join(parts) for parts in clauses), catalog)
    except BadFilter as refusal:  # an attribute or word that no item of this catalogue has
        assert "no attribute" in str(refusal) or "no item has" in str(refusal)
        return
    kinds = attribute_kinds(catalog)
    name = f"c{uuid.uuid4().hex}"
    collection = chroma.create_collection(name, embedding_function=None)
    collection.add(
        ids=[item.id for item in items],
        embeddings=np.ones((len(items), 2), np.float32),
        metadatas=[chroma_metadata(item, kinds) or None for item in items],
    )
    found = set(collection.get(where=chroma_where(chosen), include=[])["ids"])
    chroma.delete_collection(name)
    wanted = [matches(chosen, item) for item in items]
    assert chosen.mask(catalog).tolist() == wanted
    assert found == {item.id for item, there in zip(items, wanted, strict=True) if there}


SIGNS = ["#tag", "$where", "size:EU", "size", "", "chroma:document", "Main colour (EN)", "a%3Ab", "a:b", "'", '"', "%"]
NAMES = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=12),
    st.sampled_from([*SIGNS, 'it\'s "so"', "a=b", "x and y", "|", "\n", "\u202e", "名前"]),
)
HELD = st.one_of(
    st.integers(-3, 3),
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=6).filter(lambda word: word.strip() == word),
    st.lists(st.sampled_from(["red", "EU", "b:c", "it's", "a \"b\" 'c'|d"]), min_size=1, max_size=2, unique=True).map(
        tuple
    ),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example({"\u0958": 0})  # one letter that Unicode composes as two signs
@given(st.dictionaries(NAMES, HELD, min_size=1, max_size=5))
def test_attributes_of_any_name_are_filtered_by(chroma: chromadb.ClientAPI, attributes: dict[str, object]) -> None:
    items = (Item("0", "a", "", attributes), Item("1", "b"))  # type: ignore[arg-type]
    catalog = Catalog("made", items, {})
    kinds = attribute_kinds(catalog)
    collection = chroma.create_collection(f"c{uuid.uuid4().hex}", embedding_function=None)
    metadatas = [chroma_metadata(item, kinds) or None for item in items]
    collection.add(ids=["0", "1"], embeddings=np.ones((2, 2), np.float32), metadatas=metadatas)
    clauses = []
    for name, value in attributes.items():
        words = [str(word) for word in value] if isinstance(value, tuple) else [str(value)]
        clauses.append(written(name, "=", words))
        chosen = parse_where(clauses[-1], catalog)
        assert [clause.attribute for clause in chosen.clauses] == [name]
        assert chosen.mask(catalog).tolist() == [True, False]
        assert collection.get(where=chroma_where(chosen), include=[])["ids"] == ["0"]
    held = [value if isinstance(value, tuple) else (value,) for value in attributes.values()]
    every = [str(word) for words in held for word in words]
    for sign, ids in (("=", ["0"]), ("!=", ["1"])):  # any of the attributes; none of them
        try:
            either = parse_where(written([*attributes], sign, every), catalog)
        except BadFilter:
            assert "number" in kinds.values()  # of which some values are none
            continue
        assert collection.get(where=chroma_where(either), include=[])["ids"] == ids
        assert either.mask(catalog).tolist() == [sign == "=", sign == "!="]
    together = parse_where(" and ".join(clauses), catalog)
    assert len(together.clauses) == len(clauses)
    assert collection.get(where=chroma_where(together), include=[])["ids"] == ["0"]


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=30))
def test_any_text_parses_or_is_refused_in_one_sentence(text: str) -> None:
    catalog = Catalog("made", (Item("1", "a", "", {"year": 1990, "genres": ("Comedy",)}),), {})
    try:
        parse_where(text, catalog).mask(catalog)
    except BadFilter as refusal:
        assert str(refusal)


anything = st.one_of(
    st.integers(-3, 3),
    st.floats(-3, 3),
    st.sampled_from([float("nan"), float("inf"), -float("inf"), True]),
    st.sampled_from(["red", "blue", "1", "True", ""]),
    st.lists(st.sampled_from(["red", "blue", "1", ""]), max_size=3).map(tuple),
)


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.fixed_dictionaries({}, optional={"a": anything, "b": anything}), min_size=1, max_size=8),
    st.sampled_from("abc"),
    st.data(),
)
def test_columns_agree_with_a_loop_whatever_an_attribute_mixes(
    rows: list[dict[str, object]], name: str, data: st.DataObject
) -> None:
    held = tuple(Item(str(n), "t", "", attributes) for n, attributes in enumerate(rows))  # type: ignore[arg-type]
    catalog = Catalog("mixed", held, {})
    kind = attribute_kinds(catalog).get(name, "number")
    if kind == "number":
        sign = data.draw(st.sampled_from(sorted(COMPARE)))
        most = 3 if sign in ("=", "!=") else 1
        values = tuple(data.draw(st.lists(st.integers(-3, 3).map(float), min_size=1, max_size=most)))
    else:
        sign = data.draw(st.sampled_from(["=", "!="]))
        values = tuple(data.draw(st.lists(st.sampled_from(["red", "blue", "1", "", "none"]), min_size=1, max_size=3)))
    chosen = Filter((Clause(name, kind, sign, values),))
    assert chosen.mask(catalog).tolist() == [matches(chosen, item) for item in held]


def test_a_filter_reads_the_items_that_came_since_it_was_parsed() -> None:
    items = (Item("1", "a", "", {"year": 1990}), Item("2", "b", "", {"year": 1999}))
    chosen = parse_where("year>=1995", Catalog("young", items, {}))
    assert chosen.mask(Catalog("older", (*items, Item("3", "c", "", {"year": 2001})), {})).tolist() == [
        False,
        True,
        True,
    ]


WORDS = ["Black", "red, dark", "a|b", "'quoted'", "in and out=of", "1..2", "x"]


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4, unique=True), st.sampled_from(["=", "!="]))
def test_what_is_written_is_read_back(values: list[str], operator: str) -> None:
    items = tuple(Item(str(n), "t", "", {"colour": word, "year": n}) for n, word in enumerate(WORDS))
    where = f"{written('colour', operator, values)} and year>=0"
    chosen, other = parse_where(where, Catalog("made", items, {})).clauses
    assert (chosen.operator, chosen.values) == (operator, tuple(values)) and other.attribute == "year"
