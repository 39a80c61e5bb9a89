"""Debian's Chromium under Playwright."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

EXECUTABLE = Path("/usr/bin/chromium")
TIMEOUT = 30_000  # milliseconds


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser while the block runs."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=EXECUTABLE, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


def sign_in(page: Page, url: str, key: str) -> None:
    """Fill in the form to sign in."""
    page.goto(f"{url}/")
    page.get_by_label("API key").fill(key)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Graphs").wait_for()
