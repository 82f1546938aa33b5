# ruff: noqa: E501 - a case a line
"""What programs get: clients of OpenAI and LangChain, Open WebUI, JSON by schema, /v1/responses."""

import json
from pathlib import Path
from typing import Any, Literal

import httpx
import openai
import pytest
from fastapi.testclient import TestClient
from langchain_openai import ChatOpenAI
from pydantic import BaseModel, Field, SecretStr

from llmrec.errors import BadInput
from llmrec.recommender import Recommender
from llmrec.server.json_schema import expanded
from llmrec.server.schemas.chat import MAX_MESSAGES, ListedItem
from llmrec.server.settings import Limits
from llmrec.server.structured import Answer, JsonFormat, Unmet
from tests.server.conftest import served

LINE = "something funny from the 90s, not horror"
ASKED: Any = {"model": "llmrec", "user": "42", "messages": [{"role": "user", "content": LINE}]}
UNDERSTOOD = "From the 1990s and no horror, then."


class Film(BaseModel):
    """One film."""

    title: str
    year: int
    genre: list[str]


class Films(BaseModel):
    """What a program would like to read."""

    films: list[Film] = Field(max_length=3)
    director: str | None
    count: int


@pytest.fixture(scope="module")
def api(client: TestClient) -> openai.OpenAI:
    key = client.headers["Authorization"].removeprefix("Bearer ")
    return openai.OpenAI(base_url="http://testserver/v1", api_key=key, http_client=client, max_retries=0)


@pytest.fixture(scope="module")
def model(client: TestClient) -> ChatOpenAI:
    key = SecretStr(client.headers["Authorization"].removeprefix("Bearer "))
    return ChatOpenAI(model="llmrec", base_url="http://testserver/v1", api_key=key, http_client=client, max_retries=0)


def tool(name: str, **properties: Any) -> Any:
    parameters = {"type": "object", "properties": properties, "required": list(properties)}
    return {"type": "function", "function": {"name": name, "parameters": parameters}}


# ---- JSON


def test_a_list_is_json_by_schema(api: openai.OpenAI) -> None:
    answer = api.chat.completions.parse(**ASKED, response_format=Films)
    found = answer.choices[0].message.parsed
    listed = answer.model_extra["recommendations"]["items"] if answer.model_extra else []
    assert found is not None and found.director is None and found.count == 5 and len(found.films) == 3
    assert [film.title for film in found.films] == [item["title"] for item in listed[:3]]
    assert all(1990 <= film.year < 2000 and "Horror" not in film.genre for film in found.films)
    assert all(item["rationale"] is None for item in listed)  # no reason was asked for
    *chunks, _ = api.chat.completions.create(
        **ASKED,
        stream=True,
        response_format={"type": "json_schema", "json_schema": {"name": "f", "schema": Films.model_json_schema()}},
    )
    streamed = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert Films.model_validate_json(streamed) == found


def test_any_json_holds_the_list_with_its_reasons_and_words_are_json_too(api: openai.OpenAI) -> None:
    answer = api.chat.completions.create(**ASKED, response_format={"type": "json_object"})
    held = json.loads(answer.choices[0].message.content or "")
    assert len(held["items"]) == 5 and all(item["reason"] and item["attributes"]["year"] for item in held["items"])
    helped = api.chat.completions.create(
        model="llmrec", messages=[{"role": "user", "content": "help"}], response_format={"type": "json_object"}
    )
    held = json.loads(helped.choices[0].message.content or "")
    assert held["items"] == [] and "more like 2" in held["message"]


def test_a_reply_says_what_it_comes_to_whatever_its_form(api: openai.OpenAI) -> None:
    films: Any = {"type": "object", "properties": {"films": {"type": "array", "items": {"type": "string"}}}}
    told = {**films, "properties": {**films["properties"], "message": {"type": "string"}}}
    impossible = [{"role": "user", "content": "only comedies from 1931, under 3 minutes, after 1990"}]

    def asked(messages: Any, schema: Any, **more: Any) -> tuple[Any, Any]:
        kind: Any = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}} if schema else None
        kind = kind or {"type": "json_object"}
        answer = api.chat.completions.create(model="llmrec", messages=messages, response_format=kind, **more)
        assert answer.model_extra
        return json.loads(answer.choices[0].message.content or ""), answer.model_extra["llmrec"]

    for messages, words in ((impossible, "."), ([{"role": "user", "content": "why 3"}], "no number 3")):
        held, beside = asked(messages, films)
        assert held == {"films": []} and words in beside["message"] and beside["notes"] == []
        assert asked(messages, told)[0] == {"films": [], "message": beside["message"]}
        assert asked(messages, None)[0] == {"message": beside["message"], "items": []}
    held, beside = asked(ASKED["messages"], told)
    assert len(held["films"]) == 5 and held["message"] == beside["message"] == UNDERSTOOD
    assert asked(ASKED["messages"], None)[0]["message"] == UNDERSTOOD
    *_, last = api.chat.completions.create(**ASKED, stream=True)
    assert last.model_extra and last.model_extra["llmrec"] == beside


def test_a_conversation_that_was_shortened_says_so(api: openai.OpenAI) -> None:
    lines: Any = [{"role": ("user", "assistant")[n % 2], "content": "comedies"} for n in range(MAX_MESSAGES + 3)]
    for n, words in ((MAX_MESSAGES + 3, "and 3 before them were not"), (201, "and 1 before them were not"), (3, "")):
        answer = api.chat.completions.create(model="llmrec", messages=lines[:n])
        notes = (answer.model_extra or {})["llmrec"]["notes"]
        assert words in notes[0] if words else notes == []
        reply = api.responses.create(model="llmrec", input=lines[:n])
        assert (reply.model_extra or {})["llmrec"]["notes"] == notes
    long: Any = [{"role": "user", "content": f"comedies {'and dramas ' * 300}"}]
    answer = api.chat.completions.create(model="llmrec", messages=long)
    assert "first 2,000 characters" in (answer.model_extra or {})["llmrec"]["notes"][0]
    answer = api.chat.completions.create(model="llmrec", messages=[*(long + lines[1:2]) * 15, *lines[:1]])
    assert "earliest messages were not read" in (answer.model_extra or {})["llmrec"]["notes"][0]


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"properties": {"director": {"type": "string"}}, "required": ["director"]}, "requires 'director' of the answer"),
        ({"properties": {"films": {"type": "array", "minItems": 9, "items": {"type": "string"}}}}, r"at \$.films: "),
        ({"properties": {"films": {"type": "array", "items": {"properties": {"cast": {"type": "string"}},
                                                             "required": ["cast"]}}}}, "requires 'cast' of '"),
        ({"properties": {"a": {"pattern": "(a+)+$"}}}, "uses 'pattern'"), ({"$ref": "#/x"}, "does not have"),
        ({"$ref": "https://x.example/schema"}, "another document"), ({"$ref": "#"}, "refers to itself"), ({"type": 7}, "is none"),
    ],
)  # fmt: skip
def test_a_schema_that_cannot_be_met_is_refused(api: openai.OpenAI, wanted: dict[str, Any], words: str) -> None:
    format: Any = {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object", **wanted}}}
    with pytest.raises(openai.UnprocessableEntityError, match=f"response_format: .*{words}"):
        api.chat.completions.create(**ASKED, response_format=format)


def item(title: str, **attributes: Any) -> ListedItem:
    return ListedItem(
        id=f"id-{title}", title=title, score=0.5, parts={}, attributes=attributes, rationale=None, media=["image"]
    )


ALIEN, BRAZIL = item("Alien", year=1979, genres=["Horror", "Sci-Fi"], price=9.5), item("Brazil", year=1985)
STRING, INTEGER = {"type": "string"}, {"type": "integer"}


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"properties": {"titles": {"type": "array", "items": STRING}}}, {"titles": ["Alien", "Brazil"]}),
        ({"properties": {"ids": {"type": "array", "items": STRING}}}, {"ids": ["id-Alien", "id-Brazil"]}),
        ({"properties": {"name": STRING, "rank": INTEGER}}, {"name": "Alien", "rank": 1}),
        ({"properties": {"genres": STRING, "title": STRING}}, {"genres": "Horror, Sci-Fi", "title": "Alien"}),
        ({"properties": {"best": {"properties": {"id": STRING, "year": {"type": "number"}}}}},
         {"best": {"id": "id-Alien", "year": 1979}}),
        ({"properties": {"result": {"properties": {"items": {"type": "array", "maxItems": 1, "items": {
            "properties": {"title": STRING, "genre": {"enum": ["comedy", "horror"]}, "price": {"anyOf": [INTEGER, STRING]}}}}}}}},
         {"result": {"items": [{"title": "Alien", "genre": "horror", "price": "9.5"}]}}),
        ({"type": "array", "items": {"properties": {"title": STRING, "price": {"type": ["number", "null"]}}}},
         [{"title": "Alien", "price": 9.5}, {"title": "Brazil", "price": None}]),
        ({"properties": {"query": STRING, "k": INTEGER}}, {"query": "a film", "k": 2}),
        ({"properties": {"answer": STRING, "kind": {"const": "list"}}}, {"answer": "Here:", "kind": "list"}),
        ({"properties": {"films": {"type": "array", "items": {"$ref": "#/$defs/f"}}},
          "$defs": {"f": {"properties": {"title": {**STRING, "maxLength": 3}, "description": STRING, "score": {"type": "number"}}}}},
         {"films": [{"title": "Ali", "description": "about Alien", "score": 0.5},
                    {"title": "Bra", "description": "about Brazil", "score": 0.5}]}),
    ],
)  # fmt: skip
def test_fields_are_found_by_their_names(schema: dict[str, Any], value: Any) -> None:
    whole = {"type": "array" if "items" in schema else "object", **schema}
    answer = Answer("a film", "Here:", [ALIEN, BRAZIL], lambda id: id.replace("id-", "about "))
    assert json.loads(JsonFormat(whole).text(answer)) == value
    with pytest.raises(Unmet, match=r"is no list but says: Sorry"):
        JsonFormat({"type": "object", "properties": {"title": STRING}, "required": ["title"]}).text(
            Answer("x", "Sorry.", (), str)
        )


def test_schemas_are_bounded_before_anything_is_validated() -> None:
    doubled = {"$defs": {f"d{n}": {"anyOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(40)} | {"d40": STRING}}
    for schema in (
        {**doubled, "$ref": "#/$defs/d0"},
        {"properties": {str(n): STRING for n in range(1999)}},
        {"a" * 30_000: 1},
    ):
        with pytest.raises(BadInput, match=r"too large|longer than"):
            expanded(schema)


# ---- tools


def test_a_tool_is_called_with_the_list(api: openai.OpenAI, model: ChatOpenAI) -> None:
    films = {"type": "array", "items": {"type": "object", "properties": {"title": STRING}}}
    offered = [tool("weather", city=STRING), tool("recommend", films=films)]
    called = api.chat.completions.create(**ASKED, tools=offered).choices[0]
    (call,) = called.message.tool_calls or ()
    assert called.finish_reason == "tool_calls" and called.message.content is None and call.type == "function"
    assert call.function.name == "recommend" and len(json.loads(call.function.arguments)["films"]) == 5
    *_, last, end = api.chat.completions.create(**ASKED, tools=offered, stream=True, tool_choice="required")
    assert end.choices[0].finish_reason == "tool_calls" and last.choices[0].delta.tool_calls
    streamed = last.choices[0].delta.tool_calls[0].function
    assert streamed is not None and (streamed.name, streamed.arguments) == ("recommend", call.function.arguments)
    told = [*ASKED["messages"], called.message.model_dump(exclude_none=True),
            {"role": "tool", "tool_call_id": call.id, "content": "shown"}]  # fmt: skip
    after = api.chat.completions.create(**ASKED | {"messages": told}, tools=offered, max_tokens=5).choices[0]
    assert UNDERSTOOD.startswith(after.message.content or "no words") and not after.message.tool_calls
    for choice in ("none", "auto"):
        words = api.chat.completions.create(**ASKED, tools=offered[:1], tool_choice=choice, max_tokens=3)
        assert words.choices[0].message.content
    for wanted, words in (("required", "tool_choice"), ({"type": "function", "function": {"name": "f"}}, "tool_choice"),
                          ({"type": "function", "function": {"name": "weather"}}, "tools: .*'city'")):  # fmt: skip
        with pytest.raises(openai.UnprocessableEntityError, match=words):
            api.chat.completions.create(**ASKED, tools=[offered[0], tool("f2")], tool_choice=wanted)
    methods: tuple[Literal["json_schema", "json_mode", "function_calling"], ...] = ("json_schema", "function_calling")
    for method in methods:
        found = model.with_structured_output(Films, method=method).invoke(LINE)
        assert isinstance(found, Films) and len(found.films) == 3
    asked = model.bind_tools([tool("recommend", query=STRING)], tool_choice="recommend").invoke(LINE)
    assert [call["args"] for call in asked.tool_calls] == [{"query": LINE}]
    said = model.invoke("help")
    assert said.usage_metadata is not None and said.usage_metadata["output_tokens"] > 10


def test_usage_is_told_of_streams_too(api: openai.OpenAI) -> None:
    asked: Any = {"model": "llmrec", "messages": [{"role": "user", "content": "help"}]}
    answer = api.chat.completions.create(**asked, tools=[tool("f")], tool_choice="auto", temperature=0.3, seed=1)
    assert answer.usage is not None and answer.usage.total_tokens > answer.usage.prompt_tokens == 1
    *_, last = api.chat.completions.create(**asked, stream=True, stream_options={"include_usage": True})
    assert last.usage == answer.usage and not last.choices


# ---- /v1/responses


def test_responses_are_completions_in_another_shape(api: openai.OpenAI, model: ChatOpenAI) -> None:
    first = api.responses.create(model="llmrec", input=LINE, user="42")
    assert (
        first.status == "completed"
        and first.output_text.startswith(f"{UNDERSTOOD}\n\n1. ")
        and "\n(5) " in first.output_text
    )
    assert first.usage is not None and first.usage.output_tokens > 20
    listed = first.model_extra["recommendations"]["items"] if first.model_extra else []
    why = api.responses.create(model="llmrec", input="why 2", user="42", previous_response_id=first.id)
    assert why.output_text == listed[1]["rationale"]["text"]
    events = list(
        api.responses.create(
            model="llmrec", input=[{"role": "user", "content": LINE}], user="42", stream=True, max_output_tokens=40
        )
    )
    assert [event.type for event in events[:4]] == [
        "response.created", "response.in_progress", "response.output_item.added", "response.content_part.added",
    ]  # fmt: skip
    assert [event.sequence_number for event in events] == list(range(len(events)))
    told = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    assert events[-1].type == "response.incomplete" and events[-1].response.output_text == told
    assert first.output_text.startswith(told) and len(told) > 40
    parts: Any = [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": "help"}]}]
    short = api.responses.create(model="llmrec", input=parts, max_output_tokens=4, instructions="be a pirate")
    assert short.status == "incomplete" and len(short.output_text.split()) <= 4
    parsed = api.responses.parse(model="llmrec", input=LINE, user="42", text_format=Films)
    assert parsed.output_parsed is not None and len(parsed.output_parsed.films) == 3
    newer = ChatOpenAI(model="llmrec", base_url="http://testserver/v1", api_key=SecretStr(api.api_key), max_retries=0,
                       http_client=model.http_client, use_responses_api=True)  # fmt: skip
    assert "more like 2" in str(newer.invoke("help").text)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "input"), ({"input": []}, "input"), ({"input": 7}, "input"), ({"input": [{"role": "user", "content": 7}]}, "input.0"),
        ({"input": "x", "tool_choice": "required"}, "tool_choice"), ({"input": "x", "background": True}, "background"),
        ({"input": "x", "text": {"format": {"type": "xml"}}}, "format"), ({"input": [{"role": "system", "content": "x"}]}, "messages"),
        ({"input": "why 2", "previous_response_id": "resp_none"}, "nothing is kept"),
    ],
)  # fmt: skip
def test_a_wrong_response_is_one_sentence(client: TestClient, body: dict[str, Any], words: str) -> None:
    response = client.post("/v1/responses", json={"model": "llmrec"} | body)
    assert response.status_code == 422 and words in response.json()["error"]["message"], response.text


# ---- Open WebUI


def test_open_webui_is_answered(recommender: Recommender, tmp_path: Path) -> None:
    with served(recommender, tmp_path, Limits()) as client:
        assert client.get("/v1/models").json()["data"][0]["id"] == "llmrec"
        body = {
            "model": "llmrec", "stream": True, "stream_options": {"include_usage": True}, "chat_id": "c", "id": "m",
            "session_id": "s", "background_tasks": {"title_generation": True}, "features": {"web_search": False},
            "variables": {"{{USER_NAME}}": "Ann"}, "model_item": {"id": "llmrec"}, "params": {}, "tool_ids": [], "files": [], "max_tokens": 60,
            "messages": [{"role": "system", "content": "You are helpful."}, {"role": "user", "content": LINE}],
        }  # fmt: skip
        with client.stream("POST", "/v1/chat/completions", json=body) as response:
            chunks = [json.loads(line[6:]) for line in response.iter_lines() if line.startswith("data: {")]
        text = "".join(each["delta"].get("content", "") for chunk in chunks for each in chunk["choices"])
        assert text.startswith(f"{UNDERSTOOD}\n\n1. ") and chunks[-1]["usage"]["total_tokens"] > 20
        task = (
            "### Task:\nGenerate a concise, 3-5 word title with an emoji summarizing the chat history.\n### Output:\n"
        )
        begun = httpx.post(
            f"{client.base_url}/v1/chat/completions", headers=client.headers, timeout=60,
            json={"model": "llmrec", "stream": False, "max_tokens": 1000, "messages": [{"role": "user", "content": task}]},
        )  # fmt: skip
        assert begun.status_code == 200 and begun.json()["recommendations"] is None
