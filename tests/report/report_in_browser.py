"""Uses a report's page as its reader would, in Chromium. Usage: report_in_browser.py INDEX.html [--screenshots FOLDER]

Needs selenium, chromium and chromedriver. What a page does not have (pictures, a comparison) is not looked for. Exit
status 1, with what is wrong, if something does not do what it should.
"""

import argparse
import pathlib
import sys
import time

from browser_page import Page, browser
from selenium.webdriver.common.keys import Keys

# ---- checks, each of a freshly opened page


def loads_nothing(page):
    names = page.script("return performance.getEntriesByType('resource').map((entry) => entry.name)")
    outside = [name for name in names if not name.startswith("data:")]
    assert not outside, f"the page asks for {outside}"


def shows_hostile_names_as_text(page):
    shown = page.texts("#volume-scores tbody th")
    for name in [volume["name"] for volume in page.data["volumes"]]:
        assert name in shown, f"no row of {name} among {shown}"


def fits_its_window(page):
    for width in (1280, 400):
        page.resize(width)
        wide = page.script("return document.documentElement.scrollWidth")
        assert wide <= width, f"at {width} px the page is {wide} px wide"


def has_a_dark_form(page):
    background = "return getComputedStyle(document.body).backgroundColor"
    colours = []
    for name in ("light", "dark"):
        page.scheme(name)
        colours.append(page.script(background))
    assert colours[0] != colours[1], f"light and dark are both {colours[0]}"


def number(text):
    return float(text.replace("×", "").replace("−", "-").replace(",", "").split()[0])


def sorts(page):
    buttons = page.find_all("#volume-scores button.sort")
    heads = page.find_all("#volume-scores th[aria-sort]")
    assert len(buttons) == len(heads), f"{len(buttons)} buttons sort, {len(heads)} headers have aria-sort"
    # Sorting columns are in the order of a row's cells: names first, which are compared as the reader's language does.
    for index, (button, head) in enumerate(zip(buttons, heads)):
        for direction in ("ascending", "descending"):
            page.click(button)
            found = head.get_attribute("aria-sort")
            assert found == direction, f"{button.text}: sorted {found}, not {direction}"
            others = [other.get_attribute("aria-sort") for other in heads if other != head]
            assert set(others) <= {"none"}, f"{button.text}: others are {others}"
            if index == 0:
                continue
            cells = page.texts(f"#volume-scores tbody tr > :nth-child({index + 1})")
            known = [number(text) for text in cells if text != "–"]
            assert cells[len(known):] == ["–"] * (len(cells) - len(known)), f"{button.text}: missing not last in {cells}"
            assert known == sorted(known, reverse=direction == "descending"), f"{button.text}: {direction} {known}"


def sorts_by_keyboard(page):
    for key in (Keys.ENTER, Keys.SPACE):
        button = page.find("#volume-scores button.sort")
        before = page.find("#volume-scores th[aria-sort]").get_attribute("aria-sort")
        button.send_keys(key)
        assert page.find("#volume-scores th[aria-sort]").get_attribute("aria-sort") != before, "a key did not sort"


def has_its_comparison(page):
    comparison = page.data["comparison"]
    rows = page.find_all("#comparison-rows tbody tr")
    if not comparison:
        assert not page.find("#comparison").is_displayed(), "a comparison of nothing"
        return
    assert len(rows) == len(comparison["rows"]), f"{len(rows)} rows of {len(comparison['rows'])}"
    assert page.find_all("#verdicts li"), "no sentence says who is ahead"


def slides(page):
    count = len(page.data["pictures"][0]["slices"])
    if count < 2:
        return
    page.go_to(0)
    before = page.fingerprints()
    page.go_to(1)
    after = page.fingerprints()
    pictures = [one["panels"] for one in page.data["pictures"][0]["slices"][:2]]
    for panel, first, second, old, new in zip(page.data["panels"], *pictures, before, after):
        assert first == second or old != new, f"{panel['title']} did not change with the slice"
    assert page.find("#place").text == f"slice 1 (0 to {count - 1})", page.find("#place").text


def arrows_change_slices(page):
    if len(page.data["pictures"][0]["slices"]) < 2:
        return
    for selector in ("#slice", "#panels"):
        page.go_to(0)
        page.find(selector).send_keys(Keys.ARROW_RIGHT)
        page.wait_for(lambda: page.shown()[1] == 1)
        page.find(selector).send_keys(Keys.ARROW_LEFT)
        page.wait_for(lambda: page.shown()[1] == 0)


def zooms_in_step(page):
    def views_after(action):
        action()
        views = page.views()
        assert len(set(views)) == 1, f"panels show different regions: {views}"
        return views[0]

    panels = page.find("#panels")
    whole = views_after(lambda: None)
    near = views_after(lambda: panels.send_keys("+"))
    assert near != whole, "the key + did not zoom"
    moved = views_after(lambda: panels.send_keys(Keys.SHIFT, Keys.ARROW_RIGHT))
    assert moved != near, "Shift and an arrow did not move the region"
    assert views_after(lambda: panels.send_keys("0")) == whole, "the key 0 did not show all"
    double = "arguments[0].dispatchEvent(new MouseEvent('dblclick', {clientX: 9, clientY: 9, bubbles: true}))"
    assert views_after(lambda: page.script(double, page.canvases()[-1])) != whole, "a double click did not zoom"
    wheel = "return arguments[0].dispatchEvent(new WheelEvent('wheel', {deltaY: -90, ctrlKey: %s, cancelable: true}))"
    before = page.views()[0]
    assert page.script(wheel % "false", page.canvases()[0]), "the bare wheel does not scroll the page"
    assert page.views()[0] == before, "the bare wheel zooms"
    assert not page.script(wheel % "true", page.canvases()[0]), "Ctrl and wheel zoom the page"
    assert views_after(lambda: None) != before, "Ctrl and wheel did not zoom"


def windows_images_alone(page):
    kinds = {panel["kind"] for panel in page.data["panels"]}
    before = {kind: page.fingerprints(kind) for kind in kinds}
    page.set_range("#window", 40)
    for kind in kinds:
        is_changed = page.fingerprints(kind) != before[kind]
        assert is_changed == (kind == "image"), f"the window changes panels of kind {kind}: {is_changed}"


def colours_maps(page):
    is_grey = """
      const canvas = arguments[0];
      const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return data.every((value, i) => i % 4 || (value === data[i + 1] && value === data[i + 2]));
    """
    page.click(page.find("#slice-facts"))  # away from the panels: the cross and boxes have colours of their own
    page.script("if (document.getElementById('boxes').checked) document.getElementById('boxes').click()")
    page.settle()
    for canvas in page.canvases():
        kind = canvas.get_attribute("data-kind")
        assert page.script(is_grey, canvas) == (kind == "image"), f"a panel of kind {kind} has the wrong colours"


def draws_boxes(page):
    for picture in page.data["pictures"]:
        boxed = [s for s, one in enumerate(picture["slices"]) if one["boxes"]]
        if not boxed:
            continue
        name = page.data["volumes"][picture["volume"]]["name"]
        page.script("location.hash = arguments[0]", page.address(name, boxed[0]))
        page.wait_for(lambda: page.shown() == (picture["volume"], boxed[0]))
        shown = page.fingerprints()
        page.click(page.find("#boxes"))
        hidden = page.fingerprints()
        panels = picture["slices"][boxed[0]]["panels"]
        assert all(old != new for old, new, url in zip(shown, hidden, panels) if url), "boxes are not on every panel"
        return


def opens_by_address(page):
    picture = page.data["pictures"][-1]
    number = len(picture["slices"]) - 1
    name = page.data["volumes"][picture["volume"]]["name"]
    page.open(page.address(name, number))
    page.wait_for(lambda: page.shown() == (picture["volume"], number))


def opens_a_volume_by_its_name(page):
    button = page.find("#volume-scores button.link")
    name = button.text
    page.click(button)
    page.wait_for(lambda: page.data["volumes"][page.shown()[0]]["name"] == name)
    assert page.driver.switch_to.active_element == page.find("#panels"), "the viewer did not get the focus"


def opens_points(page):
    charts = page.find_all("#charts .u-over[aria-label^='SSIM by volume']")
    first = page.data["pictures"][0]
    if not charts or first["volume"] != 0 or len(first["slices"]) < 2:
        return
    charts[0].send_keys(Keys.HOME, Keys.ENTER)
    page.wait_for(lambda: page.shown()[0] == 0 and page.shown()[1] != len(first["slices"]) // 2)
    focus = page.driver.switch_to.active_element
    assert focus == page.find("#panels"), "a chosen point did not give the viewer the focus"


OF_ALL = [loads_nothing, shows_hostile_names_as_text, fits_its_window, has_a_dark_form, has_its_comparison]
OF_VOLUMES = [sorts, sorts_by_keyboard]
OF_PICTURES = [slides, arrows_change_slices, zooms_in_step, windows_images_alone, colours_maps, draws_boxes,
               opens_by_address, opens_a_volume_by_its_name, opens_points]


def take_screenshots(page, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name, width, scheme in (("light", 1280, "light"), ("dark", 1280, "dark"), ("narrow", 400, "light")):
        page.scheme(scheme)
        page.resize(width)
        page.resize(width, page.script("return document.documentElement.scrollHeight"))
        time.sleep(0.3)
        page.driver.save_screenshot(str(folder / f"{name}.png"))
        if page.data["pictures"]:
            page.find("#viewer").screenshot(str(folder / f"{name}_viewer.png"))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("index", type=pathlib.Path)
    parser.add_argument("--screenshots", type=pathlib.Path)
    arguments = parser.parse_args()
    failures = []
    with browser() as driver:
        page = Page(arguments.index.resolve().as_uri(), driver)
        checks = OF_ALL + OF_VOLUMES * bool(page.data["volumes"]) + OF_PICTURES * bool(page.data["pictures"])
        for check in checks:
            page.scheme("light")
            page.resize(1280)
            page.open()
            try:
                check(page)
            except AssertionError as error:
                failures.append(f"{check.__name__}: {error}")
        severe = {entry["message"] for entry in driver.get_log("browser") if entry["level"] == "SEVERE"}
        failures += ["console: " + message for message in sorted(severe)]
        if arguments.screenshots:
            page.open()
            take_screenshots(page, arguments.screenshots)
    print("\n".join(failures) or f"{len(checks)} checks passed")
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
