"""Decides what holds of a text, and whether a rationale may reach a user.

A rationale is clean prose, and passes by one of two ways of reading, none of which knows who wrote it. As *claims*:
each that is found is supported, and one gives a reason. As *propositions* (`llmrec.verification.propositions`): who did
what to whom, which way and how much, in the wordings of natural English, each decided. A proposition that is
contradicted keeps back what the claims alone would let through ("without X it would rank higher").

Both are closed-world: a word that is not known to say nothing ("Oscar-winning", "heart-warming") is a claim that
no rule can check. What rules leave open `EntailmentVerifier` puts to a model, with the facts in words: the text passes
where it follows from them as surely as was calibrated, and more surely where a proposition reads something else in it.
Neither a claim that is contradicted nor a title, number or label that no fact holds is left to the model. A text of
another author is read openly: only what it says of items is a claim.

Another verifier takes the place of `RuleVerifier` by name or import path (see `llmrec.registry`, kind `verifier`).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol, cast

from llmrec.catalog.types import Catalog
from llmrec.catalog.vocabulary import Vocabulary
from llmrec.errors import PluginError
from llmrec.evidence.records import ItemEvidence
from llmrec.registry import working
from llmrec.verification.entailment import EntailmentModel, shipped
from llmrec.verification.grounds import Facts, Grounds
from llmrec.verification.lexical import open_text_claims, word_claims
from llmrec.verification.pairings import pairing_claim
from llmrec.verification.premises import statement_of, ungrounded
from llmrec.verification.propositions import Judgement, Proposition, judge
from llmrec.verification.propositions.frame_text import SILENT
from llmrec.verification.propositions.story import quoted_sentences
from llmrec.verification.propositions.terms import read_terms
from llmrec.verification.reading import HIDDEN, Claim, ClaimKind, ClaimVerdict, Reading, unchecked
from llmrec.verification.resolution import NO_TITLE, ResolvedText, title_claims
from llmrec.verification.values import attribute_claims, number_claims

MAX_WORDS = 60
"""Words of a rationale at most."""
BLOCKING = frozenset({"title", "modality"})
"""Kinds of claims whose contradiction no reading as frames makes good: they rest on names, not on wordings."""
_JUNK = re.compile(r"https?:|www\.|\w@\w|[<>{}\[\]\\|`#*_~^$\x01]|//|\n|\b(?:system|assistant|user)\s*:", re.IGNORECASE)


@dataclass(frozen=True)
class Verdict:
    """What came of verifying a text.

    Attributes
    ----------
    claims : tuple of Claim
        All that were found, in the text's order.
    problem : str
        Why the text may not reach a user, in words; empty where it may.
    """

    claims: tuple[Claim, ...]
    problem: str = ""

    @property
    def ok(self) -> bool:
        """Whether nothing was found against the text."""
        return not self.problem


class Verifier(Protocol):
    """Judges texts on the items of one catalogue.

    A plug-in is a class or function that takes the catalogue and returns such an object. It is asked about every
    sentence that the LLM writes, one at a time and perhaps by several threads, so it should answer within milliseconds.
    """

    def verify(self, text: str, grounds: Grounds) -> Verdict:
        """Judge one text.

        Parameters
        ----------
        text : str
            One or two sentences on the recommended item.
        grounds : Grounds
            What the text may rest on.

        Returns
        -------
        Verdict
            With `problem` empty where the text may reach a user.

        Raises
        ------
        UnknownItem
            Where the grounds name an item that the catalogue lacks.
        """
        ...


class PluggedVerifier:
    """A verifier from outside llmrec: what goes wrong in it is told with its name.

    Parameters
    ----------
    inner : Verifier
        The plug-in.
    """

    def __init__(self, inner: Verifier) -> None:
        self.inner = inner

    def verify(self, text: str, grounds: Grounds) -> Verdict:
        """See `Verifier`; raises `PluginError` where the plug-in fails or gives no `Verdict`."""
        with working("verifier", self.inner):
            verdict = self.inner.verify(text, grounds)
        if not isinstance(verdict, Verdict):
            raise PluginError(
                f"verifier {type(self.inner).__name__} gave {type(verdict).__name__}; it has to give a `Verdict`"
            )
        return verdict


class RuleVerifier:
    """The `Verifier` by rules: every claim is looked up in evidence, catalogue and history.

    Parameters
    ----------
    catalog : Catalog
        Its vocabulary is built at the first use and kept with it; a text then takes a few milliseconds.
    model : EntailmentModel, optional
        Judges what the rules leave open. Without one, a sentence that tells of the story passes where every telling
        word of it stands in the item's own text, of the same people and the same way; none that speaks to the reader
        or praises, as a catalogue's text may hold instructions.
    """

    def __init__(self, catalog: Catalog, model: EntailmentModel | None = None) -> None:
        self._catalog, self._model = catalog, model

    def verify(self, text: str, grounds: Grounds) -> Verdict:
        """See `Verifier`; an open text passes where none of its claims is contradicted."""
        self._catalog.rows([grounds.item, *grounds.history])
        if grounds.evidence is not None and (paired := pairing_claim(text, grounds.evidence, self._catalog)):
            return Verdict((paired,), "" if paired.verdict == "supported" else _problem(paired))
        reading = Reading.of(text, Vocabulary.of(self._catalog), names_first=not grounds.closed)
        claims = find_claims(reading, grounds, self._catalog)
        quoted = quoted_sentences(text, Facts(grounds, self._catalog).story(grounds.item))
        if not grounds.closed:
            claims = tuple(each for each in claims if not any(low <= each.start < high for low, high in quoted))
            told = _quotations(quoted, text, grounds)
            return Verdict(
                (*claims, *told), next((_problem(each) for each in claims if each.verdict == "contradicted"), "")
            )
        if unclean := _unclean(reading):
            return Verdict(claims, unclean)
        if quoted:
            return self._beside(quoted, text, grounds)
        judged = judge(reading.text, grounds, self._catalog)
        if invented := next((claim for claim in claims if _invented(claim, text)), None):
            return Verdict(claims, _problem(invented))
        problem = _unsupported(claims)
        denied = next((each for each in judged.contradicted if _decisive(each, judged.framed)), None)
        silent = any(each.object.startswith(SILENT) for each in judged.propositions)  # of a text, not that it counted
        sure = judged.framed and any(
            claim.verdict == "contradicted" and claim.kind in BLOCKING and not (silent and claim.kind == "modality")
            for claim in claims
        )
        if problem and judged.ok and not sure:
            return Verdict(tuple(_claim(each, grounds) for each in judged.propositions))
        if not problem and denied is None:
            return Verdict(claims)
        if not problem and denied is not None:
            claim = _claim(denied, grounds)
            return Verdict((*claims, claim), _problem(claim))
        if self._model is None or any(claim.verdict == "contradicted" for claim in claims):
            return Verdict(claims, problem)
        followed = self._follows(reading.text, grounds, judged, self._model)
        if followed.verdict == "supported":
            return Verdict((*(_claim(each, grounds) for each in judged.propositions if each.holds), followed))
        return Verdict(claims, f"{problem}; {followed.why}")

    def _beside(self, quoted: Sequence[tuple[int, int]], text: str, grounds: Grounds) -> Verdict:
        """Judge a text that repeats sentences of the item's own: what stands beside them."""
        told = _quotations(quoted, text, grounds)
        rest = text
        for low, high in quoted:
            if rest[:low].endswith(": "):  # what stands before the colon is a sentence by itself
                rest = f"{rest[: low - 2]}. {rest[low:]}"
            rest = rest[:low] + " " * (high - low) + rest[high:]
        if not rest.strip():
            return Verdict(told)
        lead = len(rest) - len(rest.lstrip())
        verdict = self.verify(rest.strip(), grounds)
        moved = tuple(replace(claim, start=claim.start + lead) for claim in verdict.claims)
        return Verdict((*moved, *told), verdict.problem)

    def _follows(self, text: str, grounds: Grounds, judged: Judgement, model: EntailmentModel) -> Claim:
        """Whether a text follows from the facts, by the model; as a claim."""
        facts = Facts(grounds, self._catalog)
        terms = read_terms(text, facts.vocabulary, facts.near)
        statement = statement_of(text, terms, facts)
        against = f"facts of item {grounds.item}"
        if missing := ungrounded(text, terms, statement, facts):
            return unchecked("facts", text, 0, f"no fact holds {missing!r}", against)
        sure = round(float(model.probabilities([(statement.premise, statement.hypothesis)])[0, 0]), 3)
        limit = model.limits[1 if judged.contradicted else 0]
        cites = tuple(item for item in statement.names if item in grounds.history)
        if sure < limit:
            why = f"the facts do not clearly say it ({sure:.2f}, {limit:.2f} is needed)"
            return Claim("facts", text, 0, "not_checkable", against, why, probability=sure)
        return Claim("facts", text, 0, "supported", against, reason=True, cites=cites, probability=sure)


class EntailmentVerifier(RuleVerifier):
    """`RuleVerifier` with the model that comes with llmrec.

    Parameters
    ----------
    catalog : Catalog
        As for `RuleVerifier`.

    Raises
    ------
    SetupError
        Where the model's file was left out.
    """

    def __init__(self, catalog: Catalog) -> None:
        super().__init__(catalog, shipped())


def verify(text: str, evidence: ItemEvidence, catalog: Catalog) -> Verdict:
    """Check a rationale as the product does.

    Parameters
    ----------
    text : str
        A sentence or two on the recommended item.
    evidence : ItemEvidence
        What it was written from.
    catalog : Catalog
        The catalogue, as explanations speak of it.

    Returns
    -------
    Verdict
        Of `RuleVerifier`, closed-world.

    Raises
    ------
    UnknownItem
        Where the evidence is not on this catalogue.
    """
    return RuleVerifier(catalog).verify(text, Grounds.of(evidence))


def examine(
    text: str, item: str, history: Sequence[str], catalog: Catalog, evidence: ItemEvidence | None = None
) -> tuple[Claim, ...]:
    """The claims that any author's text makes on recommending an item, each judged by rules.

    Parameters
    ----------
    text : str
        The text.
    item : str
        Id of the recommended item.
    history : sequence of str
        Ids of the items that the user interacted with.
    catalog : Catalog
        Holds them.
    evidence : ItemEvidence, optional
        What a scorer measured of the history, where there is one.

    Returns
    -------
    tuple of Claim
        In the text's order.

    Raises
    ------
    UnknownItem
        Where the catalogue lacks an id.
    """
    return RuleVerifier(catalog).verify(text, Grounds(item, tuple(history), evidence, interacted=tuple(history))).claims


def _quotations(quoted: Sequence[tuple[int, int]], text: str, grounds: Grounds) -> tuple[Claim, ...]:
    """Whole sentences of the item's own text, as claims."""
    against = f"history and catalogue of item {grounds.item}"
    return tuple(Claim("story", text[low:high], low, "supported", against) for low, high in quoted)


def _unclean(reading: Reading) -> str:
    """What makes a text no clean prose, empty where it is."""
    if not reading.text:
        return "the sentence is empty"
    if '"' in reading.bare:
        return "a quote is left open"
    # Quoted stretches are names that the checks look up; they may hold any sign.
    if junk := _JUNK.search(reading.unquoted):
        return f"{junk.group()!r} is not prose"
    if reading.text[-1] not in ".!?":
        return "the sentence does not end"
    count = len(reading.text.split())
    return f"the text has {count} words, over {MAX_WORDS}" if count > MAX_WORDS else ""


def _unsupported(claims: tuple[Claim, ...]) -> str:
    for claim in claims:
        if claim.verdict != "supported":
            return _problem(claim)
    return "" if any(claim.reason for claim in claims) else "no reason is named"


def _invented(claim: Claim, text: str) -> bool:
    """Whether a claim is a title between marks that nothing has: no reading of the rest makes it true."""
    if claim.kind != "title" or claim.verdict != "contradicted" or not claim.why.startswith(NO_TITLE):
        return False
    return any(f"{left}{claim.text}{right}" in text for left, right in ('""', "“”", "„“", "«»"))


def _decisive(each: Proposition, framed: bool) -> bool:
    """Whether a proposition is of a kind that claims do not judge: which way, in what order, alone, or not at all.

    Read as a frame, what is said of people and of which item is the newer is, too.
    """
    if framed and (
        each.relation == "people" or (each.relation == "year" and each.object.startswith(("over", "under")))
    ):
        return True
    if each.relation == "effect":
        return each.object in ("down", "none", "only")
    return each.relation in ("rank", "order") or (each.relation == "attribute" and each.object.startswith("not "))


def _claim(each: Proposition, grounds: Grounds) -> Claim:
    """A proposition as a claim."""
    kind = cast("ClaimKind", each.relation)
    cites = (each.subject,) if each.subject in grounds.history else ()
    against = {"effect": "effects", "rank": "ranks", "people": "interactions"}.get(
        each.relation, "history and catalogue"
    )
    verdict: ClaimVerdict = "supported" if each.holds else "not_checkable" if each.holds is None else "contradicted"
    return Claim(
        kind, each.text, each.start, verdict, f"{against} of item {grounds.item}", each.why, bool(each.holds), cites
    )


def _problem(claim: Claim) -> str:
    return f"{claim.kind} {claim.text!r}: {claim.why}"


def find_claims(reading: Reading, grounds: Grounds, catalog: Catalog) -> tuple[Claim, ...]:
    """All claims of a text.

    Parameters
    ----------
    reading : Reading
        The text, taken apart.
    grounds : Grounds
        What it may rest on.
    catalog : Catalog
        Holds the items of the grounds.

    Returns
    -------
    tuple of Claim
        In the text's order.
    """
    text = ResolvedText(reading, grounds, catalog)
    claims = [*title_claims(text), *attribute_claims(text), *number_claims(text)]
    claims += word_claims(text, claims) if grounds.closed else open_text_claims(text, claims)
    # Checks read texts in which names are hidden; a claim is told in the words that stand there.
    shown = (replace(claim, text=reading.text[claim.start : claim.start + len(claim.text)])
             if HIDDEN in claim.text else claim for claim in claims)  # fmt: skip
    return tuple(sorted(shown, key=lambda claim: claim.start))
