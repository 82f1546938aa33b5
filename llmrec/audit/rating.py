"""How a person would probably rate an explanation, by a linear model of its style (`llmrec.audit.style`).

`rating.json` holds the model and what its cross-validation found: `python -m eval.rated_explanations` fits it on
ratings that people gave explanations of films.
"""

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from llmrec.audit.grounding import Judged, owners
from llmrec.audit.metric import Metric, mean
from llmrec.audit.style import FEATURES, LARGEST_AUDIENCE, Knowledge, style
from llmrec.catalog import Catalog
from llmrec.catalog.vocabulary import Facet, Vocabulary
from llmrec.errors import SetupError
from llmrec.verification.reading import Reading

FILE = Path(__file__).with_name("rating.json")
"""The model that is shipped."""
SCALES = ("persuasiveness", "satisfaction")
"""What was rated, 1 to 5."""
LOWEST, HIGHEST = 1.0, 5.0
_NO_CLAIM = frozenset({"reader", "length"})
"""Features that every text has, whatever it claims."""
NO_CLAIM = "no explanation makes a claim of a kind that people have rated"


@dataclass(frozen=True)
class RatingModel:
    """A linear model of ratings.

    Attributes
    ----------
    intercepts : mapping of str to float
        Scale -> the rating of a text whose features are all 0.
    weights : mapping of str to mapping of str to float
        Scale -> feature -> points that one unit of it adds.
    validation : mapping of str to mapping of str to float
        Scale -> `spearman` with single ratings in cross-validation, its interval (`low`, `high`), and that of the text
        without a catalogue (`text_alone`).
    source : str
        What it was fitted on.
    """

    intercepts: Mapping[str, float]
    weights: Mapping[str, Mapping[str, float]]
    validation: Mapping[str, Mapping[str, float]]
    source: str

    @classmethod
    def read(cls, file: Path = FILE) -> "RatingModel":
        """Read a model.

        Parameters
        ----------
        file : Path
            As `to_json` writes it.

        Raises
        ------
        SetupError
            Where the file is missing or holds another model.
        """
        try:
            model = cls(**json.loads(file.read_text(encoding="utf-8")))
            complete = all(tuple(model.weights[scale]) == FEATURES and scale in model.validation for scale in SCALES)
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise SetupError(f"{file.name} cannot be read as a model of ratings ({error}); reinstall llmrec") from error
        if not complete:
            raise SetupError(f"{file.name} holds weights of other features; run: python -m eval.rated_explanations")
        return model

    @classmethod
    def shipped(cls) -> "RatingModel":
        """Return the model of the package."""
        return _shipped()

    def to_json(self) -> str:
        """Return it as text, as `read` takes it."""
        values = {name: getattr(self, name) for name in ("source", "intercepts", "weights", "validation")}
        return json.dumps(values, ensure_ascii=False, indent=1) + "\n"

    def predict(self, text: str, known: Knowledge | None = None) -> dict[str, float] | None:
        """Predict a person's ratings of an explanation.

        Parameters
        ----------
        text : str
            In English or Chinese.
        known : Knowledge, optional
            What is known of it beside its words.

        Returns
        -------
        dict of str to float or None
            Scale -> rating, 1 to 5; None where the text makes no claim of a kind that was rated.

        Examples
        --------
        >>> rated = RatingModel.shipped().predict("98% of people with tastes like yours loved it.")
        >>> rated["persuasiveness"] > RatingModel.shipped().predict("This is a drama.")["persuasiveness"]
        True
        """
        return self.of_style(style(text, known))

    def of_style(self, features: Mapping[str, float]) -> dict[str, float] | None:
        """Predict the ratings of a text whose style has been read.

        Parameters
        ----------
        features : mapping of str to float
            As `style` returns it.

        Returns
        -------
        dict of str to float or None
            As `predict` returns it.
        """
        if not any(value for name, value in features.items() if name not in _NO_CLAIM):
            return None
        return {
            scale: min(
                max(self.intercepts[scale] + sum(self.weights[scale][n] * v for n, v in features.items()), LOWEST),
                HIGHEST,
            )
            for scale in self.weights
        }


@cache
def _shipped() -> RatingModel:
    return RatingModel.read()


def predicted_ratings(judged: Sequence[Judged], catalog: Catalog) -> list[dict[str, float] | None]:
    """Predict how people would rate explanations.

    Parameters
    ----------
    judged : sequence of Judged
        The explanations, read by the verifier.
    catalog : Catalog
        Tells how many items have the attribute values named, and how many people know the most popular item.

    Returns
    -------
    list
        As `RatingModel.predict` returns it, one an explanation.
    """
    model, vocabulary = RatingModel.shipped(), Vocabulary.of(catalog)
    items_with = Counter(facet for item in catalog.items for facet in vocabulary.facets[item.id])
    events = Counter(item for history in catalog.histories.values() for item in {event.item for event in history})
    largest = float(max(events.values(), default=0)) or LARGEST_AUDIENCE
    return [
        model.predict(each.explanation.text, _knowledge(each, vocabulary, items_with, len(catalog.items), largest))
        for each in judged
    ]


def _knowledge(
    judged: Judged, vocabulary: Vocabulary, items_with: Mapping[Facet, int], items: int, largest: float
) -> Knowledge:
    reading = Reading.of(judged.explanation.text, vocabulary)
    mentions = reading.mentions
    counts = [max(items_with.get(facet, 0) for facet in mention.facets) for mention in mentions if mention.facets]
    return Knowledge(
        title=vocabulary.titles[judged.explanation.item],
        cites_history=bool(set(judged.cited) - {judged.explanation.item}),
        values=tuple(reading.text[mention.start : mention.end] for mention in mentions),
        value_share=min((count for count in counts if count), default=0) / items or math.nan,
        largest_audience=largest,
    )


def description(scale: str) -> str:
    """Say what a predicted rating is, and how far it can be trusted.

    Parameters
    ----------
    scale : str
        One of `SCALES`.
    """
    found = RatingModel.shipped().validation[scale]
    return (
        f"{scale} as a person would probably rate it, 1 to 5; cross-validated, its Spearman correlation with single "
        f"ratings is {found['spearman']:.2f} ({found['low']:.2f} to {found['high']:.2f})"
    )


def caution() -> str:
    """Say what the predicted ratings rest on, in a sentence for a report."""
    return (
        f"Ratings are predicted by a model fitted on {RatingModel.shipped().source}, to which it is the same whether a "
        "claim is true; how well it does on other items, on texts that join several claims, and in English, of which "
        "there are no ratings, is not known"
    )


def rating_metrics(judged: Sequence[Judged], ratings: Sequence[Mapping[str, float] | None]) -> list[Metric]:
    """Average the predicted ratings.

    Parameters
    ----------
    judged : sequence of Judged
        The explanations, read by the verifier.
    ratings : sequence
        As `predicted_ratings` returns them.

    Returns
    -------
    list of Metric
        One for each of `SCALES`, over the explanations that have a rating.
    """
    rated = [(user, each) for user, each in zip(owners(judged), ratings, strict=True) if each is not None]
    users = [user for user, _ in rated]
    return [
        mean(
            f"predicted_{scale}", description(scale), users, [each[scale] for _, each in rated], "higher",
            reason=NO_CLAIM,
        )
        for scale in SCALES
    ]  # fmt: skip


def to_dict(rating: Mapping[str, float] | None) -> dict[str, Any] | None:
    """Return a predicted rating for JSON, rounded; None where there is none.

    Parameters
    ----------
    rating : mapping of str to float or None
    """
    return None if rating is None else {scale: round(value, 2) for scale, value in rating.items()}
