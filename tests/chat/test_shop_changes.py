"""In a shop: another article takes the place of the one before, a pattern is any pattern, and what bores goes."""

import pytest

from llmrec.catalog import Catalog, Item
from llmrec.chat.conversation import Conversation
from llmrec.chat.nlu.patterns import patterned
from llmrec.chat.replies import Reply

ARTICLES = ("Skirt", "Blazer", "Flat shoe", "Boots", "Bag", "Trousers")
PATTERNS = ("Solid", "Stripe", "Dot", "Melange")


@pytest.fixture(scope="module")
def shop() -> Catalog:
    made = [(a, c, p) for a in ARTICLES for c in ("Black", "Dark Green") for p in PATTERNS for _ in range(2)]
    items = (
        Item(
            str(n), f"Style {n // 2}", "A thing to wear.", {"category": a, "colour": c, "pattern": p, "price": 10.0 + n}
        )
        for n, (a, c, p) in enumerate(made, 2)
    )
    return Catalog("shop", tuple(items), {})


def talk(catalog: Catalog, *lines: str) -> tuple[Conversation, list[Reply]]:
    """A conversation whose lists are the first five items that meet a request's filter and are not closed."""
    from llmrec.retrieval.filters import parse_where

    conversation, replies = Conversation(catalog, clarify=False), []
    for line in lines:
        reply = conversation.reply(line)
        if reply.request is not None:
            closed = {*reply.request.never, *(reply.request.history or ())}
            mask = (
                parse_where(reply.request.where, catalog).mask(catalog)
                if reply.request.where
                else [True] * len(catalog.items)
            )
            open_items = [
                item.id for item, meets in zip(catalog.items, mask, strict=True) if meets and item.id not in closed
            ]
            conversation.show(reply, open_items[:5])
        replies.append(reply)
    return conversation, replies


def where(reply: Reply) -> str:
    assert reply.request is not None
    return reply.request.where or ""


@pytest.mark.parametrize(
    ("line", "article"),
    [("ok and flat shoes to go with it", "Flat shoe"), ("and a bag to match", "Bag"), ("now boots that go with number 2", "Boots"),
     ("plus a bag to wear with it", "Bag"), ("rather trousers", "Trousers"), ("what trousers would go with number 1", "Trousers"), ("hmm, boots after all", "Boots"), ("what about boots", "Boots"), ("let's see trousers", "Trousers")],
)  # fmt: skip
def test_another_article_takes_the_place_of_the_one_before(shop: Catalog, line: str, article: str) -> None:
    reply = talk(shop, "a skirt in dark green, no stripes, under 200", line)[1][1]
    assert f"category={article}" in where(reply).replace("'", "") and "Skirt" not in where(reply)
    assert "price<200" in where(reply) and "pattern!=Stripe" in where(reply)


@pytest.mark.parametrize(
    "line",
    [
        "something with a bit of a pattern",
        "something patterned please",
        "less plain",
        "in a nice print",
        "有花纹的",
        "too boring. something with a pattern",
    ],
)
def test_a_pattern_is_any_that_is_not_plain(shop: Catalog, line: str) -> None:
    _, (_, reply) = talk(shop, "a black skirt", line)
    assert where(reply) == "colour=Black and category=Skirt and pattern=Dot|Stripe"
    assert "stripes" in reply.words or "条纹" in reply.words
    assert patterned("something striped", shop) == ("something striped", "")


def test_what_bores_is_not_shown_again_and_no_query_is_made_of_it(shop: Catalog) -> None:
    conversation, (first, reply) = talk(shop, "a skirt", "these are too boring")
    assert first.list is not None and reply.list is not None
    assert (
        reply.list.query == first.list.query
        and len(set(reply.list.excluded)) >= 5
        and conversation.state.rejected == ()
    )


def test_others_are_no_other_colours_of_the_same(shop: Catalog) -> None:
    _, (first, reply) = talk(shop, "a skirt", "换一批")
    assert first.list is not None and reply.request is not None
    shown = {shop.item(id).title for id in talk(shop, "a skirt")[0].state.last.items}  # type: ignore[union-attr]
    assert all(item.id in reply.request.never for item in shop.items if item.title in shown)


def test_the_first_pair_is_the_first_item(shop: Catalog) -> None:
    conversation, (_, reply) = talk(shop, "flat shoes", "I'll take the first pair")
    assert conversation.state.last is not None
    assert conversation.state.accepted == conversation.state.last.items[:1] and "good choice" in reply.words


@pytest.mark.parametrize(
    "line",
    ["I need something to wear in september", "something for next june", "I need something, I'm not a dress person"],
)
def test_months_and_what_somebody_is_rank_nothing(shop: Catalog, line: str) -> None:
    reply = talk(shop, line)[1][0]
    assert reply.list is not None and not any(
        word in (reply.list.query or "") for word in ("wear", "september", "june", "person")
    )


@pytest.fixture(scope="module")
def wardrobe() -> Catalog:
    sections = (
        "Men Shoes",
        "Denim Men",
        "Womens Casual",
        "Womens Tailoring",
        "Kids Boy Outdoor",
        "Young Boy",
        "Kids Girl",
        "Young Girl",
    )
    made = [
        (s, a, c)
        for s in sections
        for a in ("Jacket", "Sweater", "Shirt")
        for c in ("Black", "Dark Blue")
        for _ in range(2)
    ]
    items = (
        Item(
            str(n),
            f"Style {n}",
            "A thing to wear.",
            {"category": a, "colour": c, "section": s, "price": 0.01 + n * 7 % 12 / 1000},
        )
        for n, (s, a, c) in enumerate(made)
    )
    return Catalog("wardrobe", tuple(items), {})


@pytest.mark.parametrize(
    ("line", "section"),
    [
        ("jacket for my son", "Boy"), ("a shirt for a little boy", "Boy"), ("my niece needs a jacket", "Girl"), ("something for our daughter", "Girl"),
        ("a sweater for my husband", "Men"), ("a jumper for my dad", "Men"), ("a gift for my girlfriend", "Womens"), ("shirt for mum", "Womens"), ("a black shirt", ""), ("a jacket for my daughter, she's 25", "Womens"),
        ("a coat or jacket for my mum", "Womens"),
    ],
)  # fmt: skip
def test_whom_a_product_is_for_implies_the_section(wardrobe: Catalog, line: str, section: str) -> None:
    found = [part for part in where(talk(wardrobe, line)[1][0]).split(" and ") if part.startswith("section=")]
    assert bool(found) == bool(section) and all(section in value for part in found for value in part.split("|"))


@pytest.mark.parametrize(
    "line", ["something else, not jumpers", "in dark blue maybe", "now show me shirts", "anything cheaper", "more"]
)
def test_a_person_stays_until_another_is_named(wardrobe: Catalog, line: str) -> None:
    _, replies = talk(wardrobe, "im a bloke, black jackets", "something for my wife", line, "now for me, a shirt")
    assert "Womens" in where(replies[2]) and "Men Shoes" not in where(replies[2])
    assert "Denim Men" in where(replies[3]) and "Womens" not in where(replies[3])


def test_figures_and_files_are_not_spoken(wardrobe: Catalog) -> None:
    replies = talk(wardrobe, "a jacket", "got anything cheaper", "how much is 2", "no stripes ever")[1]
    assert "price<" in where(replies[1]) and "0.0" not in " ".join(each.words for each in replies[1:3])
    assert "cheaper" in replies[1].words
