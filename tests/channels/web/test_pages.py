"""The pages: numbers and exit first, of use without a script, in both languages, and one for each school."""

import re

import pytest
from fakes.web_kit import post_form

from bot.channels.web.pages import STATIC, TEMPLATES, spoken


async def test_the_first_page_has_the_numbers_the_exit_the_box_and_the_doors(client, kit) -> None:
    page = await (await client.get("/")).text()
    assert '<html lang="en">' in page
    for part in ('href="tel:911"', 'href="tel:988"', 'href="sms:988"', 'href="/exit"', 'name="text"', 'role="log"'):
        assert part in page
    for topic in (*kit.content.menu.starter_topics["teen"], *kit.content.menu.starter_topics["adult"]):
        assert f'value="{topic}"' in page
    assert page.index('href="/exit"') < page.index('href="tel:911"') < page.index("<main")
    assert "Nothing you write is kept" in page


async def test_the_page_has_no_inline_code_no_cookie_and_nothing_of_other_hosts(client) -> None:
    response = await client.get("/")
    page = await response.text()
    assert not response.cookies
    assert ' style="' not in page and page.count("<style") == 1 and " on" + "click=" not in page
    assert "url(" not in page and "@import" not in page
    sources = [part.split('"')[0] for name in ('src="', '<link rel="icon" href="') for part in page.split(name)[1:]]
    assert sources and all(source.startswith("/static/") for source in sources)


async def test_spanish_by_address_by_question_and_by_the_browser(client) -> None:
    for path, headers in (("/es", {}), ("/?lang=es", {}), ("/", {"Accept-Language": "fr, es-MX;q=0.9, en;q=0.4"})):
        page = await (await client.get(path, headers=headers)).text()
        assert '<html lang="es">' in page
        assert "Nada de lo que escribes se guarda" in page
    assert '<html lang="en">' in await (await client.get("/en", headers={"Accept-Language": "es"})).text()


async def test_the_form_works_without_a_script(client) -> None:
    page = await post_form(client, text="he has my pics and wants money", lang="en")
    assert page.startswith("<!doctype html>")
    assert "he has my pics and wants money" in page
    assert "https://report.cybertip.org/" in page and 'name="text"' in page


async def test_the_script_gets_only_the_exchange(client) -> None:
    fragment = await post_form(client, fragment=True, text="he has my pics and wants money", lang="en")
    assert fragment.lstrip().startswith('<section class="exchange"')
    assert "<html" not in fragment and "https://takeitdown.ncmec.org/" in fragment


@pytest.mark.parametrize(("text", "lang"), [("i want to die", "en"), ("me quiero morir", "es")])
async def test_an_alert_opens_with_911_then_988_in_the_writers_language(client, text: str, lang: str) -> None:
    fragment = await post_form(client, fragment=True, text=text, lang="en")
    assert fragment.count('role="alert"') == 1
    assert f'lang="{lang}" role="alert"' in fragment
    assert fragment.index('href="tel:911"') < fragment.index('href="tel:988"') < fragment.index("card__name")
    assert 'value="not_meant"' in fragment


async def test_a_wrong_alert_can_be_put_right_beneath_it_and_the_numbers_come_again(client) -> None:
    fragment = await post_form(client, fragment=True, text="i want to die", lang="en")
    assert fragment.count('value="not_meant"') == 1
    assert fragment.index('role="alert"') < fragment.index('value="not_meant"') < fragment.index("card__name")
    notice = await post_form(client, fragment=True, action="not_meant", lang="en")
    assert 'href="tel:911"' in notice and 'href="tel:988"' in notice and 'role="alert"' not in notice


async def test_numbers_are_spoken_by_digit_and_an_extension_is_dialled_after_a_pause(client, kit) -> None:
    page = await (await client.get("/es")).text()
    assert 'aria-label="Llamar 988: 9 8 8"' in page
    (way, *_) = kit.engine().contacts("en", ["ncmec_support"])[0].ways
    assert way.url == "tel:+18774462632,6117"
    assert spoken(way.label) == f"{way.label}: 1, 8 7 7, 4 4 6, 2 6 3 2, 6 1 1 7"


async def test_buttons_ask_for_topics_more_and_the_other_audience(client, kit) -> None:
    replies = kit.content.languages["en"].replies
    assert replies["sextortion"].text.splitlines()[0] in await post_form(
        client, fragment=True, topic="sextortion", lang="en"
    )
    adult = await post_form(client, fragment=True, topic="sextortion", audience="adult")
    assert "crime against your child" in adult
    assert "new accounts" in await post_form(client, fragment=True, topic="sextortion", action="more", audience="teen")
    assert "988" in await post_form(client, fragment=True, action="not_meant")


async def test_the_script_asks_where_the_form_says(client) -> None:
    """A hidden field named action hides form.action from scripts."""
    script = await (await client.get("/static/chat.js")).text()
    assert 'form.getAttribute("action")' in script and "(form.action" not in script


async def test_what_is_typed_is_shown_as_text_only(client) -> None:
    attack = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    for fragment in (True, False):
        page = await post_form(client, fragment=fragment, text=attack, lang='"><b>')
        assert "<script>alert" not in page and "<img" not in page and '"><b>' not in page
        assert "&lt;script&gt;" in page


def test_each_class_in_the_style_sheet_is_one_that_a_page_or_script_uses() -> None:
    """A renamed class would lose its looks without a word."""
    style = re.sub(r"/\*.*?\*/", "", (STATIC / "chat.css").read_text("utf-8"), flags=re.DOTALL)
    styled = set(re.findall(r"\.([a-z][\w-]*)", re.sub(r"\{[^{}]*\}", "", style)))
    users = [*TEMPLATES.glob("*.html"), *STATIC.glob("*.js")]
    used = " ".join(file.read_text("utf-8") for file in users)
    # a modifier such as bot-message--urgent is put together from the template's bot-message-- and the kind
    unused = [name for name in sorted(styled) if name not in used and f"{name.partition('--')[0]}--{{{{" not in used]
    assert len(styled) > 50 and unused == []


# --- schools -----------------------------------------------------------------------------------


async def test_a_school_has_its_page_and_keeps_it(client, kit) -> None:
    page = await (await client.get("/s/example?lang=es")).text()
    assert kit.content.schools["example"].name in page and '<html lang="es">' in page
    assert 'action="/s/example?lang=es"' in page
    answer = await post_form(client, "/s/example", fragment=True, topic="school_contact", lang="en")
    assert kit.content.schools["example"].contact["en"] in answer


async def test_an_unknown_school_is_not_found_and_carries_the_numbers(client) -> None:
    for method in ("get", "post"):
        response = await getattr(client, method)("/s/nowhere")
        assert response.status == 404
        assert "tel:911" in await response.text()


async def test_the_script_for_other_pages_may_be_loaded_by_them(client) -> None:
    """It is the only thing that may; it holds both languages and repeats nothing of the address."""
    response = await client.get("/embed.js?school=canary")
    script = await response.text()
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert response.content_type == "text/javascript"
    assert "Private help" in script and "Ayuda privada" in script and "canary" not in script
    assert script.endswith((STATIC / "embed.js").read_text("utf-8"))
    assert "innerHTML" not in script and "eval(" not in script  # strict pages forbid both
    assert (await client.get("/static/chat.js")).headers["Cross-Origin-Resource-Policy"] == "same-origin"


# --- the other pages ---------------------------------------------------------------------------


async def test_the_emergency_page_is_plain_cacheable_and_in_both_languages(client) -> None:
    for path, lang in (("/emergency", "en"), ("/emergency?lang=es", "es"), ("/emergency?lang=xx", "en")):
        response = await client.get(path)
        page = await response.text()
        assert f'<html lang="{lang}">' in page
        assert "<script" not in page and "tel:911" in page and "tel:988" in page
        assert response.headers["Cache-Control"].startswith("public")


async def test_the_emergency_page_may_be_kept_and_asked_for_again_cheaply(start) -> None:
    client = await start()
    tags = set()
    for path in ("/emergency", "/emergency?lang=es"):
        first = await client.get(path)
        page = await first.text()
        assert first.headers["Cache-Control"] == "public, max-age=3600, stale-if-error=604800"
        assert (
            "<script" not in page
            and "Set-Cookie" not in first.headers
            and first.headers["Vary"].startswith("Accept-Encoding")
        )
        tag = first.headers["ETag"]
        tags.add(tag)
        for known in (tag, f'"other", {tag}', f"W/{tag}", "*"):
            again = await client.get(path, headers={"If-None-Match": known})
            assert (again.status, again.headers["ETag"], await again.read()) == (304, tag, b"")
        assert (await client.get(path, headers={"If-None-Match": '"other"'})).status == 200
    assert len(tags) == 2


async def test_the_emergency_page_can_be_printed(start) -> None:
    client = await start()
    page = await (await client.get("/emergency")).text()
    assert "@media print" in page.partition("<style>")[2].partition("</style>")[0]


async def test_the_exit_forgets_and_leads_to_a_neutral_page(client) -> None:
    response = await client.get("/exit", allow_redirects=False)
    assert (response.status, response.headers["Location"]) == (303, "https://www.weather.gov/")
    assert response.headers["Clear-Site-Data"] == '"*"'


async def test_who_can_see_health_and_static_files(client) -> None:
    assert "history" in await (await client.get("/who-can-see")).text()
    assert [(await client.get(path)).status for path in ("/healthz", "/readyz")] == [200, 200]
    for name in ("chat.js", "exit.js", "icon.svg"):
        assert (await client.get(f"/static/{name}")).status == 200
    assert (await client.get("/static/..%2fwords.yaml")).status == 404
