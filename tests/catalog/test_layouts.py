"""Each layout gives the same kind of catalogue; what cannot be read is said in one sentence."""

import json
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


def test_recbole_keeps_every_column_by_its_declared_type(tmp_path: Path) -> None:
    header = "item_id:token\ttitle:token_seq\tclass:token_seq\tprice:float\tshelf:token\ttags:token_seq\tv:float_seq"
    files = {
        "shop.item": f"{header}\n1\tBook one\tcrime\t4.5\t07\told good\t1 2\n2\tBook two\tcrime\t5\t12\tnew\t1 2\n",
        "shop.inter": "user_id:token\titem_id:token\ttimestamp:float\nu\t1\t1.1e9\nu\t2\t1.2e9\n",
        "shop.user": "user_id:token\tage:token\nu\t30\n",
    }
    folder = write(tmp_path / "shop", files)
    first, second = load_catalog(folder).items
    assert first.attributes == {"genres": ("crime",), "price": 4.5, "shelf": "07", "tags": ("old", "good")}
    assert second.attributes == {"genres": ("crime",), "price": 5, "shelf": "12", "tags": ("new",)}
    told = "; ".join(check(folder).interpretations)
    assert "not used: vectors in column 'v:float_seq'" in told and "shop.user: not used" in told


def test_retailrocket(tmp_path: Path) -> None:
    properties = "timestamp,itemid,property,value\n2,7,categoryid,3\n1,7,categoryid,2\n1,7,790,n5.0\n1,8,categoryid,2\n"
    files = {
        "events.csv": "timestamp,visitorid,event,itemid,transactionid\n"
        "1433221332117,u,view,7,\n1433221332118,u,transaction,8,1\n",
        "item_properties_part1.csv": properties,
        "category_tree.csv": "categoryid,parentid\n3,9\n2,1\n",
    }
    folder = write(tmp_path / "rocket", files)
    catalog, report = load_catalog(folder), check(folder)
    assert report.layout == "retailrocket" and report.dates == ("2015-06-02", "2015-06-02")
    assert [dict(item.attributes) for item in catalog.items] == [
        {"categoryid": "3", "parent_categoryid": "9"},
        {"categoryid": "2", "parent_categoryid": "1"},
    ]
    assert [(e.item, e.kind) for e in catalog.histories["u"]] == [("7", "view"), ("8", "purchase")]
    assert any("not used: 'transactionid'" in line for line in report.interpretations)


@pytest.mark.parametrize(
    ("name", "line", "events"),
    [
        (
            "australian_users_items.json",
            {"user_id": "u", "items": [{"item_id": "2", "playtime_forever": 3}, {"item_id": "1"}]},
            [("2", "play"), ("1", "play")],
        ),
        (
            "australian_user_reviews.json",
            {"user_id": "u", "reviews": [{"item_id": "2", "recommend": False, "posted": "Posted November 5, 2011."}]},
            [("2", "dislike")],
        ),
        ("steam_reviews.json", {"username": "u", "product_id": "1", "date": "2018-01-03"}, [("1", None)]),
    ],
)
def test_steam(tmp_path: Path, name: str, line: dict[str, object], events: list[tuple[str, str | None]]) -> None:
    games = "".join(f"{ {'id': id, 'title': 'Game', 'genres': ['Indie'], 'price': 4.99}!r}\n" for id in "12")
    catalog = load_catalog(write(tmp_path / "steam", {"steam_games.json": games, name: f"{line!r}\n"}))
    assert catalog.item("1").attributes == {"genres": ("Indie",), "price": 4.99}
    assert [(e.item, e.kind) for e in catalog.histories["u"]] == events


def test_goodreads_has_no_rating_of_0_and_authors_by_name(tmp_path: Path) -> None:
    authors = '[{"author_id": "5", "role": ""}]'
    files = {
        "goodreads_books_poetry.json": f'{{"book_id": "1", "title": "Poem", "authors": {authors}}}\n',
        "goodreads_interactions_poetry.json": '{"user_id": "u", "book_id": "1", "rating": 0, '
        '"date_added": "2014-08-10"}\n'
        '{"user_id": "v", "book_id": "1", "rating": 4, "date_added": "2014-08-10"}\n',
    }
    folder = write(tmp_path / "goodreads", files)
    catalog = load_catalog(folder)
    assert [events[0].rating for events in catalog.histories.values()] == [None, 4]
    assert catalog.item("1").attributes == {"authors": ("5",)}
    assert any("authors are numbers" in line for line in check(folder).interpretations)
    write(folder, {"goodreads_book_authors.json": '{"author_id": "5", "name": "Sappho"}\n'})
    assert load_catalog(folder).item("1").attributes == {"authors": ("Sappho",)}


def test_yelp_is_read_without_the_quotes_of_python(tmp_path: Path) -> None:
    attributes = {"WiFi": "u'free'", "Alcohol": "'none'", "Noise": "None", "Ambience": "{'casual': True}"}
    files = {
        "yelp_academic_dataset_business.json": json.dumps(
            {"business_id": "1", "name": "Café", "attributes": attributes}
        ),
        "yelp_academic_dataset_review.json": '{"user_id": "u", "business_id": "1", "date": "2018-07-01 10:00:00"}',
    }
    item = load_catalog(write(tmp_path / "yelp", files)).item("1")
    assert item.attributes == {"WiFi": "free", "Alcohol": "none", "casual": "true"}


@pytest.mark.parametrize(
    ("times", "warning"),
    [
        (["1970-01-01", "2024-01-01", "2024-01-02"], "1 event of interactions.csv lie before 1980, first '1970-01-01'"),
        (["2099-01-01", "2024-01-01", "2024-01-02"], "1 event of interactions.csv lie after tomorrow"),
        (["13/04/2024", "04/13/2024", "04/05/2024"], "1 date that may begin with either, first '04/05/2024'"),
        (["2024-01-01", "2024-01-02", "2024-01-03"], ""),
        (["1", "2", "3"], ""),
    ],
)
def test_odd_dates_of_events_are_told(tmp_path: Path, times: list[str], warning: str) -> None:
    rows = "".join(f"u,{n},{time}\n" for n, time in enumerate(times))
    files = {"items.csv": "item_id,title\n0,A\n1,B\n2,C\n", "interactions.csv": f"user_id,item_id,timestamp\n{rows}"}
    warnings = check(write(tmp_path / "shop", files)).warnings
    assert any(warning in line for line in warnings) if warning else not warnings


def test_what_stands_for_no_user_title_or_picture_is_told(tmp_path: Path) -> None:
    files = {
        "items.csv": "item_id,title,picture,brand\n1,,a.png,C|D\n2,Lamp,https://x.example/b.png,E\n3,Desk,b.png,F\n",
        "interactions.csv": "user_id,item_id,timestamp,Menge\nNA,1,1700000000,2\n"
        "null,2,1700000001,3\nu,2,1700000002,1\n",
        "a.png": b"x", "b.png": b"x",
    }  # fmt: skip
    folder = write(tmp_path / "shop", files)
    report = check(folder)
    told = "; ".join([*report.interpretations, *report.warnings])
    for line in (
        "1 item without a title called by the id, first '1'",
        "2 events of interactions.csv belong to users called 'NA', 'null'",
        "holds 1 web addresses among names of files, first 'https://x.example/b.png', which are not fetched",
        "not used: 'Menge'",
        "'|' in column 'brand' left as it is, first 'C|D'",
    ):
        assert line in told, told
    assert load_catalog(folder).item("1").attributes["brand"] == "C|D"


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
