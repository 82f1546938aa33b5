"""Questions to whoever runs a catalogue are owned; what is asked of items stays a search."""

import pytest

from llmrec.catalog import Catalog, Item
from llmrec.chat.conversation import Conversation
from llmrec.chat.nlu.shop_questions import shop_question

SHOP = Catalog(
    "clothes",
    tuple(
        Item(str(n), title, f"{title} in cotton.", {"category": kind, "colour": colour, "price": 10.0 * n})
        for n, (title, kind, colour) in enumerate(
            [("Mio", "Dress", "Red"), ("Sun", "Dress", "Blue"), ("Moscow", "Bag", "Black"), ("Spartan", "Trousers", "Black"),
             ("Hot", "Shorts", "Blue"), ("Ria", "Shirt", "White")], 1)
    ),
    {},
)  # fmt: skip
FILMS = Catalog(
    "films",
    tuple(
        Item(str(n), title, "", {"genres": kinds, "year": 1990 + n})
        for n, (title, kinds) in enumerate(
            [("Kolya", ("Comedy",)), ("Heat", ("Crime",)), ("Special Delivery", ("Animation", "Children's"))], 1
        )
    ),
    {},
)


@pytest.mark.parametrize("catalog", [SHOP, FILMS])
@pytest.mark.parametrize(
    ("line", "of"),
    [
        ("do you ship to Spain?", "delivery"), ("what's your return policy?", "returns"), ("can I pay with PayPal?", "payment"),
        ("is it in stock?", "in stock"), ("when will it arrive?", "delivery"), ("when do you open on Sundays?", "opening hours"),
        ("how much is shipping", "delivery"), ("can I send it back if it doesn't fit?", "returns"), ("any discounts for students?", "discounts"),
        ("I want to return my order", "returns|orders"), ("can I talk to a human?", "customer service"), ("do you take credit cards", "payment"),
        ("包邮吗", "送货"), ("可以退货吗?", "退换货"), ("能用支付宝吗", "付款"), ("有现货吗", "库存"), ("几点开门?", "营业时间"), ("多久能送到上海", "送货"),
        ("有优惠吗", "优惠"), ("怎么联系客服", "客服"),
    ],
)  # fmt: skip
def test_what_no_catalogue_answers_is_owned_without_a_list(catalog: Catalog, line: str, of: str) -> None:
    for opens in (True, False):
        conversation = Conversation(catalog)
        if not opens:
            conversation.show(conversation.reply("something nice"), ["1", "2"])
        reply = conversation.reply(line)
        assert reply.request is None and not reply.done and reply.why is None
        assert any(each in reply.words for each in of.split("|")), reply.words


def test_it_is_answered_beside_what_else_a_line_does() -> None:
    conversation = Conversation(SHOP)
    conversation.show(conversation.reply("a dress"), ["1", "2"])
    words = conversation.reply("I'll take 2. do you ship to Spain?").words
    assert "Sun: good choice" in words and "delivery" in words


def test_what_is_asked_of_items_is_no_question_to_the_shop() -> None:
    lines = ["a film about a delivery boy", "something with a heist and a big payday", "do you have a red dress?", "is 2 any good?", "动作片有吗",
             "films like The Postman", "return of the jedi", "do you stock Toy Story?", "what should I watch?", "关于快递员的电影",
             "is there a courier in it?", "is it about a bank account?"]  # fmt: skip
    assert [line for line in lines if shop_question(line)] == []
    conversation = Conversation(FILMS)
    conversation.show(conversation.reply("something nice"), ["1", "3"])
    assert "Special Delivery" in conversation.reply("is Special Delivery a cartoon?").words


def test_cheap_is_the_lower_third_in_a_shop_and_owned_where_nothing_has_a_price() -> None:
    for line in ("便宜的有吗", "anything cheap?", "有便宜的裙子吗"):
        reply = Conversation(SHOP).reply(line)
        assert reply.request is not None and "price<" in (reply.request.where or ""), line
    for line in ("便宜的有吗", "anything cheap?"):
        conversation = Conversation(FILMS)
        conversation.show(conversation.reply("something nice"), ["1", "2"])
        reply = conversation.reply(line)
        assert reply.request is None and ("costs" in reply.words or "多少钱" in reply.words), reply


def test_what_descriptions_tell_is_ruled_out_by_them() -> None:
    items = [
        Item(str(n), f"Shirt {n}", "A floral print." if n < 3 else "Plain cotton.", {"category": "Shirt", "price": 9.0})
        for n in range(1, 9)
    ]
    reply = Conversation(Catalog("shirts", tuple(items), {})).reply("a shirt, nothing floral")
    assert reply.request is not None and set(reply.request.never) == {"1", "2"}
