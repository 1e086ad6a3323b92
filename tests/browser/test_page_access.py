"""For everybody: axe on each state, the keyboard alone, enlarged, in high contrast, without motion."""

import asyncio
from pathlib import Path

import pytest
from browser_site import Site
from browser_states import SAYS, STATES, alert, answer, first, not_meant, say
from playwright.async_api import Page, Route, expect

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """rules => axe.run(document, {runOnly: rules, resultTypes: ["violations"], iframes: false}).then(result =>
    result.violations.map(rule => [rule.id, ...rule.nodes.map(node => node.html.slice(0, 160))]))"""


@pytest.mark.parametrize(
    ("name", "lang"), [*((name, "en") for name in STATES), ("first", "es"), ("alert", "es"), ("answer", "es")]
)
async def test_axe_finds_nothing(page: Page, site: Site, name: str, lang: str) -> None:
    """WCAG 2.2 A and AA and the best practices by day, the contrast again by night; also inside the frame."""
    await STATES[name](page, site, lang)
    found = []
    for frame in page.frames:
        await page.emulate_media(color_scheme="light")
        await frame.evaluate(AXE)
        found += await frame.evaluate(RUN, RULES)
        await page.emulate_media(color_scheme="dark")
        found += await frame.evaluate(RUN, ["color-contrast"])
    assert found == []


async def test_the_keyboard_alone_is_enough(page: Page, site: Site) -> None:
    """First the exit, then straight to the box; a message, its numbers, the next question."""
    await first(page, site, "en")
    order = []
    for _ in range(5):
        await page.keyboard.press("Tab")
        order.append(await page.evaluate("document.activeElement.getAttribute('href')"))
    assert order == ["/exit", "#text", "tel:911", "tel:988", "sms:988"]
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await page.focus("#text")
    await page.keyboard.type(SAYS["answer"]["en"])
    await page.keyboard.press("Enter")
    await page.locator(".exchange").wait_for()
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.className") == "box__send"
    await page.locator(".next button").first.focus()
    await page.keyboard.press("Enter")
    await page.locator(".exchange").nth(1).wait_for()
    assert await page.evaluate("document.activeElement.className") == "user-message"
    await page.keyboard.press("Tab")
    assert await page.evaluate("!!document.activeElement.closest('.exchange')")


async def test_what_has_the_focus_is_never_behind_the_bar_or_the_box(page: Page, site: Site) -> None:
    await alert(page, site, "en")
    await page.focus(".exit")
    hidden = []
    for _ in range(40):
        await page.keyboard.press("Tab")
        state = await page.evaluate(
            """() => {
                const node = document.activeElement;
                if (node === document.body) return null;
                const box = node.getBoundingClientRect();
                const over = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
                return [node.outerHTML.slice(0, 80), !!over && (node.contains(over) || over.contains(node))];
            }"""
        )
        if state and not state[1]:
            hidden.append(state[0])
    assert hidden == []


@pytest.mark.parametrize("context", [{"viewport": {"width": 320, "height": 256}}], indirect=True)
@pytest.mark.parametrize("lang", ["en", "es"])
async def test_enlarged_four_times_nothing_is_cut_off_sideways(page: Page, site: Site, lang: str) -> None:
    """1280 by 1024 at 400 % is 320 by 256: all text reflows, the exit and 911 stay, the text keeps half of the height."""
    for go in (first, answer, not_meant):
        await go(page, site, lang)
        assert await page.evaluate("document.documentElement.scrollWidth") <= 320
        wide = await page.evaluate(
            """() => [...document.querySelectorAll("body *")]
                .filter(node => node.getBoundingClientRect().right > 321 && !node.matches(".unseen, .skip"))
                .map(node => node.outerHTML.slice(0, 80))"""
        )
        assert wide == []
        bar = await page.locator(".bar").bounding_box()
        assert bar is not None and bar["y"] == 0 and bar["height"] < 64
    await expect(page.locator(".box")).to_have_css("position", "static")


SPACED = "* { letter-spacing: 0.12em !important; word-spacing: 0.16em !important; line-height: 1.5 !important; }"


@pytest.mark.parametrize("width", [320, 390])
@pytest.mark.parametrize("how", ["large letters", "wide letters"])
async def test_large_and_wide_letters_fit_too(page: Page, site: Site, how: str, width: int) -> None:
    """Letters twice as large (a phone's own setting), and the spacing that some readers need."""
    await page.set_viewport_size({"width": width, "height": 844})
    for go in (first, alert):
        await go(page, site, "es")
        if how == "large letters":
            await page.evaluate("document.documentElement.style.fontSize = '212.5%'")
        else:
            await page.evaluate(
                """look => { const sheet = new CSSStyleSheet(); sheet.replaceSync(look);
                    document.adoptedStyleSheets = [sheet]; }""",
                SPACED,
            )
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        await expect(page.locator(".exit")).to_be_in_viewport(ratio=1)
        await expect(page.locator(".numbers__way[href='tel:911']")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("context", [{"viewport": {"width": 320, "height": 640}}], indirect=True)
@pytest.mark.parametrize("lang", ["en", "es"])
async def test_every_target_is_large_enough_for_a_thumb(page: Page, site: Site, lang: str) -> None:
    await answer(page, site, lang)
    await say(page, SAYS["alert"][lang])
    for path in (None, f"/{lang}", f"/who-can-see?lang={lang}", f"/emergency?lang={lang}"):
        if path:
            await page.goto(site.home + path)
        small = await page.locator("a, button, textarea, summary").evaluate_all(
            """nodes => nodes.filter(node => node.checkVisibility() && !node.matches(".skip")
                    && (node.getBoundingClientRect().height < 44 || node.getBoundingClientRect().width < 44))
                .map(node => node.outerHTML.slice(0, 120))"""
        )
        assert small == [], path


@pytest.mark.parametrize("context", [{"forced_colors": "active"}], indirect=True)
async def test_in_forced_colours_everything_keeps_its_edge(page: Page, site: Site) -> None:
    await alert(page, site, "en")
    for selector in (".exit", ".numbers__way", ".bot-message", ".way--call", ".press__button", ".box__send"):
        await expect(page.locator(selector).first).not_to_have_css("border-top-width", "0px")
        await expect(page.locator(selector).first).to_have_css("border-top-style", "solid")
    await page.keyboard.press("Shift")
    dots = page.locator(".exit__dots i")
    colours = [await dots.nth(place).evaluate("dot => getComputedStyle(dot).backgroundColor") for place in (0, 1)]
    assert colours[0] != colours[1]


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
async def test_nothing_moves_for_those_who_asked(page: Page, site: Site, motion: str) -> None:
    await page.emulate_media(reduced_motion="reduce" if motion == "reduce" else "no-preference")
    await alert(page, site, "en")
    name = await page.locator(".bot-message").first.evaluate("node => getComputedStyle(node).animationName")
    assert name == ("none" if motion == "reduce" else "arrive")


async def test_the_log_is_polite_and_only_the_alert_interrupts(page: Page, site: Site) -> None:
    await answer(page, site, "en")
    log = page.locator("#log")
    await expect(log).to_have_attribute("role", "log")
    await expect(log).to_have_attribute("aria-live", "polite")
    assert await log.locator('[role="alert"]').count() == 0
    await say(page, SAYS["alert"]["es"])
    assert await log.locator('[role="alert"]').count() == 1
    langs = await page.locator(".user-message, .bot-message").evaluate_all("nodes => nodes.map(node => node.lang)")
    assert langs == ["en", "en", "es", "es", "es"]


async def test_the_page_is_light_and_nothing_jumps(page: Page, site: Site) -> None:
    """All that a first visit and an answer fetch, and how far anything moved by itself."""
    loaded: list[int] = []
    page.on("response", lambda response: loaded.append(int(response.headers.get("content-length", "0"))))
    await page.add_init_script(
        """window.shift = 0; new PerformanceObserver(list => list.getEntries().forEach(entry => {
            if (!entry.hadRecentInput) window.shift += entry.value;
        })).observe({type: "layout-shift", buffered: true});"""
    )
    await first(page, site, "es")
    await page.wait_for_load_state("load")
    assert await page.evaluate("window.shift") == 0

    async def late(route: Route) -> None:
        await asyncio.sleep(0.8)  # what moves within half a second of a key is not counted
        await route.continue_()

    await page.route(f"{site.home}/es", late)
    await say(page, SAYS["alert"]["es"])
    await page.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done, 100)))")
    assert await page.evaluate("window.shift") == 0
    assert 0 < sum(loaded) < 60_000
