"""Reasons for a ranked list, from the situation it was ranked in: evidence is measured, then put into checked words."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from llmrec.errors import NotExplainable
from llmrec.evidence.effects import Situation
from llmrec.evidence.measure import AblationSetup, add_shapley, measure
from llmrec.evidence.pairings import pairing
from llmrec.evidence.surrogate import with_traits
from llmrec.rationale.write import stream_rationales
from llmrec.response import Recommended, Response, Streamed, Trace

if TYPE_CHECKING:
    from llmrec.pipeline import Pipeline
    from llmrec.query_by_example import Scoring
    from llmrec.rationale.phrasing import Style

BY_EXPOSURE = "Its place in this list is given by the rules of exposure: others scored higher."
"""Told after the reason of an item that its score alone would not have brought."""


class RankingState:
    """All that the reasons for a list need of the request that it answers.

    Parameters
    ----------
    pipeline
        The opened parts that the list was ranked with; they may have been replaced since.
    scoring
        Those of them that read the request's example too.
    situation
        The request as it was scored.
    query_vector : (dim,) float32
        Of the LLM.
    exposed
        Ids of the items that are in the list by rules of exposure, not by their scores.
    """

    # No dataclass: `dataclasses.asdict` of a response would copy the model.

    def __init__(
        self,
        pipeline: "Pipeline",
        scoring: "Scoring",
        situation: Situation,
        query_vector: NDArray[np.float32],
        exposed: frozenset[str] = frozenset(),
    ) -> None:
        self.pipeline, self.scoring = pipeline, scoring
        self.situation, self.query_vector, self.exposed = situation, query_vector, exposed

    def __deepcopy__(self, _memo: object) -> "RankingState":
        return self

    def candidates(self, most: int) -> list[tuple[str, float]]:
        """Rank the items that the request leaves open; see `Response.candidates`."""
        situation, items = self.situation, self.pipeline.catalog.items
        best = situation.order()[:most]
        scores = situation.total[situation.scored.places(best)]
        return [(items[row].id, float(score)) for row, score in zip(best, scores, strict=True)]


def explain(response: Response, *, shapley: int = 0, style: "Style | None" = None) -> Streamed:
    """The reasons for the items of a response, without ranking again.

    Parameters
    ----------
    response
        Of `Recommender.recommend` or `Recommender.stream`, in this process. Its items may have been reduced to those
        whose reasons are wanted.
    shapley
        Random orders of the history that Shapley values are sampled over; 0 for none.
    style
        The form of the sentences, which are then written by rule; None for those of the pipeline's writer.

    Returns
    -------
    Streamed
        The same items; `explained` gives each with its evidence and sentence.

    Raises
    ------
    NotExplainable
        Where the response does not hold the situation it was ranked in.
    """
    state = response._state
    if state is None:
        raise NotExplainable(
            "`response` does not hold the situation it was ranked in, as it was pickled, copied or read from a file; "
            "recommend again, with `explain`",
            "response",
            "explain",
        )
    trace = Trace(response)
    explained = _explained(response, state, trace, shapley, style) if response.items else iter(())
    return Streamed(response.items, response.history, trace, explained, bool(response.items), state)


def _explained(
    response: Response, state: RankingState, trace: Trace, shapley: int, style: "Style | None"
) -> Iterator[Recommended]:
    pipeline, scoring, situation = state.pipeline, state.scoring, state.situation
    trace.resume()
    catalog, rows = pipeline.labelled_catalog, pipeline.catalog.rows([item.id for item in response.items])
    setup = AblationSetup(
        scoring.components,
        scoring.engine,
        pipeline.engine,
        pipeline.vectors_without,
        scoring.weights(pipeline.weights("")),
    )
    measured = measure(situation, rows, state.query_vector, setup, catalog)
    scored = situation.scored
    attributed = pipeline.surrogate.of(situation.fused(situation.parts), scored.rows, scored.counts)
    measured = replace(measured, evidence=tuple(with_traits(each, attributed, catalog) for each in measured.evidence))
    if scoring.example is not None and scoring.example.goes_with and scoring.example.row is not None:
        anchor, events = pipeline.catalog.items[scoring.example.row].id, pipeline.countable_catalog
        found = (replace(each, pairing=pairing(events, each.item, anchor)) for each in measured.evidence)
        measured = replace(measured, evidence=tuple(found))
    trace.lap("evidence")
    if shapley:
        measured = add_shapley(measured, situation, rows, setup, catalog, shapley)
        trace.notes.append(f"Shapley values over {shapley} orders: the LLM read {measured.evaluations:,} histories")
        trace.lap("shapley")
    trace.degraded |= measured.degraded

    def write(prompts: list[str], seed: int) -> list[str]:
        generated = pipeline.engine.generate(prompts, seed)
        trace.degraded |= generated.degraded
        return list(generated.texts)

    interacted = [pipeline.catalog.items[row].id for row in situation.history]
    sentences = stream_rationales(
        measured.evidence, write, catalog, example=situation.example, style=style, verifier=pipeline.verifier,
        interacted=interacted, writer=pipeline.config.writer,
    )  # fmt: skip
    for item in response.items:
        rationale = next(sentences)
        if item.id in state.exposed:  # a place that a rule gave is not to be told as merit
            rationale = replace(rationale, text=f"{rationale.text} {BY_EXPOSURE}")
        trace.lap("sentences")
        yield replace(item, rationale=rationale, evidence=rationale.evidence)
        trace.resume()
