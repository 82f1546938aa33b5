"""The page for everybody: keyboard, screen reader (axe-core), phone, dark, reduced motion."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.e2e.web.conftest import Site
from tests.e2e.web.steps import Keep, answers, ask, found, item, rationale, record, serious, stream

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
BODY = found(
    item("1", "Tombstone", rationale(record("history", 0.4, history_item="9")), genres=["Western"], year=1993),
    item("2", "Unforgiven", rationale(record("modality", 0.4, modality="text")), genres=["Western"], year=1992),
    conditions=["year>=1990", "year<2000", "genres!=Horror"], degraded=["llm"], notes=["A remark."],
)  # fmt: skip


def shown(page: "Page") -> None:
    answers(page, stream(BODY))
    ask(page, "a western")
    page.locator(".opener").first.click()


def _authentication(page: "Page") -> None:
    page.get_by_role("button", name="Key").click()


def _failed(page: "Page") -> None:
    answers(page, '{"error": {"message": "busy"}}', 429, Retry_After="60")
    ask(page, "a western")
    page.get_by_role("alert").filter(has_text="Too much").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("state", "make"),
    [("sign-in", _authentication), ("welcome", None), ("answer", shown), ("failure", _failed)],
)
def test_axe_finds_nothing_serious(
    inside: "Page", scheme: str, state: str, make: Callable[["Page"], None] | None, keep: Keep
) -> None:
    inside.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    if make:
        make(inside)
    keep(inside, f"{state}-{scheme}")
    assert not serious(inside)


def test_everything_is_done_with_the_keyboard_alone(page: "Page", site: Site) -> None:
    page.goto("/")
    page.keyboard.type(site.key)  # the field for the key has the focus
    page.keyboard.press("Enter")
    page.get_by_label("Your message").wait_for()
    page.wait_for_function("document.activeElement.id === 'words'")
    answers(page, stream(BODY))
    page.keyboard.type("a western")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("or two")
    page.keyboard.press("Enter")
    page.locator(".opener").first.wait_for()
    assert page.locator(".mine").inner_text() == "a western\nor two"
    page.locator(".skip").focus()  # the first of the page
    order = []
    for _ in range(9):
        page.keyboard.press("Tab")
        order.append(page.evaluate("(document.activeElement.ariaLabel ?? '') || document.activeElement.textContent"
                                   " || document.activeElement.id"))  # fmt: skip
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    assert order == [
        "user", "Memory", "Key", "Remove the condition 1990s", "Remove the condition not Horror",
        "Why Tombstone?", "I like Tombstone", "Not for me: Tombstone", "More like Tombstone",
    ]  # fmt: skip
    for _ in range(2):
        page.keyboard.press("Shift+Tab")
    with page.expect_response("**/v1/events") as noted:
        page.keyboard.press("Space")
    assert noted.value.status == 201 and noted.value.request.post_data_json["events"][0]["user"].startswith("guest-")
    page.get_by_role("button", name="Show the next list").wait_for()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    assert page.locator(".why").first.is_visible()
    assert "next list" in page.get_by_role("status").inner_text()


def test_skip_link_leads_to_the_message(inside: "Page") -> None:
    link = inside.get_by_role("link", name="Skip to your message")
    link.focus()
    box = link.bounding_box()
    assert box is not None and box["y"] >= 0  # who comes to it sees it
    inside.keyboard.press("Enter")
    assert inside.evaluate("document.activeElement.id") == "words"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wider_than_a_phone(inside: "Page", scheme: str, keep: Keep) -> None:
    inside.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    inside.set_viewport_size({"width": 360, "height": 740})
    shown(inside)
    assert inside.evaluate("document.documentElement.scrollWidth") <= 360
    for one in inside.locator("button:visible").all():
        box = one.bounding_box()
        assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= 360
        assert min(box["width"], box["height"]) >= 24  # WCAG 2.2, 2.5.8
    keep(inside, f"phone-{scheme}")


def test_a_dark_screen_gets_a_dark_page_and_who_wants_no_motion_gets_none(inside: "Page") -> None:
    ground = "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)"
    assert min(inside.evaluate(ground)) > 200
    inside.emulate_media(color_scheme="dark", reduced_motion="reduce")
    assert max(inside.evaluate(ground)) < 60
    shown(inside)
    assert inside.evaluate("getComputedStyle(document.querySelector('.card')).animationName") == "none"


def test_the_pages_of_the_api_need_nothing_from_elsewhere(page: "Page") -> None:
    page.goto("/docs")
    page.get_by_text("/v1/recommendations", exact=True).first.wait_for()
