"""Types of the catalogue: labels of what media show, and values derived once from each catalogue."""

import gc
from pathlib import Path

import pytest

from llmrec.catalog import Catalog, Item, check, load_catalog
from llmrec.catalog.types import derived
from llmrec.errors import CatalogError


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "items.csv").write_text("item_id,title,family\n1,Lamp,lamp\n2,Vase,vase\n3,Cup,cup\n")
    (tmp_path / "interactions.csv").write_text("user_id,item_id,timestamp\nu,1,1\nu,2,2\n")
    return tmp_path


def test_labels_are_read_with_and_without_their_medium(shop: Path) -> None:
    (shop / "labels.csv").write_text("item_id,attribute,value,modality\n1,colour,red,image\n2,timbre, bell ,\n")
    labels = load_catalog(shop, shop / "bad.jsonl").labels
    assert [(x.item, x.attribute, x.value, x.modality) for x in labels] == [
        ("1", "colour", "red", "image"),
        ("2", "timbre", "bell", ""),
    ]


def test_bad_labels_are_reported_and_the_rest_is_kept(shop: Path) -> None:
    (shop / "labels.csv").write_text(
        "item_id,attribute,value\n1,colour,red\n9,colour,red\n2,colour,\n1,colour,blue\n3,family,cup\n"
    )
    report = check(shop, shop / "bad.jsonl")
    assert report.quarantined == {
        "label of an unknown item": 1,
        "label without attribute or value": 1,
        "second label of the same attribute": 1,
        "label of an attribute that the items file has": 1,
    }
    assert len(load_catalog(shop, shop / "bad.jsonl").labels) == 1


def test_a_file_without_a_column_is_refused(shop: Path) -> None:
    (shop / "labels.csv").write_text("item_id,value\n1,red\n")
    with pytest.raises(CatalogError, match="no column attribute"):
        load_catalog(shop, shop / "bad.jsonl")


def test_a_catalogue_without_labels_has_none(shop: Path) -> None:
    assert load_catalog(shop, shop / "bad.jsonl").labels == ()


def test_it_is_made_once_for_each_catalogue_and_dropped_with_it() -> None:
    made: list[str] = []

    def count(catalog: Catalog) -> int:
        made.append(catalog.name)
        return len(catalog.items)

    one, other = Catalog("one", (Item("1", "a"),), {}), Catalog("other", (), {})
    assert [derived(one, count), derived(one, count), derived(other, count)] == [1, 1, 0]
    assert made == ["one", "other"]
    del other
    gc.collect()
    # the next catalogue may lie where the other lay, and is not taken for it
    assert derived(Catalog("next", (Item("1", "a"), Item("2", "b")), {}), count) == 2
