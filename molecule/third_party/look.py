"""Opens a sample application in headless Chromium, as a person would, and keeps a picture of it.

`look.py DOMAIN ADDRESS CA SAMPLE PICTURES`, beside browse.py. The password is in the environment.
"""

from __future__ import annotations

import os
import tempfile
from urllib.parse import urlsplit

from browse import DOMAIN, RUNTIME, WAIT_SECONDS, browser, is_true, picture, traffic
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

# Where somebody signs in, with which fields and button, and what there is to be seen then.
FORMS = {
    "wagtail": ("/admin/login/", "username", "password", "form button[type=submit]", "#wagtail-sidebar"),
    "redmine": ("/login", "username", "password", "#login-submit", "#loggedas"),
    "wordpress": ("/wp-login.php", "log", "pwd", "#wp-submit", "#adminmenu"),
}


def main(driver: webdriver.Chrome) -> None:
    """Look at it, and use it."""
    patience = WebDriverWait(driver, WAIT_SECONDS)
    driver.set_window_size(1280, 900)
    if RUNTIME in FORMS:
        path, person, password, button, sign = FORMS[RUNTIME]
        driver.get(f"https://{DOMAIN}{path}")
        driver.find_element(By.NAME, person).send_keys("admin")
        driver.find_element(By.NAME, password).send_keys(os.environ["PASSWORD"])
        driver.find_element(By.CSS_SELECTOR, button).click()
        patience.until(lambda _: driver.find_elements(By.CSS_SELECTOR, sign))
        is_true("Whoever signs in is let in", path not in driver.current_url, driver.current_url)
    else:
        driver.get(f"https://{DOMAIN}/")
        patience.until(lambda _: driver.find_element(By.ID, "said").text)
        said = driver.find_element(By.ID, "said").text
        is_true("A flow answers the page over a websocket", said == "A FLOW HEARS", said)
    rules = driver.execute_script(
        "return [...document.styleSheets].reduce((sum, each) => sum + each.cssRules.length, 0)"
    )
    is_true("It is drawn by its style sheets", rules > 0, rules)
    picture(driver, f"{RUNTIME}.png", 1280)
    asked, errors = traffic(driver)
    strangers = [url for url in asked if urlsplit(url).netloc != DOMAIN]
    is_true("It asks nobody but the stack", asked and not strangers, strangers)
    is_true("Nothing is answered with an error", not errors, errors)
    print(f"{RUNTIME}: {driver.title!r} after {len(asked)} requests")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        opened = browser(folder)
        try:
            main(opened)
        finally:
            opened.quit()
