"""Queries by example on a small shop of drawn shoes and shirts, with a pack trained on it."""

import csv
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from llmrec.errors import BadInput, UnknownItem
from llmrec.model.config import RecLMConfig
from llmrec.ranking.score_component import ComponentKey
from llmrec.recommender import Recommender
from llmrec.request import Request
from llmrec.train.config import RationaleConfig, TrainConfig
from llmrec.train.run import train
from llmrec.vector_rows import as_rows

COLOURS = {"red": (200, 30, 40), "blue": (40, 60, 190), "green": (40, 150, 60)}
SHOE = [(20, 150), (60, 140), (95, 95), (140, 130), (200, 150), (205, 175), (20, 175)]
SHIRT = [(70, 40), (150, 40), (200, 80), (175, 105), (155, 90), (155, 190), (68, 190), (68, 90), (45, 105), (22, 80)]


def draw(kind: str, colour: str, seed: int) -> Image.Image:
    """A product on a light, noisy ground, a little moved."""
    rng = np.random.default_rng(seed)
    image = Image.fromarray(rng.integers(225, 255, (224, 224, 3), np.uint8))
    dx, dy = (int(x) for x in rng.integers(-12, 12, 2))
    points = [(x + dx, y + dy) for x, y in (SHOE if kind == "shoe" else SHIRT)]
    ImageDraw.Draw(image).polygon(points, fill=COLOURS[colour], outline=(30, 30, 30))
    return image


def write_shop(folder: Path) -> Path:
    """Shoes and shirts in three colours, whose words say neither kind nor colour; users take them at random."""
    (folder / "images").mkdir(parents=True)
    kinds = [(kind, colour) for kind in ("shoe", "shirt") for colour in COLOURS] * 6
    with (folder / "items.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["item_id", "title", "price", "description"])
        for n, (kind, colour) in enumerate(kinds):
            rows.writerow([f"{kind}-{colour}-{n}", f"Model {n}", 10 + n, f"Number {n} of the collection."])
            draw(kind, colour, n).save(folder / "images" / f"{kind}-{colour}-{n}.jpg")
    rng = random.Random(0)
    ids = [f"{kind}-{colour}-{n}" for n, (kind, colour) in enumerate(kinds)]
    with (folder / "interactions.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["user_id", "item_id", "timestamp"])
        rows.writerows((f"u{user}", item, time) for user in range(12) for time, item in enumerate(rng.sample(ids, 8)))
    return folder


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, base_model: Path) -> Iterator[Recommender]:
    folder = tmp_path_factory.mktemp("shoes")
    data = write_shop(folder / "shop")
    shape = RecLMConfig(exit_layer=1, dim=32, lora_rank=2)
    config = TrainConfig(
        model=shape, base=base_model, epochs=1, queries=0, rationale=RationaleConfig(pairs=0), test=False
    )
    train(data, folder / "pack", config)
    recommender = Recommender.from_pretrained(folder / "pack", data)
    yield recommender
    recommender.pipeline.index.close()


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A red shoe that the shop does not have."""
    path = tmp_path_factory.mktemp("photos") / "photo.png"
    draw("shoe", "red", 999).save(path)
    return path


def ids(shop: Recommender, **asked: object) -> list[str]:
    return [item.id for item in shop.recommend(Request(**asked)).items]  # type: ignore[arg-type]


def places(found: list[str], kind: str = "shoe-red") -> float:
    return float(np.mean([place for place, item in enumerate(found) if item.startswith(kind)]))


def test_a_photo_brings_what_looks_like_it(shop: Recommender, photo: Path) -> None:
    assert all(item.startswith("shoe-red") for item in ids(shop, image=photo, k=3))
    for user in ("u1", "u2"):  # a taste still counts, and look-alikes come far before where they were
        assert places(ids(shop, user=user, image=photo, k=36)) < places(ids(shop, user=user, k=36)) - 3


def test_the_photo_is_read_by_the_llm_too(shop: Recommender, photo: Path) -> None:
    with_photo, without = (shop.recommend(Request(user="u1", image=image, k=36)).items for image in (photo, None))
    llm = [{item.id: item.parts.get("llm", 0.0) for item in items} for items in (with_photo, without)]
    assert "image example" in with_photo[0].parts
    shared = set(llm[0]) & set(llm[1])
    assert not any(llm[0].values()) or any(abs(llm[0][i] - llm[1][i]) > 1e-4 for i in shared)


def test_filter_wish_and_history_go_with_a_photo(shop: Recommender, photo: Path) -> None:
    answer = shop.recommend(Request(history=("shirt-blue-4",), image=photo, where="price>=30", query="number 20", k=5))
    assert len(answer.items) == 5 and all(item.attributes["price"] >= 30 for item in answer.items)  # type: ignore[operator]
    assert answer.items[0].id.startswith("shoe")
    assert "shirt-blue-4" not in [item.id for item in answer.items]


def test_an_item_brings_its_like_and_not_itself(shop: Recommender) -> None:
    found = ids(shop, like="shirt-green-5", k=35)
    assert "shirt-green-5" not in found
    assert places(found, "shirt-green") < places(ids(shop, k=36), "shirt-green") - 3
    seen = shop.catalog.history("u3")
    assert seen[0] not in ids(shop, user="u3", like=seen[0], k=36)


def test_an_items_own_picture_stands_for_the_item(shop: Recommender) -> None:
    item = shop.catalog.item("shirt-green-11")
    by_file = shop.recommend(Request(user="u1", image=item.media["image"], k=35))
    by_bytes = shop.recommend(Request(user="u1", image=item.media["image"].read_bytes(), k=35))
    liked = shop.recommend(Request(user="u1", like=item.id, k=35))
    assert by_file.items == by_bytes.items == liked.items and item.id not in [found.id for found in by_file.items]
    assert by_file.notes[0] == 'your photo is that of "Model 11", which is not recommended again'
    assert not any("your photo" in note for note in liked.notes)


def test_a_picture_that_several_items_have_brings_none_of_them(shop: Recommender) -> None:
    components = shop.pipeline.components
    held = components.media["image"][:].copy()
    held[[3, 9, 15]] = held[3]
    twins = {"image": as_rows(held)}
    other = Recommender(replace(shop.pipeline, components=replace(components, media={**components.media, **twins})))
    found = other.recommend(Request(image=shop.catalog.items[3].media["image"], k=36))
    assert not {shop.catalog.items[row].id for row in (3, 9, 15)} & {item.id for item in found.items}
    assert "image example" in found.items[0].parts
    assert found.notes[0].endswith('"Model 3" and "Model 9" and "Model 15", which are not recommended again')


def test_evidence_names_the_example(shop: Recommender, photo: Path) -> None:
    first = shop.recommend(Request(user="u1", image=photo, k=2, explain=True)).items[0]
    assert first.evidence is not None and first.rationale is not None
    effects = {record.modality: record.effect for record in first.evidence.modalities}
    assert effects["your photo"] == max(effects.values())
    assert "your photo" in first.rationale.text


def test_training_fitted_what_a_photo_counts_for(shop: Recommender) -> None:
    assert 0 < shop.pipeline.checkpoint.info.weights["example"][ComponentKey("example", "image")] < 1


def test_bad_examples_are_refused(shop: Recommender, photo: Path, tmp_path: Path) -> None:
    (tmp_path / "words.jpg").write_text("not a picture")
    (tmp_path / "cut.png").write_bytes(photo.read_bytes()[:400])
    for name in ("words.jpg", "cut.png", "absent.jpg"):
        with pytest.raises(BadInput, match=name):
            Request(image=tmp_path / name).check(shop.catalog)
    with pytest.raises(BadInput, match="one example"):
        Request(image=photo, like="shoe-red-0")
    with pytest.raises(UnknownItem, match="boot"):
        Request(like="boot").check(shop.catalog)
    with pytest.raises(BadInput, match=r"absent\.mp4"):
        Request(video=tmp_path / "absent.mp4").check(shop.catalog)
    with pytest.raises(BadInput, match=r"words\.jpg.*video clip"):
        shop.recommend(Request(video=tmp_path / "words.jpg"))


def test_a_clip_is_seen_by_its_frames_where_the_pack_knows_pictures_alone(shop: Recommender, shared: Path) -> None:
    clip = sorted((shared / "data" / "clips").glob("*.mp4"))[0]
    answer = shop.recommend(Request(video=clip, k=3))
    assert len(answer.items) == 3 and "image example" in answer.items[0].parts
