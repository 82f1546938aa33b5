"""Training pairs for the rationale objective: a prompt made of evidence, and a true sentence on it.

Evidence is sampled from a catalogue: real items and titles, made-up effects, through the same `rank_evidence` and
`Brief.prompt` that serve real requests. What is learnt is to write from a brief, so that effects may be invented; that
nothing else is said, the verifier sees to. Users' histories are not read: no test event can leak into the pairs.
"""

import random
from dataclasses import dataclass

import numpy as np

from llmrec.catalog.types import Catalog
from llmrec.catalog.vocabulary import Facet, Vocabulary
from llmrec.errors import BadInput
from llmrec.evidence.records import ItemEvidence
from llmrec.evidence.selection import rank_evidence
from llmrec.evidence.surrogate import MIN_EFFECT, AttributeEffects, with_traits
from llmrec.rationale.brief import Brief, label
from llmrec.rationale.phrasing import write_sentence
from llmrec.verification import Grounds, RuleVerifier

_QUERIES = (
    "{Q}",
    "something with {Q}",
    "I am in the mood for {Q}",
    "{Q} please",
    "show me {Q}",
    "any {Q}?",
    "{Q} for tonight",
    "looking for {Q}",
    "maybe {Q}",
    "a good {Q}",
    "I'd like {Q}, nothing too long",
    "what about {Q}",
)
_VAGUE = ("something new", "surprise me", "something for a rainy day", "a present for my sister", "anything good")


@dataclass(frozen=True)
class Pair:
    """One training example: the text to learn is `prompt + completion + end-of-text`, with loss on the completion only.

    Attributes
    ----------
    prompt : str
        As `Brief.prompt` gives it.
    completion : str
        The sentence, behind the space that separates it from the prompt's last word.
    """

    prompt: str
    completion: str


def compose_pairs(catalog: Catalog, n: int, seed: int) -> list[Pair]:
    """Training pairs from a catalogue.

    Parameters
    ----------
    catalog : Catalog
        The catalogue, as explanations speak of it.
    n : int
        How many.
    seed : int
        The same seed gives the same pairs.

    Returns
    -------
    list of Pair
        All different.

    Raises
    ------
    BadInput
        Where the catalogue has under three items, or is too small and plain to give `n` different pairs.
    """
    if len(catalog.items) < 3:
        raise BadInput(f"catalogue {catalog.name!r} has {len(catalog.items)} items; composing rationales needs three")
    rng = random.Random(seed)
    sampler, verifier = EvidenceSampler(catalog), RuleVerifier(catalog)
    pairs: dict[Pair, None] = {}
    for _ in range(20 * n + 100):
        if len(pairs) == n:
            break
        evidence = sampler.draw(rng)
        brief = Brief.of(evidence, catalog)
        lead = brief.lead(rng)
        sentence = write_sentence(brief, lead, rng)
        # Some catalogues own words that the plans use ("Link" as a colour); such a pair would teach what is refused.
        if verifier.verify(sentence, Grounds.of(evidence)).ok:
            pairs[Pair(brief.prompt(lead), " " + sentence)] = None
    if len(pairs) < n:
        raise BadInput(
            f"catalogue {catalog.name!r} gives only {len(pairs)} different rationales; ask for fewer than {n}"
        )
    return list(pairs)


class EvidenceSampler:
    """Draws made-up recommendations from a catalogue: an item, a history mostly of its kind, effects.

    Parameters
    ----------
    catalog : Catalog
        The catalogue, as explanations speak of it.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._vocabulary = Vocabulary.of(catalog)
        self._ids = [item.id for item in catalog.items]
        self._having: dict[Facet, list[str]] = {}
        for item, facets in self._vocabulary.facets.items():
            for facet in facets:
                self._having.setdefault(facet, []).append(item)

    def draw(self, rng: random.Random) -> ItemEvidence:
        """Evidence of one recommendation: some have no history, some only faint effects, some a query.

        Parameters
        ----------
        rng : random.Random
            Draws it.

        Returns
        -------
        ItemEvidence
            Through `rank_evidence`.
        """
        item = rng.choice(self._ids)
        facets = self._vocabulary.facets[item]
        history: list[str] = []
        for _ in range(0 if rng.random() < 0.06 else rng.randint(1, 6)):
            # Of three draws the one that shares most: real evidence is closer to the item than chance is.
            kin = self._having[rng.choice(facets)] if facets and rng.random() < 0.75 else self._ids
            drawn = [rng.choice(kin) for _ in range(3 if kin is not self._ids else 1)]
            other = max(drawn, key=lambda o: sum(f in facets for f in self._vocabulary.facets[o]))
            if other != item and other not in history:
                history.append(other)
        faint = rng.random() < 0.15
        # Strengths fall on both sides of the thresholds; some items pull down and never become evidence.
        sizes = [0.04 * rng.random() if faint else rng.lognormvariate(-1.5, 1) for _ in history]
        effects = np.array([rng.choice((1, 1, 1, -1)) * size for size in sizes])
        inputs = {name: rng.uniform(-0.3, 0.6) for name in ("text", "image", "id", "audio", "video", "popularity")}
        usual = ("text", "image", "id") if rng.random() < 0.85 else tuple(inputs)
        some = rng.sample(usual, 0 if faint or rng.random() < 0.4 else rng.randint(1, 2))
        modality = {name: inputs[name] for name in some}
        query = self._query(facets, rng) if rng.random() < 0.35 else ""
        if query:
            modality["query"] = rng.uniform(-0.1, 0.8)
        evidence = rank_evidence(self._catalog, item, history, effects, modality, query)
        shown = [facet for facet in facets if facet.name in self._catalog.shown_by]
        if shown and not faint and rng.random() < 0.8:
            chosen = rng.sample(shown, min(len(shown), rng.choice((1, 2, 3, 3))))
            worth = sorted((MIN_EFFECT + rng.lognormvariate(-0.5, 0.6) for _ in chosen), reverse=True)
            attributes = AttributeEffects(dict(zip(chosen, worth, strict=True)), rng.uniform(0.4, 0.9))
            evidence = with_traits(evidence, attributes, self._catalog)
        return evidence

    def _query(self, facets: tuple[Facet, ...], rng: random.Random) -> str:
        if not facets or rng.random() < 0.12:
            return rng.choice(_VAGUE)
        queried = rng.sample(facets, min(len(facets), rng.choice((1, 1, 2))))
        return rng.choice(_QUERIES).replace("{Q}", " ".join(label(facet) for facet in queried))
