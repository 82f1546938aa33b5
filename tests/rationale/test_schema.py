"""Evidence is data of a stated shape."""

import json
from importlib.resources import files

import jsonschema
import numpy as np
import pytest

from llmrec.catalog.types import Catalog
from llmrec.evidence.records import CoOccurrence, Counterfactual, ItemEvidence, ShapleyValue
from llmrec.evidence.selection import rank_evidence

SCHEMA = json.loads(files("llmrec.evidence").joinpath("evidence.schema.json").read_text(encoding="utf-8"))


@pytest.fixture
def evidence(tiny_catalog: Catalog) -> ItemEvidence:
    found = rank_evidence(tiny_catalog, "2", ["4"], np.array([0.4]), {"text": 0.2, "query": 0.1}, "a comedy")
    return ItemEvidence(
        found.item, found.items, found.query, (Counterfactual("4", 2, 14), Counterfactual(None, 2, 3)),
        (CoOccurrence("4", 64, 113, 120, 943),), (ShapleyValue("4", 0.3, 0.01), ShapleyValue("5", -0.1, float("nan"))),
    )  # fmt: skip


def test_evidence_of_every_kind_fits_the_schema_and_comes_back(evidence: ItemEvidence) -> None:
    told = json.loads(json.dumps(evidence.to_dict(), allow_nan=False))
    jsonschema.validate(told, SCHEMA)
    again = ItemEvidence.from_dict(told)
    assert again.to_dict() == evidence.to_dict()
    assert again.companions == evidence.companions and again.counterfactuals == evidence.counterfactuals


def test_evidence_kept_before_it_had_more_than_effects_is_read(evidence: ItemEvidence) -> None:
    old = {name: value for name, value in evidence.to_dict().items() if name in ("item", "query", "items")}
    assert ItemEvidence.from_dict(old) == ItemEvidence(evidence.item, ItemEvidence.from_dict(old).items, evidence.query)


@pytest.mark.parametrize(
    ("place", "fault"),
    [
        ("companions", {"both": 3}),
        ("companions", {"users": ["u1"]}),
        ("counterfactuals", {"rank": 0}),
        ("items", {"kind": "hunch"}),
        ("items", {"effect": "large"}),
    ],
)
def test_what_is_no_evidence_does_not_fit(evidence: ItemEvidence, place: str, fault: dict[str, object]) -> None:
    told = json.loads(json.dumps(evidence.to_dict()))
    told[place][0] |= fault
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(told, SCHEMA)
