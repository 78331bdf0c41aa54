"""A report's page in Chromium, as its reader handles it; for report_in_browser.py."""

import json
import shutil
import time
import urllib.parse

from selenium import webdriver
from selenium.webdriver.common.by import By

# What a canvas shows, as one number.
FINGERPRINT = """
const canvas = arguments[0];
const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
let hash = 7;
for (let i = 0; i < data.length; i += 4) hash = (31 * hash + data[i] + 3 * data[i + 1] + 7 * data[i + 2]) | 0;
return hash;
"""


class Page:
    def __init__(self, url, driver):
        self.driver = driver
        self.url = url
        self.open()
        self.data = json.loads(self.script("return document.getElementById('data').textContent"))

    def open(self, address=""):
        # A page of another address first: the same one with another hash would not be loaded again.
        self.driver.get("about:blank")
        self.driver.get(self.url + address)
        if self.find("#viewer").is_displayed():
            self.wait_for(lambda: self.shown() and self.canvases()[0].get_attribute("data-view"))

    def script(self, code, *arguments):
        return self.driver.execute_script(code, *arguments)

    def find(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def find_all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def texts(self, selector):
        return self.script("return [...document.querySelectorAll(arguments[0])].map((one) => one.textContent)", selector)

    def click(self, element):
        self.script("arguments[0].scrollIntoView({block: 'center'})", element)
        element.click()

    def wait_for(self, condition, seconds=10):
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"still not so after {seconds} s"
            time.sleep(0.02)

    def resize(self, width, height=900):
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        self.settle()

    def scheme(self, name):
        features = [{"name": "prefers-color-scheme", "value": name}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        self.settle()

    def settle(self):
        self.driver.execute_async_script("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")

    # ---- the viewer

    def canvases(self, kind=None):
        return self.find_all("#panels .frame canvas" + (f"[data-kind={kind}]" if kind else ""))

    def fingerprints(self, kind=None):
        self.settle()
        return [self.script(FINGERPRINT, canvas) for canvas in self.canvases(kind)]

    def views(self):
        self.settle()
        return [canvas.get_attribute("data-view") for canvas in self.canvases()]

    def shown(self):
        """Volume and slice that are drawn, as indices."""
        place = self.find("#panels").get_attribute("data-shown")
        return tuple(int(part) for part in place.split()) if place else None

    def address(self, volume, number):
        return "#" + urllib.parse.urlencode({"volume": volume, "slice": number})

    def set_range(self, selector, value):
        code = "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input'))"
        self.script(code, self.find(selector), value)

    def go_to(self, number):
        """Slides to a slice; they count from 0."""
        self.set_range("#slice", number)
        self.wait_for(lambda: self.shown()[1] == number)


def browser():
    options = webdriver.ChromeOptions()
    for argument in ("headless=new", "no-sandbox", "disable-dev-shm-usage", "force-prefers-reduced-motion"):
        options.add_argument("--" + argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options, webdriver.ChromeService(shutil.which("chromedriver")))
