"""The chat page is served whole and asks nothing of anybody else; media of items come with a key."""

import json
import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from llmrec.server.routes.page import FOLDER
from tests.server.test_items import MINERS, picture, within


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_a_page_needs_nothing_from_elsewhere(client: TestClient, path: str) -> None:
    nobody = TestClient(client.app)
    page = nobody.get(path)
    assert page.headers["content-type"].startswith("text/html")
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert not re.search(r"<script(?![^>]* src=)|\son\w+=|\sstyle=", page.text)
    parts = re.findall(r'<(?:link|script)[^>]* (?:href|src)="([^"]+)"', page.text)
    assert len(parts) >= 4
    for part in parts:
        found = nobody.get(f"/{part}")
        assert found.status_code == 200 and found.headers["Content-Security-Policy"] == policy


def test_a_file_is_sent_once_and_none_but_the_pages_own(client: TestClient) -> None:
    nobody = TestClient(client.app)
    first = nobody.get("/page/main.js")
    again = nobody.get("/page/main.js", headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    for path in ("/page/..%2Fapp.py", "/page/none.js", "/swagger/..%2Fcore.py", "/page/"):
        assert nobody.get(path).status_code == 404


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.js")), ids=lambda file: file.name)
def test_what_comes_from_the_catalogue_is_never_read_as_html(file: Path) -> None:
    text = file.read_text()
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function", text)
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
    for name in re.findall(r'from "\./([^"]+)"', text):
        assert (FOLDER / name).is_file()


def test_every_field_of_the_page_has_a_label(client: TestClient) -> None:
    text = client.get("/").text
    ids = re.findall(r'<(?:input|textarea) id="([^"]+)"', text)
    assert len(ids) == 4 and all(f'for="{id}"' in text for id in ids)
    assert 'lang="en"' in text and 'name="viewport"' in text and 'role="status"' in text


def test_the_picture_of_an_item_comes_with_a_key(client: TestClient, store: Path) -> None:
    content = picture(11)
    client.put("/v1/items/seen", data={"item": json.dumps(MINERS)}, files={"image": ("p", content, "image/jpeg")})
    assert within(60, lambda: client.get("/v1/items/seen").status_code == 200)
    found = client.get("/v1/media/image/seen")
    assert found.content == content and found.headers["content-type"] == "image/jpeg"
    assert TestClient(client.app).get("/v1/media/image/seen").status_code == 401
    assert client.get("/v1/media/image/1").status_code == client.get("/v1/media/image/none").status_code == 404
    assert client.get("/v1/media/video/seen").status_code == 404
    assert client.get("/v1/media/secret/seen").status_code == 422
    assert (store / "media").is_dir()


def test_what_the_catalogue_is_about(client: TestClient) -> None:
    told = client.get("/v1/catalog").json()
    assert (told["noun"], told["chose"]) == ("film", "watched") and told["items"] > 1600
    assert told["values"]["genres"][:2] == ["Drama", "Comedy"] and told["values"]["year"][0] == "1990s"
    assert TestClient(client.app).get("/v1/catalog").status_code == 401


def test_users_to_choose_from_are_those_of_the_tenant_who_are_not_forgotten(
    client: TestClient, stranger: TestClient
) -> None:
    def known(of: TestClient, starts: str) -> list[str]:
        users: list[str] = of.get("/v1/users", params={"starts": starts}).json()["users"]
        return users

    for of, user in ((client, "ann_b"), (stranger, "annxb")):
        of.post("/v1/events", json={"events": [{"user": user, "item": "50"}]})
    assert known(client, "93")[:3] == ["93", "930", "931"] and known(stranger, "93") == []
    assert known(client, "ann") == ["ann_b"] and known(stranger, "ann_") == []  # "_" stands for itself
    for user in ("93", "ann_b"):
        client.delete(f"/v1/users/{user}")
    assert known(client, "93")[:2] == ["930", "931"] and known(client, "ann") == []
