"""Each layout gives the same kind of catalogue; what cannot be read is said in one sentence."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from llmrec import registry
from llmrec.catalog import Catalog, check, load_catalog
from llmrec.catalog.layouts import Source, layout
from llmrec.catalog.quarantine import Findings
from llmrec.catalog.tables import Table
from llmrec.errors import CatalogError, UnknownPlugin
from tests.catalog import folders
from tests.catalog.folders import write


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Quarantine files of the tests stay in the test's folder."""
    monkeypatch.setenv("LLMREC_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_generic(tmp_path: Path) -> None:
    catalog = load_catalog(write(tmp_path / "mini", folders.GENERIC))
    assert catalog.name == "mini"
    assert [item.id for item in catalog.items] == ["1", "02", "3"]
    assert catalog.item("1").title == "Toy Story"
    assert list(catalog.item("1").attributes.items()) == [("genres", ("Animation", "Comedy")), ("year", 1995)]
    assert catalog.item("1").text() == "Toy Story. Animation Comedy. Toys live"
    assert catalog.history("u1") == ("1", "02")
    assert catalog.histories["u2"][0].rating == 3.0


def test_movielens_100k(tmp_path: Path) -> None:
    catalog = load_catalog(write(tmp_path / "mini", folders.ML_100K))
    toy, miserables, unknown = catalog.items
    assert toy.title == "Toy Story"
    assert list(toy.attributes.items()) == [("genres", ("Animation", "Children's", "Comedy")), ("year", 1995)]
    assert miserables.title == "Misérables, Les"
    assert unknown.title == "unknown"
    assert not unknown.attributes
    assert catalog.history("7") == ("1", "2")


def test_movielens_1m(tmp_path: Path) -> None:
    catalog = load_catalog(write(tmp_path / "mini", folders.ML_1M))
    assert [item.title for item in catalog.items] == ["Toy Story", "Alien: One"]
    assert catalog.item("2").attributes == {"genres": ("Horror",), "year": 1979}
    assert catalog.history("1") == ("2", "1")


def test_movielens_latest(tmp_path: Path) -> None:
    catalog = load_catalog(write(tmp_path / "mini", folders.ML_LATEST))
    assert catalog.item("1").title == "Usual Suspects, The"
    assert catalog.item("1").attributes == {"genres": ("Crime", "Mystery"), "year": 1995}
    assert catalog.item("2").attributes == {}
    assert catalog.history("1") == ("2", "1")
    assert [event.rating for event in catalog.histories["1"]] == [4.0, 4.5]


def test_recbole(tmp_path: Path) -> None:
    catalog = load_catalog(write(tmp_path / "any", folders.RECBOLE))
    assert catalog.name == "mini"
    toy, unknown, giving = catalog.items
    assert list(toy.attributes.items()) == [("genres", ("Animation", "Children's", "Comedy")), ("year", 1995)]
    assert (unknown.title, unknown.attributes) == ("unknown", {})
    assert (giving.title, giving.attributes) == ('The "Great" Giving', {"genres": ("Drama",), "year": 1995})
    assert catalog.history("196") == ("1", "2")


def test_hm_kaggle(tmp_path: Path) -> None:
    folder = write(tmp_path / "mini", folders.HM)
    catalog = load_catalog(folder)
    top = catalog.item("0108775015")
    assert (top.title, top.description) == ("Strap top", "Jersey, fine")
    assert list(top.attributes.items()) == [
        ("category", "Vest top"),
        ("colour", "Black"),
        ("pattern", "Solid"),
        ("section", "Womens"),
        ("department", "Jersey Basic"),
        ("garment_group", "Basic"),
        ("price", pytest.approx(0.03)),
        ("product_code", "0108775"),
    ]
    assert top.media == {"image": folder / "images/010/0108775015.jpg"}
    assert catalog.history("c1") == ("0108775015", "0108775044")
    assert catalog.histories["c1"][0].timestamp == 1537401600


def test_report(tmp_path: Path) -> None:
    folder = write(tmp_path / "mini", folders.GENERIC)
    with (folder / "interactions.tsv").open("a") as file:
        file.write("u1\tnope\t1\t1\nu1\t1\nu1\t1\t5\t99\n")
    report = check(folder)
    assert (report.layout, report.items, report.users, report.interactions) == ("generic", 3, 2, 4)
    assert report.density == pytest.approx(4 / 6)
    assert report.coverage == {"text": 2}
    assert report.quarantined == {"unknown item": 1, "short row": 1}
    assert report.quarantine_file is not None
    assert report.quarantine_file.read_text().count("\n") == 2
    assert report.to_dict()["path"] == str(folder)


def test_a_mended_folder_leaves_no_stale_quarantine(tmp_path: Path) -> None:
    folder = write(tmp_path / "mini", folders.GENERIC)
    quarantine = tmp_path / "bad.jsonl"
    write(folder, {"interactions.tsv": "u1\tnope\t1\t1\nu1\t1\t5\t99\n"})
    load_catalog(folder, quarantine)
    assert quarantine.is_file()
    write(folder, {"interactions.tsv": "u1\t1\t5\t99\n"})
    assert check(folder, quarantine).quarantine_file is None
    assert not quarantine.exists()


def test_users_files_are_never_opened(tmp_path: Path) -> None:
    folder = write(tmp_path / "mini", {**folders.GENERIC, "users.csv": b"\xff\xfe broken"})
    assert check(folder).users == 2


def test_items_without_events_are_a_catalogue_with_a_warning(tmp_path: Path) -> None:
    report = check(write(tmp_path / "mini", {"items.csv": folders.GENERIC["items.csv"]}))
    assert (report.users, report.density) == (0, 0.0)
    assert report.warnings == ["no interactions file: only queries in words and new users can be served"]
    write(tmp_path / "mini", {"played.csv": "user_id,item_id\nu,1\n"})
    assert "(not read: played.csv; call the file of events interactions.csv)" in check(tmp_path / "mini").warnings[0]


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({}, "holds no catalogue"),
        ({"items.csv": b""}, "is empty"),
        ({"items.csv": "item_id,title\n"}, "no valid item row"),
        ({"items.csv": "item_id,title\n,A\n,B\n"}, "no valid item row"),
        ({"items.csv": "shelf,name\n1,A\n"}, "no item id column (found: shelf, name)"),
        ({"items.csv": "item_id,title,title\n1,A,B\n"}, "the column 'title' more than once"),
        ({"items.parquet": b"PAR1 cut off"}, "cannot be read as parquet"),
        ({"items.txt": "x"}, "no item id column (found: x)"),
        ({"items.csv": "item_id\n1\n", "interactions.csv": "who,item_id\na,1\n"}, "no user column (found: who"),
        ({"items.csv": "item_id\n1\n", "interactions.csv": "user_id,thing\na,1\n"}, "no item column"),
        (
            {"items.csv": "item_id\n1\n", "interactions.csv": "user_id,item_id,timestamp\na,2,1\n"},
            "no valid event",
        ),
        ({"items.csv": "item_id\n1\n", "interactions.csv": "user_id,item_id,timestamp\n"}, "no valid event"),
        ({"movies.csv": "a,b\n1,2\n", "ratings.csv": "a,b\n1,2\n"}, "needs the columns movieId"),
        ({"articles.csv": "a\n1\n", "transactions_train.csv": "a\n1\n"}, "no column article_id"),
        ({"x.inter": "user_id:token\n1\n", "y.item": "item_id:token\n1\n"}, "x.item"),
    ],
)
def test_unreadable_folders_say_why_in_one_sentence(tmp_path: Path, files: dict[str, str | bytes], says: str) -> None:
    (tmp_path / "mini").mkdir()
    with pytest.raises(CatalogError) as error:
        load_catalog(write(tmp_path / "mini", files))
    assert says in str(error.value)
    assert "\n" not in str(error.value)
    assert error.value.exit_code == 2


def test_a_path_that_is_no_folder(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="is not a folder"):
        load_catalog(tmp_path / "absent")


def shelves(folder: Path, _findings: Findings) -> Source:
    """A reader of one's own: `shelf.txt` with a title a line."""
    titles = (folder / "shelf.txt").read_text().splitlines()
    columns = {"item_id": [str(n) for n, _ in enumerate(titles)], "title": titles}
    cells = {name: pa.chunked_array([column]) for name, column in columns.items()}
    return Source("shelves", Table(folder / "shelf.txt", cells, lambda: iter(())), None)


def test_a_reader_of_ones_own_is_named_or_found_by_its_patterns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(registry._REGISTERED, "reader", {})
    folder = write(tmp_path / "library", {"shelf.txt": "Heat\nBabe\n"})
    with pytest.raises(CatalogError, match="holds no catalogue that llmrec reads"):
        load_catalog(folder)
    named = load_catalog(folder, reader="tests.catalog.test_layouts.shelves")
    assert [item.title for item in named.items] == ["Heat", "Babe"]
    registry.register("reader", "shelves")(layout("shelf.txt")(shelves))
    assert load_catalog(folder) == named
    assert check(folder).layout == "shelves"
    with pytest.raises(UnknownPlugin, match=r"there is no reader 'shelf'; known are movielens-100k, .*shelves"):
        load_catalog(folder, reader="shelf")


def library(folder: Path, _findings: Findings) -> Catalog:
    """Another, that makes a whole catalogue."""
    items = pd.DataFrame({"item_id": ["1", "2"], "title": (folder / "shelf.txt").read_text().splitlines()})
    return Catalog.from_pandas(items, name="library")


def test_a_reader_may_give_a_catalogue(tmp_path: Path) -> None:
    folder = write(tmp_path / "library", {"shelf.txt": "Heat\nBabe\n"})
    report = check(folder, reader="tests.catalog.test_layouts:library")
    assert (report.items, report.users, report.name) == (2, 0, "library")
    assert "no interactions file" in report.warnings[0]
