"""Programs that musicians use: liblo's tools and SuperCollider."""

import asyncio
import sys

import pytest
from alone import in_a_network_of_its_own, needs, run_alone

pytestmark = pytest.mark.clients

SERVER = """
import asyncio
from riffosc.control.osc import OscServer
from riffosc.params import Store

async def main():
    store = Store()
    server = await OscServer.open(store, port=7433)
    changes = []
    store.listen(lambda address, value: changes.append((address, value)))
    store.listen(lambda address, value: address == "/riff/1/save" and server.done(address, "kept.wav"))
    sclang = await asyncio.create_subprocess_exec("sclang", "block.scd", stdin=asyncio.subprocess.DEVNULL)
    await asyncio.wait_for(sclang.wait(), 90)
    for change in changes:  # only now: sclang writes to the same place
        print(*change)
    server.close()
    await asyncio.sleep(0)

asyncio.run(main())
"""

OSCDUMP = """
import asyncio, subprocess
from pythonosc.osc_message_builder import OscMessageBuilder
from riffosc.control.osc import OscServer
from riffosc.params import Store

LISTENER = ("127.0.0.1", 9000)

async def main():
    server = await OscServer.open(Store(), port=7433)
    dump = await asyncio.create_subprocess_exec("oscdump", "-L", "9000", stdout=subprocess.PIPE)
    lines = asyncio.create_task(dump.stdout.readline())
    while not lines.done():  # until it listens
        ask(server, "/riff/ping")
        await asyncio.sleep(0.1)
    ask(server, "/riff/subscribe", "clip")
    server.notify("clip", "/riff/clip", "riff1", 1, "/loops/1.wav", 120.0, 8.0, 41, "dub")
    ask(server, "/riff/1/gain", "loud")
    ask(server, "/riff/list", "/riff/1/")
    line = b""
    while b"/riff/list/end" not in line:
        line = await asyncio.wait_for(dump.stdout.readline(), 30)
        print(line.decode(), end="")
    dump.terminate()
    await dump.wait()
    server.close()
    await asyncio.sleep(0)

def ask(server, address, *args):
    builder = OscMessageBuilder(address)
    for arg in args:
        builder.add_arg(arg)
    server.desk.receive(builder.build().dgram, LISTENER)

asyncio.run(main())
"""

SUPERCOLLIDER = r"""
(
var riff = NetAddr("127.0.0.1", 7433);
var seen = { |what, msg| (what ++ " " ++ msg.join(" ")).postln };
OSCdef(\pong, { |msg| seen.("SC", msg) }, '/riff/pong');
OSCdef(\tempo, { |msg|
    seen.("SC", msg);
    if(msg[1] == 97) { riff.sendMsg('/riff/1/save') };
}, '/riff/tempo');
OSCdef(\prompt, { |msg| seen.("SC", msg) }, '/riff/1/prompt');
OSCdef(\fail, { |msg| seen.("SC", msg) }, '/riff/fail');
OSCdef(\end, { |msg| seen.("SC", msg) }, '/riff/list/end');
OSCdef(\done, { |msg| seen.("SC", msg); if(msg[1] == '/riff/1/save') { 0.exit } }, '/riff/done');
fork {
    riff.sendMsg('/riff/ping');
    riff.sendMsg('/riff/subscribe', '/riff/tempo', 200, 0);
    riff.sendMsg('/riff/1/prompt', "dub techno");
    riff.sendMsg('/riff/1/prompt');
    riff.sendMsg('/riff/1/seed', 41.0);
    riff.sendMsg('/riff/1/mute', true);
    riff.sendMsg('/riff/1/gain', 0/0);
    riff.sendMsg('/riff/list', '/riff/1/');
    riff.sendBundle(0.2, ['/riff/tempo', 97], ['/riff/2/play', \gain, 0.5, \prompt, \acid_bass]);
    60.wait;
    1.exit;
}
)
"""


def alone(folder, script):
    """Run a Python script where nobody else is on the network: these programs listen to all of it."""
    (folder / "script.py").write_text(script)
    return run_alone(folder, sys.executable, "script.py")


@needs("oscsend")
def test_oscsend(with_server):
    async def play(server, caller):
        sends = [
            ["/riff/1/prompt", "s", "dub techno"],
            ["/riff/1/pan", "S", "-0.5"],
            ["/riff/tempo", "d", "93.5"],
            ["/riff/1/seed", "h", "41"],
            ["/riff/1/mute", "T"],
            ["/riff/2/mute", "F"],
            ["/riff/[34]/gain", "f", "0.25"],
            ["/riff/tap", "I"],
            ["/riff/1/bars", "c", "4"],
            ["/riff/play", "sisf", "orbit", "4", "gain", "0.5"],
        ]
        for send in sends:
            process = await asyncio.create_subprocess_exec("oscsend", "127.0.0.1", str(server.port), *send)
            assert await process.wait() == 0
        caller.send("/riff/sync", 1)
        await caller.until("/riff/synced")
        get = server.desk.store.get
        assert get("/riff/1/prompt") == "dub techno"
        assert (get("/riff/1/pan"), get("/riff/tempo"), get("/riff/1/seed")) == (-0.5, 93.5, 41)
        assert (get("/riff/1/mute"), get("/riff/2/mute"), get("/riff/1/bars")) == (True, False, 4)
        assert (get("/riff/3/gain"), get("/riff/4/gain"), get("/riff/5/gain")) == (0.25, 0.25, 0.5)
        assert server.counters.bad == 0

    with_server(play)


@in_a_network_of_its_own
@needs("oscdump")
def test_oscdump_reads_all_that_we_send(tmp_path):
    """oscdump can only listen, so the server is told that its port asked: for a list in bundles, and events."""
    out = alone(tmp_path, OSCDUMP).stdout
    for expected in (
        '/riff/done ssff "/riff/subscribe" "clip" 30.000000 60.000000',
        '/riff/clip sisffis "riff1" 1 "/loops/1.wav" 120.000000 8.000000 41 "dub"',
        '/riff/fail sis "/riff/1/gain" 400 "gain is a number, not \'loud\'"',
        '/riff/list/item ssfffss "/riff/1/gain" "f" 1.000000 0.000000 2.000000 "linear" "rw"',
        '/riff/list/item sssssss "/riff/1/prompt" "s" "" "" "" "words" "rw"',
        "/riff/list/end i ",
    ):
        assert expected in out


@in_a_network_of_its_own
@needs("sclang")
def test_supercollider(tmp_path):
    """A block as a player would evaluate it."""
    (tmp_path / "block.scd").write_text(SUPERCOLLIDER)
    lines = alone(tmp_path, SERVER).stdout.splitlines()
    for expected in (
        "/riff/1/prompt dub techno",
        "/riff/1/seed 41",
        "/riff/1/mute True",
        "/riff/tempo 97.0",
        "/riff/2/gain 0.5",
        "/riff/2/prompt acid bass",
        "SC /riff/1/prompt dub techno",
        "SC /riff/tempo 120.0",
        "SC /riff/tempo 97.0",
        "SC /riff/done /riff/1/save kept.wav",
    ):
        assert expected in lines
    assert any(line.startswith("SC /riff/pong 0.") for line in lines)
    assert any(line.startswith("SC /riff/fail /riff/1/gain 400 gain cannot be") for line in lines)
    assert any(line.startswith("SC /riff/list/end ") for line in lines)
