"""Intents that a chat model proposes, held against the rules, the catalogue and the line itself.

A proposed condition counts where the catalogue has the attribute and the value, where the line holds the number, and
where no rule read the same attribute. Conditions are joined by "and", so a proposal can narrow an answer and never
widen it. A proposed item counts only where the line names it.
"""

import logging
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from llmrec.catalog import Catalog
from llmrec.catalog.types import derived
from llmrec.chat.nlu.intent import Intent
from llmrec.chat.nlu.references import find_title, list_position
from llmrec.chat.nlu.rules import understand
from llmrec.errors import BadFilter, UnknownItem
from llmrec.prompts import as_data, render
from llmrec.retrieval.filters import attribute_kinds, parse_where, read_clauses, written

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage
    from langchain_core.runnables import Runnable

MAX_CHARACTERS = 500
"""Characters of a line that the model reads."""
KEPT_PROPOSALS = 4096
"""Lines whose proposals are kept."""
MAX_VALUES = 60
"""Values of an attribute that the model is given, the most frequent first."""
_LOG = logging.getLogger(__name__)


class ProposedCondition(BaseModel):
    """One condition: `attribute operator values`, any of which will do."""

    model_config = ConfigDict(extra="forbid")

    attribute: str
    operator: Literal["=", "!=", "<", "<=", ">", ">="]
    values: list[str | int | float] = Field(max_length=20)


class Proposal(BaseModel):
    """The intent of a line as a model reads it: the schema of its structured output."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["ask", "more", "similar", "why", "like", "not", "seen", "anew"]
    subject: str
    query: str
    conditions: list[ProposedCondition] = Field(max_length=20)


def model_parser(model: "BaseChatModel", catalog: Catalog, method: str = "json_schema") -> "Runnable[str, Intent]":
    """Make a runnable that reads a line by a chat model and by the rules.

    Parameters
    ----------
    model
        A chat model of LangChain's that gives structured output.
    catalog
        Its attributes and values are what the model may use.
    method
        How the model gives structured output; see LangChain's `with_structured_output`.

    Returns
    -------
    Runnable
        From a line to its `Intent`: the model's proposal, merged by `merge_proposal`. The proposals of the last
        `KEPT_PROPOSALS` lines are kept. Where the model fails the rules read alone, and a warning is logged.
    """
    from langchain_core.runnables import RunnableLambda

    structured = model.with_structured_output(Proposal, method=method)
    system = instructions(catalog)

    @lru_cache(KEPT_PROPOSALS)
    def propose(line: str) -> Proposal:
        return Proposal.model_validate(structured.invoke(messages(system, line)))

    def parse(line: str) -> Intent:
        try:
            proposal = propose(as_data(line, MAX_CHARACTERS))
        except Exception as error:  # of whatever library the model comes from
            _LOG.warning("a line was read by rules alone, as the chat model failed: %s", type(error).__name__)
            return understand(line, catalog)
        return merge_proposal(understand(line, catalog), proposal, line, catalog)

    return RunnableLambda(parse)


def instructions(catalog: Catalog) -> str:
    """Render the system prompt of a model that reads lines.

    Parameters
    ----------
    catalog
        Its attributes and values are part of the prompt.

    Returns
    -------
    str
        The prompt "understand".
    """
    return render("understand", attributes=describe_attributes(catalog))


def messages(system: str, line: str) -> "list[BaseMessage]":
    """Make the messages by which a model is given one line.

    Parameters
    ----------
    system
        As `instructions` gives it.
    line
        What a person wrote; it is cut to `MAX_CHARACTERS` and cannot open a message of its own.

    Returns
    -------
    list of BaseMessage
        All that the model gets: no other line, nothing about the person.
    """
    from langchain_core.messages import HumanMessage, SystemMessage

    return [SystemMessage(system), HumanMessage(as_data(line, MAX_CHARACTERS))]


def is_settled(rules: Intent) -> bool:
    """Tell whether no proposal could change what the rules read.

    Parameters
    ----------
    rules
        What `understand` gives for a line.

    Returns
    -------
    bool
        True for commands and for comparisons with items of the conversation.
    """
    return rules.action != "ask" or bool(rules.comparisons)


def merge_proposal(rules: Intent, proposal: Proposal, line: str, catalog: Catalog) -> Intent:
    """Add to what the rules read what a proposal can add.

    Parameters
    ----------
    rules
        What `understand` gives for the line.
    proposal
        What a model gives for it.
    line
        The line itself.
    catalog
        The catalogue that conditions and titles are held against.

    Returns
    -------
    Intent
        Its filters hold all those of `rules`.
    """
    if is_settled(rules):
        return rules
    conditions = valid_conditions(proposal, line, catalog, _attributes(rules.filters))
    filters = tuple(dict.fromkeys((*rules.filters, *conditions)))
    query = proposal.query.strip() if _within(proposal.query, line) else ""
    subject = _subject(proposal, line, catalog)
    if proposal.action == "similar" and subject:
        return Intent("similar", subject, query, filters)
    if not filters and (subject or proposal.action in ("more", "anew")) and proposal.action != "ask":
        return Intent(proposal.action, subject)
    return Intent("ask", query=query or rules.query, filters=filters)


def valid_conditions(
    proposal: Proposal, line: str, catalog: Catalog, excluded: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """Select the proposed conditions that hold against the catalogue and the line.

    Parameters
    ----------
    proposal
        What a model gives for the line.
    line
        The line itself; a number that it does not hold makes no condition.
    catalog
        An attribute or value that it lacks makes no condition.
    excluded
        Attributes that the rules read conditions on.

    Returns
    -------
    tuple of str
        Conditions as `llmrec.retrieval.filters.parse_where` reads them.
    """
    kinds, found = derived(catalog, attribute_kinds), []
    for condition in proposal.conditions:
        values = [f"{value:g}" if isinstance(value, float) else str(value).strip() for value in condition.values]
        if condition.attribute not in kinds or condition.attribute in excluded or not all(values) or not values:
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


def describe_attributes(catalog: Catalog) -> list[dict[str, Any]]:
    """Describe the attributes that conditions may use, for a prompt.

    Parameters
    ----------
    catalog
        The catalogue; attributes that hold identifiers (`…_id`, `…_code`, `…_path`) are left out.

    Returns
    -------
    list of dict
        Of each attribute its `name`; with `numbers` true its `least` and `most`, else its most frequent `values`.
    """
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
        {"name": name, "numbers": False, "values": sorted(seen, key=lambda word: (-seen[word], word))[:MAX_VALUES]}
        for name, seen in counts.items()
    ]


def _subject(proposal: Proposal, line: str, catalog: Catalog) -> str:
    """Find the position or the title that the model says the line is about, where the line holds it."""
    subject = proposal.subject.strip()
    if position := list_position(subject):
        return position if any(list_position(phrase) == position for phrase in _phrases(line)) else ""
    if subject and subject.casefold() in line.casefold():
        try:
            return catalog.item(find_title(subject, catalog)).title
        except UnknownItem:
            return ""
    return ""


def _phrases(line: str) -> list[str]:
    """All stretches of one to four words of a line."""
    words = re.findall(r"[\w#]+", line)
    return [" ".join(words[n : n + length]) for length in (1, 2, 3, 4) for n in range(len(words) - length + 1)]


def _within(query: str, line: str) -> bool:
    """Whether a query consists of the line's own words."""
    own = set(re.findall(r"\w+", line.lower()))
    return bool(query.strip()) and all(word in own for word in re.findall(r"\w+", query.lower()))


def _attributes(conditions: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for each in conditions for clause in read_clauses(each) for name in clause.attributes)
