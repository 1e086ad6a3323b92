"""Leaving at once, by touch, key and link; nothing of the chat is left on the page or behind Back; the idle wipe."""

from collections.abc import Awaitable, Callable

import pytest
from browser_site import Site
from browser_states import SAYS, answer, cleared, first, left_alone, say
from playwright.async_api import Page, expect

PHONE = {"has_touch": True, "is_mobile": True, "viewport": {"width": 390, "height": 700}}


async def click(page: Page) -> None:
    await page.click(".exit")


async def keys(page: Page) -> None:
    for _ in range(3):
        await page.keyboard.press("Shift")


async def enter(page: Page) -> None:
    await page.focus(".exit")
    await page.keyboard.press("Enter")


@pytest.mark.parametrize("leave", [click, keys, enter])
async def test_leaving_opens_a_neutral_page_and_back_does_not_bring_the_chat(
    page: Page, site: Site, leave: Callable[[Page], Awaitable[None]]
) -> None:
    await page.goto(site.start)
    await answer(page, site, "en")
    async with page.expect_request(f"{site.home}/exit"):  # the browser is told to forget
        await leave(page)
    await page.wait_for_url(site.neutral)
    await page.go_back()
    assert page.url == site.start


@pytest.mark.parametrize("context", [PHONE], indirect=True)
async def test_leaving_by_touch(page: Page, site: Site) -> None:
    await first(page, site, "es")
    await expect(page.locator(".foot__keys")).to_be_hidden()
    await say(page, SAYS["alert"]["es"])
    await page.tap(".exit")
    await page.wait_for_url(site.neutral)


async def test_the_page_is_blank_in_the_same_instant(page: Page, site: Site) -> None:
    """Before the browser has asked for anything else."""
    await answer(page, site, "en")
    left = await page.evaluate(
        """() => {
            document.querySelector(".exit").click();
            const overlay = document.querySelector(".leaving").getBoundingClientRect();
            const covers = overlay.width >= innerWidth && overlay.height >= innerHeight;
            return [document.body.innerText, document.title, document.documentElement.outerHTML.includes("my pics"), covers];
        }"""
    )
    assert left == ["Loading", "Loading", False, True]


async def test_only_shift_alone_three_times_in_a_row_leaves(page: Page, site: Site) -> None:
    await first(page, site, "en")
    await expect(page.locator(".foot__keys")).to_have_text("Press Shift 3 times to leave fast.")
    await page.focus("#text")
    for keys_ in ("Shift", "Shift", "a", "Shift", "Shift+A", "Shift", "Shift+B", "Shift+C"):
        await page.keyboard.press(keys_)
    assert page.url == f"{site.home}/en"
    await expect(page.locator("#exit-status")).to_have_text("")
    await page.keyboard.press("Shift")
    await expect(page.locator("#exit-status")).to_have_text("Shift: 2 more to leave")
    await expect(page.locator(".exit__dots")).to_be_visible()


async def test_shift_is_forgotten_after_five_seconds(page: Page, site: Site) -> None:
    await page.clock.install()
    await first(page, site, "en")
    await keys_twice(page)
    await page.clock.fast_forward(5_100)
    await expect(page.locator("#exit-status")).to_contain_text("Not leaving")
    await page.keyboard.press("Shift")
    await expect(page.locator("#exit-status")).to_have_text("Shift: 2 more to leave")


async def keys_twice(page: Page) -> None:
    for _ in range(2):
        await page.keyboard.press("Shift")


async def test_going_to_another_page_and_back_shows_no_words(page: Page, site: Site) -> None:
    await answer(page, site, "en")
    await page.goto(f"{site.home}/who-can-see")
    await page.go_back()
    await page.locator("#text").wait_for()
    assert "wants money" not in await page.content()


async def test_the_way_out_is_in_the_same_place_on_every_page(page: Page, site: Site) -> None:
    places = []
    for path in ("/en", "/who-can-see", "/emergency", "/nothing", "/s/example"):
        await page.goto(site.home + path)
        places.append(await page.locator(".exit").bounding_box())
    assert all(place == places[0] for place in places)


async def test_nothing_is_stored_and_nothing_says_what_the_page_is(page: Page, site: Site) -> None:
    await answer(page, site, "en")
    assert await page.title() == "Questions and answers"
    assert page.url == f"{site.home}/en"
    assert await page.evaluate("localStorage.length + sessionStorage.length + document.cookie.length") == 0
    assert await page.evaluate("history.state") is None


# --- left alone --------------------------------------------------------------------------------


async def test_a_page_left_alone_asks_then_clears_itself(page: Page, site: Site) -> None:
    await left_alone(page, site, "en")
    note = page.locator('#note[role="alert"]')
    await expect(note).to_contain_text("Are you still there?")
    assert await page.evaluate("document.activeElement.tagName") == "SUMMARY"  # asking takes nobody's focus
    await cleared(page, site, "en")
    await expect(note).to_contain_text("cleared")
    assert "wants money" not in await page.content()
    assert await page.input_value("#text") == ""


@pytest.mark.parametrize("touch", ["key", "button", "tap"])
async def test_any_key_or_touch_keeps_the_chat(page: Page, site: Site, touch: str) -> None:
    await left_alone(page, site, "en")
    if touch == "key":
        await page.keyboard.press("Tab")
    elif touch == "button":
        await page.get_by_role("button", name="Keep the chat").dispatch_event("click")
    else:
        await page.mouse.click(5, 300)
    await expect(page.locator("#note")).to_have_text("The chat stays.")
    await page.clock.fast_forward(8 * 60_000)
    assert await page.locator(".exchange").count() == 1
    await expect(page.locator("#note")).to_be_empty()
    await page.clock.fast_forward(70_000)
    await expect(page.locator("#note")).to_contain_text("Are you still there?")


async def test_a_phone_that_slept_is_cleared_at_the_first_touch(page: Page, site: Site) -> None:
    """Its timers stood still; only the clock on the wall went on."""
    await page.clock.install(time="2026-01-01T02:00:00")
    await answer(page, site, "en")
    await page.clock.pause_at("2026-01-01T02:01:00")
    await page.clock.set_system_time("2026-01-01T04:00:00")
    await page.mouse.click(5, 300)
    assert await page.locator("#log").inner_text() == ""
    await expect(page.locator(".starters")).to_be_visible()


async def test_an_empty_page_is_left_in_peace(page: Page, site: Site) -> None:
    await page.clock.install()
    await first(page, site, "en")
    await page.clock.fast_forward(30 * 60_000)
    await expect(page.locator("#note")).to_be_empty()
