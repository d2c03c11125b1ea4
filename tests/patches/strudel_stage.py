"""riffosc's web server, folder and bridge between Strudel in Node and in Chromium, as a program: says what was heard.

`strudel_stage.py PACKAGES SAMPLES REFRESH PATTERNS`: where Strudel is installed, and the code of its README.
"""

import asyncio
import json
import shutil
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np

from riffosc.clip import Clip, ClipRequest
from riffosc.control.bridge import SITES, Bridge
from riffosc.control.guard import Guard
from riffosc.control.networks import Networks
from riffosc.control.offers import Offers
from riffosc.control.osc import OscServer
from riffosc.control.web import WebServer
from riffosc.folder import Folder
from riffosc.params import Store
from riffosc.picture import Picture

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
PATIENCE_S = 60.0
EVENTS = 6  # two a cycle
ELSEWHERE = 8000  # the port of another site, that of Strudel's page
SPY = """
globalThis.heard = [];
const start = AudioBufferSourceNode.prototype.start;
AudioBufferSourceNode.prototype.start = function (when, offset) {
    if (this.buffer.duration > 0.9) heard.push([this.buffer.duration, this.buffer.getChannelData(0)[100], offset]);
    return start.apply(this, arguments);
};
"""


def write(folder: Folder, seed: int) -> None:
    """A clip of voice 1 that lasts a second and is level: it says which it is."""
    request = ClipRequest((("dub", 1.0),), seed=seed, bars=1, tempo=240.0)
    samples = np.full((2, request.frames), seed / 100, np.float32)
    folder.write(Clip(request, samples, Picture(np.zeros((1, 8, 8), np.uint8), beats=4, tempo=240.0)), 1)


async def until(there: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not await there():
            await asyncio.sleep(0.05)


async def in_node(packages: Path, patterns: str, osc: OscServer) -> list[Any]:
    """What riffosc hears of Strudel's events, each with its time tag."""
    events: list[Any] = []
    osc.desk.hear(played=lambda keys, tag: events.append((dict(keys), tag)))

    async def enough() -> bool:
        return len(events) >= EVENTS

    node = await asyncio.create_subprocess_exec("node", "play.mjs", patterns, cwd=packages, stdout=sys.stderr)
    await until(enough)
    node.kill()
    await node.wait()
    return events[:EVENTS]


async def in_chromium(packages: Path, samples: str, refresh: str, folder: Folder) -> list[list[float]]:
    """What Strudel starts to play, on a page that is of another site: length, level, and where in the clip."""
    from playwright.async_api import async_playwright

    files = partial(SimpleHTTPRequestHandler, directory=packages / "node_modules" / "@strudel" / "web" / "dist")
    site = ThreadingHTTPServer(("127.0.0.1", ELSEWHERE), files)
    Thread(target=site.serve_forever, daemon=True).start()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = await browser.new_page()
        page.on("console", lambda message: print(message.text, file=sys.stderr))
        await page.goto(f"http://127.0.0.1:{ELSEWHERE}/")
        await page.add_script_tag(content=SPY)
        await page.add_script_tag(url="/index.js")
        await page.evaluate("initStrudel({ miniAllStrings: false })")
        await page.click("body")
        await page.evaluate("code => evaluate(code)", samples)

        async def hears(level: float) -> bool:
            levels: list[float] = await page.evaluate("heard.map(one => one[1])")
            return sum(abs(each - level) < 1e-4 for each in levels) >= 2

        await until(lambda: hears(0.25))
        write(folder, 50)
        await page.evaluate("code => evaluate(code)", refresh + "\n" + samples.partition("\n")[2])
        await until(lambda: hears(0.5))
        write(folder, 75)
        await until(lambda: hears(0.75))
        heard: list[list[float]] = await page.evaluate("heard")
        await browser.close()
    site.shutdown()
    return heard


async def main(packages: Path, samples: str, refresh: str, patterns: str) -> None:
    store, folder = Store(), Folder("loops")
    write(folder, 25)
    osc = await OscServer.open(store)
    web = await WebServer.open(osc.desk, Guard(Networks()), "127.0.0.1", osc.port, Offers(loops=folder))
    bridge = await Bridge.open(osc.desk, Guard(Networks(), sites=SITES), "127.0.0.1")
    both = in_node(packages, patterns, osc), in_chromium(packages, samples, refresh, folder)
    events, heard = await asyncio.gather(*both)
    values = {name: store.get(f"/riff/{name}") for name in ("1/seed", "2/prompt", "2/gain")}
    print(json.dumps({"events": events, "heard": heard, "values": values, "bad": osc.counters.bad}), flush=True)
    for each in (bridge, web):
        await each.close()
    osc.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), *sys.argv[2:]))
