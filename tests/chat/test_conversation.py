"""What a line comes to in a conversation, and what the conversation has come to afterwards."""

import numpy as np
import pytest

from llmrec.catalog.types import Catalog, Item
from llmrec.chat.clarification import answer_to, clarification, expected_gain, is_vague
from llmrec.chat.conversation import Conversation
from llmrec.chat.item_examples import help_text
from llmrec.chat.replies import Reply
from llmrec.chat.state import DialogueState, Option, Question, narrowed
from llmrec.errors import BadFilter, BadInput, UnknownItem


@pytest.fixture
def conversation(tiny_catalog: Catalog) -> Conversation:
    return Conversation(tiny_catalog)


def listed(conversation: Conversation, line: str, *items: str) -> Reply:
    """The reply to a line that asks for a list, which then holds these items."""
    reply = conversation.reply(line)
    assert reply.request is not None
    conversation.show(reply, items)
    return reply


def asks_for(reply: Reply) -> tuple[str | None, str | None]:
    assert reply.request is not None
    return reply.request.query, reply.request.where


def test_a_dropped_condition_goes_and_the_rest_stays(conversation: Conversation) -> None:
    first = listed(conversation, "something with robots from the 90s, not horror")
    dropped = listed(conversation, "drop the condition year>=1990 and year<2000")
    assert conversation.conditions == ("genres!=Horror",)
    assert asks_for(dropped) == (asks_for(first)[0], "genres!=Horror")
    assert asks_for(listed(conversation, "Forget the filter genres!=horror"))[1] is None
    assert conversation.conditions == ()


def test_a_condition_that_is_not_there_cannot_be_dropped(conversation: Conversation) -> None:
    with pytest.raises(BadInput, match="no condition"):
        conversation.reply("drop the condition year>=1990")
    listed(conversation, "not horror")
    with pytest.raises(BadInput, match="its conditions are genres!=Horror"):
        conversation.reply("drop the condition genres!=Drama")


def test_a_line_adds_to_the_last_list_until_one_goes_elsewhere(conversation: Conversation) -> None:
    listed(conversation, "robots from the 90s", "2")
    assert asks_for(listed(conversation, "but no drama", "5")) == (
        "robots sci-fi",
        "year>=1990 and year<2000 and genres!=Drama",
    )
    assert asks_for(listed(conversation, "from 1994 please")) == ("robots sci-fi", "genres!=Drama and year=1994")
    assert asks_for(listed(conversation, "on a quiet island")) == (
        "robots; a quiet island sci-fi",
        "genres!=Drama and year=1994",
    )
    assert asks_for(conversation.reply("a boxer instead")) == ("a boxer", "genres!=Drama")


def test_conditions_give_way_oldest_first_where_nothing_meets_all_and_it_is_said(conversation: Conversation) -> None:
    listed(conversation, "from the 90s", "2")
    reply = conversation.reply("from before 1930")
    assert asks_for(reply)[1] is not None and "year<1930" in str(asks_for(reply)[1])
    assert "year>=1990" not in str(asks_for(reply)[1])


def test_what_is_understood_is_said_before_a_list(conversation: Conversation) -> None:
    assert listed(conversation, "from the 90s, not horror").words == "From the 1990s and no horror, then."
    assert listed(conversation, "with zeppelins and submarines").words == (
        "Nothing in the catalogue mentions “zeppelins” or “submarines”; these come nearest."
    )
    assert "from the 1990s" in conversation.reply("what are you filtering on?").words


def test_what_is_no_attribute_is_left_out_by_its_words_until_it_is_taken_back() -> None:
    texts = {
        "1": "A nurse in a hospital.",
        "2": "Two doctors in love.",
        "3": "Three hospitals burn.",
        "4": "A river.",
        "5": "A dog.",
    }
    films = Catalog("films", tuple(Item(id, f"Film {id}", text) for id, text in texts.items()), {})
    conversation = Conversation(films)
    first = listed(conversation, "something daft, nothing with hospitals in it please", "2")
    assert (
        first.request is not None
        and set(first.request.never) == {"1", "3"}
        and "hospital" not in str(first.request.query)
    )
    assert "Nothing with hospitals" in first.words
    kept = DialogueState.model_validate_json(conversation.state.model_dump_json())
    later = Conversation(films, state=kept).reply("something with a river")
    assert later.request is not None and set(later.request.never) == {"1", "3"}
    assert "still holds: nothing with hospitals" in Conversation(films, state=kept).reply("start over").words
    back = conversation.reply("hospitals are fine again")
    assert back.request is not None and not back.request.never and "may come again" in back.words


def test_lines_are_read_as_they_are_typed(conversation: Conversation) -> None:
    listed(conversation, "robots from the 90s", "2", "4", "5")
    assert set(listed(conversation, "nah, neither of the first two pls", "5").list.excluded) >= {"2", "4"}  # type: ignore[union-attr]
    assert conversation.reply("lol nothing with harbor in the title pls") and conversation.state.refused == ("harbor",)
    assert conversation.reply("I take it back, harbor is fine") and conversation.state.refused == ()
    liked = conversation.reply("i liked Night Bus, more like that")
    assert liked.request is not None and liked.request.like == "2"
    listed(conversation, "reset everything, just something nice", "2")
    assert conversation.reply("reset everything, start over").request is None and conversation.conditions == ()
    assert asks_for(listed(conversation, "要90年代以后的", "2"))[1] == "year>=1990" and conversation.state.lasting == ()
    assert "2" in listed(conversation, "太沉闷了,换一批", "4").list.excluded  # type: ignore[union-attr]
    assert asks_for(conversation.reply("something quiet instead, not from the 70s or older"))[1] == "year>=1980"


def test_a_decade_that_is_said_goes_before_a_comparison_that_leaves_none_of_it() -> None:
    years = {"1": 1940, "2": 1995, "3": 1985}
    films = Catalog("films", tuple(Item(id, f"Film {id}", "", {"year": year}) for id, year in years.items()), {})
    conversation = Conversation(films)
    listed(conversation, "something", "1", "2")
    assert asks_for(conversation.reply("anything older than that? from the 80s"))[1] == "year>=1980 and year<1990"


def test_what_is_for_a_child_stays_so_where_something_alike_is_asked_for() -> None:
    kinds = {"Babe": "Children's", "Shine": "Drama", "Matilda": "Children's", "Heat": "Crime", "Pooh": "Children's"}
    films = Catalog("films", tuple(Item(name, name, "", {"genres": (kind,)}) for name, kind in kinds.items()), {})
    conversation = Conversation(films)
    listed(conversation, "a film for my 6 year old", "Babe", "Matilda")
    assert "genres=Children's" in (asks_for(conversation.reply("something like Babe"))[1] or "")


def test_more_leaves_out_what_was_shown_and_rejected(conversation: Conversation) -> None:
    listed(conversation, "robots", "1", "2")
    assert conversation.reply("not the second one").words.endswith("will not be shown again.")
    more = listed(conversation, "more", "3")
    assert more.request is not None and set(more.request.never) == {"1", "2"} and more.request.query == "robots sci-fi"
    again = conversation.reply("more")
    assert again.request is not None and set(again.request.never) == {"1", "2", "3"}


def test_what_is_liked_is_history_and_no_longer_rejected(tiny_catalog: Catalog) -> None:
    conversation = Conversation(tiny_catalog, history=["1"], never=["2", "3"])
    listed(conversation, "robots", "4", "5")
    assert conversation.reply("not 1").words.startswith(tiny_catalog.item("4").title)
    assert "you like Night Bus" in conversation.reply(f"like {tiny_catalog.item('2').title}").words
    request = conversation.reply("a quiet island").request
    assert request is not None and request.history == ("1", "2") and set(request.never) == {"3", "4"}


def test_a_position_in_the_list_and_that_are_items_of_it(conversation: Conversation) -> None:
    listed(conversation, "robots", "3", "1", "2")
    assert [conversation.reply(line).why for line in ("why", "why 2", "why the last one?")] == ["3", "1", "2"]
    assert listed(conversation, "more like the second one", "5").request.like == "1"  # type: ignore[union-attr]
    assert conversation.reply("more like that").request.like == "1"  # type: ignore[union-attr]
    for line, says in (("why 7", "no number 7"), ("why Nothing Of This Name", "did you mean")):
        with pytest.raises(BadInput, match=says):
            conversation.reply(line)


def test_starting_over_forgets_the_list_and_keeps_what_was_liked(conversation: Conversation) -> None:
    listed(conversation, "robots from the 90s", "1", "2")
    conversation.reply("like 1")
    conversation.reply("start over")
    assert conversation.conditions == () and conversation.history == ("1",)
    with pytest.raises(BadInput, match="ask for something first"):
        conversation.reply("more")


def test_nothing_is_helped_and_the_end_is_told(conversation: Conversation) -> None:
    assert conversation.reply("  ").words == conversation.reply("help").words == help_text(conversation.catalog)
    assert conversation.reply("quit").done and not conversation.reply("help").done


def test_a_conversation_goes_on_from_its_state_as_if_it_had_not_ended(tiny_catalog: Catalog) -> None:
    first = Conversation(tiny_catalog, history=["4"])
    listed(first, "robots from the 90s, not horror", "1", "2")
    first.reply("like 1")
    first.reply("not 2")
    state = DialogueState.model_validate_json(first.state.model_dump_json())
    then = Conversation(tiny_catalog, history=["4"], state=state)
    for line in (
        "more",
        "why 1",
        "more like that but from the 80s",
        "only dramas",
        "drop the condition genres!=horror",
    ):
        assert then.reply(line) == first.reply(line)


def test_a_replayed_line_leaves_the_state_of_one_that_was_answered(tiny_catalog: Catalog) -> None:
    answered, replayed = Conversation(tiny_catalog), Conversation(tiny_catalog)
    for line, *items in (
        ["robots from the 90s", "1", "2"],
        ["like 2"],
        ["drop the condition year>=1990", "5"],
        ["not 1", "3"],
    ):
        reply = answered.reply(line)
        if reply.request is not None:
            answered.show(reply, items)
        replayed.replay(line, items)
        assert replayed.state == answered.state


def test_what_is_not_offered_any_more_is_neither_recommended_nor_mistaken_for_another(tiny_catalog: Catalog) -> None:
    conversation = Conversation(tiny_catalog)
    listed(conversation, "more like " + tiny_catalog.item("3").title, "1", "2", "4")
    conversation.reply("like 2")
    then = Conversation(tiny_catalog, state=conversation.state, offered=tiny_catalog.row.keys() - {"2", "3"})
    assert then.reply("why 3").why == "4"
    for line in ("why 2", "more"):
        with pytest.raises(BadInput, match="not offered any more"):
            then.reply(line)
    request = then.reply("a quiet island").request
    assert request is not None and request.history == ()


def test_a_picture_is_found_by_its_content_and_asked_for_where_it_is_gone(tiny_catalog: Catalog) -> None:
    conversation = Conversation(tiny_catalog)
    conversation.show(conversation.reply("like this", b"a picture"), ["1"])
    assert b"a picture" not in conversation.state.model_dump_json().encode()
    request = conversation.reply("only dramas").request
    assert request is not None and request.image == b"a picture"
    without = Conversation(tiny_catalog, state=conversation.state)
    with pytest.raises(BadInput, match="send it again"):
        without.reply("only dramas")
    without.add_picture(b"a picture")
    assert without.reply("only dramas").request == request


def test_the_last_list_can_be_made_again_as_it_was(tiny_catalog: Catalog) -> None:
    conversation = Conversation(tiny_catalog, history=["5"])
    with pytest.raises(BadInput, match="no list yet"):
        conversation.last_request()
    made = listed(conversation, "robots", "1", "2").request
    conversation.reply("like 1")
    conversation.reply("not 2")
    again = conversation.last_request()
    assert made is not None and (again.history, again.never, again.explain) == (made.history, made.never, True)


def test_conditions_of_an_attribute_are_replaced_and_exclusions_add_up() -> None:
    assert narrowed(("year>=1980", "genres!=War"), ("year=1994", "genres!=Horror")) == (
        "genres!=War", "year=1994", "genres!=Horror"
    )  # fmt: skip


def test_an_unknown_item_or_a_filter_that_does_not_parse_is_refused(tiny_catalog: Catalog) -> None:
    with pytest.raises(UnknownItem):
        Conversation(tiny_catalog, history=["nowhere"])
    with pytest.raises(BadFilter):
        Conversation(tiny_catalog, where="year<")
    request = Conversation(tiny_catalog, where="year<1990").reply("newer, from the 90s").request
    assert request is not None and (request.where or "").startswith("year<1990 and ")


def clarified(conversation: Conversation, line: str, *items: str) -> str:
    """The question below the list of a line; all items are candidates, and score alike."""
    reply = conversation.reply(line)
    assert reply.request is not None
    open_items = [item.id for item in conversation.catalog.items if item.id not in reply.request.never]
    return conversation.show(reply, items or open_items[:3], candidates=[(id, 0.0) for id in open_items])


@pytest.mark.parametrize(
    ("line", "vague"),
    [
        ("something for tonight", True), ("what should I watch?", True), ("recommend me a good movie", True), ("", True),
        ("surprise me", True), ("今晚看什么好", True), ("推荐几部电影", True), ("随便来一本书", True),
        ("a heist", False), ("something sad", False), ("robots in space", False), ("推荐悬疑小说", False), ("想看机器人", False),
    ],
)  # fmt: skip
def test_a_query_is_vague_where_its_words_tell_no_item_from_another(line: str, vague: bool) -> None:
    assert is_vague(line) is vague


def test_a_question_is_asked_of_a_vague_wish_and_its_answer_narrows_the_list(conversation: Conversation) -> None:
    question = clarified(conversation, "something for tonight")
    assert question.startswith("Which genre would you like: ") and "does not matter" in question
    options = conversation.state.question.options  # type: ignore[union-attr]
    assert 2 <= len(options) <= 8
    reply = conversation.reply(options[1].text.lower())
    assert asks_for(reply) == (options[1].text, options[1].condition)
    assert reply.words == f"{options[1].text}, then." and not reply.clarifies


def test_nobody_is_asked_twice_in_a_row_nor_of_the_same_nor_who_named_something(conversation: Conversation) -> None:
    assert clarified(conversation, "something for tonight")
    assert not clarified(conversation, "more")
    assert clarified(conversation, "something else").startswith("From which time")
    assert conversation.state.clarified == ("genres", "year")
    for line in ("a comedy", "from the 90s", "more like Red Dawn", "something, not horror"):
        assert not clarified(Conversation(conversation.catalog), line), line
    assert not clarified(Conversation(conversation.catalog, clarify=False), "something for tonight")


def test_what_lasts_is_no_condition_that_somebody_named(conversation: Conversation) -> None:
    listed(conversation, "never show me horror", "1", "2")
    assert clarified(conversation, "something for tonight")


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("comedy", "Comedy"), ("a comedy please", "Comedy"), ("comedies", "Comedy"), ("2", "Drama"), ("option 2", "Drama"),
        ("I'd rather drama", "Drama"), ("the 3", ""), ("7", ""), ("a heist with humour", ""), ("I'll take 1", ""),
        ("don't care", "any"), ("it doesn't matter", "any"), ("whatever", "any"), ("随便", "any"), ("都行", "any"), ("第二个", ""),
        ("选二", "Drama"),
    ],
)  # fmt: skip
def test_an_answer_is_an_option_its_number_or_words_to_that_effect(line: str, answer: str) -> None:
    question = Question(
        attribute="genres",
        text="Which genre?",
        options=(Option(text="Comedy", condition="genres=Comedy"), Option(text="Drama", condition="genres=Drama")),
    )
    found = answer_to(line, question)
    assert (found.text if isinstance(found, Option) else "any" if found else "") == answer


def test_any_answer_goes_on_with_others_and_an_answer_of_two_values_narrows(conversation: Conversation) -> None:
    clarified(conversation, "something for tonight", "1", "2")
    reply = conversation.reply("whatever")
    assert "leave that open" in reply.words and reply.request is not None and set(reply.request.never) == {"1", "2"}
    then = Conversation(conversation.catalog)
    clarified(then, "something for tonight")
    assert asks_for(then.reply("drama or comedy"))[1] == "genres=Drama|Comedy"


def test_the_question_is_the_one_whose_answer_tells_the_most() -> None:
    even = np.full(8, 1 / 8)
    half, eighth = np.arange(8) < 4, np.arange(8) < 1
    gains = [expected_gain(even, np.stack([has, ~has], axis=1)) for has in (half, eighth)]
    assert gains[0] == pytest.approx(np.log(2)) and gains[1] < gains[0]
    colours, sizes = ("Red", "Blue"), ("S", "M", "M", "M", "M", "M", "M", "M")
    items = tuple(Item(str(n), f"Shirt {n}", "", {"colour": colours[n % 2], "size": sizes[n]}) for n in range(8))
    shop = Catalog("shop", items, {})
    question = clarification([(item.id, 0.0) for item in items], shop, "en")
    assert question is not None and question.attribute == "colour" and "Red" in question.text
    assert clarification([(item.id, 0.0) for item in items], shop, "en", ["colour"]) is None
    sure = [(item.id, 30.0 if item.id == "0" else 0.0) for item in items]
    assert clarification(sure, shop, "en") is None


def test_numbers_are_asked_for_in_three_bands_and_chinese_is_answered_in_chinese() -> None:
    items = tuple(Item(str(n), f"外套{n}", "", {"price": 10.0 * n}) for n in range(1, 10))
    shop = Catalog("衣服", items, {})
    question = clarification([(item.id, 0.0) for item in items], shop, "zh")
    assert question is not None and question.text.startswith("价格多少合适")
    assert [option.condition for option in question.options] == ["price<37", "price>=37 and price<=63", "price>63"]


FILMS = [
    ("Scream", 1996, ("Horror",)), ("Fog, The", 1980, ("Horror",)), ("Big", 1988, ("Comedy", "Drama")),
    ("Kiss", 1996, ("Romance",)), ("Antz", 1998, ("Animation", "Comedy")), ("Patton", 1970, ("War",)),
    ("Star Trek: Generations", 1994, ("Action",)), ("Star Trek III: The Search for Spock", 1984, ("Action",)),
    ("Magic Hour, The", 1998, ("Drama",)), ("Kiss", 1996, ("Romance",)), ("Blade Runner", 1982, ("Sci-Fi",)),
    ("12 Angry Men", 1957, ("Drama",)),
]  # fmt: skip


@pytest.fixture
def told() -> Conversation:
    items = (
        Item(str(n), title, "", {"genres": kinds, "year": year}) for n, (title, year, kinds) in enumerate(FILMS, 1)
    )
    return Conversation(Catalog("films", tuple(items), {}))


@pytest.mark.parametrize(
    "line", ["something scary but no gore", "scary, not bloody", "有没有吓人但不血腥的", "恐怖片,但是不要血腥"]
)
def test_what_goes_without_something_stays_what_it_is(told: Conversation, line: str) -> None:
    reply = told.reply(line)
    assert reply.request is not None and reply.request.where == "genres=Horror"
    assert not {"1", "2"} & set(reply.request.never) and "6" in reply.request.never


@pytest.mark.parametrize(
    ("line", "back", "where"),
    [
        ("a comedy, no gore", "actually forget that about gore", "genres=Comedy"),
        ("nothing with zombies", "zombies are ok after all", None),
        ("a comedy from the 80s", "drop the 80s", "genres=Comedy"),
        ("a comedy from the 80s", "actually drop the comedy", "year>=1980 and year<1990"),
        ("a comedy, no horror", "never mind the horror thing", "genres=Comedy"),
        ("不要血腥的", "刚才说的不血腥不算了", None),
    ],
)
def test_what_was_said_is_taken_back_by_naming_it(told: Conversation, line: str, back: str, where: str | None) -> None:
    listed(told, line, "3")
    reply = listed(told, back, "3")
    assert asks_for(reply)[1] == where and not told.state.refused and not (reply.request and reply.request.never[1:])


def test_words_that_were_asked_for_are_taken_back_and_the_rest_of_the_line_is_read(told: Conversation) -> None:
    listed(told, "a comedy", "3")
    listed(told, "with a bit of mystery", "3")
    assert asks_for(listed(told, "drop the mystery", "3"))[0] == "a comedy"
    assert "about “cowboys”" in told.reply("forget that about cowboys").words
    assert asks_for(told.reply("forget the comedy, something from the 80s"))[1] == "year>=1980 and year<1990"


@pytest.mark.parametrize(
    ("line", "length"),
    [
        ("just give me 3", 3), ("can you narrow it down to one", 1), ("top 10", 10), ("only 2 of them please", 2),
        ("只要三部", 3), ("两部就够了", 2), ("show me 3 dramas", 3), ("a shorter list", 3), ("give me 12 angry men", 5),
    ],
)  # fmt: skip
def test_a_list_has_as_many_items_as_asked_for(told: Conversation, line: str, length: int) -> None:
    listed(told, "a comedy", "3", "5")
    reply = listed(told, line, "3")
    assert reply.request is not None and reply.request.k == length
    if length != 5:
        later = listed(told, "from the 80s", "3")
        assert later.request is not None and later.request.k == length


def test_of_more_so_many_come_that_were_not_shown(told: Conversation) -> None:
    listed(told, "a comedy", "3")
    more = told.reply("two more")
    assert more.request is not None and more.request.k == 2 and "3" in more.request.never


def test_a_series_is_turned_down_whole_and_one_film_is_listed_once(told: Conversation) -> None:
    reply = told.reply("loved blade runner, hated star trek")
    assert (
        reply.request is not None and {"7", "8", "10"} <= set(reply.request.never) and reply.request.history == ("11",)
    )
    assert "4" not in reply.request.never


@pytest.mark.parametrize(
    ("line", "query", "says"),
    [
        ("a drama, less than 2 hours", "a drama", "how long"), ("a drama starring Al Pacino", "a drama", "who acts"),
        ("a Hitchcock film, a drama", "a drama", "who directed"), ("a French drama", "a drama", "which country"),
        ("a drama with subtitles", "a drama", "which language"), ("a Disney cartoon", "a cartoon", "which studio"),
        ("an oscar winning drama", "an drama", "which prizes"), ("a drama on netflix", "a drama", "can be watched"),
        ("90分钟以内的战争片", "war", "有多长"), ("日本的战争片", "war", "来自哪个国家"),
    ],
)  # fmt: skip
def test_what_no_item_tells_is_owned_and_ranks_nothing(told: Conversation, line: str, query: str, says: str) -> None:
    reply = told.reply(line)
    assert reply.request is not None and reply.request.query == query and says in reply.words


@pytest.mark.parametrize(
    "line",
    [
        "what should I watch next?", "What can I watch tonight?", "which film should I see next?", "what do you recommend?",
        "what should I buy next?", "what movie should we watch tonight?", "anything good to watch?", "what's good?",
        "what else can you recommend?", "今晚看什么？", "有什么好看的电影？", "接下来看什么好？", "推荐一下？",
    ],
)  # fmt: skip
def test_a_question_what_to_watch_is_a_request_for_a_list(told: Conversation, line: str) -> None:
    reply = told.reply(line)
    assert reply.request is not None and not reply.request.query and not reply.request.where


@pytest.mark.parametrize(
    ("line", "query"),
    [("horor movie pls", "horror"), ("im tired, what should i watch", None),
     ("i am so bored, something funny", "funny comedy")],
)  # fmt: skip
def test_a_slip_and_how_somebody_feels_rank_nothing(told: Conversation, line: str, query: str | None) -> None:
    reply = told.reply(line)
    assert reply.request is not None and (reply.request.query or None) == query


def test_what_would_be_better_takes_the_place_of_what_was_asked(told: Conversation) -> None:
    told.show(told.reply("a comedy from the 90s"), [item.id for item in told.catalog.items[:3]])
    where = told.reply("hmm actually late 80s would be better than 90s").request
    assert where is not None and "year>=1987 and year<1990" in (where.where or "") and "2000" not in (where.where or "")
    reply = told.reply("not what i meant, you keep giving me the same stuff")
    shown = [item.id for item in told.catalog.items[:3]]
    assert reply.request is not None and {*shown} <= {*reply.request.never} and "sorry" in reply.words


def test_a_child_s_age_asks_for_no_year(told: Conversation) -> None:
    told.show(told.reply("something for kids"), [item.id for item in told.catalog.items[:3]])
    for line in ("is number 3 ok for a 7 year old?", "is 2 fine for my 9-year-old?"):
        assert "is from" not in told.reply(line).words


def test_moods_name_their_kind_and_requests_rank_nothing(told: Conversation) -> None:
    assert asks_for(told.reply("想看点轻松治愈的电影"))[0] == "light-hearted heartwarming comedy"
    assert asks_for(told.reply("have you got anything heartwarming tonight please"))[0] == "heartwarming comedy"
    assert asks_for(told.reply("what should i watch tonight"))[0] is None


def test_full_width_punctuation_is_read_as_any_other(told: Conversation) -> None:
    assert (
        asks_for(listed(told, "你好\uff0c想看喜剧\uff0c不要动画\uff01", "3"))[1]
        == "genres=Comedy and genres!=Animation"
    )
    assert "1988" in told.reply("第一部是哪年的\uff1f").words


def test_an_age_is_no_place(told: Conversation) -> None:
    listed(told, "a comedy", "3", "5", "1", "2")
    assert told.reply("is the first ok for her? my son is 4").words.startswith(
        "The catalogue does not tell whether Big"
    )
    assert "《Big》" in told.reply("我儿子4岁,第一个适合他吗").words


def test_or_widens_what_was_asked_for(told: Conversation) -> None:
    listed(told, "a comedy from the 80s", "3")
    assert asks_for(listed(told, "or the 70s", "3"))[1] == "genres=Comedy and year=1970..1979|1980..1989"


def test_a_reply_tells_its_language(told: Conversation) -> None:
    listed(told, "喜剧", "3", "5")
    reply = told.reply("为什么推荐第一个")
    assert (reply.why, reply.language) == ("3", "zh")


@pytest.mark.parametrize(
    ("line", "known", "where", "says"),
    [
        ("ok but we've done star trek: generations to death. a comedy", {"7"}, "genres=Comedy", "you know Star Trek"),
        ("number 2 looks mid. got anything like scream", {"5"}, None, "Antz will not be shown"),
        (
            "Not 1, not 2. And do you have Double Indemnity at all?",
            {"3", "5"},
            None,
            "no title like “Double Indemnity”",
        ),
        ("Patton is a bore. Take it out.", {"6"}, None, "Patton will not be shown"),
        ("Kiss sucked! newer than 95 please", {"4"}, "year>1995", "Kiss will not be shown"),
        ("看过第一部了。要九十年代的", {"3"}, "year>=1990 and year<2000", "《Big》"),
    ],
)
def test_sentences_that_react_and_those_that_ask_are_read_one_by_one(
    told: Conversation, line: str, known: set[str], where: str | None, says: str
) -> None:
    listed(told, "a film", "3", "5", "1", "6")
    reply = told.reply(line)
    assert reply.request is not None and says in reply.words
    assert known <= {*reply.request.never, *(reply.request.history or ())} and reply.request.where == where


@pytest.mark.parametrize(
    ("line", "where"),
    [
        ("I WANT AN ACTION FLICK NOT SOME SCI FI GARBAGE", "genres!=Sci-Fi and genres=Action"),
        ("no mushy romance stuff please", "genres!=Romance"), ("there's still horror in there", "genres!=Horror"),
        ("恐怖片除外", "genres!=Horror"), ("战争片就算了", "genres!=War"), ("要动作片或者战争片", "genres=Action|War"),
        ("no love stories", "genres!=Romance"), ("nothing old", "year>1978"), ("别太老的", "year>1978"),
        ("a comedy, and I want a drama", "genres=Comedy and genres=Drama"), ("something recent", "year>1993"),
        ("no children, only me. a comedy", "genres=Comedy"),
    ],
)  # fmt: skip
def test_refusals_and_conditions_in_more_words(told: Conversation, line: str, where: str) -> None:
    assert asks_for(told.reply(line))[1] == where


def test_two_questions_get_two_answers_and_a_title_is_known_without_its_article(told: Conversation) -> None:
    listed(told, "a film", "3", "9", "1")
    both = told.reply("Who directed the second one, and in what year?").words
    assert "does not tell who directed The Magic Hour" in both and "The Magic Hour is from 1998" in both
    assert told.reply("magic hour sounds fine but isn't it sad?").words.startswith("The Magic Hour is a drama")
    assert "Scream" in told.reply("whats the scariest one").words


def test_what_cannot_be_said_in_english_ranks_nothing_there(told: Conversation) -> None:
    assert asks_for(told.reply("推荐几部库布里克的喜剧片子"))[0] in ("comedy", None)
    assert "导演" in told.reply("推荐几部库布里克的片子").words


def test_time_told_by_last_digits_old_films_and_what_is_too_much(told: Conversation) -> None:
    assert asks_for(listed(told, "stuff from 95 to 97", "4"))[1] == "year>=1995 and year<=1997"
    assert asks_for(Conversation(told.catalog).reply("some old films"))[1] == "year<1973"
    assert asks_for(Conversation(told.catalog).reply("想看个老片,最好是喜剧"))[1] == "year<1973"
    again = Conversation(told.catalog)
    listed(again, "something weird", "3", "5")
    assert asks_for(listed(again, "too weird", "6"))[0] == "conventional"
    assert again.reply("为什么选第一个?").why == "6"


@pytest.mark.parametrize(
    ("line", "where"),
    [
        ("You are showing horror though. Please take all horror out.", "genres!=Horror"),
        ("horror is out", "genres!=Horror"), ("leave those comedies out", "genres!=Comedy"),
        ("恐怖片统统不要!", "genres!=Horror"), ("动画片爷爷不爱看,换成真人的", "genres!=Animation"),
        ("反了反了,是不要动画片!", "genres!=Animation"), ("我没要恐怖,去掉恐怖这个条件", "genres!=Horror"),
        ("怎么又推荐恐怖片", "genres!=Horror"), ("恐怖片我女朋友受不了,爱情片可以", "genres!=Horror and genres=Romance"),
        ("恐怖片好看,推荐几部", "genres=Horror"),
    ],
)  # fmt: skip
def test_what_is_turned_down_behind_its_name_is_not_wanted(told: Conversation, line: str, where: str) -> None:
    assert asks_for(told.reply(line))[1] == where


def test_an_example_and_a_question_turn_nothing_down(told: Conversation) -> None:
    listed(told, "a film", "1", "2", "3")
    reply = told.reply("one more of the same kind as Scream for tomorrow, but no war")
    assert reply.request is not None and "1" not in reply.request.never and "genres!=War" in str(reply.request.where)
    assert "will not be shown" not in told.reply("what's Scream, never heard of it").words
    assert told.reply("第二部恐怖吗?").request is None and "genres=Horror" not in told.conditions


def test_starting_over_goes_on_with_the_wish_behind_it(told: Conversation) -> None:
    listed(told, "a comedy, never horror", "3", "5")
    over = listed(told, "Start over: like Scream, from the 90s", "1")
    assert over.request is not None and over.request.like == "1"
    assert over.request.where == "genres!=Horror and year>=1990 and year<2000" and "no horror" in over.words
    again = listed(told, "算了,重新来:战争片", "6")
    assert asks_for(again)[1] == "genres!=Horror and genres=War"  # what was said for good stays
    assert "不算" in told.reply("重新开始").words and told.state.last is None


def test_questions_of_a_line_are_answered_one_by_one(told: Conversation) -> None:
    listed(told, "a film", "3", "9", "1")
    words = told.reply("Better. Which of these is the shortest? And which year is the last one?").words
    assert "does not tell which is the shortest" in words and "Scream is from 1996" in words
    missing = told.reply("Where are Patton and Antz?").words
    assert "Patton" in missing and "Antz" in missing
    assert "Patton" in told.reply("Why not Patton? It has tanks.").words


def test_others_are_not_the_same_again_and_undo_may_follow_a_complaint(told: Conversation) -> None:
    listed(told, "推荐喜剧", "3")
    others = listed(told, "那再换一批喜剧", "5")
    assert others.request is not None and "3" in others.request.never
    told.reply("not 1")
    assert told.reply("I didn't say remove it, undo").words.startswith("Taken back")
    assert told.reply("hmm, only three will do, she can't decide with five").request.k == 3  # type: ignore[union-attr]


def test_what_is_not_for_children_is_for_no_child(told: Conversation) -> None:
    assert asks_for(told.reply("小孩看的那两部不要,来部喜剧"))[1] == "genres=Comedy"


def test_what_a_line_rules_out_behind_a_comma_is_ruled_out(told: Conversation) -> None:
    reply = listed(told, "an action film from the 80s or 90s, not star trek", "1")
    assert reply.request is not None and {"7", "8"} <= {*reply.request.never}
    assert "will not be shown" not in told.reply("hmm nothing too sad").words
    others = told.reply("more, but no comedies")
    assert others.request is not None and "1" in others.request.never and "genres!=Comedy" in str(others.request.where)


def test_of_conditions_that_exclude_one_another_the_one_in_the_way_goes(told: Conversation) -> None:
    listed(told, "a horror film", "1")
    listed(told, "older", "2")
    assert asks_for(told.reply("newer than 1990"))[1] == "genres=Horror and year>1990"


def test_what_nobody_knows_of_films_is_owned_in_a_question(told: Conversation) -> None:
    listed(told, "a film", "3", "9", "1")
    assert "prizes" in told.reply("which of these won an oscar?").words
    assert "amelie" in told.reply("do you have amelie?").words and told.reply("do you have any comedies?").request
    assert told.reply("为什么第一部排第一").why == "3"


def test_all_but_a_place_and_the_last_one_watched_are_items(told: Conversation) -> None:
    listed(told, "a film", "1", "2", "3", "4")
    assert set(told.reply("seen em all except 2").request.history or ()) == {"1", "3", "4"}  # type: ignore[union-attr]
    like = Conversation(told.catalog, history=["3", "6"]).reply("something like the last one I watched").request
    assert like is not None and like.like == "6"
    asked = Conversation(told.catalog, history=["3", "6"]).reply("could you tell me what I watched most recently?")
    assert "Patton" in asked.words


def test_what_is_ruled_out_leaves_the_words_of_before(told: Conversation) -> None:
    listed(told, "a film with zeppelins and trains", "1")
    assert "zeppelin" not in str(asks_for(told.reply("no zeppelins this time"))[0])


def test_a_question_may_go_on_from_one_before_and_follow_a_comma_in_chinese(told: Conversation) -> None:
    listed(told, "a film", "3", "9", "1")
    assert "Magic Hour" in told.reply("and the newest?").words and "Magic Hour" in told.reply("那最新的呢").words
    both = told.reply("第一个我看过,第二个讲什么")
    assert "您已经有过了" in both.words and "讲的是什么" in both.words
    assert told.reply("why do you think I'd like 2").why is not None


def test_a_question_beside_a_wish_is_answered_and_the_wish_is_met(told: Conversation) -> None:
    listed(told, "a film", "3", "9", "1")
    both = told.reply("Who directed the first one? Only horror please, from the 80s or later.")
    assert "does not tell who directed Big" in both.words and asks_for(both)[1] == "year>=1980 and genres=Horror"
    known = Conversation(told.catalog, history=["6"])
    three = known.reply("Patton seen it. Is Big a comedy? And how long is it? No war.")
    assert "Big is a comedy drama" in three.words and "does not tell how long Big is" in three.words
    assert "genres!=War" in str(asks_for(three)[1])
    assert asks_for(told.reply("Fine. What about comedies?"))[1] == "genres=Comedy"


def test_corrections_turn_nothing_down_and_all_but_a_title_are_known(told: Conversation) -> None:
    listed(told, "a film", "3", "9", "1")
    assert "will not be shown" not in told.reply("no, i meant Patton").words
    listed(told, "a film", "6", "9", "1")
    history = told.reply("seen all of em cept patton").request
    assert history is not None and {"9", "1"} <= {*(history.history or ())} and "6" not in (history.history or ())


@pytest.mark.parametrize(
    ("line", "where"),
    [
        ("Half of those are from the nineties. I said before 1970.", "year<1970"),
        ("These are comedies. I asked for horror.", "genres=Horror"),
        ("我说的是1995年以后,怎么还有1934年的?", "year>=1995"),
        ("I said no horror", "genres!=Horror"),
        ("我说了不要恐怖片", "genres!=Horror"),
    ],
)
def test_of_a_complaint_what_was_asked_for_counts(told: Conversation, line: str, where: str) -> None:
    listed(told, "a film", "3", "9", "1")
    assert asks_for(told.reply(line))[1] == where
