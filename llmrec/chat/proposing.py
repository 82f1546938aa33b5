"""Lines read by a chat model of LangChain that gives structured output; the rules read along and have the last word.

What the model says is a proposal. A condition counts where the catalogue has the attribute and the value, where the
line holds the number, and where no rule read the same attribute: conditions are joined by "and", so that a proposal can
narrow an answer and never widen it. An item is only spoken of where the line names it.
"""

import logging
import re
from functools import lru_cache
from typing import Any, Literal

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage
from langchain_core.runnables import Runnable, RunnableLambda
from pydantic import BaseModel, ConfigDict, Field

from llmrec.catalog import Catalog
from llmrec.chat.numbers import place
from llmrec.chat.understand import Action, Intent, understand
from llmrec.errors import BadFilter, UnknownItem
from llmrec.prompts import as_data, render
from llmrec.retrieval.filters import attribute_kinds, parse_where, written

LONGEST = 500
"""Characters of a line that the model reads."""
KEPT = 4096
"""Lines of which it is kept what a model read in them."""
VALUES = 60
"""Values of an attribute that are told to the model, the most frequent first."""
_LOG = logging.getLogger(__name__)


class ProposedCondition(BaseModel):
    """One condition: `attribute operator values`, any of which will do."""

    model_config = ConfigDict(extra="forbid")

    attribute: str
    operator: Literal["=", "!=", "<", "<=", ">", ">="]
    values: list[str | int | float] = Field(max_length=20)


class Proposed(BaseModel):
    """What a line asks for, as a model reads it."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["ask", "more", "similar", "why", "like", "not", "seen", "anew"]
    subject: str
    query: str
    conditions: list[ProposedCondition] = Field(max_length=20)


def proposing(model: BaseChatModel, catalog: Catalog, method: str = "json_schema") -> Runnable[str, Intent]:
    """A runnable from a line to its `Intent`: the model's proposal, held against the catalogue and the rules.

    `method`: how the model gives structured output, see its `with_structured_output`. Where it fails the rules answer
    alone, and the log says so. A line is asked of once: a chain reads the whole conversation again at every turn.
    """
    structured = model.with_structured_output(Proposed, method=method)
    told = instructions(catalog)

    @lru_cache(KEPT)
    def asked(line: str) -> Proposed:
        return Proposed.model_validate(structured.invoke(messages(told, line)))

    def read(line: str) -> Intent:
        try:
            proposed = asked(as_data(line, LONGEST))
        except Exception as error:  # of whatever library the model comes from
            _LOG.warning("a line was read by rules alone, as the chat model failed: %s", type(error).__name__)
            return understand(line, catalog)
        return agreed(understand(line, catalog), proposed, line, catalog)

    return RunnableLambda(read)


def instructions(catalog: Catalog) -> str:
    """What a model is told before each line: the attributes of the catalogue and the shape of the answer."""
    return render("understand", attributes=described(catalog))


def messages(told: str, line: str) -> list[BaseMessage]:
    """All that a model gets to read a line."""
    return [SystemMessage(told), HumanMessage(as_data(line, LONGEST))]


def settled(rules: Intent) -> bool:
    """Whether nothing that a model could propose would change what the rules read."""
    return rules.action != "ask" or bool(rules.compared)


def agreed(rules: Intent, proposed: Proposed, line: str, catalog: Catalog) -> Intent:
    """What the rules read, with what the model adds to it."""
    if settled(rules):
        return rules
    conditions = accepted(proposed, line, catalog, tuple(_attribute(condition) for condition in rules.filters))
    filters = tuple(dict.fromkeys((*rules.filters, *conditions)))
    query = proposed.query.strip() if _from(proposed.query, line) else ""
    about = _about(proposed, line, catalog)
    if proposed.action == "similar" and about:
        return Intent("similar", about, query, filters)
    if not filters and (about or proposed.action in ("more", "anew")) and proposed.action != "ask":
        return Intent(proposed.action, about)
    return Intent("ask", query=query or rules.query, filters=filters)


def accepted(proposed: Proposed, line: str, catalog: Catalog, read: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The proposed conditions that hold against the catalogue and the line; of attributes in `read` none."""
    kinds, found = attribute_kinds(catalog), []
    for condition in proposed.conditions:
        values = [f"{value:g}" if isinstance(value, float) else str(value).strip() for value in condition.values]
        if condition.attribute not in kinds or condition.attribute in read or not all(values) or not values:
            continue
        if kinds[condition.attribute] == "number" and not all(
            re.search(rf"(?<!\d){re.escape(v)}", line) for v in values
        ):
            continue
        clause = written(condition.attribute, condition.operator, values)
        try:
            if len(parse_where(clause, catalog).clauses) == 1:
                found.append(clause)
        except BadFilter:
            continue  # no item has it
    return tuple(found)


def described(catalog: Catalog) -> list[dict[str, Any]]:
    """The attributes that conditions may use, with their values or their range; identifiers are left out."""
    counts: dict[str, dict[str, int]] = {}
    numbers: dict[str, list[float]] = {}
    kinds = attribute_kinds(catalog)
    for item in catalog.items:
        for name, value in item.attributes.items():
            if name.endswith(("_id", "_code", "_path")):
                continue
            if kinds[name] == "number":
                if isinstance(value, int | float):
                    numbers.setdefault(name, []).append(float(value))
                continue
            for word in value if isinstance(value, tuple) else (str(value),):
                counts.setdefault(name, {})[word] = counts.get(name, {}).get(word, 0) + 1
    ranges = [
        {"name": name, "numbers": True, "least": f"{min(held):g}", "most": f"{max(held):g}"}
        for name, held in numbers.items()
    ]
    return ranges + [
        {"name": name, "numbers": False, "values": sorted(seen, key=lambda word: (-seen[word], word))[:VALUES]}
        for name, seen in counts.items()
    ]


def _about(proposed: Proposed, line: str, catalog: Catalog) -> str:
    """The place or the title that the model says the line speaks of, where the line holds it."""
    subject = proposed.subject.strip()
    if where := place(subject):
        return where if any(place(part) == where for part in _phrases(line)) else ""
    if subject and subject.casefold() in line.casefold():
        from llmrec.chat.titles import find_title

        try:
            return catalog.item(find_title(subject, catalog)).title
        except UnknownItem:
            return ""
    return ""


def _phrases(line: str) -> list[str]:
    """All stretches of one to four words of a line."""
    words = re.findall(r"[\w#]+", line)
    return [" ".join(words[n : n + length]) for length in (1, 2, 3, 4) for n in range(len(words) - length + 1)]


def _from(query: str, line: str) -> bool:
    """Whether the wish consists of the line's own words."""
    said = set(re.findall(r"\w+", line.lower()))
    return bool(query.strip()) and all(word in said for word in re.findall(r"\w+", query.lower()))


def _attribute(condition: str) -> str:
    return re.split(r"[<>=!]", condition, maxsplit=1)[0]


__all__ = [
    "Action", "Proposed", "ProposedCondition", "accepted", "agreed", "described", "instructions", "messages",
    "proposing", "settled",
]  # fmt: skip
