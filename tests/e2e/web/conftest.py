"""A gateway over the demo's catalogue, and a headless Chromium that looks at its page."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import home_in, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
PATIENCE = 180_000
"""Milliseconds that an answer may take on a machine that does other things too."""


@dataclass(frozen=True)
class Site:
    """Where the gateway is, and the key to it."""

    address: str
    key: str


@pytest.fixture(scope="session")
def chromium() -> "Iterator[Browser]":
    """Skips where there is no browser."""
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("Chromium is not installed; make e2e installs it")
    driver = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with driver.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(chromium: "Browser", tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:  # noqa: ARG001
    """A gateway with a store of its own; none where there is no browser to look at it."""
    home = home_in(tmp_path_factory.mktemp("home"))
    with serving(home, home / "log") as (_, address, key):
        assert key is not None
        yield Site(address, key)


@pytest.fixture
def page(chromium: "Browser", site: Site) -> "Iterator[Page]":
    """The page in a tab of its own; whatever it asks of another server, and every error of its script, fails a test."""
    context = chromium.new_context(base_url=site.address, viewport={"width": 1000, "height": 800})
    context.set_default_timeout(PATIENCE)
    tab = context.new_page()
    asked: list[str] = []
    errors: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("pageerror", lambda error: errors.append(str(error)))
    yield tab
    context.close()
    assert not errors
    assert not [url for url in asked if not url.startswith((site.address, "blob:", "data:"))]


@pytest.fixture
def inside(page: "Page", site: Site) -> "Page":
    """The page after the key was given."""
    page.goto("/")
    page.get_by_label("API key").fill(site.key)
    page.get_by_role("button", name="Start").click()
    page.get_by_label("Your message").wait_for()
    return page


@pytest.fixture(scope="session")
def keep() -> "Callable[[Page, str], None]":
    """Keeps a picture of the page under a name, to be looked at."""
    folder = Path(os.environ.get("LLMREC_ARTEFACTS", "build")) / "screens"
    folder.mkdir(parents=True, exist_ok=True)
    return lambda page, name: page.screenshot(path=folder / f"{name}.png") and None
