"""Items keep what a user wrote: ids as text, attributes typed and in order, media where the files are; their labels."""

import gc
from pathlib import Path

import pytest

from llmrec.catalog import Catalog, check, load_catalog
from llmrec.catalog.delimited import read_delimited
from llmrec.catalog.items import build_items
from llmrec.catalog.quarantine import Findings
from llmrec.catalog.types import Item, derived
from llmrec.errors import CatalogError
from tests.catalog.folders import write


def read(folder: Path, csv: str, findings: Findings | None = None) -> tuple[Item, ...]:
    """The items of a csv text, with media looked for in the folder."""
    write(folder, {"items.csv": csv})
    findings = findings or Findings()
    return build_items(read_delimited(folder / "items.csv", ",", findings), folder, findings)


def test_ids_and_codes_stay_text(tmp_path: Path) -> None:
    (item,) = read(tmp_path, "item_id,title,product_code,price,stock\n007,Top,0123,0.50,12\n")
    assert item.id == "007"
    assert list(item.attributes.items()) == [("price", 0.5), ("stock", 12), ("product_code", "0123")]


def test_attributes_come_as_lists_words_numbers_codes(tmp_path: Path) -> None:
    (item,) = read(tmp_path, "id,ean_code,year,colour,category_path,genres,labels\n1,9,1995,red,A > B,Drama,x| y\n")
    assert list(item.attributes.items()) == [
        ("genres", ("Drama",)),
        ("labels", ("x", "y")),
        ("colour", "red"),
        ("year", 1995),
        ("ean_code", "9"),
    ]
    assert item.title == "1"


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["1", "2"], [1, 2]),
        (["1.0", "1995.0"], [1, 1995]),
        (["0.5", "2"], [0.5, 2]),
        (["1", "two"], ["1", "two"]),
        (["01", "2"], ["01", "2"]),
        (["nan", "1"], ["nan", "1"]),
        (["1e999", "1"], ["1e999", "1"]),
    ],
)
def test_a_column_is_numbers_only_as_a_whole(tmp_path: Path, cells: list[str], values: list[object]) -> None:
    items = read(tmp_path, "item_id,size\n" + "".join(f"i{n},{cell}\n" for n, cell in enumerate(cells)))
    assert [item.attributes["size"] for item in items] == values


def test_a_year_that_is_none_is_left_out(tmp_path: Path) -> None:
    items = read(tmp_path, "item_id,year\n1,1995\n2,V\n3,\n")
    assert [item.attributes for item in items] == [{"year": 1995}, {}, {}]


@pytest.mark.parametrize(
    ("title", "year", "expected", "known"),
    [
        ("Toy Story (1995)", "1995", "Toy Story", 1995),
        ("Toy Story (1995) (V)", "", "Toy Story", 1995),
        ("Blade Runner (2049)", "2017", "Blade Runner (2049)", 2017),
        ("(1995)", "1995", "(1995)", 1995),
        ("Heat", "1995", "Heat", 1995),
    ],
)
def test_the_year_leaves_the_title(tmp_path: Path, title: str, year: str, expected: str, known: int) -> None:
    item, _ = read(tmp_path, f"item_id,title,year\n1,{title},{year}\n2,Other,1990\n")
    assert (item.title, item.attributes["year"]) == (expected, known)


def test_a_title_keeps_its_number_where_items_have_no_years(tmp_path: Path) -> None:
    (item,) = read(tmp_path, "item_id,title\n1,Catalogue (2020)\n")
    assert item.title == "Catalogue (2020)"


def test_rows_without_id_or_with_a_known_one_are_bad(tmp_path: Path) -> None:
    findings = Findings()
    items = read(tmp_path, 'item_id,title\n1,"A\nB"\n1,Again\n ,None\n2,C\n', findings)
    assert [(item.id, item.title) for item in items] == [("1", "A\nB"), ("2", "C")]
    assert [(bad.line, bad.reason) for bad in findings.bad] == [(4, "duplicate item id"), (5, "no item id")]


def test_media_by_column_and_by_id(tmp_path: Path) -> None:
    files = ("posters/a.jpg", "images/1.png", "images/2.JPG", "media/x/2.mp4", "media/2.wav", "media/9.wav")
    write(tmp_path, dict.fromkeys(files, b""))
    findings = Findings()
    one, two, three = read(tmp_path, "item_id,poster\n1,posters/a.jpg\n2,\n3,posters/none.jpg\n", findings)
    assert one.media == {"image": tmp_path / "posters/a.jpg"}
    assert two.media == {
        "image": tmp_path / "images/2.JPG",
        "video": tmp_path / "media/x/2.mp4",
        "audio": tmp_path / "media/2.wav",
    }
    assert three.media == {}
    assert "poster" not in one.attributes
    assert findings.warnings == [
        f"1 file named in column 'poster' of items.csv not found in {tmp_path}, first 'posters/none.jpg'"
    ]


def test_media_outside_the_folder_is_not_followed(tmp_path: Path) -> None:
    write(tmp_path, {"secret.jpg": b"", "shop/items.csv": ""})
    items = read(tmp_path / "shop", f"item_id,image\n1,../secret.jpg\n2,{tmp_path}/secret.jpg\n")
    assert [item.media for item in items] == [{}, {}]


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
