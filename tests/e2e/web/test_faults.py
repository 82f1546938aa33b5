"""What the page says when something is wrong, and that it goes on afterwards."""

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.web.conftest import Site
from tests.e2e.web.steps import TITLE, answers, ask, found, item, rationale, record, stream

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def test_a_wrong_key_is_told_and_may_be_given_again(page: "Page", site: Site) -> None:
    page.goto("/")
    page.get_by_label("API key").fill("llmrec-wrong")
    page.keyboard.press("Enter")
    page.get_by_text("does not know this key").wait_for()
    page.get_by_label("API key").fill(site.key)
    page.keyboard.press("Enter")
    page.get_by_label("Your message").wait_for()
    page.evaluate("sessionStorage.setItem('key', 'llmrec-revoked')")
    ask(page, "anything")
    page.get_by_role("button", name="Enter a key").click()
    assert page.get_by_label("API key").is_visible()


def test_what_is_too_much_may_be_tried_again_after_a_while(inside: "Page") -> None:
    answers(inside, '{"error": {"message": "key x may ask 1 per minute"}}', 429, Retry_After="2")
    ask(inside, "a western")
    again = inside.get_by_role("button", name=re.compile("^Try again in"))
    again.wait_for()
    assert again.is_disabled()
    answers(inside, stream(found(item("1", "Tombstone", rationale()))))
    inside.get_by_role("button", name="Try again", exact=True).click()
    inside.get_by_role("heading", name="Tombstone").wait_for()
    assert inside.locator(".mine").count() == 1


def test_a_server_that_is_gone_and_one_that_breaks_off(inside: "Page") -> None:
    inside.context.set_offline(True)
    ask(inside, "a western")
    inside.get_by_text("The server cannot be reached").wait_for()
    inside.context.set_offline(False)
    answers(inside, stream(found(item("1", "Tombstone", rationale())), whole=False))
    inside.get_by_role("button", name="Try again").click()
    inside.get_by_text("The connection broke off").wait_for()
    assert inside.get_by_role("heading", name="Tombstone").is_visible()  # what came, stays


def test_what_was_replaced_is_told_quietly_and_unknown_evidence_is_shown(inside: "Page") -> None:
    evidence = (
        record("history", 0.4, history_item="9"), record("counterfactual", -0.3, history_item="9", rank=12),
        record("neighbours", None, text="Twelve people with your taste liked it."),
    )  # fmt: skip
    counted: dict[str, Any] = {
        "counterfactuals": [{"history_item": "9", "rank": 3, "rank_without": 12}],
        "companions": [{"history_item": "9", "both": 30, "group": 40, "takers": 70, "people": 900}],
        "shapley": [{"history_item": "9", "effect": 0.2, "error": 0.05}],
    }
    body = found(
        item("1", TITLE, rationale(*evidence, **counted), genres=["Comedy"]), degraded=["llm", "something new"]
    )
    answers(inside, stream(body))
    ask(inside, "a comedy")
    inside.get_by_text("The language model is out of reach just now").wait_for()
    assert "something new" in inside.locator(".notice").inner_text()
    assert inside.locator("h3").inner_text().endswith(TITLE) and inside.locator(".card img").count() == 0
    inside.locator(".opener").click()
    told = inside.locator(".why").inner_text()
    assert "counterfactual · Nine Lives · 12" in told and "\u22120.30" in told
    assert "Twelve people with your taste liked it." in told
    assert "Without Nine Lives it would be number 12, not 3." in told
    assert "Of about 40 people who watched Nine Lives, about 30 watched this too; of all 900, about 70 did." in told
    assert "give or take 0.05" in told
    assert "cannot be checked: no record" in told


def test_reasons_that_did_not_come_may_be_asked_for(inside: "Page") -> None:
    explained = item("1", "Tombstone", rationale(record("history", 0.4, history_item="9")))
    answers(inside, stream(found(item("1", "Tombstone", None))))
    told: dict[str, Any] = {"id": "rec-1", "created": 0, "query": None, "items": [explained]}
    inside.route("**/v1/explanations/rec-1", lambda route: route.fulfill(json=told))
    ask(inside, "a western")
    inside.get_by_role("button", name="Measure them now").click()
    inside.locator(".opener").click()
    assert "Nine Lives" in inside.locator(".why").inner_text()
    assert inside.locator(".sentence").inner_text() == "It was near what you like."
