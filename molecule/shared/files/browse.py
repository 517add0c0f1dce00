"""Opens the demo's page in headless Chromium as a person would, writes an item by its form, and keeps pictures of it.

`browse.py DOMAIN ADDRESS CA RUNTIME PICTURES` prints what was seen as JSON, or ends with the first sentence that is not
true. No certificate is waved through: CA is imported, as a person would do it.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

DOMAIN, ADDRESS, CA, RUNTIME, PICTURES = sys.argv[1:]
PAGE = f"https://{DOMAIN}/"
WAIT_SECONDS = 15
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    # The stack's name leads to this address, and no other name leads anywhere.
    f"--host-resolver-rules=MAP {DOMAIN} {ADDRESS}, MAP * ~NOTFOUND, EXCLUDE localhost",
)


def is_true(what: str, fact: object, *seen: Any) -> None:
    """Go on, or end."""
    if not fact:
        sys.exit(f"Not true: {what}. Seen: {seen}")


def browser(home: str) -> webdriver.Chrome:
    """A browser without a past, which trusts the CA."""
    store = f"{home}/.pki/nssdb"
    Path(store).mkdir(parents=True)
    subprocess.run(["certutil", "-N", "--empty-password", "-d", f"sql:{store}"], check=True)
    subprocess.run(["certutil", "-A", "-n", "stack", "-t", "C,,", "-i", CA, "-d", f"sql:{store}"], check=True)
    os.environ["HOME"] = home
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for flag in (*FLAGS, f"--user-data-dir={home}/profile"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)


def hosts(driver: webdriver.Chrome) -> dict[str, tuple[str, str]]:
    """What the page says of each tier: the host, and a detail."""
    found = {}
    for hop in driver.find_elements(By.CLASS_NAME, "hop"):
        tier, host, detail = (hop.find_element(By.CLASS_NAME, name).text for name in ("tier", "host", "detail"))
        found[tier.lower()] = (host, detail)
    return found


def stored(driver: webdriver.Chrome) -> str:
    """The text of the newest item."""
    return driver.find_element(By.CSS_SELECTOR, ".items li:first-child span").text


def picture(driver: webdriver.Chrome, name: str, width: int) -> None:
    """Keep the whole page as it is drawn in a window of this width."""
    driver.set_window_size(width, 900)
    shot = driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png", "captureBeyondViewport": True})
    Path(PICTURES, name).write_bytes(base64.b64decode(shot["data"]))


def traffic(driver: webdriver.Chrome) -> tuple[set[str], list[tuple[str, int]]]:
    """Where it has asked, and what was answered with an error."""
    asked, errors = set(), []
    for entry in driver.get_log("performance"):
        event = json.loads(entry["message"])["message"]
        if event["method"] == "Network.requestWillBeSent":
            asked.add(event["params"]["request"]["url"])
        if event["method"] == "Network.responseReceived" and event["params"]["response"]["status"] >= 400:
            errors.append((event["params"]["response"]["url"], event["params"]["response"]["status"]))
    # What the browser is made of it does not ask anybody for.
    return {url for url in asked if not url.startswith(("blob:", "chrome:", "data:"))}, errors


def main(driver: webdriver.Chrome) -> dict[str, Any]:
    """Look at it, use it, look again."""
    text = f"<b>Written</b> in {RUNTIME} at {time.strftime('%H:%M:%S')}"
    driver.set_window_size(1280, 900)
    driver.get(PAGE)
    is_true("The page opens, by a certificate that is trusted", "path of one request" in driver.title, driver.title)
    rules = driver.execute_script("return document.styleSheets[0].cssRules.length")
    is_true("It is drawn by its style sheet", rules > 10, rules)
    tiers = hosts(driver)
    for tier in ("you", "balancer", "web", "application", "writer", "reader"):
        is_true(f"It names the {tier}", tiers.get(tier, ("not named",))[0] not in ("", "not named", "somewhere"), tiers)
    is_true(f"It is made in {RUNTIME}", tiers["application"][1].lower().startswith(RUNTIME), tiers)
    driver.find_element(By.ID, "text").send_keys(text)
    driver.find_element(By.CSS_SELECTOR, "form button").click()
    # The field of the page that comes is empty; that of the page that goes may go while it is looked at.
    patience = WebDriverWait(driver, WAIT_SECONDS, ignored_exceptions=(StaleElementReferenceException,))
    patience.until(lambda _: not driver.find_element(By.ID, "text").get_attribute("value"))
    is_true("It is the page again", driver.current_url == PAGE, driver.current_url)
    is_true("What was stored is read back at once, letter by letter", stored(driver) == text, stored(driver))
    picture(driver, f"demo-{RUNTIME}.png", 1280)
    picture(driver, f"demo-{RUNTIME}-narrow.png", 400)
    wide = driver.execute_script("return document.documentElement.scrollWidth - window.innerWidth")
    is_true("A narrow window need not be moved sideways", wide <= 0, wide)
    asked, errors = traffic(driver)
    strangers = [url for url in asked if urlsplit(url).netloc != DOMAIN]
    is_true("It asks nobody but the stack", asked and not strangers, strangers)
    is_true("Nothing is answered with an error", not errors, errors)
    console = driver.get_log("browser")
    is_true("The console is empty", not console, console)
    return {"hosts": {tier: host for tier, (host, _detail) in tiers.items()}, "requests": len(asked), "stored": text}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        opened = browser(folder)
        try:
            print(json.dumps(main(opened)))
        finally:
            opened.quit()
