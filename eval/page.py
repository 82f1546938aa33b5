"""How fast the chat page paints on this machine: `python -m eval.page [--visits 10]`.

Starts `llmrec serve` and opens its page in headless Chromium, each time in a new profile without a cache. First
contentful paint is the browser's own (Performance API), in milliseconds from the start of the navigation; bytes are
those of the responses' bodies. Exit code 1 where the slowest visit misses the budget. Files its
result in eval/results/measurements.jsonl.
"""

import argparse
import json
import shutil
import statistics
import sys
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from eval.command import run_command, whole_number
from eval.serving.servers import serving
from eval.store import file_measurement

BUDGET = 1500.0
"""Milliseconds to the first contentful paint."""
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
PAINT = """new Promise((done) => new PerformanceObserver((list) => {
  const [first] = list.getEntriesByName("first-contentful-paint");
  if (first) done(first.startTime);
}).observe({ type: "paint", buffered: true }))"""
FILES = "performance.getEntriesByType('resource').map((one) => [one.name, one.encodedBodySize])"


def main() -> None:
    """Measure and write; exit code 1 where the budget is missed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--visits", type=whole_number, default=10)
    visits = options.parse_args().visits
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("this needs Chromium: apt-get install chromium")
    with serving() as (address, _), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        found = [_visit(browser, address) for _ in range(visits)]
        version = browser.version
        browser.close()
    paints = sorted(paint for paint, _ in found)
    result: dict[str, Any] = {
        "visits": visits,
        "first contentful paint, ms": {"p50": round(statistics.median(paints)), "max": round(paints[-1])},
        "budget, ms": BUDGET,
        "files": len(found[0][1]),
        "bytes": sum(size for _, size in found[0][1]),
        "browser": f"Chromium {version}",
    }
    print(json.dumps(file_measurement("page", result, f"python -m eval.page --visits {visits}"), indent=2))
    sys.exit(paints[-1] > BUDGET)


def _visit(browser: Browser, address: str) -> tuple[float, list[tuple[str, int]]]:
    """Milliseconds to the first contentful paint, and name and bytes of each file after the page itself."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(address, timeout=120_000)
    paint, files = page.evaluate(PAINT), page.evaluate(FILES)
    context.close()
    return paint, files


if __name__ == "__main__":
    run_command(main)
