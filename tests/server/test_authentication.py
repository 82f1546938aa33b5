"""Keys, rates, sizes: who gets in, how fast, and with how much."""

import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from llmrec.errors import BadInput
from llmrec.server.store.database import Database
from llmrec.server.store.keys import create_key, find_key, list_keys, revoke_key


def test_every_path_of_the_api_wants_a_key(client: TestClient) -> None:
    nobody = TestClient(client.app)
    paths = client.get("/openapi.json").json()["paths"]
    guarded = [(path, method) for path, of in paths.items() for method in of if path.startswith("/v1")]
    assert len(guarded) >= 2
    for path, method in [*guarded, ("/v1/nothing", "get"), ("/v1", "get")]:
        for header in ({}, {"Authorization": "Bearer llmrec-wrong"}, {"Authorization": "Basic abc"}):
            response = nobody.request(method, re.sub(r"{.*?}", "x", path), headers=header, content=b"{broken")
            assert response.status_code == 401, (method, path)
            assert response.headers["WWW-Authenticate"] == "Bearer"
    assert nobody.get("/healthz").text == "ok" and nobody.get("/readyz").json()["status"] == "ready"


def test_the_store_does_not_give_a_key_away(client: TestClient, database: Database, store: Path) -> None:
    secret = str(client.headers["Authorization"]).removeprefix("Bearer ")
    key = find_key(database, secret)
    assert key is not None and key.tenant == "main"
    held = b"".join(file.read_bytes() for file in store.rglob("*") if file.is_file())
    assert secret.encode() not in held and secret.removeprefix("llmrec-").encode() not in held
    assert key.id.encode() in held


def test_a_revoked_key_opens_nothing(client: TestClient, database: Database) -> None:
    late = TestClient(client.app, headers={"Authorization": f"Bearer {create_key(database, 'late')}"})
    assert late.post("/v1/recommendations", json={"k": 1}).status_code == 200
    revoke_key(database, next(key.id for key in list_keys(database) if key.tenant == "late"))
    assert late.post("/v1/recommendations", json={"k": 1}).status_code == 401
    with pytest.raises(BadInput, match="no key"):
        revoke_key(database, "nothing")


def test_a_key_is_held_to_its_rates(client: TestClient, database: Database) -> None:
    hasty = TestClient(client.app, headers={"Authorization": f"Bearer {create_key(database, 'hasty', rates='3/hour')}"})
    statuses = [hasty.get("/v1/explanations/none").status_code for _ in range(4)]
    assert statuses == [404, 404, 404, 429]
    refused = hasty.get("/v1/explanations/none")
    assert int(refused.headers["Retry-After"]) > 0 and refused.json()["error"]["code"] == "rate_limit_exceeded"
    assert client.get("/v1/explanations/none").status_code == 404  # others go on
    with pytest.raises(BadInput, match="rates"):
        create_key(database, rates="often")


def test_bodies_have_a_size(client: TestClient) -> None:
    response = client.post("/v1/recommendations", content=b" " * 2_000_001)
    assert response.status_code == 413 and "2,000,000" in response.json()["error"]["message"]
    chat = client.post("/v1/chat/completions", content=b" " * 20_000_001)  # there may be a picture in it
    assert chat.status_code == 413 and "20,000,000" in chat.json()["error"]["message"]
    many = b'{"messages": [{"role": "user", "content": "help"}], "tools": [' + b"[]," * 250_000 + b"[]]}"
    assert client.post("/v1/chat/completions", content=many).status_code == 413
    assert client.get("/healthz").status_code == 200
    assert client.post("/healthz", content=b" ").status_code == 413


def test_the_pages_of_the_api_are_there(client: TestClient) -> None:
    schema = client.get("/openapi.json").json()
    assert schema["components"]["schemas"]["RecommendationRequest"]["examples"]
    assert schema["paths"]["/v1/recommendations"]["post"]["security"]
    assert client.get("/docs").status_code == 200


def test_prometheus_reads_what_was_done(client: TestClient) -> None:
    client.get("/v1/explanations/somebodys-secret")
    text = client.get("/metrics").text
    assert 'llmrec_requests_total{method="GET",route="/v1/explanations/{id}",status="404"}' in text
    assert "somebodys-secret" not in text and "llmrec_items 1682.0" in text
