"""What is written is what is read, whatever the cells hold; a row's line is found again."""

import csv
import datetime
import gzip
import io
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmrec.catalog import text_files
from llmrec.catalog.delimited import read_delimited, read_double_colon
from llmrec.catalog.load import load_catalog
from llmrec.catalog.quarantine import Findings
from llmrec.catalog.tables import read_json, read_parquet
from llmrec.chat.conversation import Conversation
from llmrec.errors import CatalogError
from llmrec.request import Request
from llmrec.retrieval.filters import parse_where
from tests.catalog.folders import read

CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff"), max_size=12)
ROWS = st.lists(st.tuples(CELL.filter(bool), CELL, CELL), min_size=1, max_size=8)


@given(ROWS, st.sampled_from(["\n", "\r\n"]), st.booleans(), st.sampled_from(",\t"))
@settings(max_examples=150, deadline=None)
def test_csv_round_trip(rows: list[tuple[str, str, str]], newline: str, bom: bool, delimiter: str) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=newline, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerows([("a", "b", "c"), *rows])
    with TemporaryDirectory() as folder:
        file = Path(folder) / "x.csv"
        file.write_bytes(text.getvalue().encode("utf-8-sig" if bom else "utf-8"))
        findings = Findings()
        table = read_delimited(file, delimiter, findings)
        assert not findings.bad
        assert list(zip(*(table.texts(name) for name in "abc"), strict=True)) == rows
        assert [tuple(fields) for _, fields in table.locate()] == rows


def test_bad_rows_are_told_with_their_line(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_bytes(b'a,b\r\n1,"two\r\nlines"\r\n\r\nshort\r\n3,4,5\r\n6,7\r\n')
    findings = Findings()
    table = read_delimited(file, ",", findings)
    assert table.texts("a") == ["1", "6"]
    assert [(bad.line, bad.reason, bad.row) for bad in findings.bad] == [
        (5, "short row", ["short"]),
        (6, "long row", ["3", "4", "5"]),
    ]
    table.reject({1: "unknown item"}, findings)
    assert (findings.bad[-1].line, findings.bad[-1].row) == (7, ["6", "7"])


def test_a_file_cut_off_in_its_last_row(tmp_path: Path) -> None:
    file = tmp_path / "x.tsv"
    file.write_text("1\t2\t3\n4\t5\t6\n7\t8")
    findings = Findings()
    table = read_delimited(file, "\t", findings, names=("a", "b", "c"), quoted=False)
    assert table.texts("c") == ["3", "6"]
    assert [(bad.line, bad.row) for bad in findings.bad] == [(3, ["7", "8"])]


def test_quotes_mean_nothing_in_an_unquoted_file(tmp_path: Path) -> None:
    file = tmp_path / "x.tsv"
    file.write_text('1\t"open\n2\tshut"\n')
    table = read_delimited(file, "\t", Findings(), names=("a", "b"), quoted=False)
    assert table.texts("b") == ['"open', 'shut"']
    assert [fields for _, fields in table.locate()] == [["1", '"open'], ["2", 'shut"']]


def test_a_long_cell_is_read(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("a,b\n1,{}\nshort\n".format("x" * 2_000_000))
    findings = Findings()
    assert len(read_delimited(file, ",", findings).texts("b")[0]) == 2_000_000
    assert findings.bad[0].line == 3


def test_double_colon(tmp_path: Path) -> None:
    file = tmp_path / "movies.dat"
    file.write_bytes("1::Alien: One::A\n2::short\n3::Café::B\n".encode("latin-1"))
    findings = Findings()
    table = read_double_colon(file, ("id", "title", "genres"), findings)
    assert table.texts("title") == ["Alien: One", "Café"]
    table.reject({1: "duplicate item id"}, findings)
    assert [bad.line for bad in findings.bad] == [2, 3]


def test_jsonl(tmp_path: Path) -> None:
    file = tmp_path / "items.jsonl"
    lines = [
        '{"item_id": 7, "genres": ["A", "B"], "title": null}',
        "{cut off",
        "",
        '"no object"',
        '{"item_id": "08"}',
    ]
    file.write_bytes("\r\n".join(lines).encode("utf-8-sig"))
    findings = Findings()
    table = read_json(file, findings)
    assert table.texts("item_id") == ["7", "08"]
    assert table.texts("genres") == ["A|B", ""]
    assert [bad.line for bad in findings.bad] == [2, 4]
    table.reject({1: "no title"}, findings)
    assert findings.bad[-1].line == 5


def test_parquet(tmp_path: Path) -> None:
    day = datetime.datetime(2018, 9, 20, tzinfo=datetime.UTC)
    columns = {
        "item_id": pa.array([7.0, None], pa.float64()),
        "price": pa.array([0.5, 2.0]),
        "genres": pa.array([["A", "B"], None]),
        "when": pa.array([day, None], pa.timestamp("ms", tz="UTC")),
        "date": pa.array([day.date(), None]),
        "colour": pa.array(["red", None]).dictionary_encode(),
    }
    pa.parquet.write_table(pa.table(columns), tmp_path / "items.parquet")
    table = read_parquet(tmp_path / "items.parquet", Findings())
    assert {name: table.texts(name) for name in columns} == {
        "item_id": ["7", ""],
        "price": ["0.5", "2"],
        "genres": ["A|B", ""],
        "when": ["2018-09-20", ""],
        "date": ["2018-09-20", ""],
        "colour": ["red", ""],
    }


# ---- files that are not what they should be


ODD = "user_id,item_id,timestamp\n"


@pytest.mark.parametrize(
    ("items", "events", "users", "taken", "told"),
    [
        ("1.0 2.0 X4", "u:1 u:2", "u", "1 2", "ids in column 'item_id' without .0 in 2 cells"),
        ("1 2 3", "u:1.0 u:X u:2.0", "u", "1 2", "without .0 in 2 cells"),
        ("1 2 1.5", "u:1.0 u:1.5", "u", "1 1.5", "with or without .0 as the items file has them in 1 row"),
        ("1.0 1.5 2", "u:1 u:1.5", "u", "1.0 1.5", "with or without .0"),
        ("1 2", "12.0:1 12:2 abc:1", "12 abc", "1 2", "column 'user' without .0 in 1 cell"),
        ("1.0 1.5", "v1.0:1.0 v1:1.5", "v1.0 v1", "1.0", ""),
        ("caf\u00e9 2", "u:cafe\u0301 u:2", "u", "caf\u00e9 2", "in composed letters (NFC), first 'cafe\\u0301'"),
        ("\u200b1 2\u200b \ufeff3", "u:1 u:2 u:3\u00ad", "u", "1 2 3", "invisible characters taken out of 3 ids"),
        ("1 2", "u\0:1 u:2", "u", "1 2", "1 NUL character taken out, first in 'u\\x00,1,0'"),
        ("\uff11 2", "u:1 u:2", "u", "2", "1 unknown item id of interactions.csv would be known but for capitals or"),
        ("AB1 2", "u:Ab1 u:2", "u", "2", "first 'Ab1' beside 'AB1'"),
    ],
)
def test_ids_that_look_the_same_are_the_same(
    tmp_path: Path, items: str, events: str, users: str, taken: str, told: str
) -> None:
    rows = [line.split(":") for line in events.split(" ")]
    catalog, report = read(
        tmp_path,
        {
            "items.csv": "item_id,title\n" + "".join(f"{item},T\n" for item in items.split(" ")),
            "interactions.csv": ODD + "".join(f"{u},{item},{at}\n" for at, (u, item) in enumerate(rows)),
        },
    )
    assert list(catalog.histories) == users.split()
    assert " ".join(catalog.history(users.split()[0])) == taken
    assert told in "\n".join(report.lines())


def test_names_and_words_are_found_in_any_form(tmp_path: Path) -> None:
    text = "item_id,title,cou\u0302leur\n1,Cafe\u0301,be\u0301ige\n2,B,noir\n"
    catalog, _ = read(tmp_path, {"items.csv": text, "interactions.csv": ODD + "u,1,1\n"})
    assert (catalog.items[0].title, dict(catalog.items[0].attributes)) == ("Caf\xe9", {"co\xfbleur": "b\xe9ige"})
    for where in ("cou\u0302leur=b\xe9ige", "co\xfbleur=be\u0301\u200bige"):
        assert parse_where(where, catalog).mask(catalog).tolist() == [True, False]
    asked = Conversation(catalog).reply("be\u0301ige").request
    assert asked is not None and asked.where == "co\xfbleur=b\xe9ige"
    assert Request(user="\u200bu", history=None).history_ids(catalog) == ("1",)
    assert load_catalog(str(tmp_path / "shop")).items == catalog.items


@pytest.mark.parametrize(
    ("cells", "seconds"),
    [
        ("45000.5 45001", [1678881600.0, 1678924800.0]),
        ("45000.5 1700000000", [1678881600.0, 1700000000.0]),
        ("45000 2024-04-16", [1678838400.0, 1713225600.0]),
        ("45000 7", [7.0, 45000.0]),
    ],
)
def test_days_of_spreadsheets_are_times(tmp_path: Path, cells: str, seconds: list[float]) -> None:
    rows = "".join(f"u,{item},{cell}\n" for item, cell in enumerate(cells.split(), 1))
    catalog, report = read(tmp_path, {"interactions.csv": ODD + rows})
    assert [event.timestamp for event in catalog.histories["u"]] == seconds
    assert ("days of a spreadsheet" in " ".join(report.lines())) == (7.0 not in seconds)


US, NS = pa.timestamp("us"), pa.timestamp("ns")
YEAR_9999 = datetime.datetime(9999, 1, 1)


@pytest.mark.parametrize(
    ("column", "texts", "told"),
    [
        (pa.array([1, 2.5], pa.float16()), ["1", "2.5"], ""),
        (pa.array([0.1, None], pa.float16()), ["0.1", ""], ""),
        (pa.array([1, 2], pa.duration("ns")), ["1e-9", "2e-9"], ""),
        (pa.array([1700000000000000001, 1700000000500000000], NS), ["1700000000", "1700000000.5"], ""),
        (
            pa.array([datetime.datetime(1970, 1, 1, 0, 0, 0, 500000), YEAR_9999], US),
            ["1970-01-01 00:00:00.500000", "9999-01-01 00:00:00.000000"],
            "",
        ),
        (pa.array([bytes(range(16)), None], pa.binary(16)), ["00010203-0405-0607-0809-0a0b0c0d0e0f", ""], ""),
        (pa.array([-86400 * 10**10, 0], pa.timestamp("s")), [str(-86400 * 10**10), "1970-01-01"], ""),
        (pa.array([-1500, 0], pa.timestamp("ms")), ["-1.5", "0"], ""),
        (pa.array([1e19, 2.0]), ["1e+19", "2"], ""),
        (pa.array([2.5, float("inf"), float("nan")]), ["2.5", "", ""], "2 cells of column 'x' left empty: not finite"),
    ],
)
def test_types_of_parquet(tmp_path: Path, column: pa.Array, texts: list[str], told: str) -> None:
    findings = Findings()
    pa.parquet.write_table(pa.table({"x": column}), tmp_path / "items.parquet")
    cells = read_parquet(tmp_path / "items.parquet", findings).texts("x")
    assert cells == texts
    assert told in " ".join(findings.interpretations())


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("items.csv", "item_id,title,my col,my  col\n1,A,b,c\n", "has the column 'my col' again as 'my  col'"),
        ("items.csv", "item_id,title,caf\xe9,cafe\u0301\n1,A,b,c\n", "has the column 'caf\xe9' more than once"),
        ("items.jsonl", '{"item_id": 1, "title ": "x", "title": "y"}\n', "has the column 'title ' again as 'title'"),
        ("items.json", '[{"item_id":"1"},{"item_id":"2"},{"item_', "is cut off in line 1, after "),
        ("items.json", '[\n{"item_id":"1"},\n{"item_id":"2"}\n', "is cut off in line 4"),
        ("items.json", '[{"item_id":"1"},}]', "is no JSON from line 1 on"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, name: str, text: str, told: str) -> None:
    with pytest.raises(CatalogError) as refused:
        read(tmp_path, {name: text})
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("name", "text", "attributes", "told"),
    [
        ("items.csv", 'item_id,"size 12""",ti\0tle\n1,x,T\n', {'size 12"': "x"}, ""),
        ("items.csv", "item_id,title,x\n1,A,[...]\n2,B,[1+2j]\n", {"x": "[...]"}, ""),
        ("items.jsonl", '{"item_id":"1","x":"a","x":"b"}\n', {"x": "b"}, "1 object with the key 'x' more than once"),
        ("items.json", '{"1":{"title":"A"},"1":{"title":"B"}}', {}, "the key '1' more than once"),
        ("items.jsonl", '{"item_id":"1"," ":"a","\\u200b":"b"}\n', {}, ""),
        ("items.jsonl", '{"item_id":{"$oid":"1"},"n":{"$numberLong":"5"}}\n', {"n": 5}, ""),
    ],
)
def test_nothing_is_misread_in_silence(
    tmp_path: Path, name: str, text: str, attributes: dict[str, object], told: str
) -> None:
    catalog, report = read(tmp_path, {name: text, "interactions.csv": ODD + "u,1,1\n"})
    assert dict(catalog.items[0].attributes) == attributes
    assert told in " ".join(report.lines())


def test_dates_of_mongodb(tmp_path: Path) -> None:
    line = '{"user_id":"u","item_id":"%s","timestamp":{"$date":%s}}\n'
    dates = '"2024-04-16T00:00:00Z"', '{"$numberLong":"1713225601000"}', "1713225602000"
    text = "".join(line % (item, date) for item, date in enumerate(dates, 1))
    catalog, _ = read(tmp_path, {"interactions.jsonl": text})
    assert [event.timestamp - 1713225600 for event in catalog.histories["u"]] == [0, 1, 2]


def packed(name: str, text: bytes) -> bytes:
    """Bytes of a packed file; a zip tells a size that is not its own."""
    if name.endswith(".gz"):
        return gzip.compress(text)
    if name.endswith(".zst"):
        return bytes(pa.compress(text, "zstd", asbytes=True))
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", text)
    raw = bytearray(held.getvalue())
    size = raw.rfind(b"PK\1\2") + 24
    raw[size : size + 4] = (9).to_bytes(4, "little")
    return bytes(raw)


@pytest.mark.parametrize("name", ["items.csv.gz", "items.csv.zst", "items.csv.zip", "items.xlsx"])
def test_what_is_unpacked_has_a_bound(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_files, "ANY_RATIO", 1 << 20)
    with pytest.raises(CatalogError, match=rf"{name} \(0\.\d MB\) holds more than .* unpack it yourself"):
        read(tmp_path, {name: packed(name, b"item_id,title\n1," + b"E" * (1 << 26))})


@pytest.mark.parametrize("name", ["items.csv.zip", "items.xlsx"])
@pytest.mark.parametrize("broken", ["encrypted", "damaged"])
def test_a_packed_file_that_cannot_be_read_is_a_sentence(tmp_path: Path, name: str, broken: str) -> None:
    raw = bytearray(packed(name, b"item_id,title\n" * 99))
    if broken == "encrypted":
        raw[6] |= 1
        raw[raw.find(b"PK\1\2") + 8] |= 1
    else:
        raw[60:66] = b"\xff" * 6
    with pytest.raises(CatalogError, match=r"cannot be (unpacked|read as a workbook)") as refused:
        read(tmp_path, {name: bytes(raw)})
    assert "ZipInfo" not in str(refused.value)


@pytest.mark.parametrize("values", [pa.nulls(1 << 24), pa.DictionaryArray.from_arrays([0] * 99, ["E" * (1 << 20)])])
def test_a_value_that_stands_for_many_has_a_bound(
    tmp_path: Path, values: pa.Array, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_files, "ANY_RATIO", 1 << 23)
    raw = io.BytesIO()
    pq.write_table(pa.table({"item_id": values}), raw, store_schema=False)
    with pytest.raises(CatalogError, match=r"items.parquet \(0\.\d MB\) holds more than .* write it in several parts"):
        read(tmp_path, {"items.parquet": raw.getvalue()})


@pytest.mark.parametrize(
    ("rows", "columns", "text", "message"),
    [
        (600_000, 99, "x", "600,000 rows, 99 columns; 50,000,000 cells are read at most"),
        (700_000, 1, "long " * 300, "remove the cells that repeat themselves"),
    ],
)
def test_a_cell_that_repeats_itself_has_a_bound(
    tmp_path: Path, rows: int, columns: int, text: str, message: str
) -> None:
    told = f'table:number-columns-repeated="{columns}" office:value-type="string"'
    cell = f"<table:table-cell {told}><text:p>{text}</text:p>"
    content = (
        '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="items"><table:table-row table:number-rows-repeated="{rows}">'
        f"{cell}</table:table-cell></table:table-row></table:table></office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", content)
    with pytest.raises(CatalogError, match=message):
        read(tmp_path, {"items.ods": held.getvalue()})


def test_a_list_of_more_than_a_hundred_thousand_is_no_value(tmp_path: Path) -> None:
    pq.write_table(pa.table({"title": ["Alien"], "wave": [[0.5] * 100_001]}), tmp_path / "items.parquet")
    findings = Findings()
    table = read_parquet(tmp_path / "items.parquet", findings)
    assert list(table.columns) == ["title"]
    assert "'wave' (list<element: double>) left out: a cell is a list of 100,001" in findings.interpretations()[0]


def test_a_far_cell_makes_no_sheet_of_blanks(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="1,048,576 rows, 16,384 columns by the last cell"):
        read(tmp_path, {"items.xlsx": packed("items.xlsx", b'<row><c r="A1"/></row><c r="XFD1048576"/>')})
