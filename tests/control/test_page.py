"""The reference for browsers: who gets it, and that it works in one."""

import asyncio
import re
import shutil
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oscquery_client import Client

from riffosc.control.guard import Guard
from riffosc.control.networks import Networks
from riffosc.control.osc import OscServer
from riffosc.control.oscquery import Namespace
from riffosc.control.page import page, prefers_page
from riffosc.control.web import WebServer
from riffosc.params import PARAMS, Access, Store

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
in_a_browser = pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")
BROWSERS = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "html"),
    [
        (BROWSERS, True),
        ("text/html", True),
        ("TEXT/HTML; q=0.5, application/json;q=0.4", True),
        ("", False),
        ("*/*", False),
        ("application/json", False),
        ("application/json, text/html;q=0.9", False),
        ("text/html;q=0", False),
        ("text/html;q=much", False),
    ],
)
def test_who_gets_the_page(accept, html):
    assert prefers_page(accept) is html


@given(st.text(max_size=60))
def test_any_accept_header_is_taken(accept):
    assert prefers_page(accept) in (True, False)


def test_by_accept_at_the_root_and_by_name_anywhere(with_web):
    async def play(osc, client):
        for path, headers in (("/", {"accept": BROWSERS}), ("/?HTML", {}), ("/riff/tempo?HTML", {})):
            status, answered, body = await client.requests(path, **headers)
            assert status == 200 and answered["content-type"] == "text/html; charset=utf-8"
            assert b"<!doctype html>" in body
        for path, headers in (
            ("/", {}),
            ("/", {"accept": "*/*"}),
            ("/riff", {"accept": BROWSERS}),
            ("/?VALUE", {"accept": BROWSERS}),
        ):
            _, answered, body = await client.requests(path, **headers)
            assert not body.startswith(b"<")

    with_web(play)


def test_nothing_from_elsewhere():
    html, policy = page()
    assert not re.findall(r"(?:src|href)=\"(?!data:|#)[^\"]*\"|@import|url\((?!data:)", html)
    assert "http" not in re.sub(r"http://www\.w3\.org/2000/svg|HTTP", "", html)
    assert "unsafe" not in policy and "default-src 'none'" in policy
    assert "innerHTML" not in html


@asynccontextmanager
async def opened(client, unheard=False, **context):
    """The page in Chromium, connected; what the console says is an error, unless the server is meant to be away."""
    from playwright.async_api import async_playwright

    said = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        shown = await (await browser.new_context(**context)).new_page()
        shown.set_default_timeout(60_000)
        if not unheard:
            shown.on("console", lambda message: said.append(message.text))
        shown.on("pageerror", lambda error: said.append(str(error)))
        await shown.goto(f"http://127.0.0.1:{client.port}/")
        await shown.wait_for_selector("#link.up")
        yield shown
        await browser.close()
    assert said == []


async def shows(page, address, text):
    await page.wait_for_function(
        "([address, text]) => [...document.querySelectorAll('[aria-label]')]"
        ".some((one) => one.ariaLabel === address && (one.value ?? one.textContent) === text)",
        arg=[address, text],
    )


def taken(osc, address):
    """An event that is set once a parameter is set from outside, and what it was set to."""
    told = asyncio.Queue()
    osc.desk.store.listen(lambda at, value: told.put_nowait(value) if at == address else None)
    return lambda: asyncio.wait_for(told.get(), 60)


@pytest.mark.clients
@in_a_browser
def test_everything_is_there_without_a_word_from_the_console(with_web):
    async def play(osc, client):
        async with opened(client) as page:
            for address, param in osc.desk.store.addresses():
                if param.per_voice and not address.startswith("/riff/1/"):
                    continue
                row = page.locator(".row", has=page.get_by_role("button", name=address, exact=True))
                assert await row.count() == 1, address
                assert await row.locator("input, button.send, output").count() >= 1, address
            for doc in osc.desk.commands.docs:
                if doc.address.startswith("/riff/"):
                    assert await page.locator(".row", has=page.get_by_text(doc.address, exact=True)).count() >= 1

    with_web(play)


@pytest.mark.clients
@in_a_browser
def test_values_move_and_controls_play(with_web):
    async def play(osc, client):
        store = osc.desk.store
        async with opened(client) as page:
            store.publish("/riff/xruns", 3)
            await shows(page, "/riff/xruns", "3")
            store.set("/riff/1/prompt", "dub <b>techno</b> „🎛“")
            await shows(page, "/riff/1/prompt", "dub <b>techno</b> „🎛“")

            prompt = taken(osc, "/riff/1/prompt")
            await page.locator("input[aria-label='/riff/1/prompt']").fill("jazz piano ♯")
            await page.keyboard.press("Enter")
            assert await prompt() == "jazz piano ♯"

            gain = taken(osc, "/riff/1/gain")
            await page.locator("input[type=range][aria-label='/riff/1/gain']").focus()
            await page.keyboard.press("End")
            assert await gain() == 2.0
            await page.locator("input[type=number][aria-label='/riff/1/gain']").fill("0.25")
            await page.keyboard.press("Enter")
            assert await gain() == 0.25

            await page.keyboard.press("Escape")
            await page.evaluate("document.activeElement.blur()")
            await page.keyboard.press("3")
            await page.locator(".voice h2", has_text="Voice 3").wait_for()
            mute = taken(osc, "/riff/3/mute")
            await page.locator("input[aria-label='/riff/3/mute']").click()
            assert await mute() is True
            swap = taken(osc, "/riff/3/swap")
            await page.get_by_text("loop", exact=True).click()
            assert await swap() == "loop"
            generate = taken(osc, "/riff/3/generate")
            await page.get_by_role("button", name="generate", exact=True).click()
            assert await generate() == store.param("/riff/3/generate").default
            tap = taken(osc, "/riff/tap")
            await page.get_by_role("button", name="tap", exact=True).click()
            assert await tap() == 1

    with_web(play)


@pytest.mark.clients
@in_a_browser
def test_commands_are_answered_and_failures_are_shown(with_web):
    async def play(osc, client):
        async with opened(client) as page:
            row = page.locator(".row", has=page.get_by_role("button", name="/riff/get", exact=True))
            await row.locator("input").fill("/riff/2/gain /riff/2/pan")
            await row.get_by_role("button", name="send").click()
            await page.locator("#log li", has_text="/riff/2/gain 1").wait_for()
            await page.locator("input[aria-label='/riff/key']").fill("H dur")
            await page.keyboard.press("Enter")
            await page.locator("#log li.fail", has_text="is no key").wait_for()
            await page.locator("#search").focus()
            await shows(page, "/riff/key", "")
            osc.notify("clip", "/riff/clip", "riff1", 42, "/loops/a.wav")
            await page.locator("#log li", has_text="/loops/a.wav").wait_for()

    with_web(play)


@pytest.mark.clients
@in_a_browser
def test_search_and_a_phone(with_web):
    async def play(osc, client):
        async with opened(client, viewport={"width": 360, "height": 740}, has_touch=True, color_scheme="light") as page:
            assert await page.evaluate("document.documentElement.scrollWidth") <= 360, (
                "nothing is wider than the screen"
            )
            await page.keyboard.press("/")
            await page.keyboard.type("xfade")
            assert await page.locator(".row:visible b").all_inner_texts() == ["xfade_ms"]
            await page.keyboard.type(" nonsense")
            await page.locator("#nothing").wait_for()
            await page.keyboard.press("Escape")
            assert await page.locator(".row:visible").count() > 60

    with_web(play)


@pytest.mark.clients
@in_a_browser
def test_it_comes_back_when_riffosc_does():
    """Another riffosc on the same port, with fewer voices: the page is built anew, and plays that one."""

    async def main():
        osc = await OscServer.open(Store(), port=0)
        web = await WebServer.open(osc.desk, Guard(Networks()), "127.0.0.1", 0)
        async with opened(Client(web.port), unheard=True) as page:
            await page.keyboard.press("7")
            await web.close()
            osc.close()
            await page.locator("#link:not(.up)").wait_for()
            other = await OscServer.open(Store(2), port=0)
            again = await WebServer.open(other.desk, Guard(Networks()), "127.0.0.1", web.port)
            await page.locator("#link.up").wait_for()
            assert await page.locator(".pad").count() == 2
            await page.locator(".voice h2", has_text="Voice 1").wait_for()
            gain = taken(other, "/riff/1/gain")
            await page.locator("input[type=range][aria-label='/riff/1/gain']").press("End")
            assert await gain() == 2.0
        await again.close()
        other.close()
        await asyncio.sleep(0)

    asyncio.run(main())


def test_every_kind_of_node_has_a_control():
    """What the page decides by: access, type, choices and tags; a new kind needs a control of its own."""
    root = Namespace(Store(), lambda: ()).node("/")
    for param in PARAMS:
        node = root
        for name in param.address()[1:].split("/"):
            node = node["CONTENTS"][name]
        if param.access is Access.READ_WRITE and node["TYPE"] in "if" and "VALS" not in node["RANGE"][0]:
            assert node["RANGE"][0].keys() == {"MIN", "MAX"}
