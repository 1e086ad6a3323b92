"""`make screens`: a picture of every state at every size, light and dark, in both languages, and a page that shows them."""

import asyncio
import shutil
import sys
from pathlib import Path

from browser_site import Site, live_browser, live_site
from browser_states import SAYS, STATES, Go
from playwright.async_api import Browser, Page

from bot import settings
from bot.content import load
from bot.engine import Engine
from bot.nlu import store

SIZES = {"320": (320, 640), "390": (390, 844), "390-keyboard": (390, 430), "768": (768, 1024), "1280": (1280, 800)}
SCHEMES = ("light", "dark")
LANGS = ("en", "es")
TOP = """() => {
    const shown = [...document.querySelectorAll(".log .bot-message--urgent, .log .user-message")].pop();
    if (shown && !document.querySelector(".bot-message--notice")) shown.scrollIntoView({block: "start", behavior: "instant"});
}"""


async def no_script_alert(page: Page, site: Site, lang: str) -> None:
    """The same answer as a whole page."""
    await page.goto(f"{site.home}/{lang}")
    await page.fill("#text", SAYS["alert"][lang])
    await page.click(".box__send")


async def shoot(browser: Browser, site: Site, folder: Path, name: str, go: Go, lang: str) -> None:
    """One state in one language, at every size and in every scheme."""
    options = {"java_script_enabled": False} if name.startswith("no_script") else {}
    colours = "active" if name == "forced_colors" else "none"
    context = await browser.new_context(reduced_motion="reduce", forced_colors=colours, **options)
    page = await context.new_page()
    await page.set_viewport_size({"width": 390, "height": 844})
    await go(page, site, lang)
    for size, (width, height) in SIZES.items():
        await page.set_viewport_size({"width": width, "height": height})
        for scheme in SCHEMES:
            await page.emulate_media(color_scheme=scheme)
            if not options:
                await page.evaluate(TOP)
            await page.screenshot(path=folder / f"{name}-{lang}-{size}-{scheme}.png", full_page=name == "first")
    await page.unroute_all(behavior="ignoreErrors")
    await context.close()


async def main(folder: Path) -> None:
    """All of them, two at a time."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    chosen = settings.read({})
    content = load.load(chosen.content or load.default_root())
    engine = Engine(content, store.load_or_train(content, Path(".porchlight")))
    states = {**STATES, "no_script_alert": no_script_alert, "forced_colors": STATES["alert"]}
    gate = asyncio.Semaphore(2)
    async with live_site(engine) as site, live_browser() as browser:

        async def one(name: str, lang: str) -> None:
            async with gate:
                await shoot(browser, site, folder, name, states[name], lang)

        await asyncio.gather(*(one(name, lang) for name in states for lang in LANGS))
    pictures = sorted(file.name for file in folder.glob("*.png"))
    shown = "".join(
        f'<figure><img src="{name}" loading="lazy"><figcaption>{name}</figcaption></figure>' for name in pictures
    )
    style = "body{display:flex;flex-wrap:wrap;gap:16px;background:#888;font:14px sans-serif}figure{margin:0}img{max-width:390px}"
    (folder / "index.html").write_text(
        f"<!doctype html><title>Screens</title><style>{style}</style>{shown}", encoding="utf-8"
    )
    print(f"{len(pictures)} pictures of {len(states)} states; open {folder / 'index.html'}")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1] if len(sys.argv) > 1 else "screens")))
