"""Weights of the fused score for somebody of whom little is known, under a query that names no more than a kind.

Weights are fitted after long histories, and under queries that are composed of one item's own words. "A good comedy",
said by nobody in particular, is neither: no history tells one comedy from another, and the query does not either. What
most people take does.
"""

from collections.abc import Collection, Mapping

from llmrec.catalog.wording import without_refused
from llmrec.ranking.score_component import POPULARITY, ComponentKey
from llmrec.ranking.terms import words_of

NOBODY, FEW, FEW_ITEMS = 0.4, 0.2, 3
"""Share of the whole that popularity gets without a history, and with up to `FEW_ITEMS` items. Chosen on the valid part
of MovieLens-100K, a film that was liked being asked for by one of its genres: NDCG@10 goes from 0.095 to 0.097 without
a history and from 0.140 to 0.144 over one to three films; after five it would lose 0.006
(`python -m eval.short_histories`)."""


def kind_share(query: str, kinds: Collection[str]) -> float:
    """Tell how much of a query names kinds of items and nothing else.

    Parameters
    ----------
    query
        In words; what it refuses, and what every request says, does not count.
    kinds
        Words by which kinds are named, as `llmrec.catalog.queries.kind_words` lists them.

    Returns
    -------
    float
        Share of its words; 1 for a query without words that count.

    Examples
    --------
    >>> kind_share("a good comedy please", {"comedy"}), kind_share("a comedy about whales", {"comedy"})
    (1.0, 0.5)
    """
    said = {word for word in words_of(without_refused(query)) if not word.endswith("*")}
    return sum(word in kinds for word in said) / len(said) if said else 1.0


def with_popularity(weights: Mapping[ComponentKey, float], known: int, vague: float) -> dict[ComponentKey, float]:
    """Give popularity a share of the weights under a query, the larger the less is known.

    Parameters
    ----------
    weights
        Component -> weight.
    known
        Items of the history.
    vague
        Share of the query that names kinds alone, see `kind_share`.

    Returns
    -------
    dict
        Component -> weight; their sum stays. Where items have no popularity, the weights as they are.

    Examples
    --------
    >>> from llmrec.ranking.score_component import LLM
    >>> with_popularity({LLM: 1.0, POPULARITY: 0.0}, known=0, vague=1.0)[POPULARITY]
    0.4
    """
    share = vague * (NOBODY if known == 0 else FEW if known <= FEW_ITEMS else 0.0)
    if not share or POPULARITY not in weights:
        return dict(weights)
    total = sum(weights.values())
    less = {key: (1 - share) * weight for key, weight in weights.items()}
    return less | {POPULARITY: less[POPULARITY] + share * total}
