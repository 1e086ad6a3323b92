"""The chat inside a school's own page, whose policy allows only itself and us."""

import pytest
from browser_site import Site
from browser_states import embedded
from playwright.async_api import Page, expect


async def test_the_button_opens_the_chat_in_a_frame_under_a_strict_policy(page: Page, site: Site) -> None:
    """The page fixture fails on any complaint of the policy."""
    await embedded(page, site, "en")
    frame = page.frame_locator("iframe")
    await expect(frame.locator(".bot-message--urgent a[href='tel:911']").first).to_be_visible()
    await expect(page.get_by_role("link", name="Open in a new tab")).to_have_attribute(
        "href", f"{site.home}/s/example?lang=en"
    )
    assert await page.locator("dialog[open]").count() == 1


async def test_a_plain_link_of_the_school_opens_it_too(page: Page, site: Site) -> None:
    await page.goto(site.school_with_link)
    await expect(page.locator("a.open")).to_have_count(0)
    await page.click("#ours")
    await expect(page.frame_locator("iframe").locator("#text")).to_be_visible()


@pytest.mark.parametrize("by", ["click", "keys"])
async def test_the_frames_own_exit_takes_the_whole_page_away(page: Page, site: Site, by: str) -> None:
    await page.goto(site.start)
    await embedded(page, site, "en")
    frame = page.frame_locator("iframe")
    if by == "click":
        await frame.locator(".exit").click()
    else:
        for _ in range(3):
            await frame.locator("#text").press("Shift")
    await page.wait_for_url(site.neutral)


async def test_shift_counts_on_the_panels_own_buttons_too(page: Page, site: Site) -> None:
    await page.goto(site.start)
    await embedded(page, site, "en")
    await page.get_by_role("button", name="Close").focus()
    for key in ("Shift", "Shift", "Tab", "Shift", "Shift"):
        await page.keyboard.press(key)
    assert page.url == site.school
    await page.get_by_role("button", name="Close").focus()
    for _ in range(3):
        await page.keyboard.press("Shift")
    await page.wait_for_url(site.neutral)
    await page.go_back()
    assert page.url == site.start


async def test_closing_the_panel_forgets_the_chat_and_keeps_the_page(page: Page, site: Site) -> None:
    await embedded(page, site, "en")
    await page.get_by_role("button", name="Close").click()
    await expect(page.locator("iframe")).to_have_count(0)
    await expect(page.locator("#here")).to_be_visible()
    await page.locator("a.open").click()
    frame = page.frame_locator("iframe")
    await frame.locator("#text").wait_for()
    assert await frame.locator(".exchange").count() == 0
    await page.keyboard.press("Escape")
    await expect(page.locator("iframe")).to_have_count(0)


async def test_the_links_inside_stay_inside(page: Page, site: Site) -> None:
    await page.goto(site.school)
    await page.locator("a.open").click()
    frame = page.frame_locator("iframe")
    await frame.get_by_role("link", name="Who can see this chat?").click()
    await frame.get_by_role("link", name="Español").click()
    await frame.get_by_role("link", name="Volver").click()
    await expect(frame.locator(".intro__school")).to_have_text("Lincoln School")


@pytest.mark.parametrize("context", [{"java_script_enabled": False}], indirect=True)
async def test_without_a_script_the_link_is_a_link(page: Page, site: Site) -> None:
    await page.goto(site.school_with_link)
    await page.click("#ours")
    await expect(page.locator("#text")).to_be_visible()


async def test_a_page_that_is_not_allowed_gets_no_frame_but_the_link(context, site: Site) -> None:
    page = await context.new_page()  # the browser complains of the refusal: that is what is tested
    await page.goto(site.school_not_allowed)
    await page.locator("a.open").click()
    link = page.get_by_role("link", name="Open in a new tab")
    await expect(link).to_be_visible()
    assert await page.frame_locator("iframe").locator("#text").count() == 0
