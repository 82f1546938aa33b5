"""How a response looks: a table, lines, and cards that hold no script and nothing from elsewhere."""

from llmrec.response import Recommended, Response

ITEMS = (
    Recommended("1", "Heat", 1.234, {}, {"genres": ("Crime", "Thriller"), "year": 1995}),
    Recommended("2", "<script>alert(1)</script> & co", 0.5, {}, {"genres": ("Comedy",), "score": 7}),
)


def response(
    *items: Recommended, history: int = 3, notes: tuple[str, ...] = (), degraded: tuple[str, ...] = ()
) -> Response:
    return Response(items, tuple(map(str, range(history))), {}, notes, degraded)


def test_a_table_has_a_row_an_item_and_a_column_an_attribute() -> None:
    table = response(*ITEMS).to_pandas()
    assert table.index.name == "rank"
    assert table.index.tolist() == [1, 2]
    assert table.columns.tolist() == ["id", "title", "score", "genres", "year"]
    assert table.loc[1, "score"] == 1.234
    assert table.loc[2, "score"] == 0.5  # an attribute of that name does not take its place
    assert table["year"].isna().tolist() == [False, True]


def test_an_empty_table_has_columns() -> None:
    assert response().to_pandas()[["title", "score"]].shape == (0, 2)


def test_lines_name_items_and_stay_few() -> None:
    assert repr(response(*ITEMS)).splitlines()[:2] == [
        "2 items after a history of 3",
        "   1    1.23  Heat (1995) · Crime, Thriller",
    ]
    long = repr(response(*ITEMS * 20, history=0)).splitlines()
    assert long[0] == "40 items without a history"
    assert long[-1] == "      … and 20 more"
    assert len(long) == 22


def test_an_item_is_one_short_line() -> None:
    assert repr(ITEMS[0]) == "Recommended('1', 'Heat', 1.23)"


def test_cards_escape_what_the_catalogue_says() -> None:
    html = response(*ITEMS, notes=("a <b> note",), degraded=("index",))._repr_html_()
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; co" in html
    assert "a &lt;b&gt; note" in html
    assert "out of reach, and replaced: index" in html
    assert not any(word in html for word in ("http", "url(", "onload"))
    assert html.count("<div") == html.count("</div>")


def test_cards_stay_small() -> None:
    assert len(response(*ITEMS * 50)._repr_html_()) < 12_000
