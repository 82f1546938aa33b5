"""Training pairs for the rationale objective: a prompt made of evidence, and a true sentence on it.

Evidence is sampled from a catalogue: real items and titles, synthetic effects, through the same `rank_evidence` and
`Brief.prompt` that serve real requests. The LLM learns to write from a brief, so effects may be invented; the verifier
ensures that sentences say nothing else. Users' histories are not read: no test event can leak into the pairs.
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
    """Compose training pairs from a catalogue.

    Parameters
    ----------
    catalog : Catalog
        The catalogue, as explanations use it.
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
        evidence = sampler.sample(rng)
        brief = Brief.of(evidence, catalog)
        lead = brief.lead(rng)
        sentence = write_sentence(brief, lead, rng)
        # Some catalogues own words that the plans use ("Link" as a colour); such a pair would train what is refused.
        if verifier.verify(sentence, Grounds.of(evidence)).ok:
            pairs[Pair(brief.prompt(lead), " " + sentence)] = None
    if len(pairs) < n:
        raise BadInput(
            f"catalogue {catalog.name!r} gives only {len(pairs)} different rationales; ask for fewer than {n}"
        )
    return list(pairs)


class EvidenceSampler:
    """Samples synthetic recommendations from a catalogue: an item, a history mostly of its kind, effects.

    Parameters
    ----------
    catalog : Catalog
        The catalogue, as explanations use it.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._vocabulary = Vocabulary.of(catalog)
        self._ids = [item.id for item in catalog.items]
        self._having: dict[Facet, list[str]] = {}
        for item, facets in self._vocabulary.facets.items():
            for facet in facets:
                self._having.setdefault(facet, []).append(item)

    def sample(self, rng: random.Random) -> ItemEvidence:
        """Sample the evidence of one recommendation: some have no history, some only faint effects, some a query.

        Parameters
        ----------
        rng : random.Random
            Generator.

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
            pool = self._having[rng.choice(facets)] if facets and rng.random() < 0.75 else self._ids
            candidates = [rng.choice(pool) for _ in range(3 if pool is not self._ids else 1)]
            neighbour = max(candidates, key=lambda o: sum(f in facets for f in self._vocabulary.facets[o]))
            if neighbour != item and neighbour not in history:
                history.append(neighbour)
        faint = rng.random() < 0.15
        # Strengths fall on both sides of the thresholds; some items pull down and never become evidence.
        sizes = [0.04 * rng.random() if faint else rng.lognormvariate(-1.5, 1) for _ in history]
        effects = np.array([rng.choice((1, 1, 1, -1)) * size for size in sizes])
        inputs = {name: rng.uniform(-0.3, 0.6) for name in ("text", "image", "id", "audio", "video", "popularity")}
        modalities = ("text", "image", "id") if rng.random() < 0.85 else tuple(inputs)
        helpful = rng.sample(modalities, 0 if faint or rng.random() < 0.4 else rng.randint(1, 2))
        modality = {name: inputs[name] for name in helpful}
        query = self._query(facets, rng) if rng.random() < 0.35 else ""
        if query:
            modality["query"] = rng.uniform(-0.1, 0.8)
        evidence = rank_evidence(self._catalog, item, history, effects, modality, query)
        media_facets = [facet for facet in facets if facet.name in self._catalog.shown_by]
        if media_facets and not faint and rng.random() < 0.8:
            chosen = rng.sample(media_facets, min(len(media_facets), rng.choice((1, 2, 3, 3))))
            facet_effects = sorted((MIN_EFFECT + rng.lognormvariate(-0.5, 0.6) for _ in chosen), reverse=True)
            attributes = AttributeEffects(dict(zip(chosen, facet_effects, strict=True)), rng.uniform(0.4, 0.9))
            evidence = with_traits(evidence, attributes, self._catalog)
        return evidence

    def _query(self, facets: tuple[Facet, ...], rng: random.Random) -> str:
        if not facets or rng.random() < 0.12:
            return rng.choice(_VAGUE)
        queried = rng.sample(facets, min(len(facets), rng.choice((1, 1, 2))))
        return rng.choice(_QUERIES).replace("{Q}", " ".join(label(facet) for facet in queried))
