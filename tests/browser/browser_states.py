"""Every state of the page, and how one gets there: for the accessibility tests and for the screenshots."""

from collections.abc import Awaitable, Callable

from browser_site import Site
from playwright.async_api import Page, Route

SAYS = {
    "answer": {"en": "he has my pics and wants money", "es": "tiene mis fotos y quiere dinero"},
    "alert": {"en": "i want to die", "es": "me quiero morir"},
    "unsure": {"en": "qwrt blorp", "es": "qwrt blorp"},
}
Go = Callable[[Page, Site, str], Awaitable[None]]


async def say(page: Page, words: str, wait: bool = True) -> None:
    """Type it, send it, and see the answer come."""
    before = await page.locator(".bot-message").count()
    await page.fill("#text", words)
    await page.press("#text", "Enter")
    if wait:
        await page.locator(".bot-message").nth(before).wait_for()


async def first(page: Page, site: Site, lang: str) -> None:
    await page.goto(f"{site.home}/{lang}")


async def answer(page: Page, site: Site, lang: str) -> None:
    await first(page, site, lang)
    await say(page, SAYS["answer"][lang])
    await page.locator("summary").first.click()


async def pressed(page: Page, site: Site, lang: str) -> None:
    await first(page, site, lang)
    await page.locator(".press__button").nth(1).click()
    await page.locator(".exchange").wait_for()


async def alert(page: Page, site: Site, lang: str) -> None:
    await first(page, site, lang)
    await say(page, SAYS["alert"][lang])


async def not_meant(page: Page, site: Site, lang: str) -> None:
    await alert(page, site, lang)
    await page.locator(".exchange > .press button").click()
    await page.locator(".bot-message--notice").wait_for()


async def unsure(page: Page, site: Site, lang: str) -> None:
    await first(page, site, lang)
    await say(page, SAYS["unsure"][lang])


async def waiting(page: Page, site: Site, lang: str) -> None:
    """On a line so slow that nothing comes."""
    await first(page, site, lang)
    session = await page.context.new_cdp_session(page)
    await session.send("Network.enable")
    slow = {"offline": False, "latency": 600_000, "downloadThroughput": -1, "uploadThroughput": -1}
    await session.send("Network.emulateNetworkConditions", slow)
    await say(page, SAYS["answer"][lang], wait=False)
    await page.locator(".dots").wait_for()


async def offline(page: Page, site: Site, lang: str) -> None:
    await first(page, site, lang)
    await page.context.set_offline(True)
    await say(page, SAYS["answer"][lang])


async def broken(page: Page, site: Site, lang: str) -> None:
    async def fails(route: Route) -> None:
        await route.fulfill(status=502, body="Bad gateway")

    await first(page, site, lang)
    await page.route(f"{site.home}/{lang}", fails)
    await say(page, SAYS["answer"][lang])


async def left_alone(page: Page, site: Site, lang: str) -> None:
    await page.clock.install()
    await answer(page, site, lang)
    await page.clock.fast_forward(9 * 60_000 + 5_000)
    await page.locator("#note button").wait_for()


async def cleared(page: Page, site: Site, lang: str) -> None:
    await left_alone(page, site, lang)
    await page.clock.fast_forward(61_000)
    await page.locator(".starters").wait_for()


async def leaving_soon(page: Page, site: Site, lang: str) -> None:
    await first(page, site, lang)
    await page.keyboard.press("Shift")
    await page.keyboard.press("Shift")


async def who_can_see(page: Page, site: Site, lang: str) -> None:
    await page.goto(f"{site.home}/who-can-see?lang={lang}")


async def seen_inside(page: Page, site: Site, lang: str) -> None:
    """Who can see this, asked while writing."""
    await first(page, site, lang)
    await page.fill("#text", SAYS["answer"][lang])
    await page.locator("[data-inside]").first.click()
    await page.locator(".exchange .bot-message").first.wait_for()


async def emergency(page: Page, site: Site, lang: str) -> None:
    await page.goto(f"{site.home}/emergency?lang={lang}")


async def not_found(page: Page, site: Site, lang: str) -> None:
    await page.set_extra_http_headers({"Accept-Language": lang})
    await page.goto(f"{site.home}/nothing-here")


async def school(page: Page, site: Site, lang: str) -> None:
    await page.goto(f"{site.home}/s/example?lang={lang}")


async def embedded(page: Page, site: Site, lang: str) -> None:
    await page.goto(site.school)
    await page.locator("a.open").click()
    frame = page.frame_locator("iframe")
    await frame.locator("#text").fill(SAYS["alert"][lang])
    await frame.locator("#text").press("Enter")
    await frame.locator(".bot-message--urgent").wait_for()


STATES: dict[str, Go] = {
    go.__name__: go
    for go in (
        first,
        answer,
        pressed,
        alert,
        not_meant,
        unsure,
        waiting,
        offline,
        broken,
        left_alone,
        cleared,
        leaving_soon,
        who_can_see,
        seen_inside,
        emergency,
        not_found,
        school,
        embedded,
    )
}
