"""Strudel's bridge: frames to patterns, and who may send them."""

import asyncio
import json
import time
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from riffosc.control.bridge import DECIMALS, SITES, Bridge, BridgeError, event
from riffosc.control.guard import Guard
from riffosc.control.networks import Networks
from riffosc.control.osc import OscServer
from riffosc.control.packet import read_packet
from riffosc.params import Store


def frame(*args, address="/dirt/play", **more):
    return json.dumps({"address": address, "args": args, **more})


def test_an_event_is_a_bundle_with_its_time():
    (message,) = read_packet(event(frame("cps", 0.5, "seed", 7, "prompt", "jazz ♯", timestamp=1795288400072.25), 7433))
    assert message.address == "/dirt/play"
    assert message.args == ("cps", 0.5, "seed", 7, "prompt", "jazz ♯")
    assert message.time == pytest.approx(1795288400.07225, abs=1e-5)


def test_cycles_are_decimals_even_where_they_are_whole():
    (message,) = read_packet(event(frame("cycle", 3, "cps", 1, "delta", 2, "seed", 7), 7433))
    assert message.args == ("cycle", 3.0, "cps", 1.0, "delta", 2.0, "seed", 7)
    assert [type(arg) for arg in message.args[1::2]] == [float, float, float, int]


def test_a_cycle_beyond_all_numbers_is_the_largest_there_is():
    (message,) = read_packet(event(frame("cycle", 10**400, "cps", -(10**400)), 7433))
    assert message.args[1] == pytest.approx(3.4e38, rel=0.01) and message.args[3] == pytest.approx(-3.4e38, rel=0.01)


def test_without_a_time_it_is_now():
    (message,) = read_packet(event(frame("seed", 7), 7433))
    assert message.time is None


def test_what_is_for_the_screen_or_the_bridge_is_left_out():
    args = ("color", None, "fx", {"a": 1}, 3, 4, "oscport", 7433, "oschost", "localhost", "gain", 0.5, "last")
    (message,) = read_packet(event(frame(*args, port=7433), 7433))
    assert message.args == ("gain", 0.5)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "nothing that"),
        ("[" * 100_000, "nothing that"),
        ("7", "nothing that"),
        ('{"args": []}', "nothing that"),
        ('{"address": "/dirt/play", "args": 7}', "nothing that"),
        (frame(timestamp="soon"), "nothing that"),
        (frame(timestamp=1e999), "no time"),
        (frame(timestamp=-1), "no time"),
        (frame("model", "x", address="/riff/model"), "takes patterns"),
        (frame("x", address=["/dirt/play"]), "takes patterns"),
        (frame("s", "bd", port=57120), "not to port 57120"),
    ],
)
def test_what_else_comes_is_refused_in_words(text, words):
    with pytest.raises(BridgeError, match=words):
        event(text, 7433)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner, max_size=4)
)


@given(
    st.fixed_dictionaries(
        {"args": st.lists(json_values | st.sampled_from(DECIMALS))},
        optional={"timestamp": json_values, "port": json_values},
    )
)
def test_any_arguments_are_osc_or_refused(said):
    try:
        messages = read_packet(event(json.dumps({"address": "/riff/play", **said}), 7433))
    except BridgeError:
        return
    assert len(messages) == 1


@asynccontextmanager
async def bridge():
    osc = await OscServer.open(Store(), port=0)
    opened = await Bridge.open(osc.desk, Guard(Networks(), sites=SITES), "127.0.0.1", 0)
    try:
        yield osc, f"ws://localhost:{opened.port}"
    finally:
        await opened.close()
        osc.close()
        await asyncio.sleep(0)


def play(act):
    async def main():
        async with bridge() as (osc, url):
            await act(osc, url)

    asyncio.run(main())


async def until(osc, address, value):
    async with asyncio.timeout(30):
        while osc.desk.store.get(address) != value:
            await asyncio.sleep(0.01)


def test_strudel_plays_and_is_told_in_the_terminal_what_cannot_be(caplog):
    async def act(osc, url):
        async with connect(url, origin="https://strudel.cc") as page:
            await page.send(frame("riff", 2, "gain", 0.5, "prompt", "dub_chords", timestamp=1000 * time.time()))
            await until(osc, "/riff/2/gain", 0.5)
            assert osc.desk.store.get("/riff/2/prompt") == "dub chords"
            for _ in range(3):
                await page.send(frame("riff", 99, "gain", 0.1))
            await page.send(b"\0\1\2")
            await page.send(frame("s", "bd", port=57120))
            await page.send(frame("riff", 3, "gain", 0.25))
            await until(osc, "/riff/3/gain", 0.25)
        said = [record.getMessage() for record in caplog.records]
        assert len([line for line in said if "no voice 99" in line]) == 1
        assert any("57120" in line for line in said) and any("nothing that" in line for line in said)

    play(act)


def test_whose_pages_may_play():
    async def act(osc, url):
        for site in (None, *SITES):
            async with connect(url, origin=site) as page:
                await page.send(frame("riff", 1, "mute", 1))
        for site in ("https://evil.example", "null", "http://localhost:8000", "https://strudel.cc.evil.example"):
            with pytest.raises(InvalidStatus) as refused:
                await connect(url, origin=site)
            assert refused.value.response.status_code == 403
        with pytest.raises(InvalidStatus):
            await connect(url, additional_headers={"Host": "evil.example:8080"})

    play(act)


def test_a_port_that_is_taken_is_said():
    async def act(osc, url):
        with pytest.raises(OSError, match="cannot be had"):
            await Bridge.open(osc.desk, Guard(Networks()), "127.0.0.1", int(url.rpartition(":")[2]))

    play(act)
