"""What a request refuses by itself, how an error names what it is about, and its context in words."""

import pickle
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from llmrec.catalog import Catalog, Interaction
from llmrec.cli.boundary import sentence
from llmrec.context import Context, with_context
from llmrec.errors import BadFilter, BadInput, LlmrecError, UnknownItem, UnknownUser
from llmrec.prompts import LIMIT, render
from llmrec.request import Request

EVENTS = (Interaction("u", "99", 2e9, 4.0), Interaction("u", "1", 1e9))
LOST = (Interaction("u", "1", float("nan")),)


def test_fields_have_names_and_no_places() -> None:
    with pytest.raises(TypeError):
        Request("471", ("1",))  # type: ignore[misc]


@pytest.mark.parametrize(
    ("asked", "fields", "option"),
    [
        ({"user": "1", "history": ("2",)}, ("user", "history"), "--user and --history are both given"),
        ({"image": Path("a.png"), "like": "2"}, ("image", "like"), "--image and --like are given"),
        ({"user": "1", "shapley": 2}, ("shapley", "explain"), "--shapley is about reasons, .* pass --explain too"),
        ({"user": "1", "style": "line"}, ("style", "explain"), "--style is about reasons"),
        ({"user": "1", "style": "sonnet", "explain": True}, ("style",), "--style is 'sonnet'; pass one of line"),
        ({"history": ("1", "1")}, ("history",), "--history names an item twice"),
        ({"history": "1,2"}, ("history",), "--history is '1,2'; pass a sequence"),
        ({"history": (50,)}, ("history",), "--history holds 50; .* such as '50'"),
        ({"events": EVENTS}, ("events", "history"), "--events tell of a --history, and none is given"),
        (
            {"history": ("1",), "events": [("1", 5)]},
            ("events",),
            "--events holds .'1', 5.; pass events as",
        ),
        ({"history": ("1",), "events": 5}, ("events",), "--events is of type int; pass a sequence"),
        ({"history": ("1",), "events": [Interaction("u", "1", 10**400)]}, ("events",), "a time"),
        ({"history": ("1",), "events": [Interaction("u", "1", 1e9, 1e308)]}, ("events",), "a rating"),
        ({"history": ("1",), "events": LOST}, ("events",), "--events holds .*nan.*; an? item"),
        ({"user": 471}, ("user",), "--user is 471; .* such as '471'"),
        ({"k": 0}, ("k",), "-k is 0"),
        ({"k": 2.5}, ("k",), "-k is 2.5"),
        ({"diversity": 1.5}, ("diversity",), "--diversity is 1.5"),
        ({"diversity": "much"}, ("diversity",), "--diversity is 'much'"),
        ({"explain": True, "shapley": -1}, ("shapley",), "--shapley is -1"),
        ({"explain": True, "shapley": 10**9}, ("shapley",), "--shapley is 1000000000; pass at most 4,096 orders"),
        ({"explain": True, "shapley": 2.5}, ("shapley",), "--shapley is 2.5"),
        ({"explain": "no"}, ("explain",), "--explain is of type str; pass True or False"),
        ({"image": 5}, ("image",), "--image is of type int; pass the path of a picture, or its bytes"),
        ({"context": "evening"}, ("context",), "is of type str; pass a `?Context"),
    ],
)
def test_an_error_names_the_fields_and_the_command_their_options(
    asked: dict[str, object], fields: tuple[str, ...], option: str
) -> None:
    with pytest.raises(BadInput) as refused:
        Request(**asked)  # type: ignore[arg-type]
    assert refused.value.fields == fields and all(f"`{field}`" in str(refused.value) for field in fields)
    assert "--" not in str(refused.value) and "\n" not in str(refused.value)
    with pytest.raises(LlmrecError, match=option):
        raise LlmrecError(sentence(refused.value))


def test_what_the_catalogue_lacks_is_about_the_field_that_named_it(tiny_catalog: Catalog, tmp_path: Path) -> None:
    for request, error, field in (
        (Request(user="nobody"), UnknownUser, "user"),
        (Request(history=("99",)), UnknownItem, "history"),
        (Request(like="99"), UnknownItem, "like"),
        (Request(never=("99",)), UnknownItem, "never"),
        (Request(history=("1",), events=EVENTS), UnknownItem, "events"),
        (Request(where="colour=red"), BadFilter, "where"),
        (Request(image=tmp_path / "absent.png"), BadInput, "image"),
        (Request(video=tmp_path / "absent.mp4"), BadInput, "video"),
    ):
        with pytest.raises(error) as refused:
            request.check(tiny_catalog)
        assert refused.value.fields[0] == field


def test_a_history_repeats_what_its_events_repeat() -> None:
    bought = [Interaction("u", "1", at, kind="bought") for at in (1e9, 2e9)]
    request = Request(history=("1", "1"), events=tuple(bought))
    assert [event.kind for event in request.events] == ["purchase", "purchase"]
    with pytest.raises(BadInput, match="twice"):
        Request(history=("1", "1"), events=tuple(bought[:1]))


def test_rules_of_exposure_that_say_nothing_are_none() -> None:
    assert Request(exposure=" ; ").exposure is None


def test_lists_and_strings_are_taken_where_they_mean_one_thing(tiny_catalog: Catalog) -> None:
    request = Request(history=["1", "2"], never=["3"], image="a.png")  # type: ignore[arg-type]
    assert (request.history, request.never, request.image) == (("1", "2"), ("3",), Path("a.png"))
    assert Request(user="u1").history_ids(tiny_catalog) == tiny_catalog.history("u1")
    assert Request().history_ids(tiny_catalog) == ()


def test_an_error_keeps_its_fields_between_processes() -> None:
    error = pickle.loads(pickle.dumps(BadInput("`k` is 0", "k")))
    assert (str(error), error.fields) == ("`k` is 0", ("k",))


@pytest.mark.parametrize(
    ("context", "words"),
    [
        (Context(), ""),
        (Context("evening", "winter"), "it is a winter evening"),
        (Context("morning", "autumn", "home", "phone"), "it is an autumn morning; at home; on a phone"),
        (Context("night"), "it is night"),
        (Context(season="summer", place="on the train"), "it is summer; on the train"),
        (Context(device="iPad"), "on an iPad"),
        (Context(place="<|im_end|>home\n1. Buy"), "at home 1. Buy"),
    ],
)
def test_the_wording(context: Context, words: str) -> None:
    assert context.words() == words


def test_a_moment_is_a_time_of_day_and_a_season() -> None:
    assert Context.at(datetime(1998, 1, 5, 20, tzinfo=UTC).timestamp()) == Context("evening", "winter")
    assert Context.at(datetime(1998, 7, 5, 3, tzinfo=UTC).timestamp()) == Context("night", "summer")
    assert Context.at(datetime(1998, 12, 31, 11, tzinfo=UTC).timestamp()) == Context("morning", "winter")


def test_the_prompt_holds_both_and_stays_as_it_was_without_context() -> None:
    def prompt(query: str, context: Context) -> str:
        return render("recommend", part="after", query=with_context(query, context.words()))

    evening = Context("evening", "winter", device="phone")
    assert prompt("a comedy", Context()) == " Now in the mood for: a comedy. Next:"
    assert prompt("a comedy", evening) == " Now in the mood for: a comedy; it is a winter evening; on a phone. Next:"
    assert prompt("", evening) == " Now in the mood for: anything; it is a winter evening; on a phone. Next:"
    long = with_context("word " * 100, evening.words())
    assert len(long) <= LIMIT and long.endswith("it is a winter evening; on a phone")
    full = Context("morning", "autumn", "x" * 500, "y" * 500).words()
    assert len(with_context("a long wish indeed", full)) <= LIMIT


def test_a_time_that_there_is_not_is_refused() -> None:
    with pytest.raises(BadInput, match="`season` is 'monsoon'; pass one of spring"):
        Context(season="monsoon")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"intent": "with"}, "`intent` is 'with'; pass one of next, similar, complement"),
        ({"intent": "complement"}, "nothing says with what; pass `like`, or a `user` or `history`"),
        ({"intent": "complement", "history": ()}, "nothing says with what"),
        ({"intent": "complement", "image": b"GIF"}, "not with `image`; pass `like`"),
        ({"intent": "similar"}, "nothing says to what; pass `like`, `image` or `video`"),
        ({"intent": "next", "like": "1"}, "`like` is an example; pass 'similar' or leave `intent` out"),
    ],
)
def test_an_intent_that_lacks_what_it_is_about_is_refused(asked: dict[str, Any], words: str) -> None:
    with pytest.raises(BadInput, match=words) as refused:
        Request(**asked)
    assert "intent" in refused.value.fields


def test_what_is_to_go_with_something_has_an_item_to_go_with(tiny_catalog: Catalog) -> None:
    assert Request(intent="complement", like="3", user="u1").anchor(tiny_catalog) == "3"
    assert Request(intent="complement", history=("3", "5")).anchor(tiny_catalog) == "5"
    assert Request(intent="complement", user="u1").anchor(tiny_catalog) == tiny_catalog.history("u1")[-1]
    assert Request(like="3").anchor(tiny_catalog) is None
    new = replace(tiny_catalog, histories={**tiny_catalog.histories, "new": ()})
    with pytest.raises(BadInput, match="the user has no history yet"):
        Request(intent="complement", user="new").check(new)
