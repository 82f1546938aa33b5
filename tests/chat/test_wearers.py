"""For whom an article is holds when the article changes, and what the catalogue has none of is said."""

import pytest

from llmrec.catalog import Catalog, Item
from llmrec.chat.conversation import Conversation
from llmrec.chat.replies import Reply
from llmrec.retrieval.filters import parse_where


@pytest.fixture(scope="module")
def shop() -> Catalog:
    sections = ("Men Casual Wear", "Men Suits", "Womens Tops", "Womens Wear", "Girls Wear", "Contemporary Casual")
    made = [
        (article, colour, pattern, section)
        for article in ("Shirt", "Dress", "Trousers", "Sweater")
        for colour in ("Black", "Green", "Pink", "Grey")
        for pattern in ("Solid", "Stripe", "Dot")
        for section in sections
    ]
    items = (
        Item(str(n), f"Style {n}", "Worn with jeans." if a == "Sweater" else "A thing to wear.",
             {"category": a, "colour": c, "pattern": p, "section": s, "price": 10.0 + n})
        for n, (a, c, p, s) in enumerate(made, 1)
        if not (a == "Dress" and s.startswith("Men"))
    )  # fmt: skip
    return Catalog("shop", tuple(items), {})


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
    ("line", "article"),
    [("what about a dress for her?", "Dress"), ("and a shirt for her then", "Shirt"), ("trousers for her in grey, please", "Trousers"), ("a dress for the little one", "Dress")],
)  # fmt: skip
def test_for_her_is_for_the_girl_of_before(shop: Catalog, line: str, article: str) -> None:
    reply = talk(shop, "a sweater for my granddaughter", line)[1][1]
    assert f"category={article}" in where(reply) and "Girls Wear" in where(reply) and "Womens" not in where(reply)


@pytest.mark.parametrize(
    "line",
    ["what about shirts for him then, something casual", "ok a shirt for him too", "shirts for him, plain please"],
)
def test_for_him_is_for_the_man_of_before(shop: Catalog, line: str) -> None:
    reply = talk(shop, "trousers for my husband", line)[1][1]
    assert "category=Shirt" in where(reply) and "Men Suits" in where(reply)
    assert "Womens" not in where(reply) and "Contemporary" not in where(reply)


def test_a_manner_that_no_section_of_theirs_has_is_told(shop: Catalog) -> None:
    reply = talk(shop, "a shirt for women", "something casual")[1][1]
    assert "Womens" in where(reply) and reply.words


@pytest.mark.parametrize(
    ("line", "values"),
    [("a shirt, plain or striped", "Solid|Stripe"), ("striped or plain shirts for men", "Stripe|Solid"), ("shirts, dots or stripes", "Dot|Stripe"), ("纯色或者条纹的衬衫", "Solid|Stripe")],
)  # fmt: skip
def test_either_of_two_patterns_will_do(shop: Catalog, line: str, values: str) -> None:
    held = where(talk(shop, line)[1][0])
    assert any(f"pattern={'|'.join(order)}" in held for order in (values.split("|"), values.split("|")[::-1])), held


def test_plain_beside_stripes_is_either(shop: Catalog) -> None:
    assert "pattern=Stripe|Solid" in where(talk(shop, "a striped shirt", "plain is fine too")[1][1])


@pytest.mark.parametrize("line", ["grey chinos for men", "i want trousers. chinos would do", "给男士买一条卡其裤"])
def test_an_article_of_which_there_is_none_is_said(shop: Catalog, line: str) -> None:
    reply = talk(shop, line)[1][0]
    assert "Trousers" in where(reply) and "chinos" in reply.words
    assert "chinos" not in talk(shop, "grey trousers for men")[1][0].words


@pytest.mark.parametrize("line", ["would you have something in black", "rather trousers", "and a dress"])
def test_whom_it_is_for_never_gives_way_in_silence(shop: Catalog, line: str) -> None:
    assert "Girls Wear" in where(talk(shop, "a sweater for my granddaughter, nothing pink", line)[1][1])


@pytest.mark.parametrize(
    ("line", "banned"),
    [("any colour but pink", "Pink"), ("whatever colour, just not pink", "Pink"), ("every colour except pink is fine", "Pink"), ("除了粉色,什么颜色都行", "Pink")],
)  # fmt: skip
def test_any_colour_but_one_opens_the_others(shop: Catalog, line: str, banned: str) -> None:
    conversation, replies = talk(shop, "a black or grey shirt for men, no green", line)
    assert [each for each in conversation.conditions if "colour" in each] == [f"colour!={banned}"], replies[1].words
    assert "category=Shirt" in where(replies[1]) and "Men" in where(replies[1])
    assert "Green" in replies[1].words or "绿色" in replies[1].words


@pytest.mark.parametrize("line", ["any mens trousers at all?", "any trousers whatsoever", "any old trousers"])
def test_any_of_a_kind_at_all_drops_what_they_were_like(shop: Catalog, line: str) -> None:
    reply = talk(shop, "black trousers for men, no stripes", line)[1][1]
    assert "colour" not in where(reply) and "Men" in where(reply) and "pattern!=Stripe" in where(reply)
    assert "No longer asked for" in reply.words
