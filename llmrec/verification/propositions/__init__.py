"""A text as propositions (who, relation, what, which way), each decided by evidence, catalogue and events.

What no proposition has read makes the whole text not verified: a word that nobody understood may change the rest.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from llmrec.catalog.types import Catalog
from llmrec.catalog.wording import wording
from llmrec.verification.grammar import DECISIVE, FILLER
from llmrec.verification.grounds import Facts, Grounds
from llmrec.verification.propositions.attributes import attribute_propositions, year_propositions
from llmrec.verification.propositions.clauses import Clause, Proposition, clauses_of
from llmrec.verification.propositions.effects import effect_propositions
from llmrec.verification.propositions.frame_effects import effect_frame
from llmrec.verification.propositions.frame_facts import attribute_frame, query_frame
from llmrec.verification.propositions.frame_order import comparison_frame, history_frame
from llmrec.verification.propositions.frame_people import lift_frame, people_frame, popular_frame
from llmrec.verification.propositions.frame_ranks import rank_frame
from llmrec.verification.propositions.frame_text import common_frame, mention_frame, silence_frame, variant_frame
from llmrec.verification.propositions.frames import Frame, read_frames
from llmrec.verification.propositions.history import history_propositions, query_propositions, rank_propositions
from llmrec.verification.propositions.people import people_propositions
from llmrec.verification.propositions.terms import Term, read_terms

_FILMS = frozenset({"watched", "watch", "watching", "saw", "viewed"})
_GOODS = frozenset({"bought", "owned"})
_OF_OTHER_SHOPS = {"watched": _GOODS, "bought": _FILMS, "picked": _FILMS | _GOODS}
"""Verb of a catalogue -> verbs that nobody can have done with its items."""
Reader = Callable[[Clause], list[Proposition]]
__all__ = ["Judgement", "Proposition", "judge"]

READERS: tuple[Reader, ...] = (
    query_propositions, people_propositions, rank_propositions, history_propositions, year_propositions,
    effect_propositions, attribute_propositions,
)  # fmt: skip
"""One a relation, the more telling first; each marks what it has read."""

FRAMES: tuple[Frame, ...] = (
    silence_frame, variant_frame, popular_frame, lift_frame, people_frame, rank_frame, comparison_frame, history_frame, query_frame, attribute_frame, effect_frame,
    mention_frame, common_frame,
)  # fmt: skip
"""Tried in this order on a stretch: the more that a frame asks for, the earlier."""


@dataclass(frozen=True)
class Judgement:
    """What came of reading a text.

    Attributes
    ----------
    propositions : tuple of Proposition
        In the text's order.
    unread : tuple of str
        Words that no proposition has read and that say something.
    framed : bool
        Whether frames have read it whole.
    """

    propositions: tuple[Proposition, ...]
    unread: tuple[str, ...]
    framed: bool = False

    @property
    def contradicted(self) -> tuple[Proposition, ...]:
        """Propositions that do not hold."""
        return tuple(p for p in self.propositions if p.holds is False)

    @property
    def ok(self) -> bool:
        """Whether all was read, and all of it holds."""
        return bool(self.propositions) and not self.unread and all(p.holds for p in self.propositions)


def judge(text: str, grounds: Grounds, catalog: Catalog) -> Judgement:
    """Read a text as propositions and decide each.

    Parameters
    ----------
    text : str
        A sentence or two on the recommended item.
    grounds : Grounds
        What it may rest on.
    catalog : Catalog
        The catalogue, as explanations speak of it.

    Returns
    -------
    Judgement
        Propositions and what was not read.
    """
    facts = Facts(grounds, catalog)
    terms = read_terms(text, facts.vocabulary, facts.near)
    # A word between quotation marks that is no title known belongs to a name: nothing is read out of it.
    quoted = [match.span() for match in re.finditer(r'"[^"]*"', text)]
    inside = [t for t in terms if t.kind not in ("item", "mark") and any(a < t.start < b for a, b in quoted)]
    if inside:
        return Judgement((), tuple(term.text for term in inside))
    found: list[Proposition] = []
    unread: list[str] = []
    clauses = clauses_of(terms, facts)
    for clause in clauses:
        for reader in READERS:
            clause.propositions += reader(clause)
        found += clause.propositions
    elsewhere = _OF_OTHER_SHOPS.get(wording(catalog).chose, frozenset())
    for clause in clauses:
        clause.read -= {n for n, term in enumerate(clause.terms) if term.kind == "word" and term.text in elsewhere}
        _counts(clause, len({item for each in clauses for item in each.titles()}))
        unread += [
            term.text
            for n, term in enumerate(clause.terms)
            if n not in clause.read and term.kind != "mark" and not _silent(term, facts)
        ]
    strangers = [t for t in terms if t.kind == "item" and not any(_known(item, facts) for item in t.items)]
    judged = Judgement(tuple(found), (*unread, *(term.text for term in strangers)))
    foreign = any(term.kind == "word" and term.text in elsewhere for term in terms)
    framed = None if foreign else read_frames(terms, facts, FRAMES, text)
    if not framed or (judged.ok and all(each.holds is not False for each in framed)):
        return judged
    return Judgement(tuple(framed), (), framed=True)


def _known(item: str, facts: Facts) -> bool:
    """Whether a sentence may name an item: the recommended one, or one of the user's as far as these are known."""
    return item == facts.item or facts.watched(item) is True


def _silent(term: Term, facts: Facts) -> bool:
    if term.kind == "item":
        return facts.item in term.items
    stance = term.text.endswith("ly") and term.text not in DECISIVE
    return term.kind == "word" and (term.text in FILLER or stance)


def _counts(clause: Clause, titles: int) -> None:
    """Read "two films", "both", "the three films behind it" where as many are named or were measured."""
    for match in re.finditer(
        r"(?<= )(~\d+) (?:other )?(?:films|things|#\d+|ones|of them|dramas|items|movies)(?= )", clause.shown
    ):
        term = clause.value(match.group(1))
        if term.form == "count" and term.value in (
            titles,
            len({i for each in _before(clause) for i in each.others()}),
            len(clause.facts.effects),
        ):
            clause.mark_term(int(match.group(1)[1:]))


def _before(clause: Clause) -> list[Clause]:
    """A clause and those before it."""
    return [clause, *(_before(clause.before) if clause.before is not None else [])]
