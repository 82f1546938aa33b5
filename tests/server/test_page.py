"""The chat page is served whole and asks nothing of anybody else; pictures of items come with a key."""

import json
import re
from pathlib import Path

from fastapi.testclient import TestClient

from tests.server.test_items import MINERS, picture, within


def test_the_page_needs_nothing_from_elsewhere(client: TestClient) -> None:
    nobody = TestClient(client.app)
    page = nobody.get("/")
    assert page.headers["content-type"].startswith("text/html")
    parts = re.findall(r'(?:href|src)="([^"]+)"', page.text)
    assert len(parts) == 2
    for part in parts:
        found = nobody.get(f"/{part}")
        assert found.status_code == 200 and "Content-Security-Policy" in found.headers
        assert "http" not in re.sub(r"https?://www\.w3\.org", "", found.text)
    assert not re.search(r"innerHTML|insertAdjacentHTML|document\.write|eval\(", nobody.get("/page/chat.js").text)
    assert nobody.get("/page/..%2Fapp.py").status_code in (404, 422)


def test_every_field_of_the_page_has_a_label(client: TestClient) -> None:
    text = client.get("/").text
    fields = len(re.findall(r"<input", text))
    assert fields and fields == len(re.findall(r"<label[^>]*>(?:(?!</label>).)*<input", text, re.S))
    assert 'lang="en"' in text and 'name="viewport"' in text and 'aria-live="polite"' in text


def test_the_picture_of_an_item_comes_with_a_key(client: TestClient, store: Path) -> None:
    content = picture(11)
    client.put("/v1/items/seen", data={"item": json.dumps(MINERS)}, files={"image": ("p", content, "image/jpeg")})
    assert within(60, lambda: client.get("/v1/items/seen").status_code == 200)
    found = client.get("/v1/media/image/seen")
    assert found.content == content and found.headers["content-type"] == "image/jpeg"
    assert TestClient(client.app).get("/v1/media/image/seen").status_code == 401
    assert client.get("/v1/media/image/1").status_code == client.get("/v1/media/image/none").status_code == 404
    assert (store / "media").is_dir()
