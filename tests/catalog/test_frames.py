"""Catalogues from data frames and data sets are those of the same files, and say in a sentence what is wrong."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import datasets
import pandas as pd
import pytest
from PIL import Image

from llmrec.catalog import Catalog, Item, Label
from llmrec.errors import BadInput, CatalogError

ITEMS = pd.DataFrame(
    {
        "item_id": ["01", "02", "03"],
        "title": ["Blue scarf", "Red scarf", "Umbrella"],
        "description": ["Warm.", None, "Dry."],
        "tags": [["wool", "winter"], ["wool"], []],
        "price": [20.0, 25.5, None],
        "year": [1999, 2001, 2003],
        "product_code": ["007", "008", None],
    }
)
EVENTS = pd.DataFrame(
    {
        "user_id": ["a", "a", "b"],
        "item_id": ["01", "02", "03"],
        "timestamp": pd.to_datetime(["2024-01-02", "2024-01-01", "2024-01-03 12:00"], format="ISO8601"),
        "rating": [5, None, 3.5],
    }
)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """The same tables as files, with pictures and labels."""
    folder = tmp_path / "shop"
    (folder / "images").mkdir(parents=True)
    ITEMS.assign(tags=["wool|winter", "wool", ""]).to_csv(folder / "items.csv", index=False)
    EVENTS.to_csv(folder / "interactions.csv", index=False)
    for item, colour in (("01", "blue"), ("02", "red")):
        Image.new("RGB", (8, 8), colour).save(folder / "images" / f"{item}.png")
    (folder / "labels.csv").write_text("item_id,attribute,value,modality\n01,colour,blue,image\n02,colour,red,\n")
    return folder


def test_data_frames_make_the_catalogue_that_the_files_make(shop: Path) -> None:
    read = Catalog.read(shop)
    made = Catalog.from_pandas(ITEMS, EVENTS, media=shop, name="shop")
    assert (made.items, made.histories, made.name) == (read.items, read.histories, read.name)
    assert made.history("a") == ("02", "01")
    assert made.items[0].attributes == {"tags": ("wool", "winter"), "price": 20, "year": 1999, "product_code": "007"}


def test_data_sets_come_back_as_they_went(shop: Path) -> None:
    catalog = Catalog.read(shop)
    tables = catalog.to_datasets()
    assert isinstance(tables, datasets.DatasetDict)
    assert set(tables) == {"items", "interactions", "labels"}
    assert Catalog.from_datasets(tables) == catalog
    apart = Catalog.from_datasets(tables["items"], tables["interactions"])
    assert (apart.items, apart.histories) == (catalog.items, catalog.histories)
    assert tables["items"].features["price"].dtype == "float64"
    assert tables["items"][0]["tags"] == ["wool", "winter"]


def test_data_sets_survive_the_disk_and_a_filter(shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLMREC_HOME", str(tmp_path / "home"))
    catalog = Catalog.read(shop)
    catalog.to_datasets().save_to_disk(tmp_path / "saved")
    again = datasets.load_from_disk(tmp_path / "saved")
    read = Catalog.from_datasets(again)
    assert [replace(item, media={}) for item in read.items] == [replace(item, media={}) for item in catalog.items]
    for item, original in zip(read.items[:2], catalog.items, strict=False):  # `datasets` keeps the bytes, not the place
        assert item.media["image"].read_bytes() == original.media["image"].read_bytes()
    assert (read.histories, read.labels) == (catalog.histories, catalog.labels)
    folder = Catalog.read(tmp_path / "saved")
    assert (folder.items, folder.histories, folder.labels) == (read.items, read.histories, read.labels)
    fewer = again["items"].filter(lambda row: row["item_id"] != "02")
    with pytest.warns(UserWarning, match="1 row of interactions left out: unknown item, first line 1"):
        kept = Catalog.from_datasets(fewer, again["interactions"])
    assert [item.id for item in kept.items] == ["01", "03"]


def test_pictures_that_are_bytes_become_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLMREC_HOME", str(tmp_path))
    pictures = [Image.new("RGB", (8, 8), "blue"), None]
    items = datasets.Dataset.from_dict({"id": [1, 2], "name": ["x", "y"], "look": pictures})
    assert isinstance(items.features["look"], datasets.Image)
    catalog = Catalog.from_datasets(items)
    file = catalog.items[0].media["image"]
    assert file.is_relative_to(tmp_path)
    assert Image.open(file).convert("RGB").getpixel((0, 0)) == (0, 0, 255)
    assert not catalog.items[1].media
    assert Catalog.from_datasets(items).items == catalog.items


def test_codes_of_class_labels_are_read_as_their_names() -> None:
    features = datasets.Features({"id": datasets.Value("string"), "kind": datasets.ClassLabel(names=["hat", "shoe"])})
    items = datasets.Dataset.from_dict({"id": ["1", "2"], "kind": [1, None]}, features=features)
    assert [dict(item.attributes) for item in Catalog.from_datasets(items).items] == [{"kind": "shoe"}, {}]


def test_the_index_of_a_frame_is_a_column_where_it_has_a_name() -> None:
    catalog = Catalog.from_pandas(ITEMS.set_index("item_id"))
    assert [item.id for item in catalog.items] == ["01", "02", "03"]
    assert not catalog.histories


def test_cells_of_several_types_are_read_as_text(tmp_path: Path) -> None:
    picture = tmp_path / "x.png"
    picture.touch()
    items = pd.DataFrame({"id": [7, "8"], "name": ["a", None], "file": [picture, None], "n": [1, "many"]})
    catalog = Catalog.from_pandas(items)
    assert catalog.items == (
        Item("7", "a", attributes={"n": "1"}, media={"image": picture}),
        Item("8", "8", attributes={"n": "many"}),
    )


def test_typed_columns_say_what_a_file_would() -> None:
    ids = [UUID(int=1), UUID(int=2)]
    items = pd.DataFrame(
        {
            "item_id": ids,
            "released": pd.to_datetime(["2020-01-01", None]),
            "added": pd.to_datetime(["2021-05-05 10:00", "2021-05-05 11:30"]).tz_localize("Asia/Tokyo"),
            "length": pd.to_timedelta([90, 5400], unit="s"),
            "month": pd.period_range("2020-01", periods=2, freq="M"),
            "tags": [{"b", "a", "c"}, frozenset({"z"})],
        }
    )
    catalog = Catalog.from_pandas(items, pd.DataFrame({"user_id": ["u", "u"], "item_id": ids, "timestamp": [2, 1]}))
    assert [item.id for item in catalog.items] == [str(each) for each in ids]
    assert [event.item for event in catalog.histories["u"]] == [str(ids[1]), str(ids[0])]
    assert catalog.items[0].attributes == {
        "released": "2020-01-01", "added": "2021-05-05 01:00:00", "length": 90, "month": "2020-01",
        "tags": ("a", "b", "c"),
    }  # fmt: skip
    assert "released" not in catalog.items[1].attributes


def test_ids_that_a_float_cannot_hold_are_told() -> None:
    items = pd.DataFrame({"item_id": [9007199254740993.0, 1e16], "title": ["a", "b"]})
    with pytest.warns(UserWarning, match="column 'item_id' holds numbers such as 9007199254740992 as floats"):
        catalog = Catalog.from_pandas(items)
    assert [item.id for item in catalog.items] == ["9007199254740992", "10000000000000000"]


@pytest.mark.parametrize(
    ("cells", "seconds"),
    [
        (pd.to_datetime(["2020-01-01 00:00:00.25", "2020-01-01"], format="mixed"), [1577836800.0, 1577836800.25]),
        (pd.to_datetime(["2020-01-02", "2020-01-01"]), [1577836800.0, 1577923200.0]),
        ([date(2020, 1, 2), date(2020, 1, 1)], [1577836800.0, 1577923200.0]),
        (pd.to_datetime(["1969-12-31 23:59:59", "1970-01-01 00:00:01"]), [-1.0, 1.0]),
    ],
)
def test_typed_times_of_events_are_unix_seconds(cells: Any, seconds: list[float]) -> None:
    events = pd.DataFrame({"user_id": ["u", "u"], "item_id": ["01", "02"], "timestamp": cells})
    assert [event.timestamp for event in Catalog.from_pandas(ITEMS, events).histories["u"]] == seconds


def test_attributes_of_several_types_in_memory_are_written_as_text() -> None:
    items = (Item("1", "x", attributes={"n": 1, "d": 1.5}), Item("2", "y", attributes={"n": ("a", "b"), "d": 2}))
    catalog = Catalog("odd", items, {}, (Label("1", "colour", "red"),))
    again = Catalog.from_datasets(catalog.to_datasets())
    assert [item.attributes for item in again.items] == [{"n": ("1",), "d": 1.5}, {"n": ("a", "b"), "d": 2}]
    assert again.labels == catalog.labels


@pytest.mark.parametrize(
    ("items", "events", "says"),
    [
        (
            ITEMS.rename(columns={"item_id": "shelf"}),
            EVENTS,
            r"^items has no item id column \(found: shelf, title, .*item_id, or say which it is with `columns`$",
        ),
        (ITEMS, EVENTS.rename(columns={"user_id": "who"}), r"^interactions has no user column \(found: who, .*user_id"),
        (ITEMS, EVENTS.head(0), "^interactions holds no valid event among 0 rows"),
        (ITEMS.to_dict(), EVENTS, "^`items` is of type dict; pass a pandas DataFrame$"),
        (ITEMS, [1], "^`interactions` is of type list; pass a pandas DataFrame$"),
        (pd.concat([ITEMS, ITEMS[["title"]]], axis=1), EVENTS, "`items` has the column 'title' more than once"),
        (ITEMS.assign(maker=object()), EVENTS, "^`items` holds objects of type object in its column 'maker'; pass"),
    ],
)
def test_wrong_frames_are_one_sentence(items: pd.DataFrame, events: pd.DataFrame, says: str) -> None:
    with pytest.raises(BadInput, match=says) as refused:
        Catalog.from_pandas(items, events)
    assert "\n" not in str(refused.value)


def test_wrong_data_sets_are_one_sentence() -> None:
    with pytest.raises(BadInput, match=r"^`items` has no data set named items \(found: train\)"):
        Catalog.from_datasets(datasets.DatasetDict(train=datasets.Dataset.from_pandas(ITEMS)))
    with pytest.raises(BadInput, match=r"^`items` is of type DataFrame; pass a datasets\.Dataset$"):
        Catalog.from_datasets(ITEMS)
    with pytest.raises(CatalogError, match="no item id column"):
        Catalog.from_datasets(datasets.Dataset.from_dict({"shelf": ["1"]}))


def test_bad_rows_and_missing_media_are_told(tmp_path: Path) -> None:
    items = ITEMS.assign(file="nowhere.png")
    with pytest.warns(UserWarning) as told:
        catalog = Catalog.from_pandas(items, EVENTS.assign(item_id=["01", "99", "03"]), media=tmp_path)
    assert sorted(str(warning.message) for warning in told) == [
        "1 row of interactions left out: unknown item, first line 2, 'a,99,2024-01-01 00:00:00,'",
        f"3 files named in column 'file' of items not found in {tmp_path}, first 'nowhere.png'",
    ]
    assert {warning.filename for warning in told} == {__file__}
    assert len(catalog.histories) == 2


def test_a_catalogue_is_shown_on_a_line(shop: Path) -> None:
    assert repr(Catalog.read(shop)) == "Catalog('shop': 3 items, 2 users, 3 interactions, 2 with image)"
