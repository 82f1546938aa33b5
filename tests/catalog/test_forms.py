# ruff: noqa: E501, RUF001 - a case a line
"""The forms in which catalogues come, and the right values: times, amounts, lists, ids, names, dialects, containers."""

import bz2
import gzip
import io
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from PIL import Image

from llmrec.catalog.columns import keep_columns, named_columns
from llmrec.catalog.load import MOST_LEFT_OUT, _read, load_catalog
from llmrec.catalog.times import read_times
from llmrec.catalog.types import Catalog
from llmrec.catalog.values import amounts, value_in, words_of, year_in
from llmrec.errors import BadInput, CatalogError
from llmrec.retrieval.filters import parse_where, written
from tests.catalog.folders import DAY, EVENTS, ITEMS, T0, read, write

# ---- times


@pytest.mark.parametrize(
    ("cell", "seconds"),
    [
        (str(T0), T0), (f"{T0}.25", T0 + 0.25), (f" {T0} ", T0), ("1.713310388e9", T0), ("-86400", -86400), ("7", 7),
        (f"{T0}123", T0 + 0.123), (f"{T0}123456", T0 + 0.123456), (f"{T0}123456000", T0 + 0.123456),
        ("2024-04-16", DAY), ("2024-04-16 23:33", T0 - 8), ("2024-04-16T23:33", T0 - 8), ("2024-04-16 23:33:08", T0),
        ("2024-04-16T23:33:08", T0), ("2024-04-16T23:33:08Z", T0), ("2024-04-16 23:33:08Z", T0),
        ("2024-04-16 23:33:08.5", T0 + 0.5), ("2024-04-16T23:33:08.123456Z", T0 + 0.123456),
        ("2024-04-16T23:33:08.123456789", T0 + 0.123456), ("2024-04-16T23:33:08+00:00", T0),
        ("2024-04-16T15:33:08-08:00", T0), ("2024-04-17T08:33:08+0900", T0), ("2024-04-16 15:33:08-08", T0),
        ("20240416T233308Z", T0), ("2024-04-16 23", T0 - 33 * 60 - 8), ("2024-04", 1711929600),
        ("2024-04-16 23:33:08 UTC", T0), ("2024-04-16 23:33:08 GMT", T0), ("2024/04/16", DAY),
        ("2024/04/16 23:33:08", T0), ("2024-4-16", DAY), ("20240416", DAY), ("20240416233308", T0),
        ("04/16/2024", DAY), ("4/16/2024", DAY), ("04/16/2024 23:33", T0 - 8), ("4/16/2024 11:33:08 PM", T0),
        ("16/04/2024", DAY), ("16.04.2024", DAY), ("16.04.2024 23:33", T0 - 8), ("16.04.2024 23:33:08", T0),
        ("16-04-2024", DAY), ("16-Apr-2024", DAY), ("16 Apr 2024", DAY), ("16 April 2024", DAY), ("Apr 16, 2024", DAY),
        ("April 16, 2024", DAY), ("04 16, 2024", DAY), ("Tuesday, April 16, 2024", DAY),
        ("Tue Apr 16 16:33:08 -0700 2024", T0), ("Tue Apr 16 23:33:08 UTC 2024", T0), ("Tue Apr 16 23:33:08 2024", T0),
        ("Tue, 16 Apr 2024 23:33:08 +0000", T0), ("Tue, 16 Apr 2024 23:33:08 GMT", T0),
        ("16/Apr/2024:23:33:08 +0000", T0), ("2024-04-16 11:33:08 PM", T0), ("Apr 2024", 1711929600),
        ("2024年4月16日", DAY), ("04/16/24", DAY), ("4/16/24 23:33", T0 - 8), ("1901-02-03", -2174601600),
        ("2024-W16-2", DAY), ("2024W162", DAY), ("2024-107", DAY), ("2024-W16-2T23:33:08", T0), ("2024-04-17 01:33:08 CEST", T0),
        ("2024-04-16 18:33:08 EST", T0), ("Tue Apr 16 19:33:08 EDT 2024", T0), ("16/04/24 10 PM", T0 - 5588),
        ("16.04.24 10:00", DAY + 36000), ("1,713,310,388", T0), ("1 713 310 388", T0), ("2016-12-31T23:59:60Z", 1483228799),
    ],
)  # fmt: skip
def test_times(cell: str, seconds: float) -> None:
    times = read_times(pa.array([cell, cell]))
    assert times.good.all()
    assert times.seconds.tolist() == pytest.approx([seconds] * 2, abs=1e-5, rel=1e-12)


@pytest.mark.parametrize(
    "cell",
    ["", " ", "soon", "nan", "inf", "NaT", "None", "null", "-", "?", "10:00", "April", "Tuesday", "1st", "2024-13-40",
     "0000-00-00", "2024-02-30", "2023-02-29 10:00:00", "1e300", "-0001-01-01", "2024-W54-1", "2024-367", "99/99/9999", "yesterday", "1,2", "é", "\0", "2024-04-16 25:61"],
)  # fmt: skip
def test_no_times(cell: str) -> None:
    times = read_times(pa.array([cell, "2024-04-16"]))
    assert times.good.tolist() == [False, True]


@pytest.mark.parametrize(
    ("cells", "seconds", "told"),
    [
        ([f"{T0}000", str(T0)], [T0, T0], "milliseconds in 1 row, the others in seconds"),
        ([f"{T0}000000", f"{T0}000"], [T0, T0], "microseconds in 1 row"),
        ([str(T0), "2024-04-16"], [T0, DAY], ""),
        (["2024-04-16", "04/16/2024", "Apr 16, 2024"], [DAY] * 3, "%b %d, %Y"),
        (["01/02/2024", "16/04/2024"], [1706745600, DAY], "%d/%m/%Y"),
        (["01/02/2024", "04/16/2024"], [1704153600, DAY], "%m/%d/%Y"),
        (["01.02.2024", "02.02.2024"], [1706745600, 1706832000], "%d.%m.%Y"),
        (["20240416", "20240101"], [DAY, 1704067200], "%Y%m%d"),
        (["12345", "20240416"], [12345, 20240416], ""),  # a counter is no date
        (["20240416", "20240230"], [DAY, pytest.approx(float("nan"), nan_ok=True)], "%Y%m%d"),
        (["2024-04-16 10:00 EST", "2024-04-16 10:00"], [DAY + 54000, DAY + 36000], "time zones EST (UTC-5)"),
    ],
)
def test_times_are_read_as_a_column(cells: list[str], seconds: list[float], told: str) -> None:
    times = read_times(pa.array(cells))
    assert times.seconds.tolist() == seconds
    assert told in "; ".join(times.notes)


def test_a_day_that_could_be_a_month_is_told() -> None:
    assert "'01/02/2024' begins with the day or the month" in read_times(pa.array(["01/02/2024"])).warnings[0]
    assert not read_times(pa.array(["01/02/2024", "01/13/2024"])).warnings


def test_a_header_that_is_not_known_is_no_row(tmp_path: Path) -> None:
    events = "Kunde;sku;Datum;Menge\nanna;1;01.02.2024;1\nben;2;05.02.2024;-1\n"
    with pytest.raises(CatalogError, match=r"no user column \(found: Kunde, sku, Datum, Menge\); .*columns"):
        read(tmp_path, {"items.csv": ITEMS, "interactions.csv": events})


def test_each_mark_between_numbers_has_an_order_of_its_own() -> None:
    times = read_times(pa.array(["01/02/2024", "01/31/2024", "01.02.2024", "31.01.2024"]))
    assert [datetime.fromtimestamp(at, UTC).strftime("%d %b") for at in times.seconds] == [
        "02 Jan", "31 Jan", "01 Feb", "31 Jan",
    ]  # fmt: skip
    assert not times.warnings


# ---- amounts, years, lists


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["12.99"], [12.99]), (["$12.99"], [12.99]), (["12.99 $"], [12.99]), (["US$ 12.99"], [12.99]),
        (["€12,99"], [12.99]), (["12,99 €"], [12.99]), (["12.99 EUR"], [12.99]), (["EUR 12.99"], [12.99]),
        (["usd 5"], [5]), (["£1,299.00"], [1299.0]), (["1,299.00"], [1299.0]), (["1.299,00 €"], [1299.0]),
        (["1 299,00 zł"], [1299.0]), (["1\u202f299,5 €"], [1299.5]), (["CHF 1'250.50"], [1250.5]), (["¥1,200"], [1200]),
        (["₹1,00,000"], [100000]), (["1,299,000"], [1299000]), (["1.299.000"], [1299000]), (["-3.50"], [-3.5]),
        (["$-3.50"], [-3.5]), (["-$3.50"], [-3.5]), (["R$ 9,90"], [9.9]), (["kr 99"], [99]), (["99 SEK"], [99]),
        ([".5"], [0.5]), ([",5"], [0.5]), (["1,299", "12,5"], [1299, 12.5]), (["1,299", "12.5"], [1299, 12.5]),
        (["1,299"], [1299]), (["1.299"], [1.299]), (["1.299", "3,50"], [1299, 3.5]), (["0,500", "1,250"], [0.5, 1.25]),
        (["4.0 EUR", "5.35"], [4.0, 5.35]), (["Rs. 450"], [450]), (["450 \u0440\u0443\u0431."], [450]),
    ],
)  # fmt: skip
def test_amounts(cells: list[str], values: list[float]) -> None:
    if cells == ["1,299", "12,5"]:
        values = [1.299, 12.5]  # a comma before one digit is before tenths, so that it is so in the whole column
    found = amounts(dict(enumerate(cells)), ".").values
    assert [found[row] for row in range(len(cells))] == values


@pytest.mark.parametrize(
    ("cells", "values", "disagree"),
    [
        (["$1.50", "1,50 €", "CHF 1’050.00", "¥1200", "1.50 USD"], [1.5, 1.5, 1050, 1200, 1.5], True),
        (["1,234", "1,5", "1.234.567"], [1234, 1.5, 1234567], True),
        (["1.234 €", "$1.50", "1.234 €"], [1234, 1.5, 1234], True),  # euros alone have no tenths here
        (["1,789 €", "1,50 €"], [1.789, 1.5], False), (["$1.234,50", "$1,234.50"], [1234.5, 1234.5], True),
        (["1,234", "0,125", "12,50"], [1.234, 0.125, 12.5], False), (["1.234", "12.5", "free"], [1.234, 12.5], False),
        (["$1,234", "12,5 €"], [1234, 12.5], True), (["99", "1,99", "1.99"], [99, 1.99, 1.99], True),
    ],
)  # fmt: skip
def test_prices_of_mixed_notations_are_read_each_by_its_own_marks(
    cells: list[str], values: list[float], disagree: bool
) -> None:
    found = amounts(dict(enumerate(cells)), ".", money=True)
    assert list(found.values.values()) == values
    assert bool(found.warnings) == disagree
    assert not disagree or any(f"{cells[n]!r} as {values[n]:g}" in found.warnings[0] for n in (0, 1))


@pytest.mark.parametrize("cell", ["free", "", "ab12", "12 pieces", "10-20", "1.2.3.4x", "$", "EUR", "12,99,€x", "n/a"])
def test_no_amounts(cell: str) -> None:
    assert amounts({0: cell}, ".")[0] == {}


@pytest.mark.parametrize(
    ("cell", "year"),
    [("1995", 1995), ("1995-05-01", 1995), ("05/01/1995", 1995), ("May 1, 1995", 1995), ("1995.0", 1995),
     ("(1995)", 1995), ("c. 1887", 1887), ("1995-1997", None), ("V", None), ("12345", None), ("", None)],
)  # fmt: skip
def test_years(cell: str, year: int | None) -> None:
    assert year_in(cell) == year


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("['Drama', 'Sci-Fi']", ("Drama", "Sci-Fi")), ('["Drama", "Sci-Fi"]', ("Drama", "Sci-Fi")), ("[]", ()),
        ("('Drama', 'Sci-Fi')", ("Drama", "Sci-Fi")), ("{'Drama', 'Sci-Fi'}", ("Drama", "Sci-Fi")),
        ("['Drama' 'Sci-Fi']", ("Drama", "Sci-Fi")), ("[u'Drama']", ("Drama",)), ("[1, 2]", ("1", "2")),
        ('[{"id": 18, "name": "Drama"}, {"id": 2, "name": "War"}]', ("Drama", "War")),
        ("[{'id': 18, 'name': 'Drama'}]", ("Drama",)), ('[{"genre": "Drama"}]', ("Drama",)),
        ('[["Books", "Novels"], ["Books", "Drama"]]', ("Books", "Novels", "Drama")), ("[None, 'x']", ("x",)),
        ('["a | b", "c"]', ("a | b", "c")), ("['Rock \\'n\\' roll']", ("Rock 'n' roll",)), ("[' x ', 'x']", ("x",)),
    ],
)  # fmt: skip
def test_lists_in_cells(cell: str, words: tuple[str, ...]) -> None:
    assert words_of(value_in(cell)) == words


@pytest.mark.parametrize(
    "cell", ["[see note]", "(1995)", "[", "{}x", "['cut off", "[__import__('os')]", "(", "[" * 9000]
)
def test_no_lists(cell: str) -> None:
    assert value_in(cell) is None or value_in(cell) == []


@pytest.mark.parametrize(
    ("column", "cells", "values"),
    [
        ("genres", ["Drama, War", "War"], [("Drama", "War"), ("War",)]),
        ("genres", ["'Drama', 'War'", "'War'"], [("Drama", "War"), ("War",)]),
        ("genres", ["Drama|War", "War"], [("Drama", "War"), ("War",)]),
        ("tags", ["old; good", "old"], [("old", "good"), ("old",)]),
        ("category", ["Pots, Pans", "Lids"], ["Pots, Pans", "Lids"]),
        ("genres", ["['Drama']", ""], [("Drama",), None]),
        ("year", ["1995-05-01", "2001-01-02"], [1995, 2001]),
        ("price", ["$4.00", "1,200.50 $"], [4.0, 1200.5]),
        ("price", ["free", "3"], [None, 3]),
        ("weight", ["12 kg", "3 kg"], ["12 kg", "3 kg"]),
        ("pages", ["1,200", "300"], [1200, 300]),
        ("cost", ["$5", "$6.50"], [5, 6.5]),
        ("ean", ["0123", "0456"], ["0123", "0456"]),
        ("hash", ["18446744073709551615", "1"], ["18446744073709551615", "1"]),
        ("details", ["{'Colour': 'red', 'n': 3}", "{'Colour': 'blue'}"], None),
        ("link", ["https://a.example/x", "https://a.example/y"], [None, None]),
    ],
)
def test_columns_of_items(tmp_path: Path, column: str, cells: list[str], values: list[object] | None) -> None:
    frame = pd.DataFrame({"item_id": ["1", "2"], "title": ["A", "B"], column: cells})
    catalog, report = read(tmp_path, {"items.csv": frame.to_csv(index=False), "interactions.csv": "1,1\n1,2\n"})
    if values is None:
        assert [dict(item.attributes) for item in catalog.items] == [{"Colour": "red", "n": 3}, {"Colour": "blue"}]
    else:
        assert [item.attributes.get(column) for item in catalog.items] == values
    assert not report.quarantined


# ---- files


def frame_of(text: str) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(text), dtype=str)


def zipped(name: str, text: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr(name, text)
    return held.getvalue()


def parquet(text: str, first: int, last: int) -> bytes:
    held = io.BytesIO()
    frame_of(text)[first:last].to_parquet(held)
    return held.getvalue()


def workbook(dates: bool = False, **sheets: str) -> bytes:
    """A workbook, its numbers as numbers and, if wanted, its times as dates."""
    held = io.BytesIO()
    strings = '<?xml version="1.0"?><{0} xmlns="http://schemas.openxmlformats.org/{1}"{2}>'
    main, packed = "spreadsheetml/2006/main", "package/2006/"
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    with zipfile.ZipFile(held, "w") as archive:

        def part(name: str, tag: str, space: str, inner: str, more: str = "") -> None:
            archive.writestr(name, f"{strings.format(tag, space, more)}{inner}</{tag}>")

        kinds = "".join(
            f'<Override PartName="/xl/worksheets/s{n}.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
            for n in range(len(sheets))
        )
        part(
            "[Content_Types].xml",
            "Types",
            packed + "content-types",
            f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>{kinds}',
        )
        part(
            "_rels/.rels",
            "Relationships",
            packed + "relationships",
            f'<Relationship Id="r" Type="{relation}/officeDocument" Target="xl/workbook.xml"/>',
        )
        part(
            "xl/workbook.xml",
            "workbook",
            main,
            "<sheets>"
            + "".join(f'<sheet name="{name}" sheetId="{n + 1}" r:id="r{n}"/>' for n, name in enumerate(sheets))
            + "</sheets>",
            f' xmlns:r="{relation}"',
        )
        part(
            "xl/_rels/workbook.xml.rels",
            "Relationships",
            packed + "relationships",
            "".join(
                f'<Relationship Id="r{n}" Type="{relation}/worksheet" Target="worksheets/s{n}.xml"/>'
                for n in range(len(sheets))
            )
            + f'<Relationship Id="s" Type="{relation}/styles" Target="styles.xml"/>',
        )
        part(
            "xl/styles.xml",
            "styleSheet",
            main,
            '<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="22" applyNumberFormat="1"/></cellXfs>',
        )
        for n, text in enumerate(sheets.values()):
            rows = "".join(
                f"<row>{''.join(cell_of(cell, dates) for cell in line.split(','))}</row>" for line in text.splitlines()
            )
            part(f"xl/worksheets/s{n}.xml", "worksheet", main, f"<sheetData>{rows}</sheetData>")
    return held.getvalue()


def cell_of(cell: str, dates: bool) -> str:
    number = cell.replace(".", "", 1).isdigit()
    if number and dates and len(cell) == 10:
        return f'<c s="1"><v>{int(cell) / 86400 + 25569:.10f}</v></c>'
    return f"<c><v>{cell}</v></c>" if number else f'<c t="inlineStr"><is><t>{cell}</t></is></c>'


def lines_of(text: str) -> str:
    return frame_of(text).to_json(orient="records", lines=True)


SEQUENCES = "user_id,item_id\n" + "".join(f'{u},"{" ".join(str((u * 3 + n) % 12 + 1) for n in range(1, 5))}"\n' for u in range(1, 7))  # fmt: skip

SAME: dict[str, dict[str, str | bytes]] = {
    "plain": {},
    "semicolons": {"items.csv": ITEMS.replace(".5", ";5").replace(",", ";").replace(";5\n", ",5\n")},
    "tabs in csv": {"items.csv": ITEMS.replace(",", "\t"), "interactions.csv": EVENTS.replace(",", "\t")},
    "bars": {"interactions.csv": EVENTS.replace(",", "|")},
    "tsv": {"interactions.tsv": EVENTS.replace(",", "\t")},
    "commas in tsv": {"interactions.tsv": EVENTS},
    "Excel's first line": {"items.csv": "sep=;\n" + ITEMS.replace(",", ";")},
    "blanks after commas": {"interactions.csv": EVENTS.replace(",", ", ")},
    "no header": {"interactions.csv": EVENTS.split("\n", 1)[1]},
    "trailing commas": {"items.csv": ITEMS.replace("\n", ",\n").replace("price,", "price", 1)},
    "trailing commas everywhere": {"interactions.csv": EVENTS.replace("\n", ",\n")},
    "an index": {"interactions.csv": frame_of(EVENTS).to_csv()},
    "an index without a name": {"items.csv": frame_of(ITEMS).to_csv().replace(",", "", 1)},
    "Unnamed": {"items.csv": "Unnamed: 0" + frame_of(ITEMS).to_csv()},
    "CRLF": {"interactions.csv": EVENTS.replace("\n", "\r\n")},
    "CR": {"interactions.csv": EVENTS.replace("\n", "\r")},
    "blank lines": {"interactions.csv": EVENTS.replace("\n", "\n\n")},
    "no last line end": {"interactions.csv": EVENTS.rstrip()},
    "all quoted": {"interactions.csv": frame_of(EVENTS).to_csv(index=False, quoting=1)},
    "UTF-8 with a mark": {"items.csv": ITEMS.encode("utf-8-sig")},
    "UTF-16": {"items.csv": ITEMS.encode("utf-16"), "interactions.csv": EVENTS.encode("utf-16")},
    "UTF-16 without a mark": {"items.csv": ITEMS.encode("utf-16-le")},
    "UTF-32": {"items.csv": ITEMS.encode("utf-32")},
    "gz": {"interactions.csv.gz": gzip.compress(EVENTS.encode()), "items.csv.gz": gzip.compress(ITEMS.encode())},
    "gz by content": {"interactions.csv": gzip.compress(EVENTS.encode())},
    "bz2": {"interactions.csv.bz2": bz2.compress(EVENTS.encode())},
    "zst": {"interactions.csv.zst": bytes(pa.compress(EVENTS.encode(), codec="zstd", asbytes=True))},
    "zip": {"interactions.zip": b"", "interactions.csv.zip": zipped("events.csv", EVENTS)},
    "json lines": {"items.jsonl": lines_of(ITEMS), "interactions.jsonl": lines_of(EVENTS)},
    "json lines, packed": {"interactions.jsonl.gz": gzip.compress(lines_of(EVENTS).encode())},
    "json lines in json": {"interactions.json": lines_of(EVENTS)},
    "json array": {"items.json": frame_of(ITEMS).to_json(orient="records")},
    "json array, indented": {"items.json": frame_of(ITEMS).to_json(orient="records", indent=2)},
    "json array in jsonl": {"items.jsonl": frame_of(ITEMS).to_json(orient="records")},
    "json of pandas": {"items.json": frame_of(ITEMS).to_json()},
    "json of records by id": {"items.json": json.dumps({row.pop("item_id"): row for row in frame_of(ITEMS).to_dict("records")})},
    "json of records by id, which hold it": {"items.json": json.dumps({row["item_id"]: row for row in frame_of(ITEMS).to_dict("records")})},
    "parts in Parquet": {"items/part-0.parquet": parquet(ITEMS, 0, 5), "items/part-1.parquet": parquet(ITEMS, 5, 12), "interactions.parquet": parquet(EVENTS, 0, 24)},
    "workbooks": {"items.xlsx": workbook(Sheet1=ITEMS), "interactions.xlsx": workbook(Sheet1=EVENTS)},
    "a workbook of both": {"shop.xlsx": workbook(Notes="from the till\n", Products=ITEMS, Orders=EVENTS)},
    "a workbook of items with events": {"items.xlsx": workbook(Items=ITEMS, interactions=EVENTS)},
    "a workbook of dates": {"interactions.xlsx": workbook(x=EVENTS, dates=True)},
    "json array in an object": {"items.json": json.dumps({"n": 12, "items": frame_of(ITEMS).to_dict("records")})},
    "Python dicts": {"items.jsonl": "\n".join(map(repr, frame_of(ITEMS).to_dict("records")))},
    "ids with .0": {"interactions.csv": frame_of(EVENTS).assign(item_id=lambda x: x.item_id + ".0").to_csv(index=False)},
    "users with .0": {"interactions.csv": frame_of(EVENTS).assign(user_id=lambda x: x.user_id + ".0").to_csv(index=False)},
    "items with .0": {"items.csv": frame_of(ITEMS).assign(item_id=lambda x: x.item_id + ".0").to_csv(index=False)},
    "ids with blanks": {"interactions.csv": frame_of(EVENTS).assign(item_id=lambda x: x.item_id + " ").to_csv(index=False)},
    "ids with tabs": {"interactions.csv": frame_of(EVENTS).assign(user_id=lambda x: "\t" + x.user_id).to_csv(index=False)},
    "capitals": {"items.csv": ITEMS.replace("item_id,title,category,price", "ITEM_ID,Title,Category,Price")},
    "camels": {"interactions.csv": EVENTS.replace("user_id,item_id", "userId,itemId")},
    "blanks in names": {"interactions.csv": EVENTS.replace("user_id,item_id,rating,timestamp", "User ID , Item ID, rating,timestamp ")},
    "other folders' names": {"products.csv": ITEMS, "orders.csv": EVENTS},
    "capitals in file names": {"Items.csv": ITEMS, "Interactions.CSV": EVENTS},
    "milliseconds": {"interactions.csv": frame_of(EVENTS).assign(timestamp=lambda x: x.timestamp + "000").to_csv(index=False)},
    "ISO": {"interactions.csv": frame_of(EVENTS).assign(timestamp=lambda x: pd.to_datetime(x.timestamp.astype(int), unit="s")).to_csv(index=False)},
    "date and clock": {"interactions.csv": frame_of(EVENTS).assign(date=lambda x: pd.to_datetime(x.timestamp.astype(int), unit="s").dt.strftime("%Y-%m-%d"), time=lambda x: pd.to_datetime(x.timestamp.astype(int), unit="s").dt.strftime("%H:%M:%S")).drop(columns="timestamp").to_csv(index=False)},
    "dwell time": {"interactions.csv": frame_of(EVENTS).assign(time=lambda x: x.rating, event_time=lambda x: x.timestamp).drop(columns="timestamp").to_csv(index=False)},
}  # fmt: skip
for alias in (
    "product_id",
    "movieId",
    "book_id",
    "parent_asin",
    "asin",
    "track_id",
    "article_id",
    "ISBN",
    "sku",
    "game_id",
):
    SAME[f"item {alias}"] = {
        "interactions.csv": EVENTS.replace("item_id", alias),
        "items.csv": ITEMS.replace("item_id", alias),
    }
for alias in ("customer_id", "visitorid", "reviewerID", "userid", "member id", "user", "uid", "User-ID"):
    SAME[f"user {alias}"] = {"interactions.csv": EVENTS.replace("user_id", alias)}
for alias in ("Timestamp", "created_at", "datetime", "event_time", "unixReviewTime", "ts", "t_dat", "order_date"):
    SAME[f"time {alias}"] = {"interactions.csv": EVENTS.replace("timestamp", alias)}
for alias in ("product_name", "name", "Product Name", "app_name", "prod_name", "movie_title", "headline", "Book-Title"):
    SAME[f"title {alias}"] = {"items.csv": ITEMS.replace("title", alias)}
for alias in ("overall", "stars", "score", "Book-Rating"):
    SAME[f"rating {alias}"] = {"interactions.csv": EVENTS.replace("rating", alias)}


@pytest.mark.parametrize("form", SAME)
def test_the_same_catalogue_in_every_form(tmp_path: Path, form: str) -> None:
    expected, _ = read(tmp_path / "plain", {})
    files = SAME[form]
    if (
        not any(name.lower().startswith(("items", "inter")) for name in files) and files
    ) or form == "capitals in file names":
        catalog, report = _read(write(tmp_path / "shop", files), tmp_path / "bad.jsonl", None)
    else:
        catalog, report = read(tmp_path, files)
    assert not report.left_out
    assert catalog.items == expected.items
    assert catalog.histories == expected.histories


@pytest.mark.parametrize("form", ["blanks", "lists", "bars", "SASRec", "wide"])
def test_one_line_a_user(tmp_path: Path, form: str) -> None:
    expected, _ = read(tmp_path / "plain", {})
    rows = frame_of(SEQUENCES)
    files = {
        "blanks": {"interactions.csv": SEQUENCES},
        "lists": {"interactions.jsonl": rows.assign(item_id=rows.item_id.str.split()).to_json(orient="records", lines=True)},
        "bars": {"interactions.csv": SEQUENCES.replace(" ", "|")},
        "SASRec": {"interactions.txt": "".join(f"{u} {i}\n" for u, items in rows.values for i in items.split())},
        "wide": {"interactions.txt": "".join(f"{u} {items}\n" for u, items in rows.values)},
    }[form]  # fmt: skip
    catalog, report = read(tmp_path, files)
    assert {user: catalog.history(user) for user in catalog.histories} == {
        user: expected.history(user) for user in expected.histories
    }
    assert not report.left_out


@pytest.mark.parametrize(
    ("encoding", "title"),
    [("cp1252", "Café – “groß”"), ("latin-1", "Crème brûlée"), ("cp1251", "Война и мир, роман о любви и смерти"),
     ("gb18030", "三国演义和红楼梦"), ("euc-kr", "서울의 봄 그리고 기생충 영화")],
)  # fmt: skip
@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_encodings_are_found_and_told(tmp_path: Path, encoding: str, title: str, suffix: str) -> None:
    rows = pd.DataFrame({"item_id": [str(n) for n in range(1, 13)], "title": [f"{title} {n}" for n in range(1, 13)]})
    text = (
        rows.to_csv(index=False) if suffix == "csv" else rows.to_json(orient="records", lines=True, force_ascii=False)
    )
    catalog, report = read(tmp_path, {f"items.{suffix}": text.encode(encoding)})
    assert catalog.items[0].title == f"{title} 1"
    assert "encoding" in report.interpretations[0]


def test_an_encoding_that_shows_late_is_found(tmp_path: Path) -> None:
    rows = b"".join(b"%d,Lamp %d\n" % (n, n) for n in range(60_000))
    catalog, report = read(tmp_path, {"items.csv": b"item_id,title\n" + rows + b"x,caf\xe9\n"})
    assert catalog.items[-1].title == "café"
    assert "items.csv: encoding cp1252, first seen in 'x,café'" in report.interpretations[0]


@pytest.mark.parametrize(
    ("rows", "titles"),
    [
        ('1,"Lamp, ""red"""\n2,B\n', ['Lamp, "red"', "B"]),
        ('1,"Lamp \\"red\\", tall"\n2,B\n', ['Lamp "red", tall', "B"]),
        ('1,"Lamp \\"red\\""\n2,"B"\n', ['Lamp "red"', "B"]),
        ('1, "Lamp, red"\n2, "B"\n', ["Lamp, red", "B"]),
        ('1,"Lamp\nred"\n2,B\n', ["Lamp\nred", "B"]),
        ('1,Lamp 12"\n2,B\n', ['Lamp 12"', "B"]),
        ('1,"Lamp\n2,B\n', ['"Lamp', "B"]),
        ('1,"Lamp\n2,"B\n', ['"Lamp', '"B']),
    ],
)
@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_quotes(tmp_path: Path, rows: str, titles: list[str], delimiter: str) -> None:
    if delimiter == "\t":
        rows = rows.replace("1,", "1\t").replace("2,", "2\t")
    text = f"item_id{delimiter}title\n{rows}"
    catalog, report = read(tmp_path, {"items.csv": text, "interactions.csv": "u,1,1,1\nu,2,1,2\n"})
    assert [item.title for item in catalog.items] == titles
    assert not report.left_out


def test_half_characters_are_replaced_and_told(tmp_path: Path) -> None:
    lines = '{"item_id": "1", "title": "A \\ud83d"}\n{"item_id": "2", "title": "B", "\\ud800": "x"}\n'
    catalog, report = read(tmp_path, {"items.jsonl": lines, "interactions.csv": "u,1,1,1\nu,2,1,2\n"})
    assert [item.title for item in catalog.items] == ["A \ufffd", "B"]
    assert "halves of characters replaced in 1 cell" in report.interpretations[0]
    frame = pd.DataFrame({"item_id": ["1"], "title": ["A \ud83d"]}, dtype=object)
    assert Catalog.from_pandas(frame).items[0].title == "A \ufffd"


def test_lost_zeros_of_ids_come_back(tmp_path: Path) -> None:
    files = {"items.csv": "item_id,title\n007,A\n012,B\n", "interactions.csv": "u,7,1,1\nu,12,1,2\n"}
    catalog, report = read(tmp_path, files)
    assert catalog.history("u") == ("007", "012")
    assert "leading zeros" in "".join(report.interpretations)


def test_recbole_splits_are_read_one_after_the_other(tmp_path: Path) -> None:
    head = "user_id:token\titem_id:token\ttimestamp:float\n"
    files = {
        "shop.item": "item_id:token\ttitle:token_seq\n1\tA\n2\tB\n3\tC\n",
        **{f"shop.{part}.inter": f"{head}u\t{n}\t{n}\n" for n, part in enumerate(("train", "valid", "test"), 1)},
    }
    catalog, report = _read(write(tmp_path / "x", files), tmp_path / "bad.jsonl", None)
    assert catalog.history("u") == ("1", "2", "3")
    assert (report.name, report.layout) == ("shop", "recbole")


def test_mind(tmp_path: Path) -> None:
    files = {
        "news.tsv": 'N1\tsport\tgolf\tA "quoted title\tWords\thttps://x\t[]\t[]\nN2\tnews\tus\tB\t\t\t[]\t[]\nN3\tnews\tus\tC\t\t\t\t\n',
        "behaviors.tsv": "1\tU1\t11/15/2019 10:22:32 AM\tN3\tN1-0 N2-1\n2\tU1\t11/16/2019 10:22:32 AM\tN3\tN1-1\n",
    }  # fmt: skip
    catalog, report = _read(write(tmp_path / "x", files), tmp_path / "bad.jsonl", None)
    assert report.layout == "mind"
    assert catalog.history("U1") == ("N3", "N2", "N1")
    assert catalog.histories["U1"][1].timestamp == 1573813352
    assert catalog.item("N1").title == 'A "quoted title'
    assert dict(catalog.item("N1").attributes) == {"category": "sport", "subcategory": "golf"}


def test_amazon_reviews_2023(tmp_path: Path) -> None:
    image = {"thumb": "https://m.example/0.jpg", "large": None, "variant": "MAIN"}
    item = {"main_category": "Home", "title": "Kettle", "average_rating": 4.2, "features": ["Sturdy | light", "Clean"],
            "description": ["Boils.", "Whistles."], "price": "$9.99", "images": [image], "videos": [], "store": "Hill",
            "categories": ["Home", "Kitchen"], "details": {"Colour": "red", "UPC": "01"}, "parent_asin": "B0"}  # fmt: skip
    review = {"rating": 5.0, "title": "ok", "text": "fine", "images": [], "asin": "B9", "parent_asin": "B0",
              "user_id": "AE", "timestamp": T0 * 1000 + 123, "verified_purchase": True}  # fmt: skip
    files = {"meta_Home.jsonl": json.dumps(item), "Home.jsonl.gz": gzip.compress(json.dumps(review).encode())}
    catalog, report = _read(write(tmp_path / "x", files), tmp_path / "bad.jsonl", None)
    (kettle,) = catalog.items
    assert (report.layout, kettle.id, kettle.title) == ("amazon", "B0", "Kettle")
    assert kettle.attributes["features"] == ("Sturdy | light", "Clean")
    assert (kettle.attributes["price"], kettle.attributes["Colour"], kettle.attributes["UPC"]) == (9.99, "red", "01")
    assert "images" not in kettle.attributes
    assert any("web addresses, first 'https://m.example/0.jpg'" in line for line in report.warnings)
    assert catalog.histories["AE"][0].timestamp == T0 + 0.123


def test_goodreads(tmp_path: Path) -> None:
    books = {"book_id": "7", "title": "Emma", "publication_year": "1815", "image_url": "https://x/1.jpg"}
    read_it = {"user_id": "a", "book_id": "7", "rating": 4, "date_added": "Tue Apr 16 16:33:08 -0700 2024"}
    files = {
        "goodreads_books_classics.json.gz": gzip.compress(json.dumps(books).encode()),
        "goodreads_interactions_classics.json": json.dumps(read_it),
    }
    catalog, _ = _read(write(tmp_path / "x", files), tmp_path / "bad.jsonl", None)
    assert dict(catalog.item("7").attributes) == {"year": 1815}
    assert catalog.histories["a"][0].timestamp == T0


def test_of_two_files_of_one_table_the_other_is_told(tmp_path: Path) -> None:
    catalog, report = read(tmp_path, {"items.csv": ITEMS, "items.jsonl": lines_of(ITEMS)})
    assert len(catalog.items) == 12
    assert report.interpretations == ["items.csv: items.jsonl passed over"]


# ---- columns that go by no known name


ARTICLES = "Artikel;Titel;Preis\n" + "".join(f"a{n};Lampe {n};{n},50\n" for n in range(1, 5))
BOUGHT = "Wer;Artikel;Note;Wann\n" + "".join(f"u{n % 2};a{n};5;{T0 + n}\n" for n in range(1, 5))
NAMED = {"user": "Wer", "item": "Artikel", "rating": "Note", "time": "Wann", "title": "Titel", "price": "Preis"}


@pytest.mark.parametrize("columns", [NAMED, ",".join(f"{role}={name}" for role, name in NAMED.items())])
def test_columns_are_read_as_they_are_named(tmp_path: Path, columns: dict[str, str] | str) -> None:
    folder = write(tmp_path / "shop", {"items.csv": ARTICLES, "interactions.csv": BOUGHT})
    with pytest.raises(CatalogError, match=r"has no .* column .*found: Artikel|found: Wer"):
        _read(folder, tmp_path / "bad.jsonl", None)
    catalog, report = _read(folder, tmp_path / "bad.jsonl", None, columns)
    assert (catalog.item("a2").title, dict(catalog.item("a2").attributes)) == ("Lampe 2", {"price": 2.5})
    assert [(e.item, e.timestamp, e.rating) for e in catalog.histories["u1"]] == [
        ("a1", T0 + 1, 5.0),
        ("a3", T0 + 3, 5.0),
    ]
    told = dict(line.split(": ", 1) for line in report.interpretations)
    assert "'Wer' as user" in told["interactions.csv"] and "'Wann' as timestamp" in told["interactions.csv"]
    assert "'Artikel' as item_id, 'Titel' as title" in told["items.csv"] and "'Preis' as price" in told["items.csv"]


def test_a_named_column_comes_before_one_of_a_known_name(tmp_path: Path) -> None:
    items = "id,sku,name,price,offer\nx,1,A,9,3\ny,2,B,9,4\n"
    events = "user,buyer,product,date,when\nu,v,1,2024-04-16,5\nu,w,2,2024-04-17,6\n"
    columns = {"item": ["sku", "product"], "user": "buyer", "time": "when", "price": "offer"}
    catalog, _ = _read(
        write(tmp_path / "x", {"items.csv": items, "interactions.csv": events}), tmp_path / "b", None, columns
    )
    assert [item.id for item in catalog.items] == ["1", "2"] and catalog.items[1].attributes["price"] == 4
    assert {user: history[0].timestamp for user, history in catalog.histories.items()} == {"v": 5, "w": 6}


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ("user=Wem", "no table has the column 'Wem', .* as user .*interactions.csv has user_id, item_id, rating, timestamp"),
        ("title=Name", "items.csv has item_id, title, category, price"), ({"who": "user_id"}, "'who', which is none of user, item"),
        ("user", "item=COLUMN"), ("user=", "no column as user"), ("user=a,item=a", "'a' as user and as item"),
    ],
)  # fmt: skip
def test_columns_that_are_not_there_are_a_sentence(tmp_path: Path, columns: dict[str, str] | str, words: str) -> None:
    folder = write(tmp_path / "shop", {"items.csv": ITEMS, "interactions.csv": EVENTS})
    with pytest.raises(BadInput, match=words) as error:
        _read(folder, tmp_path / "bad.jsonl", None, columns)
    assert error.value.fields == ("columns",)


def test_columns_are_kept_with_the_folder_or_beside_it_where_it_is_read_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLMREC_HOME", str(tmp_path / "home"))
    folder = write(tmp_path / "shop", {"items.csv": ARTICLES, "interactions.csv": BOUGHT})
    assert keep_columns(folder, named_columns(NAMED)) == folder / "columns.yaml"
    catalog, report = _read(folder, tmp_path / "bad.jsonl", None)
    assert (
        len(catalog.histories) == 2 and "columns.yaml: which column is which is taken from it" in report.interpretations
    )
    keep_columns(folder, {})
    with pytest.raises(CatalogError, match=r"item=COLUMN|with `columns`"):
        _read(folder, tmp_path / "bad.jsonl", None)
    (folder / "columns.yaml.part").mkdir()  # nothing can be written there
    assert keep_columns(folder, named_columns(NAMED)).is_relative_to(tmp_path / "home")
    assert len(_read(folder, tmp_path / "bad.jsonl", None)[0].histories) == 2
    write(folder, {"columns.yaml": "- user\n"})
    with pytest.raises(CatalogError, match=r"columns.yaml cannot be used .*; mend or remove it"):
        _read(folder, tmp_path / "bad.jsonl", None)


def test_columns_of_frames_can_be_named() -> None:
    items = pd.DataFrame({"Artikel": ["1", "2"], "Titel": ["A", "B"]})
    events = pd.DataFrame({"Wer": ["u", "u"], "Artikel": ["1", "2"], "Wann": [1, 2]})
    columns = {"item": "Artikel", "title": "Titel", "user": "Wer", "time": "Wann"}
    with pytest.warns(UserWarning) as told:
        catalog = Catalog.from_pandas(items, events, columns=columns)
    assert any("'Wer' as user" in str(each.message) for each in told)
    assert catalog.history("u") == ("1", "2") and catalog.item("2").title == "B"


# ---- media


def test_media_of_any_suffix_and_place(tmp_path: Path) -> None:
    folder = write(tmp_path / "shop", {"items.csv": ITEMS, "interactions.csv": EVENTS})
    (folder / "images" / "6").mkdir(parents=True)
    picture = Image.new("RGB", (4, 4), "red")
    for name, form in {"1.gif": "GIF", "2.bmp": "BMP", "3.tif": "TIFF", "4.jfif": "JPEG", "5": "PNG", "6/main.jpg": "JPEG",
                       "7_1.png": "PNG", "7_2.png": "PNG", "08.png": "PNG", "9.dat": "JPEG", "99.png": "PNG"}.items():  # fmt: skip
        picture.save(folder / "images" / name, format=form)
    write(folder / "images", {"10.heic": b"\0\0\0\x18ftypheic", "11.svg": b"<svg/>", "12.txt": b"words"})
    catalog, report = _read(folder, tmp_path / "bad.jsonl", None)
    found = {item.id: item.media["image"].name for item in catalog.items if item.media}
    assert found == {"1": "1.gif", "2": "2.bmp", "3": "3.tif", "4": "4.jfif", "5": "5", "6": "main.jpg", "7": "7_1.png",
                     "8": "08.png", "9": "9.dat"}  # fmt: skip
    assert "2 media files of formats that are not read were passed over, first '10.heic'" in report.warnings[0]
    assert "1 file of no item passed over, first '99.png'" in report.interpretations[0]


@pytest.mark.parametrize(
    ("cell", "there"),
    [("['img/1.jpg']", True), ('["img/1.jpg", "img/x.jpg"]', True), ("img/1.jpg|img/x.jpg", True), ("img/1.jpg", True),
     ("img/raw", True), ("https://x.example/1.jpg?w=3", False), ("//x.example/1.jpg", False),
     ('[{"large": "https://x.example/1.jpg"}]', False), ("s3://bucket/1.jpg", False), ("img/none.jpg", False)],
)  # fmt: skip
def test_names_of_media_are_no_words(tmp_path: Path, cell: str, there: bool) -> None:
    folder = tmp_path / "shop"
    pd.DataFrame({"item_id": ["a"], "title": ["A"], "image": [cell]}).to_csv(
        write(folder, {"img/1.jpg": b"\xff\xd8\xff", "img/raw": b"\xff\xd8\xff"}) / "items.csv", index=False
    )
    catalog, report = _read(folder, tmp_path / "bad.jsonl", None)
    assert not catalog.items[0].attributes
    assert bool(catalog.items[0].media) == there
    assert len(report.warnings) == (1 if there and "x.jpg" not in cell else 2)


# ---- what is told


def test_what_is_left_out_is_told_with_its_first_row(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    events = EVENTS + "1,99,5,1\n1,2,5,\n1,2\n"
    folder = write(tmp_path / "shop", {"items.csv": ITEMS, "interactions.csv": events})
    Catalog.read(folder, tmp_path / "bad.jsonl")
    told = [record.getMessage() for record in caplog.records if record.name == "llmrec.catalog"]
    assert told == [
        "1 row of interactions.csv left out: short row, first line 28, '1,2'",
        "1 row of interactions.csv left out: unknown item, first line 26, '1,99,5,1'",
        "1 row of interactions.csv left out: unparsable timestamp, first line 27, '1,2,5,'",
        f"the rows left out lie in {tmp_path / 'bad.jsonl'}",
    ]


def test_a_file_of_which_nothing_is_valid_says_why(tmp_path: Path) -> None:
    with pytest.raises(CatalogError) as error:
        read(tmp_path, {"interactions.csv": "user_id,item_id,timestamp\nu,x1,5\nu,x2,5\n"})
    assert "2 rows of interactions.csv left out: unknown item, first line 2, 'u,x1,5'" in str(error.value)
    assert "ids there are '1', '2', '3'" in str(error.value)


def test_a_tenth_of_the_rows_is_the_most_that_is_left_out_unasked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLMREC_HOME", str(tmp_path / "home"))
    few, many = EVENTS + "1,99,5,1\n", EVENTS + "1,99,5,1\n" * 4
    folder = write(tmp_path / "shop", {"items.csv": ITEMS, "interactions.csv": few})
    assert load_catalog(folder, most_left_out=MOST_LEFT_OUT).histories
    write(folder, {"interactions.csv": many})
    assert load_catalog(folder).histories
    with pytest.raises(
        CatalogError, match=r"^14% of the rows of .* \(4 rows of interactions\.csv left out: unknown item"
    ) as error:
        load_catalog(folder, most_left_out=MOST_LEFT_OUT)
    assert error.value.fields == ("accept_losses",)


@pytest.mark.parametrize(
    "name", ["Main colour (EN)", "weight [g]", "size:EU", "$where", "#tag", "名前", "it's", "a=b", "x, y"]
)
def test_a_column_of_any_name_is_an_attribute_to_filter_by(tmp_path: Path, name: str) -> None:
    frame = pd.DataFrame({"item_id": ["1", "2"], "title": ["A", "B"], name: ["blue", "red"]})
    catalog, _ = read(tmp_path, {"items.csv": frame.to_csv(index=False), "interactions.csv": "1,1\n1,2\n"})
    assert parse_where(written(name, "=", ["blue"]), catalog).mask(catalog).tolist() == [True, False]
