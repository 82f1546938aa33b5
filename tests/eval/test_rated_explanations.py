"""The study of rated explanations: folds share nothing, planted preferences are found, the filed model is the shipped one."""

import csv
import random
from pathlib import Path

import numpy as np
import pytest

from eval import rated_explanations
from eval.rated_explanations import PAIRS, Ratings, centred, folds, interval, single, spearman, study, translations
from eval.store import measurements
from llmrec.audit.rating import SCALES, RatingModel
from llmrec.audit.style import FEATURES
from llmrec.errors import BadInput


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """Ratings by ten people who are moved by high shares of people like them, and by nothing else."""
    rng, file = random.Random(0), tmp_path / "ratings.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["rater", "movie_id", "title", "kind", "explanation", "persuasiveness", "satisfaction"])
        for rater in range(10):
            for film in range(24):
                share = rng.randint(70, 99)
                told = f"与你品味相近的观众里，{share}%给了好评"
                score = min(max(round(1 + (share - 70) / 8 + rng.gauss(0, 0.5)), 1), 5)
                rows.writerow([f"r{rater}", film, f"片{film} Film", "user", told, score, 6 - score])
                plain = f"主演：李{film}"
                rows.writerow([f"r{rater}", film, f"片{film} Film", "attr_random", plain, 3, 3])
    return file


def test_no_rater_and_no_text_is_on_both_sides(made: Path) -> None:
    ratings = Ratings.read(made)
    tested = []
    for train, test in folds(ratings, 0):
        assert not set(ratings.raters[train]) & set(ratings.raters[test])
        assert not set(ratings.texts[train]) & set(ratings.texts[test])
        tested += test.tolist()
    assert sorted(tested) == [*range(len(ratings.texts))]


def test_what_moves_people_is_found(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rated_explanations, "RESAMPLES", 20)
    monkeypatch.setattr(rated_explanations, "PARTITIONS", 2)
    model, result = study(Ratings.read(made))
    value, low, high = result["model"]["single ratings"]
    assert low <= value <= high
    assert value > 0.8
    assert result["length of the text"]["single ratings"][0] < value
    assert result["model less baseline, single ratings"]["mean of the text's kind (oracle)"][0] > 0
    assert model.weights["persuasiveness"]["share"] > 0 > model.weights["satisfaction"]["share"]
    assert tuple(model.weights["persuasiveness"]) == FEATURES
    assert RatingModel(**rated_explanations.json.loads(model.to_json())) == model


def test_means_of_raters_are_no_part_of_what_is_fitted() -> None:
    assert centred(np.array([1.0, 3.0, 4.0]), np.array(["a", "a", "b"])).tolist() == [-1, 1, 0]
    assert spearman(np.array([1.0, 2.0, 3.0]), np.array([10.0, 20.0, 15.0])) == pytest.approx(0.5)


def test_a_certain_order_has_no_width(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rated_explanations, "RESAMPLES", 20)
    ratings = Ratings.read(made)
    scores = ratings.scores["persuasiveness"]
    assert interval(ratings, single(scores[None], scores)) == [1, 1, 1]


def test_translations_come_in_the_order_of_their_originals() -> None:
    table = translations(RatingModel.shipped())
    assert {written: number for written, (_, number) in table.items()} == {"before": 24, "after": 24}
    assert all(agreement >= 0.9 for agreement, _ in table.values())


def test_the_shipped_model_is_the_one_that_is_filed() -> None:
    (row,) = measurements("rated_explanations")
    assert row["scales"] == RatingModel.shipped().validation
    assert row["scales"]["persuasiveness"]["spearman"] == row["model"]["single ratings"][0]
    assert set(row["scales"]) == set(SCALES)


def test_a_missing_table_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="--ratings"):
        Ratings.read(tmp_path / "none.csv")
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    with pytest.raises(BadInput, match="has no column"):
        Ratings.read(tmp_path / "other.csv")


def test_the_sentences_are_nobody_elses(shared: Path) -> None:
    ratings = Ratings.read(shared / "data" / "rated-explanations" / "ratings.csv")
    assert len(ratings.texts) == 2536
    ours = PAIRS.read_text(encoding="utf-8")
    assert not [text for text in set(ratings.texts.tolist()) if text in ours]
