"""Asking back: the one question whose answer is expected to narrow a list the most, and what a line answers to it.

A question is worth its turn only where little is known of what is wanted. Its answers are values of one attribute; of
all attributes that one is taken whose answer leaves the least uncertainty about which candidate is wanted.
"""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from llmrec.catalog import Catalog
from llmrec.catalog.vocabulary import Vocabulary, attribute_noun, forms
from llmrec.catalog.wording import wording
from llmrec.chat.lists import ListPlanner
from llmrec.chat.nlu.languages import language_of
from llmrec.chat.nlu.questions import FACTS
from llmrec.chat.nlu.refusals import is_vague
from llmrec.chat.requests import LIST_LENGTH
from llmrec.chat.state import DialogueState, ListState, Option, Question, attributes_of, excludes, narrowed, values_of
from llmrec.chat.wordings import ATTRIBUTES, NOUNS, QUESTIONS
from llmrec.retrieval.filters import split_clauses, written

CANDIDATES = 200
"""Best candidates over which the gain is expected."""
MIN_OPTIONS, MAX_OPTIONS = 2, 4
MAX_ALL, RARE = 8, 0.01
"""Values of which a question names all, so that everybody finds theirs; share up to which one is not counted."""
MIN_SHARE, MAX_SHARE = 0.04, 0.85
"""Share of the candidates, by weight, from which and up to which a value makes an answer."""
FLAT = 0.995
"""Share of the greatest entropy from which candidates are alike."""
MIN_GAIN = 0.35
"""Nats by which the answer must be expected to reduce the uncertainty."""
_YEARS = ("year", "release_year")
_AMOUNTS = ("price", "cost", *FACTS[0].attributes)
_ANY = re.compile(
    r"(?:(?:i |it )?(?:really )?(?:do not|don'?t|does not|doesn'?t) (?:really )?(?:care|mind|matter|know)|"
    r"no (?:preference|idea)|whatever|"
    r"any(?:thing)?(?: (?:of (?:them|these|those)|is (?:fine|ok(?:ay)?|good)|goes|will do))?|either|"
    r"all of (?:them|these)|you (?:choose|decide|pick)|"
    r"surprise me|not sure|skip(?: it| that)?|no matter)(?: really| please| to me)*[\s.!]*|"
    r"(?:我)?(?:随便|都行|都可以|都好|无所谓|不限|不知道|没关系|你定|你决定|看着办|没想好|没有偏好|不在乎|"
    r"哪个都行|什么都行)(?:吧|了|啦)?[。!! ]*",
    re.I,
)
_AROUND = re.compile(
    r"\b(?:please|i'?d|i|would|like|prefer|rather|maybe|let'?s|say|go|with|something|the|a|an|one|ones|from|in|of|then|"
    r"and|ok|okay|well|hm+|definitely|more|some|want|film|movie|films|movies|number|option|kind|any)\b|"
    r"[的吧要想看就选买片类我个,。.,!!]",
    re.I,
)


def is_flat(candidates: Sequence[tuple[str, float]]) -> bool:
    """Tell whether the scores of candidates tell little: hardly one of them stands out.

    Parameters
    ----------
    candidates
        Ids and fused scores, best first.

    Returns
    -------
    bool
        Whether the entropy of the softmax of their scores is at least `FLAT` of the greatest possible.
    """
    held = candidates[:CANDIDATES]
    return len(held) > MAX_OPTIONS and _entropy(_softmax(held)) >= FLAT * float(np.log(len(held)))


def clarification(
    ranked: Sequence[tuple[str, float]], catalog: Catalog, language: str, closed: Sequence[str] = ()
) -> Question | None:
    """Choose the question whose answer is expected to tell the most.

    Parameters
    ----------
    ranked
        Candidates, best first: ids and fused scores.
    catalog
        The items.
    language
        "en" or "zh".
    closed
        Attributes that are not to be spoken of.

    Returns
    -------
    Question or None
        None where no answer is expected to reduce the entropy over the candidates, weighted by the softmax of their
        scores, by `MIN_GAIN`.
    """
    candidates = [(id, score) for id, score in ranked[:CANDIDATES] if id in catalog.row]
    if len(candidates) < MAX_OPTIONS:
        return None
    weights = _softmax(candidates)
    ids, best, gain = [id for id, _ in candidates], None, MIN_GAIN
    for name, options in _options(ids, weights, catalog, language).items():
        if name in closed or not MIN_OPTIONS <= len(options) <= MAX_ALL:
            continue
        expected = expected_gain(weights, np.stack([has for _, has in options], axis=1))
        if expected >= gain:
            best, gain = (name, [option for option, _ in options]), expected
    return None if best is None else _question(*best, catalog, language)


def may_clarify(listing: ListState | None, state: DialogueState) -> bool:
    """Tell whether a question may stand below a list.

    Parameters
    ----------
    listing
        The list; None for none.
    state
        What the conversation has come to.

    Returns
    -------
    bool
        Whether the person named no example and, but for what lasts and for answers to questions, no condition.
    """
    if listing is None or listing.like or listing.image:
        return False
    named = (condition for condition in listing.conditions if condition not in state.lasting)
    return all(name in state.clarified for condition in named for name in attributes_of(condition))


def question_below(
    shown: ListState, candidates: Sequence[tuple[str, float]], catalog: Catalog, state: DialogueState
) -> Question | None:
    """Choose the question below a list, where its query is vague or its candidates are alike.

    Parameters
    ----------
    shown
        The list.
    candidates
        What could have been in it: ids and scores, best first.
    catalog
        The items.
    state
        What the conversation has come to: nothing is asked of what was asked before.

    Returns
    -------
    Question or None
    """
    if not candidates or not (is_vague(_beyond_answers(shown, state)) or is_flat(candidates)):
        return None
    constrained = (name for each in shown.conditions if not excludes(each) for name in attributes_of(each))
    language = language_of(shown.query or "")
    return clarification(candidates, catalog, language, (*state.clarified, *constrained))


def answered(line: str, question: Question, lists: ListPlanner, state: DialogueState) -> tuple[ListState, str] | None:
    """Describe the list that the answer to a question asks for.

    Parameters
    ----------
    line
        What a person wrote after the question.
    question
        The question.
    lists
        What describes the lists of the conversation.
    state
        What the conversation has come to.

    Returns
    -------
    tuple or None
        The list without items, and what is said before it; None where the line is no answer. It does without what the
        last one showed, of which nothing was taken, where enough else answers.
    """
    chosen, last = answer_to(line, question), state.last
    if chosen is False or last is None:
        return None
    language = language_of(f"{line} {question.text}")
    if chosen is True:
        return lists.again(state, last, last.conditions, last.items), QUESTIONS["any"][language]
    conditions = narrowed(last.conditions, split_clauses(chosen.condition))
    query = last.query
    if question.attribute not in (*_YEARS, *_AMOUNTS):  # the words of a number rank nothing
        query = chosen.text if is_vague(last.query) else f"{last.query}, {chosen.text}"
    seen = (*last.excluded, *last.items)
    enough = lists.conditions.count(conditions) >= len(seen) + LIST_LENGTH
    again = lists.again(state, last, conditions, last.items if enough else ()).model_copy(update={"query": query})
    return again, QUESTIONS["answered"][language].format(option=chosen.text)


def described(question: Question | None) -> dict[str, object] | None:
    """Describe a question as JSON holds it.

    Parameters
    ----------
    question
        The question; None for none.

    Returns
    -------
    dict or None
        Its `text`, which names all answers, and the texts of the likeliest as its `options`, two to four: each is an
        answer when it is sent as the next line.
    """
    if question is None:
        return None
    return {"text": question.text, "options": [each.text for each in question.options[:MAX_OPTIONS]]}


def expected_gain(weights: NDArray[np.float64], has: NDArray[np.bool_]) -> float:
    """Expect by how much an answer reduces the entropy over candidates.

    Parameters
    ----------
    weights
        (N,) probability of each candidate to be the one that is wanted.
    has
        (N, K) whether a candidate has the value of an answer. Who wants one of several picks any of them; who wants
        one without says that it does not matter, which tells nothing.

    Returns
    -------
    float
        Nats, from 0.

    Examples
    --------
    >>> gain = expected_gain(np.full(4, 0.25), np.array([[1, 0], [1, 0], [0, 1], [0, 1]], bool))
    >>> round(float(gain / np.log(2)), 3)
    1.0
    """
    held = has.astype(np.float64)
    answers = held / np.maximum(held.sum(axis=1, keepdims=True), 1.0)
    joint = weights[:, None] * answers
    of_answers = joint.sum(axis=0)
    posterior = joint / np.where(of_answers, of_answers, 1.0)
    before = _entropy(weights)
    return float(sum(p * (before - _entropy(posterior[:, n])) for n, p in enumerate(of_answers)))


def answer_to(line: str, question: Question) -> Option | bool:
    """Read a line as the answer to a question.

    Parameters
    ----------
    line
        What a person wrote after it.
    question
        The question.

    Returns
    -------
    Option or bool
        The option that it chooses: its words, its number, or words to that effect; True where it says that any will
        do, False where it is no answer.
    """
    text = " ".join(line.replace("\u2019", "'").split())
    if _ANY.fullmatch(text):
        return True
    if number := re.fullmatch(r"(?:option |answer |number |no\.? ?|#)?(\d)[.!]?|选?([一二三四五六七八])", text, re.I):
        position = int(number[1]) if number[1] else "一二三四五六七八".index(number[2]) + 1
        if 1 <= position <= len(question.options):
            return question.options[position - 1]
    bare = _bare(text)
    for option in question.options:
        if bare and bare in {_bare(option.text), *(_bare(" ".join(form)) for form in forms(option.text))}:
            return option
    return False


def _beyond_answers(shown: ListState, state: DialogueState) -> str:
    """What a query says beside the answers to questions, which leave a wish as vague as it was."""
    query = shown.query or ""
    for condition in shown.conditions:
        if set(attributes_of(condition)) <= set(state.clarified):
            for value in values_of(condition):
                query = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", "", query, flags=re.I)
    return query


def _softmax(candidates: Sequence[tuple[str, float]]) -> NDArray[np.float64]:
    scores = np.array([score for _, score in candidates])
    weights = np.exp(scores - scores.max())
    return np.asarray(weights / weights.sum(), np.float64)


def _bare(text: str) -> str:
    return " ".join(re.sub(r"[^\w\s]", " ", _AROUND.sub(" ", text.casefold())).split())


def _entropy(weights: NDArray[np.float64]) -> float:
    held = weights[weights > 0]
    return float(-(held * np.log(held)).sum())


def _options(
    ids: Sequence[str], weights: NDArray[np.float64], catalog: Catalog, language: str
) -> dict[str, list[tuple[Option, NDArray[np.bool_]]]]:
    """Attribute -> the answers that a question about it would have, and which candidates have each."""
    found: dict[str, list[tuple[Option, NDArray[np.bool_]]]] = {}
    facets = Vocabulary.of(catalog).facets
    held: dict[str, dict[str, NDArray[np.bool_]]] = {}
    for n, id in enumerate(ids):
        for facet in facets.get(id, ()):
            if facet.name not in _AMOUNTS:
                values = held.setdefault(facet.name, {})
                values.setdefault(facet.value, np.zeros(len(ids), np.bool_))[n] = True
    for name, values in held.items():
        shares = {value: float(weights[has].sum()) for value, has in values.items()}
        usable = [value for value in shares if MIN_SHARE <= shares[value] <= MAX_SHARE]
        told = [value for value in shares if RARE <= shares[value] <= MAX_SHARE]
        likely = sorted(told, key=lambda value: -shares[value])
        if not (usable and len(told) <= MAX_ALL):
            likely = sorted(usable, key=lambda value: -shares[value])[:MAX_OPTIONS]
        if name in _YEARS:
            likely.sort(reverse=True)
        found[name] = [(Option(text=value, condition=_condition(name, value)), values[value]) for value in likely]
    for name in _AMOUNTS:
        numbers = np.array([_number(catalog.item(id).attributes.get(name)) for id in ids])
        if np.isfinite(numbers).mean() > MAX_SHARE:
            found[name] = _bands(name, numbers, language)
    return found


def _condition(name: str, value: str) -> str:
    if name in _YEARS and re.fullmatch(r"\d{4}s", value):
        return f"{name}>={value[:4]} and {name}<{int(value[:4]) + 10}"
    return written(name, "=", (value,))


def _bands(name: str, numbers: NDArray[np.float64], language: str) -> list[tuple[Option, NDArray[np.bool_]]]:
    """Three answers to how much it may be, each met by about a third of the candidates."""
    low, high = (float(f"{edge:.2g}") for edge in np.nanquantile(numbers, (1 / 3, 2 / 3)))
    if not low < high:
        return []
    texts = [QUESTIONS[key][language].format(low=f"{low:g}", high=f"{high:g}") for key in ("below", "between", "above")]
    conditions = [f"{name}<{low:g}", f"{name}>={low:g} and {name}<={high:g}", f"{name}>{high:g}"]
    met = [numbers < low, (numbers >= low) & (numbers <= high), numbers > high]
    return [
        (Option(text=text, condition=condition), has)
        for text, condition, has in zip(texts, conditions, met, strict=True)
    ]


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else np.nan


def _question(name: str, options: Sequence[Option], catalog: Catalog, language: str) -> Question:
    noun = attribute_noun(name)
    key = "year" if name in _YEARS else "price" if name in _AMOUNTS[:2] else "length" if name in _AMOUNTS else "kind"
    thing = wording(catalog).noun
    texts = [option.text for option in options]
    if language == "zh":
        listed = f"{'、'.join(texts[:-1])}还是{texts[-1]}"
        words = {"noun": NOUNS[thing], "attribute": ATTRIBUTES.get(noun, noun)}
    else:
        listed = f"{', '.join(texts[:-1])} or {texts[-1]}"
        words = {"noun": thing, "attribute": noun}
    text = QUESTIONS[key][language].format(options=listed, **words)
    return Question(attribute=name, text=text, options=tuple(options))
