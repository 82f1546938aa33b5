"""What people do with the page: ask, see why, say what they think of it, ask on; and what it says when something is
wrong, and that it goes on afterwards.
"""

import base64
import io
import re
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from tests.e2e.web.conftest import Site
from tests.e2e.web.steps import (
    CHAT,
    TITLE,
    Keep,
    answered,
    answers,
    ask,
    found,
    item,
    rationale,
    record,
    serious,
    stream,
)

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
WATCH = """
window.seen = [];
new MutationObserver(() => {
  const now = [".words:not(.thinking)", ".card .waiting", ".opener"].filter((one) => document.querySelector(one));
  if (now.join() !== window.seen.at(-1)) window.seen.push(now.join());
}).observe(document.getElementById("log"), { childList: true, subtree: true, characterData: true, attributes: true });
"""


def test_a_list_streams_in_says_why_and_the_next_one_minds_what_was_thought_of_it(inside: "Page", keep: Keep) -> None:
    keep(inside, "welcome")
    inside.evaluate(WATCH)
    ask(inside, "something funny from the 90s, not horror", user="471")
    titles = answered(inside, 1)
    assert len(titles) == 5
    seen = inside.evaluate("window.seen")
    assert seen.index(".card .waiting") < seen.index(".opener")  # cards first, reasons when they are measured
    assert inside.locator(".understood li").all_inner_texts() == ["1990s\n✕", "not Horror\n✕"]
    keep(inside, "answer")

    first = inside.locator(".card").first
    first.get_by_role("button", name=f"Why {titles[0]}?").click()
    panel = first.get_by_role("region", name=f"Why {titles[0]}")
    assert panel.is_visible()
    told = panel.inner_text()
    assert "From what you watched" in told and "What of this film counted" in told
    names = panel.locator(".bars .name").all_inner_texts()
    assert names and not [name for name in names if name.split()[0].isdigit()]  # titles, no ids
    assert panel.locator(".bars .fill").first.bounding_box()["width"] > 0  # type: ignore[index]
    assert panel.locator(".claims .supported").count() > 0
    keep(inside, "why")
    assert not serious(inside)

    first.get_by_role("button", name=f"Not for me: {titles[0]}").click()
    inside.get_by_role("button", name="Show the next list").click()
    following = answered(inside, 2)
    assert len(following) == 5 and titles[0] not in following
    assert inside.locator(".understood").nth(1).get_by_role("button").count() == 2


def test_a_condition_is_taken_off_as_a_chip(inside: "Page") -> None:
    ask(inside, "comedies, not horror, from the 1980s", user="12")
    answered(inside, 1)
    years = inside.locator(".year").all_inner_texts()
    assert years and all(1980 <= int(year) < 1990 for year in years)
    inside.get_by_role("button", name="Remove the condition 1980s").click()
    assert len(answered(inside, 2)) == 5
    assert inside.locator(".mine").last.inner_text() == "Without “1980s”"
    chips = inside.locator(".understood").last.locator("li").all_inner_texts()
    assert len(chips) == 2 and "Horror" in chips[0] and "Comedy" in chips[1]
    assert inside.locator(".turn").first.locator(".understood button").count() == 0  # the older list's stay as they are


def test_a_photo_is_added_seen_taken_out_and_sent_small_without_what_the_camera_wrote(inside: "Page") -> None:
    large = Image.effect_noise((2400, 1200), 60).convert("RGB")
    exif = Image.Exif()
    exif[0x010E] = "where this was taken"
    file = io.BytesIO()
    large.save(file, "jpeg", exif=exif)
    photo = {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}
    field = inside.get_by_label("Add a photo")
    field.set_input_files(photo)  # type: ignore[arg-type]
    inside.get_by_role("button", name="Take the photo out").click()
    assert inside.get_by_alt_text("The photo that is sent along").is_hidden()
    field.set_input_files(photo)  # type: ignore[arg-type]
    inside.get_by_alt_text("The photo that is sent along").wait_for()
    with inside.expect_request(CHAT) as sent:
        ask(inside, "")
    url = sent.value.post_data_json["messages"][0]["content"][1]["image_url"]["url"]  # type: ignore[index]
    content = base64.b64decode(url.partition(",")[2])
    assert Image.open(io.BytesIO(content)).size == (1024, 512) and b"taken" not in content
    assert len(answered(inside, 1)) == 5


def test_a_photo_is_pasted_and_dropped(inside: "Page") -> None:
    give = """(kind) => {
      const canvas = document.createElement("canvas");
      canvas.toBlob((blob) => {
        const data = new DataTransfer();
        data.items.add(new File([blob], "photo.png", { type: "image/png" }));
        const how = { clipboardData: data, dataTransfer: data, bubbles: true, cancelable: true };
        const event = kind === "paste" ? new ClipboardEvent(kind, how) : new DragEvent(kind, how);
        document.getElementById("words").dispatchEvent(event);
      });
    }"""
    photo = inside.get_by_alt_text("The photo that is sent along")
    for kind in ("paste", "drop"):
        inside.evaluate(give, kind)
        photo.wait_for()
        assert photo.evaluate("shown => shown.decode().then(() => [shown.naturalWidth, shown.naturalHeight])") == [
            300,
            150,
        ]
        answers(inside, stream(found(item("1", "Tombstone", rationale()))))
        with inside.expect_request(CHAT) as sent:
            ask(inside, f"like what I {kind}")
        words, picture = sent.value.post_data_json["messages"][-1]["content"]  # type: ignore[index]
        assert words["text"] == f"like what I {kind}"
        content = base64.b64decode(picture["image_url"]["url"].partition(",")[2])
        assert Image.open(io.BytesIO(content)).size == (300, 150)
        assert photo.is_hidden()  # it is sent once


def test_the_conversation_goes_on_from_the_id_of_the_reply_before(inside: "Page") -> None:
    answers(inside, stream(found(item("1", "Tombstone", rationale())), id="chatcmpl-first"))
    ask(inside, "a western")
    inside.get_by_role("heading", name="Tombstone").wait_for()
    answered(inside, 1)
    answers(inside, stream(found(item("2", "Unforgiven", rationale())), id="chatcmpl-second"))
    with inside.expect_request(CHAT) as sent:
        ask(inside, "more")
    roles = [(message["role"], message.get("id")) for message in sent.value.post_data_json["messages"]]  # type: ignore[index]
    assert roles == [("user", None), ("assistant", "chatcmpl-first"), ("user", None)]


def test_users_are_suggested_and_another_one_begins_anew(inside: "Page") -> None:
    inside.get_by_label("For", exact=True).fill("47")
    inside.locator("#users option[value='471']").wait_for(state="attached")
    ids = inside.locator("#users option").evaluate_all("all => all.map((one) => one.value)")
    assert all(id.startswith("47") for id in ids)
    ask(inside, "why", user="471")
    answered(inside, 1)
    inside.get_by_label("For", exact=True).fill("12")
    inside.keyboard.press("Enter")
    assert inside.locator(".turn").count() == 0


def test_what_is_known_of_a_person_is_seen_changed_and_removed(inside: "Page", keep: Keep) -> None:
    inside.get_by_label("For", exact=True).fill("14")
    inside.keyboard.press("Enter")
    opener = inside.get_by_role("button", name="Memory")
    opener.focus()
    inside.keyboard.press("Enter")
    memory = inside.get_by_role("dialog", name="What I know about you")
    history = memory.get_by_role("region", name="What you watched").locator("li")
    history.first.wait_for()
    status, rules = memory.get_by_role("status"), memory.get_by_role("list", name="Rules").locator("li")

    memory.get_by_label("Add a rule").first.focus()
    inside.keyboard.type("be nice to me")
    inside.keyboard.press("Enter")
    status.filter(has_text="No condition is read").wait_for()
    memory.get_by_label("Add a rule").first.fill("no musicals")
    inside.keyboard.press("Enter")
    memory.get_by_text("not Musical").wait_for()
    memory.get_by_role("button", name="Change the rule not Musical").press("Enter")
    inside.keyboard.press("Control+A")
    inside.keyboard.type("no horror")
    inside.keyboard.press("Enter")
    status.filter(has_text="Changed.").wait_for()
    assert [words.split("\n")[0] for words in rules.all_inner_texts()] == ["not Horror"]

    latest = history.locator(".what").first.inner_text().split("\n")[0].removesuffix(" from before")
    memory.get_by_role("button", name=f"Remove {latest}", exact=True).press("Enter")
    status.filter(has_text=f"Removed: {latest}.").wait_for()
    assert memory.get_by_role("button", name=f"Remove {latest}", exact=True).count() == 0
    assert inside.evaluate("document.activeElement.closest('#memory-body') !== null")  # the focus stays with the list
    memory.get_by_role("button", name="Show").click()
    assert history.count() > 10

    for scheme in ("light", "dark"):
        inside.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        assert not serious(inside)
        keep(inside, f"memory-{scheme}")
    inside.set_viewport_size({"width": 360, "height": 740})
    assert inside.evaluate("document.documentElement.scrollWidth") <= 360
    for one in memory.locator("button:visible").all()[:12]:
        box = one.bounding_box()
        assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= 360
        assert min(box["width"], box["height"]) >= 24
    keep(inside, "memory-phone")
    inside.keyboard.press("Escape")
    assert memory.is_hidden() and inside.evaluate("document.activeElement.id") == "memory-open"

    ask(inside, "a thriller from the 90s, nothing with bathyscaphes in it")
    inside.locator(".understood").wait_for()
    assert "not Horror\n✕" in inside.locator(".understood li").all_inner_texts()
    opener.click()
    memory.get_by_role("button", name="Remove the rule not Horror").click()
    status.filter(has_text="Removed: not Horror.").wait_for()
    assert [words.split(" said")[0] for words in rules.locator(".what").all_inner_texts()] == [
        "nothing that names bathyscaphes"
    ]
    memory.get_by_role("button", name="Remove the rule nothing that names bathyscaphes").press("Enter")
    status.filter(has_text="Removed: nothing that names bathyscaphes.").wait_for()
    assert rules.count() == 0 and inside.evaluate("document.activeElement.id") == "memory-rules"


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
    assert "something new" in inside.locator(".notice", has_text="out of reach").inner_text()
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
