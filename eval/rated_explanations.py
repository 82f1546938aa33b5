"""How would a person rate an explanation? `python -m eval.rated_explanations [--ratings FILE]`.

FILE (default ../shared/data/rated-explanations/ratings.csv) holds ratings of explanations of films, 1 to 5, by rater,
film and text. The model is a ridge regression on the style of a text (`llmrec.audit.style`), fitted on ratings less
their rater's mean; it is written to llmrec/audit/rating.json, from which `llmrec audit` predicts.

Cross-validation holds out a rater and a tenth of the texts at a time: what is predicted is by a rater, and of a text,
neither of which the fit saw. Texts are parted five times over, and every figure is the mean of the five, as it moves
with the frequent texts that are held out together. The aim (0.40) is measured by the Spearman correlation of
persuasiveness with single ratings, all held-out predictions together: that is the strictest of the figures, as it holds
all that a text leaves to the person and the item; the others stand beside it. Intervals hold 95 % and resample raters.
Files its result in eval/results/measurements.jsonl.

| figure | what |
| --- | --- |
| single ratings | Spearman correlation with single ratings |
| within raters | the same, each rater's mean taken out of ratings and predictions |
| means of texts | with the mean of a text's ratings; also of texts with two ratings or more, and five |
| text without a catalogue | the model that is not told how many items have the attribute value named |
| oracle | the mean rating of the text's kind, which no text of an audit has, of these very ratings |
| the same text by others | of texts that others rated, too: others' mean with single ratings (a ceiling); the model |
| kind held out | all texts of a kind predicted by a fit on the other kinds |
| slope | points that ratings, less their rater's mean, differ where predictions differ by one: 1 is calibrated |
| translations | Spearman correlation of the predictions for sentences and their translations by hand |
"""

import argparse
import csv
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from eval.command import run_command
from eval.store import MEASUREMENTS, command_line, file_measurement
from llmrec.audit.rating import FILE, SCALES, RatingModel
from llmrec.audit.style import FEATURES, Knowledge, style
from llmrec.errors import BadInput

STUDY = "rated_explanations"
RATINGS = Path("../shared/data/rated-explanations/ratings.csv")
COLUMNS = ("rater", "movie_id", "title", "kind", "explanation", *SCALES)
PAIRS = Path(__file__).with_name("rated_explanation_pairs.jsonl")
"""Sentences in Chinese and English; `written` says whether before or after the forms of speech were mended by them."""
AIM, TEXT_FOLDS, SEED = 0.4, 10, 0
PARTITIONS = 5
"""Partitions of the texts, by as many seeds."""
PENALTY, WORD_PENALTY = 30.0, 3.0
"""Of the ridge regressions; from 1 to 100 the correlation of ours moves by 0.003, and 3 is best for words."""
RESAMPLES = 1000
Values = NDArray[np.float64]
Predictions = NDArray[np.float64]
"""(partitions, ratings)."""
Statistic = Callable[[NDArray[np.intp]], float]


@dataclass(frozen=True)
class Ratings:
    """Rated explanations, a row a rating.

    Attributes
    ----------
    raters, texts, kinds
        One a rating.
    scores
        Scale -> ratings.
    known
        What is known of each text beside its words.
    """

    raters: NDArray[np.str_]
    texts: NDArray[np.str_]
    kinds: NDArray[np.str_]
    scores: Mapping[str, Values]
    known: Sequence[Knowledge]

    @classmethod
    def read(cls, file: Path) -> "Ratings":
        """Read the table; raises `BadInput` where it is missing or has other columns.

        The share of the films that have an attribute value is that of the films which a text that names the value alone
        was shown for: ratings play no part in it.
        """
        try:
            with file.open(encoding="utf-8", newline="") as lines:
                rows = list(csv.DictReader(lines))
            films: dict[str, set[str]] = {}
            for row in rows:
                films.setdefault(row["explanation"], set()).add(row["movie_id"])
            number = len({row["movie_id"] for row in rows})
            known = [
                Knowledge(row["title"].split(" ")[0], value_share=len(films[row["explanation"]]) / number)
                for row in rows
            ]
            columns = (np.array([row[name] for row in rows]) for name in ("rater", "explanation", "kind"))
            scores = {scale: np.array([float(row[scale]) for row in rows]) for scale in SCALES}
            return cls(*columns, scores, known)
        except OSError as error:
            raise BadInput(f"{file} cannot be read ({error.strerror}); pass a table of ratings as --ratings") from error
        except KeyError as error:
            raise BadInput(f"{file} has no column {error}; it needs {', '.join(COLUMNS)}") from error
        except ValueError as error:
            raise BadInput(f"{file} holds what is no rating ({error}); mend that row") from error

    def features(self, catalog: bool = True) -> Values:
        """The style of each text, (ratings, features); without a catalogue by its words alone."""
        known = self.known if catalog else [Knowledge(each.title) for each in self.known]
        read = {pair: style(*pair) for pair in {*zip(map(str, self.texts), map(_key, known), strict=True)}}
        return np.array(
            [list(read[str(text), _key(each)].values()) for text, each in zip(self.texts, known, strict=True)]
        )


def _key(known: Knowledge) -> Knowledge:
    # A NaN equals nothing, not even itself: without this no text would be read once for all of its ratings.
    return known if known.value_share == known.value_share else Knowledge(known.title, value_share=0.0)


def folds(ratings: Ratings, seed: int) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Rows of train and test: a rater and a tenth of the texts are test, train has neither."""
    rng = np.random.default_rng(seed)
    texts, text = np.unique(ratings.texts, return_inverse=True)
    part = (rng.permutation(len(texts)) % TEXT_FOLDS)[text]
    pairs = [
        (
            np.flatnonzero((ratings.raters != rater) & (part != n)),
            np.flatnonzero((ratings.raters == rater) & (part == n)),
        )
        for rater in np.unique(ratings.raters)
        for n in range(TEXT_FOLDS)
    ]
    return [(train, test) for train, test in pairs if len(test)]


def centred(values: Values, groups: NDArray[np.str_]) -> Values:
    """Values less the mean of their group."""
    _, group = np.unique(groups, return_inverse=True)
    return np.asarray(values - (np.bincount(group, values) / np.bincount(group))[group])


def targets(ratings: Ratings, scale: str, rows: NDArray[np.intp]) -> Values:
    """What is fitted: ratings less their rater's mean, so that a fold's own level is in no prediction."""
    return centred(ratings.scores[scale][rows], ratings.raters[rows])


def style_model() -> Any:
    """The model that is shipped, before it is fitted."""
    return make_pipeline(StandardScaler(), Ridge(PENALTY))


def word_model() -> Any:
    """The baseline: character n-grams, which need no words to be told apart."""
    return make_pipeline(TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True), Ridge(WORD_PENALTY))


def cross_validated(
    ratings: Ratings, inputs: NDArray[Any], model: Callable[[], Any], scale: str = SCALES[0]
) -> Predictions:
    """Held-out predictions, a row a partition, one a rating: how far it will be above its rater's mean."""
    predictions = np.zeros((PARTITIONS, len(ratings.texts)))
    for seed, row in enumerate(predictions, SEED):
        for train, test in folds(ratings, seed):
            row[test] = model().fit(inputs[train], targets(ratings, scale, train)).predict(inputs[test])
    return predictions


def spearman(first: Values, second: Values) -> float:
    """Rank correlation; 0 where either is constant."""
    ranks = rankdata(first), rankdata(second)
    return float(np.corrcoef(*ranks)[0, 1]) if all(np.ptp(each) > 0 for each in ranks) else 0.0


def interval(ratings: Ratings, statistic: Statistic) -> list[float]:
    """A statistic of rows with the interval of resampled raters: value, low, high."""
    rng = np.random.default_rng(SEED)
    of_rater = [np.flatnonzero(ratings.raters == rater) for rater in np.unique(ratings.raters)]
    resampled = [
        statistic(np.concatenate([of_rater[n] for n in rng.integers(0, len(of_rater), len(of_rater))]))
        for _ in range(RESAMPLES)
    ]
    ends = np.quantile(resampled, (0.025, 0.975))
    return [round(float(value), 3) for value in (statistic(np.arange(len(ratings.texts))), *ends)]


def single(predictions: Predictions, scores: Values) -> Statistic:
    """The correlation with single ratings, as a statistic of rows."""
    return lambda rows: float(np.mean([spearman(each[rows], scores[rows]) for each in predictions]))


def text_means(ratings: Ratings, predictions: Predictions, scores: Values, least: int) -> Statistic:
    """The correlation with the means of texts that have `least` ratings or more, as a statistic of rows."""
    _, text = np.unique(ratings.texts, return_inverse=True)
    frequent = np.bincount(text) >= least

    def statistic(rows: NDArray[np.intp]) -> float:
        counts = np.bincount(text[rows], minlength=len(frequent))
        kept = frequent & (counts > 0)
        of_texts = [
            np.bincount(text[rows], values[rows], minlength=len(frequent))[kept] / counts[kept]
            for values in (scores, *predictions)
        ]
        return float(np.mean([spearman(each, of_texts[0]) for each in of_texts[1:]]))

    return statistic


def figures(ratings: Ratings, predictions: Predictions, scale: str = SCALES[0]) -> dict[str, list[float]]:
    """Correlations of predictions with ratings, each with its interval."""
    scores = ratings.scores[scale]
    within = np.array([centred(each, ratings.raters) for each in predictions])
    return {
        "single ratings": interval(ratings, single(predictions, scores)),
        "within raters": interval(ratings, single(within, centred(scores, ratings.raters))),
        **{
            name: interval(ratings, text_means(ratings, predictions, scores, least))
            for name, least in (("means of texts", 1), ("of 2 ratings or more", 2), ("of 5 ratings or more", 5))
        },
    }


def by_others(ratings: Ratings, predictions: Predictions) -> dict[str, Any]:
    """How far the mean of others tells a person's rating of the same text, and the model on the same ratings."""
    scores = ratings.scores[SCALES[0]]
    _, text = np.unique(ratings.texts, return_inverse=True)
    totals = np.bincount(text, scores)[text] - scores, np.bincount(text)[text] - 1
    rows = np.flatnonzero(totals[1] > 0)
    others = totals[0][rows] / totals[1][rows]
    return {
        "ratings": len(rows),
        "others' mean": round(spearman(others, scores[rows]), 3),
        "model": round(single(predictions, scores)(rows), 3),
    }


def kind_held_out(ratings: Ratings, inputs: Values) -> float:
    """The correlation where each kind of text is predicted by a fit on the others; attributes are one kind."""
    kinds = np.array(["attr" if kind.startswith("attr") else kind for kind in ratings.kinds])
    predictions = np.zeros(len(kinds))
    for kind in np.unique(kinds):
        train = np.flatnonzero(kinds != kind)
        fitted = style_model().fit(inputs[train], targets(ratings, SCALES[0], train))
        predictions[kinds == kind] = fitted.predict(inputs[kinds == kind])
    return round(spearman(predictions, ratings.scores[SCALES[0]]), 3)


def translations(model: RatingModel, file: Path = PAIRS) -> dict[str, list[float]]:
    """Correlation of the predictions for sentences and their translations, and how many: by when they were written."""
    pairs = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    table = {}
    for written in ("before", "after"):
        rated = [
            [model.predict(pair[language]) for language in ("zh", "en")] for pair in pairs if pair["written"] == written
        ]
        # What one language leaves without a rating, the other must, too; such a pair has the lowest place in both.
        values = np.array([[0.0 if each is None else each[SCALES[0]] for each in pair] for pair in rated])
        table[written] = [round(spearman(values[:, 0], values[:, 1]), 3), len(rated)]
    return table


def fitted_model(ratings: Ratings, inputs: Values, validation: Mapping[str, Mapping[str, float]]) -> RatingModel:
    """The model of all ratings."""
    intercepts, weights = {}, {}
    for scale in SCALES:
        scaler, ridge = style_model().fit(inputs, targets(ratings, scale, np.arange(len(inputs)))).named_steps.values()
        slopes = ridge.coef_ / scaler.scale_
        weights[scale] = {name: round(float(slope), 4) for name, slope in zip(FEATURES, slopes, strict=True)}
        intercepts[scale] = round(float(ratings.scores[scale].mean() + ridge.intercept_ - slopes @ scaler.mean_), 4)
    source = (
        f"{len(ratings.texts):,} ratings by {len(np.unique(ratings.raters))} people of {len(np.unique(ratings.texts))} "
        "Chinese explanations of films"
    )
    return RatingModel(intercepts, weights, validation, source)


def study(ratings: Ratings) -> tuple[RatingModel, dict[str, Any]]:
    """Cross-validate the model and its baselines, and fit it on all ratings."""
    inputs, text_alone, scores = ratings.features(), ratings.features(catalog=False), ratings.scores[SCALES[0]]
    ours = cross_validated(ratings, inputs, style_model)
    rivals = {
        "text without a catalogue": cross_validated(ratings, text_alone, style_model),
        "length of the text": np.array([[float(len(text)) for text in ratings.texts]]),
        "TF-IDF and ridge": cross_validated(ratings, ratings.texts, word_model),
        "mean of the text's kind (oracle)": (scores - centred(scores, ratings.kinds))[None],
    }
    result: dict[str, Any] = {
        "ratings": len(scores), "raters": len(np.unique(ratings.raters)), "texts": len(np.unique(ratings.texts)),
        "aim, single ratings": AIM,
        "model": figures(ratings, ours),
        **{name: figures(ratings, predictions) for name, predictions in rivals.items()},
        "model less baseline, single ratings": {
            name: interval(
                ratings, lambda rows, other=other: single(ours, scores)(rows) - single(other, scores)(rows)
            )
            for name, other in rivals.items()
        },
        "the same text by others": by_others(ratings, ours),
        "kind held out": kind_held_out(ratings, inputs),
        "slope": round(float(np.polyfit(ours[0], centred(scores, ratings.raters), 1)[0]), 3),
        "single ratings, by partition": [round(spearman(each, scores), 3) for each in ours],
    }  # fmt: skip
    validation = {}
    for scale in SCALES:
        value, low, high = interval(
            ratings, single(cross_validated(ratings, inputs, style_model, scale), ratings.scores[scale])
        )
        alone = single(cross_validated(ratings, text_alone, style_model, scale), ratings.scores[scale])(
            np.arange(len(ratings.texts))
        )
        validation[scale] = {"spearman": value, "low": low, "high": high, "text_alone": round(alone, 3)}
    result["scales"] = validation
    model = fitted_model(ratings, inputs, validation)
    return model, result | {"translations": translations(model), "seed": SEED}


def main() -> None:
    """Measure, write the model, and file the result."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--ratings", type=Path, default=RATINGS, help=f"table of ratings (default {RATINGS})")
    options.add_argument("--model", type=Path, default=FILE, help="where the model is written (default: the package)")
    options.add_argument("--results", type=Path, default=MEASUREMENTS, help="where the result is filed")
    chosen = options.parse_args()
    model, result = study(Ratings.read(chosen.ratings))
    chosen.model.write_text(model.to_json(), encoding="utf-8")
    print(
        json.dumps(file_measurement(STUDY, result, command_line(), file=chosen.results), ensure_ascii=False, indent=1)
    )


if __name__ == "__main__":
    run_command(main)
