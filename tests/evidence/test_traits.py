"""What attributes move a user's scores is found by the surrogate, and sentences say it truly, in the right medium."""

import random
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.linear_model import Ridge

from llmrec.catalog import Catalog, Item, Label
from llmrec.catalog.vocabulary import Vocabulary
from llmrec.evidence.probes import labelled_catalog, learn_probes
from llmrec.evidence.records import ItemEvidence
from llmrec.evidence.selection import rank_evidence
from llmrec.evidence.surrogate import RIDGE, Surrogate, with_traits
from llmrec.ranking.fused import ScoredRows
from llmrec.rationale.brief import Brief
from llmrec.rationale.compose import EvidenceSampler, compose_pairs
from llmrec.rationale.phrasing import plain_sentence, write_sentence
from llmrec.rationale.write import write_rationales
from llmrec.verification.verifier import verify


@pytest.fixture(scope="module")
def shop() -> Catalog:
    """120 priced things with three attributes that were seen in them."""
    rng = np.random.default_rng(0)

    def drawn(*values: str) -> str:
        return str(rng.choice(values))

    items = tuple(
        Item(
            str(n), f"Gift {n}", "",
            {"family": drawn("lamp", "vase"), "price": float(n), "colour": drawn("red", "green", "blue"),
             "pattern": drawn("dots", "stripes"), "timbre": drawn("bell", "flute", "drum")},
        )
        for n in range(120)
    )  # fmt: skip
    return Catalog("gifts", items, {}, (), {"colour": "image", "pattern": "image", "timbre": "audio"})


@pytest.fixture(scope="module")
def evidence(shop: Catalog) -> ItemEvidence:
    """Why a red thing that sounds like a bell: both move the score, its dots do not; another of both was bought."""
    likes = {"colour": "red", "timbre": "bell"}
    worth = {"colour": 2.0, "timbre": 1.0}
    noise = np.random.default_rng(1).normal(0, 0.3, len(shop.items))
    scores = np.array(
        [sum(worth[a] for a, v in likes.items() if item.attributes[a] == v) for item in shop.items], np.float32
    )
    every = ScoredRows.whole(len(shop.items), ())
    alike = [item.id for item in shop.items if all(item.attributes[a] == v for a, v in likes.items())]
    dotted = [i for i in alike if shop.item(i).attributes["pattern"] == "dots"]
    found = Surrogate(shop).of(scores + noise.astype(np.float32), every.rows, every.counts)
    history = [next(i for i in alike if i != dotted[0])]
    return with_traits(rank_evidence(shop, dotted[0], history, np.array([0.4])), found, shop)


def test_the_attributes_that_move_the_score_are_found_and_the_others_are_not(evidence: ItemEvidence) -> None:
    assert [(e.attribute, e.modality) for e in evidence.traits] == [("colour=red", "image"), ("timbre=bell", "audio")]
    assert evidence.traits[0].effect > evidence.traits[1].effect > 0.4
    assert evidence.fidelity is not None
    assert 0.8 < evidence.fidelity <= 1
    assert ItemEvidence.from_dict(evidence.to_dict()).traits[0].attribute == "colour=red"


def test_scores_that_no_attribute_tells_give_no_reason(shop: Catalog) -> None:
    scores = np.random.default_rng(2).normal(size=len(shop.items)).astype(np.float32)
    every = ScoredRows.whole(len(shop.items), ())
    found = Surrogate(shop).of(scores, every.rows, every.counts)
    assert found.fidelity < 0.3
    flat = Surrogate(shop).of(np.ones(len(shop.items), np.float32), every.rows, every.counts)
    assert with_traits(ItemEvidence("3", ()), flat, shop).traits == ()


def test_an_item_that_stands_for_others_counts_as_so_many(shop: Catalog) -> None:
    scores = np.random.default_rng(3).normal(size=len(shop.items)).astype(np.float32)
    surrogate, rows = Surrogate(shop), np.arange(40)
    once = surrogate.of(scores[rows], rows, np.where(rows < 5, 3.0, 1.0))
    thrice = np.concatenate([rows, rows[:5], rows[:5]])
    listed = surrogate.of(scores[thrice], thrice, np.ones(len(thrice)))
    assert once.fidelity == pytest.approx(listed.fidelity, abs=1e-5)
    assert list(once.effects.values()) == pytest.approx(list(listed.effects.values()), abs=1e-5)


TRUE = [
    "This product came up because of the red colour in its photo, and the bell timbre in its sound.",
    "It was the bell timbre in its sound that led to this product.",
    "This product stood out for the red colour in its photo.",
]
FALSE = {
    "This product came up because of the red colour in its sound.": "attribute",  # another medium
    "It was the bell timbre in its sound, and the red colour in its clip, that led to this product.": "attribute",
    "This product came up because of the blue colour in its photo.": "attribute",  # not its colour
    "This product came up because of the dots pattern in its photo.": "attribute",  # its own, but moved nothing
    "This product came up thanks to its clip.": "cause",
}


@pytest.mark.parametrize("sentence", TRUE)
def test_true_sentences_pass(sentence: str, evidence: ItemEvidence, shop: Catalog) -> None:
    verdict = verify(sentence, evidence, shop)
    assert verdict.ok, verdict.problem


@pytest.mark.parametrize(("sentence", "kind"), FALSE.items())
def test_false_sentences_are_refused(sentence: str, kind: str, evidence: ItemEvidence, shop: Catalog) -> None:
    assert verify(sentence, evidence, shop).problem.startswith(kind)


def test_the_plain_sentence_names_every_trait_and_its_medium(evidence: ItemEvidence, shop: Catalog) -> None:
    text = plain_sentence(Brief.of(evidence, shop))
    assert all(word in text for word in ("red colour", "photo", "bell timbre", "sound"))
    assert verify(text, evidence, shop).ok


def test_what_is_composed_is_true(shop: Catalog) -> None:
    sampler, rng, named = EvidenceSampler(shop), random.Random(5), 0
    for _ in range(400):
        drawn = sampler.sample(rng)
        brief = Brief.of(drawn, shop)
        for lead in brief.leads():
            text = write_sentence(brief, lead, rng)
            assert verify(text, drawn, shop).ok, (text, verify(text, drawn, shop).problem)
            named += lead == "trait" and all(trait.phrase in text for trait in brief.traits)
    assert named > 200
    assert any("shows in its photo: " in pair.prompt for pair in compose_pairs(shop, 20, 0))


def test_a_sentence_that_leaves_a_trait_out_is_not_taken(evidence: ItemEvidence, shop: Catalog) -> None:
    half = TRUE[1]
    (rationale,) = write_rationales([evidence], lambda prompts, _: [half] * len(prompts), shop)
    assert rationale.source == "plain"
    assert rationale.refused[0] == (half, "it leaves out the red colour")
    (rationale,) = write_rationales([evidence], lambda prompts, _: [TRUE[0]] * len(prompts), shop)
    assert (rationale.source, rationale.text) == ("llm", TRUE[0])


def test_the_surrogate_is_a_ridge_regression(shop: Catalog) -> None:
    """As scikit-learn solves it, on the rows not seen, of attributes that all items have one of."""
    surrogate, rng = Surrogate(shop), np.random.default_rng(3)
    scores = rng.normal(size=len(shop.items)).astype(np.float32)
    unseen = rng.random(len(shop.items)) > 0.2
    y = scores[unseen].astype(np.float64)
    y = (y - y.mean()) / y.std()
    model = Ridge(alpha=RIDGE, fit_intercept=False).fit(surrogate.x[unseen].astype(np.float64), y)
    weight = dict(zip(surrogate.facets, model.coef_, strict=True))
    share = dict(zip(surrogate.facets, surrogate.share, strict=True))
    rows = np.flatnonzero(unseen)
    for facet, effect in surrogate.of(scores[rows], rows, np.ones(len(rows))).effects.items():
        average = sum(share[f] * weight[f] for f in surrogate.facets if f.name == facet.name)
        assert effect == pytest.approx(weight[facet] - average, abs=1e-6)


COLOURS = ("red", "green", "blue")
Floats = NDArray[np.float32]


def shown(attribute_noise: float) -> tuple[Catalog, dict[str, Floats], dict[str, NDArray[np.bool_]], list[str]]:
    """90 items whose picture shows one of three colours; a third of them are labelled; the sound tells nothing."""
    rng = np.random.default_rng(0)
    truth = [COLOURS[n] for n in rng.integers(0, 3, 90)]
    centre = np.eye(3, 6, dtype=np.float32)
    picture = centre[[COLOURS.index(c) for c in truth]] + attribute_noise * rng.normal(size=(90, 6))
    items = tuple(Item(str(n), f"Thing {n}", "", {"family": "lamp"}) for n in range(90))
    labels = tuple(Label(str(n), "colour", truth[n]) for n in range(0, 90, 3))
    features = {"audio": rng.normal(size=(90, 4)).astype(np.float32), "image": picture.astype(np.float32)}
    mask = {m: np.ones(90, np.bool_) for m in features}
    return Catalog("shop", items, {}, labels), features, mask, truth


def test_unlabelled_items_are_named_by_the_medium_that_shows_it() -> None:
    catalog, features, mask, truth = shown(0.1)
    told = labelled_catalog(catalog, features, mask)
    assert told.shown_by == {"colour": "image"}
    assert [item.attributes["colour"] for item in told.items] == truth
    assert [item.attributes["family"] for item in told.items] == ["lamp"] * 90
    assert "colour" not in catalog.items[1].attributes  # what ranks and filters is as it was
    assert any(facet.key == "colour=red" for facet in Vocabulary.of(told).counts)


def test_an_attribute_that_no_medium_shows_is_not_named() -> None:
    catalog, features, mask, _ = shown(30.0)
    assert labelled_catalog(catalog, features, mask) is catalog


def test_an_item_without_the_medium_is_not_named_unless_somebody_did() -> None:
    catalog, features, mask, truth = shown(0.1)
    mask["image"][[0, 1]] = False
    (probe,) = learn_probes(catalog, features, mask)
    assert (probe.values[0], probe.values[1]) == (truth[0], "")


def test_a_medium_that_the_label_names_is_the_only_one_asked() -> None:
    catalog, features, mask, _ = shown(0.1)
    deaf = replace(catalog, labels=tuple(replace(label, modality="audio") for label in catalog.labels))
    assert learn_probes(deaf, features, mask) == ()


@pytest.mark.parametrize("kept", [1, 4])
def test_too_few_labels_teach_nothing(kept: int) -> None:
    catalog, features, mask, _ = shown(0.1)
    assert learn_probes(replace(catalog, labels=catalog.labels[:kept]), features, mask) == ()
