"""A talk, in a real browser: first sight, answers in place, alerts, Spanish, and what happens when nothing answers."""

import asyncio
import re
from contextlib import suppress

import pytest
from browser_site import Site
from browser_states import SAYS, alert, broken, first, not_meant, offline, say, unsure
from playwright.async_api import Error, Page, Route, expect

#: As the server says it, past the limit.
TOO_MANY = """<section class="exchange"><div class="bot-message bot-message--urgent"><p class="urgent__line">Call 911</p></div>
<div class="bot-message bot-message--notice"><p>Many messages came from here at once. Wait a minute, then send it again.</p></div></section>"""


async def in_sight(page: Page, selector: str) -> bool:
    """Whether the first such thing is wholly inside the window and nothing lies over its middle."""
    return bool(
        await page.locator(selector).first.evaluate(
            """node => {
                const box = node.getBoundingClientRect();
                const over = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
                return box.top >= 0 && box.bottom <= innerHeight + 1 && (node === over || node.contains(over));
            }"""
        )
    )


@pytest.mark.parametrize("lang", ["en", "es"])
async def test_the_first_screen_of_a_phone_shows_all_one_needs(page: Page, site: Site, lang: str) -> None:
    """What it is, the box, the numbers, the exit and the first topics, without scrolling."""
    await first(page, site, lang)
    for selector in (".exit", ".numbers__way", ".intro__title", ".intro__kept", "#text", ".press__button--starter"):
        assert await in_sight(page, selector), selector
    assert (
        await page.locator(".starter--teen button").count() == await page.locator(".starter--adult button").count() == 6
    )
    assert await in_sight(page, ".starter--teen .press:last-child button")


async def test_a_talk_goes_on_in_place_with_the_focus_in_the_box(page: Page, site: Site) -> None:
    await first(page, site, "en")
    await page.evaluate("window.stayed = true")
    await say(page, SAYS["answer"]["en"])
    await say(page, "thank you")
    assert await page.evaluate("window.stayed && document.activeElement.id") == "text"
    assert await page.locator(".user-message").all_text_contents() == [
        "You: he has my pics and wants money",
        "You: thank you",
    ]
    assert await in_sight(page, ".exchange:last-child .bot-message")
    assert await page.locator(".dots").count() == 0


async def test_a_first_topic_gives_the_answer_and_not_the_keyboard(page: Page, site: Site) -> None:
    await first(page, site, "en")
    await page.get_by_role("button", name="Blackmail with pictures").click()
    await page.locator(".exchange").wait_for()
    assert await page.evaluate("document.activeElement.className") == "user-message"
    await expect(page.locator(".starters")).to_be_hidden()


@pytest.mark.parametrize("lang", ["en", "es"])
async def test_an_alert_shows_911_and_988_at_once_in_the_writers_language(page: Page, site: Site, lang: str) -> None:
    """The page is in the other language: the words decide."""
    await first(page, site, "es" if lang == "en" else "en")
    await say(page, SAYS["alert"][lang])
    urgent = page.locator('[role="alert"].bot-message--urgent')
    assert await urgent.count() == 1
    assert await urgent.get_attribute("lang") == lang
    links = await urgent.locator("a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert links[0] == "tel:911" and "tel:988" in links
    assert ("sms:988?&body=AYUDA" if lang == "es" else "sms:988") in links
    assert await in_sight(page, ".bot-message--urgent a[href='tel:911']")
    assert await in_sight(page, ".bot-message--urgent a[href='tel:988']")
    assert await page.locator(".user-message").get_attribute("lang") == lang


async def test_a_wrong_alert_is_put_right_beneath_it_and_numbers_stay_in_sight(page: Page, site: Site) -> None:
    await alert(page, site, "en")
    first_after = page.locator(".bot-message--urgent + .press button")
    await expect(first_after).to_have_text("Not what I meant")
    await not_meant(page, site, "en")
    assert await page.locator(".bot-message--urgent").count() == 1
    assert await in_sight(page, ".numbers__way[href='tel:911']")
    assert await in_sight(page, ".bot-message--notice a[href='tel:988']")


async def test_doubt_opens_with_the_numbers(page: Page, site: Site) -> None:
    await unsure(page, site, "en")
    await expect(page.locator(".bot-message--unsure > :first-child")).to_have_class("care")


async def held_back(page: Page, site: Site) -> asyncio.Event:
    """From now on answers wait for this event."""
    gate = asyncio.Event()

    async def slow(route: Route) -> None:
        await gate.wait()
        with suppress(Error):  # the page has given up waiting for it
            await route.continue_()

    await page.route(f"{site.home}/en", slow)
    return gate


async def test_dots_show_only_while_waiting(page: Page, site: Site) -> None:
    await first(page, site, "en")
    gate = await held_back(page, site)
    await say(page, "hello", wait=False)
    await expect(page.locator(".dots")).to_have_count(1)
    gate.set()
    await page.locator(".bot-message").wait_for()
    await expect(page.locator(".dots")).to_have_count(0)


@pytest.mark.parametrize("lang", ["en", "es"])
async def test_without_a_connection_the_numbers_are_there_and_it_can_be_sent_again(
    page: Page, site: Site, lang: str
) -> None:
    await offline(page, site, lang)
    note = page.locator('.bot-message--urgent[role="alert"]')
    await expect(note).to_contain_text("988")
    assert await note.locator("a[href='tel:911']").count() == 1
    assert await note.locator("a[href='tel:988']").count() == 1
    await page.context.set_offline(False)
    await note.locator("button").click()
    await page.locator(".exchange").wait_for()
    assert await page.locator(".bot-message--urgent").count() == 0
    assert await page.locator(".user-message").count() == 1


async def test_a_broken_server_is_said_kindly_with_the_numbers(page: Page, site: Site) -> None:
    await broken(page, site, "en")
    note = page.locator(".bot-message--urgent")
    await expect(note).to_contain_text("Something broke on our side")
    await expect(note).not_to_contain_text("Bad gateway")
    assert await note.locator("a[href='tel:911']").count() == 1


async def test_what_is_too_long_to_send_comes_back_into_the_box(page: Page, site: Site) -> None:
    await first(page, site, "en")
    await page.fill("#text", "x" * 12_000)
    assert len(await page.input_value("#text")) == 10_000  # the box itself stops in time
    long = "é" * 12_000 + "x"
    await page.evaluate("words => { document.getElementById('text').value = words; }", long)
    await page.press("#text", "Enter")
    note = page.locator(".bot-message--urgent")
    await expect(note).to_contain_text("too long")
    assert await note.locator("a[href='tel:911']").count() == 1
    assert await note.locator("button").count() == 0
    assert await page.input_value("#text") == long


async def test_past_the_limit_one_touch_sends_it_again(page: Page, site: Site) -> None:
    async def late(route: Route) -> None:
        answered = await route.fetch()
        await route.fulfill(response=answered, status=429, body=TOO_MANY)

    await first(page, site, "en")
    await page.route(f"{site.home}/en", late)
    await say(page, SAYS["answer"]["en"])
    note = page.locator(".bot-message--urgent")
    await expect(note).to_contain_text("Wait a minute")
    await page.unroute(f"{site.home}/en")
    await note.locator("button").click()
    await page.locator(".exchange").wait_for()
    assert await page.locator(".user-message").all_text_contents() == ["You: he has my pics and wants money"]
    assert await page.locator(".bot-message--urgent").count() == 0


async def test_the_length_of_what_is_sent_does_not_tell_a_button_from_words(page: Page, site: Site) -> None:
    await first(page, site, "en")
    lengths = set()
    page.on("request", lambda request: lengths.add(len(request.post_data)) if request.post_data else None)
    await say(page, "hi")
    await say(page, SAYS["answer"]["es"])
    await page.locator(".next button").first.click()
    await page.locator(".exchange").nth(2).wait_for()
    assert lengths == {512}


async def test_a_late_answer_does_not_come_back_after_the_chat_was_cleared(page: Page, site: Site) -> None:
    await page.clock.install()
    await first(page, site, "en")
    gate = await held_back(page, site)
    await say(page, SAYS["alert"]["en"], wait=False)
    await page.clock.fast_forward(11 * 60_000)
    await page.locator(".starters").wait_for()
    gate.set()
    await say(page, "hello")  # what is asked next is answered as ever, and stands alone
    assert await page.locator(".user-message").count() == await page.locator(".exchange").count() == 1
    assert await page.locator(".bot-message--urgent").count() == 0


async def test_numbers_can_be_dialled_texted_copied_and_heard(page: Page, site: Site) -> None:
    """A pause before an extension, the word in the text message, digits one by one for a screen reader."""
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await first(page, site, "en")
    await say(page, "how do i find a lawyer or help for survivors of csam")
    await say(page, "i need to talk to someone")
    await page.locator(".way--copy").first.click()
    copied = await page.evaluate("navigator.clipboard.readText()")
    assert re.fullmatch(r"[0-9-]{5,}", copied)
    await expect(page.locator(".way--copy").first).to_have_text("Copied")
    assert await page.locator('a[href="sms:741741?&body=HOME"]').count() > 0
    for way in await page.locator(".way--call, .way--text").all():
        label, name = await way.inner_text(), await way.get_attribute("aria-label")
        assert name is not None and name.startswith(f"{label}: ")
        assert re.fullmatch(r"(\d( \d)*)(, \d( \d)*)*", name.removeprefix(f"{label}: "))


async def test_spanish_is_one_touch_away(page: Page, site: Site) -> None:
    await first(page, site, "en")
    await page.get_by_role("link", name="Español").click()
    assert await page.locator("html").get_attribute("lang") == "es"
    assert await page.locator("label").inner_text() == "Tu mensaje"


async def test_a_touch_leads_to_all_numbers(page: Page, site: Site) -> None:
    await first(page, site, "es")
    await page.get_by_role("link", name="Todos los números").click()
    assert await page.locator("script").count() == 0
    assert await page.locator("a[href='tel:911']").count() >= 1


@pytest.mark.parametrize("name", ["¿Quién puede ver este chat?", "Todos los números"])
async def test_asking_who_can_see_this_costs_no_word_of_what_is_being_written(
    page: Page, site: Site, name: str
) -> None:
    """The other page comes into the chat; with nothing written, the link is a link."""
    await first(page, site, "es")
    await page.fill("#text", "tiene mis fo")
    await page.get_by_role("link", name=name).click()
    await page.locator(".exchange .bot-message").first.wait_for()
    assert page.url == f"{site.home}/es"
    assert await page.input_value("#text") == "tiene mis fo"
    await expect(page.locator(".user-message")).to_contain_text(name)
    assert await page.evaluate("document.activeElement.className") == "user-message"
    assert await page.locator(".exchange [role=alert]").count() == 0
    await page.reload()
    await page.get_by_role("link", name=name).click()
    await expect(page.locator(".plain__title")).to_be_visible()
