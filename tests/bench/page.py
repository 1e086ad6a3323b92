"""`make bench-page`: how heavy the page is, how soon a slow phone shows it, and whether anything jumps.

Chromium's own throttling: "slow 4G" is what Lighthouse calls a slow phone (150 ms, 1.6 Mbit/s, processor 4 times slower);
"slow 3G" is worse (400 ms, 400 kbit/s, 6 times slower). Each figure is the median of five visits with an empty cache.
"""

import asyncio
import statistics
from pathlib import Path
from typing import Any

from browser_site import Site, live_browser, live_site
from playwright.async_api import Browser

from bot.content import load
from bot.engine import Engine
from bot.nlu import store

ROOT = Path(__file__).resolve().parents[2]
VISITS = 5
LINES = {"slow 4G": (150, 1.6e6, 4), "slow 3G": (400, 0.4e6, 6)}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
WATCH = """window.shift = 0; window.largest = 0;
new PerformanceObserver(list => list.getEntries().forEach(entry => { if (!entry.hadRecentInput) window.shift += entry.value; }))
    .observe({type: "layout-shift", buffered: true});
new PerformanceObserver(list => list.getEntries().forEach(entry => { window.largest = entry.startTime; }))
    .observe({type: "largest-contentful-paint", buffered: true});"""


async def visit(browser: Browser, site: Site, line: str) -> dict[str, float]:
    """One first visit and one alert, over such a line: the bytes that came, the paints in ms, the shift."""
    latency, bits, slower = LINES[line]
    context = await browser.new_context(**PHONE)
    page = await context.new_page()
    await page.add_init_script(WATCH)
    session = await context.new_cdp_session(page)
    came: list[float] = []
    session.on("Network.loadingFinished", lambda event: came.append(event["encodedDataLength"]))
    await session.send("Network.enable")
    await session.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": latency, "downloadThroughput": bits / 8, "uploadThroughput": bits / 16},
    )
    await session.send("Emulation.setCPUThrottlingRate", {"rate": slower})
    await page.goto(f"{site.home}/en")
    await page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length > 0")
    await page.wait_for_timeout(500)
    first_visit, requests = sum(came), len(came)
    paint = await page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    largest, jumped = await page.evaluate("[window.largest, window.shift]")
    await page.fill("#text", "i want to die")
    asked = await page.evaluate("performance.now()")
    await page.press("#text", "Enter")
    await page.locator(".bot-message--urgent").wait_for()
    answered = await page.evaluate("performance.now()")
    await page.wait_for_timeout(300)
    figures = {
        "requests": float(requests),
        "first visit, kB": first_visit / 1000,
        "with an alert, kB": sum(came) / 1000,
        "first paint, ms": paint,
        "largest paint, ms": largest,
        "alert after sending, ms": answered - asked,
        "layout shift, first visit": jumped,
        "layout shift, with an alert": await page.evaluate("window.shift"),
    }
    await context.close()
    return figures


async def main() -> None:
    """The table."""
    content = load.load(ROOT)
    engine = Engine(content, store.load_or_train(content, ROOT / ".porchlight"))
    async with live_site(engine) as site, live_browser() as browser:
        await visit(browser, site, "slow 4G")  # the browser's own first breath is not measured
        table = {line: [await visit(browser, site, line) for _ in range(VISITS)] for line in LINES}
    print(f"{'':30}" + "".join(f"{line:>12}" for line in LINES))
    for name in table["slow 4G"][0]:
        values = (statistics.median(each[name] for each in visits) for visits in table.values())
        print(f"{name:30}" + "".join(f"{value:12.3f}" if "shift" in name else f"{value:12.1f}" for value in values))


if __name__ == "__main__":
    asyncio.run(main())
