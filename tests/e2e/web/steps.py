"""What the tests of the page do again and again."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

Keep = Callable[["Page", str], None]
CHAT = "**/v1/chat/completions"


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
