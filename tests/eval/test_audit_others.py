"""Planting into other systems' texts, and the count of verdicts."""

import random
from pathlib import Path

import pytest

from eval.audit_others.__main__ import DATASETS, VERDICTS, half_of, wilson
from eval.audit_others.faults import KINDS, World, plant
from llmrec.audit.explanation import read_explanations
from llmrec.catalog import Catalog

DATA = Path(__file__).resolve().parents[2].parent / "shared/data/others-explanations"


@pytest.mark.skipif(not DATA.is_dir(), reason="shared/data/others-explanations is not here")
def test_faults_and_twins_differ_from_the_text_where_they_say() -> None:
    catalog = Catalog.read(DATA / "google")
    texts = [e for e in read_explanations(DATA / "google/explanations.csv", catalog)[0] if half_of(e) == "open"]
    planted = plant(texts, World(catalog, "google", "open"), 2, seed=0)
    assert {each.kind for each in planted} == set(KINDS)
    assert {each.true for each in planted} == {True, False}
    originals = {(each.user, each.item): each.text for each in texts}
    for each in planted:
        said = each.explanation
        assert said.text != originals[said.user, said.item]
        assert originals[said.user, said.item].startswith(said.text[: each.start].rstrip())
    again = plant(texts, World(catalog, "google", "open"), 2, seed=0)
    assert [each.explanation.text for each in again] == [each.explanation.text for each in planted]


def test_an_interval_holds_its_share() -> None:
    low, high = wilson(8, 10)
    assert 0.4 < low < 0.8 < high < 1
    assert wilson(0, 0) == (0.0, 1.0)


def test_verdicts_hold_no_words_of_the_data() -> None:
    import json

    rows = [json.loads(line) for line in VERDICTS.read_text(encoding="utf-8").splitlines()]
    assert len(rows) == 100
    assert {row["dataset"] for row in rows} <= set(DATASETS)
    assert all("text" not in row and isinstance(row["right"], bool) for row in rows)
    assert random.Random(0).choice(rows)["item"]
