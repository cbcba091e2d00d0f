"""Pictures of the running demo: every page at three sizes, light and dark, into screenshots/ (or the folder named)."""

import itertools
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from medicalcor.cli import environment

SIZES = {"desk": (1440, 900), "tablet": (1024, 768), "phone": (390, 844)}
SCHEMES = ("light", "dark")
PAGES = {
    "leads": "/leads",
    "unread": "/leads/unread",
    "calls": "/calls",
    "payments": "/payments",
    "calendar-day": "/appointments",
    "waitlist": "/waitlist",
    "alerts": "/alerts",
    "calendar-week": "/appointments?view=week",
    "api-keys": "/settings/api-keys",
    "scoring": "/settings/scoring",
    "disagreements": "/settings/scoring/disagreements",
    "measure": "/settings/scoring/measure",
    "practice": "/settings/practice",
    "procedure": "/settings/practice/procedures/new",
    "room": "/settings/practice/resources/new",
    "patterns": "/patterns",
}
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def main() -> None:
    path = environment.demo_env(environment.data_dir())
    if not path.exists():
        sys.exit("there is no demo to picture: start `make demo` in another terminal")
    settings = environment.read_env_file(path)
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "screenshots")
    folder.mkdir(exist_ok=True)
    program = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if program is None:
        sys.exit("chromium is needed (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        flags = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium's own sandbox refuses root
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        for size, scheme in itertools.product(SIZES, SCHEMES):
            picture(browser, settings=settings, folder=folder, size=size, scheme=scheme)
        browser.close()


def picture(browser: Browser, *, settings: dict[str, str], folder: Path, size: str, scheme: str) -> None:
    width, height = SIZES[size]
    page = browser.new_page(
        viewport={"width": width, "height": height}, color_scheme="dark" if scheme == "dark" else "light"
    )
    base = f"http://127.0.0.1:{settings['WEB_PORT']}"
    page.goto(f"{base}/sign-in")
    keep(page, folder / f"sign-in-{size}-{scheme}.png")
    page.fill("#email", settings["DEMO_EMAIL"])
    page.fill("#password", settings["DEMO_PASSWORD"])
    page.press("#password", "Enter")
    page.wait_for_url(f"{base}/leads**")
    for name, address in addresses(page, settings=settings):
        page.goto(address if "://" in address else base + address, wait_until="load")
        keep(page, folder / f"{name}-{size}-{scheme}.png")
    page.close()


def addresses(page: Page, *, settings: dict[str, str]) -> Iterator[tuple[str, str]]:
    yield from PAGES.items()
    for name, listed in (("lead", "/leads"), ("lead-of-the-form", "/leads?channel=web")):
        page.goto(f"http://127.0.0.1:{settings['WEB_PORT']}{listed}")
        links = page.locator("a[href^='/leads/']").evaluate_all(
            "links => links.map(link => link.getAttribute('href'))"
        )
        lead = next((link for link in links if link.count("-") == 4), None)
        if lead:
            yield name, lead
    page.goto(f"http://127.0.0.1:{settings['WEB_PORT']}/settings/practice")
    yield "practitioner", page.locator("a[href*='/practitioners/']").nth(1).get_attribute("href") or "/"
    sandbox = f"http://127.0.0.1:{settings['SANDBOX_PORT']}"
    yield from {name: f"{sandbox}/{name}" for name in ("phone", "mailbox", "website")}.items()
    yield "api", f"http://127.0.0.1:{settings['API_PORT']}/docs"


def keep(page: Page, path: Path) -> None:
    page.evaluate("document.fonts.ready")
    page.screenshot(path=path)
    sys.stdout.write(f"{path}\n")


main()
