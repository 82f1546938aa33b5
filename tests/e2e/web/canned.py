"""An answer as the gateway streams it, made up: to show what a real one holds only where something is wrong."""

import json
from typing import Any

TITLE = "<img src=x onerror=alert(1)> & Sons"


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
