"""Requests for what goes with an item, on a shop that the shipped checkpoint has never seen."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from llmrec.errors import BadInput, UnknownItem
from llmrec.recommender import Recommender
from llmrec.request import Request
from llmrec.server.schemas.recommendations import RecommendationRequest, StoredRequest

DAY = 86_400
BRANDS = ("Lima", "Orva", "Tesk", "Quill", "Nemo")
KINDS = ("Phone", "Case", "Tent", "Peg", "Lamp", "Mug")


def write_shop(folder: Path) -> Path:
    """Phones with their brand's case on one day, tents with pegs; lamps and mugs on days of their own."""
    folder.mkdir()
    with (folder / "items.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["item_id", "title", "description", "category", "price"])
        for kind in KINDS:
            for n, brand in enumerate(BRANDS):
                rows.writerow([f"{kind}-{brand}", f"{brand} {kind.lower()}", f"Made by {brand}.", kind, 10 + n])
    rng = np.random.default_rng(1)
    with (folder / "interactions.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["user_id", "item_id", "timestamp"])
        for user in range(150):
            day = 18_000 + int(rng.integers(0, 200))
            for kind, other in (("Lamp", ""), ("Phone", "Case"), ("Tent", "Peg"))[:: 1 if user % 2 else -1]:
                brand = BRANDS[rng.integers(len(BRANDS))]
                rows.writerow([f"u{user}", f"{kind}-{brand}", day * DAY])
                if other and rng.random() < 0.9:
                    rows.writerow([f"u{user}", f"{other}-{brand}", day * DAY])
                day += 2
    return folder


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recommender]:
    recommender = Recommender.from_pretrained("ml-100k", write_shop(tmp_path_factory.mktemp("goods") / "shop"))
    yield recommender
    recommender.pipeline.index.close()


def ids(shop: Recommender, **asked: Any) -> list[str]:
    return [item.id for item in shop.recommend(Request(**asked)).items]


def test_the_case_comes_first_and_the_phone_is_not_listed(shop: Recommender) -> None:
    for brand in BRANDS:
        listed = ids(shop, intent="complement", like=f"Phone-{brand}", k=5)
        assert listed[0] == f"Case-{brand}" and f"Phone-{brand}" not in listed
        assert [item.id for item in shop.complements(f"Phone-{brand}", k=5).items] == listed
    assert ids(shop, like="Phone-Lima", k=5)[0] != "Case-Lima"  # what is like it is another phone


def test_without_an_item_the_newest_of_the_history_counts(shop: Recommender) -> None:
    assert ids(shop, intent="complement", history=("Mug-Orva", "Tent-Tesk"), k=3)[0] == "Peg-Tesk"
    lists = list(shop.recommend_many(["u1", "u2"], intent="complement", k=3))
    assert [list(shop.recommend(user=u, intent="complement", k=3).items) for u in ("u1", "u2")] == [
        list(each.items) for each in lists
    ]


def test_the_rest_of_a_request_holds_on(shop: Recommender) -> None:
    asked = {"intent": "complement", "like": "Phone-Lima"}
    assert set(ids(shop, **asked, where="category=Peg", k=3)) <= {f"Peg-{brand}" for brand in BRANDS}
    assert "Case-Lima" not in ids(shop, **asked, never=("Case-Lima",), k=10)
    assert "Case-Lima" not in ids(shop, **asked, history=("Case-Lima", "Mug-Tesk"), k=10)
    assert len(ids(shop, **asked, k=12)) == 12
    assert ids(shop, **asked, diversity=0.9, k=5)[0] == "Case-Lima"
    assert any("Nemo" in id for id in ids(shop, **asked, query="made by Nemo", k=3))
    assert not any("Nemo" in id for id in ids(shop, **asked, k=3))
    assert ids(shop, **asked, k=8) == ids(shop, **asked, k=8)


def test_the_reason_is_counted_and_checked(shop: Recommender) -> None:
    first = shop.recommend(intent="complement", like="Phone-Lima", k=2, explain=True).items[0]
    assert first.rationale is not None and first.evidence is not None and first.evidence.pairing is not None
    assert first.evidence.pairing.anchor == "Phone-Lima" and first.evidence.pairing.both >= 20
    assert first.rationale.text.startswith('Goes with "Lima phone"')
    assert [claim.verdict for claim in first.rationale.claims] == ["supported"]
    assert set(first.parts) == {"complement example"}


def test_what_cannot_be_answered_is_said_in_a_sentence(shop: Recommender) -> None:
    with pytest.raises(UnknownItem, match="'Phone-None' is not in catalogue") as refused:
        shop.recommend(intent="complement", like="Phone-None")
    assert refused.value.fields == ("like",)
    with pytest.raises(BadInput, match="nothing says with what"):
        shop.recommend(intent="complement")


def test_the_gateway_takes_it_and_keeps_it() -> None:
    body = RecommendationRequest.model_validate({"history": ["1", "2"], "intent": "complement"})
    kept = StoredRequest.of(body.to_request())
    assert StoredRequest.model_validate_json(kept.model_dump_json()).to_request(5).intent == "complement"
    before = kept.model_dump() | {"intent": None}
    assert StoredRequest.model_validate(before).to_request(5).intent is None
