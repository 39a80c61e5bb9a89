"""Screenshots of the registry's pages for docs/registry.md: `python -m tests.integration.pages.screenshots`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import Browser

from tests.hanse.registry.servers import running_registry
from tests.integration.pages.chromium import TIMEOUT, chromium, sign_in
from tests.integration.pages.shop import AT, CHECK, GRAPH, hash_of, open_shop

FOLDER = Path(__file__).parents[3] / "docs" / "images" / "registry"
MAX_BYTES = 150_000
SHOTS = {
    "graph": (AT, "light"),
    "type": (f"{AT}/types/Product", "light"),
    "check": (f"/graphs/{GRAPH}/checks/{CHECK}", "light"),
    "operation": (f"{AT}/operations/{hash_of('ProductPage')}", "dark"),
}


def take_screenshots(browser: Browser, url: str, key: str, folder: Path) -> list[Path]:
    """Write a screenshot of each page into a folder. Returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for name, (path, scheme) in SHOTS.items():
        page = browser.new_page(
            viewport={"width": 1080, "height": 640}, color_scheme="dark" if scheme == "dark" else "light"
        )
        page.set_default_timeout(TIMEOUT)
        sign_in(page, url, key)
        page.goto(f"{url}{path}")
        page.screenshot(path=folder / f"{name}.png")
        page.close()
        files.append(folder / f"{name}.png")
    return files


def main() -> None:
    """Write the screenshots of the documentation."""
    with tempfile.TemporaryDirectory() as folder, running_registry(Path(folder)) as registry:
        key = open_shop(registry)
        with chromium() as browser:
            for file in take_screenshots(browser, registry.url, key, FOLDER):
                print(f"{file}: {file.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
