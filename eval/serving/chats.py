"""Conversations side by side: wishes, more, why, rejections, each list followed by an event that must count."""

import asyncio
import json
import time
from dataclasses import dataclass, field
from typing import Any

import httpx

QUERIES = (
    "something funny from the 90s, not horror",
    "a dark thriller",
    "only dramas before 1980",
    "a space adventure",
)
TURNS = ("why 1", "more like the second one", "not the first one")
"""What follows the wish in every conversation."""


@dataclass
class Told:
    """What came of all conversations. `whole`, `first`: seconds to the end of each answer, and to its first line."""

    whole: list[float] = field(default_factory=list)
    first: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    acknowledged: dict[str, list[str]] = field(default_factory=dict)
    """User -> items of the events that were acknowledged."""


async def converse(client: httpx.AsyncClient, at_once: int, requests: int) -> Told:
    """So many chat requests, `at_once` conversations at a time; each waits for its answer, as people do."""
    told, left = Told(), iter(range(requests))

    async def talk(lane: int) -> None:
        conversation = 0
        while True:
            user, messages = f"talker-{lane}-{conversation}", []
            for words in (QUERIES[(lane + conversation) % len(QUERIES)], *TURNS):
                if next(left, None) is None:
                    return
                messages.append({"role": "user", "content": words})
                text, items = await _say(client, user, messages, told)
                messages.append({"role": "assistant", "content": text or "…"})
                if items:
                    await _take(client, user, items[0], told)
            conversation += 1

    await asyncio.gather(*(talk(lane) for lane in range(at_once)))
    return told


async def lost_events(client: httpx.AsyncClient, told: Told) -> int:
    """Events that were acknowledged and are in no history."""
    lost = 0
    for user, items in told.acknowledged.items():
        answer = await client.post("/v1/recommendations", json={"user": user, "k": 1})
        history = answer.json()["history"] if answer.status_code == 200 else []
        lost += sum(item not in history for item in items)
    return lost


async def _say(
    client: httpx.AsyncClient, user: str, messages: list[dict[str, str]], told: Told
) -> tuple[str, list[str]]:
    """The answer's text and the ids of its list; an answer that is not whole is an error."""
    body = {"model": "llmrec", "user": user, "stream": True, "messages": messages}
    started, first, text, items, done = time.perf_counter(), 0.0, "", [], False
    try:
        async with client.stream("POST", "/v1/chat/completions", json=body) as response:
            if response.status_code != 200:
                told.errors.append(f"{response.status_code}: {(await response.aread())[:200]!r}")
                return "", []
            async for line in response.aiter_lines():
                done |= line == "data: [DONE]"
                if not line.startswith("data: {"):
                    continue
                event: dict[str, Any] = json.loads(line[len("data: ") :])
                piece = event["choices"][0]["delta"].get("content") or ""
                first = first or (time.perf_counter() - started if piece else 0.0)
                text += piece
                if listed := (event.get("recommendations") or {}).get("items"):
                    items = [item["id"] for item in listed]
    except httpx.HTTPError as error:
        told.errors.append(repr(error))
        return "", []
    if not done or "The reasons are missing" in text:
        told.errors.append(f"cut off after {text[-100:]!r}")
    told.whole.append(time.perf_counter() - started)
    told.first.append(first)
    return text, items


async def _take(client: httpx.AsyncClient, user: str, item: str, told: Told) -> None:
    body = {"events": [{"user": user, "item": item}]}
    try:
        response = await client.post("/v1/events", json=body)
    except httpx.HTTPError as error:
        told.errors.append(repr(error))
        return
    if response.status_code == 201:
        told.acknowledged.setdefault(user, []).append(item)
    else:
        told.errors.append(f"{response.status_code}: {response.text[:200]}")
