"""A reply as JSON by a client's schema. It is built from the list itself and then validated; no model writes it.

Fields are found by their names: an item's id, title, rank, score, reason, description and attributes; of the reply its
words, its items and how many there are. A schema that asks for anything else is refused.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from llmrec.catalog.columns import plain
from llmrec.errors import BadInput
from llmrec.server.json_schema import Schema, expanded, kinds_of, names_any
from llmrec.server.schemas.common import whole

if TYPE_CHECKING:
    from llmrec.server.schemas.chat import ChatRequest, ListedItem

ITEM_IDS = frozenset({"id", "itemid", "identifier", "productid", "movieid", "sku", "asin", "articleid"})
TITLES = frozenset(
    {
        "title", "name", "itemtitle", "itemname", "item", "film", "movie", "product", "book", "track", "song", "game",
        "article", "productname", "label",
    }
)  # fmt: skip
REASONS = frozenset({"reason", "reasons", "why", "explanation", "rationale", "justification"})
WORDS = frozenset({"message", "answer", "text", "reply", "response", "summary", "comment", "note", "content"})
QUERIES = frozenset({"query", "q", "question", "request", "search", "input", "userquery"})
COUNTS = frozenset({"count", "total", "n", "k", "limit", "numitems", "size"})
_ABSENT = object()


@dataclass(frozen=True)
class Answer:
    """What a JSON reply is built from.

    Attributes
    ----------
    line
        What was asked.
    words
        What the reply says beside its list, or the whole of a short reply.
    items
        Its list.
    describe
        Id of an item -> its description.
    """

    line: str
    words: str
    items: Sequence["ListedItem"]
    describe: Callable[[str], str]


class Unmet(BadInput):
    """A schema asks for what the answer does not have."""


class JsonFormat:
    """How a client wants a reply as JSON.

    Parameters
    ----------
    schema
        JSON Schema of an object; None for any object.

    Raises
    ------
    BadInput
        Where the schema is none, is too large, or uses what is not met.
    """

    def __init__(self, schema: Any = None) -> None:
        self._schema = None if schema is None else expanded(schema)
        self.reasons = self._schema is None or names_any(self._schema, REASONS)
        """Whether it asks for the reasons of items."""

    def text(self, answer: Answer) -> str:
        """Write a reply.

        Parameters
        ----------
        answer
            What there is to say.

        Returns
        -------
        str
            JSON that meets the schema.

        Raises
        ------
        Unmet
            Where the schema asks for what the answer does not have.
        """
        if self._schema is None:
            items = [
                {
                    "id": item.id, "title": item.title, "score": item.score, "attributes": item.attributes,
                    "reason": item.reason,
                }
                for item in answer.items
            ]  # fmt: skip
            return whole(json.dumps({"message": answer.words, "items": items}, ensure_ascii=False))
        value = _Fill(answer).whole(self._schema)
        _validate(value, self._schema)
        return whole(json.dumps(value, ensure_ascii=False))


@dataclass(frozen=True)
class Form:
    """What a reply is to be in place of words.

    Attributes
    ----------
    format
        The JSON that is wanted.
    field
        Field of the request that wants it.
    tool
        Name of the tool that is called with it; "" where the JSON itself is the reply.
    forced
        Whether words will not do.
    """

    format: JsonFormat
    field: str
    tool: str = ""
    forced: bool = True

    def text(self, answer: Answer) -> str | None:
        """Write the JSON; None where words will do and it cannot be met. Raises `Unmet`, naming the field."""
        try:
            return self.format.text(answer)
        except Unmet as error:
            if not self.forced:
                return None
            raise Unmet(f"{self.field}: {whole(str(error))}") from error


TOOL = "recommend"
"""A tool of this name is called where words would do as well: with the list, by the tool's parameters."""


def reply_form(body: "ChatRequest") -> Form | None:
    """What a request wants in place of words.

    Parameters
    ----------
    body
        With `response_format`, `tools` and `tool_choice`.

    Returns
    -------
    Form or None
        None for words.

    Raises
    ------
    BadInput
        Where it cannot be met; names the field.
    """
    field = "response_format"
    try:
        wanted = body.response_format
        kind = wanted.get("type") if isinstance(wanted, dict) else wanted
        if kind not in (None, "text", "json_object", "json_schema"):
            raise BadInput("it is none of text, json_object and json_schema")
        made = None
        if kind == "json_object":
            made = Form(JsonFormat(), field)
        elif kind == "json_schema":
            held = wanted.get("json_schema")
            if not isinstance(held, dict) or not isinstance(held.get("schema"), dict):
                raise BadInput("it has no json_schema.schema")
            made = Form(JsonFormat(held["schema"]), field)
        field = "tool_choice"
        tool, forced = _tool(body)
        if tool is None:
            return made
        field = "tools"
        parameters = tool.get("parameters")
        format = JsonFormat(parameters if isinstance(parameters, dict) and parameters.get("properties") else None)
        return Form(format, field, whole(tool["name"]), forced)
    except Unmet:
        raise
    except BadInput as error:
        if field == "tools" and not forced:
            return made
        raise BadInput(f"{field}: {whole(str(error))}") from error


def _tool(body: "ChatRequest") -> tuple[dict[str, Any] | None, bool]:
    """The function that is to be called, and whether it must be."""
    tools = {
        tool["function"]["name"]: tool["function"]
        for tool in body.tools or ()
        if isinstance(tool, dict) and isinstance(tool.get("function"), dict)
        and isinstance(tool["function"].get("name"), str)
    }  # fmt: skip
    choice = body.tool_choice
    if body.messages[-1].role == "tool" or choice == "none":
        return None, False  # what a tool has given is answered in words
    if choice in (None, "auto"):
        return tools.get(TOOL), False
    if choice == "required":
        if TOOL in tools or len(tools) == 1:
            return tools.get(TOOL) or next(iter(tools.values())), True
        raise BadInput(f"no tools but {TOOL!r}, or the only one, can be required here; name one of them")
    held = choice.get("function", choice) if isinstance(choice, dict) else {}
    name = held.get("name") if isinstance(held, dict) else None
    if name not in tools:
        raise BadInput("it is none of auto, none, required, and the name of one of `tools`")
    return tools[name], True


def _validate(value: Any, schema: Schema) -> None:
    from jsonschema import Draft202012Validator

    error = next(Draft202012Validator(schema).iter_errors(value), None)
    if error is not None:
        raise Unmet(f"the list does not meet the schema at {error.json_path[:100]}: {error.message[:200]}")


def _is_item(schema: Any) -> bool:
    """Whether an object stands for one item: it has an id or a title, and no list of objects."""
    if not isinstance(schema, dict):
        return False
    properties = schema.get("properties", {})
    lists = any("array" in kinds_of(each) and "object" in kinds_of(each.get("items")) for each in properties.values())
    return not lists and any(plain(name) in ITEM_IDS | TITLES for name in properties)


# ---- the value


class _Fill:
    """Fills a schema from an answer."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def whole(self, schema: Schema) -> Any:
        """The value of the whole reply; raises `Unmet`."""
        value = self._reply(schema, "")
        if value is _ABSENT:
            raise Unmet(self._lacking("a value"))
        return value

    def _reply(self, schema: Any, name: str) -> Any:
        """What a part of the schema outside any item gets."""
        if not isinstance(schema, dict):
            return _ABSENT
        if "anyOf" in schema:
            return self._first(schema["anyOf"], lambda each: self._reply(each, name))
        if "const" in schema:
            return schema["const"]
        kinds, answer = kinds_of(schema), self._answer
        if "array" in kinds:
            inner = schema.get("items", {})
            listed = [self._item(inner, item, rank, name) for rank, item in enumerate(answer.items, 1)]
            return [each for each in listed if each is not _ABSENT][: _most(schema, "maxItems")]
        if "object" in kinds:
            if _is_item(schema) and answer.items:
                return self._item(schema, answer.items[0], 1, name)
            return self._object(schema, lambda each, part: self._reply(part, each), "the answer")
        known: Any = _ABSENT
        if plain(name) in COUNTS and not {"integer", "number"}.isdisjoint(kinds):
            known = len(answer.items)
        elif "string" in kinds and plain(name) in QUERIES:
            known = answer.line
        elif "string" in kinds and plain(name) in WORDS:
            known = answer.words
        return _coerced(known, schema)

    def _item(self, schema: Any, item: "ListedItem", rank: int, name: str) -> Any:
        """What a part of the schema gets that stands for an item."""
        if not isinstance(schema, dict):
            return item.title
        if "anyOf" in schema:
            return self._first(schema["anyOf"], lambda each: self._item(each, item, rank, name))
        if "object" in kinds_of(schema):
            return self._object(schema, lambda each, part: self._field(part, item, rank, each), f"{item.title!r}")
        by_id = plain(name).removesuffix("s") in ITEM_IDS
        return _coerced(item.id if by_id else item.title, schema)

    def _field(self, schema: Any, item: "ListedItem", rank: int, name: str) -> Any:
        """What a field of an item gets."""
        if not isinstance(schema, dict):
            return _ABSENT
        if "anyOf" in schema:
            return self._first(schema["anyOf"], lambda each: self._field(each, item, rank, name))
        if "object" in kinds_of(schema):
            return self._object(schema, lambda each, part: self._field(part, item, rank, each), f"{item.title!r}")
        return _coerced(self._known(item, rank, name), schema)

    def _known(self, item: "ListedItem", rank: int, name: str) -> Any:
        """What is known of an item under a name."""
        asked = plain(name)
        attributes = {plain(each): value for each, value in item.attributes.items()}
        for each in (asked, f"{asked}s", asked.removesuffix("s"), {"genre": "genres", "color": "colour"}.get(asked)):
            if each in attributes:
                return attributes[each]
        if asked in ITEM_IDS:
            return item.id
        if asked in TITLES:
            return item.title
        if asked in REASONS:
            return item.reason
        if asked in ("score", "relevance"):
            return item.score
        if asked in ("rank", "position", "place", "index", "number"):
            return rank
        if asked in ("description", "overview", "plot", "synopsis"):
            return self._answer.describe(item.id) or _ABSENT
        return item.media if asked == "media" else _ABSENT

    def _object(self, schema: Schema, field: Callable[[str, Any], Any], whose: str) -> Any:
        made = {}
        for name, part in schema.get("properties", {}).items():
            value = field(name, part)
            if value is not _ABSENT:
                made[name] = value
            elif name in schema.get("required", ()):
                raise Unmet(self._lacking(f"{name[:60]!r} of {whose[:60]}"))
        return made

    def _first(self, parts: Sequence[Any], fill: Callable[[Any], Any]) -> Any:
        """What the first of several schemas gets that can be filled."""
        unmet: Unmet | None = None
        for part in parts:
            try:
                value = fill(part)
                if value is not _ABSENT:
                    return value
            except Unmet as error:
                unmet = error
        if unmet:
            raise unmet
        return _ABSENT

    def _lacking(self, what: str) -> str:
        if not self._answer.items:
            return f"the schema requires {what}, and the answer is no list but says: {self._answer.words[:200]}"
        return f"the schema requires {what}, which is not known; let it be null, or leave it out"


def _most(schema: Schema, bound: str) -> int | None:
    """A bound of a schema, which JSON may write as 2.0."""
    return int(schema[bound]) if bound in schema else None


def _coerced(value: Any, schema: Schema) -> Any:
    """A value in a type that the schema allows; `_ABSENT` where there is none."""
    kinds = kinds_of(schema)
    if value is _ABSENT:
        return None if "null" in kinds else _ABSENT
    if "enum" in schema:
        spelt = {str(each).casefold(): each for each in schema["enum"]}
        each = value if isinstance(value, list) else [value]
        return next(
            (spelt[str(one).casefold()] for one in each if str(one).casefold() in spelt), _coerced(_ABSENT, schema)
        )
    if "array" in kinds:
        inner = schema.get("items", {})
        listed = [_coerced(each, inner) for each in (value if isinstance(value, list) else [value])]
        return [each for each in listed if each is not _ABSENT][: _most(schema, "maxItems")]
    number = isinstance(value, int | float)
    if number and "number" in kinds:
        return value
    if number and "integer" in kinds and float(value).is_integer():
        return int(value)
    if "string" in kinds:
        text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        return text[: _most(schema, "maxLength")]
    return value if not kinds else _coerced(_ABSENT, schema)
