"""The whole page without JavaScript: real forms, real links."""

import pytest
from browser_site import Site
from browser_states import SAYS, first
from playwright.async_api import Error, Page, expect

pytestmark = pytest.mark.parametrize("context", [{"java_script_enabled": False}], indirect=True)


@pytest.mark.parametrize("lang", ["en", "es"])
async def test_a_message_is_answered_by_a_whole_page(page: Page, site: Site, lang: str) -> None:
    await first(page, site, lang)
    await page.fill("#text", SAYS["alert"][lang])
    await page.click(".box__send")
    await expect(page.locator(".user-message")).to_contain_text(SAYS["alert"][lang])
    await expect(page.locator(".bot-message--urgent .way").first).to_have_attribute("href", "tel:911")
    await expect(page.locator("#text")).to_be_visible()


async def test_buttons_are_forms_and_lead_on(page: Page, site: Site) -> None:
    await first(page, site, "en")
    await page.get_by_role("button", name="Blackmail with pictures").click()
    await expect(page.locator(".user-message")).to_contain_text("Blackmail with pictures")
    await page.locator(".next button").first.click()
    await expect(page.locator(".bot-message")).not_to_have_count(0)
    await page.fill("#text", SAYS["alert"]["en"])
    await page.click(".box__send")
    await page.get_by_role("button", name="Not what I meant").click()
    await expect(page.locator(".bot-message--notice a[href='tel:988']")).to_be_visible()


async def test_the_exit_is_a_link_and_back_brings_no_words(page: Page, site: Site) -> None:
    await page.goto(site.start)
    await first(page, site, "en")
    await page.fill("#text", "he has my pics")
    await page.click(".box__send")
    async with page.expect_response(f"{site.home}/exit") as left:
        await page.click(".exit")
    assert (await (await left.value).all_headers())["clear-site-data"] == '"*"'
    await page.wait_for_url(site.neutral)
    with pytest.raises(Error, match="ERR_CACHE_MISS"):  # the browser kept no copy, and asks before it sends again
        await page.go_back()
    await expect(page.locator("body")).not_to_contain_text("he has my pics")


async def test_nothing_waits_for_a_script(page: Page, site: Site) -> None:
    """No button that does nothing, no empty note, no key that nothing counts."""
    await first(page, site, "en")
    await expect(page.locator(".foot__keys")).to_be_hidden()
    await page.fill("#text", SAYS["answer"]["en"])
    await page.click(".box__send")
    await expect(page.locator(".way--copy")).to_have_count(0)
    await expect(page.locator("#note")).to_be_empty()


async def test_past_the_limit_the_words_wait_in_the_box(page: Page, limited: Site) -> None:
    """Nobody has to write such a thing twice."""
    words = "tiene mis fotos\ny <quiere> dinero"
    for _ in range(3):
        await first(page, limited, "es")
        await page.fill("#text", words)
        await page.click(".box__send")
    await expect(page.locator(".plain__hint")).to_contain_text("Espera un minuto")
    await expect(page.locator("#text")).to_have_value(words)
    await expect(page.locator(".bot-message--urgent a[href='tel:911']")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
