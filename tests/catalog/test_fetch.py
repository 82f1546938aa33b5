"""Fetching media against a server on this machine: what comes, what is refused, and that a run is gone on with."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from llmrec.catalog.columns import keep_columns, named_columns
from llmrec.catalog.fetch import FAILURES, FetchLimits, fetch_media
from llmrec.catalog.load import check
from llmrec.catalog.public_network import Failed, public_address
from llmrec.catalog.types import Catalog
from llmrec.errors import CatalogError
from tests.catalog.folders import write

JPEG = b"\xff\xd8\xff\xe0" + b"picture" * 100
CLIP = b"\0\0\0\x18ftypmp42mp42" + b"\0" * 100
HERE = FetchLimits(private=True, seconds=1.0, file_bytes=5000)


class Files(BaseHTTPRequestHandler):
    """Gives what the path asks for, and notes that it was asked."""

    protocol_version = "HTTP/1.1"
    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        name = self.path.partition("?")[0].lstrip("/")
        status, body, headers = 200, JPEG, {}
        if name.isdigit():
            status, body = int(name), b"no"
        elif name.startswith("to/"):
            status, body, headers = 302, b"", {"Location": name.removeprefix("to/")}
        elif name == "loop":
            status, body, headers = 302, b"", {"Location": "/loop"}
        elif name.startswith("clip"):
            body = CLIP
        elif name == "page.jpg":
            body = b"<!DOCTYPE html><title>Sign in</title>"
        elif name == "packed.jpg":
            headers = {"Content-Encoding": "gzip"}
        elif name == "large.jpg":
            body = JPEG + bytes(6000)
        elif name in ("endless.jpg", "slow.jpg", "cut.jpg"):
            return self._without_end(name)
        elif name == "slowhead.jpg":
            for byte in b"HTTP/1.1 200 OK\r\nX: " + b"x" * 60:
                self.wfile.write(bytes([byte]))
                time.sleep(0.1)
            return None
        self.send_response(status)
        for key, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(body)
        return None

    def _without_end(self, name: str) -> None:
        self.close_connection = True
        self.send_response(200)
        self.send_header(*(("Content-Length", "4000") if name == "cut.jpg" else ("Connection", "close")))
        self.end_headers()
        self.wfile.write(JPEG)
        try:
            for _ in range(0 if name == "cut.jpg" else 60):
                self.wfile.write(bytes(1 if name == "slow.jpg" else 4000))
                time.sleep(0.1 if name == "slow.jpg" else 0)
        except OSError:
            pass

    def log_message(self, *args: object) -> None:
        """Keep stderr clean."""


@contextmanager
def served() -> Iterator[tuple[str, list[str]]]:
    """Address of the server, and the paths that it was asked for."""
    asked: list[str] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Asked", (Files,), {"asked": asked}))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        with closing(server.socket):
            yield f"http://127.0.0.1:{server.server_address[1]}", asked
            server.shutdown()
    finally:
        thread.join()


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, list[str]]]:
    monkeypatch.setenv("LLMREC_HOME", str(tmp_path / "home"))
    with served() as found:
        yield found


def shop(folder: Path, cells: dict[str, str], column: str = "image") -> Path:
    """A catalogue of which each item has a cell of addresses."""
    rows = "".join(json.dumps({"item_id": item, "title": item, column: cell}) + "\n" for item, cell in cells.items())
    return write(folder / "shop", {"items.jsonl": rows})


def test_media_come_as_files_of_their_items(server: tuple[str, list[str]], tmp_path: Path) -> None:
    address, asked = server
    images = json.dumps([{"thumb": f"{address}/thumb.jpg", "hi_res": f"{address}/big.jpg"}])
    cells = {
        "a": f"{address}/a.jpg?w=300", "b": f"['{address}/404', '{address}/b.png']", "c": images,
        "d": f"{address}/to/{address}/d", "e": "data:image/gif;base64,R0lGODlhAQABAAAAACw=", "f": f"{address[5:]}/f",
    }  # fmt: skip
    folder = shop(tmp_path, cells)
    (told,) = (line for line in check(folder).warnings if "web addresses" in line)
    assert f"`llmrec data fetch-media {folder}` fetches them" in told
    moved: list[tuple[int, int]] = []
    result = fetch_media(folder, limits=HERE, progress=lambda done, total: moved.append((done, total)))
    assert (result.named, result.fetched, result.present, result.left) == (6, 5, 0, 0) and moved[-1] == (6, 6)
    assert sorted(file.name for file in (folder / "media").iterdir()) == [
        "a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.gif", FAILURES,
    ]  # fmt: skip
    assert "/big.jpg" in asked and "/thumb.jpg" not in asked
    assert result.failed == {"no connection": 1}  # `//127…` is https
    catalog = Catalog.read(folder)
    assert {item.id: sorted(item.media) for item in catalog.items if item.media} == {
        "a": ["image"], "b": ["image"], "c": ["image"], "d": ["image"], "e": ["image"],
    }  # fmt: skip
    asked.clear()
    again = fetch_media(folder, limits=HERE)
    assert (again.present, again.fetched, asked) == (5, 0, [])


def test_a_clip_and_a_picture_of_an_item(server: tuple[str, list[str]], tmp_path: Path) -> None:
    address, asked = server
    row = {
        "item_id": "a",
        "title": "A",
        "trailer": f"{address}/clip",
        "cover": f"{address}/a",
        "img": f"{address}/clip",
    }
    other = {"item_id": "b", "trailer": f"{address}/b", "files": f"{address}/clip|{address}/clip.mp4"}
    folder = write(tmp_path / "shop", {"items.jsonl": f"{json.dumps(row)}\n{json.dumps(other)}\n"})
    result = fetch_media(folder, limits=HERE)
    media = {item.id: {kind: file.name for kind, file in item.media.items()} for item in Catalog.read(folder).items}
    assert media["a"] == {"image": "a.jpg", "video": "a.mp4"}
    assert media["b"] == {"video": "b.mp4"} and not result.failed
    asked.clear()
    assert fetch_media(folder, limits=HERE).fetched == 0 and not asked


@pytest.mark.parametrize(
    ("path", "reason", "final"),
    [
        ("/404", "status 404", True), ("/503", "status 503", False), ("/packed.jpg", "packed", True),
        ("/page.jpg", "begins with '<!DOCTYPE ht'", True), ("/clip.jpg", "video where image was named", True),
        ("/large.jpg", "more than 5,000 bytes", True), ("/endless.jpg", "more than 5,000 bytes", True),
        ("/slow.jpg", "in time", False), ("/slowhead.jpg", "in time", False), ("/cut.jpg", "broke off", False),
        ("/loop", "more redirects", True), ("/to/file:///etc/passwd", "an address of file:", True),
        ("/to/ftp://x.example/1.jpg", "an address of ftp:", True),
    ],
)  # fmt: skip
def test_what_is_no_media_is_listed_and_no_file(
    server: tuple[str, list[str]], tmp_path: Path, path: str, reason: str, final: bool
) -> None:
    address, asked = server
    folder = shop(tmp_path, {"a": address + path})
    result = fetch_media(folder, limits=HERE)
    assert result.fetched == 0 and reason in next(iter(result.failed))
    (held,) = map(json.loads, (folder / "media" / FAILURES).read_text().splitlines())
    assert (held["item"], held["addresses"], held["final"]) == ("a", [address + path], final)
    assert [file.name for file in (folder / "media").iterdir()] == [FAILURES]
    asked.clear()
    fetch_media(folder, limits=HERE)
    assert bool(asked) != final
    asked.clear()
    fetch_media(folder, limits=HERE, retry=True)
    assert asked


def test_a_bound_that_is_met_leaves_the_rest_for_another_run(server: tuple[str, list[str]], tmp_path: Path) -> None:
    address, _ = server
    folder = shop(tmp_path, {f"i{n}": f"{address}/{n}.jpg" for n in range(20)})
    few = fetch_media(folder, limits=FetchLimits(files=3, private=True))
    assert (few.fetched, few.left) == (3, 17)
    some = fetch_media(folder, limits=FetchLimits(total_bytes=4 * len(JPEG), workers=1, private=True))
    assert 3 <= some.fetched <= 5 and some.fetched + some.left == 17
    rest = fetch_media(folder, limits=FetchLimits(private=True))
    assert not rest.failed
    assert rest.present + rest.fetched == 20 and rest.left == 0 and rest.failures is None
    assert not [line for line in check(folder).warnings if "web addresses" in line]
    elsewhere = fetch_media(folder, tmp_path / "out", FetchLimits(files=1, private=True))
    assert elsewhere.present == 20


def test_a_column_is_media_because_it_is_named_so(server: tuple[str, list[str]], tmp_path: Path) -> None:
    address, _ = server
    folder = shop(tmp_path, {"a": f"{address}/a"}, "link")
    with pytest.raises(CatalogError, match="nothing to fetch"):
        fetch_media(folder, limits=HERE)
    keep_columns(folder, named_columns("image=link"))
    assert [line for line in check(folder).warnings if "fetch-media" in line]
    assert fetch_media(folder, limits=FetchLimits(private=True)).fetched == 1
    assert Catalog.read(folder).items[0].media["image"].name == "a.jpg"
    files = write(tmp_path / "files", {"items.csv": "item_id,title,pic\n1,A,raw/x\n", "raw/x": JPEG})
    assert Catalog.read(files, columns={"image": "pic"}).items[0].media["image"] == files / "raw" / "x"


def test_ids_never_leave_the_folder(server: tuple[str, list[str]], tmp_path: Path) -> None:
    address, asked = server
    folder = shop(tmp_path, dict.fromkeys(("../x", "/tmp/x", ".x", "a\\b", "x" * 300, "good"), f"{address}/1.jpg"))
    result = fetch_media(folder, limits=HERE)
    assert (result.fetched, len(asked)) == (1, 1) and result.failed == {"an id that no file can be called after": 5}


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "0.0.0.0", "::1", "::ffff:127.0.0.1",
        "64:ff9b::7f00:1", "2002:7f00:1::", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "fd00::1", "fe80::1", "224.0.0.1", "ff02::1", "255.255.255.255",
    ],
)  # fmt: skip
def test_a_catalogue_reaches_no_inner_network(host: str) -> None:
    with pytest.raises(Failed, match=r"within this machine or an inner network|not known"):
        public_address(host, 80)


def test_unless_that_is_allowed_nothing_is_asked(server: tuple[str, list[str]], tmp_path: Path) -> None:
    address, asked = server
    folder = shop(tmp_path, {"a": f"{address}/a.jpg", "b": address.replace("127.0.0.1", "localhost") + "/b.jpg"})
    result = fetch_media(folder)
    assert result.failed == {"an address within this machine or an inner network": 2} and not asked
    assert public_address("8.8.8.8", 80) == "8.8.8.8"


@pytest.mark.usefixtures("server")
def test_a_catalogue_without_addresses_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="by web address; nothing to fetch"):
        fetch_media(shop(tmp_path, {"a": "1.jpg"}))
    with pytest.raises(CatalogError, match="nothing to fetch"):
        fetch_media(shop(tmp_path / "x", {"a": "https://shop.example/a.html"}, "link"))
