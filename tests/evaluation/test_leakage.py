"""A checkpoint that has seen the answers is told from one that has not, and from one of which nothing is known."""

from pathlib import Path

import pytest

from llmrec.catalog import Catalog, load_catalog
from llmrec.evaluation.leakage import leakage
from llmrec.evaluation.splits import Split, events_digest, rolling_split


@pytest.fixture(scope="module")
def catalog(made_folder: Path) -> Catalog:
    return load_catalog(made_folder)


def counted(catalog: Catalog, histories: dict[str, tuple[str, ...]]) -> dict[str, object]:
    """The provenance of a checkpoint of before the digest."""
    there = [items for items in histories.values() if items]
    return {"users": len(there), "training events": sum(map(len, there)), "data": catalog.name, "split": "given (x)"}


@pytest.mark.parametrize("digested", [True, False])
def test_what_was_trained_on_is_recognised(catalog: Catalog, digested: bool) -> None:
    split, loo = rolling_split(catalog), rolling_split(catalog, 1)
    everything = {user: catalog.history(user) for user in catalog.histories}
    for histories, asked, state in (
        (split.train, split, "clean"),
        (split.before("test"), split, "clean"),
        (split.train, loo, "clean"),  # the last five are held out, so the last one is too
        (loo.train, split, "leaks"),
        (everything, split, "leaks"),
        ({user: everything[user] for user in split.train}, loo, "leaks"),
    ):
        about = counted(catalog, dict(histories))
        if digested:
            about["training digest"] = events_digest(histories)
        found = leakage(about, catalog, asked)
        assert found.state == state, found.why
        assert ("told by the number" in found.why) == (not digested and state == "clean") or state == "leaks"
    assert "has seen the answers" in leakage(counted(catalog, everything), catalog, split).why


def test_valid_events_of_a_model_that_learnt_from_valid_leak(catalog: Catalog) -> None:
    split = rolling_split(catalog)
    about = {"training digest": events_digest(split.before("test"))}
    assert leakage(about, catalog, split, "test").state == "clean"
    assert leakage(about, catalog, split, "valid").state == "leaks"


def test_a_split_of_ones_own_is_recognised_too(catalog: Catalog) -> None:
    rolling = rolling_split(catalog)
    own = Split({u: i[:3] for u, i in rolling.train.items()}, rolling.valid, rolling.test)
    assert leakage({"training digest": events_digest(own.train)}, catalog, own).state == "clean"
    unknown = leakage({"training digest": "0" * 16, "data": "made", "split": "mine"}, catalog, own)
    assert unknown.state == "unknown" and "mine" in unknown.why


def test_another_catalogues_checkpoint_is_not_vouched_for(catalog: Catalog) -> None:
    found = leakage({"users": 3, "training events": 5, "data": "films"}, catalog, rolling_split(catalog))
    assert found.state == "unknown" and "'films'" in found.why
