"""JSON Schema as clients send it: what of it is met here, in time that is bounded before anything is validated."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from llmrec.catalog.columns import plain
from llmrec.errors import BadInput

Schema = Mapping[str, Any]
MOST_CHARACTERS, MOST_PARTS, MOST_DEEP = 20_000, 2_000, 12
"""Of a schema: characters, and parts and levels once its references are put in."""
READ = frozenset(
    {
        "type", "properties", "required", "items", "additionalProperties", "enum", "const", "anyOf", "$ref", "minItems",
        "maxItems", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
    }
)  # fmt: skip
"""Keywords that are met. Others are refused: `pattern`, for example, could keep a core busy for ever."""
ANNOTATIONS = frozenset(
    {"$defs", "definitions", "$schema", "$id", "title", "description", "default", "examples", "format", "strict"}
)
"""Keywords that ask for nothing."""


def expanded(schema: Any) -> Schema:
    """Put the references of a schema in, and leave out what asks for nothing.

    Parameters
    ----------
    schema
        As a client sends it.

    Returns
    -------
    dict
        The schema, without references.

    Raises
    ------
    BadInput
        Where it is none, or could not be met, or not in bounded time.
    """
    if not isinstance(schema, dict):
        raise BadInput("the schema must be an object")
    try:
        length = len(json.dumps(schema, allow_nan=False))
    except (ValueError, RecursionError) as error:
        raise BadInput("the schema has a number that is none, or is too deep") from error
    if length > MOST_CHARACTERS:
        raise BadInput(f"the schema is longer than {MOST_CHARACTERS:,} characters")
    left = MOST_PARTS

    def part(node: Any, deep: int) -> Any:
        nonlocal left
        left -= 1
        if left < 0 or deep > MOST_DEEP:
            raise BadInput("the schema is too large, too deep, or refers to itself")
        if isinstance(node, bool):
            return node
        if not isinstance(node, dict):
            raise BadInput("the schema has a part that is no object")
        if "$ref" in node:
            return part(_referred(schema, node["$ref"]), deep + 1)
        if unknown := sorted(node.keys() - READ - ANNOTATIONS):
            raise BadInput(f"the schema uses {unknown[0][:40]!r}, which is not met here; leave it out")
        made = {name: value for name, value in node.items() if name in READ}
        if "properties" in node:
            properties = node["properties"]
            if not isinstance(properties, dict):
                raise BadInput("the schema has properties that are no object")
            made["properties"] = {name: part(value, deep + 1) for name, value in properties.items()}
        for name in ("items", "additionalProperties"):
            if name in node:
                made[name] = part(node[name], deep + 1)
        if "anyOf" in node:
            if not isinstance(node["anyOf"], list) or not node["anyOf"]:
                raise BadInput("the schema has an anyOf that is no list")
            made["anyOf"] = [part(each, deep + 1) for each in node["anyOf"]]
        return made

    made = part(schema, 0)
    from jsonschema import Draft202012Validator, SchemaError

    try:
        Draft202012Validator.check_schema(made)
    except SchemaError as error:
        raise BadInput(f"the schema is none: {error.message[:200]}") from error
    found: Schema = made
    return found


def _referred(schema: Schema, place: Any) -> Any:
    if not isinstance(place, str) or not (place == "#" or place.startswith("#/")):
        raise BadInput("the schema refers to another document; put it in")
    node: Any = schema
    for step in place.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if not isinstance(node, dict) or name not in node:
            raise BadInput(f"the schema refers to {place[:60]!r}, which it does not have")
        node = node[name]
    return node


def names_any(schema: Any, names: frozenset[str]) -> bool:
    """Tell whether a field of an expanded schema, at any depth, has one of some plain names."""
    if not isinstance(schema, dict):
        return False
    properties = schema.get("properties", {})
    inner = [*properties.values(), schema.get("items"), *schema.get("anyOf", ())]
    return any(plain(name) in names for name in properties) or any(names_any(each, names) for each in inner)


def kinds_of(schema: Any) -> Sequence[str]:
    """The types that a part of a schema allows; none where it says nothing."""
    if not isinstance(schema, dict):
        return ()
    kinds = schema.get("type", "object" if "properties" in schema else "array" if "items" in schema else ())
    return (kinds,) if isinstance(kinds, str) else tuple(kinds)
