"""Labels come with the catalogue; rows that say nothing usable are reported, and a file without a column is refused."""

from pathlib import Path

import pytest

from llmrec.catalog import check, load_catalog
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
