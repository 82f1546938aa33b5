"""What holds in a conversation, in words: conditions, what is ruled out, and what is known of the person."""

import re
from collections.abc import Sequence

from llmrec.catalog import Catalog
from llmrec.catalog.vocabulary import attribute_noun
from llmrec.chat.nlu.languages import in_chinese
from llmrec.chat.state import DialogueState
from llmrec.chat.wordings import ATTRIBUTES, SAYS
from llmrec.retrieval.filters import read_clauses

_OPERATORS = {"!=": "none of", "=": "only", "<": "less than", "<=": "at most", ">": "more than", ">=": "at least"}
"""Operator of a condition -> its wording."""


def recap(state: DialogueState, catalog: Catalog, language: str) -> str:
    """Put in words what holds now.

    Parameters
    ----------
    state
        What the conversation has come to.
    catalog
        The items.
    language
        "en" or "zh".

    Returns
    -------
    str
    """
    last = state.last
    conditions = tuple(dict.fromkeys((*(last.conditions if last else ()), *state.lasting)))
    parts = [describe_conditions(conditions, language)] if conditions else []
    if state.refused:
        parts.append(describe_refused(state.refused, language))
    if last is not None and last.like is not None and last.like in catalog.row:
        parts.append(SAYS["recap like"][language].format(title=catalog.item(last.like).title))
    if last is not None and last.query:
        parts.append(SAYS["recap words"][language].format(query=last.query))
    joint = ";" if language == "zh" else "; "
    return SAYS["recap"][language].format(conditions=joint.join(parts)) if parts else SAYS["recap nothing"][language]


def describe_conditions(conditions: Sequence[str], language: str) -> str:
    """Put conditions in words.

    Parameters
    ----------
    conditions
        Each as `llmrec.retrieval.filters.parse_where` reads it.
    language
        "en" or "zh".

    Returns
    -------
    str
        Such as "no Musical and no War"; the two ends of a span are said at once.
    """
    parts: list[str] = []
    clauses = [each for condition in conditions for each in read_clauses(condition)]
    clauses.sort(key=lambda each: ("=", "<", ">", "!").index(each.operator[0]))
    joint = "、" if language == "zh" else ", "
    for clause in clauses:
        noun = ("或" if language == "zh" else " or ").join(_noun(name, language) for name in clause.attributes)
        ends = {each.operator[0]: each for each in clauses if each.attributes == clause.attributes}
        if len(clause.values) == 1 and clause.operator[0] in "<>" and {"<", ">"} <= ends.keys():
            low, high = ends[">"], ends["<"]
            years = clause.attributes[0] in ("year", "release_year")
            values = {
                "low": _shifted(low.values[0], 1 if years and low.operator == ">" else 0),
                "high": _shifted(high.values[0], -1 if years and high.operator == "<" else 0),
            }
            parts.append(SAYS["span"][language].format(name=noun, **values))
            continue
        numeric = all(re.fullmatch(r"[\d.]+", value) for value in clause.values)
        key = "exactly" if clause.operator == "=" and numeric else _OPERATORS[clause.operator]
        told = joint.join(in_chinese(value) if language == "zh" else value for value in clause.values)
        parts.append(SAYS[key][language].format(name=noun, value=told, values=told))
    return (",也" if language == "zh" else " and ").join(dict.fromkeys(parts))


def describe_refused(refused: Sequence[str], language: str) -> str:
    """Put in words what is ruled out by words alone.

    Parameters
    ----------
    refused
        As `llmrec.chat.nlu.refusals.refusals` gives it.
    language
        "en" or "zh".

    Returns
    -------
    str
    """
    return SAYS["refused"][language].format(what=("、" if language == "zh" else " or ").join(refused))


def _noun(attribute: str, language: str) -> str:
    noun = attribute_noun(attribute)
    return ATTRIBUTES.get(noun, noun) if language == "zh" else noun


def _shifted(value: str, by: int) -> str:
    return f"{int(value) + by}" if by and value.isdigit() else value
