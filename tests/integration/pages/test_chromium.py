"""The registry's pages in Chromium: sign in, read every page, approve a check, in light and dark."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect

from tests.hanse.registry.servers import RunningRegistry, running_registry
from tests.integration.pages.chromium import EXECUTABLE, TIMEOUT, chromium, sign_in
from tests.integration.pages.screenshots import MAX_BYTES, SHOTS, take_screenshots
from tests.integration.pages.shop import AT, CHECK, GRAPH, open_shop

pytestmark = pytest.mark.skipif(not EXECUTABLE.exists(), reason="Chromium is missing: `apt-get install chromium`")


class Seen:
    """A page of a user who is signed in, and what it asked for and complained about."""

    def __init__(self, context: BrowserContext, registry: RunningRegistry, key: str) -> None:
        self.url = registry.url
        self.requested: list[str] = []
        self.complaints: list[str] = []
        self.page: Page = context.new_page()
        self.page.set_default_timeout(TIMEOUT)
        self.page.on("request", self._request)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        sign_in(self.page, registry.url, key)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):  # hints on forms are neither
            self.complaints.append(message.text)

    def _request(self, request: Request) -> None:
        self.requested.append(request.url)


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningRegistry]:
    with running_registry(tmp_path_factory.mktemp("registry")) as running:
        yield running


@pytest.fixture(scope="module")
def key(registry: RunningRegistry) -> str:
    return open_shop(registry)


@pytest.fixture(scope="module")
def browser(key: str) -> Iterator[Browser]:
    # The key is created first: Playwright runs an event loop in this thread.
    with chromium() as running:
        yield running


@pytest.fixture
def seen(browser: Browser, registry: RunningRegistry, key: str) -> Iterator[Seen]:
    """A user who is signed in; nothing may be loaded from elsewhere, and the console has no errors."""
    context = browser.new_context()
    found = Seen(context, registry, key)
    yield found
    context.close()
    assert {urlsplit(url).netloc for url in found.requested} == {urlsplit(registry.url).netloc}
    assert found.complaints == []


def test_a_user_walks_through_every_page(seen: Seen) -> None:
    page = seen.page
    page.get_by_role("link", name=GRAPH, exact=True).click()
    expect(page.get_by_role("img", name=re.compile("Subgraphs and the entities"))).to_be_visible()
    page.get_by_role("link", name="Types").click()
    page.get_by_role("link", name="Product", exact=True).click()
    expect(page.get_by_text("Use name.")).to_be_visible()
    expect(page.get_by_text("Owned by @catalog, @community.")).to_be_visible()
    page.get_by_role("link", name="Versions").click()
    page.get_by_role("button", name="Show the difference").click()
    expect(page.get_by_role("heading", name="Changes of the API")).to_be_visible()
    page.get_by_role("link", name="Operations").click()
    page.get_by_role("link", name="ProductPage").click()
    expect(page.get_by_role("img", name=re.compile("The fetches of the plan: 4 fetches in 3 levels"))).to_be_visible()
    page.get_by_role("link", name="Clients").click()
    expect(page.get_by_role("link", name="android")).to_be_visible()
    page.get_by_role("link", name="Audit").click()
    expect(page.get_by_text("set owners")).to_be_visible()


def test_a_user_approves_a_check(seen: Seen) -> None:
    page = seen.page
    page.goto(f"{seen.url}{AT}/checks")
    page.get_by_role("link", name=CHECK).click()
    page.get_by_label("Reason").fill("the app <b>2.8</b> is retired")
    page.get_by_role("button", name="Approve as anna").click()
    expect(page.get_by_text("the app <b>2.8</b> is retired")).to_be_visible()


def test_a_user_signs_out(seen: Seen) -> None:
    seen.page.get_by_role("button", name="Sign out").click()
    expect(seen.page.get_by_label("API key")).to_be_visible()
    seen.page.goto(f"{seen.url}{AT}")
    expect(seen.page.get_by_label("API key")).to_be_visible()
    assert seen.page.evaluate("document.cookie") == ""


def test_scripts_cannot_read_the_cookie_of_a_session(seen: Seen) -> None:
    [cookie] = seen.page.context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
    assert seen.page.evaluate("document.cookie") == ""


def test_pages_are_light_and_dark(browser: Browser, registry: RunningRegistry) -> None:
    backgrounds = set()
    page = browser.new_page(color_scheme="light")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.goto(f"{registry.url}/sign-in")
        backgrounds.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    page.close()
    assert backgrounds == {"rgb(246, 247, 249)", "rgb(18, 22, 29)"}


def test_pages_fit_a_phone(seen: Seen) -> None:
    seen.page.set_viewport_size({"width": 390, "height": 800})
    for path, _ in SHOTS.values():
        seen.page.goto(f"{seen.url}{path}")
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= 390, path


def test_screenshots_are_small(browser: Browser, registry: RunningRegistry, key: str, tmp_path: Path) -> None:
    files = take_screenshots(browser, registry.url, key, tmp_path)
    assert [file.stem for file in files] == list(SHOTS)
    assert all(0 < file.stat().st_size < MAX_BYTES for file in files)
