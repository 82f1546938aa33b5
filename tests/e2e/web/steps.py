"""What the tests of the page do again and again, and an answer as the gateway streams it, made up.

The latter shows what a real one holds only where something is wrong.
"""

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

Keep = Callable[["Page", str], None]
CHAT = "**/v1/chat/completions"
TITLE = "<img src=x onerror=alert(1)> & Sons"


def ask(page: "Page", words: str, user: str | None = None) -> None:
    """Says something, as `user` where one is named."""
    if user is not None:
        page.get_by_label("For", exact=True).fill(user)
        page.keyboard.press("Enter")
    page.get_by_label("Your message").fill(words)
    page.keyboard.press("Enter")


def answered(page: "Page", turn: int) -> list[str]:
    """The titles of the cards of a turn (1 is the first), once it is at its end."""
    reply = page.locator(".turn").nth(turn - 1).locator(".reply:not([aria-busy])")
    reply.wait_for()
    return [re.sub(r"^\d+|\s+\d{4}$", "", title).strip() for title in reply.locator("h3").all_inner_texts()]


def answers(page: "Page", body: str, status: int = 200, **headers: str) -> None:
    """The page gets this as its next answer; the header `Retry_After` is sent with a hyphen."""
    sent = {"Content-Type": "text/event-stream", **{name.replace("_", "-"): value for name, value in headers.items()}}

    def give(route: "Route") -> None:
        route.fulfill(status=status, body=body, headers=sent)

    page.route(CHAT, give, times=1)


def serious(page: "Page") -> str:
    """What axe-core finds serious or critical, a line each."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    violations = axe.Axe().run(page).response["violations"]
    return "\n".join(
        f"{one['id']}: {node['html']} {node['failureSummary']}"
        for one in violations if one["impact"] in ("serious", "critical") for node in one["nodes"]
    )  # fmt: skip


def item(id: str, title: str, rationale: dict[str, Any] | None, **attributes: Any) -> dict[str, Any]:
    return {
        "id": id, "title": title, "score": 2.0, "parts": {"llm": 2.0}, "attributes": attributes, "media": [],
        "rationale": rationale,
    }  # fmt: skip


def rationale(*records: dict[str, Any], text: str = "It was near what you like.", **more: Any) -> dict[str, Any]:
    claim = {"kind": "cause", "text": "near", "start": 7, "verdict": "not_checkable", "against": "", "why": "no record"}
    return {
        "text": text, "source": "plain", "claims": [claim | {"cites": []}], "refused": [],
        "evidence": {"item": "1", "query": "", "items": list(records)} | more,
    }  # fmt: skip


def record(kind: str, effect: float | None, **fields: Any) -> dict[str, Any]:
    return {"kind": kind, "history_item": None, "attribute": None, "modality": None, "effect": effect} | fields


def found(*items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": "rec-1", "items": list(items), "titles": {"9": "Nine Lives"}, "notes": [], "degraded": [],
        "conditions": [], "inputs": {"text": "plot"},
    } | more  # fmt: skip


def stream(recommendations: dict[str, Any], whole: bool = True, id: str = "chatcmpl-1") -> str:
    """Server-sent events; not `whole`: they break off after the list."""

    def event(content: str, **more: Any) -> str:
        choice = {"index": 0, "delta": {"content": content}, "finish_reason": None}
        return f"data: {json.dumps({'id': id, 'choices': [choice]} | more)}\n\n"

    listing = [event(f"{n}. {item['title']}\n") for n, item in enumerate(recommendations["items"], 1)]
    bare = recommendations | {"items": [item | {"rationale": None} for item in recommendations["items"]]}
    begun = "".join(listing) + event("", recommendations=bare)
    return begun + event("", recommendations=recommendations) + "data: [DONE]\n\n" if whole else begun
