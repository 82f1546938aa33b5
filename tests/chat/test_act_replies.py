"""Lines that ask for no list get words: questions, history, greetings, what lasts. Searches stay searches."""

import re
from collections.abc import Sequence

import pytest

from eval.chat_queries import Query, catalogue, queries
from llmrec.catalog import Catalog, Item
from llmrec.chat.conversation import Conversation
from llmrec.chat.item_examples import example
from llmrec.chat.nlu.named_items import items_named, places_beyond
from llmrec.chat.nlu.normalisation import spelt_out
from llmrec.chat.nlu.questions import refers_to_topic
from llmrec.chat.nlu.rules import understand
from llmrec.chat.nlu.suitability import audience_of
from llmrec.chat.replies import Reply
from llmrec.chat.short_replies import SHORT
from llmrec.chat.state import DialogueState

SEARCHES = [query for unseen in (False, True) for query in queries(unseen) if query.action == "ask"]


@pytest.fixture
def shop() -> Catalog:
    told = [
        ("Scream", "A masked killer stalks a town.", ("Horror", "Thriller"), 1996, 111, "Wes Craven"),
        (
            "Toy Story",
            "A cowboy doll meets a space toy.",
            ("Animation", "Children's", "Comedy"),
            1995,
            81,
            "John Lasseter",
        ),
        ("Evita", "", ("Drama", "Musical"), 1996, 134, "Alan Parker"),
        ("Tombstone", "", ("Western",), 1993, 130, ""),
        ("Fugitive, The", "", ("Action", "Thriller"), 1993, 130, ""),
        ("Annie Hall", "", ("Comedy", "Romance"), 1977, 93, ""),
    ]
    items = [
        Item(
            str(n),
            title,
            text,
            {"genres": genres, "year": year, "runtime": minutes, **({"director": by} if by else {})},
        )
        for n, (title, text, genres, year, minutes, by) in enumerate(told, 1)
    ]
    return Catalog("films", tuple(items), {})


def talk(
    catalog: Catalog, *lines: str, history: Sequence[str] = (), shown: Sequence[str] = ("1", "2", "3")
) -> list[Reply]:
    conversation = Conversation(catalog, history=history)
    replies = []
    for line in lines:
        reply = conversation.reply(line)
        if reply.request is not None:
            conversation.show(reply, shown)
        replies.append(reply)
    return replies


def after_a_list(catalog: Catalog, line: str, history: Sequence[str] = ()) -> str:
    reply = talk(catalog, "something for tonight", line, history=history)[1]
    assert reply.request is None, reply
    return reply.words


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("is 2 scary?", "would not expect"), ("is the first one scary?", "may well be scary"), ("is 2 ok for my kids?", "something for children"),
        ("who directed the first one?", "Wes Craven"), ("how long is 3?", "134"), ("when was 2 made? what year?", "1995"),
        ("what is 1 about?", "masked killer"), ("what is 3 about?", "does not tell what Evita is about"), ("is 3 a musical?", "Yes"),
        ("is 3 a western?", "not as western"), ("who stars in 2?", "does not tell who is in Toy Story"),
        ("is 9 any good?", "no number 9"), ("第二个吓人吗?", "多半不吓人"), ("第一部是谁导演的?", "Wes Craven"), ("3多长?", "134"),
    ],
)  # fmt: skip
def test_a_question_about_an_item_is_answered_from_the_catalogue_alone(shop: Catalog, line: str, says: str) -> None:
    assert says in after_a_list(shop, line)


def test_it_is_the_item_that_was_spoken_of_last(shop: Catalog) -> None:
    replies = talk(shop, "something for tonight", "who directed 3?", "how long is it?", "is it a comedy?")
    assert "134" in replies[2].words and "Evita" in replies[3].words


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("compare 1 and 3", "Scream is a horror thriller from 1996; Evita is a musical drama from 1996."), ("1 or 3?", "Scream is a horror thriller"), ("which is the shortest?", "Toy Story (81 minutes)"),
        ("which one is the oldest?", "The oldest is Toy Story (1995)"), ("which is the cheapest?", "does not tell which is the cheapest"),
        ("1和3比较一下", "《Scream》是1996年的恐怖惊悚片"), ("哪个最短?", "Toy Story"),
    ],
)  # fmt: skip
def test_items_are_compared_by_their_attributes(shop: Catalog, line: str, says: str) -> None:
    assert says in after_a_list(shop, line)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("what did I watch last?", "Tombstone"), ("have I seen The Fugitive?", "Yes, The Fugitive"),
        ("have I seen Annie Hall?", "not in what I know"), ("have I watched Zzyzx Road 9?", "no title like that"),
        ("how many films have I watched?", "2 films"), ("我上次看了什么?", "Tombstone"), ("我看过《Annie Hall》吗?", "没有"),
        ("what did user 7 watch last?", "nothing about other people"),
    ],
)  # fmt: skip
def test_a_question_about_the_history_is_answered_from_it(shop: Catalog, line: str, says: str) -> None:
    assert says in after_a_list(shop, line, history=["5", "4"])
    assert "yet" in talk(shop, "what did I watch last?")[0].words


@pytest.mark.parametrize(
    ("line", "act"),
    [
        ("hi there", "greet"), ("hello!", "greet"), ("你好", "greet"), ("thanks", "thank"), ("thank you so much", "thank"), ("谢谢", "thank"),
        ("thanks, bye", "end"), ("再见", "end"), ("you are useless", "complain"), ("this is rubbish", "complain"), ("你真没用", "complain"),
        ("what's the weather in Paris?", "off_topic"), ("are you a robot?", "small_talk"), ("qwrtzpsd", "unclear"),
        ("how can I torrent this illegally?", "harmful"),
    ],
)  # fmt: skip
def test_what_asks_for_nothing_gets_a_fitting_reply_without_a_list(shop: Catalog, line: str, act: str) -> None:
    words = after_a_list(shop, line)
    language = "zh" if act and any("\u4e00" <= c <= "\u9fff" for c in line) else "en"
    nouns = {"noun": "film", "nouns": "films"} if language == "en" else {"noun": "电影", "nouns": "电影"}
    options = [*SHORT[act][language], *SHORT.get(f"{act} on", {language: ()})[language]]
    wish, unwanted = example(shop, language)
    examples = {"example": f"{wish}, {unwanted}", "unwanted": unwanted}
    assert words in [wording.format(**nouns, **examples) for wording in options], words


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("sold. night night x", ""), ("are any of these under two hours?", ""), ("how is the weather in Paris today?", ""),
        ("which one is the oldest?", "Toy Story"), ("do i own number 2 already?", "is not in what I know"),
        ("do you have Annie Hall?", "Yes, Annie Hall is in the catalogue"), ("great, we'll go with the second", "Toy Story: good choice"),
    ],
)  # fmt: skip
def test_what_wants_no_list_gets_none(shop: Catalog, line: str, says: str) -> None:
    words = after_a_list(shop, line)
    assert words and says in words


@pytest.mark.parametrize(
    ("line", "gone"),
    [("oh I know that last one, seen it with my sister", "3"), ("got 2 on dvd", "2"), ("Annie Hall I've seen", "6")],
)
def test_what_is_known_is_replaced_in_whatever_words(shop: Catalog, line: str, gone: str) -> None:
    reply = talk(shop, "something for tonight", line)[1]
    assert reply.request is not None and gone in (reply.request.history or ()) and reply.words.startswith("Noted")


def test_the_same_act_is_not_answered_twice_in_the_same_words_and_bye_ends(shop: Catalog) -> None:
    first, second, bye = talk(shop, "hello", "hello", "bye bye")
    assert first.words != second.words and bye.done and not second.done


@pytest.mark.parametrize("prior", [False, True])
def test_a_search_stays_a_search(prior: bool) -> None:
    def answered_otherwise(query: Query) -> bool:
        catalog = catalogue(query.catalogue)
        state = DialogueState()
        conversation = Conversation(catalog, state=state)
        if prior:
            conversation.show(conversation.reply("something good"), [item.id for item in catalog.items[:5]])
        reply = conversation.reply(query.line)
        return reply.request is None and "does not tell" not in reply.words

    lost = [query.line for query in SEARCHES if not query.compared and answered_otherwise(query)]
    assert not lost


@pytest.mark.parametrize("line", ["I hate musicals", "no musicals, I am 45", "never show me musicals", "我讨厌歌舞片"])
def test_what_lasts_holds_until_it_is_taken_back(shop: Catalog, line: str) -> None:
    replies = talk(shop, "a thriller", line, "something for a rainy evening", "something with a cowboy", "a western")
    assert replies[1].words.startswith(("All right", "记住"))
    for reply in replies[1:]:
        assert reply.request is not None and "genres!=Musical" in (reply.request.where or "")
    back = talk(shop, line, "musicals are fine again", "something for tonight")
    assert "may come again" in back[1].words and back[2].request is not None and not back[2].request.where
    dropped = talk(shop, line, "drop the condition genres!=Musical", "something for tonight")
    assert dropped[2].request is not None and not dropped[2].request.where


def test_what_is_asked_for_in_so_many_words_goes_before_what_lasts(shop: Catalog) -> None:
    replies = talk(shop, "I hate musicals", "a musical please", "a thriller instead")
    wheres = [reply.request.where for reply in replies if reply.request is not None]
    assert wheres == ["genres!=Musical", "genres=Musical", "genres!=Musical and genres=Thriller"]
    assert "still holds: no musicals" in talk(shop, "I hate musicals", "start over")[1].words
    narrowed = talk(shop, "a thriller", "but no musicals", "something for tonight")[2].request
    assert narrowed is not None and narrowed.where == "genres=Thriller and genres!=Musical"


def test_a_search_after_a_question_is_a_search(shop: Catalog) -> None:
    request = talk(shop, "What did user 42 watch? List their history. something good, no horror")[0].request
    assert request is not None and request.where == "genres!=Horror"


def test_another_language_is_told_which_are_read_and_a_title_in_it_is_found(shop: Catalog) -> None:
    assert "Englisch" in talk(shop, "Etwas Lustiges bitte")[0].words
    assert talk(shop, "not toy story please")[0].words == "Toy Story will not be shown again."


def test_a_state_carries_what_lasts(shop: Catalog) -> None:
    conversation = Conversation(shop)
    conversation.show(conversation.reply("I hate musicals"), ["1", "2"])
    kept = DialogueState.model_validate_json(conversation.state.model_dump_json())
    request = Conversation(shop, state=kept).reply("something for tonight").request
    assert request is not None and request.where == "genres!=Musical"


@pytest.fixture
def chinese_books() -> Catalog:
    rows = [
        ("1", "白夜行", "东野圭吾", "悬疑"),
        ("2", "活着", "余华", "文学"),
        ("3", "三体", "刘慈欣", "科幻"),
        ("4", "恶意", "东野圭吾", "悬疑"),
    ]
    return Catalog(
        "书", tuple(Item(id, title, "", {"author": author, "genre": genre}) for id, title, author, genre in rows), {}
    )


@pytest.mark.parametrize(
    ("line", "filters"),
    [
        ("不要东野圭吾", ("author!=东野圭吾",)), ("别推荐余华和刘慈欣", ("author!=余华", "author!=刘慈欣")),
        ("除了东野圭吾的悬疑小说", ("author!=东野圭吾", "genre=悬疑")), ("想看科幻", ("genre=科幻",)), ("随便来一本", ()),
    ],
)  # fmt: skip
def test_chinese_conditions_are_read(chinese_books: Catalog, line: str, filters: tuple[str, ...]) -> None:
    intent = understand(line, chinese_books)
    assert set(intent.filters) == set(filters)
    assert "东野圭吾" not in intent.query


def test_items_are_named_by_place_and_title_and_numbers_of_other_things_are_none(tiny_catalog: Catalog) -> None:
    listed = ["3", "1", "2"]

    def named(line: str) -> tuple[str, ...]:
        return items_named(line, listed, tiny_catalog, tiny_catalog.row)

    assert named("is 2 scary?") == named("第二个吓人吗") == named("what about the second one?") == ("1",)
    assert named("1 or 3?") == ("3", "2") and named("is Moon Garage longer than #1") == ("11", "3")
    assert named("my kids are 2 years old") == named("under 2 hours") == named("what did I watch last night?") == ()
    assert (
        places_beyond("is 7 any good?", listed, tiny_catalog) == 7
        and places_beyond("is 3 good?", listed, tiny_catalog) is None
    )
    assert refers_to_topic("how long is it?") and not refers_to_topic("how long?")


def _items(*rows: tuple[str, dict[str, object]]) -> tuple[Item, ...]:
    return tuple(Item(str(n), title, "", dict(held)) for n, (title, held) in enumerate(rows, 1))  # type: ignore[arg-type]


DOMAINS = {
    "films": Catalog("films", _items(
        ("Scream", {"genres": ("Horror",), "year": 1996, "runtime": 111}),
        ("Toy Story", {"genres": ("Animation", "Children's"), "year": 1995, "runtime": 81}),
        ("Evita", {"genres": ("Drama", "Musical"), "year": 1996, "runtime": 134}),
        ("Annie Hall", {"genres": ("Comedy", "Romance"), "year": 1977, "runtime": 93}),
        ("Tombstone", {"genres": ("Western",), "year": 1993, "runtime": 130}),
    ), {}),
    "clothes": Catalog("clothes", _items(
        ("Red Dress", {"colour": "Red", "material": "Silk", "price": 80.0}), ("Blue Jeans", {"colour": "Blue", "material": "Cotton", "price": 45.0}),
        ("Black Coat", {"colour": "Black", "material": "Leather", "price": 120.0}), ("White Shirt", {"colour": "White", "material": "Cotton", "price": 25.0}),
    ), {}),
    "beauty": Catalog("beauty", _items(
        ("Rose Cream", {"category": "Cream", "scent": "Rose", "price": 30.0}), ("Plain Lotion", {"category": "Lotion", "scent": "Lavender", "price": 12.0}),
        ("Lip Balm", {"category": "Balm", "scent": "Vanilla", "price": 6.0}),
    ), {}),
    "书": Catalog("书", _items(
        ("白夜行", {"author": "东野圭吾", "genre": "悬疑"}), ("活着", {"author": "余华", "genre": "文学"}),
        ("三体", {"author": "刘慈欣", "genre": "科幻"}), ("恶意", {"author": "东野圭吾", "genre": "悬疑"}),
    ), {}),
    "衣服": Catalog("衣服", _items(
        ("红色连衣裙", {"颜色": "红色", "price": 280.0}), ("黑色外套", {"颜色": "黑色", "price": 480.0}), ("白色衬衫", {"颜色": "白色", "price": 90.0}),
    ), {}),
}  # fmt: skip
HELD = [
    ("films", "no children's films, I am 45", "genres!=Children's"), ("films", "I hate musicals", "genres!=Musical"),
    ("films", "never over 2 hours", "runtime<=120"), ("films", "I only watch comedies", "genres=Comedy"),
    ("films", "from now on nothing before 1980", "year>=1980"), ("films", "我讨厌恐怖片", "genres!=Horror"),
    ("films", "以后都不要歌舞片", "genres!=Musical"), ("films", "我只看喜剧", "genres=Comedy"),
    ("clothes", "my budget is 50", "price<=50"), ("clothes", "I never wear red", "colour!=Red"),
    ("clothes", "remember: no leather", "material!=Leather"), ("beauty", "always under 20", "price<20"),
    ("beauty", "I'm allergic to rose, so no rose", "scent!=Rose"), ("书", "以后不要东野圭吾", "author!=东野圭吾"),
    ("书", "我讨厌悬疑", "genre!=悬疑"), ("衣服", "预算300", "price<=300"), ("衣服", "我从不穿红色,不要红色", "颜色!=红色"),
]  # fmt: skip
PATHS = {
    "en": [
        ("something for tonight", "more", "a quiet evening", "not 1", "something new for a friend"),
        ("hello", "something fun", "why 1", "more", "thanks", "another idea please"),
        ("like 2", "something for a rainy day", "seen 1", "more like 2", "something good"),
        ("something good", "start over", "something good", "whatever", "more", "surprise me"),
        ("a present", "I'll take 1", "undo", "something for the weekend", "none of these", "more"),
    ],
    "zh": [
        ("推荐一个", "换一批", "第一个看过了", "有什么好的", "不要第二个", "再来几个"),
        ("你好", "有什么好的", "谢谢", "随便", "更多", "推荐几个"),
        ("推荐几个", "就要第一个", "撤销", "推荐几个", "都不要", "换一批"),
        ("推荐一个", "重新开始", "推荐一个", "换一批", "推荐几个"),
    ],
}  # fmt: skip
CONVERSATIONS = [
    (domain, line, held, path)
    for domain, line, held in HELD
    for path in PATHS["zh" if any("\u4e00" <= c <= "\u9fff" for c in line) else "en"]
]


@pytest.mark.parametrize(("domain", "line", "held", "path"), CONVERSATIONS)
def test_what_holds_for_good_holds_over_any_path(domain: str, line: str, held: str, path: Sequence[str]) -> None:
    assert len(CONVERSATIONS) >= 60
    replies = talk(DOMAINS[domain], line, *path)
    wheres = [reply.request.where or "" for reply in replies[1:] if reply.request is not None]
    assert len(wheres) >= 2 and replies[0].words
    assert [where for where in wheres if held not in where.split(" and ")] == []


@pytest.mark.parametrize(
    ("line", "query", "filters"),
    [
        ("a comedy under 100 minutes", "a comedy", ("runtime<100", "genres=Comedy")), ("shorter than two hours", "", ("runtime<120",)),
        ("under an hour and a half", "", ("runtime<90",)), ("nothing over 2 hours", "", ("runtime<=120",)),
        ("90 minutes or less", "", ("runtime<=90",)), ("from the last five years", "", ("year>1991",)),
        ("animated", "animated", ("genres=Animation",)), ("不超过100分钟的喜剧", "的喜剧", ("genres=Comedy", "runtime<=100")),
        ("两小时以内", "", ("runtime<=120",)), ("1990年以后的", "", ("year>=1990",)),
        ("a comedy, preferably from the 90s", "a comedy", ("genres=Comedy",)), ("under 100 minutes if possible", "", ()),
        ("maybe something a bit older", "something a bit older", ()), ("preferably funny", "funny", ()), ("a western if possible", "a western", ()),
        ("最好是喜剧", "喜剧", ()), ("maybe a comedy", "maybe a comedy", ("genres=Comedy",)),
    ],
)  # fmt: skip
def test_hard_words_are_conditions_and_soft_ones_rank(line: str, query: str, filters: tuple[str, ...]) -> None:
    intent = understand(line, DOMAINS["films"])
    assert (intent.query, set(intent.filters)) == (query, set(filters))


@pytest.mark.parametrize(
    ("line", "preferred"),
    [
        ("a comedy, preferably from the 90s", ("year>=1990", "year<2000")), ("preferably before 1960", ("year<1960",)),
        ("under 100 minutes if possible", ("runtime<100",)), ("最好95年以后的", ("year>=1995",)),
    ],
)  # fmt: skip
def test_what_would_be_nice_is_known_beside_what_must_be(line: str, preferred: tuple[str, ...]) -> None:
    assert understand(spelt_out(line), DOMAINS["films"]).preferred == preferred


def test_a_number_of_minutes_or_people_is_no_price() -> None:
    for line in ("under 100 minutes", "for 4 people", "at least 2 hours", "不超过100分钟"):
        assert understand(line, DOMAINS["beauty"]).filters == ()
    assert understand("不超过50块", DOMAINS["beauty"]).filters == ("price<=50",)


@pytest.mark.parametrize(
    ("domain", "line", "says"),
    [
        ("films", "something with Tom Hanks", "does not tell who acts in a film"), ("films", "directed by Christopher Nolan", "who directed a film"),
        ("films", "a comedy by Woody Allen", "who directed a film"), ("films", "周星驰主演的电影", "由谁主演"), ("films", "under $20", "what a film costs"),
        ("clothes", "a shirt in size M", "which sizes"), ("beauty", "under 90 minutes", "how long"), ("films", "a comedy with robots", ""),
        ("films", "shorter than 100 minutes", ""), ("clothes", "something under $50", ""), ("书", "东野圭吾写的", ""),
    ],
)  # fmt: skip
def test_what_the_catalogue_tells_of_no_item_is_said_not_ignored(domain: str, line: str, says: str) -> None:
    (reply,) = talk(DOMAINS[domain], line)
    assert reply.request is not None or says
    assert (says in reply.words) if says else "does not tell" not in reply.words and "没有写" not in reply.words


def test_a_budget_holds_and_a_new_one_takes_its_place() -> None:
    replies = talk(
        DOMAINS["clothes"], "my budget is 100", "a shirt", "my budget is 50", "something warm", "something cotton"
    )
    wheres = [reply.request.where or "" for reply in replies if reply.request is not None]
    assert wheres[1] == "price<=100" and wheres[3] == "price<=50" and wheres[4].startswith("price<=50")


def test_a_soft_comparison_leans_the_last_list(shop: Catalog) -> None:
    first, older = talk(shop, "a quiet evening, no horror", "maybe something a bit older")
    assert first.request is not None and older.request is not None
    assert older.request.query == "a quiet, from the 1980s" and older.request.where == "genres!=Horror"
    assert set(older.request.never) == {"1", "2", "3"}
    cheaper = talk(DOMAINS["clothes"], "a warm coat", "maybe a bit cheaper")[1].request
    assert cheaper is not None and cheaper.where == "price<45"


@pytest.mark.parametrize(
    ("line", "where"),
    [
        ("a film for my daughter, shes 6", "genres=Children's and genres!=Horror|Thriller"),
        ("for a 7 year old", "genres=Children's and genres!=Horror|Thriller"),
        ("something for my 13 year old", "genres!=Horror"),
        ("适合6岁孩子看的", "genres=Children's and genres!=Horror|Thriller"),
        ("something for grown-ups", "genres!=Children's"),
    ],
)
def test_whom_a_list_is_for_becomes_conditions_with_a_hedge(shop: Catalog, line: str, where: str) -> None:
    (reply,) = talk(shop, line)
    assert reply.request is not None and reply.request.where == where
    assert not re.search(r"6|7|13|岁", reply.request.query or "")
    assert ("age ratings" in reply.words or "分级" in reply.words) == ("Horror" in where)


def test_a_catalogue_that_tells_no_suitability_is_said_to(shop: Catalog) -> None:
    lamps = Catalog("lamps", tuple(Item(str(n), f"Lamp {n}", "", {"price": 9.0 + n}) for n in range(9)), {})
    (reply,) = talk(lamps, "a lamp for my 4 year old")
    assert "does not tell what suits a child of 4" in reply.words and reply.request is not None
    assert all(audience_of(line) is None for line in ("a film about kids", "my son is 25", "my mum is 70"))
    grown = talk(shop, "a film for my 6 year old", "something for adults, from the 90s")[1].request
    assert grown is not None and grown.where == "genres!=Children's and year>=1990 and year<2000"


def test_what_is_violent_or_scary_is_left_out_by_its_kinds_until_taken_back(shop: Catalog) -> None:
    never, comedy, taken_back = talk(shop, "never show me anything with guns", "a comedy", "guns are fine again")
    for reply in (never, comedy):
        assert reply.request is not None and set(reply.request.never) == {"4", "5"}
    assert "from now on" in never.words and "guns" in never.words and "westerns" in never.words
    assert taken_back.request is not None and not taken_back.request.never
    western = talk(shop, "never show me anything with guns", "a western")[1].request
    assert western is not None and "4" not in western.never and "5" in western.never  # what is asked for
    assert set(talk(shop, "nothing scary please")[0].request.never) == {"1", "5"}  # type: ignore[union-attr]


def test_a_rule_that_gives_way_is_told(shop: Catalog) -> None:
    replies = talk(shop, "I hate musicals", "a musical", "only films from after 1980, always", "something from the 70s")
    assert "gives way" in replies[1].words and "musicals" in replies[1].words
    assert "gives way" in replies[3].words and "from after 1980" in replies[3].words


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("why isnt Scream in the list?", "Scream is in the list, at number 1"),
        ("why not tombstone?", "Nothing rules Tombstone out"),
        ("why not the matrix?", "no title like “the matrix”"),
        ("why isn't Annie Hall there?", "Annie Hall does not meet what the list asks for: from after 1990"),
        ("how come annie hall isn't in there", "Annie Hall does not meet"),
        ("why don't you show me The Fugitive", "The Fugitive is among those that you know"),
        ("why not any comedies?", "1 of Comedy would fit"),
        ("why not a documentary", "no title like"),
        ("is Tombstone in your list?", "Nothing rules Tombstone out"),
    ],
)
def test_why_something_is_not_in_the_list(shop: Catalog, line: str, told: str) -> None:
    reply = talk(shop, "after 1990", line, history=["5"], shown=["1", "2", "3"])[-1]
    assert told in reply.words and reply.request is None


def test_what_was_turned_down_is_not_in_the_list_for_that(shop: Catalog) -> None:
    reply = talk(shop, "after 1990", "not evita", "why isn't Evita there?", shown=["1", "2"])[-1]
    assert "You told me not to show Evita" in reply.words


def test_what_is_known_of_a_person_is_told_with_how_to_change_it(shop: Catalog) -> None:
    (nothing,) = talk(shop, "what do you know about me?")
    assert nothing.request is None and nothing.words.startswith("Nothing yet")
    lines = ("I hate musicals", "never anything with zombies", "seen 1", "not 2", "what do you remember about me")
    known = talk(shop, *lines, history=["5"])[-1]
    assert all(each in known.words for each in ("no musicals", "zombies", "Scream", "Toy Story", "Fugitive", "undo"))
    assert "不要音乐剧" in talk(shop, "我受不了音乐剧", "你都知道我什么")[-1].words
    assert "Musical" in talk(shop, "I hate musicals", "drop my rule")[-1].words
    assert "1 of the 3 on the list: Toy Story" in talk(shop, "a film", "how many of these are comedies?")[-1].words


@pytest.mark.parametrize("line", ["have i seen any of these?", "which of these have I seen", "这些里面我看过哪几部"])
def test_which_items_of_the_list_are_known_is_told_of_the_list(line: str) -> None:
    films = Catalog(
        "films", tuple(Item(str(n), t, "", {"genres": ("Comedy",)}) for n, t in enumerate(["Ada", "Bo", "Cy"])), {}
    )
    conversation = Conversation(films, history=["1"])
    conversation.show(conversation.reply("a comedy"), ["0", "1"])
    words = conversation.reply(line).words
    assert "Bo" in words and "Ada" not in words and "Cy" not in words
