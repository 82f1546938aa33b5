"""Items that are put, changed and withdrawn over HTTP: found within seconds, kept, and gone without a trace."""

import hashlib
import io
import json
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from fsspec.implementations.memory import MemoryFileSystem
from PIL import Image

from llmrec.catalog import Item
from llmrec.chat.nlu.rules import understand
from llmrec.chat.transcript import Message
from llmrec.errors import MissingExtra
from llmrec.recommender import Recommender
from llmrec.retrieval.filters import written
from llmrec.server import live_catalog
from llmrec.server.app import build
from llmrec.server.chat_turn import ChatTurn
from llmrec.server.media_store import MediaBucket, MediaFolder, open_media
from llmrec.server.routes.media_files import playable_type
from llmrec.server.store.database import Database, StoreUnavailable
from llmrec.server.store.items import put_item

MINERS = {
    "title": "Galaxy Miners",
    "description": "A crew of miners far out in space meets an alien machine.",
    "attributes": {"genres": ["Sci-Fi", "Adventure"], "year": 1997},
}
QUERY = "miners in space meet an alien machine"


def picture(seed: int = 0) -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.random.default_rng(seed).integers(0, 255, (64, 48, 3), np.uint8)).save(file, "JPEG")
    return file.getvalue()


def best(client: TestClient, **body: Any) -> list[str]:
    return [item["id"] for item in client.post("/v1/recommendations", json=body).json()["items"]]


def within(seconds: float, true: Callable[[], bool]) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.1)
    return False


def test_an_item_with_a_photo_is_recommended_within_seconds(client: TestClient) -> None:
    assert client.get("/v1/items/miners").status_code == 404
    response = client.put(
        "/v1/items/miners", data={"item": json.dumps(MINERS)}, files={"image": ("p.jpg", picture(), "image/jpeg")}
    )
    assert response.status_code == 202, response.text
    assert within(60, lambda: "miners" in best(client, query=QUERY, k=3))
    state = client.get("/v1/items/miners").json()
    assert state["searchable"] and state["media"] == ["image"] and state["attributes"]["year"] == 1997
    taken = {"events": [{"user": "digger", "item": "miners"}]}
    assert client.post("/v1/events", json=taken).status_code == 201
    assert client.post("/v1/recommendations", json={"user": "digger"}).json()["history"] == ["miners"]


def test_attributes_may_have_any_name_that_a_catalogue_may(client: TestClient) -> None:
    names = (
        "product group",
        "caf\u00e9.au lait",
        "价格区间",
        "a=b and c",
        'O\'Neil "q"',
        "emoji 😀",
        "(x|y)",
        "price: EUR",
        "-",
    )
    held: dict[str, Any] = dict.fromkeys(names, "moss, dark")
    response = client.put("/v1/items/odd names", json={"title": "Odd Names", "attributes": held | {"power (W)": 60}})
    assert response.status_code == 202, response.text
    assert within(60, lambda: client.get("/v1/items/odd names").json().get("attributes") == held | {"power (W)": 60})
    for name in names:
        assert best(client, where=written(name, "=", ["moss, dark"])) == ["odd names"], name
    assert best(client, where="'power (W)'>=50 and year|'power (W)'=60") == ["odd names"]
    assert client.delete("/v1/items/odd names").status_code == 200


def test_another_start_has_it_again_and_a_changed_item_is_the_new_one(
    client: TestClient, recommender: Recommender, database: Database, store: Path
) -> None:
    client.put("/v1/items/1", json=MINERS | {"title": "Deep Reef", "attributes": {"genres": ["Western"], "year": 2009}})
    assert within(60, lambda: best(client, where="year=2009") == ["1"])
    with TestClient(build(recommender, database, MediaFolder(store / "media")), headers=client.headers) as again:
        assert best(again, where="year=2009") == ["1"]
        assert again.get("/v1/items/1").json()["title"] == "Deep Reef"


def test_what_is_withdrawn_is_gone(client: TestClient, store: Path) -> None:
    reef = {"title": "Reef Of Unspeakable Plums", "attributes": {"year": 1931}}
    content = picture(7)
    files = {"image": ("p.jpg", content, "image/jpeg")}
    client.put("/v1/items/plums", data={"item": json.dumps(reef)}, files=files)
    assert within(60, lambda: client.get("/v1/items/plums").status_code == 200)
    assert any(file.read_bytes() == content for file in (store / "media").iterdir())
    client.post(
        "/v1/events", json={"events": [{"user": "plumber", "item": "plums"}, {"user": "plumber", "item": "50"}]}
    )
    assert client.delete("/v1/items/plums").status_code == 200
    assert within(60, lambda: client.get("/v1/items/plums").status_code == 404)
    assert client.post("/v1/recommendations", json={"user": "plumber"}).json()["history"] == ["50"]
    assert client.post("/v1/recommendations", json={"like": "plums"}).status_code == 404
    held = b"".join(file.read_bytes() for file in store.rglob("*") if file.is_file())
    assert b"Unspeakable" not in held and content not in held
    of_folder = best(client, user="42", k=1)[0]
    assert client.delete(f"/v1/items/{of_folder}").status_code == 200
    assert within(60, lambda: of_folder not in best(client, user="42", k=50))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"title": ""}, "title"),
        ({"title": "x", "attributes": {"year": "long ago"}}, "year"),
        ({"title": "x", "attributes": {"genres": 3}}, "genres"),
        ({"title": "x", "attributes": {"year": 10**400}}, "year"),
        ({"title": "x", "attributes": {"year": True}}, "year"),
        ({"title": "x", "attributes": {" ": "c"}}, "attributes"),
        ({"title": "x", "attributes": {"a\x00b": "c"}}, "attributes"),
        ({"title": "x", "price": 3}, "price"),
        ([], "body"),
    ],
)
def test_a_wrong_item_is_one_sentence(client: TestClient, body: Any, words: str) -> None:
    response = client.put("/v1/items/wrong", json=body)
    assert response.status_code == 422 and words in response.json()["error"]["message"], response.text


def test_bad_media_are_refused_and_not_kept(client: TestClient, store: Path) -> None:
    before = sorted((store / "media").glob("*"))
    for files, words in (
        ({"image": ("p.jpg", b"no picture", "image/jpeg")}, "cannot be read"),
        ({"image": ("p.jpg", picture()[:300], "image/jpeg")}, "cannot be read"),
        ({"audio": ("p.wav", b"RIFF", "audio/wav")}, "audio"),
        ({"poster": ("p.jpg", picture(), "image/jpeg")}, "poster"),
    ):
        response = client.put("/v1/items/wrong", data={"item": json.dumps(MINERS)}, files=files)
        assert response.status_code == 422 and words in response.json()["error"]["message"], response.text
    assert client.get("/v1/items/wrong").status_code == 404
    assert sorted((store / "media").glob("*")) == before


def test_a_key_that_may_not_edit_changes_nothing(stranger: TestClient) -> None:
    assert stranger.put("/v1/items/x", json=MINERS).status_code == 403
    assert stranger.delete("/v1/items/2").status_code == 403
    assert stranger.get("/v1/items/2").status_code == 200


def asked(client: TestClient, line: str) -> list[str]:
    """What a line of a chat is taken to ask for."""
    turn = ChatTurn(client.app.state.gateway.service, "elsewhere", None, [Message(True, line)])  # type: ignore[attr-defined]
    turn.opening()
    found = turn.shown()
    return found.conditions if found else []


def test_another_gateway_has_each_change_soon_and_gives_the_same_answers(
    client: TestClient, recommender: Recommender, database: Database, store: Path
) -> None:
    def put(at: TestClient, id: str, title: str) -> None:
        body = {
            "title": title,
            "description": f"{title}: a lighthouse keeper and a storm.",
            "attributes": {"year": 2031},
        }
        assert at.put(f"/v1/items/{id}", json=body).status_code == 202

    def answers(of: TestClient) -> list[Any]:
        asked: list[dict[str, Any]] = [
            {"user": "7"},
            {"user": "42", "query": "a lighthouse"},
            {"query": "storm", "k": 50},
        ]
        told = [of.post("/v1/recommendations", json=body).json()["items"] for body in asked]
        return [
            [(item["id"], item["title"], pytest.approx(item["score"], abs=1e-3)) for item in items] for items in told
        ]

    folders = best(client, user="42", k=1)[0]
    with TestClient(build(recommender, database, MediaFolder(store / "media")), headers=client.headers) as other:
        put(client, "light-1", "The First Lamp")
        assert within(30, lambda: "light-1" in best(other, query="the first lamp, a lighthouse keeper", k=3))
        put(other, "light-2", "The Second Lamp")
        put(client, "light-3", "The Third Lamp")
        put(other, folders, "The Folder's Lamp")
        assert within(30, lambda: client.get("/v1/items/light-2").status_code == 200)
        put(other, "light-1", "The First Lamp Again")  # now the last of all
        assert within(30, lambda: client.get("/v1/items/light-1").json()["title"] == "The First Lamp Again")
        assert within(30, lambda: client.get(f"/v1/items/{folders}").json()["title"] == "The Folder's Lamp")
        assert (
            client.delete("/v1/items/light-2").status_code == client.delete(f"/v1/items/{folders}").status_code == 200
        )
        assert within(30, lambda: other.get("/v1/items/light-2").status_code == 404)
        assert within(30, lambda: other.get(f"/v1/items/{folders}").status_code == 404)
        with TestClient(build(recommender, database, MediaFolder(store / "media")), headers=client.headers) as late:
            assert answers(late) == answers(client) == answers(other)
            served = late.get("/readyz").json()
            assert served == client.get("/readyz").json() == other.get("/readyz").json()
            assert served["items"]["version"] >= 7 and served["index"]["items"] == len(recommender.catalog.items)
            assert f"llmrec_items_version {served['items']['version']}.0" in late.get("/metrics").text
        put(other, "light-4", "The Fourth Lamp")
        assert client.delete("/v1/items/light-4").status_code == 200  # one that it had not heard of yet


def test_no_gateway_deletes_the_media_that_another_puts_at_that_moment(
    client: TestClient, recommender: Recommender, database: Database, store: Path
) -> None:
    content = picture(11)
    form = {"data": {"item": json.dumps(MINERS)}, "files": {"image": ("p.jpg", content, "image/jpeg")}}
    with TestClient(build(recommender, database, MediaFolder(store / "media")), headers=client.headers) as other:
        assert other.put("/v1/items/short-0", **form).status_code == 202  # type: ignore[arg-type]
        for n in range(4):  # the one item with the picture goes while another with it comes
            with ThreadPoolExecutor(2) as pool:
                gone = pool.submit(other.delete, f"/v1/items/short-{n}")
                come = pool.submit(client.put, f"/v1/items/short-{n + 1}", **form)  # type: ignore[arg-type]
                assert (gone.result().status_code, come.result().status_code) == (200, 202)
            assert [file.read_bytes() for file in (store / "media").iterdir()].count(content) == 1
        assert within(30, lambda: other.get("/v1/media/image/short-4").content == content)
        assert other.delete("/v1/items/short-4").status_code == 200
    assert content not in [file.read_bytes() for file in (store / "media").iterdir()]


class Bucket(MemoryFileSystem):
    """fsspec's memory, which may be away."""

    away = False
    cachable = False

    def _open(self, *words: Any, **named: Any) -> Any:
        if Bucket.away:
            raise ConnectionError("no route to it")
        return super()._open(*words, **named)


def test_media_in_a_bucket_are_found_from_every_gateway_and_again_when_it_was_away(
    client: TestClient, recommender: Recommender, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gateway(n: int) -> TestClient:
        media = MediaBucket(Bucket(), "/shop/media", tmp_path / f"copies-{n}")
        return TestClient(build(recommender, database, media), headers=client.headers)

    def form(content: bytes) -> Any:
        return {"data": {"item": json.dumps(MINERS)}, "files": {"image": ("p.jpg", content, "image/jpeg")}}

    def told(of: TestClient) -> Any:
        items = of.post("/v1/recommendations", json={"query": QUERY, "k": 50}).json()["items"]
        return [(item["id"], pytest.approx(item["score"], abs=1e-3)) for item in items]

    def copies(n: int) -> list[Path]:
        return [*(tmp_path / f"copies-{n}").glob("*")]

    monkeypatch.setattr(live_catalog, "RETRY_SECONDS", 0.2)
    first, second = picture(21), picture(22)
    with gateway(1) as one, gateway(2) as other:
        for n in range(2):
            assert one.put(f"/v1/items/deep-{n}", **form(first)).status_code == 202
        assert within(30, lambda: other.get("/v1/media/image/deep-1").content == first)
        assert Bucket().ls("/shop/media", detail=False) == [f"/shop/media/{hashlib.sha256(first).hexdigest()}"]
        assert one.delete("/v1/items/deep-0").status_code == 200
        assert other.get("/v1/media/image/deep-1").content == first  # another item has the same picture
        monkeypatch.setattr(Bucket, "away", True)
        refused = one.put("/v1/items/deep-2", **form(second))
        assert refused.status_code == 503 and "media does not answer" in refused.json()["error"]["message"]
        assert one.put("/v1/items/deep-3", json=MINERS).status_code == 202
        with gateway(3) as late:
            assert late.get("/v1/items/deep-1").status_code == 200
            assert late.get("/v1/media/image/deep-1").status_code == 404
            assert one.get("/v1/media/image/deep-1").content == first
            monkeypatch.setattr(Bucket, "away", False)
            assert within(30, lambda: late.get("/v1/media/image/deep-1").content == first)
            assert within(30, lambda: told(late) == told(one) == told(other))
            assert one.delete("/v1/items/deep-1").status_code == one.delete("/v1/items/deep-3").status_code == 200
            assert within(30, lambda: not (copies(1) or copies(2) or copies(3)))
        assert Bucket().ls("/shop/media") == []


def test_a_bucket_without_its_driver_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(MissingExtra, match=r"`media` is s3://shop/media, which needs .* s3fs; run: .*\[s3\]"):
        open_media(None, "s3://key:secret@shop/media")


def test_a_file_that_a_process_left_amid_its_work_is_deleted_at_the_next_start(
    client: TestClient, recommender: Recommender, database: Database, store: Path
) -> None:
    held, left, new = ((store / "media" / name) for name in ("", "left.ab12", "new.ab12"))
    left.write_bytes(b"half")
    new.write_bytes(b"half")
    os.utime(left, (1, 1))
    form = {"data": {"item": json.dumps(MINERS)}, "files": {"image": ("p.jpg", picture(12), "image/jpeg")}}
    assert client.put("/v1/items/old", **form).status_code == 202  # type: ignore[arg-type]
    for file in held.iterdir():
        if file != new:
            os.utime(file, (1, 1))
    before = {*held.iterdir()}
    with TestClient(build(recommender, database, MediaFolder(store / "media"))):
        assert before - {*held.iterdir()} == {left}
    new.unlink()


def test_a_gateway_that_cannot_follow_says_so_once_and_catches_up(
    client: TestClient, database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*_: object) -> None:
        raise StoreUnavailable("the store does not answer; try again")

    monkeypatch.setattr(live_catalog, "RETRY_SECONDS", 0.1)
    with caplog.at_level("INFO", "llmrec.server"):
        with monkeypatch.context() as meanwhile:
            meanwhile.setattr(live_catalog, "changes_since", away)
            time.sleep(1.2)
            put_item(database, Item("late", "Late For Everybody"))  # as another gateway does
            assert client.get("/v1/items/late").status_code == 404
        assert within(30, lambda: client.get("/v1/items/late").status_code == 200)
    said = [record.getMessage() for record in caplog.records if "taken in" in record.getMessage()]
    assert said[:3].count("items not taken in") == 1 and "items are taken in again" in said


def test_an_item_takes_no_word_away_from_anybody(client: TestClient) -> None:
    lines = ("something funny", "a comedy under 40", "more sad films, not horror", "space films, nothing serious")
    before = [asked(client, line) for line in lines]
    words = ["something", "the", "more", "funny", "a", "why 1", "sad", "space", "serious"]
    body = {"title": "Hijack", "attributes": {"genres": words, "aaa": ["Comedy", "horror"], "price": 5, "year": 1995}}
    assert client.put("/v1/items/hijack", json=body).status_code == 202
    assert within(60, lambda: client.get("/v1/items/hijack").status_code == 200)
    assert [asked(client, line) for line in lines] == before
    values = client.get("/v1/catalog").json()["values"]
    assert "aaa" not in values and "funny" not in values["genres"]
    assert best(client, where="genres=funny") == ["hijack"]  # who asks by a filter gets it
    assert client.delete("/v1/items/hijack").status_code == 200
    assert [asked(client, line) for line in lines] == before


def test_a_value_that_enough_items_have_is_a_word(client: TestClient) -> None:
    folder = client.app.state.gateway.live._folder  # type: ignore[attr-defined]
    base = folder._catalog
    new = [Item(f"n{n}", f"New {n}", "", {"genres": ("Kaiju",), "aaa": "Comedy"}) for n in range(5)]
    for count, found in ((4, ()), (5, ("genres=Kaiju",))):
        catalog = replace(base, items=(*base.items, *new[:count]))
        spoken = folder.spoken(catalog, frozenset(catalog.row))
        assert understand("some kaiju", spoken).filters == found
        assert understand("only comedies", spoken).filters == ("genres=Comedy",)
    gone = frozenset(catalog.row) - {"n4"}
    assert understand("some kaiju", folder.spoken(catalog, gone)).filters == ()


def test_a_withdrawal_is_in_force_in_the_next_answer(client: TestClient) -> None:
    for _ in range(2):
        first = best(client, user="7", k=1)[0]
        assert client.delete(f"/v1/items/{first}").status_code == 200
        assert client.get(f"/v1/items/{first}").status_code == 404
        assert first not in best(client, user="7", k=50)


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\x00\x00\x00\x20ftypisom", "video/mp4"), (b"\x1a\x45\xdf\xa3rest", "video/webm"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "audio/wav"), (b"<html><script>", "application/octet-stream"),
        (b"", "application/octet-stream"),
    ],
)  # fmt: skip
def test_kind_by_content(tmp_path: Path, head: bytes, kind: str) -> None:
    file = tmp_path / "file"
    file.write_bytes(head)
    assert playable_type(file) == kind
