"""A few labels name an attribute in the other items, by the medium that shows it, and not where that is unsure."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from llmrec.catalog import Catalog, Item, Label
from llmrec.catalog.vocabulary import Vocabulary
from llmrec.evidence.probes import labelled_catalog, learn_probes

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
