"""Predicted ratings: kinds of claims are told apart in two languages, and the report says what they rest on."""

import json
from pathlib import Path

import pytest

from llmrec.audit.explanation import Explanation
from llmrec.audit.grounding import judge
from llmrec.audit.rating import RatingModel, predicted_ratings, rating_metrics
from llmrec.audit.style import FEATURES, Knowledge, style, words
from llmrec.auditor import audit
from llmrec.catalog import Catalog
from llmrec.errors import SetupError

KINDS = {
    "people_alike": ("96% of shoppers with tastes like yours kept it.", "和你口味相似的顾客中，96%的人留下了它。"),
    "popularity": ("It is the most watched film of the week.", "本周的热门影片。"),
    "audience": ("12,000 people have bought it.", "有12,000人买过。"),
    "other_item": ('Viewers of "Night Train" saw it, too.', "看过《夜车》的观众也看了。"),
    "own_item": ('You liked "Night Train", and this is similar to it.', "你看过的《夜车》和它很像。"),
    "maker": ("Directed by Agnes Varda.", "导演是阿涅斯·瓦尔达。"),
    "cast": ("It stars Tony Leung.", "主演有梁朝伟。"),
    "writer": ("Written by Nora Ephron.", "编剧是诺拉·艾芙伦。"),
    "origin": ("A Polish film.", "一部波兰电影。"),
    "bare_attribute": ("This is a comedy.", "这是一部喜剧片。"),
    "description": ("Two brothers rebuild a boat and learn to forgive.", "两兄弟重修旧船，学会原谅彼此。"),
    "praise": ("Gripping and funny.", "紧张又有趣。"),
    "acclaim": ("A classic that won an Oscar.", "获得奥斯卡的经典。"),
    "reader": ("It is for you.", "给你的。"),
}


@pytest.mark.parametrize("feature", KINDS)
def test_a_kind_of_claim_is_read_in_english_and_chinese(feature: str) -> None:
    english, chinese = (style(text)[feature] for text in KINDS[feature])
    assert english != 0
    assert chinese != 0
    assert style("")[feature] == 0


def test_what_a_text_only_looks_like_is_no_claim_of_that_kind() -> None:
    assert style("Made of 100% cotton.")["share"] == 0
    assert style("A film about 12 people in a lifeboat.")["audience"] == 0
    assert style('"Night Train" is slow.', Knowledge("Night Train"))["other_item"] == 0
    assert style("Because of Night Train.", Knowledge(cites_history=True))["other_item"] == 1
    assert style("A top rated film.")["popularity"] == 0


def test_numbers_are_read_as_they_are_written() -> None:
    read = style("95.5% of people with tastes like yours loved it.")
    assert read["share"] == pytest.approx(0.5)
    assert style("47 of the 50 people like you kept it.")["share"] == pytest.approx(0.4)
    several = ["1.5 million people watched it.", "1,500,000 people watched it.", "150万人看过。"]
    assert len({style(text)["audience"] for text in several}) == 1
    few, known = "80 people watched it.", Knowledge(largest_audience=100)
    assert style(few, known)["audience"] > style(few)["audience"]
    assert words("A quiet film.") == 3


def test_stronger_claims_are_rated_higher_and_stay_within_the_scale() -> None:
    model = RatingModel.shipped()

    def rated(text: str, known: Knowledge | None = None) -> float:
        predicted = model.predict(text, known)
        assert predicted is not None
        assert all(1 <= value <= 5 for value in predicted.values())
        return predicted["persuasiveness"]

    shares = [rated(f"{share}% of people with tastes like yours loved it.") for share in (72, 84, 97)]
    assert shares == sorted(set(shares))
    assert rated("900,000 users have seen it.") > rated("900 users have seen it.")
    assert rated("A moving classic about two brothers and a boat.") > rated("It stars Jane Doe.")
    assert rated("A comedy.", Knowledge(value_share=0.08)) > rated("A comedy.", Knowledge(value_share=0.5))
    everything = "Award-winning classic, best and greatest masterpiece, gripping, moving, funny. " * 20
    assert rated(everything) == 5


def test_a_text_without_any_claim_has_no_rating(tiny_catalog: Catalog) -> None:
    assert RatingModel.shipped().predict("This is for you.") is None
    found = [judge(Explanation("u1", "2", text), tiny_catalog) for text in ("This is for you.", "You will like it.")]
    metric = rating_metrics(found, predicted_ratings(found, tiny_catalog))[0]
    assert metric.n == 0
    assert "no explanation makes a claim" in metric.reason


def test_the_catalogue_tells_how_frequent_a_value_is(tiny_catalog: Catalog) -> None:
    found = [judge(Explanation("u1", "2", text), tiny_catalog) for text in ("A Comedy.", "A Horror film.")]
    ratings = [rating for rating in predicted_ratings(found, tiny_catalog) if rating]
    assert len(ratings) == 2
    assert ratings[0] != ratings[1]


def test_the_report_tells_ratings_how_sure_they_are_and_of_what(
    said_file: Path, tiny_catalog: Catalog, tmp_path: Path
) -> None:
    result = audit(tiny_catalog, said_file, out=tmp_path / "out")
    metric = result.metrics["predicted_persuasiveness"]
    assert 1 <= metric.low <= metric.value <= metric.high <= 5
    validation = RatingModel.shipped().validation["persuasiveness"]
    assert f"{validation['spearman']:.2f}" in metric.description
    assert validation["spearman"] >= 0.4
    report = json.loads((tmp_path / "out" / "audit.json").read_text())
    assert report["metrics"]["rating"]["predicted_satisfaction"]["value"] is not None
    assert [row["user"] for row in report["ratings"]] == [case.judged.explanation.user for case in result.audit.cases]
    assert "English, of which there are no ratings" in report["rating_model"]["caution"]
    page = (tmp_path / "out" / "audit.html").read_text()
    assert "English, of which there are no ratings" in page
    assert "a person would probably rate it" in page
    table = result.explanations_to_pandas()
    assert len(table) == len(result.audit.cases)
    assert table["predicted_persuasiveness"].dropna().between(1, 5).all()


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "rating.json"
    with pytest.raises(SetupError, match="reinstall"):
        RatingModel.read(file)
    model = json.loads(RatingModel.shipped().to_json())
    del model["weights"]["persuasiveness"][FEATURES[0]]
    file.write_text(json.dumps(model))
    with pytest.raises(SetupError, match="other features"):
        RatingModel.read(file)
    file.write_text(RatingModel.shipped().to_json())
    assert RatingModel.read(file) == RatingModel.shipped()
